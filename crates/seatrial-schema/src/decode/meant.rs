//! Which field was meant by one that does not exist: another spelling here, or
//! the same name where it belongs.

use smol_str::SmolStr;

use crate::structural::Structural;
use crate::table::{Shape, Table, Type, TypeId};

/// A field that does exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The field of this name, at the same place.
    Spelling(SmolStr),
    /// The field of the same name that many levels up; a level is a field,
    /// lists and maps count nothing. With the fields that lead down from there.
    Elsewhere {
        /// How many fields to go up.
        up: usize,
        /// The fields to go down, the meant one last.
        down: Vec<SmolStr>,
    },
}

/// How far below its place a field is looked for.
const DOWN_MAX: usize = 3;
/// How far above its place a field is looked for.
const UP_MAX: usize = 3;

/// How many fields of an object's schema are looked at for all that was meant:
/// a person needs no more help than that.
pub(crate) const LOOKS_MAX: usize = 200_000;

/// A structure with named fields.
pub(crate) trait Fields<'a>: Copy {
    /// Each field, with the structure it leads to, through lists.
    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)>;

    /// The field of a name.
    fn has(self, name: &str) -> bool {
        self.each().any(|(field, _)| field == name)
    }
}

/// A type of a table.
#[derive(Clone, Copy)]
pub(crate) struct OfTable<'a>(pub(crate) &'a Table, pub(crate) &'a Type);

impl<'a> Fields<'a> for OfTable<'a> {
    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)> {
        let Self(table, of) = self;
        of.fields()
            .iter()
            .map(move |field| (field.name, struct_of(&field.shape).map(|id| Self(table, table.ty(id)))))
    }
}

impl<'a> Fields<'a> for &'a Structural {
    fn each(self) -> impl Iterator<Item = (&'a str, Option<Self>)> {
        let leads_to = |mut schema: &'a Structural| {
            while let Some(items) = schema.items.as_deref() {
                schema = items;
            }
            schema
        };
        self.properties.iter().map(move |(name, schema)| (name.as_str(), Some(leads_to(schema))))
    }

    fn has(self, name: &str) -> bool {
        self.properties.contains_key(name)
    }
}

/// The field that was probably meant by a name that a structure does not have;
/// `parents` are the structures above, the nearest last. No more than `left`
/// fields are looked at.
pub(crate) fn meant<'a, F: Fields<'a>>(
    name: &str,
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
    let below = below(name, of, DOWN_MAX, left).map(|down| Meant::Elsewhere { up: 0, down });
    below
        .or_else(|| above(name, parents, left))
        .or_else(|| nearest(name, of).map(|it| Meant::Spelling(it.into())))
}

fn above<'a, F: Fields<'a>>(name: &str, parents: &[Option<F>], left: &mut usize) -> Option<Meant> {
    parents.iter().rev().take(UP_MAX).enumerate().find_map(|(at, parent)| {
        let depth = if at == 0 { 2 } else { 1 };
        below(name, (*parent)?, depth, left).map(|down| Meant::Elsewhere { up: at + 1, down })
    })
}

/// The shortest way down to a field of that name.
fn below<'a, F: Fields<'a>>(name: &str, of: F, depth: usize, left: &mut usize) -> Option<Vec<SmolStr>> {
    if of.has(name) {
        return Some(vec![name.into()]);
    }
    (1..depth).find_map(|depth| {
        // Status is not for people to write, and metadata holds too common names.
        let is_of_metadata = ["labels", "annotations"].contains(&name);
        let is_likely = |field: &str| field != "status" && (field != "metadata" || is_of_metadata);
        let mut candidates = of.each().filter(|(field, _)| is_likely(field));
        candidates.find_map(|(field, inner)| {
            let mut down = below_at(name, inner?, depth - 1, left)?;
            down.insert(0, field.into());
            Some(down)
        })
    })
}

/// A field exactly so many levels down.
fn below_at<'a, F: Fields<'a>>(name: &str, of: F, depth: usize, left: &mut usize) -> Option<Vec<SmolStr>> {
    *left = left.checked_sub(1)?;
    if depth == 0 {
        return of.has(name).then(|| vec![name.into()]);
    }
    of.each().find_map(|(field, inner)| {
        let mut down = below_at(name, inner?, depth - 1, left)?;
        down.insert(0, field.into());
        Some(down)
    })
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

/// The field whose name takes the fewest changes, if these are few.
fn nearest<'a, F: Fields<'a>>(name: &str, of: F) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let most = (name.len() / 3).max(1);
    let letters = name.chars().count();
    let is_like = |field: &str| field.chars().count().abs_diff(letters) <= most;
    let names = of.each().map(|(field, _)| field).filter(|field| is_like(field));
    let ranked = names.map(|field| (distance(name, field), field));
    ranked.filter(|(changes, _)| *changes <= most).min().map(|(_, field)| field)
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
