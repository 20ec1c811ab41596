//! Reads the tables that lie packed in the program; `xtask` writes them. They are
//! ours and checked by tests, so what is wrong in them is a bug, not input.

/// A place in the bytes. The compiler can move it as well.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    rest: &'static [u8],
}

impl Cursor {
    pub(crate) const fn at(bytes: &'static [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn byte(&mut self) -> u8 {
        let (first, rest) = self.rest.split_first().expect("the embedded table is whole");
        self.rest = rest;
        *first
    }

    /// Seven bits a byte, the low ones first.
    pub(crate) const fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= ((byte & 0x7f) as u64) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    pub(crate) const fn index(&mut self) -> usize {
        self.number() as usize
    }

    pub(crate) const fn take(&mut self, length: usize) -> &'static [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    pub(crate) const fn text(&mut self) -> &'static str {
        let length = self.index();
        match std::str::from_utf8(self.take(length)) {
            Ok(text) => text,
            Err(_) => panic!("the embedded table holds UTF-8"),
        }
    }

    pub(crate) fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.index();
        (0..count).map(|_| read(self)).collect()
    }
}

/// Whether bytes are those that their SHA-256 says.
#[cfg(test)]
pub(crate) fn has_hash(bytes: &[u8], sha256: &str) -> bool {
    use sha2::{Digest, Sha256};

    let digits = |at: usize| u8::from_str_radix(&sha256[at * 2..at * 2 + 2], 16).expect("two digits");
    Sha256::digest(bytes).iter().enumerate().all(|(at, byte)| *byte == digits(at))
}
