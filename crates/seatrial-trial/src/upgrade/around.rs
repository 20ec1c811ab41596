//! What a change hangs on outside the object: the storage class that lets a
//! claim grow, and the pods that read a configuration when they start.

use std::collections::BTreeSet;

use seatrial_model::references::Relation;
use seatrial_model::{Graph, Object, Place, Repository};
use seatrial_schema::rules::quantities;
use seatrial_yaml::{FieldPath, Node};

use super::stored::Stored;
use super::{Action, ObjectChange, RefusedBy, RefusedChange};

/// Workloads that are named in a note.
const NAMED_MAX: usize = 4;
/// The server's words, where a class does not let its claims grow.
const NOT_RESIZED: &str = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";

/// A claim that grows: whether its class lets it.
pub(super) fn expansion(
    before: &Stored<'_>,
    after: &Stored<'_>,
    repository: &Repository,
    change: &mut ObjectChange,
) {
    if !after.is("", "PersistentVolumeClaim") {
        return;
    }
    let size = |it: &Stored<'_>| {
        quantities::of(it.compared().at("spec").at("resources").at("requests").at("storage"))
    };
    if size(after) <= size(before) {
        return;
    }
    let named = after.compared().at("spec").str("storageClassName");
    if named.is_empty() {
        change.notes.push("whether it can grow hangs on the cluster's default StorageClass".to_owned());
        return;
    }
    let classes =
        repository.objects().filter(|it| it.is("storage.k8s.io", "StorageClass") && it.name() == named);
    let allows =
        |class: &Object| class.root().get("allowVolumeExpansion").and_then(Node::as_bool).unwrap_or_default();
    let said: BTreeSet<bool> = classes.map(allows).collect();
    if said.is_empty() || said.len() > 1 {
        change.notes.push(format!(
            "whether it can grow hangs on StorageClass {named}, which the tree does not settle"
        ));
    } else if said.contains(&false) {
        change.refused.push(not_resized(named));
    }
}

fn not_resized(class: &str) -> RefusedChange {
    let path = FieldPath::root().key("spec").key("resources").key("requests").key("storage");
    RefusedChange {
        field: path.to_string(),
        message: NOT_RESIZED.to_owned(),
        fields: vec![path.to_string()],
        remedy: format!(
            "set `allowVolumeExpansion: true` in StorageClass {class} first, or copy the data into a new claim"
        ),
        replace: false,
        after: None,
        before: None,
        path,
        by: RefusedBy::Server,
    }
}

/// Says of changed configurations which workloads go on with what they read at
/// their start.
pub(super) fn unread(changes: &mut [ObjectChange], repository: &Repository, graph: &Graph) {
    let renewed: BTreeSet<Place> =
        changes.iter().filter(|it| !it.restarts.is_empty()).map(|it| it.member).collect();
    for change in changes.iter_mut().filter(|it| is_configuration(it)) {
        let reads =
            graph.to(change.member).filter(|it| matches!(it.relation, Relation::EnvKey | Relation::EnvFrom));
        let kept = reads.map(|it| it.from).filter(|from| !renewed.contains(from));
        let kept: BTreeSet<Place> = kept.collect();
        if kept.is_empty() {
            continue;
        }
        let mut names: Vec<_> =
            kept.iter().take(NAMED_MAX).map(|it| repository.object(*it).title()).collect();
        if kept.len() > NAMED_MAX {
            names.push(format!("{} more", kept.len() - NAMED_MAX));
        }
        change.notes.push(format!(
            "nothing restarts for it: the pods of {} keep the environment that they started with",
            names.join(", ")
        ));
    }
}

/// Whether the content of a `ConfigMap` or Secret changes under its name.
fn is_configuration(change: &ObjectChange) -> bool {
    let is_kind = change.object.kind == "ConfigMap" || change.object.kind == "Secret";
    let is_content = |path: &str| ["data", "binaryData", "stringData"].iter().any(|it| path.starts_with(it));
    is_kind && change.action == Action::Changed && change.fields.iter().any(|it| is_content(&it.path))
}

#[cfg(test)]
mod tests {
    use seatrial_source::{MemoryFiles, TreePath};

    use super::super::upgrade;
    use crate::{Config, Date, TrialRequest};

    /// What is noted and refused of each object that changes.
    fn told(before: &str, after: &str) -> Vec<String> {
        let files: MemoryFiles = [("a/all.yaml", before), ("b/all.yaml", after)].into_iter().collect();
        let request = |scope: &str| TrialRequest {
            cluster: None,
            files: &files,
            revisions: None,
            git_problem: None,
            root: TreePath::new(scope),
            scope: TreePath::new(scope),
            config: Config::default(),
            config_text: None,
            today: Date::new(2026, 11, 21).expect("the day exists"),
            units: None,
        };
        let changes = upgrade(&request("a"), &request("b")).objects;
        let told = |it: &super::ObjectChange| {
            let refused = it.refused.iter().map(|it| format!("{}: {}", it.field, it.remedy));
            it.notes.iter().cloned().chain(refused).collect::<Vec<_>>()
        };
        changes.iter().flat_map(told).collect()
    }

    fn claim(size: &str, class: &str, more: &str) -> String {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data}}\n\
             spec: {{accessModes: [ReadWriteOnce], {class}resources: {{requests: {{storage: {size}}}}}}}\n{more}"
        )
    }

    #[test]
    fn a_claim_grows_where_its_class_lets_it() {
        let class = "storageClassName: fast, ";
        let grows = |class: &str, more: &str| told(&claim("1Gi", class, more), &claim("2Gi", class, more));
        let stated = |allows: &str| {
            format!(
                "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: fast}}\nprovisioner: x.dev/y\n{allows}"
            )
        };
        let refused = grows(class, &stated(""));
        assert_eq!(refused.len(), 1);
        assert!(refused[0].starts_with("spec.resources.requests.storage: set `allowVolumeExpansion: true`"));
        assert_eq!(grows(class, &stated("allowVolumeExpansion: true\n")), [""; 0]);
        let open = ["whether it can grow hangs on StorageClass fast, which the tree does not settle"];
        assert_eq!(grows(class, ""), open);
        assert_eq!(grows("", ""), ["whether it can grow hangs on the cluster's default StorageClass"]);
    }

    fn configured(value: &str, tag: &str) -> String {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata: {{a: {value}}}\n---\napiVersion: apps/v1\n\
             kind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  template:\n    \
             metadata: {{labels: {{app: web}}}}\n    spec: {{containers: [{{name: web, image: 'r.example.com/web:{tag}', \
             envFrom: [{{configMapRef: {{name: web}}}}]}}]}}\n"
        )
    }

    #[test]
    fn pods_keep_the_environment_that_they_started_with() {
        let kept =
            "nothing restarts for it: the pods of Deployment web keep the environment that they started with";
        assert_eq!(told(&configured("one", "1"), &configured("two", "1")), [kept]);
        assert_eq!(told(&configured("one", "1"), &configured("two", "2")), [""; 0]);
    }
}
