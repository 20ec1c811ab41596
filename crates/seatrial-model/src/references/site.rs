//! A place in an object where a table expects a reference, and the rules that
//! read one there.

use std::borrow::Cow;

use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use crate::references::{GroupKind, Kinds, Part, Port, Reference, Relation, Scope, Strength, Target};
use crate::{IntOrString, LabelSelector, Object, Place};

/// One step of the way to a site.
pub(super) enum Step<'a> {
    Key(&'static str),
    Name(Cow<'a, str>),
    Index(u32),
}

/// A node that a table names, with the way to it.
pub(super) struct Site<'s, 'a> {
    pub(super) object: &'a Object,
    pub(super) node: Node<'a>,
    pub(super) steps: &'s [Step<'a>],
}

/// How a reference is read from a site.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Named(Named),
    Read(fn(&Site<'_, '_>, &mut Vec<Reference>)),
}

impl Rule {
    pub(super) fn read(&self, site: &Site<'_, '_>, found: &mut Vec<Reference>) {
        match self {
            Self::Named(named) => found.extend(named.read(site)),
            Self::Read(read) => read(site, found),
        }
    }
}

impl<'a> Site<'_, 'a> {
    /// The path of something below the site: keys and indices between dots.
    pub(super) fn path(&self, below: &[PathStep]) -> FieldPath {
        let own = self.steps.iter().map(|step| match step {
            Step::Key(name) => PathStep::Key(SmolStr::new_static(name)),
            Step::Name(name) => PathStep::Key(SmolStr::new(name)),
            Step::Index(place) => PathStep::Index(*place),
        });
        let mut steps = Vec::with_capacity(self.steps.len() + below.len());
        steps.extend(own);
        steps.extend_from_slice(below);
        FieldPath::from(steps)
    }

    /// The path of an entry of the site; of the site itself for an empty name.
    pub(super) fn path_of(&self, key: &'static str) -> FieldPath {
        if key.is_empty() { self.path(&[]) } else { self.path(&[PathStep::Key(SmolStr::new_static(key))]) }
    }

    /// The entry of the site; the site itself for an empty name.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        if key.is_empty() { Some(self.node) } else { self.node.get(key) }
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    /// A required reference by name; the rules refine it.
    pub(super) fn reference(
        &self,
        relation: Relation,
        kinds: &'static [GroupKind],
        name: &str,
        path: FieldPath,
    ) -> Reference {
        Reference {
            from: Place { unit: self.object.unit(), object: self.object.id() },
            relation,
            strength: Strength::Required,
            kinds: Kinds::Known(kinds),
            scope: Scope::Same,
            target: Target::Name(SmolStr::new(name)),
            path,
            part: None,
        }
    }

    /// A selection by labels.
    pub(super) fn selection(
        &self,
        relation: Relation,
        kinds: Kinds,
        selector: LabelSelector,
        path: FieldPath,
    ) -> Reference {
        let base = self.reference(relation, &[], "", path);
        Reference { strength: Strength::Selects, kinds, target: Target::Labels(selector), ..base }
    }
}

/// A reference by name in a mapping, or in a scalar.
#[derive(Clone, Copy)]
pub(super) struct Named {
    relation: Relation,
    kinds: KindsFrom,
    name: &'static str,
    scope: ScopeFrom,
    part: PartFrom,
    strength: Strength,
    only_written: bool,
}

