//! The labels of nodes that pods ask for: in selectors, affinities, and as the
//! places to spread over.

use seatrial_diagnostics::{Change, Content};
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;
use smol_str::SmolStr;

/// How a label is named where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// As the key of an entry.
    Key,
    /// As a value.
    Value,
}

/// A label that pods ask for.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) key: SmolStr,
    pub(crate) place: Place,
    pub(crate) field: Field<'a>,
    /// Whether a pod is on no node without it.
    pub(crate) is_required: bool,
}

impl Place {
    /// Gives the label another name.
    pub(crate) fn change(self, field: &Field<'_>, name: &str) -> Change {
        let at = field.location();
        match self {
            Self::Key => Change::Rename { at, name: name.to_owned() },
            Self::Value => Change::Set { at, content: Content::Text(name.to_owned()) },
        }
    }
}

/// Every label of nodes that a template asks for.
pub(crate) fn asked<'a>(template: &PodTemplate<'a>) -> Vec<Asked<'a>> {
    let mut found = Vec::new();
    let selector = template.spec.key("nodeSelector").into_iter().flat_map(|it| it.entries());
    found.extend(selector.map(|(key, field)| Asked { key, place: Place::Key, field, is_required: true }));
    let affinity = |kind: &str| template.spec.keys(&["affinity", kind]);
    if let Some(nodes) = affinity("nodeAffinity") {
        let required = nodes.key("requiredDuringSchedulingIgnoredDuringExecution");
        let terms = required.into_iter().flat_map(|it| it.list("nodeSelectorTerms"));
        terms.for_each(|it| add_term(&it, true, &mut found));
        let preferred = nodes.list("preferredDuringSchedulingIgnoredDuringExecution");
        preferred.filter_map(|it| it.key("preference")).for_each(|it| add_term(&it, false, &mut found));
    }
    for pods in ["podAffinity", "podAntiAffinity"].into_iter().filter_map(affinity) {
        let required = pods.list("requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = pods.list("preferredDuringSchedulingIgnoredDuringExecution");
        let terms = required.chain(preferred.filter_map(|it| it.key("podAffinityTerm")));
        terms.for_each(|it| add_topology(&it, &mut found));
    }
    template.spec.list("topologySpreadConstraints").for_each(|it| add_topology(&it, &mut found));
    found
}

fn add_term<'a>(term: &Field<'a>, is_term_required: bool, found: &mut Vec<Asked<'a>>) {
    for expression in term.list("matchExpressions") {
        let is_met_without = matches!(expression.text("operator"), Some("DoesNotExist" | "NotIn"));
        let Some(field) = expression.key("key") else { continue };
        add_value(field, is_term_required && !is_met_without, found);
    }
}

fn add_topology<'a>(term: &Field<'a>, found: &mut Vec<Asked<'a>>) {
    if let Some(field) = term.key("topologyKey") {
        add_value(field, false, found);
    }
}

fn add_value<'a>(field: Field<'a>, is_required: bool, found: &mut Vec<Asked<'a>>) {
    if let Some(key) = field.as_str().map(SmolStr::new) {
        found.push(Asked { key, place: Place::Value, field, is_required });
    }
}
