//! What becomes of the objects of one tree when another is applied over it.
//!
//! Both trees are rendered, their objects matched by identity, decoded and
//! defaulted as the server does; its own rules for updates say what it would
//! refuse. Nothing is printed, and the value of a secret never leaves.

mod around;
mod definitions;
mod losses;
mod notices;
mod pairs;
mod recreated;
mod refusals;
mod restarts;
mod shown;
mod side;
mod stored;

use std::collections::BTreeSet;

use rayon::prelude::*;
use seatrial_diagnostics::ObjectName;
use seatrial_model::{KubernetesVersion, Object, SkipCode};
use seatrial_source::TreePath;
use seatrial_yaml::FieldPath;
use serde_json::Value as Json;

use crate::trial::{Skipped, TrialRequest, render};

pub use notices::Earlier;
pub(crate) use notices::{CHECKS, notices};
use pairs::Pair;
use side::{Member, Side};
use stored::Stored;

/// Fields of one object beyond this are counted and not told.
const FIELDS_MAX: usize = 1000;

/// What becomes of the objects.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The version whose kinds and types count.
    pub kubernetes: KubernetesVersion,
    /// The objects that do not stay as they are, the worst last.
    pub objects: Vec<ObjectChange>,
    /// How many there are of each.
    pub summary: UpgradeSummary,
    /// What was not compared.
    pub skipped: Vec<(When, Skipped)>,
}

/// Which of the two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// What is there already.
    Before,
    /// What is applied.
    After,
}

/// How many objects there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpgradeSummary {
    /// Only in the later tree.
    pub added: usize,
    /// Only in the earlier tree.
    pub deleted: usize,
    /// In both, and different.
    pub changed: usize,
    /// In both, and the same.
    pub unchanged: usize,
    /// The server refuses the change.
    pub refused: usize,
    /// Their pods are replaced.
    pub restarted: usize,
    /// With them data is lost.
    pub lost: usize,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Only the later tree has it.
    Added,
    /// Both have it, and it differs.
    Changed,
    /// Only the earlier tree has it.
    Deleted,
}

/// The worst that happens to an object, from harmless to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It is made.
    Added,
    /// It is changed in place.
    Changed,
    /// It goes, and nothing that lasts goes with it.
    Deleted,
    /// It is deleted and made again by whoever applies it.
    Recreated,
    /// Its pods are replaced.
    Restarted,
    /// Data goes with it.
    Lost,
    /// The server refuses the change.
    Refused,
}

/// What becomes of one object.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Its name, as the later tree has it where both do.
    pub object: ObjectName,
    /// Its unit.
    pub unit: String,
    /// What happens to it.
    pub action: Action,
    /// Where it stands in the earlier tree.
    pub before: Option<Line>,
    /// Where it stands in the later tree.
    pub after: Option<Line>,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
    /// How many more differ.
    pub more_fields: usize,
    /// What cannot be changed in place.
    pub refused: Vec<RefusedChange>,
    /// Whether whoever applies it deletes the earlier one first.
    pub recreated: bool,
    /// The fields for whose sake its pods are replaced.
    pub restarts: Vec<String>,
    /// What is lost.
    pub lost: Vec<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
    /// The identity by which it was found, and where its fields stand; for notices.
    pub(crate) member: MemberId,
}

/// The object of a tree that a change is about.
pub(crate) type MemberId = seatrial_model::Place;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The file.
    pub path: TreePath,
    /// The line, from 1.
    pub line: u32,
}

/// A field that differs.
#[derive(Clone, Debug)]
pub struct FieldChange {
    /// The field.
    pub path: String,
    /// What it held, null where it was absent.
    pub before: Json,
    /// What it holds, null where it is absent.
    pub after: Json,
    /// Neither tree writes it: the server's default is another one.
    pub by_default: bool,
    /// It is a list of which the same items stand in another order; the two values
    /// name them.
    pub is_order: bool,
    /// A secret is part of it and is not told.
    pub hidden: bool,
    /// Where it stands, or what is around it: in the later tree, or in the
    /// earlier one where the later has none.
    pub line: Option<Line>,
}

