//! What objects say of each other, and what becomes of it.
//!
//! [`references`] reads the references that are written in one object;
//! [`Graph`] resolves those of a whole repository. Which field refers to what
//! stands in tables, by kind and field path.

mod builtin;
mod extract;
mod grants;
mod graph;
mod index;
mod labels;
mod nearest;
mod parts;
mod pattern;
mod products;
mod resolve;
mod site;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;

use seatrial_diagnostics::Location;
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use crate::{Agreement, LabelSelector, Place};

pub use extract::references;
pub use grants::Grant;
pub use graph::{Graph, Link};
pub use index::Index;
pub use nearest::{Nearest, Resemblance};

/// What happens when the thing referred to is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// The object does not work, or not fully.
    Required,
    /// The object says that it does without.
    Optional,
    /// Nothing is selected; no single object is meant.
    Selects,
    /// The object cannot be created: its namespace must be there first.
    Placement,
}

/// What one object is to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The namespace an object lives in.
    Namespace,
    /// A variable of a container, from one key.
    EnvKey,
    /// Variables of a container, from all keys.
    EnvFrom,
    /// A volume, or one item of it.
    Volume,
    /// A mounted part of a volume.
    SubPath,
    /// A secret to pull images with.
    ImagePull,
    /// The service account that pods run as, or that is granted something.
    Account,
    /// A claim to storage, or the volume or snapshot behind it.
    Storage,
    /// A class by which a controller is chosen.
    Class,
    /// A Service that requests are sent to.
    Backend,
    /// A secret with a certificate and its key.
    Certificate,
    /// Other credentials or settings that a controller reads.
    Credentials,
    /// A workload that is scaled or managed.
    Target,
    /// Pods that the object acts on.
    Pods,
    /// Pods at the other end of a connection, or to be placed beside.
    Peers,
    /// Where metrics are scraped.
    Scrape,
    /// The role that is granted.
    Role,
    /// A Service that the API server calls.
    Webhook,
    /// The Service that names a `StatefulSet`'s pods, or that endpoints belong to.
    Governs,
    /// Who issues a certificate.
    Issuer,
    /// Where secrets come from.
    Store,
    /// A gateway that a route is attached to.
    Parent,
    /// What a route passes requests through.
    Middleware,
    /// An analysis, template or profile that is made use of.
    Template,
    /// Where a deployment's manifests come from, or what it waits for.
    Source,
    /// The project an application belongs to.
    Project,
}

/// A group and a kind.
pub type GroupKind = (&'static str, &'static str);

/// The kinds that will do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kinds {
    /// Any of these.
    Known(&'static [GroupKind]),
    /// The one that is written in the object.
    Written {
        /// `apps`
        group: SmolStr,
        /// `Deployment`
        kind: SmolStr,
    },
    /// Anything that makes pods.
    Pods,
}

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In the namespace of the object that refers.
    Same,
    /// In this namespace.
    Named(SmolStr),
    /// In any of these namespaces.
    OneOf(Vec<SmolStr>),
    /// In any namespace.
    Any,
    /// Outside namespaces.
    Cluster,
}

/// How the other object is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// By its name.
    Name(SmolStr),
    /// By labels.
    Labels(LabelSelector),
}

/// A port, by number or by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// `8080`
    Number(i64),
    /// `http`
    Name(SmolStr),
}

/// A part that the other object must have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A key of a `ConfigMap` or Secret.
    Key(SmolStr),
    /// A port of a Service.
    ServicePort(Port),
    /// A port that a container declares.
    ContainerPort(SmolStr),
    /// A listener of a Gateway.
    Listener(SmolStr),
    /// A subset of a `DestinationRule`.
    Subset(SmolStr),
}

