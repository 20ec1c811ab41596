//! Which field was meant by one that does not exist: another spelling here, or
//! the same name where it belongs.

use std::ops::RangeInclusive;

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::structural::{Structural, ValueKind};
use crate::table::{Shape, Table, Type, TypeId};

/// What is known of a field that does not exist here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The field of this name, at the same place.
    Spelling(SmolStr),
    /// The field of the same name that many levels up; a level is a field or a key
    /// of a map, lists count nothing. With the fields that lead down from there.
    Elsewhere {
        /// How many fields to go up.
        up: usize,
        /// The fields to go down, the meant one last.
        down: Vec<SmolStr>,
    },
    /// This very field, which came with that minor.
    Later(u8),
    /// This very field, which went with that minor.
    Earlier(u8),
}

/// What everybody would look for at this distance or nearer: a level up or down
/// is one step.
const NEAR: usize = 3;
/// How far a field of a common name is looked for.
const NEAR_COMMON: usize = 2;
/// How far a field of Kubernetes' own is looked for.
const FAR: usize = 7;
/// How far a field of a custom kind is looked for.
const FAR_CUSTOM: usize = 4;

/// How many fields of an object's schema are looked at for all that was meant:
/// a person needs no more help than that.
pub(crate) const LOOKS_MAX: usize = 200_000;

/// How many letters make the beginning of a name.
const BEGINNING_MIN: usize = 3;
/// Words that mean something by themselves.
const OTHERS: [&str; 6] = ["app", "host", "name", "port", "time", "type"];

/// The fields of its metadata that people write, and write too high or too low.
const OF_METADATA: [&str; 6] = ["annotations", "finalizers", "generateName", "labels", "name", "namespace"];

/// Names that mean something else in each structure.
const COMMON: [&str; 12] = [
    "apiVersion",
    "enabled",
    "key",
    "kind",
    "mode",
    "name",
    "namespace",
    "path",
    "port",
    "type",
    "uid",
    "value",
];

/// Places that are rarely meant where another has a field of that name, and how
/// many steps farther they seem.
const SELDOM: [(&str, usize); 9] = [
    ("ephemeral", 3),
    ("ephemeralContainers", 3),
    ("grpc", 3),
    ("initContainers", 1),
    ("lifecycle", 3),
    ("readinessProbe", 1),
    ("startupProbe", 2),
    ("tcpSocket", 1),
    ("volumeClaimTemplates", 2),
];

/// Fields that mean something else than the one of the same name that people know.
const NAMESAKES: [(&str, &str); 4] = [
    ("livenessProbe", "terminationGracePeriodSeconds"),
    ("readinessProbe", "terminationGracePeriodSeconds"),
    ("startupProbe", "terminationGracePeriodSeconds"),
    ("spec", "resources"),
];
/// How many steps farther a namesake is.
const NAMESAKE: usize = 3;

/// A structure with named fields.
pub(crate) trait Fields<'a>: Copy {
    /// How far a field is looked for.
    const FAR: usize;

    /// Each field, with the structure it leads to, through lists.
    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)>;

    /// Whether it has a field that can hold a value written like this one.
    fn takes(self, name: &str, value: Node<'_>) -> bool;

    /// Whether a written mapping can be such a structure: one of its keys is a field.
    fn is_like(self, value: Node<'_>) -> bool {
        let has = |name: &str| self.each().any(|(field, _)| field == name);
        value.is_null()
            || value.is_mapping() && (value.is_empty() || value.entries().any(|it| has(&it.name())))
    }
}

/// A type of a table.
#[derive(Clone, Copy)]
pub(crate) struct OfTable<'a>(pub(crate) &'a Table, pub(crate) &'a Type);

impl OfTable<'_> {
    fn holds(self, shape: &Shape, value: Node<'_>) -> bool {
        let is_nested = value.is_mapping() || value.is_sequence();
        match shape {
            _ if value.is_null() => true,
            Shape::Struct(id) => Self(self.0, self.0.ty(*id)).is_like(value),
            Shape::List(of) => {
                value.is_sequence() && value.items().next().is_none_or(|it| self.holds(of, it))
            }
            Shape::Map(_) | Shape::RawObject | Shape::FieldSet => value.is_mapping(),
            Shape::Any | Shape::SchemaOrBool(_) | Shape::SchemaOrList(_) | Shape::SchemaOrTexts(_) => true,
            _ => !is_nested,
        }
    }
}

