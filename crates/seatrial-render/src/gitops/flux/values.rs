//! The values of a release that stand in its object, or in maps of the tree.

use std::sync::Arc;

use seatrial_helm::Argument;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::Node;

use super::super::{Deliverer, inline};
use super::release::unknown;
use super::sources::Found;
use super::{Call, Gap, word};
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

    /// An entry of `valuesFrom`; a gap where what it names is not known.
    pub(super) fn values_from(
        &mut self,
        call: &Call<'_>,
        from: Node<'_>,
        release: &mut Release,
    ) -> Result<(), Gap> {
        let (kind, name) = (word(from, "kind").unwrap_or_default(), word(from, "name").unwrap_or_default());
        let key = word(from, "valuesKey").unwrap_or("values.yaml");
        let is_optional = from.get("optional").and_then(Node::as_bool) == Some(true);
        let title = &call.title;
        let found = match self.flux_sources().find(&call.found.file, kind, call.namespace, name) {
            Found::One(object) if kind == "ConfigMap" => Some(object.clone()),
            Found::None if is_optional => return Ok(()),
            _ => None,
        };
        let Some(object) = found else {
            return Err(unknown(format!("{title} takes values from {kind} {name}, which is not read here")));
        };
        let root = object.source.stream.node(object.source.root);
        let Some(node) = root.get("data").and_then(|it| it.get(key)) else {
            let reason = format!("{title} takes values from `{key}` of {kind} {name}, which is not there");
            return if is_optional { Ok(()) } else { Err(unknown(reason)) };
        };
        match word(from, "targetPath") {
            None => {
                let values = self.inline(call, node, &format!("{kind} {name} {key}"));
                release.values.push(values);
            }
            Some(path) => {
                // Flux reads the value as `--set` does, and not as text.
                let value = node.as_str().unwrap_or_default().trim_end_matches('\n');
                let text: Arc<str> = format!("{path}={value}").into();
                let file = self.made_for(call, &format!("set {path}"), Arc::clone(&text));
                self.generated.add_whole(file, node.span());
                release.set.push(Argument { file, text });
            }
        }
        Ok(())
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
