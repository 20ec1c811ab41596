//! A `ResourceQuota` has no room for what is deployed into its namespace.
//!
//! ## Why
//! A `ResourceQuota` bounds what all objects of a namespace may use together. The API
//! server refuses a pod that does not fit, and one with a container that does not state
//! what the quota counts. A Deployment is still accepted, and then waits for pods that
//! are never created. The sum is that of the unit's own objects, all replicas running;
//! pods of Jobs and `DaemonSets` are judged alone.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ResourceQuota
//! metadata: {name: small, namespace: shop}
//! spec:
//!   hard: {requests.memory: 1Gi}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   replicas: 3
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1
//!           resources: {requests: {memory: 512Mi}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ResourceQuota
//! metadata: {name: small, namespace: shop}
//! spec:
//!   hard: {requests.memory: 1Gi}
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: web, namespace: shop}
//! spec:
//!   replicas: 2
//!   selector: {matchLabels: {app: web}}
//!   template:
//!     metadata: {labels: {app: web}}
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1
//!           resources: {requests: {memory: 512Mi}}
//! ```

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Object, Place};
use seatrial_policy::{Cause, Denial, quota};
use seatrial_schema::Value;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_yaml::{FieldPath, PathStep};

use crate::defaulted::who_set;
use crate::review::location;
use crate::tree_state::{Stated, TreeState, new_pod, unused};
use crate::{Check, Context, Report};

/// Amounts that are filled in beyond these are not told.
const AMOUNTS_MAX: usize = 8;

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "exceeds-quota",
        title: "A ResourceQuota has no room for what is deployed into its namespace",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.quota"],
        page: include_str!("exceeds_quota.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let state = context.tree_state();
    if !state.has("ResourceQuota") {
        return;
    }
    let mut ledger =
        Ledger { state, minimums: minimums(context), quotas: BTreeMap::new(), told: FxHashSet::default() };
    let mut seen = FxHashSet::default();
    for object in context.objects() {
        let quotas = state.quotas_of(object);
        let is_new = seen.insert((object.group(), object.kind(), object.namespace(), object.name()));
        if quotas.is_empty() || !is_new {
            continue;
        }
        for notice in ledger.enter(&quotas, object) {
            report.add(context.weigh(object, notice));
        }
    }
}

/// How many replicas autoscalers keep at the least, by kind and name of what they scale.
fn minimums<'a>(context: &Context<'a>) -> BTreeMap<(&'a str, &'a str), i64> {
    let scalers = context.of_kind("autoscaling", "HorizontalPodAutoscaler");
    let minimum = |scaler: &'a Object| {
        let target = scaler.field(&["spec", "scaleTargetRef"])?;
        let text = |key| target.get(key)?.as_str();
        let count = scaler.field(&["spec", "minReplicas"]).and_then(seatrial_yaml::Node::as_i64).unwrap_or(1);
        Some(((text("kind")?, text("name")?), count))
    };
    scalers.filter_map(minimum).collect()
}

/// What one object makes: itself, its pods, its claims.
struct Created {
    group: String,
    kind: String,
    resource: String,
    value: Value,
    /// How many of it there are as long as the object is there.
    count: i64,
    /// Where the value stands in the object.
    base: FieldPath,
}

/// What the unit's objects have taken of each quota so far.
struct Ledger<'a> {
    state: &'a TreeState<'a>,
    minimums: BTreeMap<(&'a str, &'a str), i64>,
    /// By the quota's place.
    quotas: BTreeMap<Place, Value>,
    /// What of a quota is too little for all that stands beside each other.
    told: FxHashSet<(Place, String)>,
}

