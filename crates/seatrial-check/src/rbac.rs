//! Roles: their rules, the resources that the API server serves itself, and
//! who is granted what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_model::{Field, Object, Repository};
use seatrial_yaml::Node;
use smol_str::SmolStr;

/// The group of roles and bindings.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";

/// One rule of a Role or `ClusterRole`.
#[derive(Clone, Debug)]
pub(crate) struct Rule<'a> {
    /// Its mapping.
    pub(crate) field: Field<'a>,
}

/// A resource of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Its group; empty for the core.
    pub(crate) group: &'static str,
    /// Its name in paths: `deployments`.
    pub(crate) name: &'static str,
    /// Whether it lives in a namespace.
    pub(crate) is_namespaced: bool,
}

/// Whether an object is a Role or a `ClusterRole`.
pub(crate) fn is_role(object: &Object) -> bool {
    object.is(GROUP, "Role") || object.is(GROUP, "ClusterRole")
}

/// Whether other roles fill in the rules of this one.
pub(crate) fn is_aggregated(role: &Object) -> bool {
    role.field(&["aggregationRule"]).is_some_and(Node::is_mapping)
}

/// The rules of a role.
pub(crate) fn rules(role: &Object) -> impl Iterator<Item = Rule<'_>> {
    Field::root(role).list("rules").filter(|it| it.node().is_mapping()).map(|field| Rule { field })
}

impl<'a> Rule<'a> {
    /// The groups it is about.
    pub(crate) fn groups(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.words("apiGroups").filter_map(|it| it.as_str())
    }

    /// The resources it is about, each with its field.
    pub(crate) fn resources(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.words("resources")
    }

    /// What it allows, each with its field.
    pub(crate) fn verbs(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.words("verbs")
    }

    /// Whether one of these words, or a star, stands in a list.
    pub(crate) fn has(&self, list: &str, words: &[&str]) -> bool {
        self.words(list).any(|it| it.as_str().is_some_and(|it| it == "*" || words.contains(&it)))
    }

    /// Whether a star stands in a list.
    pub(crate) fn has_star(&self, list: &str) -> bool {
        self.has(list, &[])
    }

    /// Whether everything may be done with everything.
    pub(crate) fn is_everything(&self) -> bool {
        ["apiGroups", "resources", "verbs"].iter().all(|list| self.has_star(list))
    }

    fn words(&self, list: &str) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.field.list(list).filter(|it| it.as_str().is_some())
    }
}

/// A rule for more groups than a person writes is not judged.
pub(crate) const GROUPS_MAX: usize = 50;

/// The groups of a rule, each once, in the order in which they are written.
pub(crate) fn distinct<'a>(groups: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = FxHashSet::default();
    groups.filter(|it| seen.insert(*it)).collect()
}

/// The resource before the slash: `pods` of `pods/log`.
pub(crate) fn base(resource: &str) -> &str {
    resource.split_once('/').map_or(resource, |it| it.0)
}

/// Whether all resources of a group are in the table.
pub(crate) fn is_whole(group: &str) -> bool {
    RESOURCES.iter().any(|it| it.0 == group)
}

/// The groups of the table.
pub(crate) fn groups() -> impl Iterator<Item = &'static str> {
    RESOURCES.iter().map(|it| it.0)
}

/// Every resource of the table.
pub(crate) fn known() -> impl Iterator<Item = Resource> {
    RESOURCES.iter().flat_map(|(group, namespaced, cluster)| {
        let of = move |is_namespaced| move |name: &&'static str| Resource { group, name, is_namespaced };
        namespaced.iter().map(of(true)).chain(cluster.iter().map(of(false)))
    })
}

/// The resource of this name in a group.
pub(crate) fn resource(group: &str, name: &str) -> Option<Resource> {
    static KNOWN: LazyLock<FxHashMap<(&str, &str), Resource>> =
        LazyLock::new(|| known().map(|it| ((it.group, it.name), it)).collect());
    KNOWN.get(&(group, name)).copied()
}

/// What of a resource has rights of its own, as Kubernetes 1.36 serves it and, of
/// nodes, asks for it; but for its status.
pub(crate) fn subresources(group: &str, name: &str) -> &'static [&'static str] {
    match (group, name) {
        ("", "pods") => &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
        ],
        ("", "nodes") => {
            &["checkpoint", "configz", "healthz", "log", "metrics", "pods", "proxy", "spec", "stats"]
        }
        ("", "services") => &["proxy"],
        ("", "namespaces") => &["finalize"],
        ("", "serviceaccounts") => &["token"],
        ("", "replicationcontrollers") | ("apps", "deployments" | "replicasets" | "statefulsets") => {
            &["scale"]
        }
        _ => &[],
    }
}

