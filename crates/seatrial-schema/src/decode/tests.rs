use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

use super::{Decoded, Meant, ProblemKind, decode, missing};
use crate::table::Table;
use crate::value::Value;

fn read(text: &str, dialect: Dialect) -> Decoded {
    let stream = parse(FileId(0), text.into(), dialect, &Limits::default());
    let root = stream.document_root(0).expect("one document");
    let table = Table::default_minor();
    let word = |name| root.get(name).and_then(seatrial_yaml::Node::as_str).unwrap_or_default();
    let (group, version) = word("apiVersion").split_once('/').unwrap_or(("", word("apiVersion")));
    let kind = table.kind(group, version, word("kind")).expect("a kind");
    decode(root, table, kind.type_id)
}

fn yaml(text: &str) -> Decoded {
    read(text, Dialect::GoYaml2)
}

fn messages(decoded: &Decoded) -> Vec<&str> {
    decoded.problems.iter().map(|it| it.message.as_str()).collect()
}

fn meant(text: &str) -> Option<Meant> {
    yaml(text).problems.into_iter().find_map(|it| match it.kind {
        ProblemKind::UnknownField { meant } => meant,
        _ => None,
    })
}

#[test]
fn unknown_fields_go_and_are_named_as_the_server_does() {
    let decoded = yaml("{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, imag: b}], Host: 1}}");
    assert_eq!(
        messages(&decoded),
        [r#"unknown field "spec.Host""#, r#"unknown field "spec.containers[0].imag""#]
    );
    assert_eq!(decoded.value.at("spec").items("containers")[0].as_map().map(crate::value::Map::len), Some(1));
    assert_eq!(decoded.problems[1].path.to_string(), "spec.containers[0].imag");
}

#[test]
fn the_field_that_was_meant_is_found() {
    let pod = |spec: &str| meant(&format!("{{apiVersion: v1, kind: Pod, spec: {spec}}}"));
    let spelling = |name: &str| Some(Meant::Spelling(name.into()));
    assert_eq!(pod("{container: []}"), spelling("containers"));
    assert_eq!(pod("{containers: [{readiness_probe: {}}]}"), spelling("readinessProbe"));
    assert_eq!(pod("{containers: [{imagePullPolciy: x}]}"), spelling("imagePullPolicy"));
    assert_eq!(
        pod("{containers: [{nodeSelector: {}}]}"),
        Some(Meant::Elsewhere { up: 1, down: vec!["nodeSelector".into()] })
    );
    assert_eq!(
        pod("{containers: [{limits: {}}]}"),
        Some(Meant::Elsewhere { up: 0, down: vec!["resources".into(), "limits".into()] })
    );
    assert_eq!(
        meant("{apiVersion: apps/v1, kind: Deployment, spec: {containers: []}}"),
        Some(Meant::Elsewhere { up: 0, down: vec!["template".into(), "spec".into(), "containers".into()] })
    );
    assert_eq!(pod("{zzzzzz: 1}"), None);
    let container = |fields: &str| pod(&format!("{{containers: [{{{fields}}}]}}"));
    assert_eq!(container("livenessProbe: {tcp: {port: 80}}"), spelling("tcpSocket"));
    assert_eq!(container("livenessProbe: {http: {path: /, port: 80}}"), spelling("httpGet"));
    assert_eq!(container("livenessProbe: {http: 80}"), None);
    // Other names begin like it, or it can hold no such thing.
    assert_eq!(container("termination: x"), None);
    assert_eq!(pod("{volumes: [{storage: {size: 1Gi}}]}"), None);
    assert_eq!(pod("{volumes: [{hostpth: {path: /a}}]}"), spelling("hostPath"));
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClas: fast}}";
    assert_eq!(meant(claim), spelling("storageClassName"));
}

#[test]
fn wrong_types_are_refused_in_gos_words() {
    let decoded = yaml(
        "apiVersion: v1\nkind: Pod\nmetadata: {labels: [a]}\nspec:\n  restartPolicy: 1\n  containers:\n  \
         - {name: true, ports: [{containerPort: 99999999999}], livenessProbe: {exec: {command: x}}}\n",
    );
    assert_eq!(
        messages(&decoded),
        [
            "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
            "json: cannot unmarshal string into Go struct field \
             ExecAction.spec.containers.livenessProbe.ProbeHandler.exec.command of type []string",
            "json: cannot unmarshal bool into Go struct field Container.spec.containers.name of type string",
            "json: cannot unmarshal number 99999999999 into Go struct field \
             ContainerPort.spec.containers.ports.containerPort of type int32",
            "json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
        ]
    );
}

