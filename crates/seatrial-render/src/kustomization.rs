//! What a kustomization file names: the files that belong to it and may not
//! be judged as if they were deployed by themselves.

use seatrial_source::{Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};

/// The part that a named file plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Objects that are deployed with it.
    Resource,
    /// Changes to objects.
    Patch,
    /// What a generator of policies wraps: objects or parts of them, in a file or
    /// everywhere below a directory.
    Wrapped,
    /// Configuration of a generator, transformer or validator.
    Plugin,
    /// Configuration of Kustomize itself.
    Configuration,
    /// Content or values, not manifests.
    Data,
}

impl Part {
    /// Whether an object may lack what others have to have.
    pub(crate) fn is_partial(self) -> bool {
        matches!(self, Self::Patch | Self::Wrapped)
    }
}

/// A file or directory that a kustomization names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) path: TreePath,
    pub(crate) part: Part,
    /// Where it is named.
    pub(crate) at: Span,
}

/// Lists of configurations of plugins: files, or the text itself.
const PLUGINS: [&str; 3] = ["generators", "transformers", "validators"];

/// One kustomization file.
#[derive(Clone, Debug)]
pub(crate) struct Kustomization {
    pub(crate) path: TreePath,
    pub(crate) directory: TreePath,
    /// Whether it is a part of others, and nothing by itself.
    pub(crate) is_component: bool,
    pub(crate) named: Vec<Named>,
    /// Entries that climb out of the tree.
    pub(crate) outside: Vec<(Span, String)>,
    /// Entries that are commented out.
    pub(crate) put_away: Vec<TreePath>,
}

impl Kustomization {
    /// Reads everything a kustomization names, without looking for it.
    pub(crate) fn read(path: &TreePath, stream: &Stream) -> Self {
        let directory = path.parent().unwrap_or_else(TreePath::top);
        let is_component =
            stream.roots().any(|it| it.get("kind").and_then(Node::as_str) == Some("Component"));
        let comments = stream.comments().iter().filter_map(|it| entry_of_comment(stream.comment_text(*it)));
        let put_away = comments.filter_map(|it| directory.join(it)).collect();
        let (named, outside) = (Vec::new(), Vec::new());
        let mut found = Self { path: path.clone(), directory, is_component, named, outside, put_away };
        for root in stream.roots() {
            found.read_root(root);
        }
        found
    }

    fn read_root(&mut self, root: Node<'_>) {
        self.list(root, &["resources", "bases", "components"], Part::Resource);
        // A list `patches` of texts is read as `patchesStrategicMerge`.
        self.list(root, &["patchesStrategicMerge", "patches"], Part::Patch);
        self.list(root, &["configurations", "crds"], Part::Configuration);
        self.list(root, &PLUGINS, Part::Plugin);
        self.paths_in(root, &["patches", "patchesJson6902"], "path", Part::Patch);
        self.paths_in(root, &["replacements"], "path", Part::Configuration);
        self.paths_in(root, &["helmCharts"], "valuesFile", Part::Data);
        self.paths_in(root, &["helmChartInflationGenerator"], "values", Part::Data);
        if let Some(openapi) = root.get("openapi") {
            self.field(openapi, "path", Part::Configuration);
        }
        for generator in items(root, &["configMapGenerator", "secretGenerator"]) {
            self.generator(generator);
        }
        for chart in items(root, &["helmCharts"]) {
            self.list(chart, &["additionalValuesFiles"], Part::Data);
        }
        for plugin in items(root, &PLUGINS) {
            self.inline_plugin(plugin);
        }
    }

    /// Reads what a plugin's configuration names, written as text in the list.
    fn inline_plugin(&mut self, node: Node<'_>) {
        let Some(text) = node.as_str().filter(|text| text.contains('\n')) else { return };
        let at = node.written_span();
        let stream = parse(at.file, text.into(), Dialect::GoYaml3, &Limits::default());
        let known = self.named.len();
        let outside = self.outside.len();
        self.read_plugin(&stream);
        // Their spans are those of a text that stands inside this one.
        self.named[known..].iter_mut().for_each(|named| named.at = at);
        self.outside[outside..].iter_mut().for_each(|entry| entry.0 = at);
    }

