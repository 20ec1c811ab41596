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
    Ok(decoded(decode(&go_text(&args[0]), LETTERS_32, 5, "base32")))
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

/// The bytes of a text in the standard alphabet; breaks of lines are skipped.
pub(crate) fn from_base64(text: &[u8]) -> Result<Vec<u8>, String> {
    decode(text, LETTERS_64, 6, "base64")
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

/// Go's strict decoder: whole groups, padding only at the end.
fn decode(text: &[u8], letters: &[u8], bits: u32, name: &str) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| format!("illegal {name} data at input byte {at}");
    let group = group(bits);
    let is_break = |byte: u8| byte == b'\r' || byte == b'\n';
    // base32 drops the breaks before it counts.
    let kept: Vec<(usize, u8)> = text.iter().copied().enumerate().filter(|it| !is_break(it.1)).collect();
    let place = |index: usize| if bits == 5 { index } else { kept[index].0 };
    let mut out = Vec::with_capacity(text.len() * bits as usize / 8);
    let mut at = 0;
    while at < kept.len() {
        let mut word = 0u64;
        let mut used = 0;
        while used < group {
            let Some((_, byte)) = kept.get(at + used) else {
                let missing = if bits == 5 { kept.len() - used } else { text.len() - used };
                return Err(corrupt(missing));
            };
            if *byte == b'=' {
                break;
            }
            let Some(index) = letters.iter().position(|it| it == byte) else {
                return Err(corrupt(place(at + used)));
            };
            word = word << bits | index as u64;
            used += 1;
        }
        let padding = group - used;
        if padding > 0 {
            check_padding(&kept, at, used, bits, text.len()).map_err(corrupt)?;
        }
        let length = used as u32 * bits / 8;
        let word = word >> (used as u32 * bits - length * 8);
        out.extend((0..length).rev().map(|index| (word >> (index * 8)) as u8));
        at += group;
    }
    Ok(out)
}

/// The byte that Go complains of where padding stands as it should not.
fn check_padding(kept: &[(usize, u8)], at: usize, used: usize, bits: u32, end: usize) -> Result<(), usize> {
    let place = |index: usize| match (bits, kept.get(index)) {
        (5, _) => index,
        (_, Some((place, _))) => *place,
        (_, None) => end,
    };
    let group = group(bits);
    let allowed: &[usize] = if bits == 6 { &[2, 3] } else { &[2, 4, 5, 7] };
    if bits == 5 {
        if at + group > kept.len() {
            return Err(kept.len());
        }
        if let Some(wrong) = (at + used..at + group).find(|it| kept[*it].1 != b'=') {
            return Err(wrong - 1);
        }
        if !allowed.contains(&used) {
            return Err(at + used);
        }
    } else {
        if !allowed.contains(&used) {
            return Err(place(at + used));
        }
        if used == 2 && kept.get(at + 3).is_none_or(|it| it.1 != b'=') {
            return Err(if at + 3 < kept.len() { place(at + 3) } else { end });
        }
    }
    if at + group < kept.len() {
        return Err(place(at + group));
    }
    Ok(())
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
            assert_eq!(
                decode(letters.as_bytes(), LETTERS_32, 5, "base32").as_deref(),
                Ok(bytes),
                "{letters}"
            );
        }
        assert_eq!(base64(b"fooba"), "Zm9vYmE=");
        assert_eq!(encode(b"fooba", LETTERS_32, 5), "MZXW6YTB");
    }
}
