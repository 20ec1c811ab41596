//! The fields that transformers change: their tables, and the walk to them
//! (`api/filters/fieldspec`, v0.21.2).

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use crate::build::Version;
use crate::id::Gvk;
use crate::node::{Content, Node, Scalar, Tag};
use crate::origin::OriginId;

#[rustfmt::skip]
mod builtin;

/// Fields of kinds: those that are built in, or read.
pub(crate) type Fields = Cow<'static, [FieldSpec]>;

/// A field of the objects of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    /// The kinds; empty parts match anything.
    pub gvk: Gvk,
    /// Its path: `spec/template/spec/containers[]/image`.
    pub path: SmolStr,
    /// Whether it is made where it is absent.
    pub is_created: bool,
}

impl FieldSpec {
    /// A field of every kind.
    pub(crate) fn everywhere(path: &str) -> Self {
        Self { gvk: Gvk::default(), path: path.into(), is_created: true }
    }

    fn fits(&self, node: &Node) -> bool {
        let fits = |wanted: &SmolStr, is: &str| wanted.is_empty() || wanted == is;
        let api_version = node.text_at(&["apiVersion"]);
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        fits(&self.gvk.kind, node.text_at(&["kind"]))
            && fits(&self.gvk.group, group)
            && fits(&self.gvk.version, version)
    }
}

/// Fields that name an object of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameReferences {
    /// The kind that is named.
    pub target: Gvk,
    /// Where it is named.
    pub referrers: Fields,
}

/// Which fields each transformer changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    pub name_prefix: Fields,
    pub name_suffix: Fields,
    pub namespace: Fields,
    pub labels: Fields,
    pub common_labels: Fields,
    pub template_labels: Fields,
    pub volume_claim_template_labels: Fields,
    pub common_annotations: Fields,
    pub images: Fields,
    pub replicas: Fields,
    pub variables: Fields,
    pub name_references: Cow<'static, [NameReferences]>,
}

/// The tables of each version, made when they are first asked for.
static BUILTIN: [OnceLock<Arc<Config>>; 3] = [const { OnceLock::new() }; 3];

impl Config {
    /// What applies unless `configurations` say more.
    pub(crate) fn builtin(version: Version) -> &'static Arc<Self> {
        BUILTIN[version as usize].get_or_init(|| Arc::new(Config::clone(&builtin::NEWEST).of(version)))
    }

    fn is_builtin(self: &Arc<Self>) -> bool {
        BUILTIN.iter().filter_map(OnceLock::get).any(|it| Arc::ptr_eq(self, it))
    }

    /// The newest tables as they were in a version.
    fn of(mut self, version: Version) -> Self {
        if version < Version::V5_8 {
            self.images.to_mut().retain(|it| !it.path.ends_with("volumes[]/image/reference"));
            let claims = std::mem::take(&mut self.volume_claim_template_labels);
            self.template_labels.to_mut().extend(claims.into_owned());
        }
        if version < Version::V5_6 {
            self.name_references.to_mut().retain(|it| it.target.kind != "ValidatingAdmissionPolicy");
        }
        self
    }

    /// Adds what another one says. Nearly all kustomizations have what is built
    /// in and nothing else, which stays one table for all of them.
    pub(crate) fn merge_shared(self: &mut Arc<Self>, other: &Arc<Self>) -> Result<(), String> {
        if self.is_builtin() && other.is_builtin() || other.is_empty() {
            return Ok(());
        }
        if self.is_empty() && other.is_builtin() {
            *self = Arc::clone(other);
            return Ok(());
        }
        Arc::make_mut(self).merge(Self::clone(other))
    }

    fn is_empty(&self) -> bool {
        let sections = [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.labels,
            &self.common_labels,
            &self.template_labels,
            &self.volume_claim_template_labels,
            &self.common_annotations,
            &self.images,
            &self.replicas,
            &self.variables,
        ];
        sections.iter().all(|it| it.is_empty()) && self.name_references.is_empty()
    }

    /// The fields of a section by its name in configuration files.
    pub(crate) fn section(&mut self, name: &str) -> Option<&mut Fields> {
        Some(match name {
            "namePrefix" => &mut self.name_prefix,
            "nameSuffix" => &mut self.name_suffix,
            "namespace" => &mut self.namespace,
            "labels" => &mut self.labels,
            "commonLabels" => &mut self.common_labels,
            "templateLabels" => &mut self.template_labels,
            "volumeClaimTemplateLabels" => &mut self.volume_claim_template_labels,
            "commonAnnotations" => &mut self.common_annotations,
            "images" => &mut self.images,
            "replicas" => &mut self.replicas,
            "varReference" => &mut self.variables,
            _ => return None,
        })
    }

    /// Adds what another one says.
    pub(crate) fn merge(&mut self, mut other: Self) -> Result<(), String> {
        const SECTIONS: [&str; 11] = [
            "namePrefix",
            "nameSuffix",
            "namespace",
            "labels",
            "commonLabels",
            "templateLabels",
            "volumeClaimTemplateLabels",
            "commonAnnotations",
            "images",
            "replicas",
            "varReference",
        ];
        for name in SECTIONS {
            let more = other.section(name).map(std::mem::take).unwrap_or_default();
            let section = self.section(name).expect("all of them are sections");
            merge_fields(section, more)?;
            section.to_mut().sort_by_cached_key(|field| sort_key(&field.gvk));
        }
        let references = self.name_references.to_mut();
        for more in other.name_references.into_owned() {
            match references.iter_mut().find(|it| it.target == more.target) {
                Some(known) => merge_fields(&mut known.referrers, more.referrers)?,
                None => references.push(more),
            }
        }
        references.sort_by_cached_key(|it| sort_key(&it.target));
        Ok(())
    }
}

