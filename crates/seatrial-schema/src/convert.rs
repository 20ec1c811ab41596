//! Objects in another version of their kind, where that only takes moving fields:
//! autoscalers, and kinds whose fields are the same in both.

use smol_str::SmolStr;

use crate::kinds;
use crate::table::{Shape, Table, TypeId};
use crate::value::{By, Value};

/// Deeper values are not compared.
const DEPTH_MAX: usize = 64;

/// Another version in which the server has an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalent {
    /// Its name: `v1`.
    pub version: SmolStr,
    /// Whether the definition of a custom kind says that only the version changes.
    pub is_alike: bool,
}

impl Equivalent {
    /// The versions that a table serves a kind in besides one.
    pub fn served(table: &Table, group: &str, kind: &str, version: &str) -> Vec<Self> {
        let own = table.kinds_of(group).filter(|it| it.kind == kind);
        let others = own.filter(|it| it.is_served(table.minor()) && it.version != version);
        others.map(|it| Self { version: it.version.into(), is_alike: false }).collect()
    }
}

/// An object in another version; none where that takes more than moving fields.
pub fn to(object: &Value, group: &str, kind: &str, other: &Equivalent) -> Option<Value> {
    let version = other.version.as_str();
    let mut converted = match (group, kind) {
        _ if other.is_alike => object.clone(),
        ("autoscaling", "HorizontalPodAutoscaler") => kinds::autoscaling::convert(object, version)?,
        _ => carried_over(object, group, kind, version)?,
    };
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    converted.set("apiVersion", SmolStr::new(api_version), By::Server);
    Some(converted)
}

/// The same fields, if the other version has all of them and they hold the same.
fn carried_over(object: &Value, group: &str, kind: &str, version: &str) -> Option<Value> {
    let own = object.str("apiVersion").rsplit('/').next().unwrap_or_default();
    let (from, to) = (Table::kind_of_any(group, own, kind)?, Table::kind_of_any(group, version, kind)?);
    let common = Table::minors().rev().find(|&minor| from.is_in(minor) && to.is_in(minor))?;
    let table = Table::of(common)?;
    fits(object, table, from.type_id, to.type_id, 0).then(|| object.clone())
}

/// Whether all fields of a value are the same in two types.
fn fits(value: &Value, table: &Table, from: TypeId, to: TypeId, depth: usize) -> bool {
    let Some(map) = value.as_map().filter(|_| from != to) else { return true };
    depth < DEPTH_MAX
        && map.entries().iter().all(|entry| {
            let (from, to) = (table.ty(from).field(&entry.key), table.ty(to).field(&entry.key));
            match (from, to) {
                (Some(from), Some(to)) => {
                    from.required == to.required
                        && same(&entry.value, table, &from.shape, &to.shape, depth + 1)
                }
                _ => false,
            }
        })
}

fn same(value: &Value, table: &Table, from: &Shape, to: &Shape, depth: usize) -> bool {
    match (from, to) {
        (Shape::Struct(from), Shape::Struct(to)) => fits(value, table, *from, *to, depth),
        (Shape::List(from), Shape::List(to)) => {
            value.as_list().iter().all(|it| same(it, table, from, to, depth))
        }
        (Shape::Map(from), Shape::Map(to)) => value
            .as_map()
            .is_none_or(|map| map.entries().iter().all(|it| same(&it.value, table, from, to, depth))),
        _ => from == to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    fn other(version: &'static str) -> Equivalent {
        Equivalent { version: version.into(), is_alike: false }
    }

    #[test]
    fn an_autoscaler_moves_its_target() {
        let kind = ("autoscaling", "HorizontalPodAutoscaler");
        let old = value(
            "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, \
             spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 70}}",
        );
        let new = to(&old, kind.0, kind.1, &other("v2")).expect("it is converted");
        assert_eq!(new.str("apiVersion"), "autoscaling/v2");
        let metric = &new.at("spec").items("metrics")[0];
        assert_eq!(metric.at("resource").at("target").int("averageUtilization"), 70);
        assert!(!new.at("spec").has("targetCPUUtilizationPercentage"));
        let back = to(&new, kind.0, kind.1, &other("v1")).expect("it is converted back");
        assert_eq!(back, old);
    }

    #[test]
    fn fields_that_both_versions_have_are_carried_over() {
        let job = value("{apiVersion: batch/v1, kind: CronJob, spec: {schedule: 1 * * * *, suspend: true}}");
        let moved = to(&job, "batch", "CronJob", &other("v1beta1")).expect("the fields are the same");
        assert_eq!(moved.at("spec"), job.at("spec"));
        let ingress = value(
            "{apiVersion: networking.k8s.io/v1beta1, kind: Ingress, spec: {backend: {serviceName: a}}}",
        );
        assert_eq!(to(&ingress, "networking.k8s.io", "Ingress", &other("v1")), None);
    }
}