impl Ledger<'_> {
    /// The object first: where it is refused, nothing else is made.
    fn created_by(&self, object: &Object) -> Vec<Created> {
        let mut all = Vec::new();
        let Some((value, kind)) = self.state.decoded(object) else { return all };
        if kind.is_cluster_scoped {
            return all;
        }
        let replicas = self.replicas(object, &value);
        if !object.is("", "Pod") {
            let (value, group, resource) = (value.clone(), kind.group.to_owned(), kind.plural());
            let base = FieldPath::root();
            all.push(Created { group, kind: kind.kind.to_owned(), resource, value, count: 1, base });
        }
        if let Some(pods) = self.state.pods_of(object) {
            all.push(Created {
                group: String::new(),
                kind: "Pod".to_owned(),
                resource: "pods".to_owned(),
                value: self.state.filled_in(object, pods.pod),
                count: replicas,
                base: pods.base,
            });
        }
        let list = FieldPath::root().key("spec").key("volumeClaimTemplates");
        for (claim, at) in value.at("spec").items("volumeClaimTemplates").iter().zip(0..) {
            all.push(Created {
                group: String::new(),
                kind: "PersistentVolumeClaim".to_owned(),
                resource: "persistentvolumeclaims".to_owned(),
                value: claim.clone(),
                count: replicas,
                base: list.index(at),
            });
        }
        all
    }

    /// How many pods of an object run all the time.
    fn replicas(&self, object: &Object, value: &Value) -> i64 {
        let least = self.minimums.get(&(object.kind(), object.name())).copied();
        match object.kind() {
            "Pod" => 1,
            "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController" => {
                let stated = value.at("spec").int("replicas");
                least.map_or(stated, |least| least.max(0))
            }
            // These come and go, or hang on the nodes.
            _ => 0,
        }
    }

    /// Takes what comes of an object of the quotas of its namespace, and tells
    /// which of them have too little. What is refused takes nothing.
    fn enter(&mut self, quotas: &[&Stated<'_>], object: &Object) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut is_refused = false;
        for created in self.created_by(object) {
            let request = Attributes {
                operation: Operation::Create,
                group: &created.group,
                kind: &created.kind,
                resource: &created.resource,
                ..new_pod(object)
            };
            let mut admitted = if is_refused { 0 } else { created.count };
            for stated in quotas {
                let fresh: Value;
                let used = if let Some(used) = self.quotas.get(&place_of(stated)) {
                    used
                } else {
                    fresh = unused(&stated.value);
                    &fresh
                };
                let last = self.ask_last(&request, object, &created, used, created.count);
                // What is left over has room for it, so the whole has.
                let may_be_alone = last.is_some() || created.count < 1;
                let alone = may_be_alone.then(|| self.ask(&request, object, &created, unused(&stated.value)));
                if let Some(denial) = alone.flatten() {
                    notices.push(self.notice(stated, object, &created, &denial, true));
                    admitted = 0;
                } else if !is_refused && let Some(denial) = last {
                    admitted = admitted.min(self.room(&request, object, &created, used));
                    // All that stands there has a part in it: it is told at the first too much.
                    let place = place_of(stated);
                    let new =
                        bounds(&denial).filter(|it| self.told.insert((place, resource_of(it).to_owned())));
                    if new.count() > 0 {
                        notices.push(self.notice(stated, object, &created, &denial, false));
                    }
                }
            }
            is_refused |= created.kind == object.kind() && admitted < created.count;
            for stated in quotas {
                let used = self.quotas.entry(place_of(stated)).or_insert_with(|| unused(&stated.value));
                quota::take(used, &request, &created.value, admitted);
            }
        }
        notices
    }

    /// What is said to the last of that many.
    fn ask_last(
        &self,
        request: &Attributes<'_>,
        object: &Object,
        created: &Created,
        used: &Value,
        count: i64,
    ) -> Option<Denial> {
        let mut used = used.clone();
        if count > 1 {
            quota::take(&mut used, request, &created.value, count - 1);
        }
        self.ask(request, object, created, used).filter(|_| count > 0)
    }

    /// How many of what is created a quota has room for, where it has not for all.
    fn room(&self, request: &Attributes<'_>, object: &Object, created: &Created, used: &Value) -> i64 {
        let (mut fit, mut refused) = (0, created.count);
        while refused - fit > 1 {
            let count = fit + (refused - fit) / 2;
            match self.ask_last(request, object, created, used, count) {
                Some(_) => refused = count,
                None => fit = count,
            }
        }
        fit
    }

    /// The notice, with what no manifest writes and counts all the same.
    fn notice(
        &self,
        stated: &Stated<'_>,
        object: &Object,
        created: &Created,
        denial: &Denial,
        is_alone: bool,
    ) -> Notice {
        let (notice, resource) = notice(stated, object, created, denial, is_alone);
        let containers = FieldPath::root().key("spec").key("containers");
        let count = created.value.at("spec").items("containers").len().min(AMOUNTS_MAX) as u32;
        let filled = (0..count).filter_map(|at| {
            let path = amount_of(&containers, at, &resource);
            who_set(self.state, object, &created.base, &created.value, &path)
        });
        filled.fold(notice, Notice::because)
    }

    fn ask(
        &self,
        request: &Attributes<'_>,
        object: &Object,
        created: &Created,
        quota: Value,
    ) -> Option<Denial> {
        let quotas = [quota];
        quota::enforce(request, &created.value, &self.state.around(object, &quotas)).err()
    }
}

