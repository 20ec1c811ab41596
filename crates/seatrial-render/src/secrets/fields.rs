//! Values that are secret by their place in a document.

use seatrial_yaml::{Node, Style};

use super::keys::{is_near_secret, is_secret};
use super::text::{Found, is_open_reference, is_switch, stands_for_another};

/// Nodes looked at in one document; aliases may multiply it.
const NODES: usize = 4_000_000;

/// Why everything below a node is secret, or not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Each value by its own key.
    Open,
    /// Below the data of a Secret: everything.
    Hidden,
    /// Below a key such as `passwords`: everything but references.
    Named,
    /// Variables of a program: also those that are named almost like a secret,
    /// since a finding may be about just that slip.
    Variables,
}

/// The ranges of one document.
pub(crate) fn of_root(root: Node<'_>) -> Vec<(usize, usize)> {
    let mut walk = Walk { ranges: Vec::new(), open: vec![(root, Mode::Open)] };
    for _ in 0..NODES {
        let Some((node, mode)) = walk.open.pop() else { break };
        walk.node(node, mode);
    }
    walk.ranges
}

/// Nodes still to look at, on a stack of its own: nesting may be deep.
struct Walk<'a> {
    ranges: Vec<(usize, usize)>,
    open: Vec<(Node<'a>, Mode)>,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: Node<'a>, mode: Mode) {
        if node.is_mapping() {
            self.mapping(node, mode);
        } else if node.is_sequence() {
            self.sequence(node, mode);
        } else {
            self.scalar(node, mode);
        }
    }

    fn scalar(&mut self, node: Node<'a>, mode: Mode) {
        let is_none = node.as_bool().is_some() || node.is_null();
        if mode == Mode::Hidden || (mode == Mode::Named && !is_none) {
            self.hide(node);
            return;
        }
        let is_long = matches!(node.style(), Style::Literal | Style::Folded);
        if is_long && super::holds_secret(node.source_text()) {
            self.ranges.extend(Found::new(node.source_text(), node.span().start as usize).scan_secret());
        }
    }

    fn hide(&mut self, node: Node<'a>) {
        let span = node.span();
        let text = node.source_text();
        if !span.is_empty() && !is_switch(text) && !stands_for_another(text) {
            self.ranges.push((span.start as usize, span.end as usize));
        }
    }

    fn sequence(&mut self, node: Node<'a>, mode: Mode) {
        let is_redis = node.items().any(|item| item.as_str().is_some_and(|it| it.contains("redis")));
        let (mut flag_before, mut user_before) = (false, false);
        if mode == Mode::Variables {
            self.variables(node);
        }
        for item in node.items() {
            let text = item.as_str().unwrap_or_default();
            if flag_before && !text.starts_with('-') && !is_open_reference(text) {
                self.hide(item);
            }
            let is_flag = text.starts_with('-') && !text.contains('=');
            flag_before = is_flag && (is_secret(text.trim_start_matches('-')) || (is_redis && text == "-a"));
            if user_before && let Some(colon) = text.find(':') {
                let span = item.part_span(colon + 1..text.len()).unwrap_or_else(|| item.span());
                self.ranges.push((span.start as usize, span.end as usize));
            }
            user_before = matches!(text, "-u" | "--user");
            self.open.push((item, mode));
        }
    }

    fn mapping(&mut self, node: Node<'a>, mode: Mode) {
        let about = About::of(node);
        if about.kind == "CustomResourceDefinition" {
            // What it describes has names of secrets and no values.
            return;
        }
        for entry in node.written_entries() {
            let key = entry.name();
            let below = match &*key {
                "data" | "Data" if about.kind == "Secret" => Mode::Hidden,
                "stringData" | "kubectl.kubernetes.io/last-applied-configuration" => Mode::Hidden,
                key if about.hides_value && is_value(key) && !entry.value.is_mapping() => Mode::Hidden,
                "secretGenerator" => {
                    self.generators(entry.value);
                    Mode::Open
                }
                "secretKey" if about.is_mapped => Mode::Open,
                "<<" if mode == Mode::Variables => Mode::Variables,
                key if mode == Mode::Variables && is_near_secret(key) => Mode::Named,
                key if mode == Mode::Variables => Self::below(key, entry.value, Mode::Open),
                "environment" if mode == Mode::Open && !is_scalar(entry.value) => Mode::Variables,
                key => Self::below(key, entry.value, mode),
            };
            self.open.push((entry.value, below));
        }
    }

    /// What holds below an ordinary key.
    fn below(key: &str, value: Node<'a>, mode: Mode) -> Mode {
        if mode == Mode::Hidden {
            return Mode::Hidden;
        }
        let is_collection = value.is_mapping() || value.is_sequence();
        match (is_secret(key), is_collection) {
            (true, false) => Mode::Named,
            // Lists of references: `secrets: [{name: a}]`, and names in a Compose file.
            (true, true) if value.is_sequence() && key.ends_with("ecrets") => Mode::Open,
            (true, true) if value.is_sequence() => Mode::Named,
            (true, true) if is_plural(key) => Mode::Named,
            (false, false) if mode == Mode::Named && !is_about(key) => Mode::Named,
            // One level: what is deeper is named by keys of its own.
            (false, true) => {
                if mode == Mode::Named {
                    Mode::Open
                } else {
                    mode
                }
            }
            (true, true) | (false, false) => Mode::Open,
        }
    }

    /// Variables of a list, `NAME=value`, that are named almost like a secret.
    fn variables(&mut self, list: Node<'a>) {
        for item in list.items() {
            let text = item.as_str().unwrap_or_default();
            // What follows another sign than `=` is no value to Compose, but to its author.
            let Some(name) = text.find(['=', ':', ' ']) else { continue };
            if is_near_secret(&text[..name]) {
                let span = item.part_span(name + 1..text.len()).unwrap_or_else(|| item.span());
                self.ranges.push((span.start as usize, span.end as usize));
            }
        }
    }

    /// Every literal of a secret generator, whatever its name.
    fn generators(&mut self, generators: Node<'a>) {
        let literals = generators.items().filter_map(|it| it.get("literals")).flat_map(Node::items);
        for literal in literals {
            let Some(text) = literal.as_str() else { continue };
            let start = text.find('=').map_or(0, |at| at + 1);
            let span = literal.part_span(start..text.len()).unwrap_or_else(|| literal.span());
            self.ranges.push((span.start as usize, span.end as usize));
        }
    }
}

