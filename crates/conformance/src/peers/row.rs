//! One row of a table: a version of a kind, since when it is deprecated and
//! removed, and what takes its place.

use seatrial_schema::removed::{Fate, Owner, Standing, fate};
use seatrial_schema::table::Table;

use crate::Disagreement;

/// What a table says; what it does not say is not compared.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) api_version: String,
    pub(super) kind: String,
    /// Releases as `1.22` or `0.11`; empty for never.
    pub(super) deprecated: Option<String>,
    pub(super) removed: Option<String>,
    pub(super) replacement: Option<String>,
    /// The project whose releases are meant; none for Kubernetes.
    pub(super) project: Option<String>,
    /// Whether the release without it was a plan: it may have gone earlier.
    pub(super) is_plan: bool,
}

impl Row {
    /// What differs, if anything does.
    pub(super) fn compare(&self) -> Option<Disagreement> {
        let ours = fate(&self.api_version, &self.kind);
        let mut wrong = Vec::new();
        if !self.stands_alike(ours.as_ref()) {
            wrong.push("when");
        }
        if !self.leads_alike(ours.as_ref()) {
            wrong.push("replacement");
        }
        (!wrong.is_empty()).then(|| Disagreement {
            id: format!("{} {}: {}", self.api_version, self.kind, wrong.join(", ")),
            input: format!("{} {}", self.api_version, self.kind),
            recorded: self.words(),
            ours: ours.as_ref().map_or_else(|| "nothing against it".to_owned(), words),
        })
    }

    /// Whether every minor that is known decides alike.
    fn stands_alike(&self, ours: Option<&Fate>) -> bool {
        let Some(ours) = ours else {
            let is_kept = |minor| self.standing(minor).is_none_or(|it| it == Standing::Current);
            return self.project.is_none() && Table::minors().into_iter().all(is_kept);
        };
        match (&self.project, ours.owner) {
            (None, Owner::Kubernetes { .. }) => {
                let minors = Table::minors();
                minors
                    .into_iter()
                    .all(|minor| self.standing(minor).is_none_or(|it| it == ours.standing(minor)))
            }
            (Some(_), Owner::Project { deprecated, removed, .. }) => {
                let is_same = |theirs: &Option<String>, ours: &str| {
                    theirs.as_deref().is_none_or(|theirs| short(theirs) == ours)
                };
                is_same(&self.deprecated, deprecated) && is_same(&self.removed, removed)
            }
            _ => false,
        }
    }

    /// How the version stands in a minor; none where the table does not tell.
    fn standing(&self, minor: u8) -> Option<Standing> {
        let since = |release: &str| release.strip_prefix("1.").and_then(|it| it.parse::<u8>().ok());
        let is_reached = |release: &str| since(short(release)).is_some_and(|since| since <= minor);
        if is_reached(self.removed.as_deref()?) {
            return Some(Standing::Removed);
        }
        if self.is_plan {
            return None;
        }
        let is_deprecated = is_reached(self.deprecated.as_deref()?);
        Some(if is_deprecated { Standing::Deprecated } else { Standing::Current })
    }

    /// Whether the version to use instead is ours, or one that itself gave way
    /// to ours.
    fn leads_alike(&self, ours: Option<&Fate>) -> bool {
        let (Some(theirs), Some(ours)) = (self.replacement.as_deref(), ours) else { return true };
        let mut version = theirs.to_owned();
        for _ in 0..4 {
            if version == ours.replacement {
                return true;
            }
            match fate(&version, &self.kind) {
                Some(next) if !next.replacement.is_empty() => version = next.replacement.into_owned(),
                _ => return false,
            }
        }
        false
    }

    /// The row in words.
    pub(super) fn words(&self) -> String {
        let say = |what: &str, value: &Option<String>| {
            value.as_deref().map(|it| format!("{what} {}", if it.is_empty() { "never" } else { it }))
        };
        let parts = [
            say("deprecated", &self.deprecated),
            say("removed", &self.removed),
            self.replacement
                .as_deref()
                .map(|it| format!("replaced by {}", if it.is_empty() { "nothing" } else { it })),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// `1.22` of `v1.22.0`
fn short(release: &str) -> &str {
    let release = release.trim_start_matches('v');
    release.strip_suffix(".0").filter(|it| it.contains('.')).unwrap_or(release)
}

fn words(fate: &Fate) -> String {
    let since = match fate.owner {
        Owner::Kubernetes { deprecated, removed } => {
            let release = |minor: u8| if minor == 0 { "never".to_owned() } else { format!("1.{minor}") };
            format!("deprecated {}, removed {}", release(deprecated), release(removed))
        }
        Owner::Project { name, deprecated, removed } => {
            format!("{name}: deprecated {deprecated}, removed {removed}")
        }
    };
    let instead = if fate.replacement.is_empty() { "nothing" } else { &fate.replacement };
    format!("{since}, replaced by {instead}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(version: &str, kind: &str, deprecated: &str, removed: &str, replacement: &str) -> Row {
        Row {
            api_version: version.into(),
            kind: kind.into(),
            deprecated: Some(deprecated.into()),
            removed: Some(removed.into()),
            replacement: Some(replacement.into()),
            ..Row::default()
        }
    }

    #[test]
    fn a_row_agrees_where_every_minor_decides_alike() {
        let right = row("batch/v1beta1", "CronJob", "v1.21.0", "v1.25.0", "batch/v1");
        assert!(right.compare().is_none());
        let late = row("batch/v1beta1", "CronJob", "v1.21.0", "v1.26.0", "batch/v1");
        assert!(late.compare().is_some_and(|it| it.id.ends_with("when")));
        // Both lie before the first minor that is known.
        assert!(row("apps/v1beta1", "Deployment", "1.8", "1.16", "apps/v1").compare().is_none());
    }

    #[test]
    fn a_replacement_that_gave_way_itself_leads_there() {
        let flow = "flowcontrol.apiserver.k8s.io";
        let old = Row {
            deprecated: None,
            ..row(&format!("{flow}/v1beta1"), "FlowSchema", "", "1.26", &format!("{flow}/v1beta2"))
        };
        assert!(old.compare().is_none());
        let wrong = Row { replacement: Some("apps/v1".into()), ..old };
        assert!(wrong.compare().is_some_and(|it| it.id.ends_with("replacement")));
    }
}
