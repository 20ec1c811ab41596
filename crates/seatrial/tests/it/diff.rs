//! What an upgrade changes, cannot change, restarts and loses.

use std::fs;

use crate::git::{commit, git};
use crate::support::{Run, Tree, run};

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: 'r.example.com/web:latest', env: [{name: A, value: x}, {name: TOKEN, value: hunter2-first}]}
";

const CLAIM: &str = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {password: hunter2-first}
";

fn diff(tree: &Tree, words: &[&str]) -> Run {
    run(tree.path(), &[&["diff"], words].concat(), b"")
}

/// What happens when one text is applied over another.
fn between(before: &str, after: &str) -> Run {
    let tree = Tree::new(&[("a/all.yaml", before), ("b/all.yaml", after)]);
    let done = diff(&tree, &["a", "b", "--format", "json"]);
    fits_the_schema(&done);
    done
}

fn fits_the_schema(done: &Run) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/diff.schema.json");
    let schema = fs::read_to_string(path).expect("the schema is published");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let problems: Vec<String> = validator.iter_errors(&done.json()).map(|it| it.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The fields that are refused, of the first object.
fn refused(before: &str, after: &str) -> Vec<String> {
    let done = between(before, after);
    let report = done.json();
    let refused = report["objects"][0]["refused"].as_array().cloned().unwrap_or_default();
    assert_eq!(done.code, i32::from(!refused.is_empty()), "{report:#}");
    let fields = refused.iter().flat_map(|it| it["fields"].as_array().cloned().unwrap_or_default());
    fields.map(|it| it.as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_same_tree_changes_nothing() {
    let done = between(WEB, WEB);
    assert_eq!((done.code, &done.json()["summary"]["unchanged"]), (0, &1.into()));
    // Comments, order and what is written although it is the default are no change.
    let written = WEB.replace("spec:\n  selector", "spec:\n  # one\n  replicas: 1\n  selector");
    assert_eq!(between(WEB, &written).json()["summary"]["changed"], 0);
}

#[test]
fn a_new_tag_changes_a_default_and_replaces_pods() {
    let done = between(WEB, &WEB.replace("latest", "1.2"));
    let report = done.json();
    let object = &report["objects"][0];
    assert_eq!(done.code, 0);
    assert_eq!(
        object["restarts"],
        serde_json::json!([
            "spec.template.spec.containers[0].image",
            "spec.template.spec.containers[0].imagePullPolicy"
        ])
    );
    assert_eq!(object["fields"][1]["byDefault"], true);
    assert_eq!(object["fields"][1]["after"], "IfNotPresent");
    let paused =
        WEB.replace("latest", "1.2").replace("spec:\n  selector", "spec:\n  paused: true\n  selector");
    assert_eq!(between(WEB, &paused).json()["summary"]["restarted"], 0);
}

#[test]
fn a_new_image_of_a_bare_pod_starts_its_container_again() {
    let pod = |tag: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: 'r.example.com/a:{tag}'}}]}}\n"
        )
    };
    let report = between(&pod("1"), &pod("2")).json();
    let notes = &report["objects"][0]["notes"];
    assert_eq!(notes[0], "a container whose image changes starts again in the same pod", "{report}");
}

#[test]
fn selectors_templates_and_sizes_are_refused() {
    assert_eq!(refused(WEB, &WEB.replace("app: web}", "app: other}")), ["spec.selector.matchLabels.app"]);
    assert_eq!(refused(CLAIM, &CLAIM.replace("10Gi", "5Gi")), ["spec.resources.requests.storage"]);
    assert!(refused(CLAIM, &CLAIM.replace("10Gi", "20Gi")).is_empty());
    let open = CLAIM.replace("{name: data}", "{name: '${APP}'}");
    assert!(refused(&open, &open.replace("10Gi", "5Gi")).is_empty());
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
               restartPolicy: Never\n      containers: [{name: a, image: 'r.example.com/a:1'}]\n";
    assert_eq!(refused(job, &job.replace("a:1", "a:2")), ["spec.template.spec.containers[0].image"]);
    assert!(refused(job, &job.replace("spec:\n  template", "spec:\n  suspend: true\n  template")).is_empty());
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}\n";
    assert_eq!(refused(binding, &binding.replace("Role, name: a", "Role, name: b")), ["roleRef.name"]);
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n";
    assert_eq!(refused(service, &service.replace("{ports", "{clusterIP: None, ports")), ["spec.clusterIP"]);
    assert!(refused(service, &service.replace("80", "81")).is_empty());
}