impl<'a> Fields<'a> for OfTable<'a> {
    const FAR: usize = FAR;

    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)> {
        let Self(table, of) = self;
        of.fields()
            .iter()
            .map(move |field| (field.name, struct_of(&field.shape).map(|id| Self(table, table.ty(id)))))
    }

    fn takes(self, name: &str, value: Node<'_>) -> bool {
        self.1.field(name).is_some_and(|field| self.holds(&field.shape, value))
    }
}

impl<'a> Fields<'a> for &'a Structural {
    const FAR: usize = FAR_CUSTOM;

    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)> {
        let leads_to = |mut schema: &'a Structural| {
            while let Some(items) = schema.items.as_deref() {
                schema = items;
            }
            schema
        };
        self.properties.iter().map(move |(name, schema)| (name.as_str(), Some(leads_to(schema))))
    }

    fn takes(self, name: &str, value: Node<'_>) -> bool {
        self.properties.get(name).is_some_and(|it| it.holds(value))
    }
}

impl Structural {
    fn holds(&self, value: Node<'_>) -> bool {
        match self.kind {
            _ if value.is_null() => true,
            Some(ValueKind::Object) if self.properties.is_empty() => value.is_mapping(),
            Some(ValueKind::Object) => self.is_like(value),
            Some(ValueKind::Array) => {
                let holds = |item| self.items.as_deref().is_none_or(|it| it.holds(item));
                value.is_sequence() && value.items().next().is_none_or(holds)
            }
            Some(_) => !value.is_mapping() && !value.is_sequence(),
            None => true,
        }
    }
}

/// The field that was probably meant by one that a structure does not have;
/// `parents` are the structures above, the nearest last. No more than `left`
/// structures are looked at.
pub(crate) fn meant<'a, F: Fields<'a>>(
    (name, value): (&str, Node<'_>),
    of: F,
    parents: &[Option<F>],
    left: &mut usize,
) -> Option<Meant> {
    if *left == 0 {
        return None;
    }
    *left = left.saturating_sub(of.each().count());
    if let Some(field) = same_letters(name, of) {
        return Some(Meant::Spelling(field.into()));
    }
    let up = parents.len();
    if up <= 1 && OF_METADATA.contains(&name) {
        return Some(Meant::Elsewhere { up, down: vec!["metadata".into(), name.into()] });
    }
    let mut search = Search { name, value, left, found: Vec::new() };
    search
        .nearest(of, parents, 1..=NEAR)
        .or_else(|| nearest(name, value, of).or_else(|| beginning(name, value, of)).map(Meant::Spelling))
        .or_else(|| search.nearest(of, parents, NEAR + 1..=F::FAR))
}

/// Looks for a field of one name that can hold one value.
struct Search<'s, 'n> {
    name: &'s str,
    value: Node<'n>,
    left: &'s mut usize,
    found: Vec<Meant>,
}

impl Search<'_, '_> {
    /// The field that is the fewest steps away. What is far, or has a common name,
    /// is taken only if no other is as near.
    fn nearest<'a, F: Fields<'a>>(
        &mut self,
        of: F,
        parents: &[Option<F>],
        steps: RangeInclusive<usize>,
    ) -> Option<Meant> {
        let is_common = COMMON.contains(&self.name);
        for steps in steps.take_while(|steps| !is_common || *steps <= NEAR_COMMON) {
            let has_to_be_alone = steps > NEAR || is_common;
            for (up, top) in std::iter::once(Some(of)).chain(parents.iter().rev().copied()).enumerate() {
                if let (Some(top), Some(steps)) = (top, steps.checked_sub(up)) {
                    self.below(top, steps, up, parents.len() == up, &mut Vec::new());
                }
            }
            match &mut self.found[..] {
                [] => {}
                [_, _, ..] if has_to_be_alone => return None,
                [first, ..] => return Some(first.clone()),
            }
        }
        None
    }

    /// Notes the fields that are exactly so many steps below a structure.
    fn below<'a, F: Fields<'a>>(
        &mut self,
        of: F,
        steps: usize,
        up: usize,
        is_root: bool,
        down: &mut Vec<&'a str>,
    ) {
        let Some(left) = self.left.checked_sub(1) else { return };
        *self.left = left;
        if steps == 0 {
            return;
        }
        let namesake = down.last().is_some_and(|parent| NAMESAKES.contains(&(*parent, self.name)));
        let last = if namesake { 1 + NAMESAKE } else { 1 };
        if steps == last && (up > 0 || !down.is_empty()) && of.takes(self.name, self.value) {
            let down = down.iter().copied().chain([self.name]).map(SmolStr::from).collect();
            self.found.push(Meant::Elsewhere { up, down });
        }
        for (field, inner) in of.each() {
            let Some(inner) = inner.filter(|_| self.is_likely(field, is_root && down.is_empty())) else {
                continue;
            };
            let seldom = SELDOM.iter().find(|(name, _)| *name == field).map_or(0, |(_, steps)| *steps);
            if let Some(steps) = steps.checked_sub(1 + seldom) {
                down.push(field);
                self.below(inner, steps, up, is_root, down);
                down.pop();
            }
        }
    }

    /// Status is not for people to write, and metadata holds too common names.
    fn is_likely(&self, field: &str, is_of_root: bool) -> bool {
        let is_of_metadata = OF_METADATA.contains(&self.name) && (is_of_root || self.name.ends_with('s'));
        field != "status" && (field != "metadata" || is_of_metadata)
    }
}

/// The structure that a field leads to, through lists.
fn struct_of(shape: &Shape) -> Option<TypeId> {
    match shape {
        Shape::Struct(id) => Some(*id),
        Shape::List(items) => struct_of(items),
        _ => None,
    }
}

/// `ReadinessProbe`, `readiness_probe` for `readinessProbe`; `port` for `ports`.
fn same_letters<'a, F: Fields<'a>>(name: &str, of: F) -> Option<&'a str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| !['-', '_'].contains(letter)).flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(name);
    let plural = |field: &str| letters(field).strip_suffix('s') == Some(&wanted);
    let singular = |field: &str| wanted.strip_suffix('s') == Some(&letters(field));
    let mut names = of.each().map(|(field, _)| field);
    names
        .find(|field| letters(field) == wanted)
        .or_else(|| of.each().map(|(field, _)| field).find(|field| plural(field) || singular(field)))
}

