//! `conformance SUITE [--dir DIR] [--list]`: how often our crates answer as
//! the real programs did.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use conformance::{Options, SUITES, Suite};

/// Compares recorded answers of real programs with ours.
#[derive(Parser)]
struct Arguments {
    /// What to compare.
    #[arg(value_parser = suite_names())]
    suite: String,
    /// A folder of recorded answers, instead of the repository's own.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// A folder with the inputs that recorded answers only name by their hash.
    #[arg(long)]
    inputs: Option<PathBuf>,
    /// A real program, run beside ours with the arguments of --list-file.
    #[arg(long, value_name = "PROGRAM", requires = "list_file")]
    against: Option<PathBuf>,
    /// What to run both with: one JSON array of arguments a line.
    #[arg(long, value_name = "FILE", requires = "against")]
    list_file: Option<PathBuf>,
    /// Print every disagreement with both answers.
    #[arg(long)]
    list: bool,
}

fn suite_names() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.name).collect()
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "conformance: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let suite = Suite::named(&arguments.suite).context("no such suite")?;
    let dir = arguments.dir.unwrap_or_else(|| suite.own_dir.into());
    let Arguments { inputs, against, list_file, .. } = arguments;
    let report = (suite.run)(&Options { dir, inputs, against, list_file })?;
    report.print(&mut io::stdout().lock(), arguments.list)?;
    Ok(())
}
