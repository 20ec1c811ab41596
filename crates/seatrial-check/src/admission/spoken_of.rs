//! The part of an object that the message of a policy speaks of.

use std::collections::BTreeSet;

use seatrial_yaml::{Node, PathStep};

/// More values than this are not looked through.
const NODES_MAX: usize = 4_096;
/// Shorter texts are in many messages by chance.
const TEXT_BYTES_MIN: usize = 3;
/// Shorter names of fields are words of many messages.
const FIELD_BYTES_MIN: usize = 4;
/// Fields of almost everything, whose names say nothing.
const COMMON: &[&str] = &["apiVersion", "kind", "metadata", "name", "namespace", "spec"];
/// Fields that hold what objects are sorted and found by, which repeats names.
const BESIDE: &[&str] = &["label", "annotation", "selector"];

/// The way from the root of an object to what a message speaks of, within the container
/// that it names: what holds a text that it repeats, else a field that it names.
pub(super) fn part_of(root: Node<'_>, own_name: &str, message: &str) -> Option<Vec<PathStep>> {
    let message = Message::of(message);
    let mut parts = parts(root)?;
    let containers: Vec<_> = parts.iter().filter(|it| it.is_container()).cloned().collect();
    if !message.says("container") {
        parts.retain(|it| message.is_about(it));
        let part = message.repeated(&parts, own_name).or_else(|| message.field(&parts))?;
        return Some(part.path.clone());
    }
    // What is annotated stands outside of the container that it is for.
    let named = message.named(&containers).filter(|_| !message.says("annotation"));
    parts.retain(|it| message.is_about(it));
    if let Some((container, name)) = named {
        let inside = self::parts(container.node)?;
        if let Some(part) = message.repeated(&inside, name).or_else(|| message.field(&inside)) {
            return Some(container.path.iter().chain(&part.path).cloned().collect());
        }
        parts.retain(|it| !it.is_in_container && it.node.as_str() != Some(name));
        return Some(message.repeated(&parts, own_name).unwrap_or(container).path.clone());
    }
    if let Some(part) = message.repeated(&parts, own_name) {
        return Some(part.path.clone());
    }
    let [container] = &containers[..] else {
        // Which of the containers it is, nothing says.
        parts.retain(|it| !it.is_in_container);
        return message.field(&parts).map(|it| it.path.clone());
    };
    Some(message.field(&parts).unwrap_or(container).path.clone())
}

/// A value, and the way to it.
#[derive(Clone)]
struct Part<'a> {
    path: Vec<PathStep>,
    node: Node<'a>,
    /// Whether it is a container or stands in one.
    is_in_container: bool,
}

impl Part<'_> {
    fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.iter().filter_map(|it| match it {
            PathStep::Key(key) => Some(key.as_str()),
            PathStep::Index(_) => None,
        })
    }

    fn is_container(&self) -> bool {
        let of = self.keys().next_back().is_some_and(|it| it.to_lowercase().ends_with("containers"));
        of && matches!(self.path.last(), Some(PathStep::Index(_))) && self.node.is_mapping()
    }

    /// Whether it says which object this is, as every message does.
    fn is_identity(&self) -> bool {
        let keys: Vec<_> = self.keys().collect();
        matches!(keys[..], ["apiVersion" | "kind"] | ["metadata", "name" | "namespace"])
    }
}

/// A value and all below it, in their order; none of a large one.
fn parts(root: Node<'_>) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut open = vec![Part { path: Vec::new(), node: root, is_in_container: false }];
    while let Some(mut part) = open.pop() {
        if parts.len() == NODES_MAX {
            return None;
        }
        part.is_in_container |= part.is_container();
        let from = open.len();
        let below = |step, node| {
            let path = part.path.iter().cloned().chain([step]).collect();
            Part { path, node, is_in_container: part.is_in_container }
        };
        if part.node.is_mapping() {
            open.extend(part.node.entries().map(|it| below(PathStep::Key(it.name().into()), it.value)));
        } else if part.node.is_sequence() {
            open.extend((0..).zip(part.node.items()).map(|(at, item)| below(PathStep::Index(at), item)));
        }
        open[from..].reverse();
        parts.push(part);
    }
    Some(parts)
}

