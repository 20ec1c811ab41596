//! ECDSA on the curve P-256.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::Source;
use super::der;
use super::rsa::below;

/// A private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CurveKey {
    scalar: BigUint,
    /// The public point, uncompressed.
    pub(super) public: Vec<u8>,
}

const PRIME: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const BASE: [&str; 2] = [
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
];

fn number(digits: &str) -> BigUint {
    BigUint::parse_bytes(digits.as_bytes(), 16).expect("these are hexadecimal digits")
}

/// A point in Jacobian coordinates; `z` is zero at infinity.
#[derive(Clone)]
struct Point {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

struct Curve {
    prime: BigUint,
}

impl Curve {
    fn multiply(&self, a: &BigUint, b: &BigUint) -> BigUint {
        a * b % &self.prime
    }

    fn minus(&self, a: &BigUint, b: &BigUint) -> BigUint {
        (a + &self.prime - b) % &self.prime
    }

    fn double(&self, point: &Point) -> Point {
        let Point { x, y, z } = point;
        let z2 = self.multiply(z, z);
        let y2 = self.multiply(y, y);
        let s = self.multiply(&(x * 4u32), &y2);
        // The coefficient of the curve is -3.
        let m = self.multiply(&(self.minus(x, &z2) * 3u32), &(x + &z2));
        let new_x = self.minus(&self.multiply(&m, &m), &(&s * 2u32 % &self.prime));
        let y4 = self.multiply(&y2, &y2) * 8u32 % &self.prime;
        let new_y = self.minus(&self.multiply(&m, &self.minus(&s, &new_x)), &y4);
        Point { x: new_x, y: new_y, z: self.multiply(&(y * 2u32), z) }
    }

    #[expect(clippy::many_single_char_names, reason = "they are the letters of the formula")]
    fn add(&self, left: &Point, right: &Point) -> Point {
        if left.z == BigUint::ZERO {
            return right.clone();
        }
        if right.z == BigUint::ZERO {
            return left.clone();
        }
        let (z1, z2) = (self.multiply(&left.z, &left.z), self.multiply(&right.z, &right.z));
        let (u1, u2) = (self.multiply(&left.x, &z2), self.multiply(&right.x, &z1));
        let s1 = self.multiply(&left.y, &self.multiply(&z2, &right.z));
        let s2 = self.multiply(&right.y, &self.multiply(&z1, &left.z));
        if u1 == u2 {
            return if s1 == s2 {
                self.double(left)
            } else {
                Point { x: BigUint::from(1u32), y: BigUint::from(1u32), z: BigUint::ZERO }
            };
        }
        let (h, r) = (self.minus(&u2, &u1), self.minus(&s2, &s1));
        let h2 = self.multiply(&h, &h);
        let h3 = self.multiply(&h2, &h);
        let v = self.multiply(&u1, &h2);
        let x = self.minus(&self.minus(&self.multiply(&r, &r), &h3), &(&v * 2u32 % &self.prime));
        let y = self.minus(&self.multiply(&r, &self.minus(&v, &x)), &self.multiply(&s1, &h3));
        Point { x, y, z: self.multiply(&self.multiply(&left.z, &right.z), &h) }
    }

    /// So many times the base point, as plain coordinates.
    fn times_base(&self, scalar: &BigUint) -> [BigUint; 2] {
        let [x, y] = BASE.map(number);
        let base = Point { x, y, z: BigUint::from(1u32) };
        let mut sum = Point { x: BigUint::from(1u32), y: BigUint::from(1u32), z: BigUint::ZERO };
        for bit in (0..256).rev() {
            sum = self.double(&sum);
            if scalar.bit(bit) {
                sum = self.add(&sum, &base);
            }
        }
        let inverse = sum.z.modinv(&self.prime).unwrap_or_default();
        let square = self.multiply(&inverse, &inverse);
        [self.multiply(&sum.x, &square), self.multiply(&sum.y, &self.multiply(&square, &inverse))]
    }
}

/// 32 bytes, the highest first.
pub(super) fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; 32usize.saturating_sub(bytes.len())], bytes].concat()
}

impl CurveKey {
    pub(super) fn generate(source: &mut dyn Source) -> Self {
        let scalar = below(&(number(ORDER) - 1u32), source) + 1u32;
        Self::of_scalar(scalar)
    }

    fn of_scalar(scalar: BigUint) -> Self {
        let [x, y] = Curve { prime: number(PRIME) }.times_base(&scalar);
        let public = [vec![4], padded(&x), padded(&y)].concat();
        Self { scalar, public }
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        der::sequence(&[
            der::small(1),
            der::octets(&padded(&self.scalar)),
            der::tagged(0xA0, &der::oid(super::keys::P256)),
            der::tagged(0xA1, &der::bits(&self.public)),
        ])
    }

    pub(super) fn of_der(bytes: &[u8]) -> Option<Self> {
        let mut reader = der::Reader::new(bytes).sequence()?;
        reader.integer()?;
        let scalar = BigUint::from_bytes_be(reader.expect(0x04)?.content);
        let is_other_curve = reader.next().is_some_and(|it| {
            it.tag == 0xA0
                && der::Reader::new(it.content).expect(0x06).is_some_and(|it| it.content != super::keys::P256)
        });
        let fits = scalar != BigUint::ZERO && scalar < number(ORDER) && !is_other_curve;
        fits.then(|| Self::of_scalar(scalar))
    }

    /// A signature over SHA-256.
    pub(super) fn sign(&self, message: &[u8], source: &mut dyn Source) -> Vec<u8> {
        let order = number(ORDER);
        let digest = BigUint::from_bytes_be(&Sha256::digest(message));
        let curve = Curve { prime: number(PRIME) };
        loop {
            let nonce = below(&(&order - 1u32), source) + 1u32;
            let r = &curve.times_base(&nonce)[0] % &order;
            let Some(inverse) = nonce.modinv(&order) else { continue };
            let s = inverse * (&digest + &r * &self.scalar) % &order;
            if r != BigUint::ZERO && s != BigUint::ZERO {
                return der::sequence(&[der::integer(&r), der::integer(&s)]);
            }
        }
    }
}
