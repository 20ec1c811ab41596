//! The embedded table, written by `cargo xtask schemas`.

/// Its bytes.
pub(super) static TABLE: &[u8] = include_bytes!("../../data/kubernetes-0cfef29d36488f08.bin");

/// Their SHA-256.
#[cfg(test)]
pub(super) const SHA256: &str = "0cfef29d36488f086313f61d551532fe3143b415f67db59fba8d204d8a47c046";
