//! `ValidatingAdmissionPolicy` and `MutatingAdmissionPolicy` (`kubernetes` 1.36,
//! `pkg/apis/admissionregistration/validation/validation.go`).

use std::collections::BTreeSet;

use super::matching::{self, FAILURE_POLICIES, REINVOCATIONS};
use crate::cel::{RESERVED, Type};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::expressions::{self, Declared, Wanted};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{choices, names};
use crate::value::Value;

const REASONS: [&str; 3] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const PATCH_TYPES: [&str; 2] = ["ApplyConfiguration", "JSONPatch"];
const ANNOTATIONS_MOST: usize = 20;
const ANNOTATION_LENGTH: usize = 5 * 1024;
const ONE_OF_BOTH: &str = "validations or auditAnnotations must contain at least one item";

pub(super) const VALIDATING: Strategy = Strategy {
    default,
    prepare_create: |policy| {
        policy.remove("status");
        super::first_generation(policy);
    },
    prepare_update: |new, old| {
        new.set("status", old.at("status").clone(), crate::value::By::Server);
        super::next_generation(new, old, "spec");
    },
    validate: |policy, errors| validating(policy, false, errors),
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        validating(new, keeps_conditions(new, old), errors);
    },
    warnings: super::name_warnings,
    ..Strategy::plain(super::GROUP, "v1", "ValidatingAdmissionPolicy")
};

pub(super) const MUTATING: Strategy = Strategy {
    default,
    prepare_create: super::first_generation,
    prepare_update: |new, old| super::next_generation(new, old, "spec"),
    validate: |policy, errors| mutating(policy, false, errors),
    validate_update: |new, old, errors| {
        metadata::generic_update(new, old, errors);
        mutating(new, keeps_conditions(new, old), errors);
    },
    warnings: super::name_warnings,
    ..Strategy::plain(super::GROUP, "v1", "MutatingAdmissionPolicy")
};

fn default(policy: &mut Value) {
    let spec = policy.struct_mut("spec");
    spec.set_default("failurePolicy", "Fail");
    matching::default_resources(spec, "matchConstraints");
}

/// Conditions that nothing about the update touches are not looked at again.
fn keeps_conditions(new: &Value, old: &Value) -> bool {
    let same = |field: &str| new.at("spec").at(field).semantically_equals(old.at("spec").at(field));
    same("paramKind") && same("matchConditions")
}

