//! `ResourceClaim`, `ResourceClaimTemplate` and `DeviceClass`. Who may ask for
//! administrative access hangs on labels of the namespace, which are not known here.

use super::requests;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, resources};
use crate::value::{By, Value};

pub(super) const CLAIM: Strategy = Strategy {
    default: |claim| requests::default(claim.at_mut("spec")),
    prepare_create: |claim| drop(claim.remove("status")),
    prepare_update: |new, old| new.set("status", old.at("status").clone(), By::Server),
    validate: |claim, errors| {
        metadata::create(claim, Scope::Namespaced, names::subdomain_name, errors);
        requests::validate(claim.at("spec"), &Path::new("spec"), errors);
    },
    validate_update: |new, old, errors| {
        metadata::create(new, Scope::Namespaced, names::subdomain_name, errors);
        metadata::update(new, old, errors);
        metadata::immutable(new.at("spec"), old.at("spec"), &Path::new("spec"), errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "ResourceClaim")
};

pub(super) const TEMPLATE: Strategy = Strategy {
    default: |template| requests::default(template.at_mut("spec").and_then(|it| it.at_mut("spec"))),
    validate: validate_template,
    validate_update: |new, old, errors| {
        validate_template(new, errors);
        keep_template(new, old, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "ResourceClaimTemplate")
};

pub(super) const CLASS: Strategy = Strategy {
    prepare_create: |class| class.struct_mut("metadata").set("generation", 1, By::Server),
    prepare_update: |new, old| {
        if !new.at("spec").semantically_equals(old.at("spec")) {
            let generation = old.at("metadata").int("generation") + 1;
            new.struct_mut("metadata").set("generation", generation, By::Server);
        }
    },
    validate: validate_class,
    validate_update: |new, old, errors| {
        validate_class(new, errors);
        metadata::update(new, old, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "DeviceClass")
};

/// A claim in the first beta.
pub(super) const FLAT_CLAIM: Strategy = Strategy {
    version: "v1beta1",
    default: |claim| requests::default_flat(claim.at_mut("spec")),
    validate: |claim, errors| {
        metadata::create(claim, Scope::Namespaced, names::subdomain_name, errors);
        requests::validate(&requests::nested(claim.at("spec")), &Path::new("spec"), errors);
    },
    ..CLAIM
};

/// A template of claims in the first beta.
pub(super) const FLAT_TEMPLATE: Strategy = Strategy {
    version: "v1beta1",
    default: |template| requests::default_flat(template.at_mut("spec").and_then(|it| it.at_mut("spec"))),
    validate: validate_flat_template,
    validate_update: |new, old, errors| {
        validate_flat_template(new, errors);
        keep_template(new, old, errors);
    },
    ..TEMPLATE
};

fn validate_template(template: &Value, errors: &mut Errors) {
    validate_parts(template, template.at("spec").at("spec"), errors);
}

fn validate_flat_template(template: &Value, errors: &mut Errors) {
    validate_parts(template, &requests::nested(template.at("spec").at("spec")), errors);
}

/// Rules for a template with a claim's spec.
fn validate_parts(template: &Value, claim: &Value, errors: &mut Errors) {
    metadata::create(template, Scope::Namespaced, names::subdomain_name, errors);
    let at = Path::new("spec");
    metadata::of_template(template.at("spec").at("metadata"), &at.child("metadata"), errors);
    requests::validate(claim, &at.child("spec"), errors);
}

fn keep_template(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    metadata::immutable(new.at("spec"), old.at("spec"), &Path::new("spec"), errors);
}

fn validate_class(class: &Value, errors: &mut Errors) {
    metadata::create(class, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = class.at("spec");
    requests::selectors(spec, &at, errors);
    let most = Some(requests::CONFIG_MOST);
    super::each(spec.items("config"), most, &at.child("config"), errors, requests::configuration);
    if let Some(name) = spec.opt("extendedResourceName").filter(|name| !resources::is_extended(name.as_str()))
    {
        let detail = "must be a valid extended resource name";
        errors.invalid(&at.child("extendedResourceName"), name.clone(), detail);
    }
}