#[derive(Clone, Copy)]
enum KindsFrom {
    Fixed(&'static [GroupKind]),
    /// `kind`, and a group from `apiVersion`, `apiGroup` or `group`; these
    /// where no kind is written.
    Field(&'static [GroupKind]),
}

#[derive(Clone, Copy)]
enum ScopeFrom {
    Same,
    Cluster,
    Any,
    /// The entry of this name, else the own namespace.
    Field(&'static str),
}

#[derive(Clone, Copy)]
enum PartFrom {
    None,
    Key(&'static str),
    /// A number or name.
    ServicePort(&'static str),
    /// The same, or this number where none is written.
    ServicePortOr(&'static str, i64),
    Listener(&'static str),
}

/// A required reference to an object of these kinds, by its `name`, in the
/// own namespace.
pub(super) const fn to(relation: Relation, kinds: &'static [GroupKind]) -> Named {
    Named {
        relation,
        kinds: KindsFrom::Fixed(kinds),
        name: "name",
        scope: ScopeFrom::Same,
        part: PartFrom::None,
        strength: Strength::Required,
        only_written: false,
    }
}

impl Named {
    /// The name is the site itself.
    pub(super) const fn scalar(self) -> Self {
        Self { name: "", only_written: true, ..self }
    }

    /// The name stands under another key.
    pub(super) const fn under(self, name: &'static str) -> Self {
        Self { name, only_written: true, ..self }
    }

    /// Without a name there is no reference.
    pub(super) const fn if_named(self) -> Self {
        Self { only_written: true, ..self }
    }

    /// The kind is written beside the name.
    pub(super) const fn of_written_kind(self) -> Self {
        let kinds = match self.kinds {
            KindsFrom::Fixed(kinds) | KindsFrom::Field(kinds) => KindsFrom::Field(kinds),
        };
        Self { kinds, ..self }
    }

    /// The object lives outside namespaces.
    pub(super) const fn in_cluster(self) -> Self {
        Self { scope: ScopeFrom::Cluster, ..self }
    }

    /// The object may live in any namespace.
    pub(super) const fn anywhere(self) -> Self {
        Self { scope: ScopeFrom::Any, ..self }
    }

    /// The namespace is written beside the name.
    pub(super) const fn in_field(self, name: &'static str) -> Self {
        Self { scope: ScopeFrom::Field(name), ..self }
    }

    /// The key of the `ConfigMap` or Secret stands under this name.
    pub(super) const fn key(self, name: &'static str) -> Self {
        Self { part: PartFrom::Key(name), ..self }
    }

    /// The Service's port stands under this name.
    pub(super) const fn port(self, name: &'static str) -> Self {
        Self { part: PartFrom::ServicePort(name), ..self }
    }

    /// The Service's port stands under this name, or is this one.
    pub(super) const fn port_or(self, name: &'static str, port: i64) -> Self {
        Self { part: PartFrom::ServicePortOr(name, port), ..self }
    }

    /// The Gateway's listener stands under this name.
    pub(super) const fn listener(self, name: &'static str) -> Self {
        Self { part: PartFrom::Listener(name), ..self }
    }

    /// The object does without.
    pub(super) const fn optional(self) -> Self {
        Self { strength: Strength::Optional, ..self }
    }

    /// As a rule of a table.
    pub(super) const fn rule(self) -> Rule {
        Rule::Named(self)
    }

    pub(super) fn read(self, site: &Site<'_, '_>) -> Option<Reference> {
        let name = site.text(self.name).unwrap_or_default();
        if name.is_empty() && (self.only_written || !site.node.is_mapping()) {
            return None;
        }
        let kinds = self.kinds.read(site);
        if matches!(kinds, Kinds::Known([])) {
            return None;
        }
        let base = site.reference(self.relation, &[], name, site.path_of(self.name));
        let excused = site.get("optional").and_then(Node::as_bool).unwrap_or(false);
        Some(Reference {
            strength: if excused { Strength::Optional } else { self.strength },
            scope: self.scope.read(site, &kinds),
            part: self.part.read(site),
            kinds,
            ..base
        })
    }
}

impl KindsFrom {
    fn read(self, site: &Site<'_, '_>) -> Kinds {
        let defaults = match self {
            Self::Fixed(kinds) => return Kinds::Known(kinds),
            Self::Field(defaults) => defaults,
        };
        let written = site.text("apiGroup").or_else(|| site.text("group"));
        let version = site.text("apiVersion");
        let group = written.or_else(|| version.map(|it| it.split_once('/').map_or("", |(group, _)| group)));
        let Some(kind) = site.text("kind").filter(|it| !it.is_empty()) else {
            return Kinds::Known(&defaults[..defaults.len().min(1)]);
        };
        // Without a group, the first known kind of that name is meant.
        let known = defaults.iter().find(|it| it.1 == kind).map(|it| it.0);
        // An empty one is defaulted where the kind can be of one group only.
        let group = group.filter(|_| written != Some("") || known.is_none());
        let group = group.or(known).or(defaults.first().map(|it| it.0)).unwrap_or_default();
        Kinds::Written { group: group.into(), kind: kind.into() }
    }
}

impl ScopeFrom {
    fn read(self, site: &Site<'_, '_>, kinds: &Kinds) -> Scope {
        let cluster = match kinds {
            Kinds::Known(kinds) => kinds.iter().all(|it| crate::is_namespaced(it.0, it.1) == Some(false)),
            Kinds::Written { group, kind } => crate::is_namespaced(group, kind) == Some(false),
            Kinds::Pods => false,
        };
        match self {
            Self::Cluster => Scope::Cluster,
            _ if cluster => Scope::Cluster,
            Self::Same => Scope::Same,
            Self::Any => Scope::Any,
            Self::Field(name) => {
                let written = site.text(name).filter(|it| !it.is_empty());
                written.map_or(Scope::Same, |it| Scope::Named(it.into()))
            }
        }
    }
}

impl PartFrom {
    fn read(self, site: &Site<'_, '_>) -> Option<(Part, FieldPath)> {
        match self {
            Self::None => None,
            Self::Key(name) => Some((Part::Key(site.text(name)?.into()), site.path_of(name))),
            Self::Listener(name) => Some((Part::Listener(site.text(name)?.into()), site.path_of(name))),
            Self::ServicePort(name) => {
                Some((Part::ServicePort(Port::of(site.get(name)?)?), site.path_of(name)))
            }
            Self::ServicePortOr(name, port) => {
                let written = site.get(name).and_then(Port::of);
                Some((Part::ServicePort(written.unwrap_or(Port::Number(port))), site.path_of(name)))
            }
        }
    }
}

impl Port {
    /// What a field holds: a number, also as a text, or a name.
    pub(super) fn of(node: Node<'_>) -> Option<Self> {
        Some(match IntOrString::of(node)? {
            IntOrString::Int(number) => Self::Number(number),
            IntOrString::String(text) => Self::Name(text.into()),
        })
    }
}
