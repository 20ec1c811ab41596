//! `ValidatingWebhookConfiguration` and `MutatingWebhookConfiguration`
//! (`kubernetes` 1.36, `pkg/apis/admissionregistration/validation/validation.go`,
//! `pkg/apis/admissionregistration/v1/defaults.go`).

use std::collections::BTreeSet;

use super::matching::{self, FAILURE_POLICIES, MATCH_POLICIES, REINVOCATIONS};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{choices, names, selectors, urls};
use crate::value::Value;

const SIDE_EFFECTS: [&str; 4] = ["None", "NoneOnDryRun", "Some", "Unknown"];
const NO_SIDE_EFFECTS: [&str; 2] = ["None", "NoneOnDryRun"];
const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];

pub(super) const VALIDATING: Strategy =
    Strategy { default, ..configuration("ValidatingWebhookConfiguration") };

pub(super) const MUTATING: Strategy = Strategy {
    default: |configuration| {
        default(configuration);
        for hook in configuration.items_mut("webhooks") {
            hook.set_default("reinvocationPolicy", "Never");
        }
    },
    ..configuration("MutatingWebhookConfiguration")
};

/// `v1beta1`, served until 1.21, left more open and took any side effects.
pub(super) const BETA_VALIDATING: Strategy = beta(Strategy {
    default: |configuration| {
        default_beta(configuration);
        (VALIDATING.default)(configuration);
    },
    ..VALIDATING
});

pub(super) const BETA_MUTATING: Strategy = beta(Strategy {
    default: |configuration| {
        default_beta(configuration);
        (MUTATING.default)(configuration);
    },
    ..MUTATING
});

const fn beta(kind: Strategy) -> Strategy {
    Strategy {
        version: "v1beta1",
        validate: |configuration, errors| validate(configuration, Leniency::OF_BETA, errors),
        validate_update: |new, old, errors| {
            metadata::generic_update(new, old, errors);
            validate(new, Leniency { conditions: true, selectors: true, ..Leniency::OF_BETA }, errors);
        },
        ..kind
    }
}

fn default_beta(configuration: &mut Value) {
    for hook in configuration.items_mut("webhooks") {
        for (field, word) in
            [("failurePolicy", "Ignore"), ("matchPolicy", "Exact"), ("sideEffects", "Unknown")]
        {
            hook.set_default(field, word);
        }
        hook.set_default("timeoutSeconds", 30);
        hook.set_default("admissionReviewVersions", vec!["v1beta1".into()]);
    }
}

const fn configuration(kind: &'static str) -> Strategy {
    Strategy {
        prepare_create: super::first_generation,
        prepare_update: |new, old| super::next_generation(new, old, "webhooks"),
        validate: |configuration, errors| validate(configuration, Leniency::default(), errors),
        validate_update: |new, old, errors| {
            metadata::generic_update(new, old, errors);
            validate(new, Leniency::of_update(new, old), errors);
        },
        warnings: super::name_warnings,
        ..Strategy::plain(super::GROUP, "v1", kind)
    }
}

/// What an update may keep although a new configuration could not have it.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one rule that is not applied")]
struct Leniency {
    conditions: bool,
    side_effects: bool,
    review_versions: bool,
    names: bool,
    selectors: bool,
}

impl Leniency {
    const OF_BETA: Self =
        Self { conditions: false, side_effects: true, review_versions: false, names: true, selectors: false };

    fn of_update(new: &Value, old: &Value) -> Self {
        let (new, old) = (new.items("webhooks"), old.items("webhooks"));
        let versions = |hook: &Value| -> Vec<_> {
            hook.items("admissionReviewVersions").iter().map(|it| it.as_str().to_owned()).collect()
        };
        let is_unknown = |hook: &Value| {
            let versions = versions(hook);
            !versions.is_empty() && !versions.iter().any(|it| REVIEW_VERSIONS.contains(&it.as_str()))
        };
        let unique: BTreeSet<_> = old.iter().map(|hook| hook.str("name")).collect();
        let conditions = |hook: &Value| hook.at("matchConditions").clone();
        Self {
            conditions: new.len() == old.len()
                && new.iter().zip(old).all(|(new, old)| conditions(new) == conditions(old)),
            side_effects: old.iter().any(|hook| !NO_SIDE_EFFECTS.contains(&hook.str("sideEffects"))),
            review_versions: old.iter().any(is_unknown),
            names: unique.len() != old.len(),
            selectors: old.iter().any(has_bad_selector),
        }
    }
}

fn has_bad_selector(hook: &Value) -> bool {
    let mut errors = Errors::new();
    for field in ["namespaceSelector", "objectSelector"] {
        selectors::label_selector(hook.at(field), false, &Path::ROOT, &mut errors);
    }
    !errors.is_empty()
}

fn default(configuration: &mut Value) {
    for hook in configuration.items_mut("webhooks") {
        hook.set_default("failurePolicy", "Fail");
        matching::default_matching(hook);
        hook.set_default("timeoutSeconds", 10);
        matching::default_rules(hook, "rules");
        default_service(hook, "clientConfig");
    }
}

/// The port of the Service that a client configuration in `field` names.
pub(super) fn default_service(holder: &mut Value, field: &str) {
    if let Some(service) = holder.at_mut(field).and_then(|client| client.at_mut("service")) {
        service.set_default("port", 443);
    }
}

