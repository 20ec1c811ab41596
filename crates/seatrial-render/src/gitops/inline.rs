//! Values that stand inside an object: the text of its file with all else
//! blanked, so that every place keeps the bytes it has there.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, Style, parse};

use crate::charts::release::InlineValues;

/// The values of a mapping (`valuesObject`) or of a text that holds one
/// (`values: |`); none where they cannot be read in their place.
pub(crate) fn values(node: Node<'_>) -> Option<InlineValues> {
    let wanted = match node.as_str() {
        Some(text) => parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default()),
        None => parse(FileId(0), node.to_json().into(), Dialect::GoYaml2, &Limits::default()),
    };
    let inline = InlineValues { file: node.span().file, text: blanked(node)? };
    let found = parse(inline.file, Arc::clone(&inline.text), Dialect::GoYaml2, &Limits::default());
    let is_same = match (wanted.roots().next(), found.roots().next()) {
        (Some(one), Some(other)) => one.is_same(other),
        (None, None) => true,
        _ => false,
    };
    (is_same && found.is_accepted()).then_some(inline)
}

/// The same values as a text of their own, where they cannot be read in place.
pub(crate) fn as_text(node: Node<'_>) -> String {
    node.as_str().map_or_else(|| node.to_json(), ToOwned::to_owned)
}

fn blanked(node: Node<'_>) -> Option<Arc<str>> {
    let whole = node.stream().text();
    let span = node.span();
    let mut start = span.start as usize;
    if node.as_str().is_some() {
        if node.style() != Style::Literal {
            return None;
        }
        let header = whole.get(span.range())?.find('\n')?;
        start += header + 1;
    }
    let end = span.end as usize;
    let mut text = String::with_capacity(end);
    // Line breaks stay, and what is no ASCII keeps its length.
    for byte in whole.get(..start)?.bytes() {
        text.push(if byte == b'\n' { '\n' } else { ' ' });
    }
    text.push_str(whole.get(start..end)?);
    Some(text.into())
}
