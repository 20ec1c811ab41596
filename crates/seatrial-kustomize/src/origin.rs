//! What set a value, and what had set it before.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::Role;
use seatrial_source::{FileId, Span};

use crate::kustomization::Inline;
use crate::node::Node;

/// Names an origin of one build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OriginId(u32);

impl OriginId {
    /// Nobody wrote it.
    pub const NONE: Self = Self(0);

    /// The same origin behind others.
    pub(crate) fn behind(self, others: usize) -> Self {
        if self == Self::NONE { self } else { Self(self.0 + others as u32) }
    }

    /// The same origin counted from a mark on; none if it stands before it.
    pub(crate) fn behind_mark(self, mark: &Mark) -> Option<Self> {
        if self == Self::NONE {
            Some(self)
        } else {
            self.0.checked_sub(mark.len as u32).filter(|it| *it > 0).map(Self)
        }
    }
}

/// How far origins were.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    len: usize,
    foreign: usize,
    left: [usize; 3],
}

/// The origins of a part of a build, and what it spent.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    list: Vec<Origin>,
    spent: [usize; 3],
}

/// One step on the way of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The bytes that say so.
    pub span: Span,
    /// As what they do: a resource, a patch, a transformer's entry.
    pub role: Role,
    /// What had set the value before.
    pub before: OriginId,
}

/// For each line of a text, its first byte there and in the file.
pub(crate) type Lines = Arc<[(u32, u32)]>;

/// The origins of one build.
#[derive(Clone, Debug)]
pub struct Origins {
    list: Vec<Origin>,
    role: Role,
    /// While a text inside a file is read: the bytes of the whole, and where
    /// its lines begin.
    inline: Option<(Span, Lines)>,
    /// While something of another host is read: the entry that names it. That
    /// is all of it that a person can edit.
    stand_in: Option<Span>,
    /// The same for single files.
    foreign: FxHashMap<FileId, Span>,
    /// What stands behind all that is read: who made the text.
    basis: OriginId,
    /// How many values patches and replacements may still make.
    left: usize,
    /// How many bytes of text transformers and generators may still make.
    text_left: usize,
    /// How often items of lists may still be held against each other.
    steps_left: usize,
    /// What patches replaced although they say that they add.
    losses: Vec<Loss>,
}

/// What an operation of a patch took away.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    /// The operation's path.
    pub(crate) span: Span,
    /// The keys, or the names of items.
    pub(crate) names: Vec<String>,
}

/// Most losses that are remembered of one patch.
const LOSSES_MAX: usize = 100;

/// Most bytes of text that transformers and generators make in one build.
const TEXT_MAX: usize = 64 << 20;
/// How often items of lists are held against each other in one build.
const STEPS_MAX: usize = 100_000_000;
/// Most values that patches and replacements make in one build.
const MADE_MAX: usize = 2_000_000;

const TOO_MUCH_TEXT: &str = "the build makes more text than 64 MiB";
const TOO_MANY_STEPS: &str = "the lists are too long to be merged by the keys of their items";
const TOO_MANY_VALUES: &str = "patches and replacements make more values than 2000000";

/// The bound of the whole build that a message is about: it is reached once, whatever
/// comes after.
pub(crate) fn bound(message: &str) -> Option<&'static str> {
    [TOO_MUCH_TEXT, TOO_MANY_STEPS, TOO_MANY_VALUES].into_iter().find(|it| message.ends_with(it))
}

impl Default for Origins {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            role: Role::Base,
            inline: None,
            stand_in: None,
            basis: OriginId::NONE,
            foreign: FxHashMap::default(),
            left: MADE_MAX,
            text_left: TEXT_MAX,
            steps_left: STEPS_MAX,
            losses: Vec::new(),
        }
    }
}

impl Origins {
    /// What is known of an origin.
    pub fn get(&self, id: OriginId) -> Option<Origin> {
        self.list.get((id.0 as usize).checked_sub(1)?).copied()
    }

    /// The way of a value, the last step first.
    pub fn way(&self, id: OriginId) -> impl Iterator<Item = Origin> {
        std::iter::successors(self.get(id), |step| self.get(step.before))
    }

    /// A value as it stands in a file that is read in the present role.
    pub(crate) fn written(&mut self, span: Span) -> OriginId {
        let span = self.in_file(span);
        self.add(Origin { span, role: self.role, before: self.basis })
    }

    /// A value that something set anew.
    pub(crate) fn set(&mut self, span: Span, role: Role, before: OriginId) -> OriginId {
        self.add(Origin { span, role, before })
    }

    /// Counts a value that is put at a depth. Copies of copies come to an end
    /// here, before they fill the memory.
    pub(crate) fn spend(&mut self, value: &Node, depth: usize) -> Result<(), String> {
        let (count, height) = value.extent();
        if depth + height > crate::DEPTH_MAX {
            return Err("the value nests too deep".to_owned());
        }
        self.left = self.left.checked_sub(count).ok_or(TOO_MANY_VALUES)?;
        Ok(())
    }

