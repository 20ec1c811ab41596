//! Objects against definitions of our own.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

use super::{CustomKind, CustomKinds};
use crate::decode::{Meant, ProblemKind};
use crate::errors::Errors;
use crate::testing::{fields, value};
use crate::value::{By, Value};

fn kind(schema: &str) -> CustomKinds {
    let definition = format!(
        "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {{group: a.dev, scope: Namespaced, names: {{kind: Ship, plural: ships}}, versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {schema}}}}}}}}}]}}}}"
    );
    CustomKinds::of(value(&definition))
}

fn only(kinds: &CustomKinds) -> &CustomKind {
    kinds.named("a.dev", "v1", "Ship").next().expect("it is defined")
}

/// What is unknown, and the object with its defaults.
fn read(kind: &CustomKind, spec: &str) -> (Vec<String>, Value) {
    let text =
        format!("{{apiVersion: a.dev/v1, kind: Ship, metadata: {{name: x, namespace: shop}}, spec: {spec}}}");
    let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    let decoded = kind.decode(stream.roots().next().expect("there is one"));
    let mut object = decoded.value;
    kind.default(&mut object);
    (decoded.problems.into_iter().map(|it| it.message).collect(), object)
}

fn refused(schema: &str, spec: &str) -> Vec<String> {
    let kinds = kind(schema);
    let (_, object) = read(only(&kinds), spec);
    let mut errors = Errors::new();
    only(&kinds).validate(&object, &mut errors);
    errors.as_slice().iter().map(ToString::to_string).collect()
}

