//! Packed charts: which version is taken, and whether the archive is one.

use std::sync::Arc;

use seatrial_helm::semver::{Constraint, Version};
use seatrial_helm::{HelmVersion, Loader};
use seatrial_source::{FileId, MemoryFiles, TreePath};

use crate::FetchError;

/// The version that Helm would take of those on offer: the one that is written
/// just so, else the highest that lies in the range. Versions that are none
/// are passed over.
pub(crate) fn choose<'a, T>(
    wanted: &str,
    offered: &'a [T],
    version_of: impl Fn(&T) -> &str,
) -> Result<Option<&'a T>, String> {
    if let Some(exact) = offered.iter().find(|it| !wanted.is_empty() && version_of(it) == wanted) {
        return Ok(Some(exact));
    }
    let range = if wanted.is_empty() { "*" } else { wanted };
    let range = Constraint::parse(range).map_err(|error| error.to_string())?;
    let parsed = offered.iter().filter_map(|it| Some((Version::parse(version_of(it)).ok()?, it)));
    let fitting = parsed.filter(|(version, _)| range.matches(version));
    // Of equal ones the first counts.
    let best = fitting.reduce(|best, next| if next.0 > best.0 { next } else { best });
    Ok(best.map(|(_, it)| it))
}

/// Refuses an archive that Helm would not load, or that holds another chart.
pub(crate) fn inspect(address: &str, name: &str, bytes: &[u8]) -> Result<(), FetchError> {
    let mut files = MemoryFiles::new();
    files.insert("chart.tgz", bytes);
    let mut next = 0;
    let mut register = |_: &TreePath, _: &Arc<str>| {
        next += 1;
        FileId(next)
    };
    let helm = HelmVersion::default();
    let loaded = Loader { files: &files, register: &mut register, helm, alone: None }
        .archive(&TreePath::new("chart.tgz"));
    let problem = loaded.problems.iter().find(|it| it.is_fatal);
    let reason = problem.map(|it| it.detail.clone().unwrap_or_else(|| it.message.clone()));
    match loaded.chart {
        Some(chart) if &*chart.metadata.name == name => Ok(()),
        Some(chart) => {
            let reason = format!("it is the chart {}, not {name}", &*chart.metadata.name);
            Err(FetchError::malformed(address, reason))
        }
        None => Err(FetchError::malformed(address, reason.unwrap_or_else(|| "it is no chart".to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(wanted: &str, offered: &[&'static str]) -> Option<&'static str> {
        choose(wanted, offered, |it| it).expect("the range can be read").copied()
    }

    #[test]
    fn the_highest_version_in_the_range_is_taken() {
        let offered = ["1.2.0", "v1.10.0", "2.0.0-rc.1", "nonsense", "1.9.3"];
        assert_eq!(chosen("^1.2", &offered), Some("v1.10.0"));
        assert_eq!(chosen("", &offered), Some("v1.10.0"));
        assert_eq!(chosen(">0-0", &offered), Some("2.0.0-rc.1"));
        assert_eq!(chosen("1.9.3", &offered), Some("1.9.3"));
        assert_eq!(chosen("nonsense", &offered), Some("nonsense"));
        assert_eq!(chosen("3.x", &offered), None);
        assert!(choose("?", &offered, |it| it).is_err());
    }

    #[test]
    fn what_is_no_chart_is_refused() {
        assert!(inspect("https://h/c.tgz", "c", b"<html>").is_err());
    }
}
