//! Services and their ports.

use crate::{Field, IntOrString, LabelSelector, Object};

/// A Service.
#[derive(Clone, Debug)]
pub struct Service<'a> {
    /// Its `spec`.
    pub spec: Field<'a>,
}

impl<'a> Service<'a> {
    /// A view of an object that is a Service with a spec.
    pub fn of(object: &'a Object) -> Option<Self> {
        if !object.is("", "Service") {
            return None;
        }
        let spec = Field::root(object).key("spec").filter(|it| it.node().is_mapping())?;
        Some(Self { spec })
    }

    /// The object.
    pub fn object(&self) -> &'a Object {
        self.spec.object()
    }

    /// `ClusterIP` unless another is written.
    pub fn type_name(&self) -> &'a str {
        self.spec.text("type").unwrap_or("ClusterIP")
    }

    /// Whether it has no address of its own.
    pub fn is_headless(&self) -> bool {
        self.spec.text("clusterIP") == Some("None")
    }

    /// Whether it is another name for a host elsewhere.
    pub fn is_external_name(&self) -> bool {
        self.type_name() == "ExternalName"
    }

    /// The pods it leads to; none where somebody else names its endpoints.
    pub fn selector(&self) -> Option<LabelSelector> {
        let selector = LabelSelector::of_map(self.spec.node().get("selector")?)?;
        (!selector.is_everything() && !self.is_external_name()).then_some(selector)
    }

    /// Its ports.
    pub fn ports(&self) -> impl Iterator<Item = ServicePort<'a>> + use<'a> {
        self.spec.list("ports").map(|field| ServicePort { field })
    }
}

/// A port of a Service.
#[derive(Clone, Debug)]
pub struct ServicePort<'a> {
    /// Its mapping.
    pub field: Field<'a>,
}

impl<'a> ServicePort<'a> {
    /// Its name.
    pub fn name(&self) -> Option<&'a str> {
        self.field.text("name")
    }

    /// The port that clients use.
    pub fn port(&self) -> Option<i64> {
        self.field.number("port")
    }

    /// The port of the pods; the same as clients use unless another is written.
    pub fn target_port(&self) -> Option<IntOrString<'a>> {
        let written = self.field.int_or_string("targetPort");
        written.filter(|it| *it != IntOrString::Int(0)).or_else(|| self.port().map(IntOrString::Int))
    }

    /// `TCP` unless another is written.
    pub fn protocol(&self) -> &'a str {
        self.field.text("protocol").unwrap_or("TCP")
    }
}