/// A change that the server refuses.
#[derive(Clone, Debug)]
pub struct RefusedChange {
    /// The field that the server names.
    pub field: String,
    /// What the server says about it.
    pub message: String,
    /// The fields that differ and are meant.
    pub fields: Vec<String>,
    /// What to do instead.
    pub remedy: String,
    /// Whether deleting the object and making it anew is the usual way.
    pub replace: bool,
    /// Where the first of the fields stands in the later tree.
    pub after: Option<Line>,
    /// Where it stands in the earlier tree.
    pub before: Option<Line>,
    pub(crate) path: seatrial_yaml::FieldPath,
    pub(crate) by: RefusedBy,
}

/// Whose rule it is that a change breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusedBy {
    /// The type of the field, whatever it held before.
    Type,
    /// The server's own, for a kind of its own.
    Server,
    /// That of the definition in the object's own unit.
    Definition,
    /// That of a definition that stands elsewhere in the tree.
    DefinitionElsewhere,
}

impl ObjectChange {
    /// The worst that happens to it.
    pub fn effect(&self) -> Effect {
        let plain = match self.action {
            Action::Added => Effect::Added,
            Action::Changed => Effect::Changed,
            Action::Deleted => Effect::Deleted,
        };
        let worse = [
            (!self.refused.is_empty(), Effect::Refused),
            (!self.lost.is_empty(), Effect::Lost),
            (!self.restarts.is_empty(), Effect::Restarted),
            (self.recreated, Effect::Recreated),
        ];
        worse.into_iter().find(|it| it.0).map_or(plain, |it| it.1)
    }
}

impl Upgrade {
    /// Whether something is refused or lost.
    pub fn is_unsafe(&self) -> bool {
        self.summary.refused + self.summary.lost > 0
    }

    /// Whether there was anything to compare.
    pub fn found_anything(&self) -> bool {
        let skips = |it: &(When, Skipped)| !matches!(it.1.code, SkipCode::Excluded | SkipCode::Vendored);
        !self.objects.is_empty() || self.summary.unchanged > 0 || self.skipped.iter().any(skips)
    }
}

/// Compares two trees. Where their scopes are different directories, places
/// are compared from there.
pub fn upgrade(before: &TrialRequest<'_>, after: &TrialRequest<'_>) -> Upgrade {
    let (old, new) = rayon::join(|| render(before), || render(after));
    let (before, after) = rayon::join(|| Side::of(&old, before), || Side::of(&new, after));
    compare(&before, &after)
}

/// What becomes of the objects of a side under another.
pub(crate) fn compare(before: &Side<'_>, after: &Side<'_>) -> Upgrade {
    let pairs = pairs::pairs(before, after);
    let context = Context { before, after, table: stored::table(&after.repository().target) };
    let changes: Vec<Option<ObjectChange>> = pairs.par_iter().map(|pair| context.change(pair)).collect();
    let mut summary = UpgradeSummary {
        unchanged: changes.iter().filter(|it| it.is_none()).count(),
        ..UpgradeSummary::default()
    };
    let mut objects: Vec<ObjectChange> = changes.into_iter().flatten().collect();
    definitions::call_out(&mut objects);
    around::unread(&mut objects, after.repository(), after.graph());
    objects.sort_by(|a, b| a.order().cmp(&b.order()));
    for change in &objects {
        summary.add(change);
    }
    let skipped = [(When::Before, before), (When::After, after)];
    let skipped = skipped.into_iter().flat_map(|(when, side)| side.skipped().map(move |it| (when, it)));
    Upgrade { kubernetes: after.repository().target.kubernetes, skipped: skipped.collect(), objects, summary }
}

impl ObjectChange {
    fn order(&self) -> impl Ord + use<'_> {
        let place = self.after.as_ref().or(self.before.as_ref());
        let name = &self.object;
        let place = place.map(|it| (it.path.as_str(), it.line));
        (self.effect(), place, &name.kind, &name.namespace, &name.name, &self.unit)
    }
}

impl UpgradeSummary {
    fn add(&mut self, change: &ObjectChange) {
        match change.action {
            Action::Added => self.added += 1,
            Action::Changed => self.changed += 1,
            Action::Deleted => self.deleted += 1,
        }
        self.refused += usize::from(!change.refused.is_empty());
        self.restarted += usize::from(!change.restarts.is_empty());
        self.lost += usize::from(!change.lost.is_empty());
    }
}

struct Context<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    table: Option<&'static seatrial_schema::table::Table>,
}

