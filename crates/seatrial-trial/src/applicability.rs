//! Which fixes need no look: those that only undo a slip.
//!
//! That an edit changes nothing but the field is proven where it is made. What
//! is decided here is whether a person would choose the same value.

use seatrial_diagnostics::{
    Applicability, Change, Content, Location, Notice, Severity, is_same_but_form, is_slip,
};
use seatrial_model::{Bundle, Repository, UnitKind};
use seatrial_yaml::Node;

/// In a larger unit a word has too many others it could be a slip of.
const WORDS_MAX: usize = 2_000;

/// Safe where the tree alone proves that the value is wrong, the text with it
/// is applied as it stands, and the new value is the same text as another
/// type, or the only word of the unit that the old one is a slip of.
pub(crate) fn of_change(repository: &Repository, notice: &Notice, change: &Change) -> Applicability {
    let is_safe = notice.severity == Severity::Error && undoes_slip(repository, change).unwrap_or(false);
    if is_safe { Applicability::Safe } else { Applicability::Unsafe }
}

fn undoes_slip(repository: &Repository, change: &Change) -> Option<bool> {
    let Location::Field { unit, object, path, part: None } = change.at() else { return None };
    // What a kustomization does with a file is not rendered again yet.
    if repository.unit(*unit).kind != UnitKind::Manifests {
        return None;
    }
    let bundle = repository.bundle(*unit);
    let found = bundle.object(*object).root().nearest(path);
    if found.matched < path.len() {
        return None;
    }
    let old = match change {
        Change::Rename { .. } => found.entry?.key,
        _ => found.node,
    };
    let old = old.scalar_text()?;
    Some(match change {
        Change::Set { content: Content::Text(new), .. } => *new == *old || is_only_slip(bundle, &old, new),
        Change::Set { content: Content::Int(new), .. } => new.to_string() == *old,
        Change::Set { content: Content::Bool(new), .. } => new.to_string() == *old,
        Change::Rename { name, .. } => is_same_but_form(&old, name),
        _ => false,
    })
}

fn is_only_slip(bundle: &Bundle, old: &str, new: &str) -> bool {
    if !is_slip(old, new) {
        return false;
    }
    let mut words = Words { old, new, left: WORDS_MAX, found: false, others: false };
    for object in bundle.objects() {
        words.read(object.root(), DEPTH);
    }
    words.left > 0 && words.found && !words.others
}

/// Nesting that is looked into.
const DEPTH: usize = 64;

/// Looks for the words that `old` could be a slip of.
struct Words<'a> {
    old: &'a str,
    new: &'a str,
    left: usize,
    found: bool,
    others: bool,
}

impl Words<'_> {
    fn read(&mut self, node: Node<'_>, depth: usize) {
        // Aliases can make a small text hold very much.
        self.left = if depth == 0 { 0 } else { self.left.saturating_sub(1) };
        if self.left == 0 {
            return;
        }
        if node.is_sequence() {
            node.items().for_each(|item| self.read(item, depth - 1));
        } else if node.is_mapping() {
            for entry in node.written_entries() {
                self.word(&entry.name());
                self.read(entry.value, depth - 1);
            }
        } else if let Some(text) = node.as_str() {
            self.word(text);
        }
    }

    fn word(&mut self, word: &str) {
        self.found |= word == self.new;
        self.others |= word != self.old && word != self.new && is_slip(self.old, word);
    }
}
