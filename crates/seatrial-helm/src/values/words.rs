//! Why goyaml refuses a text, in its own words and with its own line: what Helm
//! prints. seatrial-yaml says the same in words that help.

use seatrial_source::Span;
use seatrial_yaml::{Node, Problem, ProblemKind, Stream, Value};

use crate::go;

/// Why the first document of a text cannot be used, and the place to mend. What
/// stands behind the document is nobody's concern.
pub(crate) fn first_refusal(stream: &Stream) -> Option<(String, Span)> {
    let document = stream.documents().first();
    let root = stream.document_root(0);
    let end = document.map_or(stream.text().len(), |it| it.span.end as usize);
    let own = document.into_iter().flat_map(|it| &it.problems);
    let is_behind = |it: &Problem| {
        it.message.starts_with(BEHIND) && root.is_some_and(|root| root.span().start <= it.span.start)
    };
    let problems = stream.problems().iter().chain(own).filter(|it| it.is_fatal() && !is_behind(it));
    let first = problems.min_by_key(|it| (stage(it.kind), it.span.start));
    let reached = first.filter(|it| stage(it.kind) == 0).map_or(end, |it| it.span.start as usize);
    if let Some(problem) = forbidden(stream, reached) {
        return Some(("yaml: control characters are not allowed".to_owned(), problem.span));
    }
    first.map(|problem| (words(stream, problem), problem.span))
}

const BEHIND: &str = "this does not belong to the document above";

/// goyaml reads the whole document, then builds values, then makes JSON of them.
fn stage(kind: ProblemKind) -> u8 {
    match kind {
        ProblemKind::Syntax
        | ProblemKind::Encoding
        | ProblemKind::UndefinedAlias
        | ProblemKind::Depth
        | ProblemKind::Size => 0,
        _ => 1,
    }
}

/// A character that the reader refuses before anything behind its block of
/// bytes is looked at.
fn forbidden(stream: &Stream, reached: usize) -> Option<&Problem> {
    const BLOCK: usize = 512;
    let mut found = stream.all_problems().filter(|it| it.kind == ProblemKind::Encoding);
    found.find(|it| it.span.start as usize / BLOCK <= reached / BLOCK)
}

/// What goyaml says, and where it thinks it is.
struct Words {
    text: &'static str,
    /// Whether the scanner says it: it counts lines from 1, the parser from 0.
    is_scanner: bool,
    /// Where it noticed.
    at: usize,
    /// What encloses that.
    context: usize,
}

fn words(stream: &Stream, problem: &Problem) -> String {
    let message = problem.message.as_str();
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    match problem.kind {
        ProblemKind::UndefinedAlias => {
            let name = quoted().trim_start_matches('&');
            return format!("yaml: unknown anchor '{name}' referenced");
        }
        ProblemKind::RecursiveAlias => {
            let name = quoted().trim_start_matches('*');
            return format!("yaml: anchor '{name}' value contains itself");
        }
        ProblemKind::ExcessiveAliasing => return "yaml: document contains excessive aliasing".to_owned(),
        ProblemKind::Merge => {
            return "yaml: map merge requires map or sequence of maps as the value".to_owned();
        }
        ProblemKind::Depth => return "yaml: exceeded max depth of 10000".to_owned(),
        ProblemKind::Key => return key_words(stream, problem),
        ProblemKind::Value => return value_words(stream, problem),
        _ => {}
    }
    let Some(words) = syntax(stream.text(), problem) else { return format!("yaml: {message}") };
    match line(stream.text(), &words) {
        Some(line) => format!("yaml: line {line}: {}", words.text),
        None => format!("yaml: {}", words.text),
    }
}

/// goyaml's line: where it noticed the fault, or where what encloses that
/// begins if the fault is in the first line, or none.
fn line(text: &str, words: &Words) -> Option<usize> {
    let line_of = |at: usize| breaks(text.get(..at).unwrap_or(text));
    // At the end of the text its scanner begins another line, unless it was in
    // the middle of a quoted or plain text.
    let is_in_text = match words.text {
        "found unexpected end of stream" => true,
        "could not find expected ':'" => text[words.context..].contains('\n'),
        _ => false,
    };
    let is_end = words.at >= text.len() && !is_in_text;
    let line = line_of(words.at) + usize::from(is_end && !text.ends_with('\n'));
    if line > 0 {
        return Some(line + usize::from(words.is_scanner));
    }
    Some(line_of(words.context)).filter(|it| *it > 0)
}

