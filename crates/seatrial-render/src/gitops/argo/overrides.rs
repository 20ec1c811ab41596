//! Files beside a source's manifests that change what the source says.

use std::sync::Arc;

use seatrial_source::TreePath;
use seatrial_yaml::{Dialect, Stream, parse};

use super::super::Deliverer;
use super::Call;
use super::git::Tree;
use super::item::Item;
use super::source::Source;

/// For every Application of a directory.
const FOR_ALL: &str = ".argocd-source.yaml";
/// The fields that may be changed: which tree is meant is none of them.
const FIXED: [&str; 5] = ["repoURL", "path", "targetRevision", "chart", "ref"];

impl Deliverer<'_> {
    /// A source with what files in its directory change, the one of its
    /// Application last; none where there is no such file.
    pub(super) fn overridden(
        &mut self,
        call: &Call<'_>,
        source: &Source<'_>,
        directory: &TreePath,
    ) -> Option<Result<Arc<Stream>, String>> {
        let own = format!(".argocd-source-{}.yaml", call.app.name);
        let files = [FOR_ALL, &own].into_iter().filter_map(|it| directory.join(it));
        let files: Vec<TreePath> = files.filter(|it| self.here.has_file(it)).collect();
        if files.is_empty() {
            return None;
        }
        let mut item = Item::of(source.node);
        for file in &files {
            let shown = self.here.shown(file).to_owned();
            let Some(mut over) = self.content(&shown) else {
                return Some(Err(format!("`{shown}`, which changes the source, cannot be read")));
            };
            for key in FIXED {
                over.remove(key);
            }
            item.merge(&over, true);
        }
        let (text, map) = item.json();
        let path = TreePath::new(&format!("(changed for {}) source", call.unit.replace('/', ":")));
        let file = self.sources.add(path, text.into());
        self.facts.paths.push((file, call.file.clone()));
        self.generated.add(file, map, source.node.span());
        let text = Arc::clone(self.sources.file(file).text());
        let stream = Arc::new(parse(file, text, Dialect::GoYaml2, &self.request.limits.yaml));
        self.streams.push(Arc::clone(&stream));
        Some(Ok(stream))
    }
}