#[test]
fn what_is_made_anew_is_not_refused() {
    let job = |annotations: &str, tag: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a, annotations: {{{annotations}}}}}\nspec:\n  template:\n    spec:\n      \
             restartPolicy: Never\n      containers: [{{name: a, image: 'r.example.com/a:{tag}'}}]\n"
        )
    };
    let of = |annotations: &str| refused(&job(annotations, "1"), &job(annotations, "2"));
    let image = ["spec.template.spec.containers[0].image"];
    for renewed in [
        "helm.sh/hook: pre-upgrade",
        "helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: 'hook-failed, hook-succeeded'",
        "argocd.argoproj.io/hook: PreSync",
        "argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation",
        "argocd.argoproj.io/sync-options: 'Replace=true, Force=true'",
        "argocd.argoproj.io/sync-options: Force=true",
        "kustomize.toolkit.fluxcd.io/force: enabled",
    ] {
        assert_eq!(of(renewed), [""; 0], "{renewed}");
    }
    for kept in [
        "argocd.argoproj.io/sync-options: Replace=true",
        "kustomize.toolkit.fluxcd.io/force: disabled",
        "helm.sh/hook: pre-upgrade, helm.sh/hook-delete-policy: hook-failed",
    ] {
        assert_eq!(of(kept), image, "{kept}");
    }
    let hook = "argocd.argoproj.io/hook: PreSync";
    let tree = Tree::new(&[("a/all.yaml", &job(hook, "1")), ("b/all.yaml", &job(hook, "2"))]);
    insta::assert_snapshot!(diff(&tree, &["a", "b"]).stdout, @r#"
    Deleted and made again
      ~ Job a  b/all.yaml:1
          spec.template.spec.containers[0].image: "r.example.com/a:1" -> "r.example.com/a:2"
          note: it is deleted and made again, as it is a hook of Argo CD

    From a to b: 1 changed
    Next: nothing speaks against the change; `seatrial check` says whether the objects are right.
    "#);
    // What is deleted takes its data along.
    let force = |size: &str| {
        CLAIM
            .replace(
                "{name: data}",
                "{name: data, annotations: {kustomize.toolkit.fluxcd.io/force: enabled}}",
            )
            .replace("10Gi", size)
    };
    let report = between(&force("10Gi"), &force("5Gi")).json();
    assert_eq!(
        (&report["summary"]["refused"], &report["summary"]["lost"]),
        (&0.into(), &1.into()),
        "{report:#}"
    );
    // One that Flux applies by force.
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: app, namespace: flux-system}\n\
                spec: {interval: 1h, force: true, prune: true, path: ./app, sourceRef: {kind: GitRepository, name: flux-system}}\n\
                ---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\n\
                spec: {interval: 1h, url: 'https://git.example.com/app', ref: {branch: main}}\n";
    let tree = Tree::new(&[
        ("a/app/job.yaml", &job("", "1")),
        ("a/flux.yaml", flux),
        ("b/app/job.yaml", &job("", "2")),
        ("b/flux.yaml", flux),
    ]);
    let report = diff(&tree, &["a", "b", "--format", "json"]).json();
    assert_eq!(
        (&report["summary"]["refused"], &report["summary"]["changed"]),
        (&0.into(), &1.into()),
        "{report:#}"
    );
}

