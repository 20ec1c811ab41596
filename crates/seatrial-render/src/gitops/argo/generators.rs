//! The generators of an `ApplicationSet`: which parameters each of its
//! Applications gets.

use seatrial_model::SkipCode;
use seatrial_source::Span;

use super::clusters::Cluster;
use super::fill::Filler;
use super::fill::normalized;
use super::git::Tree;
use super::item::{Data, Item};

/// Sets of parameters that one generator may give.
pub(super) const PARAMS_MAX: usize = 2000;
/// Generators inside each other.
const DEPTH_MAX: u32 = 4;
/// Where the cluster is that Argo CD runs in.
const IN_CLUSTER: &str = "in-cluster";
const IN_CLUSTER_SERVER: &str = "https://kubernetes.default.svc";

/// The parameters of one Application.
#[derive(Clone, Debug)]
pub(super) struct Params {
    pub(super) item: Item,
    /// Whether some hang on what the tree does not say: which clusters there are.
    pub(super) openness: Openness,
    /// The generator they come from.
    pub(super) span: Option<Span>,
}

/// How much the tree says of the cluster that parameters are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Openness {
    /// All.
    Settled,
    /// Its name.
    Named,
    /// Nothing: it may be any.
    Any,
}

/// What generators gave, and what they did not.
pub(super) struct Generation<'a> {
    pub(super) tree: &'a mut dyn Tree,
    pub(super) filler: &'a Filler,
    /// Why something is missing.
    pub(super) gaps: Vec<(SkipCode, String)>,
}

