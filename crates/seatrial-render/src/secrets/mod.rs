//! Where a file holds secret values. Hides rather too much than too little.
//!
//! Two looks: at the structure, where the file parses, for values that are
//! secret by their place; and at the text, for everything that looks secret
//! wherever it stands: in comments, scripts, and what does not parse.
//!
//! What is a reference is shown: `$(NAME)` and `${NAME}` in capitals, blanks of a form
//! (`<PASSWORD>`), and what the actions of a template print. What looks like one only
//! half, `$(hunter2)`, may be a password and is hidden.

mod actions;
mod fields;
mod keys;
mod marks;
mod masked;
mod text;

#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;
use seatrial_source::{FileId, Span};
use seatrial_yaml::{Problem, Stream};

pub(crate) use keys::is_secret as is_secret_name;
pub use masked::masked;
use text::Found;
pub use text::stands_for_another;

/// The spans of a file that hold secret values, sorted, not overlapping, without what
/// actions of a template print.
pub(crate) fn written(file: FileId, text: &str, stream: Option<&Stream>) -> Vec<Span> {
    let is_template = stream.is_none_or(|it| !it.is_accepted());
    actions::without_printed(text, of_file(file, text, stream), is_template)
}

/// The spans of a file that hold secret values, sorted, not overlapping.
pub(crate) fn of_file(file: FileId, text: &str, stream: Option<&Stream>) -> Vec<Span> {
    let mut ranges = Found::new(text, 0).scan();
    match stream {
        Some(stream) => {
            for document in stream.documents() {
                ranges.extend(document.root.into_iter().flat_map(|root| fields::of_root(stream.node(root))));
                let root = document.root.map_or(document.span, |root| stream.node(root).span());
                ranges.extend(commented(stream, document.span, root));
                // What did not parse has lost its place.
                if !document.problems.is_empty() {
                    ranges.extend(broken(stream.slice(document.span), document.span.start as usize));
                }
            }
            if stream.problems().iter().any(Problem::is_fatal) {
                ranges.extend(broken(text, 0));
            }
        }
        None => ranges.extend(broken(text, 0)),
    }
    for (_, end) in &mut ranges {
        *end += remark(text, *end);
    }
    merged(file, ranges)
}

/// How far a comment goes on that follows a secret value on its line: it is
/// about the value, and often says what it was before.
fn remark(text: &str, end: usize) -> usize {
    if text[..end].ends_with('\n') {
        return 0;
    }
    // Only a comment's end is looked for: the line may be as long as the text.
    let rest = text[end..].trim_start_matches(['"', '\'', '}', ']', ',']);
    let comment = rest.trim_start_matches([' ', '\t']);
    let is_comment = comment.starts_with('#') && comment.len() < rest.len();
    let line = || text[end..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    if is_comment { line().len() } else { 0 }
}

/// What a text hides that cannot be read as objects: a template, or what is broken.
/// Where one document is a Secret, all may be parts of it that are no other object.
fn broken(text: &str, base: usize) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = &text[start..];
        let part = &rest[..rest.find("\n---").map_or(rest.len(), |at| at + 1)];
        parts.extend((!defines_kind(part)).then_some((start, part)));
        start += part.len();
    }
    if !parts.iter().any(|(_, part)| holds_secret(part)) {
        return Vec::new();
    }
    let may_hide = |(_, part): &(usize, &str)| holds_secret(part) || !is_object(part);
    let parts = parts.into_iter().filter(may_hide);
    parts.flat_map(|(start, part)| Found::new(part, base + start).scan_secret()).collect()
}

/// Whether a document begins as an object of a kind does that no template chooses.
fn is_object(text: &str) -> bool {
    let mut kinds = text.lines().filter(|line| line.starts_with("kind: ")).peekable();
    let is_known = kinds.peek().is_some() && kinds.all(|line| !line.contains("{{"));
    is_known && text.lines().any(|line| line.starts_with("apiVersion: "))
}

/// Whether a document defines a kind, and is nothing else: what it describes has
/// names of secrets and no values.
fn defines_kind(text: &str) -> bool {
    let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    kinds.next().is_some_and(|it| it.trim() == "CustomResourceDefinition") && kinds.next().is_none()
}

