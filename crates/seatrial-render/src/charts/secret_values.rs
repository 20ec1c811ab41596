//! Secrets that stand in values files and reach the cluster as they are.

use std::collections::BTreeSet;

use seatrial_diagnostics::{Location, Notice};
use seatrial_source::FileId;
use seatrial_yaml::{Node, Stream, decode_base64};

use super::{Charts, TreeChart};
use crate::checks::SECRET_IN_VALUES;
use crate::secrets::is_secret_name;

/// Nesting that is looked into.
const DEPTH_MAX: usize = 24;
/// Shorter values are words.
const BYTES_MIN: usize = 6;
/// Words that say that something is to be given, or is none.
const STAND_INS: &[&str] = &[
    "change",
    "replace",
    "todo",
    "fixme",
    "example",
    "placeholder",
    "your",
    "secret",
    "password",
    "dummy",
    "xxx",
    "insert",
    "fill",
    "redacted",
    "disabled",
    "enabled",
    "default",
    "none",
];

impl Charts {
    /// Literals under secret names that a Secret or an environment holds.
    pub(super) fn secret_notices(&self, made: &[&Stream], streams: &[&Stream]) -> Vec<Notice> {
        let mut found = Vec::new();
        // What was fetched is not the tree's to mend.
        let own = |it: &(usize, &TreeChart)| it.1.away.named_in().is_none();
        for (at, chart) in self.all.iter().enumerate().filter(own) {
            let units = || self.units.iter().filter(move |it| it.chart == at);
            // Those of `ci` are made up for tests of the chart.
            let layers = units().flat_map(|it| &it.files).filter(|it| !it.name.starts_with("ci/"));
            let mut files: Vec<FileId> = layers.map(|it| it.file).collect();
            let loaded = chart.chart.as_ref();
            files.extend(loaded.and_then(|it| it.values.as_ref()).map(|it| it.file));
            files.sort();
            files.dedup();
            let mut held = BTreeSet::new();
            for stream in made {
                if self.by_text.get(&stream.file()).is_some_and(|by| self.units[by.0].chart == at) {
                    stream.roots().for_each(|it| hold(it, &mut held));
                }
            }
            for root in streams.iter().filter(|it| files.contains(&it.file())).flat_map(|it| it.roots()) {
                let mut search = Search { held: &held, path: Vec::new(), found: &mut found };
                search.below(root, DEPTH_MAX);
            }
        }
        found
    }
}

/// What an object hands on as a secret: the entries of a Secret, environment
/// variables with a secret name.
fn hold(root: Node<'_>, held: &mut BTreeSet<String>) {
    if root.get("kind").and_then(Node::as_str) == Some("Secret") {
        let texts =
            |list| root.get(list).into_iter().flat_map(Node::entries).filter_map(|it| it.value.as_str());
        let decoded = texts("data").filter_map(|it| String::from_utf8(decode_base64(it)?).ok());
        held.extend(decoded.chain(texts("stringData").map(ToOwned::to_owned)));
    } else {
        environment(root, DEPTH_MAX, held);
    }
}

fn environment(node: Node<'_>, depth: usize, held: &mut BTreeSet<String>) {
    if depth == 0 || node.is_alias() {
        return;
    }
    node.items().for_each(|it| environment(it, depth - 1, held));
    for entry in node.written_entries() {
        if entry.name() == "env" {
            for item in entry.value.items() {
                let word = |key| item.get(key).and_then(Node::as_str);
                if word("name").is_some_and(is_secret_name) {
                    held.extend(word("value").map(ToOwned::to_owned));
                }
            }
        } else {
            environment(entry.value, depth - 1, held);
        }
    }
}

/// Looks through one values file.
struct Search<'a> {
    held: &'a BTreeSet<String>,
    path: Vec<String>,
    found: &'a mut Vec<Notice>,
}

impl Search<'_> {
    fn below(&mut self, node: Node<'_>, depth: usize) {
        if depth == 0 || node.is_alias() {
            return;
        }
        for entry in node.written_entries() {
            self.path.push(entry.name().into_owned());
            if self.is_secret(&entry.name(), entry.value) {
                let message = format!("`{}` is a secret that stands in the values", self.path.join("."));
                let at = Location::text(entry.key.span());
                let help = "take it out and change it: give it when the chart is installed, or name a Secret \
                            that a secret store fills";
                self.found.push(Notice::new(&SECRET_IN_VALUES, at, message).help(help));
            } else {
                self.below(entry.value, depth - 1);
            }
            self.path.pop();
        }
        node.items().for_each(|it| self.below(it, depth - 1));
    }

    fn is_secret(&self, name: &str, value: Node<'_>) -> bool {
        let Some(text) = value.as_str() else { return false };
        let lower = text.to_ascii_lowercase();
        let is_stand_in =
            STAND_INS.iter().any(|it| lower.contains(it)) || text.contains(['<', '{', '$', ' ', '/']);
        // A name has no digits, a secret seldom has none.
        let is_random =
            text.bytes().any(|it| it.is_ascii_digit()) && text.bytes().any(|it| it.is_ascii_alphabetic());
        text.len() >= BYTES_MIN
            && is_random
            && !is_stand_in
            && is_secret_name(name)
            && self.held.contains(text)
    }
}
