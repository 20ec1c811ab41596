//! The signs and words of `JMESPath`.

use seatrial_schema::Value;

use super::printing::of_json;

/// One sign, name or literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// A name in quotes.
    Quoted(String),
    Number(i64),
    Literal(Value),
    Sign(&'static str),
    End,
}

/// Longer signs before their beginnings.
const SIGNS: &[&str] = &[
    "[?", "[]", "||", "&&", "==", "!=", "<=", ">=", ".", "*", "[", "]", "{", "}", "(", ")", ",", ":", "|",
    "&", "!", "<", ">", "@", "-",
];

/// All tokens of an expression, ended by [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut all = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let Some(first) = rest.chars().next() else { break };
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let end =
                    rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
                (Token::Name(rest[..end].to_owned()), end)
            }
            '0'..='9' => number(rest, 0)?,
            '-' if rest[1..].starts_with(|it: char| it.is_ascii_digit()) => number(rest, 1)?,
            '"' => {
                let end = closing(rest, '"')?;
                let Some(Value::Str(name)) = of_json(&rest[..=end]) else {
                    return Err("a quoted name is not valid".to_owned());
                };
                (Token::Quoted(name.to_string()), end + 1)
            }
            '\'' => {
                let end = closing(rest, '\'')?;
                let text = rest[1..end].replace("\\'", "'");
                (Token::Literal(Value::text(text)), end + 1)
            }
            '`' => {
                let end = closing(rest, '`')?;
                (Token::Literal(literal(&rest[1..end].replace("\\`", "`"))?), end + 1)
            }
            _ => {
                let sign = SIGNS.iter().find(|it| rest.starts_with(**it));
                let sign = sign.ok_or_else(|| format!("unknown character {first:?}"))?;
                (Token::Sign(sign), sign.len())
            }
        };
        all.push(token);
        rest = &rest[length..];
    }
    all.push(Token::End);
    Ok(all)
}

fn number(text: &str, from: usize) -> Result<(Token, usize), String> {
    let digits = text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let end = from + digits;
    let number = text[..end].parse().map_err(|_| "a number is too large".to_owned())?;
    Ok((Token::Number(number), end))
}

/// Where a quote ends that stands at the start.
fn closing(text: &str, quote: char) -> Result<usize, String> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        if char == '\\' {
            chars.next();
        } else if char == quote {
            return Ok(at);
        }
    }
    Err(format!("a {quote} is not closed"))
}

/// JSON, or a text without its quotes.
fn literal(text: &str) -> Result<Value, String> {
    let text = text.trim_start();
    let is_json = text.starts_with(['"', '[', '{', '-']) || text.starts_with(|it: char| it.is_ascii_digit());
    if is_json || matches!(text, "true" | "false" | "null") {
        return of_json(text).ok_or_else(|| format!("`{text}` is no JSON"));
    }
    Ok(of_json(&format!("\"{text}\"")).unwrap_or_else(|| Value::text(text)))
}
