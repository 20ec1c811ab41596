//! `Secret`. No message names a value: upstream's parser prints the letter that
//! makes a text no JSON, ours does not.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits};
use smol_str::SmolStr;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::config::{self, DATA_SIZE};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Entry, Value};

pub(super) const SECRET: Strategy = Strategy {
    default: |secret| {
        secret.default_text("type", "Opaque");
        move_texts(secret);
    },
    prepare_update: |new, old| {
        if new.str("type").is_empty() {
            config::keep(new, old, "type");
        }
    },
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        let kind = |secret: &Value| Value::from(secret.str("type"));
        metadata::immutable(&kind(new), &kind(old), &Path::new("type"), errors);
        config::immutable(new, old, &["data"], errors);
        validate(new, errors);
    },
    warnings,
    ..Strategy::plain("", "v1", "Secret")
};

const REDACTED: &str = "<secret contents redacted>";
const ACCOUNT: &str = "kubernetes.io/service-account.name";

/// `stringData` is written only: the server keeps it under `data`.
fn move_texts(secret: &mut Value) {
    let Some(Value::Map(texts)) = secret.remove("stringData") else { return };
    if texts.is_empty() {
        return;
    }
    let data = secret.struct_mut("data").map_mut();
    for Entry { key, value, .. } in texts.entries() {
        let encoded = SmolStr::from(STANDARD.encode(value.as_str()));
        data.insert(key.clone(), encoded.into(), By::Server);
    }
}

fn validate(secret: &Value, errors: &mut Errors) {
    metadata::create(secret, Scope::Namespaced, names::subdomain_name, errors);
    let at = Path::new("data");
    let mut size = 0;
    for Entry { key, value, .. } in secret.entries("data") {
        errors.each_invalid(&at.key(key), key, names::config_map_key(key));
        size += config::decoded_size(value.as_str());
    }
    if size > DATA_SIZE {
        errors.too_long(&at, DATA_SIZE);
    }
    let has = |key: &str| value_of(secret, key).is_some();
    match secret.str("type") {
        "kubernetes.io/service-account-token" => account(secret, errors),
        "kubernetes.io/dockercfg" => registry(secret, ".dockercfg", errors),
        "kubernetes.io/dockerconfigjson" => registry(secret, ".dockerconfigjson", errors),
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => {
            errors.required(&at.key("username"), "");
            errors.required(&at.key("password"), "");
        }
        "kubernetes.io/ssh-auth" if value_of(secret, "ssh-privatekey").is_none_or(str::is_empty) => {
            errors.required(&at.key("ssh-privatekey"), "");
        }
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"].into_iter().filter(|key| !has(key)) {
                errors.required(&at.key(key), "");
            }
        }
        _ => {}
    }
}

fn value_of<'a>(secret: &'a Value, key: &str) -> Option<&'a str> {
    secret.at("data").as_map()?.value(key).map(Value::as_str)
}

fn account(secret: &Value, errors: &mut Errors) {
    if secret.at("metadata").at("annotations").str(ACCOUNT).is_empty() {
        let metadata = Path::new("metadata");
        errors.required(&metadata.child("annotations").key(ACCOUNT), "");
    }
}

/// Credentials for registries are a JSON object.
fn registry(secret: &Value, key: &str, errors: &mut Errors) {
    let at = Path::new("data");
    match value_of(secret, key) {
        None => errors.required(&at.key(key), ""),
        Some(text) => {
            if let Some(detail) = json_object(&decoded(text)) {
                errors.invalid(&at.key(key), REDACTED, detail);
            }
        }
    }
}

fn decoded(base64: &str) -> String {
    let bytes: Vec<u8> = base64.bytes().filter(|letter| !matches!(letter, b'\r' | b'\n')).collect();
    let bytes = STANDARD.decode(bytes).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What keeps a text from being a JSON object; null is taken for one.
fn json_object(text: &str) -> Option<&'static str> {
    const BOUNDS: &str = "unexpected end of JSON input";
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return Some(BOUNDS);
    }
    let stream = seatrial_yaml::parse(FileId(0), Arc::from(text), Dialect::Json, &Limits::default());
    let mut roots = stream.roots();
    let (Some(root), None, true) = (roots.next(), roots.next(), stream.is_accepted()) else {
        return Some("invalid JSON");
    };
    let kind = match root.value() {
        _ if root.is_mapping() || root.is_null() => return None,
        _ if root.is_sequence() => {
            "json: cannot unmarshal array into Go value of type map[string]interface {}"
        }
        seatrial_yaml::Value::Str(_) => {
            "json: cannot unmarshal string into Go value of type map[string]interface {}"
        }
        seatrial_yaml::Value::Bool(_) => {
            "json: cannot unmarshal bool into Go value of type map[string]interface {}"
        }
        _ => "json: cannot unmarshal number into Go value of type map[string]interface {}",
    };
    Some(kind)
}

