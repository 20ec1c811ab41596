//! What is scaled, protected and described.

use crate::LabelSelector;
use crate::references::pattern::Table;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{CONFIG_MAP, SECRET, WORKLOADS};
use crate::references::{GroupKind, Kinds, Reference, Relation};

/// A workload by kind and name.
pub(super) const TARGET: Rule = to(Relation::Target, WORKLOADS).of_written_kind().rule();
const DESCRIBED: Rule = to(Relation::Target, super::SERVICE).of_written_kind().rule();

pub(super) const TABLES: &[Table] = &[
    Table {
        kinds: &[("autoscaling", "HorizontalPodAutoscaler")],
        fields: &[("spec.scaleTargetRef", TARGET), ("spec.metrics[*].object.describedObject", DESCRIBED)],
    },
    Table {
        kinds: &[("autoscaling.k8s.io", "VerticalPodAutoscaler")],
        fields: &[("spec.targetRef", TARGET)],
    },
    Table { kinds: &[("policy", "PodDisruptionBudget")], fields: &[("spec.selector", Rule::Read(pods))] },
    Table { kinds: &[("keda.sh", "ScaledObject")], fields: &[("spec.scaleTargetRef", TARGET), KEDA_TRIGGER] },
    Table { kinds: &[("keda.sh", "ScaledJob")], fields: &[KEDA_TRIGGER] },
    Table {
        kinds: &[("keda.sh", "TriggerAuthentication")],
        fields: &[
            ("spec.secretTargetRef[*]", to(Relation::Credentials, SECRET).key("key").rule()),
            ("spec.configMapTargetRef[*]", to(Relation::Credentials, CONFIG_MAP).key("key").rule()),
        ],
    },
    Table {
        // They are read from the namespace that KEDA itself runs in.
        kinds: &[("keda.sh", "ClusterTriggerAuthentication")],
        fields: &[
            ("spec.secretTargetRef[*]", to(Relation::Credentials, SECRET).key("key").anywhere().rule()),
            (
                "spec.configMapTargetRef[*]",
                to(Relation::Credentials, CONFIG_MAP).key("key").anywhere().rule(),
            ),
        ],
    },
];

const TRIGGERS: &[GroupKind] =
    &[("keda.sh", "TriggerAuthentication"), ("keda.sh", "ClusterTriggerAuthentication")];
const KEDA_TRIGGER: (&str, Rule) =
    ("spec.triggers[*].authenticationRef", to(Relation::Store, TRIGGERS).of_written_kind().rule());

/// Pods that a selector picks; one that picks all of them refers to none.
pub(super) fn pods(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = LabelSelector::of(site.node).filter(|it| !it.is_everything()) else { return };
    found.push(site.selection(Relation::Pods, Kinds::Pods, selector, site.path_of("")));
}