#[test]
fn values_take_the_one_form_that_go_prints() {
    let decoded = yaml(
        "apiVersion: v1\nkind: Pod\nmetadata: {creationTimestamp: '2024-01-01T01:00:00+01:00', name: ''}\nspec:\n  \
         hostNetwork: false\n  hostUsers: false\n  containers:\n  - resources: {limits: {cpu: 0.5, memory: 1024Mi}}\n",
    );
    assert!(decoded.problems.is_empty(), "{:?}", decoded.problems);
    let (meta, spec) = (decoded.value.at("metadata"), decoded.value.at("spec"));
    assert_eq!((meta.str("creationTimestamp"), meta.has("name")), ("2024-01-01T00:00:00Z", false));
    // One is a pointer in Go, the other is not.
    assert_eq!((spec.opt("hostUsers"), spec.has("hostNetwork")), (Some(&Value::Bool(false)), false));
    let limits = spec.items("containers")[0].at("resources").at("limits");
    assert_eq!((limits.str("cpu"), limits.str("memory")), ("500m", "1Gi"));
}

#[test]
fn null_is_absent_or_zero() {
    let decoded = yaml("{apiVersion: v1, kind: ConfigMap, metadata: null, data: {a: null, b: x}}");
    assert_eq!(
        (decoded.value.has("metadata"), decoded.value.at("data").opt("a")),
        (false, Some(&Value::from("")))
    );
    let decoded = yaml("{apiVersion: v1, kind: Pod, spec: {containers: [null]}}");
    assert!(
        decoded.problems.is_empty() && decoded.value.at("spec").items("containers")[0].as_map().is_some()
    );
}

#[test]
fn duplicate_fields_of_json_are_named() {
    let decoded = read(
        r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"1","a":"2"},"kind":"ConfigMap"}"#,
        Dialect::Json,
    );
    assert_eq!(messages(&decoded), [r#"duplicate field "kind""#, r#"duplicate field "data.a""#]);
    assert_eq!(decoded.value.at("data").str("a"), "2");
}

#[test]
fn malformed_quantities_and_bytes_are_refused() {
    let quota = yaml("{apiVersion: v1, kind: ResourceQuota, spec: {hard: {cpu: 64K, memory: ''}}}");
    assert_eq!(messages(&quota)[0], "unable to parse quantity's suffix");
    assert!(messages(&quota)[1].starts_with("quantities must match"));
    let secret = yaml("{apiVersion: v1, kind: Secret, data: {a: 'no base64!'}}");
    assert_eq!(messages(&secret), ["illegal base64 data at input byte 2"]);
}

#[test]
fn lists_of_numbers_are_bytes_as_go_reads_them() {
    let secret = |value: &str| yaml(&format!("{{apiVersion: v1, kind: Secret, data: {{a: {value}}}}}"));
    let read = secret("[104, 105, null]");
    assert_eq!((messages(&read), read.value.at("data").str("a")), (vec![], "aGkA"));
    assert_eq!(messages(&secret("[]")), Vec::<&str>::new());
    assert_eq!([secret("[300]"), secret("['a']"), secret("{}")].map(|it| it.problems.len()), [1, 1, 1]);
}

#[test]
fn schemas_below_items_are_read_and_not_searched_for_unknown_fields() {
    let decoded = yaml(
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {versions: [{schema: \
         {openAPIV3Schema: {items: {typ: string}, additionalProperties: 1, nope: 1}}}]}}",
    );
    let unseen: Vec<_> = decoded.problems.iter().map(|it| (it.message.as_str(), it.unseen)).collect();
    assert_eq!(unseen[0], ("boolean or JSON schema expected", false));
    assert!(unseen[1].0.ends_with(r#"items.typ""#) && unseen[1].1);
    assert!(unseen[2].0.ends_with(r#"nope""#) && !unseen[2].1);
}

#[test]
fn nesting_is_bounded() {
    let depth = 2_000;
    let (open, close) = ("{items: ".repeat(depth), "}".repeat(depth));
    let decoded = yaml(&format!(
        "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {{versions: [{{schema: \
         {{openAPIV3Schema: {open}{{}}{close}}}}}]}}}}"
    ));
    assert_eq!(messages(&decoded), ["exceeded max depth"]);
}

#[test]
fn required_fields_are_missed() {
    let table = Table::default_minor();
    let kind = table.kind("apps", "v1", "Deployment").expect("a kind");
    let decoded =
        yaml("{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: [{image: a}]}}}}");
    let paths: Vec<_> =
        missing(&decoded.value, table, kind.type_id).iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["spec.selector", "spec.template.spec.containers[0].name"]);
}
