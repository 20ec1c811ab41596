//! What network policies let through: which of them close a pod, and whether
//! one of their rules opens it again. Where the tree does not tell, the answer
//! is that it may be open.

use rustc_hash::FxHashMap;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Agreement, Field, LabelSelector, Labels, Object, Operator, Repository, UnitRole};

use crate::selection::Labelled;

const GROUP: &str = "networking.k8s.io";
/// The label that every namespace has.
pub(crate) const NAME_LABEL: &str = "kubernetes.io/metadata.name";
/// Where name servers run: everywhere, and in `OpenShift`.
const DNS_NAMESPACES: &[&str] = &["kube-system", "openshift-dns"];
/// The ports that they listen on; those of `OpenShift`'s pods are others.
const DNS_PORTS: &[(i64, &str)] = &[(53, "UDP"), (53, "TCP"), (5353, "UDP"), (5353, "TCP")];
/// Pods are compared with no more policies than this.
const POLICIES_MAX: usize = 2_000;

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    /// The list of rules in a policy, and of peers in a rule.
    fn lists(self) -> (&'static str, &'static str) {
        match self {
            Self::Ingress => ("ingress", "from"),
            Self::Egress => ("egress", "to"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

/// A `NetworkPolicy`.
#[derive(Clone, Debug)]
pub(crate) struct Policy<'a> {
    pub(crate) spec: Field<'a>,
    /// The pods it is about; none where that cannot be read.
    selector: Option<LabelSelector>,
}

/// A port that traffic goes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Port<'a> {
    pub(crate) number: Option<i64>,
    /// What the pod calls it.
    pub(crate) names: Vec<&'a str>,
    pub(crate) protocol: &'a str,
}

/// All policies of a tree, and the labels of its namespaces.
#[derive(Debug, Default)]
pub(crate) struct Policies<'a> {
    all: Vec<Policy<'a>>,
    namespaces: FxHashMap<&'a str, Vec<Labels<'a>>>,
    /// Units whose policies are applied as they are.
    judged: Vec<bool>,
    /// Whether policies of other kinds may open what these close.
    has_others: bool,
}

impl<'a> Policy<'a> {
    /// A view of an object that is one.
    pub(crate) fn of(object: &'a Object) -> Option<Self> {
        let spec = Field::root(object).key("spec").filter(|it| it.node().is_mapping())?;
        let selector = match spec.key("podSelector").filter(|it| !it.node().is_null()) {
            Some(field) => LabelSelector::of(field.node()),
            None => Some(LabelSelector::default()),
        };
        object.is(GROUP, "NetworkPolicy").then_some(Self { spec, selector })
    }

    pub(crate) fn object(&self) -> &'a Object {
        self.spec.object()
    }

    /// Whether it closes its pods in a direction.
    pub(crate) fn closes(&self, direction: Direction) -> bool {
        let types = self.spec.key("policyTypes").filter(|it| it.items().next().is_some());
        match types {
            Some(types) => types.items().any(|it| it.as_str() == Some(direction.word())),
            None => direction == Direction::Ingress || self.spec.list("egress").next().is_some(),
        }
    }

    /// Its rules in a direction.
    pub(crate) fn rules(&self, direction: Direction) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.spec.list(direction.lists().0)
    }

    /// The field to point at for a direction that is closed.
    pub(crate) fn field(&self, direction: Direction) -> Field<'a> {
        let list = self.spec.key(direction.lists().0);
        list.or_else(|| self.spec.key("policyTypes")).unwrap_or_else(|| self.spec.clone())
    }

    fn selects(&self, pod: &Labelled<'_>) -> bool {
        self.selector.as_ref().is_some_and(|it| it.matches(pod.labels))
    }

    fn agreement(&self, pod: &Labelled<'_>) -> Agreement {
        let (own, other) = (self.object(), pod.object);
        Agreement::between(own.namespace(), other.namespace(), own.unit() == other.unit())
    }
}

