//! What a pod asks for in total, as limits and quotas count it (`kubernetes`
//! 1.36, `plugin/pkg/admission/limitranger` and `component-helpers/resource`).

use std::collections::BTreeMap;

use seatrial_model::Quantity;
use seatrial_schema::Value;
use seatrial_schema::rules::quantities;
use smol_str::SmolStr;

/// Amounts by resource, in the order of their names.
pub type Amounts = BTreeMap<SmolStr, Quantity>;

/// `requests` or `limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the scheduler sets aside.
    Requests,
    /// What a container may use.
    Limits,
}

impl Side {
    /// The field below `resources`.
    pub fn field(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Limits => "limits",
        }
    }
}

/// The amounts in a field.
pub fn read(holder: &Value, field: &str) -> Amounts {
    holder.entries(field).iter().map(|entry| (entry.key.clone(), quantities::of(&entry.value))).collect()
}

/// What the containers of a pod ask for together: the most of the sum of those
/// that run and of each init container with the sidecars started before it.
/// What the pod itself states for CPU and memory replaces the sum.
pub fn of_containers(spec: &Value, side: Side) -> Amounts {
    let of = |container: &Value| read(container.at("resources"), side.field());
    let (mut running, mut sidecars, mut starting) = (Amounts::new(), Amounts::new(), Amounts::new());
    for container in spec.items("containers") {
        add(&mut running, &of(container));
    }
    for container in spec.items("initContainers") {
        let mut own = of(container);
        if container.str("restartPolicy") == "Always" {
            add(&mut running, &own);
            add(&mut sidecars, &own);
            own.clone_from(&sidecars);
        } else {
            add(&mut own, &sidecars);
        }
        raise(&mut starting, own);
    }
    raise(&mut running, starting);
    for (name, amount) in read(spec.at("resources"), side.field()) {
        if matches!(name.as_str(), "cpu" | "memory") {
            running.insert(name, amount);
        }
    }
    running
}

/// What the scheduler and quotas count for a pod: its containers, and the
/// overhead of its runtime class.
pub fn of_pod(spec: &Value, side: Side) -> Amounts {
    let mut total = of_containers(spec, side);
    let mut overhead = read(spec, "overhead");
    if side == Side::Limits {
        // Overhead raises limits that exist, and makes none.
        overhead.retain(|name, _| total.get(name).is_some_and(|it| !it.is_zero()));
    }
    add(&mut total, &overhead);
    total
}

/// Adds amounts resource by resource.
pub fn add(to: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let sum = to.get(name).map_or(*amount, |it| it.plus(*amount));
        to.insert(name.clone(), sum);
    }
}

/// Raises amounts to at least these.
fn raise(to: &mut Amounts, least: Amounts) {
    for (name, amount) in least {
        let is_less = to.get(&name).is_none_or(|it| *it < amount);
        if is_less {
            to.insert(name, amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_schema::{By, Value};

    fn container(cpu: &str, restarts: bool) -> Value {
        let mut container = Value::default();
        container.struct_mut("resources").struct_mut("requests").set("cpu", cpu, By::Manifest);
        if restarts {
            container.set("restartPolicy", "Always", By::Manifest);
        }
        container
    }

    #[test]
    fn sidecars_count_with_what_runs_beside_them() {
        let mut spec = Value::default();
        spec.set("containers", vec![container("1", false)], By::Manifest);
        let init = vec![container("100m", true), container("2", false), container("200m", true)];
        spec.set("initContainers", init, By::Manifest);
        let total = of_containers(&spec, Side::Requests);
        // 1 + 0.1 + 0.2 while running, 2 + 0.1 while starting.
        assert_eq!(total["cpu"].to_string(), "2100m");
    }
}