/// What the tree calls the resources of groups that are not the server's own:
/// its definitions, and its roles where they use the plural.
#[derive(Debug, Default)]
pub(crate) struct Plurals<'a> {
    defined: BTreeMap<&'a str, BTreeSet<&'a str>>,
    named: FxHashSet<(&'a str, &'a str)>,
    /// The kinds of custom objects, in lower case.
    kinds: FxHashSet<(&'a str, SmolStr)>,
}

impl<'a> Plurals<'a> {
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut known = Self::default();
        for bundle in &repository.bundles {
            for definition in bundle.of_kind("apiextensions.k8s.io", "CustomResourceDefinition") {
                let text = |path: &[&str]| definition.field(path).and_then(Node::as_str);
                if let Some((group, plural)) =
                    text(&["spec", "group"]).zip(text(&["spec", "names", "plural"]))
                {
                    known.defined.entry(group).or_default().insert(plural);
                }
            }
            for object in
                bundle.objects().iter().filter(|it| it.group().contains('.') && !is_whole(it.group()))
            {
                known.kinds.insert((object.group(), object.kind().to_ascii_lowercase().into()));
            }
            for role in ["ClusterRole", "Role"].iter().flat_map(|kind| bundle.of_kind(GROUP, kind)) {
                rules(role).for_each(|it| known.add(&it));
            }
        }
        known
    }

    fn add(&mut self, rule: &Rule<'a>) {
        let is_plural = |it: &str| it.ends_with('s') && !it.bytes().any(|it| it.is_ascii_uppercase());
        for group in distinct(rule.groups()).into_iter().filter(|it| !is_whole(it)).take(GROUPS_MAX) {
            let names = rule.resources().filter_map(|it| it.node().as_str().map(base));
            self.named.extend(names.filter(|it| is_plural(it)).map(|it| (group, it)));
        }
    }

    /// The resources that the tree defines in these groups.
    pub(crate) fn defined(&self, groups: &[&str]) -> Vec<&'a str> {
        groups.iter().filter_map(|it| self.defined.get(it)).flatten().copied().collect()
    }

    /// Whether it is what a single object of the tree is called, in one of
    /// the groups.
    pub(crate) fn is_singular(&self, groups: &[&str], name: &str) -> bool {
        !name.ends_with('s') && groups.iter().any(|group| self.kinds.contains(&(*group, SmolStr::new(name))))
    }

    /// Whether roles call a resource of one of the groups so.
    pub(crate) fn is_named(&self, groups: &[&str], name: &str) -> bool {
        groups.iter().any(|group| self.named.contains(&(group, name)))
    }
}

/// Groups whose resources do not come and go, with those in namespaces and
/// those outside, as Kubernetes 1.36 serves them.
const RESOURCES: &[(&str, &[&str], &[&str])] = &[
    (
        "",
        &[
            "bindings",
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        &["componentstatuses", "namespaces", "nodes", "persistentvolumes"],
    ),
    ("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], &[]),
    ("batch", &["cronjobs", "jobs"], &[]),
    ("autoscaling", &["horizontalpodautoscalers"], &[]),
    (
        "networking.k8s.io",
        &["ingresses", "networkpolicies"],
        &["ingressclasses", "ipaddresses", "servicecidrs"],
    ),
    ("policy", &["poddisruptionbudgets"], &[]),
    (GROUP, &["rolebindings", "roles"], &["clusterrolebindings", "clusterroles"]),
    (
        "storage.k8s.io",
        &["csistoragecapacities"],
        &["csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"],
    ),
    (
        "admissionregistration.k8s.io",
        &[],
        &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        ],
    ),
    ("apiextensions.k8s.io", &[], &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &[], &["apiservices"]),
    ("authentication.k8s.io", &[], &["selfsubjectreviews", "tokenreviews"]),
    (
        "authorization.k8s.io",
        &["localsubjectaccessreviews"],
        &["selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"],
    ),
    ("coordination.k8s.io", &["leasecandidates", "leases"], &[]),
    ("discovery.k8s.io", &["endpointslices"], &[]),
    ("events.k8s.io", &["events"], &[]),
    // What it had has moved to other groups.
    ("extensions", &[], &[]),
    ("node.k8s.io", &[], &["runtimeclasses"]),
    ("scheduling.k8s.io", &[], &["priorityclasses"]),
];
