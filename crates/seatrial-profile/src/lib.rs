//! Described target clusters.