/// `FsSlice.MergeAll`
pub(crate) fn merge_fields(fields: &mut Fields, more: Fields) -> Result<(), String> {
    for field in more.into_owned() {
        let known = fields.iter().find(|it| it.gvk.is_selected(&field.gvk) && it.path == field.path);
        match known {
            Some(known) if known.is_created != field.is_created => {
                return Err("conflicting fieldspecs".to_owned());
            }
            Some(_) => {}
            None => fields.to_mut().push(field),
        }
    }
    Ok(())
}

fn sort_key(gvk: &Gvk) -> (i32, String) {
    (crate::order::rank(&gvk.kind), gvk.sort_text())
}

/// What is made where a field is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    /// Nothing.
    Nothing,
    /// A scalar.
    Scalar,
    /// A map.
    Map,
}

/// Calls `set` for the field wherever an object has it.
pub(crate) fn visit(
    object: &mut Node,
    field: &FieldSpec,
    make: Make,
    origin: OriginId,
    set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
) -> Result<(), String> {
    if !field.fits(object) {
        return Ok(());
    }
    let path = split_path(&field.path, '/');
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if path.len() > PARTS_MAX {
        return Err("the path of a field has too many parts".to_owned());
    }
    let make = if field.is_created { make } else { Make::Nothing };
    Visit { make, origin, set }.walk(object, &path).map_err(|error| {
        let id = crate::id::ResourceId::of(object);
        format!("considering field '{}' of object {id}: {error}", field.path)
    })
}

struct Visit<'a> {
    make: Make,
    origin: OriginId,
    set: &'a mut dyn FnMut(&mut Node) -> Result<(), String>,
}

impl Visit<'_> {
    fn walk(&mut self, node: &mut Node, path: &[&str]) -> Result<(), String> {
        let Some((name, rest)) = path.split_first() else { return (self.set)(node) };
        if node.is_null() {
            return Ok(());
        }
        match &mut node.content {
            Content::List(items) => items.iter_mut().try_for_each(|item| self.walk(item, path)),
            Content::Map(_) => self.enter(node, name, rest),
            Content::Scalar(_) => Err("expected sequence or mapping node".to_owned()),
        }
    }

    fn enter(&mut self, node: &mut Node, name: &str, rest: &[&str]) -> Result<(), String> {
        let (name, is_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
        if name.is_empty() {
            return Err("cannot set or create an empty field name".to_owned());
        }
        let made = match self.make {
            Make::Nothing => None,
            _ if is_list => None,
            Make::Scalar if rest.is_empty() => Some(Content::Scalar(Scalar {
                text: SmolStr::default(),
                tag: Tag::Implicit,
                is_quoted: false,
                is_folded: false,
            })),
            Make::Scalar | Make::Map => Some(Content::Map(Vec::new())),
        };
        if let Some(made) = made {
            if node.get(name).is_none_or(Node::is_null) {
                node.set(name, Node::new(made, self.origin));
            }
        } else if is_list && node.get(name).is_some_and(Node::is_null) {
            node.set(name, Node::new(Content::List(Vec::new()), self.origin));
        }
        match node.get_mut(name) {
            Some(field) => self.walk(field, rest),
            None => Ok(()),
        }
    }
}

/// Most parts of the path of a field.
pub(crate) const PARTS_MAX: usize = 200;

/// Splits a path at a delimiter that no backslash stands before
/// (`kyaml/utils.PathSplitter`).
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut is_open = false;
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    for part in path.split(delimiter) {
        match parts.last_mut() {
            Some(last) if is_open => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
        is_open = parts.last().is_some_and(|last| last.ends_with('\\'));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let config = Config::builtin(Version::V5_8);
        assert_eq!(config.common_labels.len(), 32);
        assert_eq!(config.variables.len(), 72);
        assert_eq!(config.images.len(), 7);
        assert!(config.name_references.iter().any(|it| it.target.kind == "ConfigMap"));
    }

    #[test]
    fn older_versions_know_fewer_fields() {
        let counts = Version::ALL.map(|(_, version)| {
            let config = Config::builtin(version);
            (config.images.len(), config.template_labels.len(), config.name_references.len())
        });
        assert_eq!(counts, [(4, 10, 15), (4, 10, 16), (7, 9, 16)]);
    }

    #[test]
    fn what_is_built_in_adds_nothing_to_itself() {
        let builtin = Config::builtin(Version::V5_8);
        let mut twice = Config::clone(builtin);
        twice.merge(Config::clone(builtin)).expect("it agrees with itself");
        assert_eq!(twice, **builtin);
        let mut first = Config::default();
        first.merge(Config::clone(builtin)).expect("it agrees with nothing");
        assert_eq!(first, **builtin);
    }

    #[test]
    fn an_escaped_delimiter_stays() {
        assert_eq!(split_path(r"metadata/annotations/a\/b/c", '/'), ["metadata", "annotations", "a/b", "c"]);
        assert_eq!(split_path("/spec/x", '/'), ["spec", "x"]);
    }
}
