//! One cause, one finding: what stands in several places and is mended in one.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{RelatedPlace, Role, UnitId};
use seatrial_model::Repository;

use super::Resolved;

/// Places beyond these are counted and not listed.
const PLACES_MAX: usize = 8;
/// Of one name without a namespace that so many objects miss, the first speaks.
const ALIKE_MIN: usize = 20;
/// Who says where objects go speaks for these.
const OF_NAMESPACE: &str = "missing-namespace";

/// Joins findings of one cause; they stand in the order of the report.
pub(super) fn join(findings: Vec<Resolved>, repository: &Repository) -> Vec<Resolved> {
    let takers = takers(&findings, repository);
    if takers.iter().all(Option::is_none) {
        return findings;
    }
    let mut kept: Vec<Option<Resolved>> = findings.into_iter().map(Some).collect();
    let mut unlisted: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, taker) in takers.iter().enumerate() {
        let Some(taker) = taker else { continue };
        let Some(taken) = kept[at].take() else { continue };
        let Some(first) = kept[*taker].as_mut() else { continue };
        if !take(first, taken) {
            *unlisted.entry(*taker).or_default() += 1;
        }
    }
    for (at, count) in unlisted {
        if let Some(first) = kept[at].as_mut() {
            let (places, verb) = if count == 1 { ("place", "is") } else { ("places", "are") };
            first.finding.derivation.push(format!("{count} more {places} that need it {verb} not listed"));
        }
    }
    kept.into_iter().flatten().collect()
}

/// Makes one finding a place of another; whether it is listed there.
fn take(first: &mut Resolved, taken: Resolved) -> bool {
    let place = taken.finding.primary;
    first.finding.severity = first.finding.severity.max(taken.finding.severity);
    first.finding.units.extend(taken.finding.units);
    first.finding.units.sort();
    first.finding.units.dedup();
    first.subjects.extend(taken.subjects);
    first.subjects.sort();
    first.subjects.dedup();
    let related = &mut first.finding.related;
    let is_known = place.span == first.finding.primary.span || related.iter().any(|it| it.place == place);
    let listed = related.iter().filter(|it| it.label == ALSO).count();
    if !is_known && listed < PLACES_MAX {
        related.push(RelatedPlace { place, label: ALSO.to_owned(), role: Role::Reference });
    }
    is_known || listed < PLACES_MAX
}

const ALSO: &str = "also here";

/// For each finding the one that speaks for it.
fn takers(findings: &[Resolved], repository: &Repository) -> Vec<Option<usize>> {
    let mut takers = vec![None; findings.len()];
    of_deliveries(findings, repository, &mut takers);
    of_cluster(findings, &mut takers);
    takers
}

/// The namespace that an Application or an object of Flux puts others into is
/// told there, and not once more at what is put into it.
fn of_deliveries(findings: &[Resolved], repository: &Repository, takers: &mut [Option<usize>]) {
    let told: Vec<usize> =
        (0..findings.len()).filter(|at| findings[*at].finding.check.id == OF_NAMESPACE).collect();
    if told.len() < 2 {
        return;
    }
    let by: FxHashMap<UnitId, _> = repository.facts.deliveries.iter().map(|it| (it.unit, it.by)).collect();
    // Of the objects of one file that name it only the first is told.
    let files = |it: &Resolved| {
        let spans = it.subjects.iter().map(|it| repository.bundle(it.unit).object(it.object).span());
        spans.map(|it| it.file).collect::<Vec<_>>()
    };
    let mut tellers: FxHashMap<(&str, _), usize> = FxHashMap::default();
    for &at in &told {
        for file in files(&findings[at]) {
            tellers.entry((findings[at].finding.message.as_str(), file)).or_insert(at);
        }
    }
    for &at in &told {
        let Resolved { finding, subjects, .. } = &findings[at];
        let mut all = subjects.iter().map(|it| {
            let teller = tellers.get(&(finding.message.as_str(), by.get(&it.unit)?.file)).copied();
            teller.filter(|it| *it != at)
        });
        let Some(Some(teller)) = all.next() else { continue };
        if all.all(|it| it.is_some()) && takers[teller].is_none() {
            takers[at] = Some(teller);
        }
    }
}