fn validating(policy: &Value, keeps_conditions: bool, errors: &mut Errors) {
    metadata::generic_create(policy, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = policy.at("spec");
    let mut declared = shared(spec, Does::Validate, keeps_conditions, &at, errors);
    if !spec.items("variables").is_empty() {
        variables(spec, &mut declared, &at, errors);
    }
    let (validations, annotations) = (spec.items("validations"), spec.items("auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        errors.required(&at.child("validations"), ONE_OF_BOTH);
        return errors.required(&at.child("auditAnnotations"), ONE_OF_BOTH);
    }
    let at_validations = at.child("validations");
    for (index, item) in validations.iter().enumerate() {
        validation(item, &declared, &at_validations.index(index), errors);
    }
    let at_annotations = at.child("auditAnnotations");
    if annotations.len() > ANNOTATIONS_MOST {
        let detail = format!("must not have more than {ANNOTATIONS_MOST} auditAnnotations");
        errors.invalid(&at_annotations, spec.at("auditAnnotations").clone(), detail);
    }
    let mut keys = BTreeSet::new();
    for (index, item) in annotations.iter().enumerate() {
        let at = at_annotations.index(index);
        audit_annotation(item, policy.at("metadata").str("name"), &declared, &at, errors);
        let key = item.str("key");
        if !keys.insert(key) {
            errors.duplicate(&at.child("key"), key);
        }
    }
}

fn mutating(policy: &Value, keeps_conditions: bool, errors: &mut Errors) {
    metadata::generic_create(policy, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = policy.at("spec");
    let mut declared = shared(spec, Does::Mutate, keeps_conditions, &at, errors);
    variables(spec, &mut declared, &at, errors);
    declared.has_patch_types = true;
    let mutations = spec.items("mutations");
    let at_mutations = at.child("mutations");
    if mutations.is_empty() {
        errors.required(&at_mutations, "mutations must contain at least one item");
    }
    for (index, item) in mutations.iter().enumerate() {
        mutation(item, &declared, &at_mutations.index(index), errors);
    }
    choices::required(spec, "reinvocationPolicy", &REINVOCATIONS, &at, errors);
}

/// What a policy is for.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Validate,
    Mutate,
}

/// What both kinds have; answers what expressions may refer to.
fn shared(spec: &Value, does: Does, keeps_conditions: bool, at: &Path<'_>, errors: &mut Errors) -> Declared {
    if spec.has("failurePolicy") {
        choices::optional(spec, "failurePolicy", &FAILURE_POLICIES, at, errors);
    } else {
        errors.required(&at.child("failurePolicy"), "");
    }
    let has_params = spec.has("paramKind");
    if let Some(kind) = spec.opt("paramKind") {
        param_kind(kind, &at.child("paramKind"), errors);
    }
    let at_constraints = at.child("matchConstraints");
    match spec.opt("matchConstraints") {
        None => errors.required(&at_constraints, ""),
        Some(constraints) => {
            matching::match_resources(constraints, &at_constraints, errors);
            if constraints.items("resourceRules").is_empty() {
                errors.required(&at_constraints.child("resourceRules"), "");
            }
            if does == Does::Mutate {
                matching::mutating_operations(constraints, &at_constraints, errors);
            }
        }
    }
    if !keeps_conditions {
        matching::conditions(spec, has_params, at, errors);
    }
    Declared { has_params, has_authorizer: true, ..Declared::default() }
}

fn param_kind(kind: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at_version = at.child("apiVersion");
    let text = kind.str("apiVersion");
    let (group, version) = if text == "/" { ("", "") } else { text.split_once('/').unwrap_or(("", text)) };
    if text.is_empty() {
        errors.required(&at_version, "");
    } else if version.contains('/') {
        errors.invalid(&at_version, text, format!("unexpected GroupVersion string: {text}"));
    } else {
        joined(&at_version, group, names::dns1123_subdomain, errors);
        if version.is_empty() {
            errors.invalid(&at_version, text, "version must be specified");
        }
        joined(&at_version, version, names::dns1035_label, errors);
    }
    let name = kind.str("kind");
    let wrong = names::dns1035_label(&name.to_lowercase());
    if name.is_empty() {
        errors.required(&at.child("kind"), "");
    } else if !wrong.is_empty() {
        let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
        errors.invalid(&at.child("kind"), name, detail);
    }
}

/// A name that may be absent; all that is wrong about it in one error.
fn joined(at: &Path<'_>, name: &str, rule: fn(&str) -> names::Messages, errors: &mut Errors) {
    let wrong = if name.is_empty() { names::Messages::new() } else { rule(name) };
    if !wrong.is_empty() {
        errors.invalid(at, name, wrong.join(","));
    }
}

fn variables(spec: &Value, declared: &mut Declared, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("variables");
    declared.variables = Some(Vec::new());
    for (index, variable) in spec.items("variables").iter().enumerate() {
        let at = at.index(index);
        let (name, expression) = (variable.str("name"), variable.str("expression"));
        if name.trim().is_empty() {
            errors.required(&at.child("name"), "name is not specified");
        } else if !is_identifier(name) {
            errors.invalid(&at.child("name"), name, "must be a valid CEL identifier");
        }
        let at_expression = at.child("expression");
        if expression.trim().is_empty() {
            errors.required(&at_expression, "expression is not specified");
            continue;
        }
        // One that does not compile is there all the same.
        let kind = compile(expression, declared, Wanted::Anything, &at_expression, errors);
        declared.variables.get_or_insert_default().push((name.into(), kind.unwrap_or(Type::Dyn)));
    }
}

fn is_identifier(name: &str) -> bool {
    let is_start = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    name.starts_with(is_start)
        && name.chars().all(|letter| is_start(letter) || letter.is_ascii_digit())
        && !RESERVED.contains(&name)
}

fn compile(
    expression: &str,
    declared: &Declared,
    wanted: Wanted,
    at: &Path<'_>,
    errors: &mut Errors,
) -> Option<Type> {
    match expressions::compile(expression, declared, wanted) {
        Ok(kind) => Some(kind),
        Err(wrong) => {
            errors.invalid(at, expression, wrong);
            None
        }
    }
}

fn validation(item: &Value, declared: &Declared, at: &Path<'_>, errors: &mut Errors) {
    let expression = item.str("expression");
    if expression.trim().is_empty() {
        errors.required(&at.child("expression"), "expression is not specified");
    } else {
        compile(expression, declared, Wanted::Bool, &at.child("expression"), errors);
    }
    let made = item.str("messageExpression");
    let at_made = at.child("messageExpression");
    if !made.is_empty() && made.trim().is_empty() {
        errors.invalid(&at_made, made, "must be non-empty if specified");
    } else if !made.is_empty() {
        let declared = Declared { has_authorizer: false, ..declared.clone() };
        compile(made, &declared, Wanted::Text, &at_made, errors);
    }
    let message = item.str("message");
    let at_message = at.child("message");
    if !message.is_empty() && message.trim().is_empty() {
        errors.invalid(&at_message, message, "must be non-empty if specified");
    } else if message.trim().contains(['\n', '\r']) {
        errors.invalid(&at_message, message, "must not contain line breaks");
    }
    choices::optional(item, "reason", &REASONS, at, errors);
}

fn audit_annotation(item: &Value, policy: &str, declared: &Declared, at: &Path<'_>, errors: &mut Errors) {
    let key = item.str("key");
    if policy.is_empty() {
        errors.invalid(&at.child("key"), key, "requires metadata.name be non-empty");
    } else {
        let qualified = format!("{policy}/{key}");
        errors.each_invalid(&at.child("key"), &qualified, names::label_key(&qualified));
    }
    let at = at.child("valueExpression");
    let written = item.str("valueExpression");
    let expression = written.trim();
    if expression.is_empty() {
        errors.required(&at, "valueExpression is not specified");
    } else if expression.len() > ANNOTATION_LENGTH {
        errors.required(&at, format!("must not exceed {ANNOTATION_LENGTH} bytes in length"));
    } else if let Err(wrong) = expressions::compile(expression, declared, Wanted::TextOrNull) {
        errors.invalid(&at, written, wrong);
    }
}

fn mutation(item: &Value, declared: &Declared, at: &Path<'_>, errors: &mut Errors) {
    let patch_type = item.str("patchType");
    let (field, other, wanted) = match patch_type {
        "" => return errors.required(&at.child("patchType"), ""),
        "JSONPatch" => ("jsonPatch", "applyConfiguration", Wanted::Patches),
        "ApplyConfiguration" => ("applyConfiguration", "jsonPatch", Wanted::Object),
        _ => return errors.not_supported(&at.child("patchType"), patch_type, &PATCH_TYPES),
    };
    let at_patch = at.child(field);
    match item.opt(field).map(|patch| patch.str("expression").trim()) {
        None => errors.required(&at_patch, format!("must be specified when patchType is {patch_type}")),
        Some("") => errors.required(&at_patch.child("expression"), ""),
        Some(expression) => {
            compile(expression, declared, wanted, &at_patch.child("expression"), errors);
        }
    }
    if item.has(other) {
        let detail = format!("must not be specified when patchType is {patch_type}");
        errors.invalid(&at.child(other), format!("{{{other}}}").as_str(), detail);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    const RULES: &str = "{resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}";

    #[test]
    fn validating_policies_are_held_to_their_rules() {
        let rows = [
            ("validations: [{expression: 'object.a < 3'}]", &[][..]),
            (
                "variables: []",
                &["spec.validations FieldValueRequired", "spec.auditAnnotations FieldValueRequired"],
            ),
            (
                "validations: [{expression: params.x}], paramKind: {apiVersion: a/b/c, kind: X_}",
                &[
                    "spec.paramKind.apiVersion FieldValueInvalid",
                    "spec.paramKind.kind FieldValueInvalid",
                    "spec.validations[0].expression FieldValueInvalid",
                ],
            ),
            (
                "variables: [{name: count, expression: '1'}], validations: [{expression: 'variables.count > 1', message: \"a\\nb\"}]",
                &["spec.validations[0].message FieldValueInvalid"],
            ),
            (
                "auditAnnotations: [{key: k, valueExpression: '5'}, {key: k, valueExpression: \"'v'\"}]",
                &[
                    "spec.auditAnnotations[0].valueExpression FieldValueInvalid",
                    "spec.auditAnnotations[1].key FieldValueDuplicate",
                ],
            ),
        ];
        for (spec, wanted) in rows {
            let text = format!("spec: {{matchConstraints: {RULES}, {spec}}}");
            assert_eq!(
                refused("admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy", &text),
                wanted,
                "{spec}"
            );
        }
    }

    #[test]
    fn mutating_policies_change_what_is_made() {
        let check = |rules: &str, mutation: &str| {
            let text = format!(
                "spec: {{matchConstraints: {rules}, reinvocationPolicy: Never, mutations: [{mutation}]}}"
            );
            refused("admissionregistration.k8s.io/v1/MutatingAdmissionPolicy", &text)
        };
        let patch = "{patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{}'}}";
        assert_eq!(check(RULES, patch), [""; 0]);
        assert_eq!(
            check(&RULES.replace("CREATE", "DELETE"), patch),
            ["spec.matchConstraints.resourceRules.operations FieldValueNotSupported",]
        );
        assert_eq!(
            check(RULES, &patch.replace("patchType: ApplyConfiguration", "patchType: JSONPatch")),
            [
                "spec.mutations[0].jsonPatch FieldValueRequired",
                "spec.mutations[0].applyConfiguration FieldValueInvalid",
            ]
        );
    }
}
