//! `PodCertificateRequest` (`kubernetes` 1.36,
//! `pkg/apis/certificates/validation/validation.go`). Keys and their signatures
//! are not looked at.

use super::signer_name;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names::{self, Messages};
use crate::value::{By, Value};

pub(super) const POD_REQUEST: Strategy = Strategy {
    default: |request| {
        let spec = request.struct_mut("spec");
        if !spec.has("maxExpirationSeconds") {
            spec.set("maxExpirationSeconds", OWN_SECONDS_MOST, By::Server);
        }
    },
    prepare_create: |request| drop(request.remove("status")),
    prepare_update: |new, old| new.set("status", old.at("status").clone(), By::Server),
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        metadata::immutable(new.at("spec"), old.at("spec"), &Path::new("spec"), errors);
    },
    ..Strategy::plain("certificates.k8s.io", "v1beta1", "PodCertificateRequest")
};

const UID_LENGTH: usize = 128;
const SECONDS_LEAST: i64 = 60 * 60;
const SECONDS_MOST: i64 = 91 * 24 * 60 * 60;
/// For signers of Kubernetes' own.
const OWN_SECONDS_MOST: i64 = 24 * 60 * 60;
/// Of the base64 of ten kilobytes.
const KEY_LENGTH: usize = 10 * 1024;

/// The names and numbers of what a request is for.
const PARTIES: [(&str, &str); 3] =
    [("podName", "podUID"), ("serviceAccountName", "serviceAccountUID"), ("nodeName", "nodeUID")];

fn validate(request: &Value, errors: &mut Errors) {
    metadata::create(request, Scope::Namespaced, names::subdomain_name, errors);
    let (spec, at) = (request.at("spec"), Path::new("spec"));
    let signer = spec.str("signerName");
    signer_name(signer, &at.child("signerName"), errors);
    for entry in spec.entries("unverifiedUserAnnotations") {
        let wrong = prefixed_key(&entry.key.to_lowercase());
        errors.each_invalid(&at.child("unverifiedUserAnnotations"), &entry.key, wrong);
    }
    for (name, uid) in PARTIES {
        errors.each_invalid(&at.child(name), spec.str(name), names::subdomain_name(spec.str(name), false));
        match spec.str(uid).len() {
            0 => errors.invalid(&at.child(uid), "", "must not be empty"),
            UID_LENGTH.. if spec.str(uid).len() > UID_LENGTH => errors.too_long(&at.child(uid), UID_LENGTH),
            _ => {}
        }
    }
    if expiration(spec, signer, &at.child("maxExpirationSeconds"), errors) {
        key(spec, &at, errors);
    }
}

fn prefixed_key(key: &str) -> Messages {
    match key.split_once('/') {
        Some((domain, path)) if !path.is_empty() => names::dns1123_subdomain(domain),
        _ => vec!["must be a domain-prefixed path (such as \"acme.io/foo\")".into()],
    }
}

/// Whether it is stated at all.
fn expiration(spec: &Value, signer: &str, at: &Path<'_>, errors: &mut Errors) -> bool {
    let Some(seconds) = spec.opt("maxExpirationSeconds").and_then(Value::as_int) else {
        errors.required(at, "must be set");
        return false;
    };
    let host = signer.split('/').next().unwrap_or_default();
    let is_own = host == "kubernetes.io" || host.ends_with(".kubernetes.io");
    let most = if is_own { OWN_SECONDS_MOST } else { SECONDS_MOST };
    if !(SECONDS_LEAST..=most).contains(&seconds) {
        errors.invalid(at, seconds, format!("must be in the range [{SECONDS_LEAST}, {most}]"));
    }
    true
}

fn key(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let has = |field: &str| !spec.str(field).is_empty();
    let fields: &[&str] = match (has("stubPKCS10Request"), has("pkixPublicKey"), has("proofOfPossession")) {
        (true, false, false) => &["stubPKCS10Request"],
        (false, true, true) => &["pkixPublicKey", "proofOfPossession"],
        _ => {
            let detail =
                "exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set";
            return errors.invalid(at, Value::Null, detail);
        }
    };
    // Three bytes are four letters.
    let is_long = |field: &&&str| spec.str(field).len() / 4 * 3 > KEY_LENGTH + 2;
    if let Some(field) = fields.iter().find(is_long) {
        errors.too_long(&at.child(field), KEY_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn a_request_names_its_pod_and_one_kind_of_key() {
        let kind = "certificates.k8s.io/v1beta1/PodCertificateRequest";
        let whole = "spec: {signerName: a.b/c, podName: a, podUID: a, serviceAccountName: a, \
                     serviceAccountUID: a, nodeName: a, nodeUID: a, stubPKCS10Request: aaaa, ";
        assert_eq!(refused(kind, &format!("{whole} maxExpirationSeconds: 86401}}")), [""; 0]);
        let wrong = refused(kind, &format!("{whole} pkixPublicKey: aaaa, maxExpirationSeconds: 1}}"));
        assert_eq!(wrong, ["spec.maxExpirationSeconds FieldValueInvalid", "spec FieldValueInvalid"]);
        let own = whole.replace("a.b/c", "kubernetes.io/c").replace("podUID: a", "podUID: ''");
        assert_eq!(
            refused(kind, &format!("{own} maxExpirationSeconds: 86401}}")),
            ["spec.podUID FieldValueInvalid", "spec.maxExpirationSeconds FieldValueInvalid"]
        );
    }
}
