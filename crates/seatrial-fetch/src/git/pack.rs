//! Packs: every object of one, deltas resolved, named by the SHA-1 of what is
//! really there.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};
use sha1::{Digest, Sha1};

use super::ObjectId;
use crate::Limits;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// The objects of a pack.
#[derive(Debug, Default)]
pub(super) struct Objects {
    found: HashMap<ObjectId, (Kind, Rc<[u8]>)>,
}

/// What a delta is put on.
enum Base {
    At(usize),
    Named(ObjectId),
}

/// An entry of a pack.
enum Entry {
    Whole(Kind, Rc<[u8]>),
    Delta(Base, Vec<u8>),
}

impl Objects {
    /// The object of a name, when it is what is wanted.
    pub(super) fn find(&self, id: &ObjectId, kind: Kind) -> Option<&[u8]> {
        self.found.get(id).filter(|(is, _)| *is == kind).map(|(_, content)| &**content)
    }

    /// Reads a pack.
    pub(super) fn read(pack: &[u8], limits: &Limits) -> Result<Self, String> {
        let (body, sum) = pack.split_last_chunk::<20>().ok_or("the pack breaks off")?;
        if Sha1::digest(body).as_slice() != sum {
            return Err("the pack's own checksum is wrong".to_owned());
        }
        let header = body.first_chunk::<12>().ok_or("the pack breaks off")?;
        let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, count @ ..] = header else {
            return Err("it is no pack of version 2".to_owned());
        };
        let count = u32::from_be_bytes(*count) as usize;
        if count > limits.objects {
            return Err(format!("the pack has more than {} objects", limits.objects));
        }
        let mut reader = Reader { bytes: body, at: header.len(), left: limits.tree_bytes };
        let mut resolver = Resolver::default();
        for _ in 0..count {
            let start = reader.at;
            match reader.entry(start)? {
                Entry::Whole(kind, content) => resolver.whole.push((start, kind, content)),
                Entry::Delta(Base::At(base), delta) => {
                    resolver.on_offset.entry(base).or_default().push((start, delta));
                }
                Entry::Delta(Base::Named(base), delta) => {
                    resolver.on_name.entry(base).or_default().push((start, delta));
                }
            }
        }
        resolver.resolve(reader.left)
    }
}

/// Entries as they follow each other.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Bytes that may still come out.
    left: u64,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, String> {
        let byte = *self.bytes.get(self.at).ok_or("the pack breaks off")?;
        self.at += 1;
        Ok(byte)
    }

    fn entry(&mut self, start: usize) -> Result<Entry, String> {
        let mut byte = self.byte()?;
        let kind = byte >> 4 & 7;
        let (mut size, mut shift) = (u64::from(byte & 15), 4);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            size |= u64::from(byte & 0x7f)
                .checked_shl(shift)
                .filter(|_| shift < 57)
                .ok_or("a size is too large")?;
            shift += 7;
        }
        let whole = |kind| move |content: Vec<u8>| Entry::Whole(kind, content.into());
        Ok(match kind {
            1 => whole(Kind::Commit)(self.inflate(size)?),
            2 => whole(Kind::Tree)(self.inflate(size)?),
            3 => whole(Kind::Blob)(self.inflate(size)?),
            4 => whole(Kind::Tag)(self.inflate(size)?),
            6 => {
                let back = self.distance()?;
                let base = start.checked_sub(back).filter(|_| back > 0).ok_or("a delta has no base")?;
                Entry::Delta(Base::At(base), self.inflate(size)?)
            }
            7 => {
                let name = self.bytes.get(self.at..).and_then(|it| it.first_chunk::<20>());
                let name = ObjectId(*name.ok_or("the pack breaks off")?);
                self.at += 20;
                Entry::Delta(Base::Named(name), self.inflate(size)?)
            }
            _ => return Err("an object is of no known kind".to_owned()),
        })
    }

    /// How far back a base lies.
    fn distance(&mut self) -> Result<usize, String> {
        let mut byte = self.byte()?;
        let mut distance = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            let next = distance.checked_add(1).and_then(|it| it.checked_mul(128));
            distance = next.ok_or("a delta has no base")? + usize::from(byte & 0x7f);
        }
        Ok(distance)
    }

    fn inflate(&mut self, size: u64) -> Result<Vec<u8>, String> {
        self.left = self.left.checked_sub(size).ok_or("its objects are larger than allowed")?;
        // A size is a claim: room is made as content comes.
        let mut content = Vec::with_capacity((size as usize).min(1 << 16));
        let mut inflater = Decompress::new(true);
        loop {
            let (before_in, before_out) = (inflater.total_in(), inflater.total_out());
            let input = &self.bytes[self.at + before_in as usize..];
            if content.len() == content.capacity() {
                let more = (size as usize - content.len()).clamp(1, content.len().max(64));
                content.reserve(more);
            }
            let status = inflater.decompress_vec(input, &mut content, FlushDecompress::None);
            let status = status.map_err(|_| "an object cannot be inflated".to_owned())?;
            if content.len() as u64 > size {
                return Err("an object is larger than it says".to_owned());
            }
            if status == Status::StreamEnd {
                break;
            }
            if (inflater.total_in(), inflater.total_out()) == (before_in, before_out)
                && content.len() < content.capacity()
            {
                return Err("the pack breaks off".to_owned());
            }
        }
        self.at += inflater.total_in() as usize;
        if content.len() as u64 == size {
            Ok(content)
        } else {
            Err("an object is smaller than it says".to_owned())
        }
    }
}

