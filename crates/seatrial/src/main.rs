//! Takes a Kubernetes application through its sea trials before it sails.
//!
//! Only this crate reads the environment and the date, and only it prints.
//! Exit codes: 0 clean, 1 findings at or above `--fail-on`, 2 could not run.

mod args;
mod baseline;
mod cache;
mod check;
mod choice;
mod diff;
mod explain;
mod facts;
mod failure;
mod fetch;
mod output;
mod place;
mod render;
mod report;
mod stats;
mod threads;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command, OnCall};

/// Charts and manifests are read into very many small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Nothing speaks against the tree.
const CLEAN: u8 = 0;
/// There are findings at or above `--fail-on`.
const FINDINGS: u8 = 1;
/// The job could not be done.
const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Command::Check(OnCall(check)) => check::run(check),
        Command::Diff(OnCall(diff)) => diff::run(diff),
        Command::Explain(OnCall(explain)) => explain::run(explain),
        Command::Fetch(OnCall(fetch)) => fetch::run(fetch),
        Command::Render(OnCall(render)) => render::run(render),
    };
    let code = done.unwrap_or_else(|failure| failure.report());
    ExitCode::from(code)
}
