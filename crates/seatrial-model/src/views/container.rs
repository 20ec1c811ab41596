//! Containers and what stands in them.

use crate::views::{Probe, ProbeKind};
use crate::{Field, IntOrString, Quantity, QuantityError};

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// Before the others, to its end.
    Init,
    /// An init container with `restartPolicy: Always`: started before the
    /// others and kept running.
    Sidecar,
    /// Under `containers`.
    Regular,
    /// Added to a running pod.
    Ephemeral,
}

/// A container of a pod template.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// Its mapping.
    pub field: Field<'a>,
    /// When it runs.
    pub kind: ContainerKind,
}

impl<'a> Container<'a> {
    pub(crate) fn new(field: Field<'a>, list: &str) -> Self {
        let kind = match list {
            "initContainers" if field.text("restartPolicy") == Some("Always") => ContainerKind::Sidecar,
            "initContainers" => ContainerKind::Init,
            "ephemeralContainers" => ContainerKind::Ephemeral,
            _ => ContainerKind::Regular,
        };
        Self { field, kind }
    }

    /// Its name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// Its image.
    pub fn image(&self) -> Option<&'a str> {
        self.field.text("image")
    }

    /// Its variables.
    pub fn env(&self) -> impl Iterator<Item = EnvVar<'a>> + use<'a> {
        self.field.list("env").map(|field| EnvVar { field })
    }

    /// The objects all of whose keys become variables.
    pub fn env_from(&self) -> impl Iterator<Item = EnvFrom<'a>> + use<'a> {
        self.field.list("envFrom").map(|field| EnvFrom { field })
    }

    /// The ports it declares.
    pub fn ports(&self) -> impl Iterator<Item = ContainerPort<'a>> + use<'a> {
        self.field.list("ports").map(|field| ContainerPort { field })
    }

    /// The declared port of this name.
    pub fn port(&self, name: &str) -> Option<ContainerPort<'a>> {
        self.ports().find(|it| it.name() == Some(name))
    }

    /// What it mounts.
    pub fn volume_mounts(&self) -> impl Iterator<Item = VolumeMount<'a>> + use<'a> {
        self.field.list("volumeMounts").map(|field| VolumeMount { field })
    }

    /// A probe.
    pub fn probe(&self, kind: ProbeKind) -> Option<Probe<'a>> {
        let field = self.field.key(kind.field())?;
        field.node().is_mapping().then_some(Probe { field, kind })
    }

    /// All its probes.
    pub fn probes(&self) -> impl Iterator<Item = Probe<'a>> + use<'a, '_> {
        ProbeKind::ALL.into_iter().filter_map(|kind| self.probe(kind))
    }

    /// The field of a resource's request.
    pub fn request(&self, resource: &str) -> Option<Field<'a>> {
        self.field.keys(&["resources", "requests", resource])
    }

    /// The field of a resource's limit.
    pub fn limit(&self, resource: &str) -> Option<Field<'a>> {
        self.field.keys(&["resources", "limits", resource])
    }
}

impl Field<'_> {
    /// The amount that stands there; none for null and collections.
    pub fn as_quantity(&self) -> Option<Result<Quantity, QuantityError>> {
        Quantity::of(self.node())
    }
}

/// A port that a container declares.
#[derive(Clone, Debug)]
pub struct ContainerPort<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> ContainerPort<'a> {
    /// Its name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// `containerPort`
    pub fn number(&self) -> Option<i64> {
        self.field.number("containerPort")
    }

    /// `TCP` unless another is written.
    pub fn protocol(&self) -> &'a str {
        self.field.text("protocol").unwrap_or("TCP")
    }
}

/// A variable of a container.
#[derive(Clone, Debug)]
pub struct EnvVar<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> EnvVar<'a> {
    /// Its name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// The value that is written out.
    pub fn value(&self) -> Option<&'a str> {
        self.field.text("value")
    }

    /// Where the value is taken from: `configMapKeyRef`, `secretKeyRef`,
    /// `fieldRef`, `resourceFieldRef`, with its mapping.
    pub fn source(&self) -> Option<(smol_str::SmolStr, Field<'a>)> {
        self.field.key("valueFrom")?.entries().next()
    }
}

/// An object all of whose keys become variables.
#[derive(Clone, Debug)]
pub struct EnvFrom<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> EnvFrom<'a> {
    /// What is put before every key.
    pub fn prefix(&self) -> &'a str {
        self.field.text("prefix").unwrap_or_default()
    }

    /// The reference to a `ConfigMap`.
    pub fn config_map(&self) -> Option<Field<'a>> {
        self.field.key("configMapRef")
    }

    /// The reference to a Secret.
    pub fn secret(&self) -> Option<Field<'a>> {
        self.field.key("secretRef")
    }
}

/// A volume of a pod.
#[derive(Clone, Debug)]
pub struct Volume<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> Volume<'a> {
    /// Its name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// What it is made of: `configMap`, `emptyDir` ..., with its field; none
    /// where nothing is written, which means `emptyDir`.
    pub fn source(&self) -> Option<(smol_str::SmolStr, Field<'a>)> {
        self.field.entries().find(|(name, _)| name != "name")
    }
}

/// A place where a container mounts a volume.
#[derive(Clone, Debug)]
pub struct VolumeMount<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> VolumeMount<'a> {
    /// The volume's name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// The directory or file it covers.
    pub fn path(&self) -> Option<&'a str> {
        self.field.text("mountPath")
    }

    /// The part of the volume that is mounted.
    pub fn sub_path(&self) -> Option<&'a str> {
        self.field.text("subPath").filter(|it| !it.is_empty())
    }
}

/// The number or name under a key.
impl<'a> Field<'a> {
    /// The number or string under a key.
    pub fn int_or_string(&self, name: &str) -> Option<IntOrString<'a>> {
        IntOrString::of(self.node().get(name)?)
    }
}
