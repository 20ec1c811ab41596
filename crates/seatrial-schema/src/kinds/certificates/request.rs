//! The text of a request for a certificate: base64 of PEM of PKCS #10. Only its
//! frame is looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &str = "-----BEGIN CERTIFICATE REQUEST-----";
const END: &str = "-----END CERTIFICATE REQUEST-----";
const NO_BLOCK: &str = "PEM block type must be CERTIFICATE REQUEST";

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const BIT_STRING: u8 = 0x03;

/// What is wrong with a request.
pub(super) fn check(encoded: &str) -> Result<(), &'static str> {
    let pem = STANDARD.decode(encoded).map_err(|_| NO_BLOCK)?;
    let pem = String::from_utf8_lossy(&pem);
    let body = block(&pem).ok_or(NO_BLOCK)?;
    let (content, rest) = element(&body, SEQUENCE).ok_or("asn1: structure error: tags don't match")?;
    if !rest.is_empty() {
        return Err("asn1: syntax error: trailing data");
    }
    let parts = element(content, SEQUENCE)
        .and_then(|(_, rest)| element(rest, SEQUENCE))
        .and_then(|(_, rest)| element(rest, BIT_STRING));
    match parts {
        Some((_, [])) => Ok(()),
        _ => Err("asn1: structure error: tags don't match"),
    }
}

/// The bytes of the first block, which has to be a request.
fn block(pem: &str) -> Option<Vec<u8>> {
    let start = pem.find("-----BEGIN ")?;
    let body = pem[start..].strip_prefix(BEGIN)?;
    let body = &body[..body.find(END)?];
    // Headers end with an empty line.
    let body = body.split_once("\n\n").filter(|(head, _)| head.contains(':')).map_or(body, |(_, body)| body);
    let letters: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(letters).ok()
}

/// The content of the element of that tag at the start, and what follows it.
pub(super) fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [first, length, rest @ ..] = bytes else { return None };
    if *first != tag {
        return None;
    }
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_of_a_request_is_checked() {
        let request = |bytes: &[u8]| STANDARD.encode(format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(bytes)));
        assert_eq!(check(&request(&[0x30, 6, 0x30, 0, 0x30, 0, 3, 0])), Ok(()));
        assert!(check(&request(&[0x30, 4, 0x30, 0, 0x30, 0])).is_err());
        assert!(check(&request(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff])).is_err());
        assert_eq!(check(&STANDARD.encode("x")), Err(NO_BLOCK));
        assert_eq!(check(""), Err(NO_BLOCK));
    }
}
