//! What kustomization files say of themselves, as far as they are compared
//! with their neighbours.

use seatrial_source::{Span, TreePath};
use seatrial_yaml::{Dialect, Entry, FieldPath, Limits, Node, Stream, parse};

/// A kustomization file of the tree.
#[derive(Clone, Debug)]
pub struct KustomizationFacts {
    /// The file.
    pub path: TreePath,
    /// Its directory.
    pub directory: TreePath,
    /// What stands for the file where something is absent from it.
    pub start: Span,
    /// Whether other kustomizations take it in as a component.
    pub is_component: bool,
    /// What it builds on, sorted: paths from the top, its own files by their
    /// names after `./`, addresses as they are written.
    pub bases: Vec<String>,
    /// The addresses that it takes something from.
    pub addresses: Vec<RemoteAddress>,
    /// What it adds or changes, sorted.
    pub entries: Vec<KustomizationEntry>,
    /// The images that it gives another name.
    pub renamed_images: Vec<RenamedImage>,
    /// The labels that it puts into selectors, too.
    pub selector_labels: Vec<SelectorLabel>,
    /// The files with transformers that it names.
    pub transformers: Vec<TreePath>,
    /// The names that it puts something in for where they stand as `$(NAME)`.
    pub variables: Vec<String>,
}

/// An address that a kustomization takes something from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAddress {
    /// The address as it is written.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// Who asks there.
    pub client: RemoteClient,
}

/// Who fetches what a kustomization takes from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteClient {
    /// Git, or Kustomize itself where the address is that of a file.
    Git,
    /// Kustomize itself, which takes only files there.
    Kustomize,
    /// Helm.
    Helm,
}

/// A label that a kustomization puts into selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorLabel {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it is written.
    pub span: Span,
}

/// An image that a kustomization gives another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenamedImage {
    /// The name that it looks for.
    pub name: String,
    /// What it puts there.
    pub new_name: String,
    /// Where the new name is written.
    pub span: Span,
}

/// One thing that a kustomization adds or changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KustomizationEntry {
    /// What kind of thing.
    pub kind: EntryKind,
    /// What tells it from others of its kind, as it is shown to people.
    pub name: String,
    /// Where it is written.
    pub span: Span,
}

/// A patch file that a kustomization puts over many objects of a kind by their
/// names, and a value that it sets there and not in the rest.
#[derive(Clone, Debug)]
pub struct UnevenPatch {
    /// The kustomization file.
    pub kustomization: TreePath,
    /// The patch, as the kustomization names it.
    pub patch: String,
    /// The last entry that names it.
    pub entry: Span,
    /// The kind.
    pub kind: String,
    /// Where the value stands in the objects.
    pub field: FieldPath,
    /// The value.
    pub value: String,
    /// What stood there before in all of them.
    pub before: String,
    /// How many objects have it now.
    pub patched: usize,
    /// The objects of the kind that still have what stood there before.
    pub unpatched: Vec<Unpatched>,
}

/// An object that a patch leaves out.
#[derive(Clone, Debug)]
pub struct Unpatched {
    /// Its name.
    pub name: String,
    /// Where its value is written.
    pub at: Span,
    /// Whether something reads the value, as far as can be told.
    pub is_read: bool,
    /// The directory of the repository that it would name with the other's value.
    pub directory: Option<String>,
}

/// What an entry of a kustomization does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// Changes one object or a choice of them.
    Patch,
    /// Names an image anew.
    Image,
    /// Puts everything into a namespace.
    Namespace,
    /// Adds a label.
    Label,
    /// Adds it to selectors, too.
    SelectorLabel,
    /// Makes a `ConfigMap` or Secret.
    Generator,
    /// A key of one.
    GeneratorKey,
}

impl EntryKind {
    /// The list it stands in.
    pub fn field(self) -> &'static str {
        match self {
            Self::Patch => "patches",
            Self::Image => "images",
            Self::Namespace => "namespace",
            Self::Label | Self::SelectorLabel => "labels",
            Self::Generator | Self::GeneratorKey => "generators",
        }
    }
}

