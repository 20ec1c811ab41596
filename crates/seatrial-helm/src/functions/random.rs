//! Random texts and numbers, from the seed.

use crate::template::{Call, Fault, Function, Type, Value, runes};

use super::{base64, go_text};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "randAlphaNum", parameters: &[Type::Int], is_variadic: false, body: alphanumeric },
    Function { name: "randAlpha", parameters: &[Type::Int], is_variadic: false, body: alphabetic },
    Function { name: "randNumeric", parameters: &[Type::Int], is_variadic: false, body: numeric },
    Function { name: "randAscii", parameters: &[Type::Int], is_variadic: false, body: ascii },
    Function { name: "randBytes", parameters: &[Type::Int], is_variadic: false, body: bytes },
    Function { name: "randInt", parameters: &[Type::Int, Type::Int], is_variadic: false, body: integer },
    Function { name: "uuidv4", parameters: &[], is_variadic: false, body: uuid },
    Function { name: "shuffle", parameters: &[Type::Str], is_variadic: false, body: shuffle },
];

/// A number below a bound, none of them more likely than another.
pub(super) fn below(call: &mut dyn Call, bound: u64) -> u64 {
    // What lies beyond the last whole multiple is drawn again.
    let usable = u64::MAX - u64::MAX % bound;
    loop {
        let mut bytes = [0; 8];
        call.random(&mut bytes);
        let drawn = u64::from_le_bytes(bytes);
        // A source that always says the same ends here, too.
        if drawn < usable || bytes == [0xFF; 8] {
            return drawn % bound;
        }
    }
}

fn text(call: &mut dyn Call, count: &Value, letters: &[u8]) -> Result<Value, Fault> {
    let count = length(call, count)?;
    let drawn = (0..count).map(|_| char::from(letters[below(call, letters.len() as u64) as usize]));
    Ok(Value::from(drawn.collect::<String>()))
}

/// How many are wanted. To Go, fewer than none is none.
fn length(call: &mut dyn Call, count: &Value) -> Result<u64, Fault> {
    let count = int(count).max(0).cast_unsigned();
    call.spend(count)?;
    Ok(count)
}

fn int(value: &Value) -> i64 {
    match value.data {
        crate::template::Data::Int(number, _) => number,
        _ => 0,
    }
}

const NUMBERS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BOTH: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn alphanumeric(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    text(call, &args[0], BOTH)
}

fn alphabetic(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    text(call, &args[0], LETTERS)
}

fn numeric(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    text(call, &args[0], NUMBERS)
}

fn ascii(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let letters: Vec<u8> = (b' '..=b'~').collect();
    text(call, &args[0], &letters)
}

fn bytes(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    if int(&args[0]) < 0 {
        return Err(Fault::error("runtime error: makeslice: len out of range"));
    }
    let mut bytes = vec![0; length(call, &args[0])? as usize];
    call.random(&mut bytes);
    Ok(Value::from(base64(&bytes)))
}

/// From the first number up to, but not to, the second.
fn integer(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let (least, most) = (int(&args[0]), int(&args[1]));
    let range = most.wrapping_sub(least);
    if range <= 0 {
        return Err(Fault::error("invalid argument to Intn"));
    }
    let drawn = below(call, range.cast_unsigned());
    Ok(Value::int(least.wrapping_add_unsigned(drawn)))
}

fn uuid(call: &mut dyn Call, _args: &[Value]) -> Result<Value, Fault> {
    let mut bytes = [0; 16];
    call.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|it| &digits[it]);
    Ok(Value::from(groups.join("-")))
}

fn shuffle(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = go_text(&args[0]);
    call.spend(text.len() as u64)?;
    let mut letters: Vec<char> = runes::runes(&text).map(|(_, letter, _)| letter).collect();
    for at in (1..letters.len()).rev() {
        let other = below(call, at as u64 + 1) as usize;
        letters.swap(at, other);
    }
    Ok(Value::from(letters.into_iter().collect::<String>()))
}
