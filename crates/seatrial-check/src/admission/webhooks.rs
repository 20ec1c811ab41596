//! Programs outside the server that are asked about objects: what they say is
//! not known.

use seatrial_model::{Object, Repository};
use seatrial_yaml::Node;

const GROUP: &str = "admissionregistration.k8s.io";
/// What the server asks them.
const KINDS: &[(&str, &str)] = &[
    ("MutatingWebhookConfiguration", "what they change"),
    ("ValidatingWebhookConfiguration", "what they refuse"),
];

/// The configurations with a webhook that is there, by its address or as a
/// Service of the tree.
pub(super) fn not_evaluated(repository: &Repository) -> Vec<(&Object, String)> {
    let of_kind = |&(kind, what): &(&'static str, &'static str)| {
        let all = repository.of_kind(GROUP, kind);
        all.filter(|it| has_webhook(repository, it)).map(move |object| {
            let why = format!("{} asks programs about objects: {what} is not known", object.title());
            (object, why)
        })
    };
    KINDS.iter().flat_map(of_kind).collect()
}

fn has_webhook(repository: &Repository, configuration: &Object) -> bool {
    let webhooks = configuration.field(&["webhooks"]).into_iter().flat_map(Node::items);
    webhooks.filter_map(|it| it.get("clientConfig")).any(|client| {
        let text = |field: &str| client.get("service").and_then(|it| it.get(field)).and_then(Node::as_str);
        let is_there = |name: &str| {
            let services = repository.of_kind("", "Service");
            let namespace = text("namespace");
            services
                .into_iter()
                .any(|it| it.name() == name && it.namespace().is_none_or(|own| Some(own) == namespace))
        };
        client.get("url").is_some() || text("name").is_some_and(is_there)
    })
}
