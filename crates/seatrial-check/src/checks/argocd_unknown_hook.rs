//! Argo CD does not know the name of a hook.
//!
//! ## Why
//! `argocd.argoproj.io/hook` says in which part of a sync an object is applied: `PreSync`,
//! `Sync`, `PostSync`, `SyncFail`, `PreDelete`, `PostDelete` or `Skip`, letter by letter. A
//! name that is none of them is passed over. Where no other is left, the object is a hook
//! of no part, and is never applied: the migration does not run.
//!
//! ## Bad
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: pre-sync}}
//! spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: batch/v1
//! kind: Job
//! metadata: {name: migrate, annotations: {argocd.argoproj.io/hook: PreSync}}
//! spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::deployed::{HOOK, HOOK_DELETE_POLICY};
use crate::gitops::is_literal;
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-unknown-hook",
        title: "Argo CD does not know the name of a hook",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.hook"],
        page: include_str!("argocd_unknown_hook.rs"),
    },
    run,
};

const HOOKS: [&str; 7] = ["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete", "Skip"];
const POLICIES: [&str; 3] = ["HookSucceeded", "HookFailed", "BeforeHookCreation"];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let Some(annotations) = Field::root(object).keys(&["metadata", "annotations"]) else { continue };
        if let Some(field) = annotations.key(HOOK) {
            of_words(object, &field, &HOOKS, "hook", report);
        }
        if let Some(field) = annotations.key(HOOK_DELETE_POLICY) {
            of_words(object, &field, &POLICIES, "policy to delete a hook", report);
        }
    }
}

fn of_words(object: &Object, field: &Field<'_>, known: &[&str], what: &str, report: &mut Report) {
    let text = field.as_str().unwrap_or_default();
    if !is_literal(text) {
        return;
    }
    let words: Vec<&str> = text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let is_lost = what == "hook" && !words.iter().any(|it| known.contains(it));
    for word in words.iter().filter(|it| !known.contains(it)) {
        let message = format!("`{word}` of {} is no {what} that Argo CD knows", object.title());
        let outcome = if is_lost { "no sync ever applies the object" } else { "Argo CD passes over it" };
        let notice = Notice::new(&CHECK.info, field.location(), message).because(outcome);
        let same = |it: &&&str| plain(it) == plain(word);
        let other = known.iter().find(same).copied().or_else(|| meant(word, known.iter().copied()));
        report.add(match other {
            Some(other) => notice.help(format!("write `{other}`")),
            None => notice.help(format!("there are {}", known.join(", "))),
        });
    }
}

/// A word without what people put between its parts.
fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}
