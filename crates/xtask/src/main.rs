//! Generated pages and checks of the house itself.
//!
//! `cargo xtask generate` writes the generated files; with `--check` it only
//! says which of them differ.

mod generate;
#[cfg(test)]
mod house;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["generate"] => generate::write(top()),
        ["generate", "--check"] => generate::compare(top()),
        _ => Err(anyhow::anyhow!("usage: cargo xtask generate [--check]")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the workspace.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies two levels down")
}
