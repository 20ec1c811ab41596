//! Network policies keep pods from looking up names.
//!
//! ## Why
//! As soon as one policy selects a pod for egress, it reaches only what some policy
//! allows. DNS is no exception: without a rule for port 53 every name fails after
//! a wait, also that of the Service that the next rule allows.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!     - to: [{podSelector: {matchLabels: {app: db}}}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db}
//! spec: {selector: {app: db}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1, env: [{name: DB_URL, value: "postgres://db:5432/web"}]}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata: {name: web}
//! spec:
//!   podSelector: {matchLabels: {app: web}}
//!   policyTypes: [Egress]
//!   egress:
//!     - to: [{podSelector: {matchLabels: {app: db}}}]
//!     - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
//!       ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata: {name: db}
//! spec: {selector: {app: db}, ports: [{port: 5432}]}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web, labels: {app: web}}
//! spec: {containers: [{name: web, image: web:1, env: [{name: DB_URL, value: "postgres://db:5432/web"}]}]}
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Place;
use seatrial_model::views::PodTemplate;

use crate::dns::addresses;
use crate::policies::{Direction, Policies, Policy};
use crate::scaling::place;
use crate::selection::Labelled;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "blocked-name-lookup",
        title: "Network policies keep pods from looking up names",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["network.blocked-dns"],
        page: include_str!("blocked_name_lookup.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let policies = Policies::of(context.world().repository);
    if policies.is_unclear() {
        return;
    }
    let mut told: FxHashSet<(Place, Place)> = FxHashSet::default();
    for address in addresses(context) {
        let object = address.field.object();
        let Some(template) = PodTemplate::of(object) else { continue };
        let pod = Labelled { object, labels: template.labels() };
        let closing = policies.closing(&pod, Direction::Egress);
        let Some(policy) = closing.first() else { continue };
        if !told.insert((place(policy.object()), place(object))) || policies.may_ask_for_names(&pod) {
            continue;
        }
        let at = address.location();
        let notice = notice(policy, &pod).related(at, Role::Reference, format!("`{}`", address.host.text));
        report.add(notice);
    }
}

fn notice(policy: &Policy<'_>, pod: &Labelled<'_>) -> Notice {
    let (title, own) = (pod.object.title(), policy.object().title());
    let field = policy.field(Direction::Egress);
    let message =
        format!("{title} cannot look up names: {own} closes its egress, and no policy allows port 53");
    Notice::new(&CHECK.info, field.location(), message).help(
        "add a rule to the policy, or a policy for all pods: \
         `- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]`",
    )
}
