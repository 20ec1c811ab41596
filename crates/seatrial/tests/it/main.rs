//! The command line, as a person or a pipeline uses it.

mod command;
mod config;
mod diff;
mod examples;
mod facts;
mod fetched;
mod fixes;
mod formats;
mod git;
mod hostile;
mod kinds;
mod once;
mod part;
mod plain;
mod policies;
mod repairs;
mod report;
mod rows;
mod secrets;
mod slips;
mod support;
