//! Entries of the configuration that say something about nothing.

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::references::ExternalReason;
use seatrial_model::{External, Graph, Repository, Resolution};
use seatrial_source::{FileId, SourceMap, Span, TreePath};

use crate::Config;
use crate::config::Exclude;
use crate::suppress::line_span;

/// An entry that matches nothing.
pub(crate) static UNMATCHED: CheckInfo = CheckInfo {
    id: "unmatched-entry",
    title: "An external or exclude entry matches nothing",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("pages/unmatched_entry.md"),
};

/// What the entries are compared with.
pub(crate) struct Unmatched<'a> {
    /// The entries.
    pub(crate) config: &'a Config,
    /// The configuration's file.
    pub(crate) file: FileId,
    /// The texts.
    pub(crate) files: &'a SourceMap,
    /// All units, and what was left out.
    pub(crate) repository: &'a Repository,
}

impl Unmatched<'_> {
    /// A notice for each entry that matches nothing.
    pub(crate) fn notices(&self, root: &TreePath, graph: &Graph) -> Vec<Notice> {
        let excluded = &self.repository.facts.excluded;
        let paths = self.config.unmatched_excludes(root, excluded).into_iter().filter_map(|it| {
            let message = format!("the `exclude` entry `{}` leaves nothing out", it.pattern);
            let found = notice(self.span_of(it)?, message);
            Some(found.because("another entry, or what is always left out, may cover it"))
        });
        paths.chain(self.externals(graph)).collect()
    }

    fn externals(&self, graph: &Graph) -> Vec<Notice> {
        // An address in a variable may name a Service.
        let is_told = |it: &External| !it.has_kind("", "Service");
        let mut left: Vec<_> = self.config.external.iter().filter(|it| is_told(&it.object)).collect();
        let declared = Resolution::External(ExternalReason::Declared);
        for link in graph.links().iter().filter(|it| it.resolution == declared) {
            let from = self.repository.object(link.from);
            left.retain(|it| !it.object.declares(&link.reference, from));
        }
        let of_entry = |object: &External, line| {
            let (kind, name) = (object.kind.as_str(), object.name.as_str());
            let message =
                format!("the `external` entry for {kind} `{name}` stands for nothing that is missing");
            notice(line_span(self.files, self.file, line), message)
        };
        left.into_iter().map(|it| of_entry(&it.object, it.line)).collect()
    }

    /// The pattern with its quotes: several may stand in one line.
    fn span_of(&self, exclude: &Exclude) -> Option<Span> {
        let start = exclude.at?;
        let line = self.files.positions(Span::new(self.file, start, start)).0.line;
        let end = line_span(self.files, self.file, line).end;
        // Escapes make it longer than what it stands for.
        let short = end.min(start + exclude.pattern.len() as u32 + 2);
        let is_whole = self.files.file(self.file).text().is_char_boundary(short as usize);
        Some(Span::new(self.file, start, if is_whole { short } else { end }))
    }
}

fn notice(at: Span, message: String) -> Notice {
    Notice::new(&UNMATCHED, Location::text(at), message)
        .help("remove it, or correct what keeps it from matching")
}
