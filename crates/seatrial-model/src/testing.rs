//! Small texts made into streams and repositories, for tests only.

use std::sync::Arc;

use seatrial_diagnostics::{ObjectId, UnitId};
use seatrial_source::{SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

use crate::{
    Bundle, Coverage, Identity, KubernetesVersion, Object, ObjectSource, RenderFacts, Repository, Target,
    Unit, UnitKind, UnitRole,
};

/// A text, parsed as kubectl would.
pub(crate) fn parse(text: &str) -> Arc<Stream> {
    let file = SourceMap::new().add(TreePath::new("test.yaml"), text.into());
    Arc::new(seatrial_yaml::parse(file, text.into(), Dialect::GoYaml2, &Limits::default()))
}

/// The objects of a text, as one unit's.
pub(crate) fn objects(unit: UnitId, text: &str) -> Vec<Object> {
    let stream = parse(text);
    let mut objects = Vec::new();
    for root in stream.roots() {
        let source = ObjectSource { stream: Arc::clone(&stream), root: root.id() };
        let Some(identity) = Identity::written(root) else { continue };
        objects.push(Object::new(unit, ObjectId(objects.len() as u32), source, Arc::new(identity)));
    }
    objects
}

/// A repository of units; a line `# Unit: NAME` starts another. Names that
/// start with `base` are those of units that serve others.
pub(crate) fn repository(text: &str) -> Repository {
    let mut texts: Vec<(&str, String)> = vec![("main", String::new())];
    for line in text.lines() {
        match line.trim().strip_prefix("# Unit: ") {
            Some(name) => texts.push((name, String::new())),
            None => texts.last_mut().expect("never empty").1.extend([line, "\n"]),
        }
    }
    let mut repository = empty();
    for (id, (name, text)) in (0..).map(UnitId).zip(&texts) {
        let role = if name.starts_with("base") { UnitRole::Base } else { UnitRole::Deployed };
        let path = TreePath::new(name);
        repository.units.push(Unit {
            id,
            name: (*name).to_owned(),
            kind: UnitKind::Manifests,
            path,
            role,
            assumptions: Vec::new(),
        });
        repository.bundles.push(Bundle::new(objects(id, text)));
    }
    repository
}

fn empty() -> Repository {
    Repository {
        target: Target {
            kubernetes: KubernetesVersion::DEFAULT,
            release: None,
            profile: "default".to_owned(),
        },
        units: Vec::new(),
        bundles: Vec::new(),
        facts: RenderFacts::default(),
        coverage: Coverage::default(),
        external: Vec::new(),
        origins: None,
    }
}
