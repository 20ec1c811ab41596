//! `ClusterTrustBundle` (`kubernetes` 1.36,
//! `pkg/apis/certificates/validation/validation.go`). Of a certificate only the
//! frame and the mark of an authority are looked at.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request::{BIT_STRING, SEQUENCE, element};
use super::signer_name;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names::{self, Messages};
use crate::value::Value;

pub(super) const TRUST_BUNDLE: Strategy = Strategy {
    validate: |bundle, errors| validate(bundle, None, errors),
    validate_update: |new, old, errors| {
        validate(new, Some(old), errors);
        metadata::update(new, old, errors);
        let (new, old) = (new.at("spec").at("signerName"), old.at("spec").at("signerName"));
        metadata::immutable(new, old, &Path::new("spec").child("signerName"), errors);
    },
    ..Strategy::plain("certificates.k8s.io", "v1beta1", "ClusterTrustBundle")
};

const BYTES_MAX: usize = 1024 * 1024;
/// What is said in place of the text.
const OMITTED: &str = "<value omitted>";
/// The number of the extension that says whether a certificate is an authority's.
const BASIC_CONSTRAINTS: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x13];
const TRUE: [u8; 3] = [0x01, 0x01, 0xff];
const OCTETS: u8 = 0x04;

fn validate(bundle: &Value, old: Option<&Value>, errors: &mut Errors) {
    let at = Path::new("spec");
    let spec = bundle.at("spec");
    let signer = spec.str("signerName");
    metadata::create(bundle, Scope::Cluster, |_, _| Messages::new(), errors);
    let (name, meta) = (bundle.at("metadata").str("name"), Path::new("metadata"));
    errors.each_invalid(&meta.child("name"), name, name_for(signer, name));
    if !signer.is_empty() {
        signer_name(signer, &at.child("signerName"), errors);
    }
    let text = spec.at("trustBundle");
    if old.is_none_or(|old| old.at("spec").at("trustBundle") != text) {
        anchors(text.as_str(), &at.child("trustBundle"), errors);
    }
}

fn name_for(signer: &str, name: &str) -> Messages {
    if name.is_empty() {
        return Messages::new();
    }
    if signer.is_empty() {
        if name.contains(':') {
            return vec!["ClusterTrustBundle without signer name must not have \":\" in its name".into()];
        }
        return names::subdomain_name(name, false);
    }
    let prefix = format!("{}:", signer.replace('/', ":"));
    match name.strip_prefix(&prefix) {
        Some(rest) => names::subdomain_name(rest, false),
        None => {
            vec![
                format!("ClusterTrustBundle for signerName {signer} must be named with prefix {prefix}")
                    .into(),
            ]
        }
    }
}

fn anchors(text: &str, at: &Path<'_>, errors: &mut Errors) {
    if text.len() > BYTES_MAX {
        return errors.too_long(at, BYTES_MAX);
    }
    let before = errors.len();
    let mut seen: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for (index, block) in blocks(text).into_iter().enumerate() {
        match block.problem() {
            Some(wrong) => errors.invalid(at, OMITTED, format!("entry {index} {wrong}")),
            None => seen.entry(block.bytes).or_default().push(index),
        }
    }
    if errors.len() > before {
        return;
    }
    if seen.is_empty() {
        errors.invalid(at, OMITTED, "at least one trust anchor must be provided");
    }
    for indices in seen.values().filter(|it| it.len() > 1) {
        let indices: Vec<_> = indices.iter().map(usize::to_string).collect();
        errors.invalid(at, OMITTED, format!("duplicate trust anchor (indices [{}])", indices.join(" ")));
    }
}

/// A block of PEM.
struct Block {
    kind: String,
    has_headers: bool,
    bytes: Vec<u8>,
}

