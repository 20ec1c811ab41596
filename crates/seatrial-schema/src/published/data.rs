//! The embedded definitions, written by `cargo xtask definitions`.

/// The packed bytes.
pub(super) static PACKED: &[u8] = include_bytes!("../../data/definitions-15dc95b9072fd274.bin");

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "15dc95b9072fd274da1934ca32830921afbf4a4f5520c03e672a9277e323fb38";
