//! A spreading rule does not select the pods it stands in.
//!
//! ## Why
//! A topology spread constraint counts the pods that its `labelSelector` selects,
//! in the pod's own namespace. If the pod itself is not among them, every place
//! looks equally empty and the scheduler may put all replicas on one node: the
//! constraint does nothing. The same holds for an anti-affinity that is meant to
//! keep replicas apart.
//!
//! ## Bad
//! ```yaml pod-spec
//! topologySpreadConstraints:
//!   - maxSkew: 1
//!     topologyKey: kubernetes.io/hostname
//!     whenUnsatisfiable: DoNotSchedule
//!     labelSelector: {matchLabels: {app: apps}}
//! containers: [{name: app}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! topologySpreadConstraints:
//!   - maxSkew: 1
//!     topologyKey: kubernetes.io/hostname
//!     whenUnsatisfiable: DoNotSchedule
//!     labelSelector: {matchLabels: {app: app}}
//! containers: [{name: app}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, LabelSelector, Requirement};

use crate::selection::{is_added_to_pods, requirement_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "spread-misses-own-pods",
        title: "A spreading rule does not select the pods it stands in",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["scheduling.label-mismatch"],
        page: include_str!("spread_misses_own_pods.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates: Vec<_> = context.pod_templates().collect();
    for template in &templates {
        for constraint in template.spec.list("topologySpreadConstraints") {
            report.add_some(of_spread(template, &constraint));
        }
        for term in anti_affinity(template) {
            report.add_some(of_affinity(template, &term, &templates));
        }
    }
}

/// The terms of an anti-affinity that look at the pod's own namespace.
fn anti_affinity<'a>(template: &PodTemplate<'a>) -> Vec<Field<'a>> {
    let Some(rules) = template.spec.keys(&["affinity", "podAntiAffinity"]) else { return Vec::new() };
    let preferred = rules.list("preferredDuringSchedulingIgnoredDuringExecution");
    let terms = rules.list("requiredDuringSchedulingIgnoredDuringExecution");
    let all = terms.chain(preferred.filter_map(|it| it.key("podAffinityTerm")));
    all.filter(|it| it.key("namespaces").is_none() && it.key("namespaceSelector").is_none()).collect()
}

fn of_spread(template: &PodTemplate<'_>, constraint: &Field<'_>) -> Option<Notice> {
    let (field, selector) = selector_of(constraint)?;
    let failing = failing(&selector, template)?;
    let title = template.object().title();
    let message =
        format!("the spread constraint of {title} selects {failing}, which its own pods do not have");
    Some(notice(template, &field, failing, message))
}

/// An anti-affinity may be meant for other pods: only one that selects nothing
/// of the unit and differs from its own pods in a single value is reported.
fn of_affinity(template: &PodTemplate<'_>, term: &Field<'_>, all: &[PodTemplate<'_>]) -> Option<Notice> {
    let (field, selector) = selector_of(term)?;
    let failing = failing(&selector, template)?;
    let own = template.labels().get(&failing.key)?;
    let others = selector.requirements.iter().filter(|it| !it.matches(template.labels())).count();
    let selects_some = all.iter().any(|it| selector.matches(it.labels()));
    let is_own_name = failing.values.iter().any(|it| {
        let name = template.object().name();
        it == name || crate::slip::akin(it, [own, name]).is_some() || crate::slip::meant(it, [own]).is_some()
    });
    if others > 1 || selects_some || !is_own_name {
        return None;
    }
    let title = template.object().title();
    let message = format!("the anti-affinity of {title} selects {failing}, which its own pods do not have");
    Some(notice(template, &field, failing, message))
}

fn selector_of<'a>(rule: &Field<'a>) -> Option<(Field<'a>, LabelSelector)> {
    let field = rule.key("labelSelector")?;
    let selector = LabelSelector::of(field.node())?;
    Some((field, selector))
}

fn failing<'s>(selector: &'s LabelSelector, template: &PodTemplate<'_>) -> Option<&'s Requirement> {
    let written = selector.requirements.iter().filter(|it| !is_added_to_pods(&it.key));
    written.into_iter().find(|it| !it.matches(template.labels()))
}

fn notice(template: &PodTemplate<'_>, field: &Field<'_>, failing: &Requirement, message: String) -> Notice {
    let labels =
        template.field.key("metadata").map_or_else(|| template.field.at("metadata"), |it| it.at("labels"));
    let written = requirement_field(field, &failing.key);
    let notice = Notice::new(&CHECK.info, written.location(), message)
        .help("select labels of the pod's own template")
        .related(labels, Role::Definition, "the labels of its pods");
    match template.labels().get(&failing.key).filter(|_| written.as_str().is_some()) {
        Some(own) => {
            notice.change(Change::Set { at: written.location(), content: Content::Text(own.to_owned()) })
        }
        None => notice,
    }
}