/// What the entries of one mapping say about each other.
#[derive(Default)]
struct About<'a> {
    kind: &'a str,
    /// It names a secret, or a patch's path to one, beside a `value`.
    hides_value: bool,
    /// A field that an `ExternalSecret` fills is named by `secretKey`.
    is_mapped: bool,
}

impl<'a> About<'a> {
    fn of(node: Node<'a>) -> Self {
        let mut about = Self::default();
        for entry in node.written_entries() {
            let word = || entry.value.as_str().unwrap_or_default();
            match entry.key.as_str() {
                // Of a kind written twice, the one that hides more.
                Some("kind" | "Kind") if about.kind != "Secret" => {
                    about.kind = if word().eq_ignore_ascii_case("Secret") { "Secret" } else { word() };
                }
                Some("name" | "Name" | "NAME" | "key" | "header") => about.hides_value |= is_secret(word()),
                Some("path") => about.hides_value |= leads_to_secret(word()),
                Some("remoteRef" | "sourceRef") => about.is_mapped = true,
                _ => {}
            }
        }
        about
    }
}

/// `value`, or what a slip makes of it: `values`, `Value`, `valeu`.
fn is_value(key: &str) -> bool {
    let mut letters: Vec<u8> = key.to_ascii_lowercase().into_bytes();
    letters.sort_unstable();
    letters == b"aeluv" || letters == b"aelsuv" || letters == b"alv"
}

fn is_scalar(node: Node<'_>) -> bool {
    !node.is_mapping() && !node.is_sequence()
}

fn leads_to_secret(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("/stringData") || path.starts_with("/data") || is_secret(last)
}

fn is_plural(key: &str) -> bool {
    ["passwords", "secrets", "tokens", "credentials", "apikeys", "api_keys"]
        .iter()
        .any(|it| key.to_ascii_lowercase().ends_with(it))
}

/// Keys that say something about a secret instead of holding one.
fn is_about(key: &str) -> bool {
    matches!(
        key,
        "name"
            | "namespace"
            | "key"
            | "kind"
            | "apiVersion"
            | "type"
            | "enabled"
            | "create"
            | "optional"
            | "defaultMode"
            | "path"
            | "file"
            | "external"
            | "environment"
            | "annotations"
            | "labels"
            | "group"
            | "secretName"
            | "existingSecret"
    )
}
