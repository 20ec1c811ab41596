//! RSA keys and signatures.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::Source;
use super::der;
use super::pool;

const EXPONENT: u32 = 65_537;

/// A private key with two primes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaKey {
    pub(super) modulus: BigUint,
    pub(super) exponent: BigUint,
    private: BigUint,
    primes: [BigUint; 2],
}

impl RsaKey {
    /// A key of so many bits: of well-known primes where only a seed is behind
    /// it, of new ones otherwise.
    pub(super) fn generate(bits: usize, source: &mut dyn Source) -> Self {
        loop {
            let primes = if source.is_seeded() {
                pool::two_primes(bits / 2, source)
            } else {
                [new_prime(bits / 2, source), new_prime(bits / 2, source)]
            };
            if let Some(key) = Self::of_primes(primes).filter(|it| it.modulus.bits() == bits as u64) {
                return key;
            }
        }
    }

    fn of_primes(primes: [BigUint; 2]) -> Option<Self> {
        let one = BigUint::from(1u32);
        let [p, q] = &primes;
        if p == q {
            return None;
        }
        let exponent = BigUint::from(EXPONENT);
        let private = exponent.modinv(&((p - &one) * (q - &one)))?;
        Some(Self { modulus: p * q, exponent, private, primes })
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let one = BigUint::from(1u32);
        let [p, q] = &self.primes;
        let coefficient = q.modinv(p).unwrap_or_default();
        let numbers = [
            &self.modulus,
            &self.exponent,
            &self.private,
            p,
            q,
            &(&self.private % (p - &one)),
            &(&self.private % (q - &one)),
            &coefficient,
        ];
        let mut parts = vec![der::small(0)];
        parts.extend(numbers.into_iter().map(der::integer));
        der::sequence(&parts)
    }

    pub(super) fn of_der(bytes: &[u8]) -> Option<Self> {
        let mut reader = der::Reader::new(bytes).sequence()?;
        reader.integer()?;
        let [modulus, exponent, private] = [reader.integer()?, reader.integer()?, reader.integer()?];
        let primes = [reader.integer()?, reader.integer()?];
        let fits = &primes[0] * &primes[1] == modulus && modulus.bits() <= 8192 && modulus.bits() >= 512;
        fits.then_some(Self { modulus, exponent, private, primes })
    }

    /// Modulus and exponent, as certificates have them.
    pub(super) fn public_der(&self) -> Vec<u8> {
        der::sequence(&[der::integer(&self.modulus), der::integer(&self.exponent)])
    }

    /// A signature by PKCS #1 v1.5 over SHA-256.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        const SHA256: [u8; 19] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
            0x00, 0x04, 0x20,
        ];
        let length = self.modulus.bits().div_ceil(8) as usize;
        let digest = Sha256::digest(message);
        let mut padded = vec![0, 1];
        padded.resize(length - SHA256.len() - digest.len() - 1, 0xFF);
        padded.push(0);
        padded.extend_from_slice(&SHA256);
        padded.extend_from_slice(&digest);
        let signature = self.decrypt(&BigUint::from_bytes_be(&padded)).to_bytes_be();
        [vec![0; length - signature.len()], signature].concat()
    }

    /// The private operation, by each prime on its own.
    fn decrypt(&self, number: &BigUint) -> BigUint {
        let one = BigUint::from(1u32);
        let [p, q] = &self.primes;
        let by_p = number.modpow(&(&self.private % (p - &one)), p);
        let by_q = number.modpow(&(&self.private % (q - &one)), q);
        let coefficient = q.modinv(p).unwrap_or_default();
        let difference = (&by_p + p - &by_q % p) % p;
        &by_q + q * ((difference * coefficient) % p)
    }
}

/// A number below a bound.
pub(super) fn below(bound: &BigUint, source: &mut dyn Source) -> BigUint {
    let mut bytes = vec![0; bound.bits().div_ceil(8) as usize + 8];
    source.fill(&mut bytes);
    BigUint::from_bytes_be(&bytes) % bound
}

/// A prime whose product with another has all its bits.
fn new_prime(bits: usize, source: &mut dyn Source) -> BigUint {
    let exponent = BigUint::from(EXPONENT);
    loop {
        let mut bytes = vec![0; bits / 8];
        source.fill(&mut bytes);
        bytes[0] |= 0xC0;
        let last = bytes.len() - 1;
        bytes[last] |= 1;
        let candidate = BigUint::from_bytes_be(&bytes);
        let is_coprime = (&candidate - 1u32) % &exponent != BigUint::ZERO;
        if is_coprime && is_prime(&candidate, source) {
            return candidate;
        }
    }
}

/// Whether a number is prime, as far as 20 witnesses can tell.
fn is_prime(number: &BigUint, source: &mut dyn Source) -> bool {
    const SMALL: u32 = 2000;
    if (3..SMALL).step_by(2).any(|it| number % it == BigUint::ZERO) {
        return false;
    }
    let one = BigUint::from(1u32);
    let before = number - &one;
    let twos = before.trailing_zeros().unwrap_or(0);
    let odd = &before >> twos;
    (0..20).all(|_| {
        let witness = below(&(&before - &one), source) + 2u32;
        let mut power = witness.modpow(&odd, number);
        if power == one || power == before {
            return true;
        }
        (1..twos).any(|_| {
            power = &power * &power % number;
            power == before
        })
    })
}