impl Generation<'_> {
    /// What an entry of `generators` gives, with what another one gave before it.
    pub(super) fn params(&mut self, generator: &Item, outer: Option<&Params>, depth: u32) -> Vec<Params> {
        if depth > DEPTH_MAX {
            return Vec::new();
        }
        let generator = match outer.map(|it| self.filler.fill(generator, &it.item)) {
            None => generator.clone(),
            Some(Ok(filled)) => filled,
            Some(Err(error)) => {
                self.gap(format!("a generator cannot be filled in: {error}"));
                return Vec::new();
            }
        };
        let mut all = Vec::new();
        for (kind, part) in generator.entries() {
            let mut found = match kind.as_str() {
                "list" => self.list(part),
                "git" => self.git(part),
                "clusters" => self.clusters(part),
                "matrix" => self.matrix(part, depth),
                "merge" => self.merge(part, depth),
                "selector" | "template" => continue,
                other => {
                    self.gap(format!("what generator `{other}` gives is known only when Argo CD runs"));
                    continue;
                }
            };
            for params in &mut found {
                let around = outer.map_or(Openness::Settled, |it| it.openness);
                params.openness = params.openness.max(around);
                params.span = params.span.or(part.span);
            }
            all.extend(found);
        }
        if let Some(selector) = generator.get("selector") {
            all.retain(|it| it.openness != Openness::Settled || is_selected(selector, &it.item));
        }
        all.truncate(PARAMS_MAX);
        all
    }

    fn gap(&mut self, reason: String) {
        self.gaps.push((SkipCode::NotRendered, reason));
    }

    fn list(&mut self, list: &Item) -> Vec<Params> {
        let mut elements: Vec<Item> = list.list("elements").to_vec();
        if let Some(text) = list.word("elementsYaml") {
            elements.extend(self.tree.parsed(text).map(|it| it.items().to_vec()).unwrap_or_default());
        }
        let known = |item: Item| {
            let item = if self.filler.is_go() { item } else { flat(&item) };
            Params { openness: Openness::Settled, span: item.span, item }
        };
        elements.into_iter().map(known).collect()
    }

    /// One set of parameters for each directory or file that fits.
    fn git(&mut self, git: &Item) -> Vec<Params> {
        let url = git.word("repoURL").unwrap_or_default();
        if url.contains("{{") || !self.tree.is_here(url) {
            let url = seatrial_source::without_credentials(url);
            self.gaps.push((SkipCode::Remote, format!("a generator looks into {url}")));
            return Vec::new();
        }
        let mut found = match (git.list("directories"), git.list("files")) {
            ([], []) => return Vec::new(),
            ([], files) => self.files(git, files),
            (directories, _) => self.directories(git, directories),
        };
        found.truncate(PARAMS_MAX);
        found.into_iter().filter_map(|it| self.with_values(git, it)).collect()
    }

    fn directories(&mut self, git: &Item, wanted: &[Item]) -> Vec<Item> {
        let found = self.tree.directories(wanted);
        found.iter().map(|path| self.path_params(git, Item::map(Vec::new()), path, None)).collect()
    }

    fn files(&mut self, git: &Item, wanted: &[Item]) -> Vec<Item> {
        let mut all = Vec::new();
        for path in self.tree.files(wanted) {
            let Some(content) = self.tree.content(&path) else {
                self.gap(format!("`{path}`, which a generator reads, cannot be read"));
                continue;
            };
            let objects = match content.data {
                Data::List(items) => items,
                _ => vec![content],
            };
            for object in objects {
                let object = if self.filler.is_go() { object } else { Item::map(flat_pairs(&object)) };
                let (directory, name) = path.rsplit_once('/').unwrap_or((".", &path));
                all.push(self.path_params(git, object, directory, Some(name)));
            }
        }
        all
    }

    /// What is told of a path: itself, its last part, all its parts.
    fn path_params(&self, git: &Item, mut item: Item, path: &str, file: Option<&str>) -> Item {
        let base = path.rsplit('/').next().unwrap_or(path);
        let prefix = git.word("pathParamPrefix");
        let mut parts = vec![("basename", base.to_owned()), ("basenameNormalized", normalized(base))];
        if let Some(file) = file {
            parts.push(("filename", file.to_owned()));
            parts.push(("filenameNormalized", normalized(file)));
        }
        if self.filler.is_go() {
            let mut inner = Item::map(vec![("path".to_owned(), Item::text(path))]);
            for (key, text) in parts {
                inner.set(key, Item::text(text));
            }
            let segments = path.split('/').map(Item::text).collect();
            inner.set("segments", Item { data: Data::List(segments), span: None });
            match prefix {
                Some(prefix) => item.set(prefix, Item::map(vec![("path".to_owned(), inner)])),
                None => item.set("path", inner),
            }
            return item;
        }
        let name = prefix.map_or_else(|| "path".to_owned(), |it| format!("{it}.path"));
        item.set(&name, Item::text(path));
        for (key, text) in parts {
            item.set(&format!("{name}.{key}"), Item::text(text));
        }
        for (at, part) in path.split('/').enumerate().filter(|it| !it.1.is_empty()) {
            item.set(&format!("{name}[{at}]"), Item::text(part));
        }
        item
    }

    /// The clusters that Argo CD knows: those of which the tree has Secrets. Where
    /// it has no two, the one that Argo CD runs in is there unless some are
    /// selected, and others stay open.
    fn clusters(&mut self, clusters: &Item) -> Vec<Params> {
        let known = self.tree.clusters();
        let selects = selects(clusters);
        let fits = |it: &&Cluster| clusters.get("selector").is_none_or(|rule| fits_labels(rule, &it.labels));
        let mut found: Vec<Item> =
            known.iter().filter(fits).map(|it| it.params(self.filler.is_go())).collect();
        let has_own = known.iter().any(|it| it.server.trim_end_matches('/') == IN_CLUSTER_SERVER);
        if !selects && !has_own {
            let own = Cluster {
                name: IN_CLUSTER.to_owned(),
                server: IN_CLUSTER_SERVER.to_owned(),
                ..Cluster::default()
            };
            found.push(own.params(self.filler.is_go()));
        }
        if known.is_empty() {
            self.gap("the clusters that Argo CD knows are not written in the tree".to_owned());
        }
        if clusters.flag("flatList") {
            if known.is_empty() {
                return Vec::new();
            }
            let list = Item { data: Data::List(found), span: clusters.span };
            let item = Item::map(vec![("clusters".to_owned(), list)]);
            return self.with_values(clusters, item).into_iter().collect();
        }
        let mut all: Vec<Params> =
            found.into_iter().filter_map(|it| self.with_values(clusters, it)).collect();
        if known.is_empty() {
            let open = self.with_values(clusters, open_cluster(self.filler.is_go()));
            all.extend(open.map(|it| Params { openness: Openness::Any, ..it }));
        }
        all
    }

    /// Parameters with the `values` of their generator, which may hold others.
    fn with_values(&mut self, generator: &Item, mut item: Item) -> Option<Params> {
        let mut values =
            Item { data: Data::Map(Vec::new()), span: generator.get("values").and_then(|it| it.span) };
        for (key, value) in generator.get("values").map_or(&[][..], Item::entries) {
            let Some(text) = value.as_str() else { continue };
            match self.filler.text(text, &item) {
                Ok(text) => values.set(key, Item { data: Data::Text(text), span: value.span }),
                Err(error) => {
                    self.gap(format!("value `{key}` of a generator cannot be filled in: {error}"));
                    return None;
                }
            }
        }
        if self.filler.is_go() {
            if !values.entries().is_empty() {
                item.set("values", values);
            }
        } else {
            for (key, value) in values.entries() {
                item.set(&format!("values.{key}"), value.clone());
            }
        }
        Some(Params { item, openness: Openness::Settled, span: generator.span })
    }

    /// Every pair of what two generators give; the second sees what the first gave.
    fn matrix(&mut self, matrix: &Item, depth: u32) -> Vec<Params> {
        let [first, second] = matrix.list("generators") else { return Vec::new() };
        let mut all = Vec::new();
        for one in self.params(first, None, depth + 1) {
            for other in self.params(second, Some(&one), depth + 1) {
                if all.len() >= PARAMS_MAX {
                    return all;
                }
                let mut item = other.item;
                item.merge(&one.item, false);
                let openness = one.openness.max(other.openness);
                all.push(Params { item, openness, span: other.span });
            }
        }
        all
    }

    /// What the first generator gives, with what others say of the same keys.
    fn merge(&mut self, merge: &Item, depth: u32) -> Vec<Params> {
        let keys: Vec<String> =
            merge.list("mergeKeys").iter().filter_map(|it| it.as_str().map(ToOwned::to_owned)).collect();
        let [first, others @ ..] = merge.list("generators") else { return Vec::new() };
        let mut all = self.params(first, None, depth + 1);
        for other in others {
            for over in self.params(other, None, depth + 1) {
                let key = key_of(&keys, &over.item);
                let fits = |it: &Params| key_of(&keys, &it.item) == key;
                if let Some(base) = all.iter_mut().find(|it| fits(it)) {
                    base.item.merge(&over.item, false);
                } else if let Some(open) =
                    all.iter().find(|it| it.openness == Openness::Any && is_open(&keys, &it.item))
                {
                    // It names a cluster that is likely to be there.
                    let mut named = open.clone();
                    named.item.merge(&over.item, false);
                    named.span = over.span;
                    named.openness = Openness::Named;
                    all.push(named);
                }
                if all.len() >= PARAMS_MAX {
                    return all;
                }
            }
        }
        all
    }
}

