//! A rollout cannot replace the pods of a workload.
//!
//! ## Why
//! Either it may neither add nor remove a pod, or the new pod waits for something
//! that the old one holds.
//!
//! With `maxSurge: 0` and `maxUnavailable: 0` there is no step that a rollout could
//! take, and the API server refuses the object. A `DaemonSet` must set exactly one
//! of the two; `maxUnavailable` is 1 where it is not written.
//!
//! The default of a Deployment is 25 % for both, `maxUnavailable` rounded down. Below
//! four pods no old pod is removed before a new one is ready. If the new one needs a
//! volume that is attached to the old one's node, a port of that node, or a node
//! without such a pod, it may never start, and the rollout stops with
//! `ProgressDeadlineExceeded`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 3
//!   strategy:
//!     type: RollingUpdate
//!     rollingUpdate: {maxSurge: 0, maxUnavailable: 0}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web}
//! spec:
//!   replicas: 3
//!   strategy:
//!     type: RollingUpdate
//!     rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Workload};
use seatrial_model::{Field, IntOrString, LabelSelector};

use crate::claims::{Claimed, Storage, stays_on_one_node};
use crate::scaling::{Replicas, replicas};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "blocked-rollout",
        title: "A rollout cannot replace the pods of a workload",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["scheduling.rollout-deadlock"],
        page: include_str!("blocked_rollout.rs"),
    },
    run,
};

const QUARTER: IntOrString<'static> = IntOrString::String("25%");

fn run(context: &Context<'_>, report: &mut Report) {
    let storage = Storage::new(context.world());
    for workload in context.objects().filter_map(Workload::of) {
        let Some(strategy) = Strategy::of(&workload) else { continue };
        let refused = strategy.refused(&workload);
        if refused.is_some() {
            report.add_some(refused);
            continue;
        }
        let Some(template) = workload.template() else { continue };
        if strategy.is_of_daemons {
            report.add_some(daemon_port(&workload, &strategy, &template));
            continue;
        }
        let Some(count) = replicas(context.world(), &workload) else { continue };
        if strategy.removes_first(count.low) || count.low < 1 {
            continue;
        }
        let claimed = storage.claimed(context.world(), &template);
        for claimed in claimed.iter().filter(|_| count.high == 1) {
            report.add(claim(&workload, &strategy, claimed));
        }
        report.add_some(port(&workload, &strategy, &template));
        report.add_some(apart(&workload, &strategy, &template, &count));
    }
}

/// How a rollout goes about.
struct Strategy<'a> {
    is_of_daemons: bool,
    /// The nearest field that is written.
    field: Field<'a>,
    surge: Option<IntOrString<'a>>,
    unavailable: Option<IntOrString<'a>>,
}

impl<'a> Strategy<'a> {
    fn of(workload: &Workload<'a>) -> Option<Self> {
        let is_of_daemons = match (workload.object().group(), workload.object().kind()) {
            ("apps" | "extensions", "Deployment") => false,
            ("apps", "DaemonSet") => true,
            _ => return None,
        };
        let spec = workload.spec()?;
        let name = if is_of_daemons { "updateStrategy" } else { "strategy" };
        let strategy = spec.key(name).filter(|it| it.node().is_mapping());
        let kind = strategy.as_ref().and_then(|it| it.text("type")).unwrap_or("RollingUpdate");
        if kind != "RollingUpdate" {
            return None;
        }
        let bounds =
            strategy.as_ref().and_then(|it| it.key("rollingUpdate")).filter(|it| it.node().is_mapping());
        let bound = |name: &str| bounds.as_ref().and_then(|it| it.int_or_string(name));
        let (surge, unavailable) = (bound("maxSurge"), bound("maxUnavailable"));
        let field = bounds.or(strategy).unwrap_or(spec);
        Some(Self { is_of_daemons, field, surge, unavailable })
    }

    fn surge(&self) -> IntOrString<'a> {
        self.surge.unwrap_or(if self.is_of_daemons { IntOrString::Int(0) } else { QUARTER })
    }

    fn unavailable(&self) -> IntOrString<'a> {
        self.unavailable.unwrap_or(if self.is_of_daemons { IntOrString::Int(1) } else { QUARTER })
    }

    /// What the API server refuses.
    fn refused(&self, workload: &Workload<'_>) -> Option<Notice> {
        let title = workload.object().title();
        let (surges, removes) = (!is_none(self.surge()), !is_none(self.unavailable()));
        let notice = |name: &str, message: String| Notice::new(&CHECK.info, self.field.at(name), message);
        if !surges && !removes {
            let message = format!("a rollout of {title} may neither add nor remove a pod");
            let notice = notice("maxUnavailable", message).related(
                self.field.at("maxSurge"),
                Role::Cause,
                "the other bound",
            );
            return Some(notice.help("let it add one (`maxSurge: 1`) or remove one (`maxUnavailable: 1`)"));
        }
        if self.is_of_daemons && surges && removes {
            let message =
                format!("a rollout of {title} may add and remove pods; a DaemonSet must choose one");
            let notice =
                notice("maxSurge", message).because(format!("`maxUnavailable` is {}", self.unavailable()));
            return Some(notice.help("write `maxUnavailable: 0` beside `maxSurge`, or leave `maxSurge` out"));
        }
        None
    }

    /// Whether an old pod may go before a new one is ready.
    fn removes_first(&self, pods: i64) -> bool {
        let surge = self.surge().scaled(pods, true);
        let unavailable = self.unavailable().scaled(pods, false);
        // Where both come to nothing, one may be unavailable.
        !matches!((surge, unavailable), (Ok(1..), Ok(..1)))
    }

    fn in_words(&self, pods: i64) -> String {
        let (surge, unavailable) = (self.surge().scaled(pods, true), self.unavailable().scaled(pods, false));
        let number = |it: Result<i64, _>| it.unwrap_or_default();
        format!(
            "of {pods} {} a rollout may remove {} ({}, rounded down) and add {} ({}, rounded up): \
             a new pod must be ready before an old one goes",
            if pods == 1 { "pod" } else { "pods" },
            number(unavailable),
            self.unavailable(),
            number(surge),
            self.surge(),
        )
    }
}

