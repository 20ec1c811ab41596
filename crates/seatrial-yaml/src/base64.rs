//! Base64 as Go's `encoding/base64` reads it: `!!binary`, and the entries of
//! Secrets.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bits that are left over at the end do not matter.
const LAX: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);

/// What `StdEncoding` reads: line ends are skipped, padding is wanted.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const STRICT: GeneralPurpose = GeneralPurpose::new(&STANDARD, LAX);
    if !text.contains(['\n', '\r']) {
        return STRICT.decode(text).ok();
    }
    STRICT.decode(text.replace(['\n', '\r'], "")).ok()
}

/// What any of the encodings reads: either alphabet, padded or not.
pub fn decode_any_base64(text: &str) -> Option<Vec<u8>> {
    const INDIFFERENT: GeneralPurpose =
        GeneralPurpose::new(&STANDARD, LAX.with_decode_padding_mode(DecodePaddingMode::Indifferent));
    let digits = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    INDIFFERENT.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_go_reads_it() {
        assert_eq!(decode_base64("YQ=="), Some(b"a".to_vec()));
        assert_eq!(decode_base64("YW\nJj\r\n"), Some(b"abc".to_vec()));
        assert_eq!(decode_base64("YR=="), Some(b"a".to_vec()), "left-over bits");
        assert_eq!(decode_base64(""), Some(Vec::new()));
        for bad in ["YQ", "YQ=", "a b=", "Y-_=", "$2y$12$", "YQ==\u{e9}"] {
            assert_eq!(decode_base64(bad), None, "{bad}");
        }
    }

    #[test]
    fn any_alphabet_and_padding_is_read() {
        for text in ["_-8=", "_-8", "/+8=", "/+8"] {
            assert_eq!(decode_any_base64(text), Some(vec![0xff, 0xef]), "{text}");
        }
        assert_eq!(decode_any_base64("a b"), None);
    }
}