/// How often goyaml begins another line.
fn breaks(text: &str) -> usize {
    let others = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    others - text.matches("\r\n").count()
}

/// Where the scanner stands when it notices that a key has no colon. A plain
/// text takes along the lines that are indented deeper and the blank ones behind
/// it, anything else the comments.
fn behind_key(text: &str, key: usize) -> usize {
    let is_quoted = matches!(text.as_bytes().get(key), Some(b'"' | b'\'' | b'{' | b'[' | b'&' | b'*' | b'!'));
    let line_start = text[..key].rfind('\n').map_or(0, |it| it + 1);
    let column = key - line_start;
    let mut at = text[key..].find('\n').map_or(text.len(), |it| key + it + 1);
    while let Some(rest) = text.get(at..).filter(|it| !it.is_empty()) {
        let line = rest.lines().next().unwrap_or_default();
        let inner = line.trim_start_matches(' ');
        let is_comment = inner.starts_with('#');
        // A colon on the way ends a plain text, too late for the key.
        let has_colon = inner.contains(": ") || inner.ends_with(':');
        let goes_on = !is_quoted && !is_comment && !has_colon && line.len() - inner.len() > column;
        if !(inner.is_empty() || goes_on || is_quoted && is_comment) {
            return at;
        }
        at += rest.find('\n').map_or(rest.len(), |it| it + 1);
    }
    at
}

/// The scanner's and parser's words, by the start of ours.
const SCANNER: [(&str, &str); 27] = [
    ("expected a `:` after this key", "could not find expected ':'"),
    ("this key is longer", "could not find expected ':'"),
    ("a second `: `", "mapping values are not allowed in this context"),
    ("a `:` cannot stand here", "mapping values are not allowed in this context"),
    (
        "a tab may not stand in the indentation of a block",
        "found a tab character where an indentation space is expected",
    ),
    ("a tab may not stand in the indentation;", "found character that cannot start any token"),
    ("a backtick cannot start", "found character that cannot start any token"),
    ("this quote is never closed", "found unexpected end of stream"),
    ("this quote is not closed", "found unexpected document indicator"),
    ("only a comment may follow", "did not find expected comment or line break"),
    ("the indentation of a block scalar", "found an indentation indicator equal to 0"),
    ("unknown escape sequence", "found unknown escape character"),
    ("this escape sequence wants", "did not find expected hexdecimal number"),
    ("this escape sequence is not", "found invalid Unicode character escape code"),
    ("a list item cannot start here", "block sequence entries are not allowed in this context"),
    ("a `?` for a key", "mapping keys are not allowed in this context"),
    ("a value that starts with `*`", "did not find expected alphabetic or numeric character"),
    ("a value that starts with `&`", "did not find expected alphabetic or numeric character"),
    ("a value that starts with `!`", "did not find expected whitespace or line break"),
    ("this tag wants a closing", "did not find the expected '>'"),
    ("this tag has no name", "did not find expected tag URI"),
    ("`%` in a tag", "did not find URI escaped octet"),
    ("a `%YAML` directive wants", "did not find expected digit or '.' character"),
    ("a `%TAG` directive wants", "did not find expected whitespace"),
    ("`%` at the start of a line", "could not find expected directive name"),
    ("`%` cannot start", "found character that cannot start any token"),
    ("`", "found character that cannot start any token"),
];
const PARSER: [(&str, &str); 15] = [
    ("expected a key here", "did not find expected key"),
    ("this does not belong to the value", "did not find expected key"),
    ("a list item cannot stand between", "did not find expected key"),
    ("expected a list item here", "did not find expected '-' indicator"),
    ("expected a value here", "did not find expected node content"),
    ("a list item cannot stand here", "did not find expected node content"),
    ("the text ends too early", "did not find expected node content"),
    ("expected `,` or `]`", "did not find expected ',' or ']'"),
    ("expected `,` or `}`", "did not find expected ',' or '}'"),
    (BEHIND, "did not find expected <document start>"),
    ("a second `%YAML`", "found duplicate %YAML directive"),
    ("a second `%TAG`", "found duplicate %TAG directive"),
    ("Kubernetes' tools read YAML 1.1", "found incompatible YAML document"),
    ("the tag shorthand", "found undefined tag handle"),
    ("the character", "control characters are not allowed"),
];

