//! `CertificateSigningRequest` (`kubernetes` 1.36,
//! `pkg/apis/certificates/validation/validation.go`, `pkg/registry/certificates`).
//! Whether the signature of a request is its key's own is not checked.

mod pod_request;
mod request;
mod trust_bundle;

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names::{self, Messages};
use crate::value::{By, Value};

/// What the server does with requests for certificates.
pub(crate) const KINDS: &[Strategy] = &[
    REQUEST,
    BETA_REQUEST,
    trust_bundle::TRUST_BUNDLE,
    Strategy { version: "v1", ..trust_bundle::TRUST_BUNDLE },
    Strategy { version: "v1alpha1", ..trust_bundle::TRUST_BUNDLE },
    pod_request::POD_REQUEST,
    Strategy { version: "v1", ..pod_request::POD_REQUEST },
];

/// Served until 1.21, it took what `v1` does not.
const BETA_REQUEST: Strategy = Strategy {
    version: "v1beta1",
    default: |request| {
        let spec = request.struct_mut("spec");
        spec.set_default("usages", vec!["digital signature".into(), "key encipherment".into()]);
        spec.set_default("signerName", LEGACY_SIGNER);
    },
    validate: |request, errors| validate(request, Leniency::OF_BETA, errors),
    validate_update: |new, old, errors| {
        validate(new, Leniency::OF_BETA, errors);
        metadata::update(new, old, errors);
    },
    ..REQUEST
};

const REQUEST: Strategy = Strategy {
    prepare_create,
    prepare_update: |new, old| {
        for field in ["spec", "status"] {
            new.set(field, old.at(field).clone(), By::Server);
        }
    },
    validate: |request, errors| validate(request, Leniency::default(), errors),
    validate_update: |new, old, errors| {
        validate(new, Leniency::of_stored(old.at("spec")), errors);
        metadata::update(new, old, errors);
    },
    ..Strategy::plain("certificates.k8s.io", "v1", "CertificateSigningRequest")
};

const LEGACY_SIGNER: &str = "kubernetes.io/legacy-unknown";
const SECONDS_LEAST: i64 = 600;
const USAGES: [&str; 23] = [
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

/// What an update may keep although a new request could not have it.
#[derive(Clone, Copy, Default)]
struct Leniency {
    legacy_signer: bool,
    unknown_usages: bool,
    repeated_usages: bool,
}

impl Leniency {
    const OF_BETA: Self = Self { legacy_signer: true, unknown_usages: true, repeated_usages: true };

    fn of_stored(spec: &Value) -> Self {
        let usages: Vec<_> = spec.items("usages").iter().map(Value::as_str).collect();
        Self {
            legacy_signer: spec.str("signerName") == LEGACY_SIGNER,
            unknown_usages: usages.iter().any(|usage| !USAGES.contains(usage)),
            repeated_usages: usages.iter().collect::<BTreeSet<_>>().len() != usages.len(),
        }
    }
}

/// The server notes who asks. That is not known here; an administrator stands in.
fn prepare_create(request: &mut Value) {
    request.remove("status");
    let spec = request.struct_mut("spec");
    spec.remove("extra");
    spec.set("username", "admin", By::Server);
    spec.set("uid", "1", By::Server);
    spec.set("groups", vec!["system:masters".into(), "system:authenticated".into()], By::Server);
}

fn validate(request: &Value, leniency: Leniency, errors: &mut Errors) {
    metadata::create(request, Scope::Cluster, |_, _| Messages::new(), errors);
    let at = Path::new("spec");
    let spec = request.at("spec");
    if let Err(wrong) = request::check(spec.str("request")) {
        errors.invalid(&at.child("request"), spec.at("request").clone(), wrong);
    }
    usages(spec, leniency, &at.child("usages"), errors);
    let signer = spec.str("signerName");
    if signer == LEGACY_SIGNER && !leniency.legacy_signer {
        let detail = "the legacy signerName is not allowed via this API version";
        errors.invalid(&at.child("signerName"), signer, detail);
    } else {
        signer_name(signer, &at.child("signerName"), errors);
    }
    let seconds = spec.opt("expirationSeconds").and_then(Value::as_int);
    if let Some(seconds) = seconds.filter(|seconds| *seconds < SECONDS_LEAST) {
        let detail = "may not specify a duration less than 600 seconds (10 minutes)";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
}

fn usages(spec: &Value, leniency: Leniency, at: &Path<'_>, errors: &mut Errors) {
    let usages = spec.items("usages");
    if usages.is_empty() {
        errors.required(at, "");
    }
    for (index, usage) in usages.iter().enumerate() {
        if !leniency.unknown_usages && !USAGES.contains(&usage.as_str()) {
            errors.not_supported(&at.index(index), usage.clone(), &USAGES);
        }
    }
    let mut seen = BTreeSet::new();
    for (index, usage) in usages.iter().enumerate() {
        if !seen.insert(usage.as_str()) && !leniency.repeated_usages {
            errors.duplicate(&at.index(index), usage.clone());
        }
    }
}

/// The name of a signer, `example.com/signer` (`pkg/apis/core/validation/names.go`).
pub(crate) fn signer_name(signer: &str, at: &Path<'_>, errors: &mut Errors) {
    if signer.is_empty() {
        return errors.required(at, "");
    }
    let Some((domain, path)) = signer.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        let detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
        return errors.invalid(at, signer, detail);
    };
    if domain.len() > names::SUBDOMAIN_LENGTH {
        errors.too_long(at, names::SUBDOMAIN_LENGTH);
    }
    first_wrong_label(domain, names::dns1123_label, at, errors);
    if !domain.contains('.') {
        let detail = "should be a domain with at least two segments separated by dots";
        errors.invalid(at, domain, detail);
    }
    first_wrong_label(path, names::dns1123_subdomain, at, errors);
    let most = 2 * names::SUBDOMAIN_LENGTH + names::LABEL_LENGTH + 2;
    if signer.len() > most {
        errors.too_long(at, most);
    }
}

fn first_wrong_label(text: &str, rule: fn(&str) -> Messages, at: &Path<'_>, errors: &mut Errors) {
    let wrong = text.split('.').map(|label| (label, rule(label))).find(|(_, wrong)| !wrong.is_empty());
    for (label, message) in wrong.iter().flat_map(|(label, all)| all.iter().map(move |it| (label, it))) {
        errors.invalid(at, text, format!("validating label {label:?}: {message}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn requests_are_held_to_their_rules() {
        let kind = "certificates.k8s.io/v1/CertificateSigningRequest";
        assert_eq!(
            refused(kind, "spec: {signerName: a, usages: [signing, X, X], expirationSeconds: 1}"),
            [
                "spec.request FieldValueInvalid",
                "spec.usages[1] FieldValueNotSupported",
                "spec.usages[2] FieldValueNotSupported",
                "spec.usages[2] FieldValueDuplicate",
                "spec.signerName FieldValueInvalid",
                "spec.expirationSeconds FieldValueInvalid",
            ]
        );
    }
}
