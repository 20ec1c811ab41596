//! `data.inventory`: the objects that templates may ask for.

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::convert::to_rego;

/// Objects by namespace, or as those of the whole cluster, then by API version,
/// kind and name.
#[derive(Clone, Debug)]
pub struct Inventory(pub(super) regorus::Value);

impl Inventory {
    /// Sorts objects in.
    pub fn of<'a>(objects: impl Iterator<Item = &'a Value>) -> Self {
        Self(to_rego(&sorted(objects)))
    }
}

fn sorted<'a>(objects: impl Iterator<Item = &'a Value>) -> Value {
    let mut all = Value::from(Map::default());
    for object in objects {
        let metadata = object.at("metadata");
        let top = match metadata.str("namespace") {
            "" => all.struct_mut("cluster"),
            namespace => below(all.struct_mut("namespace"), namespace),
        };
        let kinds = below(below(top, object.str("apiVersion")), object.str("kind"));
        kinds.map_mut().insert(SmolStr::new(metadata.str("name")), object.clone(), By::Server);
    }
    all
}

fn below<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    let map = value.map_mut();
    if map.value(key).is_none() {
        map.insert(SmolStr::new(key), Value::from(Map::default()), By::Server);
    }
    map.value_mut(key).expect("it was put there")
}
