//! The command line, as a person or a pipeline uses it.

mod command;
mod examples;
mod git;
mod formats;
mod hostile;
mod kinds;
mod part;
mod plain;
mod report;
mod secrets;
mod support;
