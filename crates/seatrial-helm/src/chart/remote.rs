//! Dependencies on other hosts: which version is meant, and those that were
//! fetched before, which take part as if `helm dependency build` had put them
//! into `charts/`.

use seatrial_source::{NotFetched, RemoteSource, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node};

use super::directory::RawFile;
use super::intake::Intake;
use super::tree::is_compatible;
use super::{Chart, Dependency, Loader, Problem, archive};

/// A dependency that another host holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteDependency {
    /// The entry that declares it.
    pub span: Option<Span>,
    /// What it names.
    pub source: RemoteSource,
    /// Why it takes no part; none where it was fetched before.
    pub missing: Option<NotFetched>,
}

/// The versions that `Chart.lock` or `requirements.lock` holds on to.
#[derive(Debug, Default)]
pub(super) struct Locked(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    name: String,
    repository: String,
    version: String,
}

impl Locked {
    pub(super) fn read(files: &[RawFile]) -> Self {
        let names = ["Chart.lock", "requirements.lock"];
        let file = names.iter().find_map(|name| files.iter().find(|file| file.name == **name));
        let Some(file) = file else { return Self::default() };
        let text = file.raw.text();
        let stream =
            seatrial_yaml::parse(seatrial_source::FileId(0), text, Dialect::GoYaml2, &Limits::default());
        let entries = stream.document_root(0).and_then(|root| root.get("dependencies"));
        Self(entries.into_iter().flat_map(Node::items).filter_map(Entry::read).collect())
    }

    /// The version that is downloaded: the one held on to, while it lies in the
    /// range.
    fn version<'a>(&'a self, wanted: &'a Dependency) -> &'a str {
        let is_meant = |it: &&Entry| {
            it.name == *wanted.name
                && it.repository.trim_end_matches('/') == wanted.repository.trim_end_matches('/')
                && is_compatible(&wanted.version, &it.version)
        };
        self.0.iter().find(is_meant).map_or(&*wanted.version, |it| &it.version)
    }
}

impl Entry {
    fn read(node: Node<'_>) -> Option<Self> {
        let text = |key| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        let entry = Self { name: text("name"), repository: text("repository"), version: text("version") };
        (!entry.version.is_empty()).then_some(entry)
    }
}

/// What a dependency names, where that is on another host.
pub(super) fn source(wanted: &Dependency, locked: &Locked) -> Option<RemoteSource> {
    let schemes = ["https://", "http://", "oci://"];
    let is_remote = schemes.iter().any(|scheme| wanted.repository.starts_with(scheme));
    is_remote.then(|| RemoteSource::chart(&wanted.repository, &wanted.name, locked.version(wanted)))
}

impl Loader<'_> {
    /// Adds a dependency that was fetched before. Says why it was not.
    pub(super) fn take_fetched(
        &mut self,
        chart: &mut Chart,
        wanted: &Dependency,
        source: &RemoteSource,
        problems: &mut Vec<Problem>,
    ) -> Option<NotFetched> {
        let path = match self.files.fetched(source) {
            Ok(path) => path,
            Err(why) => return Some(why),
        };
        if chart.dependencies.iter().any(|it| it.path == path) {
            return None;
        }
        match self.fetched_chart(&path, problems) {
            Err(reason) => Some(NotFetched::Unreadable { reason }),
            Ok(found) if found.metadata.name.text != wanted.name.text => {
                let reason = format!("it is the chart {}", found.metadata.name);
                Some(NotFetched::Unreadable { reason })
            }
            Ok(found) => {
                chart.dependencies.push(found);
                None
            }
        }
    }

    fn fetched_chart(&mut self, path: &TreePath, problems: &mut Vec<Problem>) -> Result<Chart, String> {
        let bytes = self.files.read(path, archive::CHART_BYTES_MAX).map_err(|error| error.to_string())?;
        let files = self.unpack(&bytes, path)?;
        let mut intake = Intake { loader: self, problems: Vec::new(), depth: 1, is_packed: true };
        let found = intake.chart(files, path);
        problems.append(&mut intake.problems);
        found.ok_or_else(|| "it is no chart".to_owned())
    }
}
