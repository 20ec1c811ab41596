//! Ed25519.

use num_bigint::BigUint;
use sha2::{Digest, Sha512};

use super::Source;
use super::der;

/// A private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EdwardsKey {
    seed: [u8; 32],
    pub(super) public: Vec<u8>,
}

/// A point in projective coordinates.
#[derive(Clone)]
struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

struct Curve {
    prime: BigUint,
    d: BigUint,
}

impl Curve {
    fn new() -> Self {
        let prime = (BigUint::from(1u32) << 255u32) - 19u32;
        let inverse = BigUint::from(121_666u32).modinv(&prime).unwrap_or_default();
        let d = (&prime - 121_665u32) * inverse % &prime;
        Self { prime, d }
    }

    fn multiply(&self, a: &BigUint, b: &BigUint) -> BigUint {
        a * b % &self.prime
    }

    #[expect(clippy::many_single_char_names, reason = "they are the letters of the formula")]
    fn add(&self, left: &Point, right: &Point) -> Point {
        let a = self.multiply(&left.z, &right.z);
        let b = self.multiply(&a, &a);
        let c = self.multiply(&left.x, &right.x);
        let d = self.multiply(&left.y, &right.y);
        let e = self.multiply(&self.multiply(&self.d, &c), &d);
        let f = (&b + &self.prime - &e) % &self.prime;
        let g = (&b + &e) % &self.prime;
        let both = self.multiply(&(&left.x + &left.y), &(&right.x + &right.y));
        let cross = (both + &self.prime * 2u32 - &c - &d) % &self.prime;
        Point {
            x: self.multiply(&self.multiply(&a, &f), &cross),
            y: self.multiply(&self.multiply(&a, &g), &(&d + &c)),
            z: self.multiply(&f, &g),
        }
    }

    /// So many times the base point, packed.
    fn times_base(&self, scalar: &BigUint) -> Vec<u8> {
        const X: &[u8] = b"216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a";
        let x = BigUint::parse_bytes(X, 16).unwrap_or_default();
        let y = BigUint::from(5u32).modinv(&self.prime).unwrap_or_default() * 4u32 % &self.prime;
        let one = BigUint::from(1u32);
        let base = Point { x, y, z: one.clone() };
        let mut sum = Point { x: BigUint::ZERO, y: one.clone(), z: one };
        for bit in (0..scalar.bits()).rev() {
            sum = self.add(&sum, &sum);
            if scalar.bit(bit) {
                sum = self.add(&sum, &base);
            }
        }
        let inverse = sum.z.modinv(&self.prime).unwrap_or_default();
        let (x, y) = (self.multiply(&sum.x, &inverse), self.multiply(&sum.y, &inverse));
        let mut packed = little(&y);
        packed[31] |= u8::from(x.bit(0)) << 7;
        packed
    }
}

/// 32 bytes, the lowest first.
fn little(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_le();
    bytes.resize(32, 0);
    bytes
}

fn order() -> BigUint {
    let low = BigUint::parse_bytes(b"14def9dea2f79cd65812631a5cf5d3ed", 16).unwrap_or_default();
    (BigUint::from(1u32) << 252u32) + low
}

impl EdwardsKey {
    pub(super) fn generate(source: &mut dyn Source) -> Self {
        let mut seed = [0; 32];
        source.fill(&mut seed);
        Self::of_seed(seed)
    }

    fn of_seed(seed: [u8; 32]) -> Self {
        let public = Curve::new().times_base(&Self::scalar(&seed).0);
        Self { seed, public }
    }

    /// The scalar, and what signatures are salted with.
    fn scalar(seed: &[u8; 32]) -> (BigUint, Vec<u8>) {
        let digest = Sha512::digest(seed);
        let (low, high) = digest.split_at(32);
        let mut low = low.to_vec();
        low[0] &= 0xF8;
        low[31] = low[31] & 0x7F | 0x40;
        (BigUint::from_bytes_le(&low), high.to_vec())
    }

    /// The seed as PKCS #8 has it.
    pub(super) fn to_der(&self) -> Vec<u8> {
        der::octets(&self.seed)
    }

    pub(super) fn of_der(bytes: &[u8]) -> Option<Self> {
        let seed = der::Reader::new(bytes).expect(0x04)?.content;
        seed.try_into().ok().map(Self::of_seed)
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let (scalar, salt) = Self::scalar(&self.seed);
        let hash = |parts: &[&[u8]]| {
            let digest = parts.iter().fold(Sha512::new(), sha2::Digest::chain_update).finalize();
            BigUint::from_bytes_le(&digest)
        };
        let order = order();
        let nonce = hash(&[&salt, message]) % &order;
        let point = Curve::new().times_base(&nonce);
        let challenge = hash(&[&point, &self.public, message]) % &order;
        let answer = (nonce + challenge * scalar) % &order;
        [point, little(&answer)].concat()
    }
}
