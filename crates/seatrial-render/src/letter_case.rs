//! Objects that would be of a known kind if letter case did not count.

use seatrial_diagnostics::{Location, Notice};
use seatrial_model::{is_namespaced, known_kind};
use seatrial_yaml::{Entry, Node};

use crate::checks::WRONG_LETTER_CASE;

/// The head of an object of a known kind, some word of it in the wrong case.
struct Head<'a> {
    version: Entry<'a>,
    kind: Entry<'a>,
    known: &'static str,
}

/// Whether an object is of a known kind but for the case of some letters.
pub(crate) fn is_wrong(node: Node<'_>) -> bool {
    head(node).is_some()
}

fn head(node: Node<'_>) -> Option<Head<'_>> {
    let (version, kind) = (in_any_case(node, "apiVersion")?, in_any_case(node, "kind")?);
    let (version_word, word) = (version.value.as_str()?, kind.value.as_str()?);
    let group = version_word.split_once('/').map_or("", |(group, _)| group);
    let is_written_right = is(&version, "apiVersion") && is(&kind, "kind");
    if is_written_right && is_namespaced(group, word).is_some() {
        return None;
    }
    let known =
        if group.is_empty() && word.eq_ignore_ascii_case("List") { "List" } else { known_kind(group, word)? };
    (!is_written_right || word != known).then_some(Head { version, kind, known })
}

fn is(entry: &Entry<'_>, name: &str) -> bool {
    entry.key.as_str() == Some(name)
}

/// The entry of this name, else the first that differs in case only.
fn in_any_case<'a>(node: Node<'a>, name: &str) -> Option<Entry<'a>> {
    let is_like = |entry: &Entry<'_>| entry.key.as_str().is_some_and(|it| it.eq_ignore_ascii_case(name));
    node.entry(name).or_else(|| node.entries().find(is_like))
}

/// What to tell about such an object: the first word that is wrong, and how
/// all of them are written.
pub(crate) fn notice(node: Node<'_>) -> Option<Notice> {
    let Head { version, kind, known } = head(node)?;
    let word = kind.value.as_str().unwrap_or_default();
    let name = in_any_case(node, "metadata").and_then(|it| it.value.get("name")).and_then(Node::as_str);
    let title = name.map_or_else(|| format!("the {known}"), |name| format!("{known} {name}"));
    let key = [(version, "apiVersion"), (kind, "kind")].into_iter().find(|(entry, right)| !is(entry, right));
    let (at, message, why) = match key {
        Some((entry, right)) => (
            entry.key,
            format!("{title} has the key `{}` instead of `{right}`", entry.name()),
            "keys are compared letter by letter, and an object without this one is refused",
        ),
        None => (
            kind.value,
            format!("{title} has the kind `{word}`, which no API server knows"),
            "kinds are compared letter by letter, and nothing that refers to the object finds it",
        ),
    };
    let version = version.value.as_str().unwrap_or_default();
    let notice = Notice::new(&WRONG_LETTER_CASE, Location::text(at.written_span()), message).because(why);
    Some(notice.help(format!("write `apiVersion: {version}` and `kind: {known}`")))
}
