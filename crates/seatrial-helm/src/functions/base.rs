//! base64 and base32.

use crate::template::{Call, Data, Fault, Function, Type, Value};

use super::go_text;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "b64enc", parameters: &[Type::Str], is_variadic: false, body: b64enc },
    Function { name: "b64dec", parameters: &[Type::Str], is_variadic: false, body: b64dec },
    Function { name: "b32enc", parameters: &[Type::Str], is_variadic: false, body: b32enc },
    Function { name: "b32dec", parameters: &[Type::Str], is_variadic: false, body: b32dec },
];

const LETTERS_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const LETTERS_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn b64enc(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(base64(&go_text(&args[0]))))
}

fn b32enc(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(encode(&go_text(&args[0]), LETTERS_32, 5)))
}

fn b64dec(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(decoded(from_base64(&go_text(&args[0]))))
}

fn b32dec(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(decoded(decode_32(&go_text(&args[0])).map_err(|at| corrupt("base32", at))))
}

/// What is no base64 gives the error's text.
fn decoded(result: Result<Vec<u8>, String>) -> Value {
    match result {
        Ok(bytes) => Value::bytes_as_str(bytes),
        Err(message) => Value::from(Data::Str(message.into())),
    }
}

/// Bytes in the standard alphabet, with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    encode(bytes, LETTERS_64, 6)
}

/// Bytes in another alphabet of 64 letters.
pub(crate) fn encode_with(bytes: &[u8], letters: &[u8; 64]) -> String {
    encode(bytes, letters, 6)
}

/// The bytes of a text in the standard alphabet; breaks of lines are skipped.
pub(crate) fn from_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    decode_64(text).map_err(|at| corrupt("base64", at))
}

fn corrupt(name: &str, at: usize) -> String {
    format!("illegal {name} data at input byte {at}")
}

/// How many letters stand together: 4 of six bits, 8 of five.
fn group(bits: u32) -> usize {
    if bits == 6 { 4 } else { 8 }
}

fn encode(bytes: &[u8], letters: &[u8], bits: u32) -> String {
    let group = group(bits);
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(group * bits as usize / 8) {
        let word = chunk.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        let length = chunk.len() as u32 * 8;
        let used = length.div_ceil(bits);
        let word = word << (used * bits - length);
        for place in (0..used).rev() {
            let index = word >> (place * bits) & ((1 << bits) - 1);
            out.push(char::from(letters[index as usize]));
        }
        out.extend(std::iter::repeat_n('=', group - used as usize));
    }
    out
}

/// Some bytes of whole groups of letters, of which the last one may be short.
struct Groups {
    out: Vec<u8>,
    bits: u32,
}

impl Groups {
    fn push(&mut self, indexes: &[u8]) {
        let word = indexes.iter().fold(0u64, |word, index| word << self.bits | u64::from(*index));
        let length = indexes.len() as u32 * self.bits;
        let word = word >> (length % 8);
        self.out.extend((0..length / 8).rev().map(|byte| (word >> (byte * 8)) as u8));
    }
}

fn is_break(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

/// The value of a letter.
fn index(letters: &[u8], byte: u8) -> Option<u8> {
    letters.iter().position(|it| *it == byte).map(|it| it as u8)
}

/// As Go decodes base64: the error names the byte it stumbled over.
fn decode_64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut groups = Groups { out: Vec::with_capacity(text.len() / 4 * 3), bits: 6 };
    let mut at = 0;
    let mut group = Vec::with_capacity(4);
    loop {
        while text.get(at).is_some_and(|it| is_break(*it)) {
            at += 1;
        }
        let Some(byte) = text.get(at) else {
            return if group.is_empty() { Ok(groups.out) } else { Err(at - group.len()) };
        };
        if *byte == b'=' {
            return end_64(text, at, &group).map(|()| {
                groups.push(&group);
                groups.out
            });
        }
        group.push(index(LETTERS_64, *byte).ok_or(at)?);
        at += 1;
        if group.len() == 4 {
            groups.push(&group);
            group.clear();
        }
    }
}

/// Whether the text may end with the padding that begins here.
fn end_64(text: &[u8], at: usize, group: &[u8]) -> Result<(), usize> {
    let next = |from: usize| (from..text.len()).find(|it| !is_break(text[*it]));
    let mut last = at;
    match group.len() {
        0 | 1 => return Err(at),
        2 => {
            last = next(at + 1).ok_or(text.len())?;
            if text[last] != b'=' {
                return Err(last - 1);
            }
        }
        _ => {}
    }
    next(last + 1).map_or(Ok(()), Err)
}

/// As Go decodes base32, which drops the breaks of lines before it counts.
fn decode_32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|it| !is_break(*it)).collect();
    let mut groups = Groups { out: Vec::with_capacity(text.len() / 8 * 5), bits: 5 };
    let mut group = Vec::with_capacity(8);
    for (at, byte) in text.iter().enumerate() {
        let rest = &text[at + 1..];
        if *byte == b'=' && group.len() >= 2 && rest.len() < 8 {
            end_32(at, group.len(), rest)?;
            groups.push(&group);
            return Ok(groups.out);
        }
        group.push(index(LETTERS_32, *byte).ok_or(at)?);
        if group.len() == 8 {
            groups.push(&group);
            group.clear();
        }
    }
    if !group.is_empty() {
        return Err(text.len() - group.len());
    }
    Ok(groups.out)
}

/// Whether the padding that began is whole; what stands behind it is let go.
fn end_32(at: usize, used: usize, rest: &[u8]) -> Result<(), usize> {
    if rest.len() + used < 7 {
        return Err(at + 1 + rest.len());
    }
    if let Some(wrong) = rest.iter().take(7 - used).position(|it| *it != b'=') {
        return Err(at + wrong);
    }
    if matches!(used, 3 | 6) { Err(at) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_their_letters() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            let bytes = text.as_bytes();
            assert_eq!(from_base64(base64(bytes).as_bytes()).as_deref(), Ok(bytes));
            let letters = encode(bytes, LETTERS_32, 5);
            assert_eq!(decode_32(letters.as_bytes()).as_deref(), Ok(bytes), "{letters}");
        }
        assert_eq!(base64(b"fooba"), "Zm9vYmE=");
        assert_eq!(encode(b"fooba", LETTERS_32, 5), "MZXW6YTB");
    }
}
