//! bcrypt, htpasswd, derivePassword, encryptAES, decryptAES, genPrivateKey.

use crate::crypto::{self, Key, Source};
use crate::template::{Call, Data, Fault, Function, Type, Value};

use super::{base64, from_base64, go_text, text_of};

const TWO: &[Type] = &[Type::Str, Type::Str];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "bcrypt", parameters: &[Type::Str], is_variadic: false, body: bcrypt },
    Function { name: "htpasswd", parameters: TWO, is_variadic: false, body: htpasswd },
    Function {
        name: "derivePassword",
        parameters: &[Type::Uint32, Type::Str, Type::Str, Type::Str, Type::Str],
        is_variadic: false,
        body: derive_password,
    },
    Function { name: "encryptAES", parameters: TWO, is_variadic: false, body: encrypt },
    Function { name: "decryptAES", parameters: TWO, is_variadic: false, body: decrypt },
    Function { name: "genPrivateKey", parameters: &[Type::Str], is_variadic: false, body: private_key },
];

// What the slow ones take from the budget of a render, by the time they take.
const HASH: u64 = 2_500_000;
const DERIVED: u64 = 3_000_000;
const KEY: u64 = 500_000;

/// Random bytes of a render.
pub(super) struct Random<'a>(pub(super) &'a mut dyn Call);

impl Source for Random<'_> {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }

    fn is_seeded(&self) -> bool {
        self.0.is_seeded()
    }
}

fn bcrypt(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(hashed(call, &go_text(&args[0]))?))
}

fn hashed(call: &mut dyn Call, password: &[u8]) -> Result<String, Fault> {
    call.spend(HASH)?;
    let mut salt = [0; 16];
    call.random(&mut salt);
    let hash = crypto::bcrypt(password, salt);
    Ok(hash.unwrap_or_else(|message| format!("failed to encrypt string with bcrypt: {message}")))
}

fn htpasswd(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let name = go_text(&args[0]);
    let name = text_of(&name);
    if name.contains(':') {
        return Ok(Value::from(format!("invalid username: {name}")));
    }
    let hash = hashed(call, &go_text(&args[1]))?;
    Ok(Value::from(format!("{name}:{hash}")))
}

/// The forms of passwords, a letter for each class of signs.
const FORMS: [(&str, &[&str]); 6] = [
    ("maximum", &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]),
    (
        "long",
        &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
    ),
    ("medium", &["CvcnoCvc", "CvcCvcno"]),
    ("short", &["Cvcn"]),
    ("basic", &["aaanaaan", "aannaaan", "aaannaaa"]),
    ("pin", &["nnnn"]),
];

/// The signs of a class.
fn signs(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The Master Password algorithm.
fn derive_password(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    const NAMESPACE: &[u8] = b"com.lyndir.masterpassword";
    let [counter, form, password, user, site] = args else {
        return Err(Fault::error("wrong number of args for derivePassword"));
    };
    let Data::Int(counter, _) = counter.data else {
        return Err(Fault::error("wrong type for value; expected uint32"));
    };
    let form = go_text(form);
    let Some((_, forms)) = FORMS.iter().find(|(name, _)| name.as_bytes() == form.as_ref()) else {
        return Ok(Value::from(format!("cannot find password template {}", text_of(&form))));
    };
    call.spend(DERIVED)?;
    let (user, site) = (go_text(user), go_text(site));
    let sized = |text: &[u8]| [NAMESPACE, &(text.len() as u32).to_be_bytes(), text].concat();
    let key = crypto::scrypt(&go_text(password), &sized(&user), 32_768, 2, 64);
    let message =
        [sized(&site), u32::try_from(counter & 0xFFFF_FFFF).unwrap_or_default().to_be_bytes().to_vec()]
            .concat();
    let seed = crypto::hmac_sha256(&key, &message);
    let form = forms[usize::from(seed[0]) % forms.len()];
    let password = form.bytes().zip(&seed[1..]).map(|(class, byte)| {
        let signs = signs(class);
        char::from(signs[usize::from(*byte) % signs.len()])
    });
    Ok(Value::from(password.collect::<String>()))
}

fn encrypt(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = go_text(&args[1]);
    if text.is_empty() {
        return Ok(Value::from(""));
    }
    call.spend(text.len() as u64)?;
    let mut start = [0; 16];
    call.random(&mut start);
    Ok(Value::from(base64(&crypto::encrypt(&go_text(&args[0]), &text, start))))
}

fn decrypt(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let letters = go_text(&args[1]);
    if letters.is_empty() {
        return Ok(Value::from(""));
    }
    let bytes = from_base64(&letters).map_err(Fault::error)?;
    crypto::decrypt(&go_text(&args[0]), &bytes).map(Value::bytes_as_str).map_err(Fault::error)
}

fn private_key(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let kind = go_text(&args[0]);
    let kind = text_of(&kind);
    call.spend(KEY)?;
    let mut random = Random(call);
    let key = match kind.as_ref() {
        "" | "rsa" => Key::rsa(4096, &mut random),
        "dsa" => Key::dsa(&mut random),
        "ecdsa" => Key::ecdsa(&mut random),
        "ed25519" => Key::ed25519(&mut random),
        _ => return Ok(Value::from(format!("Unknown type {kind}"))),
    };
    Ok(Value::from(key.to_pem()))
}
