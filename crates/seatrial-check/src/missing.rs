//! How bad a missing reference is: shared by every check about references.
