//! Findings that were accepted beforehand: in the configuration, or by a
//! comment beside the line.

mod comments;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Finding, Level, Location, Notice, Severity, Strictness};
use seatrial_source::{FileId, SourceMap, Span, TreePath};

use self::comments::{Comment, comments_of};
use crate::Date;
use crate::config::{Config, Ignore};

/// An entry or comment that accepts nothing.
pub(crate) static UNUSED: CheckInfo = CheckInfo {
    id: "unused-ignore",
    title: "An ignore entry or comment accepts no finding",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("pages/unused_ignore.md"),
};

/// An entry whose last day is over.
pub(crate) static EXPIRED: CheckInfo = CheckInfo {
    id: "expired-ignore",
    title: "An ignore entry has expired",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("pages/expired_ignore.md"),
};

/// Everything that accepts findings, and whether it did.
#[derive(Debug)]
pub(crate) struct Suppressions<'a> {
    entries: Vec<(&'a Ignore, bool)>,
    /// The entries that speak of a check, by its id: there may be many entries
    /// and many findings.
    by_check: BTreeMap<&'static str, Vec<usize>>,
    /// By the line they speak for.
    comments: BTreeMap<(TreePath, u32), Vec<Comment>>,
    /// All checks there are.
    checks: &'a [&'static CheckInfo],
    config: &'a Config,
    root: TreePath,
    today: Date,
}

impl<'a> Suppressions<'a> {
    /// The configuration's entries, and the comments of all files.
    pub(crate) fn new(
        config: &'a Config,
        root: &TreePath,
        files: &SourceMap,
        checks: &'a [&'static CheckInfo],
        today: Date,
    ) -> Self {
        let mut comments: BTreeMap<(TreePath, u32), Vec<Comment>> = BTreeMap::new();
        let ids: Vec<FileId> = files.ids().collect();
        let found = ids.into_par_iter().flat_map_iter(|id| {
            let file = files.file(id);
            comments_of(id, file).into_iter().map(|(line, comment)| ((file.path().clone(), line), comment))
        });
        for (place, comment) in found.collect::<Vec<_>>() {
            comments.entry(place).or_default().push(comment);
        }
        let entries: Vec<(&Ignore, bool)> = config.ignore.iter().map(|entry| (entry, false)).collect();
        let about = |check: &CheckInfo| {
            let named = entries.iter().enumerate().filter(|(_, (entry, _))| entry.check.names(check.id));
            named.map(|(at, _)| at).collect()
        };
        let by_check = checks.iter().map(|check| (check.id, about(check))).collect();
        Self { entries, by_check, comments, checks, config, root: root.clone(), today }
    }

    /// Whether something accepts the finding; remembers what did.
    pub(crate) fn accepts(&mut self, finding: &Finding) -> bool {
        let by_comment = self.accepted_by_comment(finding);
        let mut by_entry = false;
        for &at in self.by_check.get(finding.check.id).into_iter().flatten() {
            let (entry, used) = &mut self.entries[at];
            if names(entry, finding, &self.root) {
                *used = true;
                by_entry |= entry.expires.is_none_or(|last| self.today <= last);
            }
        }
        by_comment || by_entry
    }

    fn accepted_by_comment(&mut self, finding: &Finding) -> bool {
        let place = (finding.primary.path.clone(), finding.primary.start.line);
        let comments = self.comments.get_mut(&place).into_iter().flatten();
        let mut accepted = false;
        for comment in comments.filter(|it| it.accepts(finding.check)) {
            comment.used = true;
            accepted = true;
        }
        accepted
    }

    /// Notices about entries that are over. `config` is the configuration's file.
    pub(crate) fn expired(&self, config: Option<FileId>, files: &SourceMap) -> Vec<Notice> {
        let over = |entry: &Ignore| entry.expires.filter(|&last| self.today > last);
        let expired = self.entries.iter().filter_map(|(entry, _)| Some((*entry, over(entry)?)));
        let notice = |(entry, last): (&Ignore, Date)| {
            let at = Location::text(line_span(files, config?, entry.line));
            let message = format!("the ignore entry for `{}` expired on {last}", entry.check.as_str());
            let notice = Notice::new(&EXPIRED, at, message);
            Some(
                notice
                    .because(format!("today is {}", self.today))
                    .help("remove the entry or give it a new date"),
            )
        };
        expired.filter_map(notice).collect()
    }

    /// Notices about entries of the configuration that accepted nothing,
    /// although a check that they name ran.
    pub(crate) fn unused_entries(&self, config: Option<FileId>, files: &SourceMap) -> Vec<Notice> {
        let ran = |entry: &Ignore| {
            self.checks.iter().any(|it| entry.check.names(it.id) && self.config.select.has(it))
        };
        let notice = |entry: &Ignore| {
            let at = Location::text(line_span(files, config?, entry.line));
            let message = format!("the ignore entry for `{}` accepts no finding", entry.check.as_str());
            Some(Notice::new(&UNUSED, at, message).help("remove it"))
        };
        let unused = self.entries.iter().filter(|(entry, used)| !used && ran(entry));
        unused.filter_map(|(entry, _)| notice(entry)).collect()
    }

    /// Notices about comments that accepted nothing in the files that were judged,
    /// which are asked for where there are any. Those that name none of the checks
    /// are told so.
    pub(crate) fn unused_comments(&self, judged: impl FnOnce() -> FxHashSet<FileId>) -> Vec<Notice> {
        let unused = self.comments.values().flatten().filter(|comment| !comment.used);
        let mut unused = unused.peekable();
        if unused.peek().is_none() {
            return Vec::new();
        }
        let judged = judged();
        unused
            .filter(|comment| judged.contains(&comment.span.file))
            .filter_map(|comment| comment.unused(self.checks, |check| self.config.select.has(check)))
            .collect()
    }
}

/// Whether an entry for the finding's check speaks of the finding.
fn names(entry: &Ignore, finding: &Finding, root: &TreePath) -> bool {
    let path = finding.primary.path.below(root).unwrap_or(finding.primary.path.as_str());
    let is_object = |glob: &seatrial_model::NameGlob| {
        finding.object.as_ref().is_some_and(|object| {
            let short = format!("{}/{}", object.kind, object.name);
            let long = object.namespace.as_ref().map(|it| format!("{}/{it}/{}", object.kind, object.name));
            glob.is_match(&short) || long.is_some_and(|long| glob.is_match(&long))
        })
    };
    entry.path.as_ref().is_none_or(|glob| glob.is_match(path))
        && entry.unit.as_ref().is_none_or(|glob| finding.units.iter().any(|unit| glob.is_match(unit)))
        && entry.object.as_ref().is_none_or(is_object)
}

/// A whole line without its break.
pub(crate) fn line_span(files: &SourceMap, file: FileId, line: u32) -> Span {
    let source = files.file(file);
    let start = source.lines().start(line).unwrap_or(0);
    let rest = source.text().get(start as usize..).unwrap_or_default();
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    Span::new(file, start, start + length as u32)
}
