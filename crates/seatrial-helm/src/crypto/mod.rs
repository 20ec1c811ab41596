//! Keys, certificates, ciphers and slow hashes, as far as charts ask for them.
//!
//! What is made here is for looking at, not for keeping secrets: with a seed,
//! everybody who knows it makes the same keys, and no care is taken that
//! computing them takes always the same time.

mod aes;
mod bcrypt;
mod certificate;
mod curve;
mod der;
mod edwards;
mod keys;
mod pem;
mod pool;
mod rsa;
mod scrypt;

pub(crate) use aes::{decrypt, encrypt};
pub(crate) use bcrypt::bcrypt;
pub(crate) use certificate::{Certificate, Request, create, parse as parse_certificate};
pub(crate) use keys::Key;
pub(crate) use pem::decode as decode_pem;
pub(crate) use scrypt::{hmac_sha256, scrypt};

/// Where random bytes come from.
pub(crate) trait Source {
    /// Fills the bytes.
    fn fill(&mut self, bytes: &mut [u8]);
    /// Whether they follow from a seed. Keys may then be made the cheap way.
    fn is_seeded(&self) -> bool;
}
