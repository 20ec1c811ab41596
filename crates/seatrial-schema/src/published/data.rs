//! The embedded definitions, written by `cargo xtask definitions`.

/// The packed bytes.
pub(super) static PACKED: &[u8] = include_bytes!("../../data/definitions-f5e72350da6341a1.bin");

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "f5e72350da6341a1b2b20d40f88a28ced1f3dec0cee85cf36701b2a1c61eb5dc";
