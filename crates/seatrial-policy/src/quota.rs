//! `ResourceQuota`: what an object uses of it, and whether that is left
//! (`apiserver` 0.36, `admission/plugin/resourcequota/controller.go`;
//! `kubernetes` 1.36, `pkg/quota/v1/evaluator/core`).
//!
//! Resource claims count as objects; devices that stand for extended resources
//! are not counted.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::{Quantity, QuantityFormat};
use seatrial_schema::{By, Value};
use seatrial_yaml::FieldPath;
use smol_str::{SmolStr, format_smolstr};

use crate::amounts::{self, Amounts, Side};
use crate::denial::{Cause, Denial, PolicyObject};
use crate::state::State;
use seatrial_schema::admission::{Attributes, Operation};

const PLUGIN: &str = "ResourceQuota";
const PER_CLASS: &str = ".storageclass.storage.k8s.io/";

/// Refuses an object for which a quota of its namespace has too little left, or
/// that does not state what a quota counts.
pub fn enforce(request: &Attributes<'_>, object: &Value, state: &dyn State) -> Result<(), Denial> {
    let counted = Counted::of(request);
    let own = counted.usage(request, object);
    if !counted.is_asked(request, object) {
        return Ok(());
    }
    let mut covering = Vec::new();
    for quota in state.objects("", "ResourceQuota", request.namespace) {
        if !counted.is_covered_by(quota, object, &own) {
            continue;
        }
        let names = counted.names_in(quota, &own);
        counted.state_what_is_counted(quota, object, &names)?;
        let used = amounts::read(quota.at("status"), "used");
        if names.iter().any(|name| !used.contains_key(name)) {
            let all = names.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(",");
            return Err(refuse(
                quota,
                format!("status unknown for quota: {}, resources: {all}", name(quota)),
                Vec::new(),
            ));
        }
        covering.push(quota);
    }
    for quota in covering {
        let usage = counted.change(request, own.clone(), quota);
        spend(quota, &usage)?;
    }
    Ok(())
}

/// What a quota's controller writes when nothing is used yet, for quotas that
/// come from a manifest.
pub fn with_nothing_used(quota: &Value) -> Value {
    let mut quota = quota.clone();
    if quota.has("status") {
        return quota;
    }
    let hard = quota.at("spec").at("hard").clone();
    let mut used = hard.clone();
    for (_, amount) in used.map_mut().values_mut() {
        *amount = Value::from("0");
    }
    let status = quota.struct_mut("status");
    status.set("hard", hard, By::Server);
    status.set("used", used, By::Server);
    quota
}

/// Adds to a quota's use what that many new objects like this one take of it,
/// whether there was so much or not.
pub fn take(quota: &mut Value, request: &Attributes<'_>, object: &Value, count: i64) {
    let counted = Counted::of(request);
    let own = counted.usage(request, object);
    if !counted.is_covered_by(quota, object, &own) {
        return;
    }
    let before = amounts::read(quota.at("status"), "used");
    let used = quota.struct_mut("status").struct_mut("used").map_mut();
    for (name, amount) in own {
        let Some(taken) = before.get(&name) else { continue };
        let now = taken.plus(amount.times(count));
        used.insert(name, Value::Str(format_smolstr!("{now}")), By::Server);
    }
}

/// What an object uses of any quota; zero amounts are left out.
pub fn usage(request: &Attributes<'_>, object: &Value) -> Amounts {
    Counted::of(request).usage(request, object)
}

/// How the objects of a kind are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    Pods,
    Services,
    Claims,
    Others,
}

impl Counted {
    fn of(request: &Attributes<'_>) -> Self {
        match (request.group, request.kind) {
            ("", "Pod") => Self::Pods,
            ("", "Service") => Self::Services,
            ("", "PersistentVolumeClaim") => Self::Claims,
            _ => Self::Others,
        }
    }

    fn is_asked(self, request: &Attributes<'_>, object: &Value) -> bool {
        match (self, request.operation) {
            (_, Operation::Create) | (Self::Services | Self::Claims, Operation::Update) => true,
            (Self::Pods, Operation::Update) => {
                request.old.is_some_and(|old| has_deadline(old) != has_deadline(object))
            }
            (Self::Others, Operation::Update) => false,
        }
    }