#[test]
fn a_generated_name_is_a_new_object_each_time() {
    let job = |tag: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{generateName: a-}}\nspec:\n  template:\n    spec:\n      \
             restartPolicy: Never\n      containers: [{{name: a, image: 'r.example.com/a:{tag}'}}]\n"
        )
    };
    let summary = |before: &str, after: &str| between(before, after).json()["summary"].clone();
    let changed = summary(&job("1"), &job("2"));
    assert_eq!(
        (&changed["added"], &changed["deleted"], &changed["refused"]),
        (&1.into(), &1.into(), &0.into())
    );
    let more = summary(&job("1"), &format!("{}---\n{}", job("2"), job("1")));
    assert_eq!((&more["added"], &more["unchanged"]), (&1.into(), &1.into()));
}

#[test]
fn what_the_server_cannot_read_is_told_as_it_is_written() {
    let web = |version: &str, replicas: &str| {
        WEB.replace("{app: web}}\n    spec", &format!("{{app: web, version: {version}}}}}\n    spec"))
            .replace("spec:\n  selector", &format!("spec:\n  replicas: {replicas}\n  selector"))
    };
    let text = |before: &str, after: &str| {
        let tree = Tree::new(&[("a/all.yaml", before), ("b/all.yaml", after)]);
        diff(&tree, &["a", "b"]).stdout
    };
    insta::assert_snapshot!(text(&web("1.1", "1"), &web("'1.10'", "two")), @r#"
    Cannot be changed in place
      ~ Deployment web  b/all.yaml:1
          spec.replicas: 1 -> "two"
          spec.template.metadata.labels.version: 1.1 -> "1.10"
          refused: spec.replicas: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32
          help: write a value of the type that the field has (b/all.yaml:5)

    From a to b: 1 changed
      1 workload gets new pods
      1 object cannot be changed in place
    Next: apply nothing before each refused change is taken back or prepared as its help says.
    "#);
    // What is wrong already and stays is no change, and what is mended is told.
    assert_eq!(refused(&web("a", "two"), &web("b", "two")), [""; 0]);
    assert_eq!(refused(&web("a", "two"), &web("a", "2")), [""; 0]);
}

#[test]
fn claim_templates_and_services_of_stateful_sets_are_refused() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  \
               selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec:\n      \
               containers: [{name: db, image: 'r.example.com/db:1'}]\n  volumeClaimTemplates:\n  - metadata: \
               {name: data}\n    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    assert_eq!(refused(set, &set.replace("serviceName: db", "serviceName: dbs")), ["spec.serviceName"]);
    assert_eq!(
        refused(set, &set.replace("1Gi", "2Gi").replace("db:1", "db:2")),
        ["spec.volumeClaimTemplates[0].spec.resources.requests.storage"]
    );
    assert!(refused(set, &set.replace("serviceName", "replicas: 2\n  serviceName")).is_empty());
}

#[test]
fn a_fault_that_was_there_before_is_no_refusal_of_the_change() {
    let broken = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 99999}]}\n";
    assert!(refused(broken, &broken.replace("{ports", "{selector: {a: b}, ports")).is_empty());
}

#[test]
fn custom_kinds_lose_versions_and_fields() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: toys.example.com}\n\
        spec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: Toy, plural: toys}\n  versions:\n  \
        - {name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {size: {type: string}}}}}\n";
    assert_eq!(refused(definition, &definition.replace("v1beta1", "v1"))[0], "spec.versions[0]");
    assert_eq!(refused(definition, &definition.replace("Namespaced", "Cluster")), ["spec.scope"]);
    let done = between(definition, &definition.replace("size: {", "weight: {"));
    assert_eq!(done.json()["objects"][0]["notes"][0], "takes less than before: v1beta1.size is gone");
}

/// A definition of which one field stays as it is, one only grows, and one has a default.
const SHIPS: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Ship, plural: ships}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations:
            - {rule: 'self.crew >= oldSelf.crew', message: nobody leaves}
            properties:
              name: {type: string, maxLength: 4, x-kubernetes-validations: [{rule: self == oldSelf, message: the name is painted on}]}
              crew: {type: integer, default: 3}
              cargo: {type: string}
";
const SHIP: &str = "\
---
apiVersion: example.com/v1
kind: Ship
metadata: {name: a}
spec: {name: toolong, crew: 3, cargo: tea}
";