impl<'a> Policies<'a> {
    /// Those of the whole repository.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let judged = repository.units.iter().map(|it| it.role == UnitRole::Deployed).collect();
        let mut known = Self { judged, ..Self::default() };
        for bundle in &repository.bundles {
            known.all.extend(bundle.of_kind(GROUP, "NetworkPolicy").filter_map(Policy::of));
            for namespace in bundle.of_kind("", "Namespace") {
                let labels = Labels::of(namespace.field(&["metadata", "labels"]));
                known.namespaces.entry(namespace.name()).or_default().push(labels);
            }
            known.has_others |= bundle.objects().iter().any(is_other_policy);
        }
        known
    }

    /// Whether nothing can be said.
    pub(crate) fn is_unclear(&self) -> bool {
        self.all.is_empty() || self.has_others || self.all.len() > POLICIES_MAX
    }

    /// The policies that surely close a pod in a direction.
    pub(crate) fn closing(&self, pod: &Labelled<'a>, direction: Direction) -> Vec<&Policy<'a>> {
        let is_sure = |it: &&Policy<'a>| {
            let is_own = it.object().unit() == pod.object.unit();
            it.agreement(pod) == Agreement::Exact && is_own && self.judged[it.object().unit().0 as usize]
        };
        let on_host = PodTemplate::of(pod.object).is_some_and(|it| it.spec.flag("hostNetwork"));
        let all = self.all.iter().filter(|it| it.closes(direction) && it.selects(pod));
        all.filter(is_sure).filter(|_| !on_host).collect()
    }

    /// The rules of all policies that may be applied to a pod.
    fn rules_for<'p>(
        &'p self,
        pod: &'p Labelled<'a>,
        direction: Direction,
    ) -> impl Iterator<Item = (&'p Policy<'a>, Field<'a>)> {
        let near =
            self.all.iter().filter(move |it| it.agreement(pod) != Agreement::Different && it.selects(pod));
        near.filter(move |it| it.closes(direction))
            .flat_map(move |it| it.rules(direction).map(move |rule| (it, rule)))
    }

    /// Whether some rule for a pod may let traffic to or from another pod pass.
    pub(crate) fn may_pass(
        &self,
        pod: &Labelled<'a>,
        direction: Direction,
        other: &Labelled<'a>,
        port: &Port<'_>,
    ) -> bool {
        self.rules_for(pod, direction)
            .any(|(policy, rule)| self.names(policy, &rule, direction, other) && is_for(&rule, port))
    }

    /// Whether some rule for a pod names another, whatever the port; what lets
    /// everybody ask for names does not count.
    pub(crate) fn may_pass_somewhere(
        &self,
        pod: &Labelled<'a>,
        direction: Direction,
        other: &Labelled<'a>,
    ) -> bool {
        let is_dns = |port: Field<'_>| DNS_PORTS.iter().any(|(dns, _)| port.number("port") == Some(*dns));
        self.rules_for(pod, direction).any(|(policy, rule)| {
            self.names(policy, &rule, direction, other) && !rule.list("ports").all(is_dns)
        })
    }

    /// Whether the other side of a rule may be a pod.
    fn names(
        &self,
        policy: &Policy<'a>,
        rule: &Field<'a>,
        direction: Direction,
        other: &Labelled<'a>,
    ) -> bool {
        let mut peers = rule.list(direction.lists().1).peekable();
        peers.peek().is_none() || peers.any(|peer| self.is_peer(policy, &peer, other))
    }

    /// Whether some rule for a pod may let it ask for names.
    pub(crate) fn may_ask_for_names(&self, pod: &Labelled<'a>) -> bool {
        self.rules_for(pod, Direction::Egress).any(|(policy, rule)| {
            let names_ports = rule.list("ports").next().is_some();
            let mut peers = rule.list("to").peekable();
            let reaches = peers.peek().is_none() || peers.any(|it| leaves_namespace(policy, &it));
            DNS_PORTS.iter().any(|&(number, protocol)| {
                let names = vec!["dns", "dns-tcp", "domain"];
                let port = Port { number: Some(number), names, protocol };
                // Whoever writes the port means it.
                is_for(&rule, &port) && (names_ports || reaches)
            })
        })
    }

    /// Whether some rule for a pod lets it reach a port, wherever that may be.
    pub(crate) fn may_reach(&self, pod: &Labelled<'a>, port: &Port<'_>) -> bool {
        self.rules_for(pod, Direction::Egress).any(|(_, rule)| is_for(&rule, port))
    }

    /// Whether some rule for a pod may let in what forwards requests from
    /// outside: a controller that mostly has a namespace of its own.
    pub(crate) fn may_forward(&self, pod: &Labelled<'a>) -> bool {
        self.rules_for(pod, Direction::Ingress).any(|(policy, rule)| {
            let mut peers = rule.list("from").peekable();
            peers.peek().is_none() || peers.any(|peer| may_be_controller(policy, &peer))
        })
    }

    /// Whether a peer of a rule may be the pod.
    fn is_peer(&self, policy: &Policy<'a>, peer: &Field<'a>, pod: &Labelled<'a>) -> bool {
        let selector = |name: &str| peer.key(name).filter(|it| !it.node().is_null());
        if selector("ipBlock").is_some() {
            return true;
        }
        let is_named = selector("podSelector")
            .is_none_or(|it| LabelSelector::of(it.node()).is_none_or(|it| it.matches(pod.labels)));
        let is_there = match selector("namespaceSelector") {
            Some(it) => LabelSelector::of(it.node()).is_none_or(|it| self.may_be_in(pod.object, &it)),
            None => policy.agreement(pod) != Agreement::Different,
        };
        is_named && is_there
    }

    /// Whether the namespace of an object may have the labels.
    fn may_be_in(&self, object: &Object, selector: &LabelSelector) -> bool {
        let Some(name) = object.namespace() else { return true };
        let known = self.namespaces.get(name).map_or(&[][..], Vec::as_slice);
        selector.requirements.iter().all(|it| match it.key.as_str() {
            NAME_LABEL => it.accepts(Some(name)),
            _ => known.is_empty() || known.iter().any(|labels| it.matches(*labels)),
        })
    }
}

