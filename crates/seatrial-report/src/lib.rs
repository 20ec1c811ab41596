//! Reports of a trial, as documents other programs read.
