//! Checksums: sha256sum, adler32sum, ...

use std::fmt::Write;

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::template::{Call, Fault, Function, Type, Value};

use super::go_text;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "sha1sum", parameters: &[Type::Str], is_variadic: false, body: sha1sum },
    Function { name: "sha256sum", parameters: &[Type::Str], is_variadic: false, body: sha256sum },
    Function { name: "sha512sum", parameters: &[Type::Str], is_variadic: false, body: sha512sum },
    Function { name: "adler32sum", parameters: &[Type::Str], is_variadic: false, body: adler32sum },
];

fn sha1sum(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(hexadecimal(&Sha1::digest(go_text(&args[0]))))
}

fn sha256sum(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(hexadecimal(&Sha256::digest(go_text(&args[0]))))
}

fn sha512sum(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(hexadecimal(&Sha512::digest(go_text(&args[0]))))
}

fn hexadecimal(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes everything");
    }
    Value::from(text)
}

fn adler32sum(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    const MODULUS: u32 = 65_521;
    let (mut sum, mut sums) = (1u32, 0u32);
    for byte in go_text(&args[0]).iter() {
        sum = (sum + u32::from(*byte)) % MODULUS;
        sums = (sums + sum) % MODULUS;
    }
    Ok(Value::from((sums << 16 | sum).to_string()))
}
