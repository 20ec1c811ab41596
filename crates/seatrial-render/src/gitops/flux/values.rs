//! The values of a release that stand in its object, or in maps of the tree.

use std::sync::Arc;

use seatrial_helm::Argument;
use seatrial_source::{FileId, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, decode_any_base64, parse};

use super::super::{Deliverer, inline};
use super::sources::Found;
use super::{Call, is_literal, word};
use crate::charts::release::{InlineValues, Release};

impl Deliverer<'_> {
    /// Values inside another text.
    pub(super) fn inline(&mut self, call: &Call<'_>, node: Node<'_>, what: &str) -> InlineValues {
        inline::values(node).unwrap_or_else(|| {
            let text: Arc<str> = inline::as_text(node).into();
            let whole = self.kustomizations.written(node.span()).unwrap_or(node.span());
            let file = self.made_for(call, what, Arc::clone(&text));
            self.generated.add_whole(file, whole);
            InlineValues { file, text }
        })
    }

    /// An entry of `valuesFrom`. What is not known here the release lacks.
    pub(super) fn values_from(&mut self, call: &Call<'_>, from: Node<'_>, release: &mut Release) {
        let (kind, name) = (word(from, "kind").unwrap_or_default(), word(from, "name").unwrap_or_default());
        let key = word(from, "valuesKey").unwrap_or("values.yaml");
        let is_optional = from.get("optional").and_then(Node::as_bool) == Some(true);
        let what = format!("the values of {kind} {name}");
        let object = match self.flux_sources().find(&call.found.file, kind, call.namespace, name) {
            Found::One(object) => object.clone(),
            // Secrets are often made by other means.
            Found::None if is_optional && kind != "Secret" => return,
            Found::None => return release.lacks.push(format!("{what}, which is not here")),
            Found::Several => {
                return release.lacks.push(format!("{what}, which differs between clusters"));
            }
        };
        let root = object.source.stream.node(object.source.root);
        let held = match kind {
            "Secret" => secret_text(root, key),
            _ => Ok(root.get("data").and_then(|it| it.get(key)).map(Held::Plain)),
        };
        match held {
            Ok(Some(held)) => self.take_values(call, from, &format!("{kind} {name} {key}"), &held, release),
            Ok(None) if is_optional => {}
            Ok(None) => release.lacks.push(format!("{what}, which has no key `{key}`")),
            Err(Hidden) => release.lacks.push(format!("{what}, which are encrypted")),
        }
    }

    fn take_values(
        &mut self,
        call: &Call<'_>,
        from: Node<'_>,
        what: &str,
        held: &Held<'_>,
        release: &mut Release,
    ) {
        let Some(path) = word(from, "targetPath") else {
            let values = match held {
                Held::Plain(node) => self.inline(call, *node, what),
                Held::Secret { text, at } => {
                    let text: Arc<str> = text.as_str().into();
                    let file = self.made_for(call, what, Arc::clone(&text));
                    self.generated.add_secret(file, *at, scalars(file, &text));
                    InlineValues { file, text }
                }
            };
            release.values.push(values);
            return;
        };
        // Flux reads the value as `--set` does, and not as text.
        let (value, at) = match held {
            Held::Plain(node) => (node.as_str().unwrap_or_default(), node.span()),
            Held::Secret { text, at } => (text.as_str(), *at),
        };
        let value = value.trim_end_matches('\n');
        let text: Arc<str> = format!("{path}={value}").into();
        let file = self.made_for(call, &format!("set {path}"), Arc::clone(&text));
        if matches!(held, Held::Secret { .. }) {
            let part = Span::new(file, path.len() as u32 + 1, text.len() as u32);
            self.generated.add_secret(file, at, vec![part]);
        } else {
            self.generated.add_whole(file, at);
        }
        release.set.push(Argument { file, text });
    }

    /// A text that nobody sees; its name tells it from others.
    fn made_for(&mut self, call: &Call<'_>, what: &str, text: Arc<str>) -> FileId {
        let (unit, what) = (call.unit.replace('/', ":"), what.replace('/', ":"));
        let path = TreePath::new(&format!("(made for {unit}) {what}"));
        let file = self.sources.add(path.clone(), text);
        self.facts.paths.push((file, path));
        file
    }
}

/// What an entry of a map holds.
enum Held<'n> {
    Plain(Node<'n>),
    /// The text of a Secret, and where it stands.
    Secret {
        text: String,
        at: Span,
    },
}

/// Nobody here can read it.
struct Hidden;

/// The text under a key of a Secret; none where there is no such key.
fn secret_text<'n>(root: Node<'n>, key: &str) -> Result<Option<Held<'n>>, Hidden> {
    let entry = |section: &str| root.get(section).and_then(|it| it.get(key));
    let is_encrypted = root.get("sops").is_some();
    // What is written as text replaces the data.
    let (node, text) = match (entry("stringData"), entry("data")) {
        (Some(node), _) => (node, node.as_str().map(ToOwned::to_owned)),
        (None, Some(node)) => {
            let digits: String = node.as_str().unwrap_or_default().split_whitespace().collect();
            (node, decode_any_base64(&digits).and_then(|it| String::from_utf8(it).ok()))
        }
        (None, None) => return if is_encrypted { Err(Hidden) } else { Ok(None) },
    };
    let is_open = |it: &String| !is_encrypted && !it.starts_with("ENC[") && is_literal(it);
    let text = text.filter(is_open).ok_or(Hidden)?;
    Ok(Some(Held::Secret { text, at: node.span() }))
}

/// Where the scalars of a text stand; all of it, where it does not parse.
fn scalars(file: FileId, text: &Arc<str>) -> Vec<Span> {
    let stream = parse(file, Arc::clone(text), Dialect::GoYaml2, &Limits::default());
    let mut found = Vec::new();
    let mut waiting: Vec<Node<'_>> = stream.roots().collect();
    while let Some(node) = waiting.pop() {
        if node.is_alias() {
            continue;
        }
        if node.is_sequence() {
            waiting.extend(node.items());
        } else if node.is_mapping() {
            waiting.extend(node.written_entries().map(|it| it.value));
        } else {
            found.push(node.span());
        }
    }
    if !stream.is_accepted() {
        found.push(Span::new(file, 0, text.len() as u32));
    }
    found
}
