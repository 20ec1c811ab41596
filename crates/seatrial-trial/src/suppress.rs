//! Findings that were accepted beforehand: in the configuration, or by a
//! comment beside the line.

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Finding, Level, Location, Notice, Severity, Strictness};
use seatrial_source::{FileId, SourceMap, Span, TreePath};

use crate::Date;
use crate::config::{Config, Ignore, find_check};

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

/// The word that opens a comment.
const MARK: &str = "seatrial:";
/// How a comment is written.
const FORM: &str = "# seatrial: ignore[check-id] reason";

/// `# seatrial: ignore[check-id] reason`, for its own line and the next.
#[derive(Clone, Debug)]
struct Comment {
    /// Empty where none is named.
    check: String,
    /// An entry of the configuration needs a reason, and so does a comment.
    has_reason: bool,
    span: Span,
    used: bool,
}

/// Everything that accepts findings, and whether it did.
#[derive(Debug)]
pub(crate) struct Suppressions<'a> {
    entries: Vec<(&'a Ignore, bool)>,
    comments: BTreeMap<(TreePath, u32), Vec<Comment>>,
    root: TreePath,
    today: Date,
}

impl<'a> Suppressions<'a> {
    /// The configuration's entries, and the comments of all files.
    pub(crate) fn new(config: &'a Config, root: &TreePath, files: &SourceMap, today: Date) -> Self {
        let mut comments: BTreeMap<(TreePath, u32), Vec<Comment>> = BTreeMap::new();
        for id in files.ids() {
            let file = files.file(id);
            for comment in comments_of(id, file.text()) {
                let line = file.lines().line(comment.span.start);
                comments.entry((file.path().clone(), line)).or_default().push(comment);
            }
        }
        let entries = config.ignore.iter().map(|entry| (entry, false)).collect();
        Self { entries, comments, root: root.clone(), today }
    }

    /// Whether something accepts the finding; remembers what did.
    pub(crate) fn accepts(&mut self, finding: &Finding) -> bool {
        let by_comment = self.accepted_by_comment(finding);
        let mut by_entry = false;
        for (entry, used) in &mut self.entries {
            if names(entry, finding, &self.root) {
                *used = true;
                by_entry |= entry.expires.is_none_or(|last| self.today <= last);
            }
        }
        by_comment || by_entry
    }

    fn accepted_by_comment(&mut self, finding: &Finding) -> bool {
        let line = finding.primary.start.line;
        let mut accepted = false;
        for line in [line, line.saturating_sub(1)] {
            let Some(comments) = self.comments.get_mut(&(finding.primary.path.clone(), line)) else {
                continue;
            };
            for comment in comments.iter_mut().filter(|it| it.has_reason && it.check == finding.check.id) {
                comment.used = true;
                accepted = true;
            }
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

    /// Notices about entries of the configuration that accepted nothing.
    pub(crate) fn unused_entries(&self, config: Option<FileId>, files: &SourceMap) -> Vec<Notice> {
        let notice = |entry: &Ignore| {
            let at = Location::text(line_span(files, config?, entry.line));
            let message = format!("the ignore entry for `{}` accepts no finding", entry.check.as_str());
            Some(Notice::new(&UNUSED, at, message).help("remove it"))
        };
        self.entries.iter().filter(|(_, used)| !used).filter_map(|(entry, _)| notice(entry)).collect()
    }

    /// Notices about comments that accepted nothing in files that were judged.
    /// Those that name none of the checks are told so.
    pub(crate) fn unused_comments(
        &self,
        checks: &[&'static CheckInfo],
        is_judged: impl Fn(FileId) -> bool,
    ) -> Vec<Notice> {
        let unused = self.comments.values().flatten().filter(|comment| !comment.used);
        unused
            .filter(|comment| is_judged(comment.span.file))
            .map(|comment| unused_comment(comment, checks))
            .collect()
    }
}

fn unused_comment(comment: &Comment, checks: &[&'static CheckInfo]) -> Notice {
    let at = Location::text(comment.span);
    if comment.check.is_empty() {
        let message = "the comment names no check and accepts nothing";
        return Notice::new(&UNUSED, at, message).help(format!("write it as `{FORM}`"));
    }
    if !comment.has_reason {
        let message = format!("the comment for `{}` gives no reason and accepts nothing", comment.check);
        return Notice::new(&UNUSED, at, message).help(format!("write it as `{FORM}`"));
    }
    if let Err(unknown) = find_check(&comment.check, checks) {
        return Notice::new(&UNUSED, at, unknown.to_string()).help(unknown.hint());
    }
    let message = format!("the comment that ignores `{}` accepts no finding", comment.check);
    Notice::new(&UNUSED, at, message).help("remove it")
}

/// The comments of one text. The mark counts only after a `#` on its line.
fn comments_of(file: FileId, text: &str) -> Vec<Comment> {
    let mut comments = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        if !text[line_start..at].trim_end().ends_with('#') {
            continue;
        }
        let line = text[at..].split(['\n', '\r']).next().unwrap_or_default();
        let Some((ids, reason)) = ids_and_reason(&line[MARK.len()..]) else { continue };
        let comment = line[..line.len() - reason.len()].trim_end();
        let span = Span::new(file, at as u32, (at + comment.len()) as u32);
        let has_reason = reason.contains(char::is_alphanumeric);
        let comment = |check: &str| Comment { check: check.to_owned(), has_reason, span, used: false };
        comments.extend(ids.split(',').map(|id| comment(id.trim())));
    }
    comments
}

/// What stands in the brackets after `ignore`, nothing without them, and what
/// follows. None when it says something else.
fn ids_and_reason(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start().strip_prefix("ignore")?;
    let Some(inside) = rest.trim_start().strip_prefix('[') else {
        let ends_here = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '-');
        return ends_here.then_some(("", rest));
    };
    inside.split_once(']').or(Some(("", rest)))
}

/// Whether an entry speaks of the finding.
fn names(entry: &Ignore, finding: &Finding, root: &TreePath) -> bool {
    let path = finding.primary.path.below(root).unwrap_or(finding.primary.path.as_str());
    let is_object = |glob: &globset::GlobMatcher| {
        finding.object.as_ref().is_some_and(|object| {
            let short = format!("{}/{}", object.kind, object.name);
            let long = object.namespace.as_ref().map(|it| format!("{}/{it}/{}", object.kind, object.name));
            glob.is_match(short) || long.is_some_and(|long| glob.is_match(long))
        })
    };
    entry.check.names(finding.check.id)
        && entry.path.as_ref().is_none_or(|glob| glob.is_match(path))
        && entry.unit.as_ref().is_none_or(|glob| finding.units.iter().any(|unit| glob.is_match(unit)))
        && entry.object.as_ref().is_none_or(is_object)
}

/// A whole line without its break.
fn line_span(files: &SourceMap, file: FileId, line: u32) -> Span {
    let source = files.file(file);
    let start = source.lines().start(line).unwrap_or(0);
    let rest = source.text().get(start as usize..).unwrap_or_default();
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    Span::new(file, start, start + length as u32)
}
