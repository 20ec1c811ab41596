//! Texts of Helm 4 for values that break a schema.

use super::*;

fn text_of(schema: &str, values: &str) -> String {
    text_by(Library::Jsonschema, schema, values)
}

fn text_by(library: Library, schema: &str, values: &str) -> String {
    let mut nowhere = |_: Range<usize>| OriginId::NONE;
    let values = json::read(values, &mut nowhere).expect("the values are JSON").value;
    match Schema::parse(schema, library).map(|it| it.validate(&values)) {
        Ok(Ok(())) => "valid".to_owned(),
        Ok(Err(failure)) => failure.text,
        Err(message) => message,
    }
}

#[test]
fn violations_have_their_place_and_the_words_of_the_library() {
    for (schema, values, text) in [
        (r#"{"required": ["a", "b"]}"#, "{}", "- at '': missing properties 'a', 'b'\n"),
        (
            r#"{"properties": {"a": {"type": ["string", "null"]}}}"#,
            r#"{"a": 1}"#,
            "- at '/a': got number, want null or string\n",
        ),
        (
            r#"{"additionalProperties": false}"#,
            r#"{"x/y": 1}"#,
            "- at '': additional properties 'x/y' not allowed\n",
        ),
        (
            r#"{"properties": {"a": {"maximum": 65535}}}"#,
            r#"{"a": 70000}"#,
            "- at '/a': maximum: got 70,000, want 65,535\n",
        ),
        (
            r##"{"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"enum": ["p", "q"]}}}"##,
            r#"{"a": "r"}"#,
            "- at '/a': value must be one of 'p', 'q'\n",
        ),
        (
            r#"{"anyOf": [{"required": ["a"]}, {"minProperties": 2, "maxProperties": 0}]}"#,
            r#"{"b": 1}"#,
            "- at '': 'anyOf' failed\n  - at '': missing property 'a'\n  - at '': validation failed\n    \
             - at '': minProperties: got 1, want 2\n    - at '': maxProperties: got 1, want 0\n",
        ),
    ] {
        assert_eq!(text_of(schema, values), text, "{schema} {values}");
    }
}

#[test]
fn helm_3_10_has_the_words_of_its_own_library() {
    for (schema, values, text) in [
        (r#"{"required": ["a"]}"#, "{}", "- (root): a is required\n"),
        (
            r#"{"properties": {"a": {"items": {"type": ["string", "null"]}}}}"#,
            r#"{"a": ["x", 1]}"#,
            "- a.1: Invalid type. Expected: [string,null], given: integer\n",
        ),
        (
            r#"{"additionalProperties": false}"#,
            r#"{"x/y": 1}"#,
            "- (root): Additional property x/y is not allowed\n",
        ),
        (
            r#"{"properties": {"a": {"maximum": 1, "exclusiveMaximum": true}, "b": {"minimum": 1e6}}}"#,
            r#"{"a": 1, "b": 2}"#,
            "- a: Must be less than 1\n- b: Must be greater than or equal to 1e+06\n",
        ),
        (
            r#"{"properties": {"a": {"enum": ["p", 1, {"b": "<"}]}}}"#,
            r#"{"a": "r"}"#,
            "- a: a must be one of the following: \"p\", 1, {\"b\":\"\\u003c\"}\n",
        ),
        // Of alternatives the one that came nearest is told.
        (
            r#"{"oneOf": [{"type": "string"}, {"properties": {"b": {"required": ["x"]}}}]}"#,
            r#"{"b": {}}"#,
            "- (root): Must validate one and only one schema (oneOf)\n- b: x is required\n",
        ),
        // It knows no draft after 7.
        (
            r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "unevaluatedProperties": false}"#,
            r#"{"a": 1}"#,
            "valid",
        ),
    ] {
        assert_eq!(text_by(Library::Gojsonschema, schema, values), text, "{schema} {values}");
    }
}

#[test]
fn a_schema_that_is_none_is_told() {
    assert_eq!(
        text_of(r##"{"$ref": "#/x"}"##, "{}"),
        "json-pointer in \"file:///values.schema.json#/x\" not found"
    );
    assert!(text_of(r#"{"$schema": "http://json-schema.org/draft-07/schema#", "required": "a"}"#, "{}").ends_with(
        "jsonschema validation failed with 'http://json-schema.org/draft-07/schema#'\n- at '/required': got string, want array"
    ));
}

#[test]
fn schemas_that_go_on_for_ever_end() {
    assert_ne!(text_of(r##"{"$ref": "#"}"##, "{}"), "valid");
    let doubling = r##"{"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/b"}]},
        "b": {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"}"##;
    assert_ne!(text_of(doubling, "{}"), "valid");
    assert_ne!(text_by(Library::Gojsonschema, r##"{"$ref": "#"}"##, "{}"), "valid");
    assert_ne!(text_by(Library::Gojsonschema, doubling, "{}"), "valid");
}
