//! `ServiceAccount`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const SERVICE_ACCOUNT: Strategy = Strategy {
    prepare_create: keep_names,
    prepare_update: |new, _| keep_names(new),
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, errors);
    },
    warnings,
    ..Strategy::plain("", "v1", "ServiceAccount")
};

const MOUNTABLE_ONLY: &str = "kubernetes.io/enforce-mountable-secrets";

fn validate(account: &Value, errors: &mut Errors) {
    metadata::create(account, Scope::Namespaced, names::subdomain_name, errors);
}

/// References to secrets are names.
fn keep_names(account: &mut Value) {
    for secret in account.items_mut("secrets") {
        if let Value::Map(fields) = secret {
            fields.retain(|field| field.key == "name");
        }
    }
}

fn warnings(account: &Value) -> Vec<String> {
    if !account.at("metadata").at("annotations").has(MOUNTABLE_ONLY) {
        return Vec::new();
    }
    vec![format!(
        "metadata.annotations[{MOUNTABLE_ONLY}]: deprecated in v1.32+; \
         prefer separate namespaces to isolate access to mounted secrets"
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn references_to_secrets_are_names() {
        let mut account = value("{secrets: [{name: a, namespace: b}]}");
        (SERVICE_ACCOUNT.prepare_create)(&mut account);
        assert_eq!(account, value("{secrets: [{name: a}]}"));
    }
}