/// Says of a certificate and its key what can be told without reading them.
fn warnings(secret: &Value) -> Vec<String> {
    if secret.str("type") != "kubernetes.io/tls" {
        return Vec::new();
    }
    let text = |key: &str| decoded(value_of(secret, key).unwrap_or_default());
    let (certificate, key) = (text("tls.crt"), text("tls.key"));
    certificate_fault(&pem_types(&certificate)).or_else(|| key_fault(&pem_types(&key))).into_iter().collect()
}

fn certificate_fault(types: &[&str]) -> Option<String> {
    if types.contains(&"CERTIFICATE") {
        return None;
    }
    Some(match types {
        [] => "tls: failed to find any PEM data in certificate input".into(),
        [only] if only.ends_with("PRIVATE KEY") => {
            "tls: failed to find certificate PEM data in certificate input, \
             but did find a private key; PEM inputs may have been switched"
                .into()
        }
        // The server goes on with their types.
        _ => "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks"
            .into(),
    })
}

fn key_fault(types: &[&str]) -> Option<String> {
    if types.iter().any(|it| *it == "PRIVATE KEY" || it.ends_with(" PRIVATE KEY")) {
        return None;
    }
    Some(match types {
        [] => "tls: failed to find any PEM data in key input".into(),
        ["CERTIFICATE"] => "tls: found a certificate rather than a key in the PEM for the private key".into(),
        _ => "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks"
            .into(),
    })
}

/// The types of the blocks in a text, one after the other.
fn pem_types(text: &str) -> Vec<&str> {
    let mut types = Vec::new();
    let mut open = None;
    for line in text.lines().map(str::trim_end) {
        let marked = |start: &str| line.strip_prefix(start).and_then(|rest| rest.strip_suffix("-----"));
        if let Some(kind) = marked("-----BEGIN ") {
            open = Some(kind);
        } else if let Some(kind) = marked("-----END ") {
            types.extend(open.take().filter(|opened| *opened == kind));
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(rest: &str) -> Vec<String> {
        let mut secret = value(&format!("{{metadata: {{name: a, namespace: b}}, {rest}}}"));
        (SECRET.default)(&mut secret);
        let mut errors = Errors::new();
        validate(&secret, &mut errors);
        assert!(!errors.as_slice().iter().any(|error| error.to_string().contains("hunter2")));
        fields(&errors)
    }

    #[test]
    fn texts_are_kept_as_data_and_count_as_it() {
        assert!(refused("type: kubernetes.io/basic-auth, stringData: {password: hunter2}").is_empty());
        let mut secret = value("{data: {a: YQ==}, stringData: {a: b}}");
        (SECRET.default)(&mut secret);
        assert_eq!(secret, value("{data: {a: Yg==}, type: Opaque}"));
    }

    #[test]
    fn registry_credentials_are_a_json_object() {
        let with = |text: &str| {
            let data = STANDARD.encode(text);
            refused(&format!("type: kubernetes.io/dockerconfigjson, data: {{.dockerconfigjson: {data}}}"))
                .len()
        };
        let rows = ["{}", "null", r#"{"auths": {}}"#, "", "[]", "hunter2", "{} {}", r#""hunter2""#];
        assert_eq!(rows.map(with), [0, 0, 0, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn a_certificate_and_its_key_are_not_switched() {
        let block = |kind: &str| format!("-----BEGIN {kind}-----\nYQ==\n-----END {kind}-----\n");
        let said = |certificate: &str, key: &str| {
            let (certificate, key) = (STANDARD.encode(certificate), STANDARD.encode(key));
            let data = format!("{{tls.crt: {certificate}, tls.key: {key}}}");
            warnings(&value(&format!("{{type: kubernetes.io/tls, data: {data}}}")))
        };
        let (certificate, key) = (block("CERTIFICATE"), block("EC PRIVATE KEY"));
        assert!(said(&certificate, &key).is_empty());
        assert!(said(&key, &certificate)[0].contains("may have been switched"));
        assert!(said(&certificate, &certificate)[0].contains("found a certificate rather than a key"));
        assert!(said("x", "y")[0].contains("any PEM data in certificate input"));
    }

    #[test]
    fn types_need_their_keys() {
        assert_eq!(
            refused("type: kubernetes.io/tls, data: {tls.crt: ''}"),
            ["data[tls.key] FieldValueRequired"]
        );
        assert_eq!(refused("type: kubernetes.io/ssh-auth").len(), 1);
        assert_eq!(refused("type: kubernetes.io/service-account-token").len(), 1);
        assert!(refused("type: example.com/own").is_empty());
    }
}