/// The field whose name takes the fewest changes, if these are few: one letter, or
/// more where it can hold what is written.
fn nearest<'a, F: Fields<'a>>(name: &str, value: Node<'_>, of: F) -> Option<SmolStr> {
    if name.len() > 64 {
        return None;
    }
    let most = (name.len() / 3).max(1);
    let letters = name.chars().count();
    let is_like = |field: &str| field.chars().count().abs_diff(letters) <= most;
    let names = of.each().map(|(field, _)| field).filter(|field| is_like(field));
    let ranked = names.map(|field| (distance(name, field), field));
    let is_meant =
        |&(changes, field): &(usize, &str)| changes <= 1 || changes <= most && of.takes(field, value);
    ranked.filter(is_meant).min().map(|(_, field)| field.into())
}

/// The one field that begins like this name and can hold what is written: `tcp`,
/// `storageClas`.
fn beginning<'a, F: Fields<'a>>(name: &str, value: Node<'_>, of: F) -> Option<SmolStr> {
    if name.len() < BEGINNING_MIN || OTHERS.contains(&name) {
        return None;
    }
    // A whole word of it, or more than one word.
    let has_words = name.bytes().any(|it| it.is_ascii_uppercase());
    let ends = |field: &str| field.as_bytes().get(name.len()).is_none_or(u8::is_ascii_uppercase);
    let begins = |field: &&str| {
        field.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name)) && (has_words || ends(field))
    };
    let mut fields = of.each().map(|(field, _)| field).filter(begins);
    let only = fields.next().filter(|_| fields.next().is_none())?;
    of.takes(only, value).then(|| only.into())
}

/// How many letters to insert, remove, replace or swap with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before = vec![0; right.len() + 1];
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for i in 1..=left.len() {
        let mut row = vec![i; right.len() + 1];
        for j in 1..=right.len() {
            let same = usize::from(left[i - 1] != right[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + same);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}