/// Puts deltas on their bases, each base once.
#[derive(Default)]
struct Resolver {
    whole: Vec<(usize, Kind, Rc<[u8]>)>,
    on_offset: BTreeMap<usize, Vec<(usize, Vec<u8>)>>,
    on_name: BTreeMap<ObjectId, Vec<(usize, Vec<u8>)>>,
}

impl Resolver {
    fn resolve(mut self, mut left: u64) -> Result<Objects, String> {
        let mut objects = Objects::default();
        let mut waiting = std::mem::take(&mut self.whole);
        while let Some((at, kind, content)) = waiting.pop() {
            let id = name(kind, &content);
            let by_offset = self.on_offset.remove(&at).unwrap_or_default();
            let by_name = self.on_name.remove(&id).unwrap_or_default();
            for (at, delta) in by_offset.into_iter().chain(by_name) {
                let made = apply(&content, &delta, &mut left)?;
                waiting.push((at, kind, made.into()));
            }
            objects.found.insert(id, (kind, content));
        }
        let is_done = self.on_offset.is_empty() && self.on_name.is_empty();
        if is_done { Ok(objects) } else { Err("a delta has no base in the pack".to_owned()) }
    }
}

fn name(kind: Kind, content: &[u8]) -> ObjectId {
    let word = match kind {
        Kind::Commit => "commit",
        Kind::Tree => "tree",
        Kind::Blob => "blob",
        Kind::Tag => "tag",
    };
    let mut hash = Sha1::new();
    hash.update(format!("{word} {}\0", content.len()));
    hash.update(content);
    ObjectId(hash.finalize().into())
}

/// What a delta makes of its base.
fn apply(base: &[u8], delta: &[u8], left: &mut u64) -> Result<Vec<u8>, String> {
    let mut rest = delta;
    let broken = || "a delta is broken".to_owned();
    let from = size(&mut rest).ok_or_else(broken)?;
    let to = size(&mut rest).ok_or_else(broken)?;
    if from != base.len() as u64 {
        return Err("a delta fits no base".to_owned());
    }
    *left = left.checked_sub(to).ok_or("its objects are larger than allowed")?;
    let mut made = Vec::with_capacity((to as usize).min(1 << 20));
    while let Some((&code, after)) = rest.split_first() {
        rest = after;
        if code & 0x80 == 0 {
            if code == 0 {
                return Err(broken());
            }
            let (content, after) = rest.split_at_checked(usize::from(code)).ok_or_else(broken)?;
            made.extend_from_slice(content);
            rest = after;
        } else {
            let mut number = |bits: u8, count: u8| {
                (0..count).filter(|it| bits >> it & 1 == 1).try_fold(0_usize, |number, place| {
                    let (&byte, after) = rest.split_first()?;
                    rest = after;
                    Some(number | usize::from(byte) << (place * 8))
                })
            };
            let start = number(code & 15, 4).ok_or_else(broken)?;
            let length = number(code >> 4 & 7, 3).ok_or_else(broken)?;
            let length = if length == 0 { 0x10000 } else { length };
            let part = start.checked_add(length).and_then(|end| base.get(start..end));
            made.extend_from_slice(part.ok_or_else(broken)?);
        }
        if made.len() as u64 > to {
            return Err(broken());
        }
    }
    if made.len() as u64 == to { Ok(made) } else { Err(broken()) }
}

/// A size in sevens of bits.
fn size(rest: &mut &[u8]) -> Option<u64> {
    let (mut size, mut shift) = (0_u64, 0);
    loop {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        if shift > 56 {
            return None;
        }
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        let delta = [5, 7, 0x91, 1, 3, 2, b'x', b'y', 0x90, 2];
        let mut left = 100;
        assert_eq!(apply(b"abcde", &delta, &mut left).as_deref(), Ok(&b"bcdxyab"[..]));
        assert_eq!(left, 93);
    }

    #[test]
    fn broken_deltas_are_refused() {
        let cases: [&[u8]; 7] = [
            &[],
            &[4, 1, 1, b'x'],
            &[5, 1, 0],
            &[5, 2, 1, b'x'],
            &[5, 1, 2, b'x', b'y'],
            &[5, 9, 0x91, 3, 9],
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ];
        for delta in cases {
            assert!(apply(b"abcde", delta, &mut 100).is_err(), "{delta:?}");
        }
        assert!(apply(b"abcde", &[5, 7, 0x90, 7], &mut 6).is_err());
    }

    #[test]
    fn what_is_no_pack_is_refused() {
        let sealed = |body: &[u8]| [body, Sha1::digest(body).as_slice()].concat();
        let limits = Limits::default();
        let read = |pack: &[u8]| Objects::read(pack, &limits).map(|it| it.found.len());
        assert_eq!(read(&sealed(b"PACK\0\0\0\x02\0\0\0\0")), Ok(0));
        assert!(read(b"").is_err());
        assert!(read(&sealed(b"PACK\0\0\0\x02\xff\xff\xff\xff")).is_err());
        assert!(read(&sealed(b"PACK\0\0\0\x02\0\0\0\x01\x3f")).is_err());
        assert!(
            read(&sealed(b"PACK\0\0\0\x02\0\0\0\x01\xbf\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")).is_err()
        );
        assert!(read(&sealed(b"PACK\0\0\0\x02\0\0\0\x01\x60\x01")).is_err());
    }
}
