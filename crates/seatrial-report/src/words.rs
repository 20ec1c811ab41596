//! Plain words for a person: units as the places they stand for, and counts.

use seatrial_diagnostics::terminal::Style;
use seatrial_diagnostics::{Finding, Severity};
use seatrial_model::{KubernetesVersion, SkipCode, UnitKind, UnitRole};
use seatrial_source::TreePath;
use seatrial_trial::{Skipped, Trial, Verdict};

/// A version that was judged for, and what of the answers is another one's.
pub(crate) fn target(version: KubernetesVersion) -> String {
    if version == KubernetesVersion::DEFAULT {
        return version.to_string();
    }
    format!("{version}, by the rules and defaults of {}", KubernetesVersion::DEFAULT)
}

/// A unit's name as a person calls it: `manifests:k8s` is `k8s/`.
pub(crate) fn unit(name: &str, style: &Style) -> String {
    let Some((kind, place)) = name.split_once(':') else { return name.to_owned() };
    match kind {
        "manifests" => directory(place, style),
        "kustomize" => format!("kustomization {}", directory(place, style)),
        "compose" => style.name(&TreePath::new(place)),
        "helm" => match place.split_once('@') {
            Some((chart, values)) => format!("chart {} with {values}", directory(chart, style)),
            None => format!("chart {}", directory(place, style)),
        },
        "argocd" => of_file("Argo CD application", place),
        "flux" => of_file("Flux resource", place),
        _ => name.to_owned(),
    }
}

fn of_file(noun: &str, place: &str) -> String {
    format!("{noun} {}", place.rsplit_once('#').map_or(place, |(_, name)| name))
}

fn directory(path: &str, style: &Style) -> String {
    let path = style.name(&TreePath::new(path));
    format!("{}/", if path.is_empty() { "." } else { &path })
}

/// The finding with what is left to say about where it belongs: not the unit
/// that the path names, nor the object that the message names.
pub(crate) fn shortened(finding: &Finding, style: &Style) -> Finding {
    let mut short = finding.clone();
    let parent = finding.primary.path.parent().unwrap_or_else(TreePath::top);
    let own = format!("manifests:{parent}");
    if finding.units == [own] {
        short.units.clear();
    }
    short.units = short.units.iter().map(|name| unit(name, style)).collect();
    let is_named = |it: &seatrial_diagnostics::ObjectName| {
        let title = format!("{} {}", it.kind, it.name);
        it.namespace.is_none() && finding.message.contains(&title)
    };
    short.object = short.object.filter(|it| !is_named(it));
    short
}

/// The reason of a skip without the counts in it, for several places at once.
pub(crate) fn common(skipped: &Skipped) -> &str {
    let reason = skipped.reason.as_str();
    match skipped.code {
        SkipCode::Fixture => "test fixtures, checked only when asked for by path",
        SkipCode::NotValidated => {
            "custom kinds that nothing in the tree defines: their fields are not validated"
        }
        SkipCode::AssumedDefinition => {
            "custom kinds that nothing in the tree defines: held against what was published of them"
        }
        SkipCode::NotRendered => reason.split_once("; ").map_or(reason, |(first, _)| first),
        SkipCode::ForeignTemplate => {
            let counted = reason.rsplit_once(": ").filter(|(_, count)| count.ends_with(" files"));
            counted.map_or(reason, |(first, _)| first)
        }
        _ => reason,
    }
}

/// A verdict in words.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::WillFail => "will fail",
        Verdict::AtRisk => "at risk",
        Verdict::Unknown => "unknown",
        Verdict::Ready => "ready",
    }
}

/// The verdict on a trial; where only what a baseline knows makes it so bad,
/// with that.
pub(crate) fn verdict_of(trial: &Trial) -> String {
    let word = verdict(trial.verdict).to_owned();
    let needed = match trial.verdict {
        Verdict::WillFail => Severity::Error,
        Verdict::AtRisk => Severity::Warning,
        // Warnings about what nothing deploys do not count, and stand below.
        Verdict::Ready if has_risky_candidate(trial) => return format!("{word} as deployed"),
        Verdict::Unknown | Verdict::Ready => return word,
    };
    let known = trial.comparison.as_ref().map_or(0, |it| it.known.len());
    if known == 0 || trial.worst() >= Some(needed) {
        return word;
    }
    format!("{word} (known: {} in the baseline)", count(known, "finding", "findings"))
}

/// Whether something that nothing in the tree deploys is less than ready.
fn has_risky_candidate(trial: &Trial) -> bool {
    trial.units.iter().any(|it| it.role == UnitRole::Candidate && it.verdict > Verdict::Ready)
}

/// How many findings there are, by severity.
pub(crate) fn counts(trial: &Trial) -> String {
    let summary = &trial.summary;
    let all = [
        (summary.error, "error", "errors"),
        (summary.warning, "warning", "warnings"),
        (summary.info, "note", "notes"),
    ];
    let some: Vec<String> =
        all.into_iter().filter(|it| it.0 > 0).map(|(number, one, many)| count(number, one, many)).collect();
    if some.is_empty() { "no findings".to_owned() } else { some.join(", ") }
}

/// What is left of several after the first few: ` and 3 more`.
pub(crate) fn more(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    }
}

/// A number with its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What units of a kind are called, one and several.
pub(crate) fn nouns(kind: UnitKind) -> (&'static str, &'static str) {
    match kind {
        UnitKind::Manifests => ("directory", "directories"),
        UnitKind::Helm => ("chart", "charts"),
        UnitKind::Kustomize => ("kustomization", "kustomizations"),
        UnitKind::ArgoCd => ("Argo CD application", "Argo CD applications"),
        UnitKind::Flux => ("Flux resource", "Flux resources"),
        UnitKind::Compose => ("Compose file", "Compose files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_says_whose_rules_it_is_judged_by() {
        assert_eq!(target(KubernetesVersion::DEFAULT), "1.36");
        let old = KubernetesVersion { major: 1, minor: 24 };
        assert_eq!(target(old), "1.24, by the rules and defaults of 1.36");
    }

    #[test]
    fn reasons_of_several_skips_lose_their_counts() {
        let common = |code, reason: &str| {
            let reason = reason.to_owned();
            common(&Skipped { path: TreePath::top(), line: None, code, reason }).to_owned()
        };
        assert_eq!(
            common(SkipCode::ForeignTemplate, "Jsonnet is not rendered: 12 files"),
            "Jsonnet is not rendered"
        );
        assert_eq!(
            common(SkipCode::NotRendered, "charts are not rendered yet"),
            "charts are not rendered yet"
        );
        assert_eq!(
            common(
                SkipCode::NotRendered,
                "kustomizations are not rendered yet; the 3 files it lists were ..."
            ),
            "kustomizations are not rendered yet"
        );
        assert_eq!(common(SkipCode::Unreadable, "it is a: 3 files"), "it is a: 3 files");
    }

    #[test]
    fn units_are_called_by_their_places() {
        for (name, words) in [
            ("manifests:.", "./"),
            ("manifests:k8s/web", "k8s/web/"),
            ("kustomize:overlays/prod", "kustomization overlays/prod/"),
            ("helm:charts/web@values.yaml", "chart charts/web/ with values.yaml"),
            ("compose:docker-compose.yml", "docker-compose.yml"),
            ("argocd:apps/web.yaml#argocd/web", "Argo CD application argocd/web"),
            ("flux:apps/web.yaml#web", "Flux resource web"),
        ] {
            assert_eq!(unit(name, &Style::PLAIN), words);
        }
    }
}
