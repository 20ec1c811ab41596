//! Carries out changes as byte edits, each proven by reading the result again:
//! only the field meant may differ.

use std::fmt::Write as _;
use std::sync::Arc;

use seatrial_diagnostics::{Change, Content, Edit, Location, Refusal};
use seatrial_source::Span;
use seatrial_yaml::{Entry, FieldPath, Limits, Node, NodeId, Stream, Style, parse};

use crate::Rendering;

/// Nesting that the proof looks into.
const DEPTH: usize = 256;

/// The edits of one change, or why there are none.
pub(crate) fn of_change(rendering: &Rendering, change: &Change) -> Result<Vec<Edit>, Refusal> {
    let Location::Field { path, part: None, .. } = change.at() else {
        return Err(refusal("the change is not about a field"));
    };
    let object = rendering.object(change.at()).ok_or_else(|| refusal("the object is unknown"))?;
    let stream = &object.source().stream;
    if !stream.is_accepted() || stream.all_problems().next().is_some() {
        return Err(refusal("the file has problems of its own"));
    }
    let edit = match change {
        Change::Set { content, .. } => set(stream, object.root(), path, content)?,
        Change::Rename { name, .. } => rename(stream, object.root(), path, name)?,
        Change::Insert { .. } => return Err(refusal("fields are not inserted yet")),
        Change::Remove { .. } => return Err(refusal("fields are not removed yet")),
    };
    Ok(vec![edit])
}

fn refusal(reason: &str) -> Refusal {
    Refusal { reason: reason.to_owned() }
}

fn set(stream: &Stream, root: Node<'_>, path: &FieldPath, content: &Content) -> Result<Edit, Refusal> {
    let found = root.nearest(path);
    if found.matched < path.len() {
        return Err(refusal("the field is not written"));
    }
    let node = found.node;
    check_editable(node, found.entry)?;
    let text =
        written(content, node.style()).ok_or_else(|| refusal("the new value does not fit on one line"))?;
    let edit = Edit { span: node.span(), text };
    let proof = Proof { target: node.id(), kind: ProofKind::Value(content) };
    proof.run(stream, &edit)?;
    Ok(edit)
}

fn rename(stream: &Stream, root: Node<'_>, path: &FieldPath, name: &str) -> Result<Edit, Refusal> {
    let found = root.nearest(path);
    let entry = found.entry.filter(|_| found.matched == path.len());
    let Some(entry) = entry else { return Err(refusal("the entry is not written")) };
    check_editable(entry.key, Some(entry))?;
    let content = Content::Text(name.to_owned());
    let text = written(&content, entry.key.style())
        .ok_or_else(|| refusal("the new key does not fit on one line"))?;
    let edit = Edit { span: entry.key.span(), text };
    let proof = Proof { target: entry.key.id(), kind: ProofKind::Key(name) };
    proof.run(stream, &edit)?;
    Ok(edit)
}

fn check_editable(node: Node<'_>, entry: Option<Entry<'_>>) -> Result<(), Refusal> {
    if entry.is_some_and(|entry| entry.merged) {
        return Err(refusal("the field comes from another mapping through `<<`"));
    }
    if node.is_alias() || entry.is_some_and(|entry| entry.key.is_alias()) {
        return Err(refusal("the value is shared through an alias"));
    }
    if node.is_mapping() || node.is_sequence() {
        return Err(refusal("only single values are changed yet"));
    }
    if matches!(node.style(), Style::Literal | Style::Folded) || node.source_text().contains(['\n', '\r']) {
        return Err(refusal("the value spans several lines"));
    }
    if node.span().is_empty() {
        return Err(refusal("the value is left out"));
    }
    Ok(())
}

/// A value as text: in the quotes that stand there already, else without, else
/// in double quotes.
fn written(content: &Content, style: Style) -> Option<String> {
    match content {
        Content::Null => Some("null".to_owned()),
        Content::Bool(value) => Some(value.to_string()),
        Content::Int(value) => Some(value.to_string()),
        Content::Text(text) => Some(quoted(text, style)),
        Content::List(_) | Content::Map(_) => None,
    }
}