#[test]
fn custom_kinds_have_the_rules_and_defaults_of_their_definition() {
    let both = |ship: &str| format!("{SHIPS}{ship}");
    let before = both(SHIP);
    // What the definition fills in all the same is no change, nor is a field that it does not know.
    let same = between(&before, &both(&SHIP.replace("crew: 3, cargo", "speed: 9, cargo"))).json();
    assert_eq!(same["summary"]["unchanged"], 2, "{same:#}");
    // A fault that is stored already is no refusal.
    assert_eq!(refused(&before, &both(&SHIP.replace("tea", "rum"))), [""; 0]);
    assert_eq!(refused(&before, &both(&SHIP.replace("toolong", "ark"))), ["spec.name"]);
    let done = between(&before, &both(&SHIP.replace("crew: 3", "crew: 2")));
    let report = done.json();
    assert_eq!(report["objects"][0]["refused"][0]["message"], "nobody leaves", "{report:#}");
    // The tree need not hold the definition any more, nor anew.
    let tree = Tree::new(&[("a/all.yaml", &before), ("b/ship.yaml", &SHIP.replace("toolong", "ark"))]);
    let report = diff(&tree, &["a", "b", "--format", "json"]).json();
    let objects = report["objects"].as_array().cloned().unwrap_or_default();
    let ship = objects.iter().find(|it| it["kind"] == "Ship").expect("it changes");
    assert_eq!(ship["refused"][0]["message"], "the name is painted on");
}

#[test]
fn a_change_is_refused_whatever_else_is_wrong() {
    let ships = |ship: &str| format!("{SHIPS}{ship}");
    let after = SHIP.replace("crew: 3", "crew: 2").replace("cargo: tea", "cargo: [tea]");
    assert_eq!(refused(&ships(SHIP), &ships(&after)), ["spec.crew"]);
    let after = WEB.replace("{app: web}}\n  template", "{app: other}}\n  replicas: -1\n  template");
    assert_eq!(
        refused(WEB, &after.replace("labels: {app: web}", "labels: {app: other}")),
        ["spec.selector.matchLabels.app"]
    );
}

