//! Private keys of the kinds that sprig makes, and their PEM.

use num_bigint::BigUint;

use super::Source;
use super::curve::CurveKey;
use super::der::{self, Reader};
use super::edwards::EdwardsKey;
use super::pem;
use super::pool;
use super::rsa::{self, RsaKey};

pub(super) const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
pub(super) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// A private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Rsa(RsaKey),
    Curve(CurveKey),
    Edwards(EdwardsKey),
    /// It can be printed and read; certificates do not take it.
    Dsa(Vec<u8>),
}

impl Key {
    pub(crate) fn rsa(bits: usize, source: &mut dyn Source) -> Self {
        Self::Rsa(RsaKey::generate(bits, source))
    }

    pub(crate) fn ecdsa(source: &mut dyn Source) -> Self {
        Self::Curve(CurveKey::generate(source))
    }

    pub(crate) fn ed25519(source: &mut dyn Source) -> Self {
        Self::Edwards(EdwardsKey::generate(source))
    }

    /// A DSA key; its parameters are public and may be anybody's.
    pub(crate) fn dsa(source: &mut dyn Source) -> Self {
        let [p, q, g] = pool::dsa_parameters();
        let private = rsa::below(&(&q - 1u32), source) + 1u32;
        let public = g.modpow(&private, &p);
        let numbers = [&BigUint::ZERO, &p, &q, &g, &public, &private];
        Self::Dsa(der::sequence(&numbers.map(der::integer)))
    }

    pub(crate) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_der()),
            Self::Curve(key) => pem::encode("EC PRIVATE KEY", &key.to_der()),
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
            Self::Edwards(key) => {
                let algorithm = der::sequence(&[der::oid(ED25519)]);
                let whole = der::sequence(&[der::small(0), algorithm, der::octets(&key.to_der())]);
                pem::encode("PRIVATE KEY", &whole)
            }
        }
    }

    /// Reads a key; the error is sprig's.
    pub(crate) fn of_pem(text: &str) -> Result<Self, String> {
        let (label, bytes) = pem::decode(text).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            let unknown = "decoding PEM as PKCS#8: x509: failed to parse private key";
            return Self::of_pkcs8(&bytes).ok_or_else(|| unknown.to_owned());
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        let broken = |kind: &str| format!("parsing {kind} private key from PEM: asn1: structure error");
        match kind {
            "RSA" => RsaKey::of_der(&bytes).map(Self::Rsa).ok_or_else(|| broken(kind)),
            "EC" => CurveKey::of_der(&bytes).map(Self::Curve).ok_or_else(|| broken(kind)),
            "DSA" => {
                Reader::new(&bytes).sequence().map(|_| Self::Dsa(bytes.clone())).ok_or_else(|| broken(kind))
            }
            _ => Err(format!("invalid private key type {kind}")),
        }
    }

    fn of_pkcs8(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes).sequence()?;
        reader.integer()?;
        let algorithm = reader.sequence()?.expect(0x06)?.content;
        let key = reader.expect(0x04)?.content;
        match algorithm {
            RSA => RsaKey::of_der(key).map(Self::Rsa),
            EC => CurveKey::of_der(key).map(Self::Curve),
            ED25519 => EdwardsKey::of_der(key).map(Self::Edwards),
            _ => None,
        }
    }

    /// The public key with its algorithm, as certificates have it; and its bits alone.
    pub(super) fn public_der(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (algorithm, bits) = match self {
            Self::Rsa(key) => (der::sequence(&[der::oid(RSA), der::null()]), key.public_der()),
            Self::Curve(key) => (der::sequence(&[der::oid(EC), der::oid(P256)]), key.public.clone()),
            Self::Edwards(key) => (der::sequence(&[der::oid(ED25519)]), key.public.clone()),
            Self::Dsa(_) => return None,
        };
        Some((der::sequence(&[algorithm, der::bits(&bits)]), bits))
    }

    /// The algorithm that this key signs with.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => der::sequence(&[der::oid(RSA_SHA256), der::null()]),
            Self::Curve(_) => der::sequence(&[der::oid(ECDSA_SHA256)]),
            Self::Edwards(_) | Self::Dsa(_) => der::sequence(&[der::oid(ED25519)]),
        }
    }

    pub(super) fn sign(&self, message: &[u8], source: &mut dyn Source) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.sign(message),
            Self::Curve(key) => key.sign(message, source),
            Self::Edwards(key) => key.sign(message),
            Self::Dsa(_) => Vec::new(),
        }
    }
}
