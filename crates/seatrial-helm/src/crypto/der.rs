//! DER: what certificates and keys are written in.

use num_bigint::BigUint;

/// A value with its tag.
pub(super) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        length @ ..0x80 => out.push(length as u8),
        length => {
            let bytes = length.to_be_bytes();
            let start = bytes.iter().position(|it| *it != 0).unwrap_or(0);
            out.push(0x80 | (bytes.len() - start) as u8);
            out.extend_from_slice(&bytes[start..]);
        }
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

pub(super) fn integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 {
        bytes.insert(0, 0);
    }
    tagged(0x02, &bytes)
}

pub(super) fn small(number: u8) -> Vec<u8> {
    tagged(0x02, &[number])
}

/// An object identifier of its content bytes.
pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    tagged(0x06, content)
}

pub(super) fn null() -> Vec<u8> {
    tagged(0x05, &[])
}

pub(super) fn octets(bytes: &[u8]) -> Vec<u8> {
    tagged(0x04, bytes)
}

/// Whole bytes of bits.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], bytes].concat())
}

/// Reads values one after the other.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// A value that was read.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// With tag and length.
    pub(super) whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn next(&mut self) -> Option<Item<'a>> {
        let [tag, first, behind @ ..] = self.rest else { return None };
        let (length, behind) = match first {
            _ if *first < 0x80 => (usize::from(*first), behind),
            0x81..=0x84 => {
                let (bytes, behind) = behind.split_at_checked(usize::from(first & 0x7F))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), behind)
            }
            _ => return None,
        };
        let (content, rest) = behind.split_at_checked(length)?;
        let whole = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        Some(Item { tag: *tag, content, whole })
    }

    pub(super) fn expect(&mut self, tag: u8) -> Option<Item<'a>> {
        self.next().filter(|it| it.tag == tag)
    }

    /// A sequence, to be read from inside.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.expect(0x30).map(|it| Self::new(it.content))
    }

    pub(super) fn integer(&mut self) -> Option<BigUint> {
        self.expect(0x02).map(|it| BigUint::from_bytes_be(it.content))
    }
}
