//! The files of a chart that were fetched from other hosts. Nobody can edit
//! them: the entry that names the chart stands for each.

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Location, Notice, Origin};
use seatrial_helm::{Chart, RemoteDependency};
use seatrial_source::{FileId, Files, Span, TreePath};

/// What of a chart was fetched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Away {
    /// For each fetched file, the entry.
    entries: FxHashMap<FileId, Span>,
    /// Where nothing of the chart is the tree's own: the file with the entry.
    whole: Option<(TreePath, Span)>,
}

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
        Self { entries: all, whole: None }
    }

    /// A chart that is fetched as a whole, for an entry of a file.
    pub(crate) fn whole(chart: &Chart, path: &TreePath, entry: Span) -> Self {
        let mut entries = FxHashMap::default();
        add(chart, entry, &mut entries);
        Self { entries, whole: Some((path.clone(), entry)) }
    }

    /// The file that names the chart, and where, when nothing of it is the
    /// tree's own.
    pub(crate) fn named_in(&self) -> Option<&(TreePath, Span)> {
        self.whole.as_ref()
    }

    /// Whether nothing of the chart was fetched.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What stands for a place in a fetched file; none for others.
    fn home(&self, span: Span) -> Option<Span> {
        self.entries.get(&span.file).copied()
    }

    /// An origin that leads to files of the tree only.
    pub(crate) fn brought_home(&self, mut origin: Origin) -> Origin {
        if self.is_empty() {
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
