//! The embedded definitions, written by `cargo xtask definitions`.

/// The packed bytes.
pub(super) static PACKED: &[u8] = include_bytes!("../../data/definitions-c59857a553a54563.bin");

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "c59857a553a545638c30da7f4f35b61f7c99bb454b742125f006a912c3d1049e";
