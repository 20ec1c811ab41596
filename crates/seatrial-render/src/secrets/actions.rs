//! What the actions of a template print stands elsewhere: of a secret stretch, what the
//! template writes itself is secret, between its actions and as a text in them.

use std::ops::Range;

use seatrial_source::Span;

/// The spans without what actions print. In a template these are cut out; elsewhere a
/// value that is more than actions stays whole.
pub(super) fn without_printed(text: &str, spans: Vec<Span>, is_template: bool) -> Vec<Span> {
    let actions = actions(text);
    if actions.is_empty() {
        return spans;
    }
    let mut found = Vec::new();
    for span in spans {
        let range = span.range();
        let first = actions.partition_point(|it| it.end <= range.start);
        let over = actions[first..].iter().take_while(|it| it.start < range.end);
        let mut over = over.peekable();
        if over.peek().is_none() {
            found.push(span);
            continue;
        }
        let mut parts = Vec::new();
        let mut from = range.start;
        for action in over {
            let inside = action.start.max(range.start)..action.end.min(range.end);
            parts.extend(telling(text, from..inside.start));
            if is_template {
                texts(text, inside.clone(), range.start, &mut parts);
            }
            from = inside.end;
        }
        parts.extend(telling(text, from..range.end));
        let part = |it: Range<usize>| Span::new(span.file, it.start as u32, it.end as u32);
        if is_template {
            found.extend(parts.into_iter().map(part));
        } else if !parts.is_empty() {
            found.push(span);
        }
    }
    found
}

/// The actions of a text, in order.
fn actions(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|it| from + it) {
        let Some(end) = text[start..].find("}}").map(|it| start + it + 2) else { break };
        // The last that is opened before a close: what stands before it opens nothing.
        let opens = text[start..end].rfind("{{").map_or(start, |it| start + it);
        found.push(opens..end);
        from = end;
    }
    found
}

/// A stretch without the signs around its words; none without a word.
fn telling(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let is_sign = |it: char| it.is_whitespace() || matches!(it, '"' | '\'' | ':' | '=' | ',');
    let stretch = &text[range.clone()];
    let start = range.start + (stretch.len() - stretch.trim_start_matches(is_sign).len());
    let end = start + text[start..range.end].trim_end_matches(is_sign).len();
    text[start..end].contains(char::is_alphanumeric).then_some(start..end)
}

/// The texts of an action that are a value themselves: what a secret stretch begins with,
/// what is assigned, and what stands in for a value.
fn texts(text: &str, action: Range<usize>, begins: usize, found: &mut Vec<Range<usize>>) {
    let mut from = action.start;
    while let Some(start) = text[from..action.end].find(['"', '`']).map(|it| from + it) {
        let quote = &text[start..=start];
        let inside = start + 1;
        let mut end = inside;
        loop {
            let Some(at) = text[end..action.end].find(quote) else { return };
            end += at;
            let signs = text.as_bytes()[inside..end].iter().rev().take_while(|it| **it == b'\\').count();
            if quote == "`" || signs % 2 == 0 {
                break;
            }
            end += 1;
        }
        let before = text[action.start..start].trim_end();
        let is_value = start == begins || before.ends_with('=') || before.ends_with("default");
        if is_value && text[inside..end].contains(char::is_alphanumeric) {
            found.push(inside..end);
        }
        from = end + 1;
    }
}