/// Whether a generator of clusters takes some of them only.
fn selects(clusters: &Item) -> bool {
    clusters.get("selector").is_some_and(|it| {
        !it.list("matchExpressions").is_empty()
            || it.get("matchLabels").is_some_and(|it| !it.entries().is_empty())
    })
}

/// A cluster of which nothing is known: its parameters stay as they are written.
fn open_cluster(is_go: bool) -> Item {
    let dot = if is_go { "." } else { "" };
    let open = ["name", "nameNormalized", "server", "project"];
    Item::map(open.map(|key| (key.to_owned(), Item::text(format!("{{{{{dot}{key}}}}}")))).to_vec())
}

/// What parameters have under some keys; what is not there is the same everywhere.
fn key_of(keys: &[String], item: &Item) -> Vec<Option<String>> {
    keys.iter().map(|key| look_up(key, item)).collect()
}

/// Whether one of some keys is not known.
fn is_open(keys: &[String], item: &Item) -> bool {
    keys.iter().any(|key| look_up(key, item).is_some_and(|it| it.contains("{{")))
}

/// A parameter as a text.
fn look_up(key: &str, item: &Item) -> Option<String> {
    let found = item.get(key)?;
    Some(found.as_str().map_or_else(|| found.json().0, ToOwned::to_owned))
}

/// An element as templates without Go see it.
fn flat(item: &Item) -> Item {
    let mut out = Item { data: Data::Map(Vec::new()), span: item.span };
    for (key, value) in item.entries() {
        if key == "values" && matches!(value.data, Data::Map(_)) {
            for (inner, value) in value.entries() {
                out.set(&format!("values.{inner}"), value.clone());
            }
        } else {
            out.set(key, value.clone());
        }
    }
    out
}

fn flat_pairs(item: &Item) -> Vec<(String, Item)> {
    item.flattened()
        .into_iter()
        .map(|(key, text)| (key, Item { data: Data::Text(text), span: item.span }))
        .collect()
}

/// Whether parameters are among those that a generator's `selector` keeps.
fn is_selected(selector: &Item, params: &Item) -> bool {
    fits_labels(selector, &params.flattened())
}

fn fits_labels(selector: &Item, flat: &[(String, String)]) -> bool {
    let value = |key: &str| flat.iter().find(|it| it.0 == key).map(|it| it.1.as_str());
    let labels = selector.get("matchLabels").map_or(&[][..], Item::entries);
    let is_equal = labels.iter().all(|(key, wanted)| value(key) == wanted.as_str());
    is_equal
        && selector.list("matchExpressions").iter().all(|rule| {
            let found = value(rule.word("key").unwrap_or_default());
            let is_listed =
                || found.is_some_and(|it| rule.list("values").iter().any(|value| value.as_str() == Some(it)));
            match rule.word("operator") {
                Some("In") => is_listed(),
                Some("NotIn") => !is_listed(),
                Some("Exists") => found.is_some(),
                Some("DoesNotExist") => found.is_none(),
                _ => true,
            }
        })
}