/// One reference, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The object that refers.
    pub from: Place,
    /// What the other is to it.
    pub relation: Relation,
    /// What its absence means.
    pub strength: Strength,
    /// The kinds that will do.
    pub kinds: Kinds,
    /// Where to look.
    pub scope: Scope,
    /// Which object is meant.
    pub target: Target,
    /// The field that holds the name or the selector.
    pub path: FieldPath,
    /// What the other must have, and the field that says so.
    pub part: Option<(Part, FieldPath)>,
}

impl Reference {
    /// The name that is referred to; none where labels select.
    pub fn name(&self) -> Option<&str> {
        match &self.target {
            Target::Name(name) => Some(name),
            Target::Labels(_) => None,
        }
    }

    /// The field that holds the name or the selector.
    pub fn location(&self) -> Location {
        Location::field(self.from.unit, self.from.object, self.path.clone())
    }

    /// The field that names the part, else the one that holds the name.
    pub fn part_location(&self) -> Location {
        let path = self.part.as_ref().map_or(&self.path, |it| &it.1);
        Location::field(self.from.unit, self.from.object, path.clone())
    }

    /// Whether an object of this kind will do.
    pub fn wants(&self, group: &str, kind: &str) -> bool {
        self.kinds.include(group, kind)
    }
}

impl Kinds {
    /// Whether they include this one.
    pub fn include(&self, group: &str, kind: &str) -> bool {
        match self {
            // Kinds differ more than groups do.
            Self::Known(kinds) => kinds.iter().any(|it| it.1 == kind && it.0 == group),
            Self::Written { group: wanted, kind: name } => wanted == group && name == kind,
            Self::Pods => crate::views::pod_template_path(group, kind).is_some(),
        }
    }

    /// The first of them, for messages.
    pub fn title(&self) -> &str {
        match self {
            Self::Known(kinds) => kinds.first().map_or("object", |it| it.1),
            Self::Written { kind, .. } => kind,
            Self::Pods => "Pod",
        }
    }
}

/// Why an object is taken to exist although no manifest defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExternalReason {
    /// Every cluster has it.
    BuiltIn,
    /// The configuration says so.
    Declared,
}

/// Why it cannot be said what a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnknownReason {
    /// No name is written.
    Empty,
    /// The name is filled in by another program.
    Placeholder,
    /// The labels are those that an operator gives what it makes.
    Operator,
    /// Too many objects would have to be compared.
    Limit,
    /// A part of its unit could not be read.
    Incomplete,
}

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// These objects, in the own unit or in one other.
    Found {
        /// The objects, in order.
        places: Vec<Place>,
        /// How sure their namespace is.
        agreement: Agreement,
    },
    /// Something that this object brings about.
    Produced {
        /// The object that produces it.
        by: Place,
        /// How sure its namespace is.
        agreement: Agreement,
    },
    /// Several units have a candidate.
    Ambiguous {
        /// The candidates, in order.
        places: Vec<Place>,
    },
    /// The object is there, the key or port is not.
    MissingPart {
        /// The object, or the one that produces it.
        place: Place,
        /// How sure its namespace is.
        agreement: Agreement,
    },
    /// Something that exists outside the tree.
    External(ExternalReason),
    /// It cannot be said.
    Unknown(UnknownReason),
    /// Nothing in the tree.
    Missing,
}

impl Resolution {
    /// The objects it leads to; empty when there are none.
    pub fn places(&self) -> &[Place] {
        match self {
            Self::Found { places, .. } | Self::Ambiguous { places } => places,
            Self::Produced { by: place, .. } | Self::MissingPart { place, .. } => std::slice::from_ref(place),
            Self::External(_) | Self::Unknown(_) | Self::Missing => &[],
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Name(name) => out.write_str(name),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) => write!(out, "key {name}"),
            Self::ServicePort(port) => write!(out, "port {port}"),
            Self::ContainerPort(name) => write!(out, "container port {name}"),
            Self::Listener(name) => write!(out, "listener {name}"),
            Self::Subset(name) => write!(out, "subset {name}"),
        }
    }
}