/// Lists of patches, the deprecated ones too.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
/// Generators with the kind of what they make.
const GENERATORS: [(&str, &str); 2] = [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")];

/// Where addresses may stand, by who asks there.
const ADDRESSED: [(RemoteClient, &[&[&str]]); 3] = [
    (
        RemoteClient::Git,
        &[&["resources"], &["bases"], &["components"], &["generators"], &["transformers"], &["validators"]],
    ),
    (
        RemoteClient::Kustomize,
        &[
            &["crds"],
            &["configurations"],
            &["openapi", "path"],
            &["patches"],
            &["patches", "path"],
            &["patchesStrategicMerge"],
            &["patchesJson6902", "path"],
            &["replacements", "path"],
            &["configMapGenerator", "files"],
            &["configMapGenerator", "envs"],
            &["secretGenerator", "files"],
            &["secretGenerator", "envs"],
            &["helmCharts", "valuesFile"],
            &["helmCharts", "additionalValuesFiles"],
            &["helmChartInflationGenerator", "values"],
        ],
    ),
    (RemoteClient::Helm, &[&["helmCharts", "repo"], &["helmChartInflationGenerator", "chartRepoUrl"]]),
];

/// Of one transformer, which many kustomizations may name, no more labels are read.
const TRANSFORMER_LABELS_MAX: usize = 100;

impl KustomizationFacts {
    /// Reads a kustomization file; none where it holds no mapping.
    pub fn read(path: &TreePath, stream: &Stream) -> Option<Self> {
        let root = stream.document_root(0).filter(|it| it.is_mapping())?;
        let directory = path.parent().unwrap_or_else(TreePath::top);
        let mut found = Self {
            path: path.clone(),
            start: root.entries().next()?.key.span(),
            is_component: root.get("kind").and_then(Node::as_str) == Some("Component"),
            bases: bases(&directory, root),
            addresses: addresses(root),
            entries: Vec::new(),
            renamed_images: Vec::new(),
            selector_labels: Vec::new(),
            transformers: Vec::new(),
            variables: variables(root),
            directory,
        };
        found.read_patches(root);
        found.read_transformers(root);
        for (list, kind) in GENERATORS {
            root.get(list).into_iter().flat_map(Node::items).for_each(|it| found.read_generator(kind, it));
        }
        found.entries.sort();
        Some(found)
    }

    /// Whether something of this kind and name is among its entries.
    pub fn has(&self, kind: EntryKind, name: &str) -> bool {
        self.entry(kind, name).is_some()
    }

    /// The first entry of this kind and name.
    pub fn entry(&self, kind: EntryKind, name: &str) -> Option<&KustomizationEntry> {
        self.entries.iter().find(|it| it.kind == kind && it.name == name)
    }

    fn add(&mut self, kind: EntryKind, name: String, span: Span) {
        self.entries.push(KustomizationEntry { kind, name, span });
    }

    fn read_patches(&mut self, root: Node<'_>) {
        for patch in PATCHES.iter().filter_map(|key| root.get(key)).flat_map(Node::items) {
            if let Some(name) = patch_name(patch) {
                self.add(EntryKind::Patch, name, patch.written_span());
            }
        }
    }

    fn read_transformers(&mut self, root: Node<'_>) {
        if let Some(namespace) = root.entry("namespace").filter(|it| is_written(it.value)) {
            self.add(EntryKind::Namespace, String::new(), namespace.span());
        }
        for image in root.get("images").into_iter().flat_map(Node::items) {
            let Some(name) = image.get("name").and_then(Node::as_str) else { continue };
            self.add(EntryKind::Image, name.to_owned(), image.written_span());
            if let Some((new_name, text)) = image.get("newName").and_then(|it| Some((it, it.as_str()?))) {
                let (name, new) = (name.to_owned(), text.to_owned());
                self.renamed_images.push(RenamedImage { name, new_name: new, span: new_name.written_span() });
            }
        }
        let pairs = root.get("labels").into_iter().flat_map(Node::items).filter_map(|it| it.get("pairs"));
        for pairs in pairs.chain(root.get("commonLabels")) {
            for label in pairs.entries() {
                self.add(EntryKind::Label, label.name().into_owned(), label.span());
            }
        }
        self.read_selector_labels(root);
        self.read_plugins(root);
    }

    fn read_selector_labels(&mut self, root: Node<'_>) {
        let items = root.get("labels").into_iter().flat_map(Node::items);
        let items = items.filter(|it| flag(*it, "includeSelectors") || reaches_selectors(*it, "fields"));
        let pairs = items.filter_map(|it| it.get("pairs")).chain(root.get("commonLabels"));
        self.add_selector_labels(pairs.flat_map(Node::entries), None);
    }

    /// Takes in what the files under `transformers` put into selectors.
    pub fn read_label_transformers<'s>(&mut self, file: impl Fn(&TreePath) -> Option<&'s Stream>) {
        let mut paths = std::mem::take(&mut self.transformers);
        paths.sort();
        paths.dedup();
        for root in paths.iter().filter_map(file).flat_map(Stream::roots) {
            self.read_label_transformer(root, None);
        }
        self.entries.sort();
        self.transformers = paths;
    }

    /// A transformer that is written out; `at` is where, if in another text.
    fn read_label_transformer(&mut self, root: Node<'_>, at: Option<Span>) {
        let is_meant = root.get("kind").and_then(Node::as_str) == Some("LabelTransformer");
        if is_meant && reaches_selectors(root, "fieldSpecs") {
            let labels = root.get("labels").into_iter().flat_map(Node::entries);
            self.add_selector_labels(labels.take(TRANSFORMER_LABELS_MAX), at);
        }
    }

    fn add_selector_labels<'n>(&mut self, labels: impl Iterator<Item = Entry<'n>>, at: Option<Span>) {
        for label in labels {
            let Some(value) = label.value.scalar_text() else { continue };
            let (key, value, span) =
                (label.name().into_owned(), value.into_owned(), at.unwrap_or(label.span()));
            self.add(EntryKind::SelectorLabel, key.clone(), span);
            self.selector_labels.push(SelectorLabel { key, value, span });
        }
    }

    /// Transformers that are written in the file itself, and the paths of others.
    fn read_plugins(&mut self, root: Node<'_>) {
        for item in root.get("transformers").into_iter().flat_map(Node::items) {
            let Some(text) = item.as_str() else { continue };
            if text.contains('\n') {
                let stream = parse(item.span().file, text.into(), Dialect::GoYaml3, &Limits::default());
                let at = item.written_span();
                stream.roots().for_each(|it| self.read_label_transformer(it, Some(at)));
            } else {
                self.transformers.extend(self.directory.join(text));
            }
        }
    }

    fn read_generator(&mut self, kind: &str, args: Node<'_>) {
        let Some(name) = args.get("name").and_then(Node::as_str) else { return };
        let title = format!("{kind} {name}");
        for list in ["literals", "files"] {
            for item in args.get(list).into_iter().flat_map(Node::items) {
                let Some(text) = item.as_str() else { continue };
                let key = text.split_once('=').map_or(text, |(key, _)| key);
                let key = key.rsplit('/').next().unwrap_or(key);
                self.add(EntryKind::GeneratorKey, format!("{key} of {title}"), item.written_span());
            }
        }
        self.add(EntryKind::Generator, title, args.written_span());
    }
}