/// Whether a peer may be a pod outside the policy's own namespace.
fn leaves_namespace(policy: &Policy<'_>, peer: &Field<'_>) -> bool {
    let is_written = |name: &str| peer.key(name).is_some_and(|it| !it.node().is_null());
    if is_written("ipBlock") {
        let cidr = peer.key("ipBlock").and_then(|it| it.text("cidr").map(str::to_owned));
        return cidr.is_none_or(|it| is_wide(&it) || may_be_name_server(&it));
    }
    let namespaces = peer.key("namespaceSelector").and_then(|it| LabelSelector::of(it.node()));
    let is_named = |selector: &LabelSelector| {
        selector.requirements.iter().all(|it| {
            let may_be = |name: &&str| it.accepts(Some(name));
            it.operator != Operator::In || it.key != NAME_LABEL || DNS_NAMESPACES.iter().any(may_be)
        })
    };
    policy.object().namespace().is_some_and(|it| DNS_NAMESPACES.contains(&it))
        || (is_written("namespaceSelector") && namespaces.is_none_or(|it| is_named(&it)))
}

/// Whether a block is more than one address.
fn is_wide(cidr: &str) -> bool {
    !cidr.ends_with("/32") && !cidr.ends_with("/128")
}

/// Whether a single address is the one that name servers mostly have: the tenth
/// of the Services' range, or that of a cache on each node.
fn may_be_name_server(cidr: &str) -> bool {
    cidr.ends_with(".10/32") || cidr.ends_with("::a/128") || cidr.starts_with("169.254.")
}

/// Whether a peer may be an ingress controller: it is none only where its
/// namespace is said to be the policy's own, or one for monitoring.
fn may_be_controller(policy: &Policy<'_>, peer: &Field<'_>) -> bool {
    const MONITORING: &[&str] =
        &["monitoring", "prometheus", "observability", "grafana", "logging", "cattle-monitoring-system"];
    if peer.key("ipBlock").is_some_and(|it| !it.node().is_null()) {
        return true;
    }
    let Some(namespaces) = peer.key("namespaceSelector").filter(|it| !it.node().is_null()) else {
        return false;
    };
    let Some(selector) = LabelSelector::of(namespaces.node()) else { return true };
    let own = policy.object().namespace();
    !selector.requirements.iter().any(|it| {
        let is_other = |value: &str| MONITORING.contains(&value) || own == Some(value);
        is_name_like(&it.key) && it.operator == Operator::In && it.values.iter().all(|value| is_other(value))
    })
}

/// Whether a label of namespaces holds their name.
pub(crate) fn is_name_like(key: &str) -> bool {
    let own = key.rsplit('/').next().unwrap_or_default();
    matches!(own, "name" | "namespace" | "metadata.name" | "ns")
}

/// Whether a rule is for a port.
fn is_for(rule: &Field<'_>, wanted: &Port<'_>) -> bool {
    let mut ports = rule.list("ports").peekable();
    if ports.peek().is_none() {
        return true;
    }
    let Some(number) = wanted.number else { return true };
    ports.any(|port| {
        if port.text("protocol").unwrap_or("TCP") != wanted.protocol {
            return false;
        }
        let last = port.number("endPort");
        match port.key("port").filter(|it| !it.node().is_null()) {
            None => true,
            Some(first) => match first.as_i64() {
                Some(first) => (first..=last.unwrap_or(first)).contains(&number),
                None => first.as_str().is_none_or(|it| wanted.names.contains(&it)),
            },
        }
    })
}

/// Whether an object is a policy of a network plugin or of administrators.
fn is_other_policy(object: &Object) -> bool {
    matches!(
        object.kind(),
        "CiliumNetworkPolicy"
            | "CiliumClusterwideNetworkPolicy"
            | "GlobalNetworkPolicy"
            | "AdminNetworkPolicy"
            | "BaselineAdminNetworkPolicy"
            | "ClusterNetworkPolicy"
    ) || (object.kind() == "NetworkPolicy" && object.group() != GROUP && object.group() != "extensions")
}
