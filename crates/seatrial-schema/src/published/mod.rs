//! What has been published of custom kinds that many clusters have: for each
//! version of a kind the union of its known definitions, which refuses only what
//! all of them do. A definition at hand always says more. The data lies packed in
//! the program, and a group is unpacked when it is first asked for.

mod data;
mod read;

use std::sync::OnceLock;

use crate::custom::CustomKind;

use self::read::Group;

/// Up to when definitions are known: year and month.
pub fn date() -> &'static str {
    read::head().date
}

/// The groups there are definitions of, by name.
pub fn groups() -> impl Iterator<Item = &'static str> {
    read::head().groups.iter().map(|group| group.name)
}

/// A version of a kind, as it was published.
pub fn kind(group: &str, version: &str, kind: &str) -> Option<&'static CustomKind> {
    let entry = unpacked(group)?.kinds.iter().find(|it| it.kind == kind && it.version == version)?;
    Some(entry.read())
}

/// The versions in which a kind was published.
pub fn versions(group: &str, kind: &str) -> impl Iterator<Item = &'static str> {
    let kinds = unpacked(group).map_or(&[][..], |group| &group.kinds);
    kinds.iter().filter(move |it| it.kind == kind).map(|it| it.version)
}

/// The kinds of a group, one for each version.
pub fn kinds(group: &str) -> impl Iterator<Item = &'static str> {
    unpacked(group).into_iter().flat_map(|group| group.kinds.iter().map(|it| it.kind))
}

fn unpacked(name: &str) -> Option<&'static Group> {
    let groups = &read::head().groups;
    let at = groups.binary_search_by(|group| group.name.cmp(name)).ok()?;
    Some(groups[at].unpacked())
}

/// A kind whose schema is read when it is first asked for.
struct Entry {
    group: &'static str,
    kind: &'static str,
    version: &'static str,
    root: usize,
    read: OnceLock<CustomKind>,
}

