//! An object has no name, or one that is refused.
//!
//! ## Why
//! Every object needs `metadata.name` (or `generateName`), and each kind has a grammar
//! for it: most take a DNS name in lower case, a Service a single label of at most 63
//! characters, a `CronJob` at most 52 characters, because its Jobs add eleven. The
//! API server refuses anything else.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: app_settings}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: app-settings}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object, is_namespaced};

use crate::names::{Flaw, Grammar};
use crate::placeholder::{is_filled_in_later, open_word};
use crate::scaling::place;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-object-name",
        title: "An object has no name, or one that is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.missing-field", "schema.name-length"],
        page: include_str!("invalid_object_name.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    // Configuration files of programs have a kind, too; they are not sent.
    for object in context.objects().filter(|it| is_namespaced(it.group(), it.kind()).is_some()) {
        let root = Field::root(object);
        match root.keys(&["metadata", "name"]).filter(|it| !it.node().is_null()) {
            None => report.add_some(nameless(object, &root)),
            Some(field) => match field.as_str() {
                Some("") => report.add_some(nameless(object, &root)),
                Some(name) if !is_filled_in_later(name) && open_word(name).is_none() => {
                    report.add_some(invalid(context, object, &field, name));
                }
                Some(_) => {}
                None => report.add_some(not_text(object, &field)),
            },
        }
    }
}

fn nameless(object: &Object, root: &Field<'_>) -> Option<Notice> {
    // Reviews are answered, not kept; bindings take the pod's name.
    let needs_none = object.kind().ends_with("Review") || object.kind() == "Binding";
    let is_generated = object.field(&["metadata", "generateName"]).is_some();
    if needs_none || is_generated {
        return None;
    }
    let metadata = root.key("metadata").filter(|it| it.node().is_mapping());
    let at = metadata.map_or_else(|| root.at("metadata"), |it| it.at("name"));
    let notice = Notice::new(&CHECK.info, at, format!("{} has no name", object.kind()));
    Some(notice.help("set `metadata.name`"))
}

fn not_text(object: &Object, field: &Field<'_>) -> Option<Notice> {
    let text = field.node().scalar_text()?;
    let message = format!("the name of {} {text} is not a string", object.kind());
    Some(Notice::new(&CHECK.info, field.location(), message).help("put the name in quotes"))
}

fn invalid(context: &Context<'_>, object: &Object, field: &Field<'_>, name: &str) -> Option<Notice> {
    let title = object.title();
    if let Some((longest, reason)) = length_of(object).filter(|&(longest, _)| name.len() > longest) {
        let message = format!("the name of {title} is longer than {longest} characters");
        let notice = Notice::new(&CHECK.info, field.location(), message).because(reason);
        return Some(notice.because(format!("it has {}", name.len())).help("shorten the name"));
    }
    let grammar = grammar_of(object);
    Some(match grammar.flaw(name)? {
        Flaw::TooLong(longest) => {
            let message = format!("the name of {title} is longer than {longest} characters");
            let notice = Notice::new(&CHECK.info, field.location(), message).help("shorten the name");
            notice.because(format!("it has {}", name.len()))
        }
        Flaw::Letters => {
            let message = format!("{title} has a name that the API server refuses");
            let notice =
                Notice::new(&CHECK.info, field.location(), message).help(format!("use {}", grammar.words()));
            match repaired(context, object, grammar, name) {
                Some(right) => {
                    notice.change(Change::Set { at: field.location(), content: Content::Text(right) })
                }
                None => notice,
            }
        }
    })
}

/// The name in lower case and with dashes, if that is a name and nothing of the
/// tree refers to the object by the old one.
fn repaired(context: &Context<'_>, object: &Object, grammar: Grammar, name: &str) -> Option<String> {
    let right = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let is_referred_to = context.graph().to(place(object)).next().is_some();
    (grammar.flaw(&right).is_none() && !is_referred_to).then_some(right)
}

fn grammar_of(object: &Object) -> Grammar {
    match (object.group(), object.kind()) {
        ("", "Service" | "Namespace") => Grammar::Label,
        // Addresses and names of nodes and of the server's own levels: their own rules.
        ("rbac.authorization.k8s.io" | "certificates.k8s.io" | "flowcontrol.apiserver.k8s.io", _)
        | ("networking.k8s.io", "IPAddress")
        | ("storage.k8s.io", "CSINode") => Grammar::PathSegment,
        _ => Grammar::Subdomain,
    }
}

/// The longest name of kinds whose controllers make longer ones from it.
fn length_of(object: &Object) -> Option<(usize, &'static str)> {
    match (object.group(), object.kind()) {
        ("batch", "CronJob") => Some((52, "its Jobs add eleven characters, and theirs may have 63")),
        ("batch", "Job") => Some((63, "its pods carry it as a label")),
        _ => None,
    }
}