#[test]
fn values_are_held_against_the_schema_in_the_servers_words() {
    let rows: &[(&str, &str, &[&str])] = &[
        (
            "{type: object, properties: {size: {type: integer}}}",
            "{size: a}",
            &[r#"spec.size: Invalid value: "string": spec.size in body must be of type integer: "string""#],
        ),
        (
            "{type: object, required: [size], properties: {size: {type: integer}}}",
            "{}",
            &["spec.size: Required value"],
        ),
        (
            "{type: string, enum: [a, b]}",
            "c",
            &[r#"spec: Unsupported value: "c": supported values: "a", "b""#],
        ),
        (
            "{type: array, maxItems: 1, items: {type: string}}",
            "[a, b]",
            &["spec: Too many: 2: must have at most 1 item"],
        ),
        ("{type: string, maxLength: 1}", "äö", &["spec: Too long: may not be more than 1 byte"]),
        ("{type: string, maxLength: 2}", "äö", &[]),
        (
            "{type: string, pattern: '^a+$'}",
            "b",
            &[r#"spec: Invalid value: "b": spec in body should match '^a+$'"#],
        ),
        (
            "{type: integer, minimum: 1, maximum: 5}",
            "7",
            &["spec: Invalid value: 7: spec in body should be less than or equal to 5"],
        ),
        (
            "{type: integer, format: int32}",
            "3000000000",
            &[r#"<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec"#],
        ),
        (
            "{type: number, multipleOf: 0.5}",
            "0.3",
            &["spec: Invalid value: 0.3: spec in body should be a multiple of 0.5"],
        ),
        ("{x-kubernetes-int-or-string: true}", "5%", &[]),
        (
            "{x-kubernetes-int-or-string: true}",
            "true",
            &[r#"spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean""#],
        ),
        ("{type: string, nullable: true}", "null", &[]),
        (
            "{type: array, x-kubernetes-list-type: set, items: {type: string}}",
            "[a, b, a]",
            &[r#"spec[2]: Duplicate value: "a""#],
        ),
        (
            "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {type: object, required: [name], properties: {name: {type: string}}}}",
            "[{name: a}, {name: a}]",
            &[r#"spec[1]: Duplicate value: {"name":"a"}"#],
        ),
        (
            "{type: object, properties: {a: {type: integer}, b: {type: integer}}, oneOf: [{required: [a]}, {required: [b]}]}",
            "{a: 1, b: 1}",
            &[
                r#"<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives"#,
            ],
        ),
        (
            "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
            "{kind: a_b}",
            &[
                "spec.apiVersion: Required value",
                r#"spec.kind: Invalid value: "a_b": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"#,
            ],
        ),
        (
            "{type: string, format: date-time}",
            "yesterday",
            &[r#"spec: Invalid value: "yesterday": spec in body must be of type date-time: "yesterday""#],
        ),
    ];
    for (schema, spec, wanted) in rows {
        assert_eq!(refused(schema, spec), *wanted, "{schema} {spec}");
    }
}

#[test]
fn rules_are_evaluated_where_the_schema_is_fulfilled() {
    let schema = "{type: object, properties: {a: {type: integer}, b: {type: integer}}, x-kubernetes-validations: [{rule: 'self.a < self.b', messageExpression: '\"a is \" + string(self.a)', reason: FieldValueForbidden, fieldPath: .a}, {rule: 'oldSelf.a == self.a'}]}";
    assert_eq!(refused(schema, "{a: 1, b: 2}"), [""; 0]);
    assert_eq!(refused(schema, "{a: 3, b: 2}"), ["spec.a: Forbidden: a is 3"]);
    let lines = refused(schema, "{a: x, b: 2}");
    assert!(lines.len() == 2 && lines[1].contains("some validation rules were not checked"), "{lines:?}");
}

#[test]
fn broken_rules_are_said_where_they_lay_the_blame() {
    let schema = "{type: object, properties: {replicas: {type: integer}, names: {type: array, items: {type: string, \
        x-kubernetes-validations: [{rule: self != ''}]}}}, x-kubernetes-validations: [{rule: self.replicas <= 5, \
        messageExpression: \"'too many: ' + string(self.replicas)\", fieldPath: .replicas, reason: FieldValueForbidden}]}";
    assert_eq!(
        refused(schema, "{replicas: 7, names: ['']}"),
        [
            "spec.replicas: Forbidden: too many: 7",
            "spec.names[0]: Invalid value: \"\": failed rule: self != ''",
        ]
    );
    assert!(refused(schema, "{replicas: 3, names: [a]}").is_empty());
}

#[test]
fn unknown_fields_and_needless_nulls_are_dropped() {
    let kinds = kind(
        "{type: object, properties: {a: {type: object, properties: {b: {type: string}}}, raw: {type: object, x-kubernetes-preserve-unknown-fields: true}, l: {type: array, items: {type: object, properties: {k: {type: string}}}}, none: {type: string, nullable: true}}}",
    );
    let (problems, object) =
        read(only(&kinds), "{a: {b: null, c: 1}, raw: {x: {z: null}}, l: [{k: a, z: 1}], none: null, e: 2}");
    assert_eq!(
        problems,
        [r#"unknown field "spec.a.c""#, r#"unknown field "spec.e""#, r#"unknown field "spec.l[0].z""#]
    );
    assert_eq!(object.at("spec"), &value("{a: {}, raw: {x: {z: null}}, l: [{k: a}], none: null}"));
}

#[test]
fn unknown_metadata_is_named_first() {
    let kinds = kind("{type: object}");
    let text = "{apiVersion: a.dev/v1, kind: Ship, metadata: {name: x, lables: {}}, extra: 1}";
    let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    let decoded = only(&kinds).decode(stream.roots().next().expect("there is one"));
    let messages: Vec<_> = decoded.problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, [r#"unknown field "metadata.lables""#, r#"unknown field "extra""#]);
    assert!(decoded.problems.iter().all(|it| matches!(it.kind, ProblemKind::UnknownField { .. })));
}

#[test]
fn defaults_are_the_servers() {
    let kinds = kind(
        "{type: object, default: {}, properties: {size: {type: integer, default: 3}, l: {type: array, items: {type: object, properties: {m: {type: string, default: x}}}}}}",
    );
    let (_, object) = read(only(&kinds), "{l: [{}, {m: z}]}");
    assert_eq!(object.at("spec"), &value("{size: 3, l: [{m: x}, {m: z}]}"));
    let by = |field: &str| object.at("spec").as_map().and_then(|map| map.entry(field)).map(|it| it.by);
    assert_eq!((by("size"), by("l")), (Some(By::Server), Some(By::Manifest)));
}

#[test]
fn what_stays_as_it_is_stored_is_not_refused_again() {
    let kinds = kind("{type: object, properties: {a: {type: string, maxLength: 1}, b: {type: string}}}");
    let kind = only(&kinds);
    let (_, mut old) = read(kind, "{a: long, b: x}");
    old.struct_mut("metadata").set("resourceVersion", "1", By::Server);
    let (mut new, mut errors) = (old.clone(), Errors::new());
    new.struct_mut("spec").set("b", "y", By::Manifest);
    kind.validate_update(&new, &old, &mut errors);
    assert_eq!(fields(&errors), [""; 0]);
    new.struct_mut("spec").set("a", "longer", By::Manifest);
    kind.validate_update(&new, &old, &mut errors);
    assert_eq!(fields(&errors), ["spec.a FieldValueTooLong"]);
}

#[test]
fn old_definitions_are_read() {
    let kinds = CustomKinds::of(value(
        "{apiVersion: apiextensions.k8s.io/v1beta1, spec: {group: a.dev, version: v1, scope: Cluster, names: {kind: Ship, plural: ships}, validation: {openAPIV3Schema: {properties: {spec: {type: string}}}}}}",
    ));
    let kind = only(&kinds);
    assert!(kind.is_served && kind.is_storage && kind.is_cluster_scoped);
    let (problems, object) = read(kind, "{any: thing}");
    assert!(problems.is_empty());
    let mut errors = Errors::new();
    kind.validate(&object, &mut errors);
    assert_eq!(fields(&errors), ["metadata.namespace FieldValueForbidden", "spec FieldValueTypeInvalid"]);
}

#[test]
fn what_would_take_too_long_is_given_up() {
    let words: Vec<String> = (0..3000).map(|it| format!("w{it}")).collect();
    let schema = format!("{{type: array, items: {{type: string, enum: [{}]}}}}", words.join(","));
    let items = vec!["w2999"; 20_000].join(",");
    let lines = refused(&schema, &format!("[{items}]"));
    assert!(lines.iter().any(|line| line.contains("validation stopped")), "{}", lines.len());
}

#[test]
fn schemas_of_any_depth_are_read() {
    let deep = format!("{}{{type: string}}{}", "{type: array, items: ".repeat(240), "}".repeat(240));
    assert_eq!(refused(&deep, "[[[x]]]").len(), 1);
}

#[test]
fn the_field_that_was_meant_is_found_in_the_schema() {
    let kinds = kind(
        "{type: object, properties: {size: {type: integer}, decks: {type: array, items: {type: object, properties: {cabins: {type: object, properties: {beds: {type: integer}}}}}}, crew: {type: object, additionalProperties: {type: object, properties: {rank: {type: string}}}}}}",
    );
    let meant = |spec: &str| {
        let text = format!("{{apiVersion: a.dev/v1, kind: Ship, metadata: {{name: x}}, spec: {spec}}}");
        let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
        let decoded = only(&kinds).decode(stream.roots().next().expect("there is one"));
        decoded.problems.into_iter().find_map(|it| match it.kind {
            ProblemKind::UnknownField { meant } => meant,
            _ => None,
        })
    };
    let elsewhere =
        |up, down: &[&str]| Some(Meant::Elsewhere { up, down: down.iter().map(|it| (*it).into()).collect() });
    assert_eq!(meant("{Size: 1}"), Some(Meant::Spelling("size".into())));
    assert_eq!(meant("{crew: {cook: {rnak: a}}}"), Some(Meant::Spelling("rank".into())));
    assert_eq!(meant("{beds: 2}"), elsewhere(0, &["decks", "cabins", "beds"]));
    assert_eq!(meant("{decks: [{size: 2}]}"), elsewhere(1, &["size"]));
    assert_eq!(meant("{crew: {cook: {size: 2}}}"), elsewhere(2, &["size"]));
    assert_eq!(meant("{zzzzzzzz: 1}"), None);
}
