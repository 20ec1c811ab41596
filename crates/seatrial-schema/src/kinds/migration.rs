//! `StorageVersionMigration` (`kubernetes` 1.36,
//! `pkg/apis/storagemigration/validation/validation.go`).

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names::{self, Messages};
use crate::value::{By, Value};

const MIGRATION: Strategy = Strategy {
    prepare_create: |object| drop(object.remove("status")),
    prepare_update: |new, old| new.set("status", old.at("status").clone(), By::Server),
    validate,
    validate_update: |new, old, errors| {
        validate(new, errors);
        metadata::update(new, old, errors);
        metadata::immutable(new.at("spec"), old.at("spec"), &Path::new("spec"), errors);
    },
    ..Strategy::plain("storagemigration.k8s.io", "v1beta1", "StorageVersionMigration")
};

/// What the server does with it; `v1` came with 1.37.
pub(crate) const KINDS: &[Strategy] = &[MIGRATION, Strategy { version: "v1", ..MIGRATION }];

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Cluster, names::subdomain_name, errors);
    let spec = Path::new("spec");
    let at = spec.child("resource");
    let named = object.at("spec").at("resource");
    match named.str("resource") {
        "" => errors.required(&at.child("resource"), "resource is required to be set"),
        resource => refuse(&at.child("resource"), resource, &names::dns1035_label(resource), errors),
    }
    let group = named.str("group");
    if !group.is_empty() {
        refuse(&at.child("group"), group, &names::dns1123_subdomain(group), errors);
    }
}

/// Several reasons come as one.
fn refuse(at: &Path<'_>, value: &str, wrong: &Messages, errors: &mut Errors) {
    if !wrong.is_empty() {
        let detail = wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        errors.invalid(at, value, detail);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, refused};

    const KIND: &str = "storagemigration.k8s.io/v1beta1/StorageVersionMigration";

    fn of(resource: &str) -> String {
        format!("{{metadata: {{name: secrets}}, spec: {{resource: {resource}}}}}")
    }

    #[test]
    fn a_migration_names_a_resource_and_stays_as_it_is() {
        assert_eq!(refused(KIND, &of("{group: apps, resource: deployments}")), [""; 0]);
        assert_eq!(refused(KIND, &of("{resource: secrets}")), [""; 0]);
        assert_eq!(refused(KIND, &of("{group: apps}")).len(), 1);
        assert_eq!(refused(KIND, &of("{group: A_B, resource: A/b}")).len(), 2);
        assert_eq!(change_refused(KIND, &of("{resource: secrets}"), &of("{resource: pods}")).len(), 1);
    }
}
