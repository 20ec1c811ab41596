//! What checks notice, where it is, and how a person reads it.