fn is_written(node: Node<'_>) -> bool {
    node.as_str().is_some_and(|it| !it.is_empty())
}

fn flag(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool) == Some(true)
}

/// Whether a list of places names the selector of workloads.
fn reaches_selectors(node: Node<'_>, list: &str) -> bool {
    let paths = node.get(list).into_iter().flat_map(Node::items).filter_map(|it| it.get("path"));
    paths.filter_map(Node::as_str).any(|it| it.trim_matches('/') == "spec/selector/matchLabels")
}

fn bases(directory: &TreePath, root: Node<'_>) -> Vec<String> {
    let lists = ["resources", "bases", "components"];
    let items = lists.iter().filter_map(|key| root.get(key)).flat_map(Node::items);
    let mut bases: Vec<String> = items.filter_map(Node::as_str).map(|it| base(directory, it)).collect();
    bases.sort();
    bases.dedup();
    bases
}

/// The names under `vars`.
fn variables(root: Node<'_>) -> Vec<String> {
    let declared = root.get("vars").into_iter().flat_map(Node::items);
    declared.filter_map(|it| Some(it.get("name")?.as_str()?.to_owned())).collect()
}

fn addresses(root: Node<'_>) -> Vec<RemoteAddress> {
    let places = ADDRESSED.iter().flat_map(|&(client, keys)| keys.iter().map(move |it| (client, *it)));
    let texts = places.flat_map(|(client, keys)| {
        let found = below(root, keys).into_iter();
        found.filter_map(move |it| Some((client, it.as_str()?, it.written_span())))
    });
    // A patch and the configuration of a plugin may be written out.
    let addresses = texts.filter(|(_, text, _)| text.contains("://") && !text.contains('\n'));
    addresses.map(|(client, text, span)| RemoteAddress { text: text.to_owned(), span, client }).collect()
}

/// The values below some keys, lists on the way taken apart.
fn below<'n>(root: Node<'n>, keys: &[&str]) -> Vec<Node<'n>> {
    let is_list = |it: &Node<'n>| it.is_sequence();
    keys.iter().fold(vec![root], |nodes, key| {
        let (lists, others): (Vec<_>, Vec<_>) = nodes.iter().filter_map(|it| it.get(key)).partition(is_list);
        others.into_iter().chain(lists.into_iter().flat_map(Node::items)).collect()
    })
}