fn is_none(bound: IntOrString<'_>) -> bool {
    bound.as_int() == Some(0) || bound.percent() == Some(0)
}

/// The only pod holds a volume that the new one needs.
fn claim(workload: &Workload<'_>, strategy: &Strategy<'_>, claimed: &Claimed<'_>) -> Notice {
    let (title, name, word) = (workload.object().title(), claimed.claim.name(), claimed.sole.word());
    let message = format!(
        "a rollout of {title} can wait for the claim {name} forever, which only one {word} can mount"
    );
    let notice = Notice::new(&CHECK.info, claimed.field.location(), message).severity(Severity::Warning);
    let notice = notice
        .because(strategy.in_words(1))
        .because(format!("the old pod holds the claim ({}) until it goes", claimed.sole.mode()))
        .help("write `strategy: {type: Recreate}`, so that the old pod goes first");
    match Field::root(claimed.claim).keys(&["spec", "accessModes"]) {
        Some(modes) => notice.related(modes.location(), Role::Definition, "the claim"),
        None => notice,
    }
}

/// The old pod holds a port of the only node that the new one may go to.
fn port(workload: &Workload<'_>, strategy: &Strategy<'_>, template: &PodTemplate<'_>) -> Option<Notice> {
    let field = host_port(template).filter(|_| stays_on_one_node(template))?;
    let title = workload.object().title();
    let message = format!("a rollout of {title} waits forever for a port of its node");
    let notice = Notice::new(&CHECK.info, field.location(), message).severity(Severity::Warning);
    let notice = notice
        .because(strategy.in_words(1))
        .because("the pods are kept on one node, and the old one holds the port until it goes");
    Some(notice.help("write `strategy: {type: Recreate}`, so that the old pod goes first"))
}

/// The pod of a `DaemonSet` holds a port that the one beside it needs.
fn daemon_port(
    workload: &Workload<'_>,
    strategy: &Strategy<'_>,
    template: &PodTemplate<'_>,
) -> Option<Notice> {
    let field = host_port(template).filter(|_| !is_none(strategy.surge()))?;
    let message = format!("a rollout of {} waits forever for a port of each node", workload.object().title());
    let notice = Notice::new(&CHECK.info, field.location(), message).severity(Severity::Warning);
    let notice = notice
        .because(
            "with `maxSurge` the new pod starts beside the old one on the same node, which holds the port",
        )
        .related(strategy.field.at("maxSurge"), Role::Cause, "pods are added first");
    Some(notice.help("replace `maxSurge` by `maxUnavailable: 1`"))
}

/// The field by which a pod claims a port of its node.
fn host_port<'a>(template: &PodTemplate<'a>) -> Option<Field<'a>> {
    let mut ports = template.long_running().flat_map(|it| it.ports().collect::<Vec<_>>());
    if template.spec.flag("hostNetwork") {
        return ports.find_map(|it| it.field.key("containerPort"));
    }
    ports.find_map(|it| it.field.key("hostPort").filter(|port| port.as_i64().is_some_and(|it| it > 0)))
}

/// Pods that must not be beside each other need a place more than there are pods.
fn apart(
    workload: &Workload<'_>,
    strategy: &Strategy<'_>,
    template: &PodTemplate<'_>,
    count: &Replicas<'_>,
) -> Option<Notice> {
    // Regions with more zones than this are rare.
    const ZONES: i64 = 3;
    let term =
        own_terms(template).find(|it| matches!(it.text("topologyKey"), Some(HOSTNAME | ZONE | OLD_ZONE)))?;
    let by_zone = term.text("topologyKey") != Some(HOSTNAME);
    if by_zone && count.low < ZONES {
        return None;
    }
    let (title, place) = (workload.object().title(), if by_zone { "zone" } else { "node" });
    let message = format!("a rollout of {title} needs a {place} more than it has pods");
    let severity = if by_zone { Severity::Warning } else { Severity::Info };
    let notice = Notice::new(&CHECK.info, term.at("topologyKey"), message).severity(severity);
    let notice = notice.because(strategy.in_words(count.low)).because(format!(
        "no two of the pods, old or new, may share a {place}: {} are needed",
        count.low.saturating_add(1)
    ));
    Some(notice.help(
        "let a pod go first (`maxSurge: 0, maxUnavailable: 1`), or add `matchLabelKeys: [pod-template-hash]`",
    ))
}

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";
const OLD_ZONE: &str = "failure-domain.beta.kubernetes.io/zone";

/// The terms by which the pods of a template keep away from each other.
fn own_terms<'a>(template: &PodTemplate<'a>) -> impl Iterator<Item = Field<'a>> + use<'a> {
    let labels = template.labels();
    let anti = template.spec.keys(&["affinity", "podAntiAffinity"]);
    let terms = anti.into_iter().flat_map(|it| it.list("requiredDuringSchedulingIgnoredDuringExecution"));
    terms.filter(move |term| {
        let selector = term.key("labelSelector").and_then(|it| LabelSelector::of(it.node()));
        let is_elsewhere = ["namespaces", "namespaceSelector", "matchLabelKeys", "mismatchLabelKeys"];
        !is_elsewhere.iter().any(|it| term.key(it).is_some()) && selector.is_some_and(|it| it.matches(labels))
    })
}
