//! The values of a release that stand in its object, or in maps of the tree.

use std::sync::Arc;

use seatrial_helm::Argument;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::Node;

use super::super::{Deliverer, inline};
use super::sources::Found;
use super::{Call, word};
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
        let entry = |section: &str| root.get(section).and_then(|it| it.get(key));
        if kind == "Secret" {
            // What a template makes of a secret value no mask would know.
            let held = entry("stringData").or_else(|| entry("data"));
            let is_encrypted = root.get("sops").is_some()
                || held.and_then(Node::as_str).is_some_and(|it| it.starts_with("ENC["));
            match held {
                _ if is_encrypted => release.lacks.push(format!("{what}, which are encrypted")),
                Some(_) => release.lacks.push(format!("{what}, which stay secret")),
                None if is_optional => {}
                None => release.lacks.push(format!("{what}, which has no key `{key}`")),
            }
            return;
        }
        match entry("data") {
            Some(node) => self.take_values(call, from, &format!("{kind} {name} {key}"), node, release),
            None if is_optional => {}
            None => release.lacks.push(format!("{what}, which has no key `{key}`")),
        }
    }

    fn take_values(
        &mut self,
        call: &Call<'_>,
        from: Node<'_>,
        what: &str,
        held: Node<'_>,
        release: &mut Release,
    ) {
        let Some(path) = word(from, "targetPath") else {
            let values = self.inline(call, held, what);
            release.values.push(values);
            return;
        };
        // Flux reads the value as `--set` does, and not as text.
        let value = held.as_str().unwrap_or_default().trim_end_matches('\n');
        let text: Arc<str> = format!("{path}={value}").into();
        let file = self.made_for(call, &format!("set {path}"), Arc::clone(&text));
        self.generated.add_whole(file, held.span());
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
