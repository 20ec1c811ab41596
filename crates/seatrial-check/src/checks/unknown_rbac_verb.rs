//! A role allows a verb that no request has.
//!
//! ## Why
//! Every request to a resource is one of `get`, `list`, `watch`, `create`, `update`,
//! `patch`, `delete` and `deletecollection`. A role is accepted with other words,
//! and they allow nothing: `read` does not mean `get`, and verbs are in lower case.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs: [read]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs: [get, list, watch]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness, slips};
use seatrial_model::{Field, Object};

use crate::rbac::{Rule, is_aggregated, is_role, is_whole, rules};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-rbac-verb",
        title: "A role allows a verb that no request has",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["rbac.verb"],
        page: include_str!("unknown_rbac_verb.rs"),
    },
    run,
};

/// What requests do, the rarer ones last: those that only authorization asks for.
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "attest",
    "use",
];

const READ: &[&str] = &["get", "list", "watch"];

/// Words that people write, and what they mean by them.
const WORDS: &[(&str, &[&str])] = &[
    ("read", READ),
    ("view", READ),
    ("describe", READ),
    ("show", READ),
    ("find", READ),
    ("write", &["create", "update", "patch", "delete"]),
    ("edit", &["update", "patch"]),
    ("modify", &["update", "patch"]),
    ("scale", &["update", "patch"]),
    ("apply", &["create", "patch"]),
    ("put", &["update"]),
    ("replace", &["update"]),
    ("post", &["create"]),
    ("add", &["create"]),
    ("exec", &["create"]),
    ("execute", &["create"]),
    ("portforward", &["create"]),
    ("port-forward", &["create"]),
    ("logs", &["get"]),
    ("log", &["get"]),
    ("remove", &["delete"]),
    ("all", &["*"]),
    ("any", &["*"]),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it) && !is_aggregated(it)) {
        for rule in rules(role).filter(is_of_the_server) {
            let allowed = rule.verbs().filter_map(|it| it.as_str()).collect();
            for verb in rule.verbs() {
                report.add_some(judge(role, &allowed, &verb));
            }
        }
    }
}

/// Whether only resources of the API server itself are meant: other servers
/// may ask for verbs of their own.
fn is_of_the_server(rule: &Rule<'_>) -> bool {
    let mut groups = rule.groups().peekable();
    groups.peek().is_some() && groups.all(is_whole)
}

fn judge(role: &Object, allowed: &FxHashSet<&str>, field: &Field<'_>) -> Option<Notice> {
    let written = field.as_str().filter(|it| *it != "*" && !VERBS.contains(it))?;
    let lower = written.to_ascii_lowercase();
    let title = role.title();
    let notice = Notice::new(
        &CHECK.info,
        field.location(),
        format!("{title} allows `{written}`, which no request does"),
    );
    let instead = |notice: Notice, verbs: &[&str]| {
        let shown: Vec<String> = verbs.iter().map(|it| format!("`{it}`")).collect();
        Some(left_over(notice.help(format!("write {}", shown.join(", "))), allowed, verbs))
    };
    if let Some((_, verbs)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return instead(notice, verbs);
    }
    let is_other_case = VERBS.contains(&lower.as_str());
    let near = if is_other_case { Some(lower.as_str()) } else { near(written, &VERBS.iter().copied()) };
    let Some(near) = near else {
        let word = near_word(written)?;
        return instead(notice, word);
    };
    let change = Change::Set { at: field.location(), content: Content::Text(near.to_owned()) };
    Some(left_over(notice.help(format!("write `{near}`")).change(change), allowed, &[near]))
}

/// The verb of which one is a slip. As there are so few of them, a letter makes one of
/// a short word, too.
fn near<'a>(written: &str, verbs: &(impl Iterator<Item = &'a str> + Clone)) -> Option<&'a str> {
    let begins_alike = |it: &&str| written.len() > 2 && it.as_bytes().first() == written.as_bytes().first();
    let is_near = |it: &&str| slips(written, it, 1).is_some();
    let one_off = || verbs.clone().filter(begins_alike).find(is_near);
    meant(written, verbs.clone()).or_else(one_off)
}

/// What is meant by a slip of a word that people write.
fn near_word(written: &str) -> Option<&'static [&'static str]> {
    let near = near(written, &WORDS.iter().map(|(word, _)| *word))?;
    WORDS.iter().find(|(word, _)| *word == near).map(|(_, verbs)| *verbs)
}

/// Beside the verbs that are meant, the word does no harm.
fn left_over(notice: Notice, allowed: &FxHashSet<&str>, verbs: &[&str]) -> Notice {
    if !allowed.contains("*") && !verbs.iter().any(|it| allowed.contains(it)) {
        return notice;
    }
    notice.severity(Severity::Info).because("the rule allows what is meant besides")
}