fn place_of(stated: &Stated<'_>) -> Place {
    Place { unit: stated.object.unit(), object: stated.object.id() }
}

/// The amount of a container that counts for a resource of a quota.
fn amount_of(containers: &FieldPath, at: u32, resource: &str) -> FieldPath {
    let (side, name) = match resource.strip_prefix("limits.") {
        Some(name) => ("limits", name),
        None => ("requests", resource.strip_prefix("requests.").unwrap_or(resource)),
    };
    containers.index(at).key("resources").key(side).key(name)
}

fn notice(
    stated: &Stated<'_>,
    object: &Object,
    created: &Created,
    denial: &Denial,
    is_alone: bool,
) -> (Notice, String) {
    let name = stated.object.name();
    let resource = bounds(denial).next().map_or("spec", resource_of);
    let resources = bounds(denial).map(|it| format!("`{}`", resource_of(it))).collect::<Vec<_>>().join(", ");
    let title = object.title();
    let subject = match created.kind.as_str() {
        kind if kind == object.kind() => title,
        "Pod" => format!("the pods of {title}"),
        _ => format!("the claims of {title}"),
    };
    let own = denial.causes.iter().find(|cause| cause.of.is_none());
    let message = match (own, is_alone) {
        (Some(_), _) => {
            format!("quota `{name}` refuses {subject}: a container does not state `{resource}`")
        }
        (None, true) => format!("quota `{name}` has too little {resources} for {subject}"),
        (None, false) => {
            format!("quota `{name}` has too little {resources} for {subject} and what stands beside")
        }
    };
    let at = match own {
        Some(cause) => created.base.join(&cause.path),
        None => blamed(object, created, resource, is_alone),
    };
    let notice = Notice::new(&CHECK.info, location(object, &at), message)
        .because(format!("the API server says: {}", denial.message));
    let notice = bounds(denial).fold(notice, |notice, bound| {
        notice.related(location(stated.object, &bound.path), Role::Cause, "the quota is here")
    });
    (notice, resource.to_owned())
}

/// The amounts of a quota that refuse something.
fn bounds(denial: &Denial) -> impl Iterator<Item = &Cause> {
    denial.causes.iter().filter(|cause| cause.of.is_some())
}

/// What a quota limits at the place of a cause.
fn resource_of(cause: &Cause) -> &str {
    match cause.path.last() {
        Some(PathStep::Key(key)) => key.as_str(),
        _ => "spec",
    }
}

/// The field that asks for too much: what a container asks for where that is
/// written, else the count of pods, or what one asks for.
fn blamed(object: &Object, created: &Created, resource: &str, is_alone: bool) -> FieldPath {
    let spec = FieldPath::root().key("spec");
    let replicas = spec.key("replicas");
    let count = created.value.at("spec").items("containers").len() as u32;
    let containers = created.base.join(&spec.key("containers"));
    let asked = |at| amount_of(&containers, at, resource);
    if let Some(written) = (0..count).map(asked).find(|it| object.at(it).is_some()) {
        return written;
    }
    if !is_alone && created.count > 1 && object.at(&replicas).is_some() {
        return replicas;
    }
    match created.kind.as_str() {
        "Pod" => created.base.join(&spec.key("containers").index(0).key("resources")),
        "PersistentVolumeClaim" => created.base.join(&spec.key("resources").key("requests").key("storage")),
        _ => FieldPath::root(),
    }
}