fn quoted(text: &str, style: Style) -> String {
    let printable = !text.contains(char::is_control);
    match style {
        Style::SingleQuoted if printable => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted => double_quoted(text),
        _ if is_plain(text) => text.to_owned(),
        _ => double_quoted(text),
    }
}

/// Whether a text reads as the same string without quotes, everywhere.
fn is_plain(text: &str) -> bool {
    let starts = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '/');
    let body = text
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'/' | b':' | b'@'));
    let stream = parse(
        seatrial_source::FileId(0),
        Arc::from(text),
        seatrial_yaml::Dialect::GoYaml2,
        &Limits::default(),
    );
    let same = stream.document_root(0).and_then(Node::as_str) == Some(text);
    starts && body && !text.contains(": ") && !text.ends_with(':') && same
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                write!(out, "\\x{:02x}", u32::from(letter)).expect("writing to a string never fails");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// What is meant to differ after an edit.
struct Proof<'a> {
    /// The scalar of the text before the edit that is replaced.
    target: NodeId,
    kind: ProofKind<'a>,
}

enum ProofKind<'a> {
    Value(&'a Content),
    Key(&'a str),
}

impl Proof<'_> {
    /// Reads the edited text and compares it with the text before.
    fn run(&self, before: &Stream, edit: &Edit) -> Result<(), Refusal> {
        let unproven = || refusal("the edit would change more than the field");
        let text = edited(before.text(), edit.span, &edit.text).ok_or_else(unproven)?;
        let after = parse(before.file(), text.into(), before.dialect(), &Limits::default());
        let same_documents = before.documents().len() == after.documents().len();
        if !after.is_accepted() || after.all_problems().next().is_some() || !same_documents {
            return Err(unproven());
        }
        let mut seen = 0;
        for (a, b) in before.documents().iter().zip(after.documents()) {
            let same = match (a.root, b.root) {
                (Some(a), Some(b)) => self.same(before.node(a), after.node(b), DEPTH, &mut seen),
                (a, b) => a.is_none() && b.is_none(),
            };
            if !same {
                return Err(unproven());
            }
        }
        if seen == 1 { Ok(()) } else { Err(unproven()) }
    }

    fn same(&self, a: Node<'_>, b: Node<'_>, depth: usize, seen: &mut usize) -> bool {
        if depth == 0 {
            return false;
        }
        if let ProofKind::Value(content) = self.kind
            && a.id() == self.target
        {
            *seen += 1;
            return holds(b, content);
        }
        if a.is_sequence() && b.is_sequence() && a.len() == b.len() {
            return a.items().zip(b.items()).all(|(a, b)| self.same(a, b, depth - 1, seen));
        }
        if a.is_mapping() && b.is_mapping() && a.len() == b.len() {
            let mut pairs = a.written_entries().zip(b.written_entries());
            return pairs.all(|(a, b)| {
                self.same_key(a.key, b.key, seen) && self.same(a.value, b.value, depth - 1, seen)
            });
        }
        a.value() == b.value() && !a.is_mapping() && !a.is_sequence()
    }

    fn same_key(&self, a: Node<'_>, b: Node<'_>, seen: &mut usize) -> bool {
        match self.kind {
            ProofKind::Key(name) if a.id() == self.target => {
                *seen += 1;
                b.as_str() == Some(name)
            }
            _ => a.value() == b.value(),
        }
    }
}

fn holds(node: Node<'_>, content: &Content) -> bool {
    match content {
        Content::Null => node.is_null(),
        Content::Bool(value) => node.as_bool() == Some(*value),
        Content::Int(value) => node.as_i64() == Some(*value),
        Content::Text(text) => node.as_str() == Some(text),
        Content::List(_) | Content::Map(_) => false,
    }
}

fn edited(text: &str, span: Span, replacement: &str) -> Option<String> {
    let range = span.range();
    Some([text.get(..range.start)?, replacement, text.get(range.end..)?].concat())
}