    /// Reads what the configuration of a builtin plugin names, which is relative
    /// to the kustomization that lists it.
    pub(crate) fn read_plugin(&mut self, stream: &Stream) {
        for root in stream.roots() {
            match root.get("kind").and_then(Node::as_str) {
                Some("ConfigMapGenerator" | "SecretGenerator") => self.generator(root),
                Some("PatchTransformer" | "PatchJson6902Transformer") => {
                    self.field(root, "path", Part::Patch);
                }
                Some("PatchStrategicMergeTransformer") => self.list(root, &["paths"], Part::Patch),
                Some("ReplacementTransformer") => {
                    self.paths_in(root, &["replacements"], "path", Part::Configuration);
                }
                Some("HelmChartInflationGenerator") => {
                    self.field(root, "valuesFile", Part::Data);
                    self.list(root, &["additionalValuesFiles"], Part::Data);
                }
                // Of Open Cluster Management: it runs outside of Kustomize.
                Some("PolicyGenerator") => {
                    for policy in items(root, &["policies"]) {
                        self.paths_in(policy, &["manifests"], "path", Part::Wrapped);
                    }
                    let defaults = ["policyDefaults", "policySetDefaults"].into_iter();
                    let defaults = defaults.filter_map(|key| root.get(key));
                    let placed = defaults.chain(items(root, &["policies", "policySets"]));
                    for placement in placed.filter_map(|it| it.get("placement")) {
                        self.field(placement, "placementPath", Part::Wrapped);
                        self.field(placement, "placementRulePath", Part::Wrapped);
                    }
                }
                _ => {}
            }
        }
    }

    /// The files that configure its plugins.
    pub(crate) fn plugins(&self) -> Vec<TreePath> {
        let plugins = self.named.iter().filter(|named| named.part == Part::Plugin);
        let mut paths: Vec<TreePath> = plugins.map(|named| named.path.clone()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    fn generator(&mut self, generator: Node<'_>) {
        self.list(generator, &["envs"], Part::Data);
        self.field(generator, "env", Part::Data);
        let files = generator.get("files").into_iter().flat_map(Node::items);
        for file in files {
            // `key=path` names a file under another key.
            let Some(text) = file.as_str() else { continue };
            self.add_text(file, text.split_once('=').map_or(text, |(_, path)| path), Part::Data);
        }
    }

    fn list(&mut self, node: Node<'_>, keys: &[&str], part: Part) {
        for item in items(node, keys) {
            self.add(item, part);
        }
    }

    fn field(&mut self, node: Node<'_>, key: &str, part: Part) {
        if let Some(value) = node.get(key) {
            self.add(value, part);
        }
    }

    fn paths_in(&mut self, node: Node<'_>, keys: &[&str], field: &str, part: Part) {
        for path in items(node, keys).filter_map(|it| it.get(field)) {
            self.add(path, part);
        }
    }

    fn add(&mut self, node: Node<'_>, part: Part) {
        if let Some(text) = node.as_str() {
            self.add_text(node, text, part);
        }
    }

    fn add_text(&mut self, node: Node<'_>, text: &str, part: Part) {
        if text.is_empty() || text.contains('\n') || is_remote(text) {
            return;
        }
        match self.directory.join(text) {
            Some(path) => self.named.push(Named { path, part, at: node.written_span() }),
            None => self.outside.push((node.written_span(), text.to_owned())),
        }
    }
}

fn items<'a>(node: Node<'a>, keys: &'a [&'a str]) -> impl Iterator<Item = Node<'a>> {
    keys.iter().filter_map(move |key| node.get(key)).flat_map(Node::items)
}

/// The file that a comment would list if it were none: `#- web.yaml`.
fn entry_of_comment(comment: &str) -> Option<&str> {
    let entry = comment.trim_start_matches('#').trim_start().strip_prefix("- ")?;
    let entry = entry.split_once(" #").map_or(entry, |(entry, _)| entry).trim();
    let path = entry.trim_matches(['"', '\'']);
    let is_file = [".yaml", ".yml", ".json"].iter().any(|it| path.ends_with(it));
    (is_file && !path.contains([' ', ':'])).then_some(path)
}

/// Whether Kustomize would fetch it from another host.
pub(crate) fn is_remote(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    text.contains("://")
        || text.contains("?ref=")
        || text.starts_with("git@")
        || text.starts_with("git::")
        || (text.contains("//") && host.contains('.') && !host.starts_with('.'))
        || matches!(host, "github.com" | "gitlab.com" | "bitbucket.org")
}
