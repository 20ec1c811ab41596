//! JSON text as values, with the words of Go's decoder where it has no form.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::go;
use crate::template::{Data, Map, OriginId, Value};

/// Deeper nesting is refused, as Go does.
const DEPTH: usize = 10_000;

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its value; numbers are `float64`.
    pub value: Value,
    /// The first number that no `float64` holds. It stands as nil in the value,
    /// and Go returns this error beside it.
    pub error: Option<String>,
}

/// Reads a text of one value. `origin` tells where a stretch of bytes came from.
pub fn read(text: &str, origin: &mut dyn FnMut(Range<usize>) -> OriginId) -> Result<Document, String> {
    let mut reader = Reader { text, at: 0, origin, open: Vec::new(), error: None };
    let value = reader.document()?;
    Ok(Document { value, error: reader.error })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    origin: &'a mut dyn FnMut(Range<usize>) -> OriginId,
    open: Vec<Open>,
    error: Option<String>,
}

/// A list or object whose end was not read.
struct Open {
    start: usize,
    holder: Holder,
}

enum Holder {
    List(Vec<Value>),
    /// The entries, and the name to come with where it stands.
    Object(Vec<(Rc<str>, Value)>, (Rc<str>, OriginId)),
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Value, String> {
        loop {
            let Some(mut value) = self.begin()? else { continue };
            loop {
                if self.open.is_empty() {
                    self.space();
                    return match self.peek() {
                        None => Ok(value),
                        Some(_) => Err(self.unexpected("after top-level value")),
                    };
                }
                match self.put(value)? {
                    Some(whole) => value = whole,
                    None => break,
                }
            }
        }
    }

    /// Reads a scalar or an empty collection, or opens a collection.
    fn begin(&mut self) -> Result<Option<Value>, String> {
        self.space();
        let start = self.at;
        let data = match self.peek() {
            Some(b'{') => return self.open(b'}'),
            Some(b'[') => return self.open(b']'),
            Some(b'"') => Data::Str(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Data::Bool(true))?,
            Some(b'f') => self.word("false", Data::Bool(false))?,
            Some(b'n') => self.word("null", Data::Nil)?,
            _ => return Err(self.unexpected("looking for beginning of value")),
        };
        Ok(Some(Value::new(data).with_origin((self.origin)(start..self.at))))
    }

    fn open(&mut self, closing: u8) -> Result<Option<Value>, String> {
        let start = self.at;
        self.at += 1;
        self.space();
        let is_list = closing == b']';
        if self.open.len() >= DEPTH {
            return Err("exceeded max depth".to_owned());
        }
        if self.peek() == Some(closing) {
            self.at += 1;
            let origin = (self.origin)(start..self.at);
            let value = if is_list { Value::list(Vec::new()) } else { Value::from(Map::new()) };
            return Ok(Some(value.with_origin(origin)));
        }
        let holder = if is_list { Holder::List(Vec::new()) } else { Holder::Object(Vec::new(), self.key()?) };
        self.open.push(Open { start, holder });
        Ok(None)
    }