    /// Whether a quota counts anything of such objects, and its scopes hold.
    fn is_covered_by(self, quota: &Value, object: &Value, usage: &Amounts) -> bool {
        let names = hard(quota);
        let counts_any = names.keys().any(|name| self.counts(name, usage));
        let spec = quota.at("spec");
        let scopes = spec.items("scopes").iter().map(|scope| (scope.as_str(), "Exists", &[][..]));
        let expressions = spec.at("scopeSelector").items("matchExpressions").iter();
        let expressions = expressions.map(|it| (it.str("scopeName"), it.str("operator"), it.items("values")));
        counts_any
            && scopes
                .chain(expressions)
                .all(|(scope, operator, values)| self.is_in_scope(object, scope, operator, values))
    }

    fn is_in_scope(self, object: &Value, scope: &str, operator: &str, values: &[Value]) -> bool {
        let selects = |name: &str| match operator {
            "Exists" => !name.is_empty(),
            "DoesNotExist" => name.is_empty(),
            "In" => values.iter().any(|value| !name.is_empty() && value.as_str() == name),
            "NotIn" => !values.iter().any(|value| value.as_str() == name),
            _ => false,
        };
        match (self, scope) {
            (Self::Pods, "Terminating") => has_deadline(object),
            (Self::Pods, "NotTerminating") => !has_deadline(object),
            (Self::Pods, "BestEffort") => is_best_effort(object.at("spec")),
            (Self::Pods, "NotBestEffort") => !is_best_effort(object.at("spec")),
            (Self::Pods, "PriorityClass") => selects(object.at("spec").str("priorityClassName")),
            (Self::Pods, "CrossNamespacePodAffinity") => looks_into_other_namespaces(object.at("spec")),
            (Self::Claims, "VolumeAttributesClass") => {
                selects(object.at("spec").str("volumeAttributesClassName"))
            }
            _ => false,
        }
    }

    fn names_in(self, quota: &Value, usage: &Amounts) -> BTreeSet<SmolStr> {
        hard(quota).into_keys().filter(|name| self.counts(name, usage)).collect()
    }

    /// Whether such objects use what a quota names so; kinds without names of
    /// their own use what their usage says.
    fn counts(self, name: &str, usage: &Amounts) -> bool {
        match self {
            Self::Pods => {
                POD_NAMES.contains(&name)
                    || name.starts_with("hugepages-")
                    || name.starts_with("requests.hugepages-")
                    || name
                        .strip_prefix("requests.")
                        .is_some_and(|rest| rest.contains('/') && !is_native(rest))
            }
            Self::Services => SERVICE_NAMES.contains(&name),
            Self::Claims => {
                CLAIM_NAMES.contains(&name)
                    || name.split_once(PER_CLASS).is_some_and(|(_, what)| CLAIM_NAMES[1..].contains(&what))
            }
            Self::Others => usage.contains_key(name),
        }
    }

