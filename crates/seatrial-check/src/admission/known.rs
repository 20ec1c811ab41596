//! The objects around those of a unit, as policies look them up.

use std::cell::LazyCell;

use seatrial_model::Object;
use seatrial_policy::State;
use seatrial_schema::decode::untyped;
use seatrial_schema::{By, Value};
use smol_str::SmolStr;

/// Objects with parameters, and `ConfigMaps`.
pub(super) struct Known<'k> {
    params: Vec<Value>,
    /// Gathered when a rule asks for one.
    config_maps: LazyCell<Vec<&'k Value>, Box<dyn FnOnce() -> Vec<&'k Value> + 'k>>,
}

impl<'k> Known<'k> {
    /// The objects that hold parameters, and those that rules ask for.
    pub(super) fn of(holders: &[&Object], config_maps: impl FnOnce() -> Vec<&'k Value> + 'k) -> Self {
        let mut seen: Vec<&Object> = Vec::new();
        for holder in holders {
            if !seen.iter().any(|it| std::ptr::eq(*it, *holder)) {
                seen.push(holder);
            }
        }
        let params = seen.into_iter().map(in_its_namespace).collect();
        Self { params, config_maps: LazyCell::new(Box::new(config_maps)) }
    }
}

/// An object as it is written, with the namespace that its unit gives it.
fn in_its_namespace(object: &Object) -> Value {
    let mut value = untyped(object.root());
    if let Some(namespace) = object.namespace() {
        value.struct_mut("metadata").set("namespace", SmolStr::new(namespace), By::Server);
    }
    value
}

impl State for Known<'_> {
    fn cluster_object(&self, _: &str, _: &str, _: &str) -> Option<&Value> {
        None
    }

    fn objects(&self, group: &str, kind: &str, namespace: &str) -> Vec<&Value> {
        let own = |it: &Value| it.at("metadata").str("namespace").to_owned();
        let is_kind = |it: &&Value| {
            let (of, _) = it.str("apiVersion").split_once('/').unwrap_or_default();
            it.str("kind") == kind && of == group
        };
        // Which namespace an object without one goes to is not known.
        let is_meant = |it: &&Value| own(it).is_empty() || own(it) == namespace;
        let meant: Vec<_> = self.params.iter().filter(is_kind).filter(is_meant).collect();
        if !meant.is_empty() {
            return meant;
        }
        if (group, kind) != ("", "ConfigMap") {
            return Vec::new();
        }
        self.config_maps.iter().copied().filter(|it| own(it) == namespace).collect()
    }
}