    fn key(&mut self) -> Result<(Rc<str>, OriginId), String> {
        self.space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        let end = self.at;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("after object key"));
        }
        self.at += 1;
        Ok((key.into(), (self.origin)(start..end)))
    }

    /// Puts a value into the innermost collection; gives that if it ends.
    fn put(&mut self, value: Value) -> Result<Option<Value>, String> {
        self.space();
        let next = self.peek();
        let open = self.open.last_mut().expect("the caller found one");
        let (closing, context) = match &mut open.holder {
            Holder::List(items) => {
                items.push(value);
                (b']', "after array element")
            }
            Holder::Object(entries, key) => {
                entries.push((Rc::clone(&key.0), value.with_key(key.1)));
                (b'}', "after object key:value pair")
            }
        };
        if next == Some(b',') {
            self.at += 1;
            if closing == b'}' {
                let next_key = self.key()?;
                if let Some(Open { holder: Holder::Object(_, key), .. }) = self.open.last_mut() {
                    *key = next_key;
                }
            }
            return Ok(None);
        }
        if next != Some(closing) {
            return Err(self.unexpected(context));
        }
        self.at += 1;
        let Some(Open { start, holder }) = self.open.pop() else { return Ok(None) };
        let origin = (self.origin)(start..self.at);
        let whole = match holder {
            Holder::List(items) => Value::list(items),
            Holder::Object(entries, _) => Value::from(entries.into_iter().collect::<Map>()),
        };
        Ok(Some(whole.with_origin(origin)))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, String> {
        self.at += 1;
        let text = self.text;
        let mut out = String::new();
        loop {
            let rest = &text[self.at..];
            let run =
                rest.bytes().position(|it| it == b'"' || it == b'\\' || it < b' ').unwrap_or(rest.len());
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if out.is_empty() {
                        return Ok(Cow::Borrowed(&rest[..run]));
                    }
                    out.push_str(&rest[..run]);
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => {
                    out.push_str(&rest[..run]);
                    out.push(self.escape()?);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        self.at += 1;
        let letter = match self.peek() {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(sign @ (b'\\' | b'/' | b'"')) => char::from(sign),
            Some(b'u') => {
                self.at += 1;
                let first = self.hexadecimal()?;
                return self.with_low_surrogate(first);
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(letter)
    }

    /// Two surrogates make a letter; one alone is no letter.
    fn with_low_surrogate(&mut self, first: u32) -> Result<char, String> {
        let before = self.at;
        if (0xD800..0xDC00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = self.hexadecimal()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hexadecimal(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|it| char::from(it).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.unexpected("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Data, String> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits("in numeric literal")?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits("in exponent of numeric literal")?;
        }
        let written = &self.text[start..self.at];
        let value: f64 = written.parse().unwrap_or(f64::INFINITY);
        if value.is_finite() {
            return Ok(Data::Float(value));
        }
        self.error.get_or_insert_with(|| {
            format!("json: cannot unmarshal number {written} into Go value of type float64")
        });
        Ok(Data::Nil)
    }

    fn digits(&mut self, context: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|it| it.is_ascii_digit()) {
            return Err(self.unexpected(context));
        }
        while self.peek().is_some_and(|it| it.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str, data: Data) -> Result<Data, String> {
        for letter in word.chars() {
            if self.peek().map(char::from) != Some(letter) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{letter}')")));
            }
            self.at += 1;
        }
        Ok(data)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn unexpected(&self, context: &str) -> String {
        // At the end Go tries a space, which only words, numbers and escapes mind.
        let minds_space = ["in literal", "numeric literal", "escape"].iter().any(|it| context.contains(it));
        let byte = match self.peek() {
            Some(byte) => byte,
            None if minds_space => b' ',
            None => return "unexpected end of JSON input".to_owned(),
        };
        // Go shows the byte as if it were a letter.
        let shown = match byte {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            _ => {
                let quoted = go::quote(&char::from(byte).to_string());
                format!("'{}'", &quoted[1..quoted.len() - 1])
            }
        };
        format!("invalid character {shown} {context}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        read(text, &mut |_| OriginId::NONE).expect_err(text)
    }

    #[test]
    fn what_is_no_json_is_told_in_the_words_of_go() {
        for (text, message) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("x", "invalid character 'x' looking for beginning of value"),
            ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("1 2", "invalid character '2' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1e", "invalid character ' ' in exponent of numeric literal"),
            ("-a", "invalid character 'a' in numeric literal"),
            ("trux", "invalid character 'x' in literal true (expecting 'e')"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\\u12g\"", "invalid character 'g' in \\u hexadecimal character escape"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            ("'", "invalid character '\\'' looking for beginning of value"),
        ] {
            assert_eq!(error_of(text), message, "{text}");
        }
    }

    #[test]
    fn surrogates_pair_or_are_replaced() {
        let text = r#""\ud83d\ude00\ud83dx\u00e9""#;
        let document = read(text, &mut |_| OriginId::NONE).expect("it is JSON");
        assert_eq!(document.value.as_str(), Some("\u{1f600}\u{fffd}x\u{e9}"));
    }
}