impl Context<'_> {
    /// What becomes of one object; none where it stays as it is.
    fn change(&self, pair: &Pair<'_>) -> Option<ObjectChange> {
        match (pair.before, pair.after) {
            (None, Some(new)) => Some(self.plain(Action::Added, None, Some(new))),
            (Some(old), None) => {
                let mut change = self.plain(Action::Deleted, Some(old), None);
                losses::of_deleted(old.object, &mut change);
                Some(change)
            }
            (Some(old), Some(new)) => self.changed(old, new),
            (None, None) => None,
        }
    }

    fn plain(&self, action: Action, old: Option<Member<'_>>, new: Option<Member<'_>>) -> ObjectChange {
        let named = new.or(old).expect("a pair has an object");
        ObjectChange {
            object: named.object.words(),
            unit: named.unit.name.clone(),
            action,
            before: old.map(|it| self.before.line(it.object.span())),
            after: new.map(|it| self.after.line(it.object.span())),
            fields: Vec::new(),
            more_fields: 0,
            refused: Vec::new(),
            recreated: false,
            restarts: Vec::new(),
            lost: Vec::new(),
            notes: Vec::new(),
            member: MemberId { unit: named.object.unit(), object: named.object.id() },
        }
    }

    /// An object as the server holds it. A definition that the other tree alone has
    /// is the one that was there, or comes.
    fn stored<'o>(&'o self, own: &'o Side<'_>, other: &'o Side<'_>, object: &'o Object) -> Stored<'o> {
        Stored::of(object, self.table, || own.defined(object).or_else(|| other.defined(object)))
    }

    fn changed(&self, old: Member<'_>, new: Member<'_>) -> Option<ObjectChange> {
        if old.object.root().is_same(new.object.root()) {
            return None;
        }
        let before = self.stored(self.before, self.after, old.object);
        let after = self.stored(self.after, self.before, new.object);
        let mut found = after.differences(&before);
        if found.is_empty() {
            return None;
        }
        let mut change = self.plain(Action::Changed, Some(old), Some(new));
        let kept = after.kept(&before, &found);
        found.retain(|it| !kept.contains(&it.path));
        let stays = |it: &FieldPath| format!("`{it}` is no more written and stays: the server keeps it");
        change.notes.extend(kept.iter().map(stays));
        change.restarts = restarts::of(&after, &found, &mut change.notes);
        if is_filled_in_later(new.object.name()) {
            change.notes.push("its name is filled in later, so it may be another object".to_owned());
        } else {
            change.refused = refusals::of(&before, &after, &found);
            around::expansion(&before, &after, self.after.repository(), &mut change);
        }
        if let Some(why) = recreated::of(new.object, self.after.repository(), !change.refused.is_empty()) {
            change.recreated = true;
            change.refused.clear();
            change.notes.push(format!("it is deleted and made again, as {why}"));
            losses::of_recreated(old.object, &mut change);
        }
        change.refused.extend(refusals::of_unread(&after, &found));
        for refused in &mut change.refused {
            refused.message = self.before.scrubbed(&self.after.scrubbed(&refused.message));
            refused.before = Some(self.before.line_of(old.object, &refused.path));
            refused.after = Some(self.after.line_of(new.object, &refused.path));
        }
        losses::of_changed(&before, &after, &mut change);
        definitions::compare(&before, &after, self.after.repository(), &mut change.notes);
        if change.refused.iter().any(|it| it.by == RefusedBy::DefinitionElsewhere) {
            change
                .notes
                .push("another unit defines the kind; a cluster may have another definition".to_owned());
        }
        if after.is_unknown() {
            change
                .notes
                .push("no kind of Kubernetes, and no one definition here: compared as written".to_owned());
        } else if before.version() != after.version() {
            change.notes.push(format!(
                "the API version changes from {} to {}; what cannot be changed in place was not looked for",
                old.object.api_version(),
                new.object.api_version()
            ));
        }
        change.more_fields = found.len().saturating_sub(FIELDS_MAX);
        let fields = found.iter().take(FIELDS_MAX);
        change.fields =
            fields.map(|it| shown::field((self.before, old.object), (self.after, new.object), it)).collect();
        Some(change)
    }
}

/// Whether another program completes a name before it is applied.
fn is_filled_in_later(name: &str) -> bool {
    ["${", "$(", "{{", "<"].iter().any(|mark| name.contains(mark))
}

/// The texts without repetition, in order of appearance.
fn distinct(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.into_iter().filter(|it| seen.insert(it.clone())).collect()
}
