//! `cargo xtask schemas DIR...`: builds the table of Kubernetes' types that is
//! embedded in `seatrial-schema`, from the definitions in the Python package
//! `kubernetes-validate` (versions 1.24.1 and 1.37.0, unpacked; DIR holds
//! folders `v1.N.0-local`) and from facts about the Go types, which a small Go
//! program prints. The product needs neither.

mod blob;
mod facts;
mod merge;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

use facts::Facts;
use merge::Merged;

/// Definitions of earlier minors are left out.
const OLDEST: u8 = 16;

/// Builds the table and writes it into `seatrial-schema`.
pub(crate) fn write(top: &Path, definitions: &[&str]) -> anyhow::Result<()> {
    let facts = read_facts(top)?;
    let mut merged = Merged::default();
    for (minor, path) in definition_files(definitions)? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let document = serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))?;
        merged.add(minor, &document)?;
    }
    store(top, &blob::write(&merged, &facts)?)
}

/// One file of definitions for each minor, oldest first.
fn definition_files(dirs: &[&str]) -> anyhow::Result<Vec<(u8, PathBuf)>> {
    let mut found = Vec::new();
    for dir in dirs {
        for entry in fs::read_dir(dir).with_context(|| format!("cannot read {dir}"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let minor = name.strip_prefix("v1.").and_then(|rest| rest.strip_suffix(".0-local"));
            if let Some(minor) = minor.and_then(|minor| minor.parse().ok()).filter(|minor| *minor >= OLDEST) {
                found.push((minor, path.join("_definitions.json")));
            }
        }
    }
    found.sort();
    ensure!(!found.is_empty(), "no folders v1.N.0-local in {dirs:?}");
    for pair in found.windows(2) {
        ensure!(pair[0].0 + 1 == pair[1].0, "minors {} and {} follow each other", pair[0].0, pair[1].0);
    }
    Ok(found)
}

fn read_facts(top: &Path) -> anyhow::Result<Facts> {
    let dir = top.join("crates/xtask/src/schemas/facts");
    let out = Command::new("go").args(["run", "."]).current_dir(dir).output().context("cannot run go")?;
    if !out.status.success() {
        bail!("the Go program failed: {}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(serde_json::from_slice(&out.stdout)?)
}

/// Writes the file under the name of its hash, and the line that embeds it.
fn store(top: &Path, table: &[u8]) -> anyhow::Result<()> {
    let hash = hash_of(table);
    let crate_dir = top.join("crates/seatrial-schema");
    let name = format!("kubernetes-{}.bin", &hash[..16]);
    replace_data(&crate_dir.join("data"), "kubernetes-", &name, table)?;
    let source = format!(
        "//! The embedded table, written by `cargo xtask schemas`.\n\n\
         /// Its bytes.\n\
         pub(super) static TABLE: &[u8] = include_bytes!(\"../../data/{name}\");\n\n\
         /// Their SHA-256.\n\
         #[cfg(test)]\n\
         pub(super) const SHA256: &str = \"{hash}\";\n"
    );
    fs::write(crate_dir.join("src/table/data.rs"), source)?;
    anstream::println!("{name}: {} bytes", table.len());
    Ok(())
}

/// The SHA-256 of bytes in hexadecimal digits.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file of data in place of the one whose name begins alike.
pub(crate) fn replace_data(data: &Path, stem: &str, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    fs::create_dir_all(data)?;
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(stem) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(fs::write(data.join(name), bytes)?)
}