impl Block {
    fn problem(&self) -> Option<String> {
        match () {
            () if self.kind != "CERTIFICATE" => Some(format!("has bad block type: {}", self.kind)),
            () if self.has_headers => Some("has PEM block headers".to_owned()),
            () if !is_certificate(&self.bytes) => Some("does not parse as X.509".to_owned()),
            () if !is_of_authority(&self.bytes) => Some("does not have the CA bit set".to_owned()),
            () => None,
        }
    }
}

/// The blocks of a text; what is none is passed over.
fn blocks(text: &str) -> Vec<Block> {
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("-----BEGIN ") {
        rest = &rest[start + "-----BEGIN ".len()..];
        let Some((kind, behind)) = rest.split_once("-----") else { break };
        let Some((body, after)) = behind.split_once(&format!("-----END {kind}-----")) else { continue };
        let (has_headers, body) = match body.split_once("\n\n").filter(|(head, _)| head.contains(':')) {
            Some((_, body)) => (true, body),
            None => (false, body),
        };
        let letters: String = body.split_ascii_whitespace().collect();
        if let Ok(bytes) = STANDARD.decode(letters) {
            all.push(Block { kind: kind.to_owned(), has_headers, bytes });
            rest = after;
        }
    }
    all
}

fn is_certificate(bytes: &[u8]) -> bool {
    let content = element(bytes, SEQUENCE).filter(|(_, rest)| rest.is_empty()).map(|(content, _)| content);
    let parts = content
        .and_then(|it| element(it, SEQUENCE))
        .and_then(|(_, rest)| element(rest, SEQUENCE))
        .and_then(|(_, rest)| element(rest, BIT_STRING));
    parts.is_some_and(|(_, rest)| rest.is_empty())
}

fn is_of_authority(bytes: &[u8]) -> bool {
    let length = BASIC_CONSTRAINTS.len();
    let Some(at) = bytes.windows(length).position(|it| it == BASIC_CONSTRAINTS) else { return false };
    let value = &bytes[at + length..];
    let value = value.strip_prefix(&TRUE).unwrap_or(value);
    let stated = element(value, OCTETS).and_then(|(held, _)| element(held, SEQUENCE));
    stated.is_some_and(|(held, _)| held.starts_with(&TRUE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(name: &str, spec: &str) -> Vec<String> {
        let mut errors = Errors::new();
        let bundle = value(&format!("{{metadata: {{name: '{name}'}}, spec: {spec}}}"));
        (TRUST_BUNDLE.validate)(&bundle, &mut errors);
        fields(&errors)
    }

    fn pem(bytes: &[u8]) -> String {
        format!("-----BEGIN CERTIFICATE-----\\n{}\\n-----END CERTIFICATE-----\\n", STANDARD.encode(bytes))
    }

    #[test]
    fn anchors_are_certificates_of_authorities_each_once() {
        let extension = [&BASIC_CONSTRAINTS[..], &[0x04, 5, 0x30, 3], &TRUE].concat();
        let anchor = |extension: &[u8]| {
            let tbs = [&[0x30, extension.len() as u8], extension].concat();
            let held = [&tbs[..], &[0x30, 0, 0x03, 0]].concat();
            pem(&[&[0x30, held.len() as u8], &held[..]].concat())
        };
        let good = anchor(&extension);
        let told = |text: &str| refused("a", &format!("{{trustBundle: \"{text}\"}}")).len();
        assert_eq!(told(&good), 0);
        for wrong in [
            "",
            &format!("{good}{good}"),
            &anchor(&[]),
            &pem(&[0x30, 0]),
            &good.replace("CERTIFICATE", "KEY"),
        ] {
            assert_eq!(told(wrong), 1, "{wrong}");
        }
    }

    #[test]
    fn a_bundle_is_named_after_its_signer() {
        let named = |name: &str, signer: &str| {
            let refused = refused(name, &format!("{{signerName: '{signer}', trustBundle: x}}"));
            refused.iter().any(|it| it.starts_with("metadata.name"))
        };
        assert!(!named("example.com:signer:a", "example.com/signer") && named("a", "example.com/signer"));
        assert!(!named("a", "") && named("a:b", ""));
    }
}
