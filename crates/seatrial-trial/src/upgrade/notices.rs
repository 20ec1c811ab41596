//! What `check` says about a change: the tree under judgement against an
//! earlier one.

use std::cell::LazyCell;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Object, Repository};
use seatrial_render::Rendering;
use seatrial_source::{FileId, SourceMap, Span, TreePath};
use seatrial_yaml::FieldPath;

use super::side::Side;
use super::{Line, ObjectChange, RefusedBy, RefusedChange, compare};
use crate::trial::{TrialRequest, render};

/// A field that cannot be changed.
pub(crate) static IMMUTABLE: CheckInfo = CheckInfo {
    id: "immutable-field",
    title: "A changed field cannot be changed in place",
    severity: Severity::Error,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("../pages/immutable_field.md"),
};

/// A deletion that takes data along.
pub(crate) static LOST: CheckInfo = CheckInfo {
    id: "lost-data",
    title: "Data goes with an object that the change deletes",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("../pages/lost_data.md"),
};

/// A change that replaces pods.
pub(crate) static RESTARTED: CheckInfo = CheckInfo {
    id: "restarted-workload",
    title: "A change replaces the pods of a workload",
    severity: Severity::Info,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &[],
    page: include_str!("../pages/restarted_workload.md"),
};

/// The checks whose notices come from here.
pub(crate) const CHECKS: [&CheckInfo; 3] = [&IMMUTABLE, &LOST, &RESTARTED];

/// Fields of a restart that are named.
const NAMED_MAX: usize = 6;

/// The tree that is there already.
pub struct Earlier<'a> {
    /// What a person calls it: `main~3`.
    pub name: String,
    /// How to read it.
    pub request: TrialRequest<'a>,
}

/// What is to be said of the change from the earlier tree to the one that is
/// judged. The text of a file that is gone is added to the sources.
pub(crate) fn notices(
    earlier: &Earlier<'_>,
    request: &TrialRequest<'_>,
    rendering: &mut Rendering,
) -> Vec<Notice> {
    let old = render(&earlier.request);
    let before = Side::of(&old, &earlier.request);
    let upgrade = compare(&before, &Side::of(rendering, request));
    let (repository, sources) = (&rendering.repository, &mut rendering.sources);
    let newcomers = LazyCell::new(|| Newcomers::of(before.repository(), repository));
    let mut gone = GoneFiles::of(&upgrade.objects, &before);
    let mut notices = Vec::new();
    for change in &upgrade.objects {
        // What has the wrong type is told by the checks of the object alone.
        let immutable = change.refused.iter().filter(|it| it.by != RefusedBy::Type);
        notices.extend(immutable.map(|it| refused(change, it, &earlier.name)));
        notices.extend(restarted(change, &earlier.name));
        if !change.lost.is_empty() {
            let at = lost_at(change, &before, sources, &newcomers, &mut gone);
            notices.push(lost(change, at, &earlier.name));
        }
    }
    notices
}

fn refused(change: &ObjectChange, refused: &RefusedChange, earlier: &str) -> Notice {
    let message = match (refused.by, &refused.fields[..]) {
        (RefusedBy::Server, fields) => {
            let field = fields.first().unwrap_or(&refused.field);
            format!("{} changes `{field}`, which cannot be changed in place", title(change))
        }
        (_, [field]) => {
            format!("{} changes `{field}`, which the definition of its kind does not allow", title(change))
        }
        _ => format!(
            "{} changes `{}`, which the definition of its kind does not allow",
            title(change),
            refused.field
        ),
    };
    let at = location(change, refused.path.clone());
    let mut notice = Notice::new(&IMMUTABLE, at, message).help(refused.remedy.clone());
    for field in change.fields.iter().filter(|it| refused.fields.contains(&it.path)).take(NAMED_MAX) {
        let value = if field.before.is_null() { "nothing".to_owned() } else { format!("`{}`", field.before) };
        notice = notice.because(format!("`{}` is {value} in {earlier}", field.path));
    }
    let others = refused.fields.iter().filter_map(|it| it.parse::<FieldPath>().ok());
    for path in others.filter(|it| *it != refused.path).take(NAMED_MAX) {
        notice = notice.related(location(change, path), Role::Cause, "this is changed, too");
    }
    if let Some(Line { path, line }) = &refused.before {
        notice = notice.because(format!("it stands at {path}:{line} in {earlier}"));
    }
    let notice = notice.because(format!("the server says: {}: {}", refused.field, refused.message));
    if refused.by != RefusedBy::DefinitionElsewhere {
        return notice;
    }
    let why = "another unit defines the kind; a cluster may have another definition";
    notice.at_most(Severity::Warning).because(why)
}

fn restarted(change: &ObjectChange, earlier: &str) -> Option<Notice> {
    let first = change.restarts.first()?;
    let message = format!("{} gets new pods, as `{first}` changes", title(change));
    let path = first.parse::<FieldPath>().unwrap_or_else(|_| FieldPath::root().key("spec").key("template"));
    let mut notice = Notice::new(&RESTARTED, location(change, path), message);
    let told = change.fields.iter().filter(|it| change.restarts.contains(&it.path));
    for field in told.take(NAMED_MAX) {
        let by = if field.by_default { ", by default" } else { "" };
        notice = notice
            .because(format!("`{}`: {} in {earlier}, now {}{by}", field.path, field.before, field.after));
    }
    Some(notice)
}

