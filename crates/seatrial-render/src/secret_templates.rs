//! Templates that External Secrets fills Secrets from: whether they can be read.
//! Nothing is evaluated, as the values lie elsewhere.

use std::sync::Arc;

use seatrial_diagnostics::{Location, Notice, Severity};
use seatrial_helm::functions;
use seatrial_helm::template::{Call, Fault, Function, Home, ParseError, Set, Type, Value};
use seatrial_model::{Object, Repository, UnitRole};
use seatrial_yaml::{FieldPath, Node};

use crate::checks::INVALID_SECRET_TEMPLATE;

const GROUP: &str = "external-secrets.io";

/// What External Secrets knows beside sprig (its release 0.20, `pkg/template/v2`).
const OWN: [&str; 21] = [
    "certSANs",
    "filterCertChain",
    "filterPEM",
    "fromYaml",
    "fullPemToPkcs12",
    "fullPemToPkcs12Pass",
    "getSecretKey",
    "hexdec",
    "jwkPrivateKeyPem",
    "jwkPublicKeyPem",
    "pemToPkcs12",
    "pemToPkcs12Pass",
    "pemTruststoreToPKCS12",
    "pemTruststoreToPKCS12Pass",
    "pkcs12cert",
    "pkcs12certPass",
    "pkcs12key",
    "pkcs12keyPass",
    "rsaDecrypt",
    "toYaml",
    "urlencode",
];

static OWN_FUNCTIONS: [Function; OWN.len()] = {
    const fn of(name: &'static str) -> Function {
        Function { name, parameters: &[Type::Any], is_variadic: true, body: unknown }
    }
    let mut all = [of(""); OWN.len()];
    let mut at = 0;
    while at < OWN.len() {
        all[at] = of(OWN[at]);
        at += 1;
    }
    all
};

fn unknown(_: &mut dyn Call, _: &[Value]) -> Result<Value, Fault> {
    Err(Fault::error("it is never called"))
}

/// What is wrong with the templates of all units.
pub(crate) fn notices(repository: &Repository) -> Vec<Notice> {
    let is_ours =
        |it: &&Object| repository.unit(it.unit()).role != UnitRole::Base && template_of(it).is_some();
    let objects: Vec<&Object> = repository.in_groups(|group| group == GROUP).filter(is_ours).collect();
    if objects.is_empty() {
        return Vec::new();
    }
    let known = Set::new(functions::all().iter().chain(&OWN_FUNCTIONS));
    objects.into_iter().flat_map(|object| of_object(object, &known)).collect()
}

/// The template of an object, and its place.
fn template_of(object: &Object) -> Option<(FieldPath, Node<'_>)> {
    let path = match object.kind() {
        "ExternalSecret" => "spec.target.template",
        "ClusterExternalSecret" => "spec.externalSecretSpec.target.template",
        "PushSecret" => "spec.template",
        _ => return None,
    };
    let path: FieldPath = path.parse().expect("a field path");
    let node = object.root().at(&path)?;
    // The first engine had other functions.
    let is_old = node.get("engineVersion").and_then(Node::as_str) == Some("v1");
    (!is_old).then_some((path, node))
}

fn of_object(object: &Object, known: &Set) -> Vec<Notice> {
    let Some((path, node)) = template_of(object) else { return Vec::new() };
    let mut texts = Vec::new();
    let mut all_of = |path: FieldPath, node: Option<Node<'_>>| {
        for entry in node.into_iter().flat_map(Node::entries) {
            if let Some(text) = entry.value.as_str() {
                texts.push((path.key(&entry.name()), text.to_owned()));
            }
        }
    };
    let metadata = node.get("metadata");
    all_of(path.key("data"), node.get("data"));
    for field in ["annotations", "labels"] {
        all_of(path.key("metadata").key(field), metadata.and_then(|it| it.get(field)));
    }
    for (index, item) in node.get("templateFrom").into_iter().flat_map(Node::items).enumerate() {
        if let Some(text) = item.get("literal").and_then(Node::as_str) {
            texts.push((path.key("templateFrom").index(index as u32).key("literal"), text.to_owned()));
        }
    }
    texts.into_iter().filter_map(|(path, text)| judge(object, path, &text, known)).collect()
}

fn judge(object: &Object, path: FieldPath, text: &str, known: &Set) -> Option<Notice> {
    // What other programs put in first, as a scaffolder does, is none of this.
    if !text.contains("{{") || text.contains("${{") {
        return None;
    }
    let error = known.clone().parse("template", Arc::from(text), Home::None).err()?;
    let words = words(&error);
    let message = format!("the template `{path}` of {} cannot be read: {words}", object.title());
    let at = Location::field(object.unit(), object.id(), path);
    let notice = Notice::new(&INVALID_SECRET_TEMPLATE, at, message)
        .because(format!("External Secrets would say: {}", error.message));
    if let Some(name) = words.strip_prefix("function \"").and_then(|it| it.split('"').next()) {
        return Some(
            notice
                .severity(Severity::Warning)
                .because("a later release of External Secrets may have a function of that name")
                .help(format!("write `.{name}` if a key of the data is meant")),
        );
    }
    if words.contains("bad character U+002D '-'") {
        return Some(
            notice.help("a key with a dash is only reached through `index`: `{{ index . \"a-b\" }}`"),
        );
    }
    Some(notice)
}

/// Go's words without the place in the template.
fn words(error: &ParseError) -> &str {
    error.message.splitn(4, ':').nth(3).map_or(&*error.message, str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let mut set = Set::new(functions::all().iter().chain(&OWN_FUNCTIONS));
        set.parse("template", Arc::from(text), Home::None)
            .err()
            .map_or(String::new(), |it| words(&it).to_owned())
    }

    #[test]
    fn templates_that_go_refuses_are_told_from_others() {
        assert_eq!(said("{{ .quay-user }}"), "bad character U+002D '-'");
        assert_eq!(said("{{ pull_secret }}"), r#"function "pull_secret" not defined"#);
        for fine in
            ["{{ .user | b64enc }}", "{{ index . \"a-b\" }}", "{{ .p12 | pkcs12key }}", "{{ . | toYaml }}"]
        {
            assert_eq!(said(fine), "", "{fine}");
        }
    }
}