    /// Refuses a pod with a container that leaves out what a quota counts.
    fn state_what_is_counted(
        self,
        quota: &Value,
        object: &Value,
        names: &BTreeSet<SmolStr>,
    ) -> Result<(), Denial> {
        let spec = object.at("spec");
        let has_own = |side: Side| !amounts::read(spec.at("resources"), side.field()).is_empty();
        if self != Self::Pods || has_own(Side::Requests) || has_own(Side::Limits) {
            return Ok(());
        }
        let (mut missing, mut causes) = (BTreeMap::<&str, BTreeSet<&str>>::new(), Vec::new());
        for list in ["containers", "initContainers"] {
            for (container, at) in spec.items(list).iter().zip(0..) {
                let resources = container.at("resources");
                let before = causes.len();
                for name in names.iter().filter(|name| STATED_NAMES.contains(&name.as_str())) {
                    let (side, resource) = side_of(name);
                    if resources.at(side.field()).has(resource) {
                        continue;
                    }
                    missing.entry(name).or_default().insert(container.str("name"));
                    if causes.len() == before {
                        let path = FieldPath::root().key("spec").key(list).index(at).key("resources");
                        causes.push(Cause { of: None, path });
                    }
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(",");
        let all: Vec<_> =
            missing.iter().map(|(name, containers)| format!("{name} for: {}", list(containers))).collect();
        let first = missing.keys().next().copied().unwrap_or_default();
        causes.push(stated(quota, first));
        Err(refuse(quota, format!("failed quota: {}: must specify {}", name(quota), all.join("; ")), causes))
    }

    /// What an object adds to a quota's use.
    fn change(self, request: &Attributes<'_>, mut usage: Amounts, quota: &Value) -> Amounts {
        let old = request.old.filter(|_| request.operation == Operation::Update);
        let before = old.map(|old| (old, self.usage(request, old)));
        let before = before.filter(|(old, before)| self.is_covered_by(quota, old, before));
        for (name, amount) in before.map(|(_, before)| before).unwrap_or_default() {
            if let Some(now) = usage.get_mut(&name) {
                let more = now.minus(amount);
                *now = if more.is_negative() { Quantity::ZERO } else { more };
            }
        }
        usage.retain(|_, amount| !amount.is_zero());
        usage
    }

    fn usage(self, request: &Attributes<'_>, object: &Value) -> Amounts {
        let mut usage = match self {
            Self::Pods => pod_usage(object),
            Self::Services => service_usage(object.at("spec")),
            Self::Claims => claim_usage(object),
            Self::Others => other_usage(request),
        };
        usage.retain(|_, amount| !amount.is_zero());
        usage
    }
}

const POD_NAMES: &[&str] = &[
    "count/pods",
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
];
const SERVICE_NAMES: &[&str] =
    &["count/services", "services", "services.nodeports", "services.loadbalancers"];
const CLAIM_NAMES: &[&str] = &["count/persistentvolumeclaims", "persistentvolumeclaims", "requests.storage"];
/// What every container has to state when a quota counts it.
const STATED_NAMES: &[&str] =
    &["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

fn side_of(name: &str) -> (Side, &str) {
    match name.strip_prefix("limits.") {
        Some(resource) => (Side::Limits, resource),
        None => (Side::Requests, name.strip_prefix("requests.").unwrap_or(name)),
    }
}

fn is_native(resource: &str) -> bool {
    !resource.contains('/') || resource.contains("kubernetes.io/")
}

fn pod_usage(pod: &Value) -> Amounts {
    let one = whole(1);
    let mut usage = Amounts::from([("count/pods".into(), one)]);
    if matches!(pod.at("status").str("phase"), "Failed" | "Succeeded") {
        return usage;
    }
    usage.insert("pods".into(), one);
    let spec = pod.at("spec");
    for (name, amount) in amounts::of_pod(spec, Side::Requests) {
        let is_counted_plainly =
            matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        if is_counted_plainly {
            usage.insert(name.clone(), amount);
        }
        if is_counted_plainly || !is_native(&name) {
            usage.insert(format_smolstr!("requests.{name}"), amount);
        }
    }
    for (name, amount) in amounts::of_pod(spec, Side::Limits) {
        if matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
            usage.insert(format_smolstr!("limits.{name}"), amount);
        }
    }
    usage
}

fn service_usage(spec: &Value) -> Amounts {
    let ports = spec.items("ports");
    let has_no_automatic = matches!(spec.at("allocateLoadBalancerNodePorts"), Value::Bool(false));
    let node_ports = match spec.str("type") {
        "LoadBalancer" if has_no_automatic => ports.iter().filter(|port| port.int("nodePort") != 0).count(),
        "NodePort" | "LoadBalancer" => ports.len(),
        _ => 0,
    };
    let balancers = i64::from(spec.str("type") == "LoadBalancer");
    Amounts::from([
        ("count/services".into(), whole(1)),
        ("services".into(), whole(1)),
        ("services.nodeports".into(), whole(i64::try_from(node_ports).unwrap_or(i64::MAX))),
        ("services.loadbalancers".into(), whole(balancers)),
    ])
}

fn claim_usage(claim: &Value) -> Amounts {
    const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
    let spec = claim.at("spec");
    let annotated = claim.at("metadata").at("annotations").opt(CLASS_ANNOTATION);
    let class = annotated.map_or(spec.str("storageClassName"), Value::as_str);
    let mut usage = Amounts::from([
        ("count/persistentvolumeclaims".into(), whole(1)),
        ("persistentvolumeclaims".into(), whole(1)),
    ]);
    if let Some(storage) = amounts::read(spec.at("resources"), "requests").get("storage") {
        usage.insert("requests.storage".into(), *storage);
        if !class.is_empty() {
            usage.insert(format_smolstr!("{class}{PER_CLASS}requests.storage"), *storage);
        }
    }
    if !class.is_empty() {
        usage.insert(format_smolstr!("{class}{PER_CLASS}persistentvolumeclaims"), whole(1));
    }
    usage
}

fn other_usage(request: &Attributes<'_>) -> Amounts {
    let plain = ["configmaps", "resourcequotas", "replicationcontrollers", "secrets"];
    let resource = request.resource;
    let counted = match request.group {
        "" => format_smolstr!("count/{resource}"),
        group => format_smolstr!("count/{resource}.{group}"),
    };
    let mut usage = Amounts::from([(counted, whole(1))]);
    if request.group.is_empty() && plain.contains(&resource) {
        usage.insert(resource.into(), whole(1));
    }
    usage
}

/// Refuses what would take more of a quota than it has.
fn spend(quota: &Value, usage: &Amounts) -> Result<(), Denial> {
    let (hard, used) = (hard(quota), amounts::read(quota.at("status"), "used"));
    let (mut requested, mut taken, mut limits, mut causes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (resource, amount) in usage {
        let Some(limit) = hard.get(resource) else { continue };
        let before = used.get(resource).copied();
        if before.map_or(*amount, |it| it.plus(*amount)) <= *limit {
            continue;
        }
        requested.push(format!("{resource}={amount}"));
        taken.extend(before.map(|it| format!("{resource}={it}")));
        limits.push(format!("{resource}={limit}"));
        causes.push(stated(quota, resource));
    }
    if requested.is_empty() {
        return Ok(());
    }
    let message = format!(
        "exceeded quota: {}, requested: {}, used: {}, limited: {}",
        name(quota),
        requested.join(","),
        taken.join(","),
        limits.join(",")
    );
    Err(refuse(quota, message, causes))
}

fn hard(quota: &Value) -> Amounts {
    amounts::read(quota.at("status"), "hard")
}

fn has_deadline(pod: &Value) -> bool {
    pod.at("spec").at("activeDeadlineSeconds").as_int().is_some_and(|seconds| seconds >= 0)
}

/// Whether no container states CPU or memory (`pkg/apis/core/v1/helper/qos`).
fn is_best_effort(spec: &Value) -> bool {
    let containers = ["containers", "initContainers"].into_iter().flat_map(|list| spec.items(list));
    let states = |holder: &Value| {
        let resources = holder.at("resources");
        [Side::Requests, Side::Limits].into_iter().any(|side| {
            let amounts = amounts::read(resources, side.field());
            ["cpu", "memory"].iter().any(|name| amounts.get(*name).is_some_and(|it| !it.is_zero()))
        })
    };
    !states(spec) && !containers.into_iter().any(states)
}

fn looks_into_other_namespaces(spec: &Value) -> bool {
    let affinity = spec.at("affinity");
    let looks = |term: &Value| !term.items("namespaces").is_empty() || term.has("namespaceSelector");
    ["podAffinity", "podAntiAffinity"].into_iter().any(|side| {
        let side = affinity.at(side);
        let required = side.items("requiredDuringSchedulingIgnoredDuringExecution").iter();
        let preferred = side.items("preferredDuringSchedulingIgnoredDuringExecution").iter();
        required.chain(preferred.map(|it| it.at("podAffinityTerm"))).any(looks)
    })
}

fn whole(count: i64) -> Quantity {
    Quantity::from_units(count, QuantityFormat::DecimalSi)
}

fn name(quota: &Value) -> &str {
    quota.at("metadata").str("name")
}

/// Where a quota states an amount.
fn stated(quota: &Value, resource: &str) -> Cause {
    let of = Some(PolicyObject::of("ResourceQuota", quota));
    Cause { of, path: FieldPath::root().key("spec").key("hard").key(resource) }
}

fn refuse(quota: &Value, message: String, mut causes: Vec<Cause>) -> Denial {
    if causes.is_empty() {
        causes.push(Cause {
            of: Some(PolicyObject::of("ResourceQuota", quota)),
            path: FieldPath::root().key("spec"),
        });
    }
    Denial { plugin: PLUGIN, reason: "Forbidden", message, causes }
}