fn lost(change: &ObjectChange, at: Location, earlier: &str) -> Notice {
    let what = change.lost.first().map_or("", |it| it.split([',', ':']).next().unwrap_or(it));
    let verb = if change.after.is_some() { "changes" } else { "is gone" };
    let mut notice = Notice::new(&LOST, at, format!("{} {verb}, and with it {what}", title(change)));
    for lost in &change.lost {
        notice = notice.because(lost.clone());
    }
    if let Some(Line { path, line }) = &change.before {
        notice = notice.because(format!("it stands at {path}:{line} in {earlier}"));
    }
    notice.help("keep the object, or save its data before whoever applies the tree prunes what is gone")
}

fn title(change: &ObjectChange) -> String {
    format!("{} {}", change.object.kind, change.object.name)
}

fn location(change: &ObjectChange, path: FieldPath) -> Location {
    Location::field(change.member.unit, change.member.object, path)
}

/// Where a loss is told: at the field that takes data along, at what bears another name
/// now, where the object stood in its file, else in what that file was.
fn lost_at(
    change: &ObjectChange,
    before: &Side<'_>,
    sources: &mut SourceMap,
    newcomers: &Newcomers<'_>,
    gone: &mut GoneFiles,
) -> Location {
    if change.after.is_some() {
        return location(change, FieldPath::root().key("spec").key("replicas"));
    }
    let object = before.repository().bundle(change.member.unit).object(change.member.object);
    let span = before.source(object.span());
    let path: TreePath = before.path(span.file).clone();
    let added = gone.added.get(&span.file).copied();
    if let Some(file) = sources.find(&path).filter(|_| added.is_none()) {
        return newcomers.renamed(object, file).unwrap_or_else(|| {
            let at = taken_out(before.text(span.file), span, sources.file(file).text());
            Location::text(Span::new(file, at.start, at.end))
        });
    }
    let file = added.unwrap_or_else(|| {
        let text = only(before.text(span.file), gone.lost.get(&span.file).map_or(&[], Vec::as_slice));
        sources.add(path, text.into())
    });
    gone.added.insert(span.file, file);
    Location::text(Span::new(file, span.start, first_line_end(before.text(span.file), span)))
}

/// The objects that came, by their file, group and kind.
struct Newcomers<'a>(FxHashMap<(FileId, &'a str, &'a str), Vec<&'a Object>>);

impl<'a> Newcomers<'a> {
    fn of(before: &'a Repository, now: &'a Repository) -> Self {
        let identity = |it: &'a Object| (it.group(), it.kind(), it.namespace(), it.name());
        let known: FxHashSet<_> = before.objects().map(identity).collect();
        let mut came: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for object in now.objects().filter(|it| !known.contains(&identity(it))) {
            came.entry((object.span().file, object.group(), object.kind())).or_default().push(object);
        }
        Self(came)
    }

    /// The name, or the namespace, of the one object of a file that came for one that is gone.
    fn renamed(&self, gone: &Object, file: FileId) -> Option<Location> {
        let [only] = self.0.get(&(file, gone.group(), gone.kind()))?[..] else { return None };
        let field = if only.name() == gone.name() { "namespace" } else { "name" };
        Some(Location::field(only.unit(), only.id(), FieldPath::root().key("metadata").key(field)))
    }
}

/// The line of a text where a part of an earlier one stood.
fn taken_out(before: &str, span: Span, now: &str) -> Range<u32> {
    let part = span.range();
    let behind = before.get(part.end..).unwrap_or_default();
    let at = match before.get(..part.start) {
        Some(head) if now.starts_with(head) => head.len(),
        _ if now.ends_with(behind) => now.len() - behind.len(),
        _ => before.bytes().zip(now.bytes()).take_while(|(old, new)| old == new).count(),
    };
    let at = now.floor_char_boundary(at.min(now.trim_end().len()));
    let start = now[..at].rfind('\n').map_or(0, |it| it + 1);
    let end = now[at..].find(['\r', '\n']).map_or(now.len(), |it| at + it);
    start as u32..end as u32
}

/// What was lost of each earlier file, and the texts that stand for those that are gone.
struct GoneFiles {
    lost: FxHashMap<FileId, Vec<Span>>,
    added: FxHashMap<FileId, FileId>,
}

impl GoneFiles {
    fn of(changes: &[ObjectChange], before: &Side<'_>) -> Self {
        let mut lost: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
        for change in changes.iter().filter(|it| !it.lost.is_empty() && it.after.is_none()) {
            let object = before.repository().bundle(change.member.unit).object(change.member.object);
            let span = before.source(object.span());
            // Of what was made of a file, the document that it was made of.
            let part = if span == object.span() { span } else { document(before.text(span.file), span) };
            lost.entry(span.file).or_default().push(part);
        }
        Self { lost, added: FxHashMap::default() }
    }
}

/// The document of a text around a place.
fn document(text: &str, span: Span) -> Span {
    let at = text.floor_char_boundary(span.start as usize);
    let start = text[..at].rfind("\n---").map_or(0, |it| it + 1);
    let end = text[at..].find("\n---").map_or(text.len(), |it| at + it + 1);
    Span::new(span.file, start as u32, end as u32)
}

/// A text of which only some parts are left; the lines and places stay.
fn only(text: &str, parts: &[Span]) -> String {
    let blank = |byte| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' };
    let mut left: Vec<u8> = text.bytes().map(blank).collect();
    for part in parts {
        if let (Some(kept), Some(to)) = (text.get(part.range()), left.get_mut(part.range())) {
            to.copy_from_slice(kept.as_bytes());
        }
    }
    String::from_utf8(left).unwrap_or_default()
}

fn first_line_end(text: &str, span: Span) -> u32 {
    let body = text.get(span.range()).unwrap_or_default();
    let length = body.find('\n').unwrap_or(body.len());
    span.start + u32::try_from(length).unwrap_or(0)
}
