//! The objects that existed while requests were recorded.

use std::fs;
use std::path::Path;

use anyhow::Context;
use seatrial_policy::{Compiled, Policies, State};
use seatrial_schema::{Strategy, Value, review};
use serde_json::value::RawValue;

use crate::json;

/// The objects of `environment.json`, and what every cluster has.
#[derive(Default)]
pub(super) struct Environment {
    objects: Vec<Value>,
    policies: Compiled,
}

impl Environment {
    /// Reads the folder's `environment.json`; empty where there is none.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("environment.json");
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let recorded: Vec<&RawValue> = json::read(&text).with_context(|| format!("{}", path.display()))?;
        let objects: Vec<_> = recorded.into_iter().map(|object| created(object.get())).collect();
        Ok(Self { policies: Compiled::of(&objects), objects })
    }
}

/// The object with the server's defaults, as it is once it has been created.
fn created(json: &str) -> Value {
    let mut object = review::stored(json);
    let (group, version) = object.str("apiVersion").split_once('/').unwrap_or(("", object.str("apiVersion")));
    if let Some(strategy) = Strategy::of(group, version, object.str("kind")) {
        (strategy.default)(&mut object);
    }
    object
}

impl State for Environment {
    fn cluster_object(&self, group: &str, kind: &str, name: &str) -> Option<&Value> {
        self.objects(group, kind, "").into_iter().find(|it| it.at("metadata").str("name") == name)
    }

    fn objects(&self, group: &str, kind: &str, namespace: &str) -> Vec<&Value> {
        let group_of = |object: &Value| {
            object.str("apiVersion").rsplit_once('/').map_or("", |(group, _)| group).to_owned()
        };
        let is_meant = |object: &&Value| {
            object.str("kind") == kind
                && group_of(object) == group
                && object.at("metadata").str("namespace") == namespace
        };
        self.objects.iter().filter(is_meant).collect()
    }

    fn policies(&self) -> Policies<'_> {
        self.policies.counting()
    }
}