fn syntax(text: &str, problem: &Problem) -> Option<Words> {
    let start = problem.span.start as usize;
    let related = problem.related.map(|it| it.start as usize);
    if problem.message.starts_with("this bracket is") {
        return Some(unclosed(text, start, related));
    }
    let find = |table: &'static [(&str, &'static str)]| {
        table.iter().find(|(ours, _)| problem.message.starts_with(ours)).map(|(_, text)| *text)
    };
    // The parser's first: some of its words begin like the scanner's.
    if let Some(words) = find(&PARSER) {
        return Some(Words { text: words, is_scanner: false, at: start, context: related.unwrap_or(start) });
    }
    let words = find(&SCANNER)?;
    let at = match words {
        "could not find expected ':'" => behind_key(text, start),
        "found unexpected end of stream" => text.len(),
        _ => start,
    };
    Some(Words { text: words, is_scanner: true, at, context: start })
}

/// A bracket that ends with the text or before the next entry.
fn unclosed(text: &str, bracket: usize, next: Option<usize>) -> Words {
    let at = next.unwrap_or(text.len());
    let before = text.get(bracket..at).unwrap_or_default().trim_end();
    let words = match text.as_bytes().get(bracket) {
        _ if before.ends_with(['[', '{', ',']) => "did not find expected node content",
        Some(b'{') => "did not find expected ',' or '}'",
        _ => "did not find expected ',' or ']'",
    };
    Words { text: words, is_scanner: false, at, context: bracket }
}

/// What is said of a key that Go cannot have.
fn key_words(stream: &Stream, problem: &Problem) -> String {
    let Some((key, value)) = entry_at(stream, problem.span) else {
        return format!("yaml: {}", problem.message);
    };
    match key.value() {
        Value::Mapping | Value::Sequence => format!("yaml: invalid map key: {}", go_syntax(key, 0)),
        _ => {
            let kind = match key.value() {
                Value::Uint(_) => "uint64",
                _ => "%!s(<nil>)",
            };
            let shown = |node: Node<'_>| match node.value() {
                Value::Null => "<nil>".to_owned(),
                _ => go_syntax(node, 0),
            };
            format!("unsupported map key of type: {kind}, key: {}, value: {}", shown(key), shown(value))
        }
    }
}

fn value_words(stream: &Stream, problem: &Problem) -> String {
    let written = stream.slice(problem.span);
    if let Some(tag) = problem.message.strip_prefix("this cannot be read as ") {
        return format!("yaml: cannot decode !!str `{written}` as a {tag}");
    }
    if problem.message.contains("base64") {
        return "yaml: !!binary value contains invalid base64 data".to_owned();
    }
    let shown = match written.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str() {
        ".nan" => "NaN",
        _ if written.starts_with('-') => "-Inf",
        _ => "+Inf",
    };
    format!("json: unsupported value: {shown}")
}

/// The entry of the first document whose key is written there.
fn entry_at(stream: &Stream, span: Span) -> Option<(Node<'_>, Node<'_>)> {
    let mut open = vec![stream.document_root(0)?];
    while let Some(node) = open.pop() {
        for entry in node.written_entries() {
            if entry.key.written_span() == span {
                return Some((entry.key, entry.value));
            }
            open.extend([entry.key, entry.value].into_iter().filter(|it| !it.is_alias()));
        }
        open.extend(node.items().filter(|it| !it.is_alias()));
    }
    None
}

/// A value as `%#v` prints it, maps by their keys.
fn go_syntax(node: Node<'_>, depth: usize) -> String {
    const DEPTH: usize = 50;
    match node.value() {
        _ if depth > DEPTH => "...".to_owned(),
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => format!("{value:#x}"),
        Value::Float(value) => seatrial_yaml::yaml_float(value),
        Value::Str(text) => go::quote(text),
        Value::Sequence => {
            let items: Vec<String> = node.items().map(|it| go_syntax(it, depth + 1)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Mapping => {
            let mut entries: Vec<_> = node.entries().map(|it| (it.name(), it.key, it.value)).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let shown = |it: &(_, Node<'_>, Node<'_>)| {
                format!("{}:{}", go_syntax(it.1, depth + 1), go_syntax(it.2, depth + 1))
            };
            let entries: Vec<String> = entries.iter().map(shown).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
