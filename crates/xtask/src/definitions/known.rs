//! Parts of schemas that are types of Kubernetes' own, which the other embedded
//! table says better and once.

use seatrial_schema::structural::ValueKind;
use seatrial_schema::table::{Shape, Table, Type};

use super::schema::{Kind, Node};

/// The types that custom kinds take over as a whole, the larger ones first.
const TYPES: [&str; 24] = [
    "io.k8s.api.core.v1.PodTemplateSpec",
    "io.k8s.api.batch.v1.JobTemplateSpec",
    "io.k8s.api.batch.v1.JobSpec",
    "io.k8s.api.core.v1.PodSpec",
    "io.k8s.api.core.v1.Container",
    "io.k8s.api.core.v1.Volume",
    "io.k8s.api.core.v1.Affinity",
    "io.k8s.api.core.v1.NodeAffinity",
    "io.k8s.api.core.v1.PodAffinity",
    "io.k8s.api.core.v1.PodAffinityTerm",
    "io.k8s.api.core.v1.PodSecurityContext",
    "io.k8s.api.core.v1.SecurityContext",
    "io.k8s.api.core.v1.Probe",
    "io.k8s.api.core.v1.Lifecycle",
    "io.k8s.api.core.v1.EnvVar",
    "io.k8s.api.core.v1.EnvFromSource",
    "io.k8s.api.core.v1.VolumeMount",
    "io.k8s.api.core.v1.TopologySpreadConstraint",
    "io.k8s.api.core.v1.ResourceRequirements",
    "io.k8s.api.core.v1.PersistentVolumeClaimSpec",
    "io.k8s.api.core.v1.ServiceSpec",
    "io.k8s.api.core.v1.ContainerPort",
    "io.k8s.api.networking.v1.IngressSpec",
    "io.k8s.api.core.v1.Toleration",
];

/// Puts a reference in place of every part that is such a type.
pub(super) fn refer(node: &mut Node) {
    if let Some(of) = TYPES.iter().find(|name| is(node, name)) {
        *node =
            Node { kind: Kind::One(ValueKind::Object), refers: Some((*of).to_owned()), ..Node::default() };
        return;
    }
    node.properties.values_mut().for_each(refer);
    node.additional.iter_mut().chain(&mut node.items).for_each(|it| refer(it));
}

/// Whether a part has most of a type's fields and none besides, also below.
fn is(node: &Node, name: &str) -> bool {
    let table = Table::default_minor();
    let Some(of) = table.type_named(name).filter(|_| node.kind == Kind::One(ValueKind::Object) && !node.open)
    else {
        return false;
    };
    // A template is nothing but its specification.
    let template = node.properties.get("spec").filter(|_| name.ends_with("TemplateSpec"));
    let has_most = node.properties.len() * 10 >= of.fields().len() * 6;
    has_most && fits(node, table, of) && template.is_none_or(|spec| TYPES.iter().any(|it| is(spec, it)))
}

fn fits(node: &Node, table: &Table, of: &Type) -> bool {
    let field_fits = |(name, below): (&String, &Node)| {
        of.field(name).is_some_and(|field| fits_shape(below, table, &field.shape))
    };
    node.additional.is_none() && node.properties.iter().all(field_fits)
}

fn fits_shape(node: &Node, table: &Table, shape: &Shape) -> bool {
    match shape {
        Shape::Struct(id) => fits(node, table, table.ty(*id)),
        Shape::List(items) => node.items.as_deref().is_none_or(|it| fits_shape(it, table, items)),
        Shape::Map(values) => node.additional.as_deref().is_none_or(|it| fits_shape(it, table, values)),
        _ => node.properties.is_empty() && node.items.is_none(),
    }
}
