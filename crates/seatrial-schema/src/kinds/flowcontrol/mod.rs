//! Which requests the API server lets wait: `FlowSchema` and
//! `PriorityLevelConfiguration`.

mod flow_schemas;
mod priority_levels;

use crate::kinds::Strategy;
use crate::value::{By, Map, Value};

/// What the server does with its own flow control.
pub(crate) const KINDS: &[Strategy] = &[
    flow_schemas::STRATEGY,
    Strategy { version: "v1beta3", ..flow_schemas::STRATEGY },
    Strategy { version: "v1beta2", ..flow_schemas::STRATEGY },
    Strategy { version: "v1beta1", ..flow_schemas::STRATEGY },
    priority_levels::STRATEGY,
    priority_levels::BETA,
    priority_levels::BETA_2,
    Strategy { version: "v1beta1", ..priority_levels::BETA_2 },
];

const GROUP: &str = "flowcontrol.apiserver.k8s.io";

fn prepare_create(object: &mut Value) {
    object.remove("status");
    object.struct_mut("metadata").set("generation", 1, By::Server);
}

fn prepare_update(new: &mut Value, old: &Value) {
    if !new.at("spec").semantically_equals(old.at("spec")) {
        let generation = old.at("metadata").int("generation") + 1;
        new.struct_mut("metadata").set("generation", generation, By::Server);
    }
    new.set("status", old.at("status").clone(), By::Server);
}

/// Gives numbers that are absent or zero a value.
fn default_zero(holder: &mut Value, rows: &[(&'static str, i64)]) {
    for (field, number) in rows {
        if holder.int(field) == 0 {
            holder.set(field, *number, By::Server);
        }
    }
}

fn structure(fields: &[(&'static str, Value)]) -> Value {
    let mut made = Value::from(Map::default());
    for (field, value) in fields {
        made.set(field, value.clone(), By::Server);
    }
    made
}