#[test]
fn items_that_change_places_have_moved() {
    let pods = |items: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n  \
             template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n{items}"
        )
    };
    let [a, b, c] = ["a", "b", "c"]
        .map(|name| format!("      - {{name: {name}, image: 'r.example.com/{name}:1', args: [one, two]}}\n"));
    let text = |before: &str, after: &str| {
        let tree = Tree::new(&[("a/all.yaml", before), ("b/all.yaml", after)]);
        diff(&tree, &["a", "b"]).stdout
    };
    insta::assert_snapshot!(text(&pods(&format!("{a}{b}")), &pods(&format!("{b}{a}"))), @r#"
    Pods are replaced
      ~ Deployment web  b/all.yaml:1
          spec.template.spec.containers: order changed: ["a","b"] -> ["b","a"]

    From a to b: 1 changed
      1 workload gets new pods
    Next: apply it when new pods do no harm; `seatrial check` says whether they come up.
    "#);
    let front = c.replace(", args: [one, two]", "");
    let args = a.replace("[one,", "[zero, one,");
    insta::assert_snapshot!(text(&pods(&format!("{a}{b}")), &pods(&format!("{front}{args}{b}"))), @r#"
    Pods are replaced
      ~ Deployment web  b/all.yaml:1
          spec.template.spec.containers[0]: added {"image":"r.example.com/c:1","imagePullPolicy":"IfNotPresent","name":"c"...
          spec.template.spec.containers[1].args[0]: added "zero"

    From a to b: 1 changed
      1 workload gets new pods
    Next: apply it when new pods do no harm; `seatrial check` says whether they come up.
    "#);
    let moved = between(&pods(&format!("{a}{b}")), &pods(&format!("{b}{a}"))).json();
    assert_eq!(moved["objects"][0]["fields"][0]["order"], true, "{moved:#}");
}

#[test]
fn rules_for_changes_of_custom_objects_are_findings() {
    let tree = Tree::new(&[("k8s/kind.yaml", SHIPS), ("k8s/ship.yaml", SHIP)]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "before");
    fs::write(tree.path().join("k8s/ship.yaml"), SHIP.replace("crew: 3", "crew: 2"))
        .expect("the tree can be written");
    let done = run(tree.path(), &["check", "--upgrade-from", "HEAD", "--format", "json"], b"");
    let findings = done.json()["findings"].as_array().cloned().unwrap_or_default();
    let told = findings.iter().find(|it| it["check"] == "immutable-field").expect("it is told");
    assert_eq!(
        told["message"], "Ship a changes `spec.crew`, which the definition of its kind does not allow",
        "{told:#}"
    );
    assert_eq!(told["severity"], "error");
}

#[test]
fn a_version_that_goes_names_what_is_written_in_it() {
    let more = SHIPS.replace(
        "    schema:\n",
        "    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}\n  - name: v2\n    served: true\n    storage: false\n    schema:\n",
    );
    let after = more.replacen("served: true\n    storage: true", "served: false\n    storage: false", 1);
    let after = after.replacen("served: true\n    storage: false", "served: true\n    storage: true", 1);
    let done = between(&format!("{more}{SHIP}"), &format!("{after}{SHIP}"));
    let notes = done.json()["objects"][0]["notes"].clone();
    assert_eq!(
        notes,
        serde_json::json!([
            "version v1 is no longer served",
            "Ship a is still written in v1",
            "objects are stored as v2 from now on; those that are there stay v1 until they are written again"
        ])
    );
}

#[test]
fn a_directory_that_is_deleted_takes_its_objects_along() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept}\ndata: {a: b}\n";
    let tree = Tree::new(&[
        ("k8s/db/claim.yaml", CLAIM),
        ("k8s/db/secret.yaml", SECRET),
        ("k8s/web/config.yaml", config),
    ]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "before");
    fs::remove_dir_all(tree.path().join("k8s/db")).expect("the tree can be written");
    insta::assert_snapshot!(diff(&tree, &["HEAD"]).stdout, @r"
    Deleted, if whoever applies it prunes
      - Secret credentials  k8s/db/secret.yaml:1 of HEAD

    Data is lost
      - PersistentVolumeClaim data  k8s/db/claim.yaml:1 of HEAD
          lost: the data of its volume, unless the volume's reclaim policy is Retain

    From HEAD to the working tree: 2 deleted, 1 unchanged
      1 object takes data along
    Next: save the data, or keep the objects, before this is applied with pruning.
    ");
}

#[test]
fn the_text_of_a_secret_tells_the_keys_only() {
    let before = SECRET.replace("{password: hunter2-first}", "{password: hunter2-first, user: hunter2-name}");
    let after = SECRET.replace("{password: hunter2-first}", "{password: hunter2-second, token: hunter2-new}");
    let tree = Tree::new(&[("a/all.yaml", &before), ("b/all.yaml", &after)]);
    let text = diff(&tree, &["a", "b"]).stdout;
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text, @r#"
    Changed in place
      ~ Secret credentials  b/all.yaml:1
          data.password: hidden, and changed
          data.token: added "********"
          data.user: removed "********"

    From a to b: 1 changed
    Next: nothing speaks against the change; `seatrial check` says whether the objects are right.
    "#);
}

#[test]
fn what_is_deleted_may_take_data_along() {
    let both = format!("{WEB}---\n{CLAIM}");
    let done = between(&both, WEB);
    assert_eq!((done.code, &done.json()["summary"]["lost"]), (1, &1.into()));
    let kept = both.replace("{name: data}", "{name: data, annotations: {helm.sh/resource-policy: keep}}");
    assert_eq!(between(&kept, WEB).code, 0);
    assert_eq!(between(&both, CLAIM).code, 0);
}

#[test]
fn values_of_secrets_are_never_printed() {
    let before = format!("{WEB}---\n{SECRET}");
    let tree = Tree::new(&[("a/all.yaml", &before), ("b/all.yaml", &before.replace("first", "second"))]);
    for words in [&["a", "b"][..], &["a", "b", "--format", "json"], &["b", "a"]] {
        let done = diff(&tree, words);
        assert!(!done.stdout.contains("hunter2"), "{}", done.stdout);
    }
    assert!(diff(&tree, &["a", "b"]).stdout.contains("data.password: hidden, and changed"));
    // An item that goes moves those behind it.
    let fewer = before.replace("{name: A, value: x}, ", "");
    for (one, other) in [(&before, &fewer), (&fewer, &before)] {
        assert!(!between(one, other).stdout.contains("hunter2"));
    }
}

#[test]
fn several_objects_of_one_name_are_told_apart_by_their_place() {
    let tree = Tree::new(&[
        ("a/blue/web.yaml", WEB),
        ("a/green/web.yaml", &WEB.replace("latest", "2")),
        ("b/blue/web.yaml", WEB),
        ("b/green/web.yaml", &WEB.replace("latest", "2")),
    ]);
    assert_eq!(diff(&tree, &["a", "b", "--format", "json"]).json()["summary"]["unchanged"], 2);
}

#[test]
fn the_text_has_the_worst_last() {
    let before = format!("{CLAIM}---\n{WEB}");
    let after = before.replace("10Gi", "5Gi").replace("latest", "2");
    let tree = Tree::new(&[("a/all.yaml", &before), ("b/all.yaml", &after)]);
    insta::assert_snapshot!(diff(&tree, &["a", "b"]).stdout, @r#"
    Pods are replaced
      ~ Deployment web  b/all.yaml:6
          spec.template.spec.containers[0].image: "r.example.com/web:latest" -> "r.example.com/web:2"
          spec.template.spec.containers[0].imagePullPolicy: "Always" -> "IfNotPresent" (by default)

    Cannot be changed in place
      ~ PersistentVolumeClaim data  b/all.yaml:1
          spec.resources.requests.storage: "10Gi" -> "5Gi"
          refused: spec.resources.requests.storage: field can not be less than status.capacity
          help: make a new claim, copy the data, and switch over: a claim neither shrinks nor changes its volume (b/all.yaml:4)

    From a to b: 2 changed
      1 workload gets new pods
      1 object cannot be changed in place
    Next: apply nothing before each refused change is taken back or prepared as its help says.
    "#);
}

fn history() -> Tree {
    let tree = Tree::new(&[("k8s/web.yaml", WEB), ("k8s/claim.yaml", CLAIM), ("k8s/secret.yaml", SECRET)]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    tree.write("k8s/web.yaml", WEB.replace("app: web}", "app: other}"));
    fs::remove_file(tree.path().join("k8s/claim.yaml")).expect("it is there");
    tree
}

#[test]
fn revisions_are_compared_with_each_other_and_with_the_working_tree() {
    let tree = history();
    let summary = |words: &[&str]| {
        let done = diff(&tree, &[words, &["--format", "json"]].concat());
        let summary = done.json()["summary"].clone();
        (done.code, summary["refused"].as_u64(), summary["lost"].as_u64(), summary["unchanged"].as_u64())
    };
    let changed = (1, Some(1), Some(1), Some(1));
    assert_eq!(summary(&[]), changed);
    assert_eq!(summary(&["k8s"]), changed);
    assert_eq!(summary(&["main"]), changed);
    assert_eq!(summary(&["main:k8s", "k8s"]), changed);
    assert_eq!(summary(&["k8s/web.yaml"]), (1, Some(1), Some(0), Some(0)));
    commit(&tree, "two");
    assert_eq!(summary(&["main~1", "main"]), changed);
    assert_eq!(summary(&["main", "main"]).0, 0);
    let unknown = diff(&tree, &["nowhere"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.starts_with("error: no such path, and no revision `nowhere`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn check_reports_what_an_upgrade_cannot_do() {
    let tree = history();
    let words = ["--select", "immutable-field,lost-data,restarted-workload", "--format", "json"];
    assert!(tree.check(&words).checks().is_empty());
    let done = tree.check(&[&words[..], &["--upgrade-from", "HEAD"]].concat());
    assert_eq!(done.code, 1);
    let report = done.json();
    let mut found: Vec<String> = report["findings"].as_array().into_iter().flatten().map(told).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "immutable-field k8s/web.yaml:5 spec.selector.matchLabels.app",
            "lost-data k8s/claim.yaml:1 ",
            "restarted-workload k8s/web.yaml:7 spec.template.metadata.labels.app",
        ]
    );
    assert!(!done.stdout.contains("hunter2"));
    let text = tree.check(&["--upgrade-from", "HEAD", "--select", "lost-data"]);
    assert!(text.stdout.contains("k8s/claim.yaml:1:1"), "{}", text.stdout);
}

#[test]
fn a_loss_is_told_where_the_object_stood_or_bears_another_name() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  \
        replicas: 3\n  serviceName: db\n  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\n  \
        selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec:\n      \
        containers: [{name: db, image: \"db:1\"}]\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    \
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    let all = format!("{WEB}---\n{CLAIM}---\n{set}");
    let tree = Tree::new(&[("k8s/all.yaml", &all)]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    let words = ["--select", "immutable-field,lost-data", "--upgrade-from", "HEAD", "--format", "json"];
    let found = |text: String| {
        tree.write("k8s/all.yaml", text);
        let report = tree.check(&words).json();
        report["findings"].as_array().cloned().unwrap_or_default()
    };
    let line_of =
        |text: &str, part: &str| text[..text.find(part).expect("it is there")].matches('\n').count() as u64;
    let without = format!("{WEB}---\n{set}");
    let cases = [
        (without.clone(), line_of(&without, set) + 1),
        (WEB.to_owned(), WEB.lines().count() as u64),
        (all.replace("{name: data}\nspec", "{name: store}\nspec"), line_of(&all, "{name: data}") + 1),
        (all.replace("replicas: 3", "replicas: 1"), line_of(&all, "replicas: 3") + 1),
    ];
    for (text, line) in cases {
        let told = found(text.clone());
        assert_eq!(
            told.iter().map(|it| it["primary"]["line"].as_u64()).collect::<Vec<_>>(),
            [Some(line)],
            "{text}"
        );
    }
    let told = found(all.replace("serviceName: db", "serviceName: dbs"));
    let help = told[0]["help"].as_str().unwrap_or_default();
    assert!(help.starts_with("`kubectl delete statefulset db -n shop --cascade=orphan` and apply"), "{help}");
}

#[test]
fn what_the_server_keeps_is_no_difference() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec:\n  clusterIP: None\n  selector: {a: b}\n  \
                   ports: [{port: 80}]\n";
    let object = |after: &str| between(service, after).json()["objects"][0].clone();
    let dropped = service.replace("  clusterIP: None\n", "");
    let kept = "`spec.clusterIP` is no more written and stays: the server keeps it";
    assert_eq!(object(&dropped)["notes"][0], kept);
    assert!(object(&dropped)["fields"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(object(&dropped.replace("80", "81"))["notes"][0], kept);
    // What the server lets go is one.
    let labelled = service.replace("name: db", "name: db, labels: {a: b}");
    let gone = between(&labelled, service).json();
    assert_eq!(gone["objects"][0]["fields"][0]["path"], "metadata.labels");
}

#[test]
fn what_stands_beside_a_secret_in_a_template_is_told() {
    let chart = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{a: {{{{ .Values.a }}}}}}\n---\n\
             {}",
            WEB.replace("r.example.com/web:latest", image)
        )
    };
    let files = ["one", "two"].map(|it| chart(&format!("r.example.com/web:{it}")));
    let (metadata, values) = ("apiVersion: v2\nname: web\nversion: 1.0.0\n", "a: hunter2-third\n");
    let tree = Tree::new(&[
        ("a/Chart.yaml", metadata),
        ("a/values.yaml", values),
        ("a/templates/all.yaml", &files[0]),
        ("b/Chart.yaml", metadata),
        ("b/values.yaml", values),
        ("b/templates/all.yaml", &files[1]),
    ]);
    let done = diff(&tree, &["a", "b", "--format", "json"]);
    let field = &done.json()["objects"][0]["fields"][0];
    assert_eq!(field["before"], "r.example.com/web:one");
    assert_eq!(field["after"], "r.example.com/web:two");
    assert!(!done.stdout.contains("hunter2"));
}

#[test]
fn a_loss_in_a_build_is_told_at_the_line_of_the_file_that_is_gone() {
    let tree = Tree::new(&[
        ("k/kustomization.yaml", "namePrefix: x-\nresources: [web.yaml, claim.yaml]\n"),
        ("k/web.yaml", WEB),
        ("k/claim.yaml", CLAIM),
    ]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    std::fs::remove_file(tree.path().join("k/claim.yaml")).expect("the file is there");
    let kept = "namePrefix: x-\nresources: [web.yaml]\n";
    std::fs::write(tree.path().join("k/kustomization.yaml"), kept).expect("it can be written");
    let done = tree.check(&["--select", "lost-data", "--upgrade-from", "HEAD"]);
    assert!(done.stdout.contains("k/claim.yaml:2:7"), "{}", done.stdout);
    assert!(done.stdout.contains("1 | apiVersion: v1"), "{}", done.stdout);
}

#[test]
fn each_loss_of_a_file_that_is_gone_is_told_at_its_own_line() {
    let claims = ["one", "two"].map(|name| CLAIM.replace("{name: data", &format!("{{name: {name}")));
    let tree = Tree::new(&[("k8s/all.yaml", &claims.join("---\n")), ("k8s/web.yaml", WEB)]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    std::fs::remove_file(tree.path().join("k8s/all.yaml")).expect("the file is there");
    let report = tree.check(&["--select", "lost-data", "--upgrade-from", "HEAD", "--format", "json"]).json();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let lines: Vec<_> = findings.iter().map(|it| it["primary"]["line"].as_u64()).collect();
    let second = claims[0].lines().count() as u64 + 2;
    assert_eq!(lines, [Some(1), Some(second)], "{report}");
}

#[test]
fn each_line_that_cannot_change_is_shown() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  \
        selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec:\n      \
        containers: [{name: db, image: \"db:1\"}]\n  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec:\n      \
        accessModes: [ReadWriteOnce]\n      resources: {requests: {storage: 1Gi}}\n";
    let tree = Tree::new(&[("k8s/db.yaml", set)]);
    git(tree.path(), &["init", "-q"]);
    commit(&tree, "one");
    tree.write("k8s/db.yaml", set.replace("serviceName: db", "serviceName: dbs").replace("1Gi", "2Gi"));
    let done =
        tree.check(&["--select", "immutable-field", "--upgrade-from", "HEAD", "--format", "json"]).json();
    let finding = &done["findings"][0];
    let lines = [&finding["primary"]["line"], &finding["related"][0]["line"]].map(serde_json::Value::as_u64);
    let mut lines = lines.map(Option::unwrap_or_default);
    lines.sort_unstable();
    assert_eq!(lines, [5, 15], "{finding}");
}

fn told(finding: &serde_json::Value) -> String {
    let text = |at: &serde_json::Value| at.as_str().unwrap_or_default().to_owned();
    let primary = &finding["primary"];
    format!(
        "{} {}:{} {}",
        text(&finding["check"]),
        text(&primary["path"]),
        primary["line"],
        text(&finding["field"])
    )
}

#[test]
fn a_mistaken_name_is_told() {
    let tree = Tree::new(&[("a/web.yaml", WEB), ("b/notes.txt", "nothing")]);
    let done = diff(&tree, &["a", "c"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.starts_with("error: `c` does not exist\n"), "{}", done.stderr);
    assert_eq!(diff(&tree, &["b", "b"]).code, 2);
    assert_eq!(diff(&tree, &["b", "a", "--format", "json"]).json()["summary"]["added"], 1);
}

#[test]
fn what_is_not_compared_is_no_pass() {
    let compose = "services:\n  web: {image: web}\n";
    let tree = Tree::new(&[("a/compose.yaml", compose), ("b/compose.yaml", compose)]);
    let done = diff(&tree, &["a", "b"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(
        done.stdout.ends_with("Nothing was compared, so nothing is known about it.\n"),
        "{}",
        done.stdout
    );
}