impl Entry {
    fn read(&self) -> &CustomKind {
        self.read.get_or_init(|| {
            let group = unpacked(self.group).expect("the entry is of it");
            CustomKind::published(self.group, self.version, self.kind, group.schema(self.root))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Errors;
    use crate::decode::{Meant, ProblemKind};
    use crate::packed::has_hash;
    use seatrial_source::FileId;
    use seatrial_yaml::{Dialect, Limits, parse};

    #[test]
    fn the_data_is_what_its_name_says() {
        assert!(has_hash(data::PACKED, data::SHA256));
        assert_eq!(date().len(), "2026-01".len());
    }

    #[test]
    fn every_kind_of_every_group_reads() {
        for group in groups() {
            let kinds = &unpacked(group).expect("it is listed").kinds;
            assert!(!kinds.is_empty(), "{group}");
            for entry in kinds {
                assert!(!entry.read().is_too_large(), "{group} {}", entry.kind);
            }
        }
    }

    /// What is wrong with an object, one line each.
    fn wrong(text: &str) -> Vec<String> {
        let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
        let root = stream.roots().next().expect("an object");
        let word = |key: &str| root.get(key).and_then(seatrial_yaml::Node::as_str).expect("a text");
        let (group, version) = word("apiVersion").split_once('/').expect("a group");
        let of = kind(group, version, word("kind")).expect("a published kind");
        let mut decoded = of.decode(root);
        let mut errors = Errors::new();
        decoded.value.struct_mut("metadata").set_default("namespace", "default");
        of.default(&mut decoded.value);
        of.validate(&decoded.value, &mut errors);
        let mut lines: Vec<String> = Vec::new();
        for problem in decoded.problems {
            let meant = match problem.kind {
                ProblemKind::UnknownField { meant: Some(Meant::Spelling(field)) } => field.to_string(),
                ProblemKind::UnknownField { meant: Some(Meant::Elsewhere { down, .. }) } => down.join("."),
                _ => String::new(),
            };
            lines.push(format!("{} > {meant}", problem.path));
        }
        let errors = errors.as_slice().iter().filter(|it| it.field != "<nil>");
        lines.extend(errors.map(|it| format!("{} {}", it.field, it.reason.name())));
        lines
    }

    #[test]
    fn unknown_fields_are_named_with_what_was_meant() {
        let text = "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: a, namespace: b}\n\
                    spec: {target: {template: {labels: {a: b}}}}\n";
        assert_eq!(wrong(text), ["spec.target.template.labels > metadata.labels"]);
    }

    #[test]
    fn types_and_required_fields_are_known() {
        let text = "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: a, namespace: b}\n\
                    spec: {podMetricsEndpoints: [{port: 8080}]}\n";
        assert_eq!(
            wrong(text),
            ["spec.podMetricsEndpoints[0].port FieldValueTypeInvalid", "spec.selector FieldValueRequired"]
        );
    }

    #[test]
    fn pod_templates_are_those_of_kubernetes() {
        let text = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a, namespace: b}\n\
                    spec: {template: {spec: {containers: [{name: a, imagee: b}]}}}\n";
        assert_eq!(wrong(text), ["spec.template.spec.containers[0].imagee > image"]);
    }

    #[test]
    fn rules_compile() {
        let mut different = Vec::new();
        let mut all = 0;
        for entry in groups().flat_map(|group| &unpacked(group).expect("it is listed").kinds) {
            let (written, compiled) = entry.read().rules();
            all += written;
            if written != compiled {
                different.push(format!(
                    "{} {} {}: {compiled} of {written}",
                    entry.group, entry.version, entry.kind
                ));
            }
        }
        assert!(all > 1000, "{all}");
        // These speak of the status, which is not kept.
        assert_eq!(
            different,
            ["kueue.x-k8s.io v1beta1 Workload: 2 of 3", "kueue.x-k8s.io v1beta2 Workload: 4 of 5"]
        );
    }

    #[test]
    fn values_are_held_against_what_the_newest_definition_says() {
        for (text, expected) in [
            (
                "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n\
                 spec: {selector: {}, endpoints: [{interval: 30 s}, {interval: 1m30s}]}\n",
                &["spec.endpoints[0].interval FieldValueInvalid"][..],
            ),
            (
                "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n\
                 spec: {rules: [{matches: [{path: {type: Prefix, value: /}}], backendRefs: [{name: b, port: 80}]}]}\n",
                &["spec.rules[0].matches[0].path.type FieldValueNotSupported"],
            ),
            (
                "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n\
                 spec: {rules: [{matches: [{path: {value: /}}], backendRefs: [{name: b, port: 80}]}]}\n",
                &[],
            ),
            (
                "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n\
                 spec: {rules: [{matches: [{path: {value: api}}], backendRefs: [{name: b}]}]}\n",
                &[
                    "spec.rules[0].backendRefs[0] FieldValueInvalid",
                    "spec.rules[0].matches[0].path FieldValueInvalid",
                ],
            ),
        ] {
            assert_eq!(wrong(text), expected, "{text}");
        }
    }

    #[test]
    fn what_an_older_release_filled_in_is_not_held_against_it() {
        // Before Crossplane 2 the mode was `Resources` where none was written.
        let text = "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: a}\n\
                    spec: {compositeTypeRef: {apiVersion: example.org/v1, kind: XDatabase}, \
                    resources: [{name: db, base: {apiVersion: example.org/v1, kind: Database}}]}\n";
        assert_eq!(wrong(text), [""; 0]);
        let text = "apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata: {name: a}\n\
                    spec: {compositeTypeRef: {apiVersion: example.org/v1, kind: XDatabase}, mode: Pipelines}\n";
        assert_eq!(wrong(text).len(), 1);
    }

    #[test]
    fn kinds_and_versions_are_listed() {
        assert!(versions("external-secrets.io", "ExternalSecret").any(|it| it == "v1beta1"));
        assert!(kinds("argoproj.io").any(|it| it == "Workflow"));
        assert!(kind("example.com", "v1", "Thing").is_none());
    }
}
