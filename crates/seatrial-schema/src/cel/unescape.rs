//! String and bytes literals to what they stand for.

/// The value of a quoted literal, with `r` before it or not.
pub(super) fn unescape(literal: &str, bytes: bool) -> Result<Vec<u8>, &'static str> {
    let raw = literal.starts_with(['r', 'R']);
    let quoted = &literal[usize::from(raw)..];
    let quotes =
        if quoted.len() >= 6 && ["\"\"\"", "'''"].iter().any(|it| quoted.starts_with(it)) { 3 } else { 1 };
    let inner = quoted.get(quotes..quoted.len() - quotes).ok_or("unable to unescape string")?;
    let inner = inner.replace("\r\n", "\n").replace('\r', "\n");
    if raw || !inner.contains('\\') {
        return Ok(inner.into_bytes());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner.as_str();
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = escape(&rest[at + 1..], bytes, &mut out)?;
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

/// Appends what the sequence behind a backslash means and answers the text after it.
fn escape<'a>(text: &'a str, bytes: bool, out: &mut Vec<u8>) -> Result<&'a str, &'static str> {
    let kind = text.bytes().next().ok_or("unable to unescape string, found '\\' as last character")?;
    let single = match kind {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' | b'\'' | b'"' | b'`' | b'?' => kind,
        b'x' | b'X' => return code_point(text, 1..3, 16, bytes, out),
        b'u' if !bytes => return code_point(text, 1..5, 16, bytes, out),
        b'U' if !bytes => return code_point(text, 1..9, 16, bytes, out),
        b'0'..=b'3' => return code_point(text, 0..3, 8, bytes, out),
        _ => return Err("unable to unescape string"),
    };
    out.push(single);
    Ok(&text[1..])
}

fn code_point<'a>(
    text: &'a str,
    digits: std::ops::Range<usize>,
    radix: u32,
    bytes: bool,
    out: &mut Vec<u8>,
) -> Result<&'a str, &'static str> {
    let end = digits.end;
    let digits = text.get(digits).ok_or("unable to unescape string")?;
    let number = u32::from_str_radix(digits, radix).map_err(|_| "unable to unescape string")?;
    if bytes {
        out.push(number as u8);
    } else {
        let char = char::from_u32(number).ok_or("invalid unicode code point")?;
        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(&text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_characters_or_bytes() {
        assert_eq!(unescape(r#""a\n\x41\u00e9\101""#, false).unwrap(), "a\nA\u{e9}A".as_bytes());
        assert_eq!(unescape(r#""\xff\377""#, true).unwrap(), [255, 255]);
        assert_eq!(unescape(r#"r"\n""#, false).unwrap(), br"\n");
        assert_eq!(unescape("'''a'b'''", false).unwrap(), b"a'b");
        assert!(unescape(r#""\ud800""#, false).is_err());
    }
}