/// Entries of a Secret that are commented out, whatever their name.
fn commented(stream: &Stream, document: Span, root: Span) -> Vec<(usize, usize)> {
    let comments = stream.comments();
    // What stands before the object speaks of all of it.
    let from = document.start.max(root.start);
    let first = comments.partition_point(|comment| comment.span.start < from);
    let inside = comments[first..].iter().take_while(|comment| comment.span.end <= document.end);
    let mut inside = inside.peekable();
    if inside.peek().is_none() || !names_secret(stream.slice(document)) {
        return Vec::new();
    }
    inside.filter_map(|comment| text::entry_of_comment(stream.text(), comment.span.range())).collect()
}

/// Whether a text may hold the data of a Secret: what only refers to one has none.
fn holds_secret(text: &str) -> bool {
    names_secret(text) && (text::data_key(text).is_some() || head_of_secret(text).is_some())
}

/// Where a Secret begins in a text: what only refers to one has its own
/// `metadata` on another column.
fn head_of_secret(text: &str) -> Option<usize> {
    let column = |line: &str, key: &str| Some(line[..line.find(key)?].chars().count());
    let metadata: FxHashSet<usize> = text.lines().filter_map(|it| column(it, "metadata")).collect();
    let has_data = text::data_key(text).is_some();
    let mut kinds = text.lines().filter(|line| says_secret(line) || (has_data && chooses_kind(line)));
    let column_of_kind = |line: &str| column(line, "kind").or_else(|| column(line, "Kind"));
    let own = kinds.find_map(|line| {
        column_of_kind(line).filter(|at| metadata.contains(at) || line.contains("metadata"))
    })?;
    let is_own = |line: &str| HEADS.iter().any(|key| column(line, key) == Some(own));
    let before = text.split_inclusive('\n').take_while(|line| !is_own(line));
    Some(before.map(str::len).sum())
}

/// The keys that objects begin with.
const HEADS: [&str; 4] = ["apiVersion", "kind", "Kind", "metadata"];

/// Whether a text says that it is an object of kind Secret, or a patch of one.
fn names_secret(text: &str) -> bool {
    text.contains("stringData") || text.lines().any(says_secret) || has_data_of_chosen_kind(text)
}

/// Whether a line gives Secret as a kind, in one branch of a template at least.
fn says_secret(line: &str) -> bool {
    line.split_once("kind").or_else(|| line.split_once("Kind")).is_some_and(|(_, rest)| {
        let words = rest.trim_start_matches(['"', '\'', ' ', ':']);
        let mut words = words.split(|it: char| !it.is_ascii_alphanumeric());
        let first = words.next().unwrap_or_default();
        let is_one = SECRETS.iter().any(|it| first.eq_ignore_ascii_case(it));
        let is_branch = rest.contains("{{") && words.any(|it| SECRETS.contains(&it));
        (is_one || is_branch) && rest.contains(':')
    })
}

/// The kinds of secrets.
const SECRETS: [&str; 2] = ["Secret", "SecretList"];

/// Whether an action prints or chooses a kind: it may be any.
fn chooses_kind(line: &str) -> bool {
    let value = line.split_once("kind").and_then(|(_, rest)| rest.trim_start_matches('"').strip_prefix(':'));
    value.is_some_and(|it| it.trim_start_matches(['"', '\'', ' ']).starts_with("{{"))
}

/// Whether a text has `data` on the column of a kind that an action prints or chooses.
fn has_data_of_chosen_kind(text: &str) -> bool {
    let column = |line: &str| line.len() - line.trim_start().len();
    let lines = |key: &'static str| text.lines().filter(move |line| line.trim_start().starts_with(key));
    let kinds: FxHashSet<usize> = lines("kind:").filter(|line| chooses_kind(line)).map(column).collect();
    !kinds.is_empty() && lines("data:").any(|line| kinds.contains(&column(line)))
}

fn merged(file: FileId, mut ranges: Vec<(usize, usize)>) -> Vec<Span> {
    ranges.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for (start, end) in ranges {
        let (start, end) = (start as u32, end as u32);
        match spans.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => spans.push(Span::new(file, start, end)),
        }
    }
    spans
}
