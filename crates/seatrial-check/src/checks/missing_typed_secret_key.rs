//! A Secret lacks a key that its type asks for.
//!
//! ## Why
//! The API server checks Secrets of the built-in types: `kubernetes.io/tls` must have
//! `tls.crt` and `tls.key`, `kubernetes.io/dockerconfigjson` a key
//! `.dockerconfigjson`, and so on. It refuses a Secret without them.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: certificate}
//! type: kubernetes.io/tls
//! stringData: {tls.crt: example, key: example}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: certificate}
//! type: kubernetes.io/tls
//! stringData: {tls.crt: example, tls.key: example}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_yaml::Node;

use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-typed-secret-key",
        title: "A Secret lacks a key that its type asks for",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-key"],
        page: include_str!("missing_typed_secret_key.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for secret in context.of_kind("", "Secret") {
        let Some(name) = secret.field(&["type"]).and_then(Node::as_str) else { continue };
        let keys = keys_of(secret);
        let has = |key: &str| keys.iter().any(|(it, _)| it == key);
        match name {
            "kubernetes.io/basic-auth" => {
                if !has("username") && !has("password") {
                    report.add(notice(secret, name, "username or password", &keys));
                }
            }
            "kubernetes.io/service-account-token" => report.add_some(without_account(secret)),
            _ => {
                for key in wanted(name).iter().filter(|key| !has(key)) {
                    report.add(notice(secret, name, key, &keys));
                }
            }
        }
    }
}

fn wanted(name: &str) -> &'static [&'static str] {
    match name {
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    }
}

fn keys_of(secret: &Object) -> Vec<(String, Field<'_>)> {
    let root = Field::root(secret);
    let lists = ["data", "stringData"].into_iter().filter_map(|list| root.key(list));
    lists.flat_map(|it| it.entries()).map(|(key, field)| (key.to_string(), field)).collect()
}

fn notice(secret: &Object, name: &str, key: &str, keys: &[(String, Field<'_>)]) -> Notice {
    let message = format!("{} of type {name} has no key {key}", secret.title());
    let at = data_location(secret);
    // A dot at the start or a separator is what goes wrong in these keys.
    let near = meant(key, keys.iter().map(|(it, _)| it.as_str()));
    let Some((_, field)) = keys.iter().find(|(it, _)| Some(it.as_str()) == near) else {
        return Notice::new(&CHECK.info, at, message).help(format!("add the key {key}, or leave `type` out"));
    };
    let written = field.location();
    Notice::new(&CHECK.info, written.clone(), message)
        .help(format!("rename this key to {key}"))
        .change(Change::Rename { at: written, name: key.to_owned() })
}

fn data_location(secret: &Object) -> Location {
    let root = Field::root(secret);
    let list = ["data", "stringData"].into_iter().find(|list| root.key(list).is_some());
    root.at(list.unwrap_or("type"))
}

fn without_account(secret: &Object) -> Option<Notice> {
    const ANNOTATION: &str = "kubernetes.io/service-account.name";
    let written = secret.field(&["metadata", "annotations", ANNOTATION]);
    let is_named = written.and_then(Node::as_str).is_some_and(|it| !it.is_empty());
    let message = format!("{} of type kubernetes.io/service-account-token names no account", secret.title());
    let notice = Notice::new(&CHECK.info, Field::root(secret).at("type"), message);
    (!is_named).then(|| notice.help(format!("add the annotation {ANNOTATION}")))
}