fn validate(configuration: &Value, leniency: Leniency, errors: &mut Errors) {
    metadata::generic_create(configuration, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("webhooks");
    let mut seen = BTreeSet::new();
    for (index, hook) in configuration.items("webhooks").iter().enumerate() {
        let at = at.index(index);
        webhook(hook, leniency, &at, errors);
        review_versions(hook, leniency, &at.child("admissionReviewVersions"), errors);
        let name = hook.str("name");
        if !leniency.names && !name.is_empty() && !seen.insert(name) {
            errors.duplicate(&at.child("name"), name);
        }
    }
}

fn webhook(hook: &Value, leniency: Leniency, at: &Path<'_>, errors: &mut Errors) {
    qualified_name(hook.str("name"), &at.child("name"), errors);
    let at_rules = at.child("rules");
    for (index, rule) in hook.items("rules").iter().enumerate() {
        matching::rule_with_operations(rule, &at_rules.index(index), errors);
    }
    choices::optional(hook, "failurePolicy", &FAILURE_POLICIES, at, errors);
    choices::optional(hook, "matchPolicy", &MATCH_POLICIES, at, errors);
    let allowed = if leniency.side_effects { &SIDE_EFFECTS[..] } else { &NO_SIDE_EFFECTS[..] };
    if hook.has("sideEffects") {
        choices::optional(hook, "sideEffects", allowed, at, errors);
    } else {
        errors.required(&at.child("sideEffects"), format!("must specify one of {}", allowed.join(", ")));
    }
    let timeout = hook.opt("timeoutSeconds").and_then(Value::as_int);
    if let Some(timeout) = timeout.filter(|timeout| !(1..=30).contains(timeout)) {
        let detail = "the timeout value must be between 1 and 30 seconds";
        errors.invalid(&at.child("timeoutSeconds"), timeout, detail);
    }
    for field in ["namespaceSelector", "objectSelector"] {
        selectors::label_selector(hook.at(field), leniency.selectors, &at.child(field), errors);
    }
    choices::optional(hook, "reinvocationPolicy", &REINVOCATIONS, at, errors);
    client(hook.at("clientConfig"), &at.child("clientConfig"), errors);
    if !leniency.conditions {
        matching::conditions(hook, false, at, errors);
    }
}

/// Where a webhook is reached: at a URL or at a Service.
pub(super) fn client(client: &Value, at: &Path<'_>, errors: &mut Errors) {
    match (client.opt("url"), client.opt("service")) {
        (Some(url), None) => urls::webhook_url(url.as_str(), &at.child("url"), errors),
        (None, Some(service)) => urls::webhook_service(service, &at.child("service"), errors),
        _ => errors.required(at, "exactly one of url or service is required"),
    }
}

fn qualified_name(name: &str, at: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        return errors.required(at, "");
    }
    let wrong = names::dns1123_subdomain(name);
    if !wrong.is_empty() {
        errors.invalid(at, name, wrong.join(","));
    } else if name.split('.').count() < 3 {
        errors.invalid(at, name, "should be a domain with at least three segments separated by dots");
    }
}

fn review_versions(hook: &Value, leniency: Leniency, at: &Path<'_>, errors: &mut Errors) {
    let versions = hook.items("admissionReviewVersions");
    if versions.is_empty() {
        return errors.required(at, format!("must specify one of {}", REVIEW_VERSIONS.join(", ")));
    }
    let mut seen = BTreeSet::new();
    for (index, version) in versions.iter().map(Value::as_str).enumerate() {
        if seen.insert(version) {
            errors.each_invalid(&at.index(index), version, names::dns1035_label(version));
        } else {
            errors.invalid(&at.index(index), version, "duplicate version");
        }
    }
    if !leniency.review_versions && !REVIEW_VERSIONS.iter().any(|version| seen.contains(version)) {
        let detail = format!("must include at least one of {}", REVIEW_VERSIONS.join(", "));
        errors.invalid(at, hook.at("admissionReviewVersions").clone(), detail);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, refused};

    const HOOK: &str = "{name: a.example.com, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {url: 'https://a'}}";

    fn check(hook: &str) -> Vec<String> {
        let text = format!("webhooks: [{hook}]");
        refused("admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration", &text)
    }

    #[test]
    fn webhooks_are_held_to_their_rules() {
        let rows = [
            ("None", "None", &[][..]),
            ("a.example.com", "a", &["webhooks[0].name FieldValueInvalid"]),
            ("None", "Some", &["webhooks[0].sideEffects FieldValueNotSupported"]),
            (
                "[v1]",
                "[v2, v2]",
                &[
                    "webhooks[0].admissionReviewVersions[1] FieldValueInvalid",
                    "webhooks[0].admissionReviewVersions FieldValueInvalid",
                ],
            ),
            ("https", "http", &["webhooks[0].clientConfig.url FieldValueInvalid"]),
            (
                "url: 'https://a'",
                "service: {name: a}",
                &["webhooks[0].clientConfig.service.name FieldValueRequired"],
            ),
            (
                "name:",
                "rules: [{operations: ['*', X], apiGroups: ['']}], name:",
                &[
                    "webhooks[0].rules[0].operations FieldValueInvalid",
                    "webhooks[0].rules[0].operations[1] FieldValueNotSupported",
                    "webhooks[0].rules[0].apiVersions FieldValueRequired",
                    "webhooks[0].rules[0].resources FieldValueRequired",
                ],
            ),
            (
                "name:",
                "matchConditions: [{name: a, expression: '1 + 1'}], name:",
                &["webhooks[0].matchConditions[0].expression FieldValueInvalid"],
            ),
        ];
        for (from, to, wanted) in rows {
            assert_eq!(check(&HOOK.replacen(from, to, 1)), wanted, "{to}");
        }
    }

    #[test]
    fn what_is_stored_may_stay() {
        let kind = "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration";
        let before = format!("webhooks: [{}]", HOOK.replace("sideEffects: None", "sideEffects: Some"));
        assert!(change_refused(kind, &before, &before).is_empty());
        assert_eq!(refused(kind, &before).len(), 1);
    }
}