/// A base so that two files of different directories can be compared by it.
fn base(directory: &TreePath, written: &str) -> String {
    if written.contains("://") || written.contains("?ref=") || written.contains('@') {
        return written.to_owned();
    }
    match directory.join(written) {
        Some(path) => match path.below(directory) {
            Some(own) => format!("./{own}"),
            None => path.as_str().to_owned(),
        },
        None => written.to_owned(),
    }
}

/// What a patch changes where that is written here, else its file.
fn patch_name(patch: Node<'_>) -> Option<String> {
    if let Some(target) = patch.get("target") {
        let word = |key| target.get(key).and_then(Node::as_str).filter(|it| !it.is_empty());
        let choice = word("labelSelector").or(word("annotationSelector"));
        let words: Vec<&str> = [word("kind"), word("name"), choice].into_iter().flatten().collect();
        return (!words.is_empty()).then(|| words.join(" "));
    }
    let (path, text) = match patch.as_str() {
        Some(text) if text.contains('\n') => (None, Some(text)),
        Some(path) => (Some(path), None),
        None => (patch.get("path").and_then(Node::as_str), patch.get("patch").and_then(Node::as_str)),
    };
    match (path, text) {
        (Some(path), _) => Some(format!("`{}`", path.trim_start_matches("./"))),
        (None, Some(text)) => {
            let stream = parse(patch.span().file, text.into(), Dialect::GoYaml3, &Limits::default());
            let root = stream.document_root(0)?;
            let name = root.get("metadata")?.get("name")?.as_str()?;
            Some(format!("{} {name}", root.get("kind")?.as_str()?))
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_source::FileId;

    fn facts(text: &str) -> KustomizationFacts {
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        KustomizationFacts::read(&TreePath::new("overlays/qa/kustomization.yaml"), &stream)
            .expect("it is a mapping")
    }

    #[test]
    fn bases_are_comparable_between_directories() {
        let facts = facts("resources: [../../base, ingress.yaml, ./hpa.yaml, 'https://x.io/a?ref=v1']\n");
        assert_eq!(facts.bases, ["./hpa.yaml", "./ingress.yaml", "base", "https://x.io/a?ref=v1"]);
    }

    #[test]
    fn labels_reach_selectors_on_several_ways() {
        let text = "commonLabels: {a: b}\nlabels:\n- pairs: {c: d}\n- {pairs: {e: f}, includeSelectors: true}\n\
            - {pairs: {g: h}, fields: [{path: metadata/labels}, {path: spec/selector/matchLabels, create: true}]}\n\
            transformers:\n- labels.yaml\n- |-\n  kind: LabelTransformer\n  labels: {i: j}\n  \
            fieldSpecs: [{path: spec/selector/matchLabels}]\n- |-\n  kind: LabelTransformer\n  labels: {k: l}\n  \
            fieldSpecs: [{path: metadata/labels}]\n";
        let facts = facts(text);
        let found: Vec<&str> = facts.selector_labels.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(found, ["e", "g", "a", "i"]);
        assert_eq!(facts.transformers, [TreePath::new("overlays/qa/labels.yaml")]);
    }

    #[test]
    fn entries_are_named_by_what_they_change() {
        let text = "namespace: qa\nimages: [{name: web, newTag: v1}]\nlabels: [{pairs: {team: a}}]\n\
            patches:\n- target: {kind: Deployment, name: web}\n  path: a.yaml\n- path: ./b.yaml\n\
            configMapGenerator: [{name: cm, literals: [A=1], files: [x/y.conf]}]\n";
        let named: Vec<(EntryKind, String)> =
            facts(text).entries.into_iter().map(|it| (it.kind, it.name)).collect();
        assert_eq!(
            named,
            [
                (EntryKind::Patch, "Deployment web".to_owned()),
                (EntryKind::Patch, "`b.yaml`".to_owned()),
                (EntryKind::Image, "web".to_owned()),
                (EntryKind::Namespace, String::new()),
                (EntryKind::Label, "team".to_owned()),
                (EntryKind::Generator, "ConfigMap cm".to_owned()),
                (EntryKind::GeneratorKey, "A of ConfigMap cm".to_owned()),
                (EntryKind::GeneratorKey, "y.conf of ConfigMap cm".to_owned()),
            ]
        );
    }
}