/// What a policy says of an object.
struct Message<'a> {
    text: &'a str,
    /// Its words in lower case.
    words: BTreeSet<String>,
}

impl<'a> Message<'a> {
    fn of(text: &'a str) -> Self {
        let is_between = |it: char| !it.is_alphanumeric() && !matches!(it, '-' | '_');
        let words = text.split(is_between).map(str::to_lowercase).collect();
        Self { text, words }
    }

    /// Whether it uses a word, alone, in the plural or as the end of another.
    fn says(&self, word: &str) -> bool {
        self.words.iter().any(|it| it.trim_end_matches('s').ends_with(word))
    }

    /// Whether it names a field, or one of those that a list holds.
    fn names(&self, field: &str) -> bool {
        let field = field.to_lowercase();
        self.words.contains(&field) || field.strip_suffix('s').is_some_and(|it| self.words.contains(it))
    }

    /// Whether it repeats a text, alone and not as a part of a longer one; where.
    fn at(&self, text: &str) -> Option<usize> {
        let is_sign = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '/' | ':' | '@' | '.');
        let is_alone = |at: &usize| {
            // A sentence ends in a full stop, and a colon leads to what follows. Only one
            // match looks through a run of them: to the left of the others stands a sign.
            let behind = || self.text[at + text.len()..].trim_start_matches(['.', ':']);
            !self.text[..*at].ends_with(is_sign) && !behind().starts_with(is_sign)
        };
        self.text.match_indices(text).map(|(at, _)| at).find(is_alone)
    }

    /// Whether a part is none of those that repeat names, or it speaks of those.
    fn is_about(&self, part: &Part<'_>) -> bool {
        let is_beside = |key: &str| {
            let key = key.to_lowercase();
            BESIDE.iter().any(|it| key.trim_end_matches('s').ends_with(it) && !self.says(it))
        };
        !part.is_identity() && !part.keys().any(is_beside)
    }

    /// The container that it names, and its name: the first behind the word.
    fn named<'p, 'n>(&self, containers: &'p [Part<'n>]) -> Option<(&'p Part<'n>, &'n str)> {
        let word = self.text.to_ascii_lowercase().find("container")?;
        let named = containers.iter().filter_map(|it| {
            let name = it.node.get("name")?.as_str()?;
            let at = self.at(name).filter(|_| name.len() >= TEXT_BYTES_MIN)?;
            Some(((at < word, at), (it, name)))
        });
        named.min_by_key(|(at, _)| *at).map(|(_, named)| named)
    }

    /// What holds the longest text that it repeats, but for the name of the whole. An item
    /// of a list that is named stands for itself.
    fn repeated<'p, 'n>(&self, parts: &'p [Part<'n>], own_name: &str) -> Option<&'p Part<'n>> {
        let text = |part: &Part<'n>| {
            let text = part.node.as_str().filter(|it| it.len() >= TEXT_BYTES_MIN && *it != own_name)?;
            self.at(text).map(|_| text.len())
        };
        let all = parts.iter().filter_map(|it| Some(((text(it)?, self.fields_of(it)), it)));
        let part = first_of_most(all)?;
        match part.path.split_last()? {
            (PathStep::Key(key), item @ [.., PathStep::Index(_)]) if key == "name" => {
                parts.iter().find(|it| it.path == item)
            }
            _ => Some(part),
        }
    }

    /// The field that it names.
    fn field<'p, 'n>(&self, parts: &'p [Part<'n>]) -> Option<&'p Part<'n>> {
        let is_named = |part: &&Part<'_>| match part.path.last() {
            Some(PathStep::Key(key)) => {
                key.len() >= FIELD_BYTES_MIN && !COMMON.contains(&key.as_str()) && self.names(key)
            }
            _ => false,
        };
        first_of_most(parts.iter().filter(is_named).map(|it| (self.fields_of(it), it)))
    }

    /// How many of the fields on the way to a part it names.
    fn fields_of(&self, part: &Part<'_>) -> usize {
        part.keys().filter(|it| self.names(it)).count()
    }
}

fn first_of_most<T, K: Ord>(all: impl Iterator<Item = (K, T)>) -> Option<T> {
    all.reduce(|most, it| if it.0 > most.0 { it } else { most }).map(|(_, it)| it)
}