    /// Remembers what an operation took away, unless a patch had put it there.
    pub(crate) fn lose(&mut self, operation: OriginId, old: &Node, names: Vec<String>) {
        let is_of_patch = self.get(old.origin).is_some_and(|it| it.role == Role::Patch);
        let Some(Origin { span, .. }) = self.get(operation).filter(|_| !is_of_patch && !names.is_empty())
        else {
            return;
        };
        if self.losses.len() < LOSSES_MAX && self.losses.iter().all(|it| it.span != span) {
            self.losses.push(Loss { span, names });
        }
    }

    /// What operations took away since this was asked last.
    pub(crate) fn losses(&mut self) -> Vec<Loss> {
        std::mem::take(&mut self.losses)
    }

    /// Counts a text that is made.
    pub(crate) fn spend_text(&mut self, text: &str) -> Result<(), String> {
        self.spend_bytes(text.len())
    }

    /// Counts bytes that are read into an object.
    pub(crate) fn spend_bytes(&mut self, count: usize) -> Result<(), String> {
        self.text_left = self.text_left.checked_sub(count).ok_or(TOO_MUCH_TEXT)?;
        Ok(())
    }

    /// Counts the steps of merging two lists by the keys of their items.
    pub(crate) fn spend_steps(&mut self, left: usize, right: usize) -> Result<(), String> {
        let rest = self.steps_left.checked_sub(left.saturating_mul(right));
        self.steps_left = rest.ok_or(TOO_MANY_STEPS)?;
        Ok(())
    }

    /// The same origin with another past.
    pub(crate) fn after(&mut self, id: OriginId, before: OriginId) -> OriginId {
        match self.get(id) {
            Some(origin) if origin.before == OriginId::NONE && before != OriginId::NONE && before != id => {
                self.add(Origin { before, ..origin })
            }
            _ => id,
        }
    }

    /// Reads in another role.
    pub(crate) fn in_role<T>(&mut self, role: Role, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.role, role);
        let result = read(self);
        self.role = before;
        result
    }

    /// Reads a text that something made.
    pub(crate) fn based_on<T>(&mut self, basis: OriginId, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.basis, basis);
        let result = read(self);
        self.basis = before;
        result
    }

    /// Reads a text that stands in a file.
    pub(crate) fn in_text<T>(&mut self, inline: &Inline, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.inline.replace((inline.text.span, inline.lines.clone()));
        let result = read(self);
        self.inline = before;
        result
    }

    /// The bytes of the file for bytes of the text that is read.
    fn in_file(&self, span: Span) -> Span {
        let Some((whole, lines)) = &self.inline else { return span };
        let place = |at: u32| {
            let line = lines[..lines.partition_point(|&(start, _)| start <= at)].last()?;
            Some((line.1 + (at - line.0)).min(whole.end))
        };
        match (place(span.start), place(span.end)) {
            (Some(start), Some(end)) if start <= end => Span::new(whole.file, start, end),
            _ => *whole,
        }
    }

    /// Lets an entry stand for all that is read, or ends that; gives what stood
    /// before.
    pub(crate) fn stand_in(&mut self, entry: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.stand_in, entry)
    }

    /// Lets an entry stand for a file.
    pub(crate) fn stand_for(&mut self, file: FileId, entry: Span) {
        self.foreign.insert(file, entry);
    }

    /// Whether what is read now stands for itself, as a resource.
    pub(crate) fn is_by_itself(&self) -> bool {
        self.role == Role::Base && self.inline.is_none() && self.stand_in.is_none()
    }

    fn budgets(&self) -> [usize; 3] {
        [self.left, self.text_left, self.steps_left]
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { len: self.list.len(), foreign: self.foreign.len(), left: self.budgets() }
    }

    /// What came since; none where it hangs on what was there before.
    pub(crate) fn since(&self, mark: &Mark) -> Option<Part> {
        let own = self.list[mark.len..].iter();
        let list = own.map(|it| Some(Origin { before: it.before.behind_mark(mark)?, ..*it }));
        let spent = std::array::from_fn(|at| mark.left[at] - self.budgets()[at]);
        (self.foreign.len() == mark.foreign).then_some(())?;
        Some(Part { list: list.collect::<Option<_>>()?, spent })
    }

    /// Whether there is enough left for a part.
    pub(crate) fn has_room(&self, part: &Part) -> bool {
        self.budgets().iter().zip(part.spent).all(|(left, spent)| *left >= spent)
    }

    /// Takes over a part; gives the number of origins before it.
    pub(crate) fn append(&mut self, part: &Part) -> usize {
        let before = self.list.len();
        self.list.extend(part.list.iter().map(|it| Origin { before: it.before.behind(before), ..*it }));
        self.left -= part.spent[0];
        self.text_left -= part.spent[1];
        self.steps_left -= part.spent[2];
        before
    }

    fn add(&mut self, origin: Origin) -> OriginId {
        let foreign = || self.foreign.get(&origin.span.file).copied();
        let span = self.stand_in.or_else(foreign).unwrap_or(origin.span);
        let origin = Origin { span, ..origin };
        self.list.push(origin);
        OriginId(self.list.len() as u32)
    }
}
