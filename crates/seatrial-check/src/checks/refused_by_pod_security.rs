//! The Pod Security level of a namespace refuses pods.
//!
//! ## Why
//! The label `pod-security.kubernetes.io/enforce` of a namespace names a level, and the
//! API server refuses every pod below it. A Deployment is still accepted, and then
//! waits for pods that are never created; only its events say why. With the label
//! `pod-security.kubernetes.io/warn` the pods run, and the server warns.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels: {pod-security.kubernetes.io/enforce: baseline}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop}
//! spec:
//!   hostNetwork: true
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels: {pod-security.kubernetes.io/enforce: baseline}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, namespace: shop}
//! spec:
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level as Extent, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::pod_security::{Labels, Level, LevelVersion, Violation, in_words, violations};
use seatrial_yaml::FieldPath;

use crate::review::location;
use crate::tree_state::{Pods, Stated};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-pod-security",
        title: "The Pod Security level of a namespace refuses pods",
        severity: Severity::Error,
        level: Extent::Bundle,
        strictness: Strictness::Default,
        families: &["policy.pod-security"],
        page: include_str!("refused_by_pod_security.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let state = context.tree_state();
    if !state.has("Namespace") {
        return;
    }
    for object in context.objects() {
        let Some(namespace) = state.namespace_of(object) else { continue };
        let labels = Labels::of(&namespace.value);
        if labels.enforce.level.max(labels.warn.level) == Level::Privileged {
            continue;
        }
        // A namespace with a level that there is not is refused, and told of itself.
        let enforced = written_label(namespace.object, "enforce");
        if context.review_of(namespace.object).refuses(&enforced) {
            continue;
        }
        if let Some(pods) = state.pods_of(object) {
            judge(context, object, &pods, namespace, labels, report);
        }
    }
}

fn judge(
    context: &Context<'_>,
    object: &Object,
    pods: &Pods,
    namespace: &Stated<'_>,
    labels: Labels,
    report: &mut Report,
) {
    let refused = violations(&pods.pod, &pods.base, labels.enforce);
    let warned = violations(&pods.pod, &pods.base, labels.warn);
    let is_refused = |violation: &Violation| refused.iter().any(|it| it.reason == violation.reason);
    for violation in &refused {
        let notice = notice(object, violation, namespace, ("enforce", labels.enforce));
        report.add(context.weigh(object, notice));
    }
    for violation in warned.iter().filter(|it| !is_refused(it)) {
        report.add(notice(object, violation, namespace, ("warn", labels.warn)).severity(Severity::Info));
    }
}

fn notice(
    object: &Object,
    violation: &Violation,
    namespace: &Stated<'_>,
    (mode, level): (&'static str, LevelVersion),
) -> Notice {
    let (name, title) = (namespace.object.name(), object.title());
    let subject = if object.is("", "Pod") { title } else { format!("the pods of {title}") };
    let what = violation.reason;
    let message = match mode {
        "enforce" => format!("namespace `{name}` refuses {subject}: {what}"),
        _ => format!("namespace `{name}` warns of {subject}: {what}"),
    };
    let said = if mode == "enforce" { "violates" } else { "would violate" };
    let words = in_words(std::slice::from_ref(violation));
    let root = FieldPath::root();
    let (first, others) = match violation.places.split_first() {
        Some((first, others)) => (first, others),
        None => (&root, &[][..]),
    };
    let label = written_label(namespace.object, mode);
    let notice = Notice::new(&CHECK.info, location(object, first), message)
        .because(format!("the API server says: {said} PodSecurity \"{level}\": {words}"))
        .related(location(namespace.object, &label), Role::Cause, "the namespace asks for the level here");
    others
        .iter()
        .fold(notice, |notice, place| notice.related(location(object, place), Role::Reference, "also here"))
}

/// The label that asks for a level; what is enforced is warned of besides.
fn written_label(namespace: &Object, mode: &str) -> FieldPath {
    let labels = FieldPath::root().key("metadata").key("labels");
    let of = |mode: &str| labels.key(&format!("pod-security.kubernetes.io/{mode}"));
    if namespace.at(&of(mode)).is_some() { of(mode) } else { of("enforce") }
}
