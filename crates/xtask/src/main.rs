//! Generated pages, checks of the house itself, and the tree that speed is
//! measured on.
//!
//! `cargo xtask generate` writes the generated files; with `--check` it only
//! says which of them differ. `cargo xtask schemas DIR...` builds the embedded
//! table of Kubernetes' types, `cargo xtask definitions REPOSITORY...` that of
//! published custom kinds. `cargo xtask tree DIR [FILES]` writes the
//! benchmark's tree.

mod definitions;
mod generate;
#[cfg(test)]
mod house;
mod schemas;
#[path = "../../../bench/tree.rs"]
mod tree;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["generate"] => generate::write(top()),
        ["generate", "--check"] => generate::compare(top()),
        ["schemas", definitions @ ..] if !definitions.is_empty() => schemas::write(top(), definitions),
        ["definitions", repositories @ ..] if !repositories.is_empty() => {
            definitions::write(top(), repositories)
        }
        ["tree", directory] => plant(Path::new(directory), 10_000),
        ["tree", directory, files] => match files.parse() {
            Ok(files) => plant(Path::new(directory), files),
            Err(error) => Err(anyhow::Error::new(error)),
        },
        _ => Err(anyhow::anyhow!(
            "usage: cargo xtask generate [--check] | schemas DIR... | definitions REPOSITORY... | tree DIR [FILES]"
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the benchmark's tree below a directory.
fn plant(directory: &Path, files: usize) -> anyhow::Result<()> {
    for number in 0..files {
        let (path, text) = tree::file(number);
        let path = directory.join(path);
        fs::create_dir_all(path.parent().expect("generated files lie in folders"))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The top of the workspace.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies two levels down")
}
