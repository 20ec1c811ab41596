//! The embedded table, written by `cargo xtask schemas`.

/// The packed bytes.
pub(super) static PACKED: &[u8] = include_bytes!("../../data/kubernetes-5df295f2051cc5e2.bin");

/// How many bytes they unpack to.
pub(super) const PLAIN_LEN: usize = 209_147;

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "5df295f2051cc5e28769574e94b3057fafd5ffb5a51eac03463aadd1d8745fce";
