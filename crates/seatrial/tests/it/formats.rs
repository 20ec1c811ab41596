//! What programs read besides the JSON report: each format is held against
//! what its readers accept.

mod sarif;
