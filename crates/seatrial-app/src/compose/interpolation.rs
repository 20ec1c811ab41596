//! `${NAME:-default}` as Compose reads it, everywhere but in keys.

use std::ops::Range;

use seatrial_diagnostics::{Location, Notice};
use seatrial_yaml::Node;

use crate::checks::INVALID_COMPOSE_VARIABLE;

/// Variables within the defaults of others.
const DEPTH_MAX: usize = 16;
/// What may follow a name.
const OPERATORS: [&str; 6] = [":-", ":?", ":+", "-", "?", "+"];

/// Why a variable cannot be read, and the part of the text that is to blame.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    part: Range<usize>,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Open,
    Name,
    Operator,
}

/// Judges every text below a node.
pub(super) fn judge(root: Node<'_>, found: &mut Vec<Notice>) {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        // What an alias stands for is judged where it is written.
        if node.is_alias() {
            continue;
        }
        if let Some(text) = node.as_str() {
            found.extend(fault(text, 0, DEPTH_MAX).map(|it| notice(node, text, it)));
        } else if node.is_mapping() {
            let values: Vec<Node<'_>> = node.written_entries().map(|it| it.value).collect();
            waiting.extend(values.into_iter().rev());
        } else {
            waiting.extend(node.items().rev());
        }
    }
}

/// The first variable of a text that cannot be read; `base` is where the text begins.
fn fault(text: &str, base: usize, depth: usize) -> Option<Fault> {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let start = base + (text.len() - rest.len()) + at;
        let after = &rest[at + 1..];
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        let Some(inner) = after.strip_prefix('{') else {
            rest = after;
            continue;
        };
        let Some(end) = closing(inner) else {
            let length = inner.find(char::is_whitespace).unwrap_or(inner.len());
            return Some(Fault { part: start..start + 2 + length, reason: Reason::Open });
        };
        let whole = start..start + 3 + end;
        let inside = &inner[..end];
        let name = inside.bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_').count();
        if name == 0 || inside.starts_with(|it: char| it.is_ascii_digit()) {
            return Some(Fault { part: whole, reason: Reason::Name });
        }
        let tail = &inside[name..];
        if !tail.is_empty() {
            let Some(operator) = OPERATORS.iter().find(|it| tail.starts_with(**it)) else {
                return Some(Fault { part: whole, reason: Reason::Operator });
            };
            let (value, begins) = (&tail[operator.len()..], start + 2 + name + operator.len());
            if depth > 0
                && let Some(inner) = fault(value, begins, depth - 1)
            {
                return Some(inner);
            }
        }
        rest = &inner[end + 1..];
    }
    None
}

/// Where the brace closes that stands before a text; variables inside have their own.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut open, mut at) = (1, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Says the variable and never what stands beside it, which may be a password.
fn notice(node: Node<'_>, text: &str, fault: Fault) -> Notice {
    let inner = text.get(fault.part.start + 2..fault.part.end).unwrap_or_default();
    let name =
        &inner[..inner.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(inner.len())];
    let (message, help) = match fault.reason {
        Reason::Open => (
            format!("variable `{name}` is never closed"),
            "end it with `}`; a dollar that is meant as such is `$$`",
        ),
        Reason::Name => (
            "`${` is not followed by the name of a variable".to_owned(),
            "name a variable, or write `$$` for a dollar",
        ),
        Reason::Operator => (
            format!(
                "what follows the name in variable `{name}` is none of `:-`, `-`, `:?`, `?`, `:+` and `+`"
            ),
            "write `${NAME:-default}`; a dollar that is meant as such is `$$`",
        ),
    };
    let span = node.part_span(fault.part).unwrap_or_else(|| node.written_span());
    Notice::new(&INVALID_COMPOSE_VARIABLE, Location::text(span), message)
        .because("Compose refuses the whole file")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_as_compose_reads_them() {
        for text in [
            "",
            "$",
            "$$",
            "$1",
            "$A",
            "$(x)",
            "a$b$",
            "a $ b",
            "$-",
            "${A}",
            "${_A1}",
            "${A:-b}",
            "${A-}",
            "${A:?x}",
            "${A?x}",
            "${A:+x}",
            "${A:-${B:-c}}",
            "${A:-{}",
            "${A:-{\"a\":1}}",
            "${A:-$}",
            "${A:-a$b}",
            "${A:-b}}",
            "$${A",
            "$$$",
            "$$${A}",
        ] {
            assert_eq!(fault(text, 0, DEPTH_MAX), None, "{text}");
        }
    }

    #[test]
    fn others_are_refused_with_their_place() {
        for (text, part, reason) in [
            ("${A", "${A", Reason::Open),
            ("x ${A:-b c", "${A:-b", Reason::Open),
            ("${1}", "${1}", Reason::Name),
            ("a${}b", "${}", Reason::Name),
            ("${A:x}", "${A:x}", Reason::Operator),
            ("${A B}", "${A B}", Reason::Operator),
            ("${a.b}", "${a.b}", Reason::Operator),
            ("${A:=b}", "${A:=b}", Reason::Operator),
            ("${A:-${B}", "${A:-${B}", Reason::Open),
            ("${A:-x${}}", "${}", Reason::Name),
        ] {
            let found = fault(text, 0, DEPTH_MAX).expect(text);
            assert_eq!((&text[found.part], found.reason), (part, reason), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let text = "${A:-".repeat(10_000) + &"}".repeat(10_000);
        assert_eq!(fault(&text, 0, DEPTH_MAX), None);
    }
}
