//! The files of a chart that were fetched from other hosts. Nobody can edit
//! them: the entry that declares the dependency stands for each.

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Location, Notice, Origin};
use seatrial_helm::{Chart, RemoteDependency};
use seatrial_source::{FileId, Files, Span};

/// For each fetched file, the entry of `Chart.yaml`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Away(FxHashMap<FileId, Span>);

impl Away {
    pub(crate) fn of(chart: &Chart, files: &dyn Files, remotes: &[RemoteDependency]) -> Self {
        let mut all = FxHashMap::default();
        for remote in remotes {
            let Ok(path) = files.fetched(&remote.source) else { continue };
            let whole = || chart.metadata_file.map(|file| Span::new(file, 0, 0));
            let Some(entry) = remote.span.or_else(whole) else { continue };
            for dependency in chart.dependencies.iter().filter(|it| it.path == path) {
                add(dependency, entry, &mut all);
            }
        }
        Self(all)
    }

    /// Whether nothing of the chart was fetched.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands for a place in a fetched file; none for others.
    fn home(&self, span: Span) -> Option<Span> {
        self.0.get(&span.file).copied()
    }

    /// An origin that leads to files of the tree only.
    pub(crate) fn brought_home(&self, mut origin: Origin) -> Origin {
        if self.0.is_empty() {
            return origin;
        }
        origin.edit = self.home(origin.edit).unwrap_or(origin.edit);
        for step in &mut origin.via {
            step.span = self.home(step.span).unwrap_or(step.span);
        }
        origin.via.retain(|step| step.span != origin.edit);
        origin
    }

    /// A notice about a fetched file, told at the entry.
    pub(crate) fn told_at_home(&self, mut notice: Notice) -> Notice {
        if let Location::Text { span } = &mut notice.at {
            *span = self.home(*span).unwrap_or(*span);
        }
        notice.related.retain(|it| match &it.at {
            Location::Text { span } => self.home(*span).is_none(),
            Location::Field { .. } => true,
        });
        notice
    }
}

fn add(chart: &Chart, entry: Span, all: &mut FxHashMap<FileId, Span>) {
    let texts = chart.templates.iter().chain(&chart.files).chain(&chart.schema);
    let texts = texts.filter_map(|it| it.content.file());
    let values = chart.values.as_ref().map(|it| it.file);
    all.extend(texts.chain(values).chain(chart.metadata_file).map(|file| (file, entry)));
    for dependency in &chart.dependencies {
        add(dependency, entry, all);
    }
}
