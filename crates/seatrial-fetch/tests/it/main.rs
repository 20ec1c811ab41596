//! Downloads from servers on this machine that behave well and badly.

mod files;
mod git;
mod helm;
mod oci;
mod server;
mod whole;
