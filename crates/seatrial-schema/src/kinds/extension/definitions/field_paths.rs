//! Paths to a field of an object, as rules and selectable fields name them
//! (`apiextensions-apiserver` 0.36, `pkg/apiserver/schema/cel/validation.go`).

use crate::value::Value;

/// The schema that a path like `.spec.names['a.b']` leads to, and its steps.
pub(super) fn lookup<'a>(
    path: &str,
    schema: &'a Value,
    brackets: bool,
) -> Result<(Vec<String>, &'a Value), String> {
    let mut tokens = tokens(path).into_iter();
    let (mut schema, mut steps) = (schema, Vec::new());
    while let Some(token) = tokens.next() {
        let name = match token {
            "." => tokens.next().unwrap_or(".").to_owned(),
            "[" if !brackets => return Err("array notation is not allowed".to_owned()),
            "[" => {
                let token = tokens.next().ok_or("unexpected end of JSON path")?;
                let quoted = token.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
                let quoted =
                    quoted.ok_or_else(|| format!("expected single quoted string but got {token}"))?;
                match tokens.next() {
                    None => return Err("unexpected end of JSON path".to_owned()),
                    Some("]") => unescape(quoted)?,
                    Some(other) => return Err(format!("expected ] but got {other}")),
                }
            }
            other => return Err(format!("expected [ or . but got: {other}")),
        };
        schema = below(schema, &name).ok_or("does not refer to a valid field")?;
        steps.push(name);
    }
    Ok((steps, schema))
}

fn below<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    if !schema.entries("properties").is_empty() {
        return schema.at("properties").opt(name);
    }
    schema.opt("additionalProperties")
}

/// Delimiters alone, quoted texts whole, and what lies between.
fn tokens(path: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let length = if rest.starts_with('\'') {
            let ends = |(at, _): &(usize, &str)| *at > 0 && !rest[..*at].ends_with('\\');
            rest.match_indices('\'').find(ends).map_or(rest.len(), |(at, _)| at + 1)
        } else {
            rest.find(['.', '[', ']']).map_or(rest.len(), |at| at.max(1))
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn unescape(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        out.push(match letters.next() {
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('v') => '\u{b}',
            Some(plain @ ('\\' | '\'' | '"')) => plain,
            _ => return Err("invalid string literal: invalid escape sequence".to_owned()),
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn paths_lead_to_schemas() {
        let schema = value(
            "properties: {spec: {properties: {a.b: {type: string}}}, map: {additionalProperties: {type: integer}}}",
        );
        let kind = |path: &str| lookup(path, &schema, true).map(|(_, it)| it.str("type").to_owned());
        assert_eq!(kind(".spec['a.b']"), Ok("string".to_owned()));
        assert_eq!(kind(".map.x"), Ok("integer".to_owned()));
        for wrong in [".nosuch", "spec", ".spec[a]", ".spec['a.b'", ".spec['a.b'x", ".map.x.y", "."] {
            assert!(kind(wrong).is_err(), "{wrong}");
        }
        assert!(lookup(".spec['a.b']", &schema, false).is_err());
    }
}