/// What belongs to the whole cluster and very many objects miss.
fn of_cluster(findings: &[Resolved], takers: &mut [Option<usize>]) {
    let mut alike: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, it) in findings.iter().enumerate() {
        if let Some(lacks) = it.lacks.as_ref().filter(|_| takers[at].is_none()) {
            alike.entry((it.finding.check.id, lacks)).or_default().push(at);
        }
    }
    for all in alike.into_values().filter(|it| it.len() >= ALIKE_MIN) {
        all[1..].iter().for_each(|at| takers[*at] = Some(all[0]));
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use seatrial_source::{MemoryFiles, TreePath};

    use crate::config::Config;
    use crate::{Date, Trial, TrialRequest, check};

    fn trial(files: &[(&str, &str)]) -> Trial {
        let files: MemoryFiles = files.iter().copied().collect();
        check(&TrialRequest {
            cluster: None,
            files: &files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config::default(),
            config_text: None,
            today: Date::new(2026, 11, 21).expect("the day exists"),
            units: None,
        })
    }

    /// The findings of some checks: where, of what, and how many places beside.
    fn told(trial: &Trial, checks: &[&str]) -> Vec<String> {
        let wanted = trial.findings.iter().filter(|it| checks.contains(&it.check.id));
        let told = wanted.map(|it| {
            let place = format!("{}:{}", it.primary.path, it.primary.start.line);
            let object = it.object.as_ref().map_or("", |it| it.kind.as_str());
            format!("{place} {} {object} {} {}", it.check.id, it.units.len(), it.related.len())
        });
        told.collect()
    }

    const SET: &str = "apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  generators:
  - list: {elements: [{name: one}, {name: two}]}
  template:
    metadata:
      name: '{{name}}'
      finalizers: [resource-finalizer.argocd.argoproj.io]
    spec:
      project: default
      destnation: {}
      source: {repoURL: 'https://github.com/example/x', path: deploy, targetRevision: v1}
      destination: {server: 'https://kubernetes.default.svc', namespace: shop}
";

    #[test]
    fn a_set_speaks_for_its_applications() {
        let checks = ["argocd-unknown-finalizer", "missing-namespace", "unknown-field"];
        let found = told(&trial(&[("argocd/set.yaml", SET)]), &checks);
        assert_eq!(
            found,
            [
                "argocd/set.yaml:10 argocd-unknown-finalizer ApplicationSet 2 0",
                "argocd/set.yaml:13 unknown-field ApplicationSet 2 0",
                "argocd/set.yaml:15 missing-namespace ApplicationSet 2 0",
            ]
        );
    }

    #[test]
    fn applications_of_one_line_speak_for_themselves() {
        let application = |name: &str| {
            let spec = r#"{"project": "default", "destnation": {}, "source": {"repoURL": "https://github.com/example/x", "path": "."}, "destination": {"server": "https://kubernetes.default.svc", "namespace": "argocd"}}"#;
            format!(
                r#"{{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {{"name": "{name}", "namespace": "argocd"}}, "spec": {spec}}}"#
            )
        };
        let items = format!("{}, {}", application("one"), application("two"));
        let text = format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{items}]}}"#);
        let found = trial(&[("apps.json", &text)]);
        assert_eq!(told(&found, &["unknown-field"]), ["apps.json:1 unknown-field Application 1 0"; 2]);
    }

    #[test]
    fn who_names_the_namespace_speaks_for_what_is_put_there() {
        let applied = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 1h
  prune: true
  path: ./apps
  targetNamespace: shop
  sourceRef: {kind: GitRepository, name: flux-system}
";
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n";
        let found = trial(&[("flux/apps.yaml", applied), ("apps/a.yaml", map), ("more/b.yaml", other)]);
        assert_eq!(
            told(&found, &["missing-namespace"]),
            [
                "flux/apps.yaml:8 missing-namespace Kustomization 2 0",
                "more/b.yaml:3 missing-namespace ConfigMap 1 0",
            ]
        );
    }

    #[test]
    fn an_application_without_a_source_is_told_once() {
        let text = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  source: {}
  destination: {server: 'https://kubernetes.default.svc', namespace: argocd}
";
        let found = trial(&[("app.yaml", text)]);
        let checks = ["argocd-missing-source", "argocd-chart-source", "missing-field"];
        assert_eq!(told(&found, &checks), ["app.yaml:6 argocd-missing-source Application 1 0"]);
    }

    #[test]
    fn what_a_cluster_lacks_is_told_once_when_very_many_name_it() {
        let mut text = String::new();
        for at in 0..40 {
            let _ = write!(
                text,
                "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {{name: c{at}}}\nspec: {{secretName: \
                 s{at}, issuerRef: {{name: gone, kind: ClusterIssuer}}}}\n---\n"
            );
        }
        let found = trial(&[("certificates.yaml", &text)]);
        assert_eq!(told(&found, &["missing-issuer"]), ["certificates.yaml:4 missing-issuer Certificate 1 8"]);
        let issuer = found.findings.iter().find(|it| it.check.id == "missing-issuer");
        let counted = issuer.is_some_and(|it| {
            it.derivation.iter().any(|it| it == "31 more places that need it are not listed")
        });
        assert!(counted, "{issuer:?}");
        let few: String = text.split_inclusive("---\n").take(3).collect();
        assert_eq!(told(&trial(&[("certificates.yaml", &few)]), &["missing-issuer"]).len(), 3);
    }
}
