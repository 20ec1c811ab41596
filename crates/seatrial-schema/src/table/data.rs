//! The embedded table, written by `cargo xtask schemas`.

/// The packed bytes.
pub(super) static PACKED: &[u8] = include_bytes!("../../data/kubernetes-ffef92237d3f2ec9.bin");

/// How many bytes they unpack to.
pub(super) const PLAIN_LEN: usize = 216_155;

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "ffef92237d3f2ec90dc1de443a9b76bee6fafb51727c08bb0e25aa3fe506963f";
