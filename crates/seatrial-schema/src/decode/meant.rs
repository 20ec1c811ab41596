//! Which field was meant by one that does not exist: another spelling here, or
//! the same name where it belongs.

use super::Decoder;
use crate::table::{Shape, Table, Type, TypeId};

/// A field that does exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The field of this name, at the same place.
    Spelling(&'static str),
    /// The field of the same name that many levels up; a level is a field,
    /// lists and maps count nothing. With the fields that lead down from there.
    Elsewhere {
        /// How many fields to go up.
        up: usize,
        /// The fields to go down, the meant one last.
        down: Vec<&'static str>,
    },
}

/// How far below its place a field is looked for.
const DOWN_MAX: usize = 3;
/// How far above its place a field is looked for.
const UP_MAX: usize = 3;

impl Decoder<'_> {
    /// The field that was probably meant by an unknown name in a type.
    pub(super) fn meant(&self, name: &str, of: &Type) -> Option<Meant> {
        if let Some(field) = same_letters(name, of) {
            return Some(Meant::Spelling(field));
        }
        let below = self.below(name, of, DOWN_MAX).map(|down| Meant::Elsewhere { up: 0, down });
        below.or_else(|| self.above(name)).or_else(|| nearest(name, of).map(Meant::Spelling))
    }

    fn above(&self, name: &str) -> Option<Meant> {
        let parents = self.structs.iter().rev().take(UP_MAX).enumerate();
        parents.into_iter().find_map(|(at, (parent, _))| {
            let depth = if at == 0 { 2 } else { 1 };
            self.below(name, parent, depth).map(|down| Meant::Elsewhere { up: at + 1, down })
        })
    }

    /// The shortest way down to a field of that name.
    fn below(&self, name: &str, of: &Type, depth: usize) -> Option<Vec<&'static str>> {
        if let Some(field) = of.field(name) {
            return Some(vec![field.name]);
        }
        // Status is not for people to write, and metadata is too common a name.
        let candidates = of.fields().iter().filter(|field| !["status", "metadata"].contains(&field.name));
        (1..depth).find_map(|depth| {
            candidates.clone().find_map(|field| {
                let inner = self.table.ty(struct_of(&field.shape)?);
                let mut down = below_at(self.table, name, inner, depth - 1)?;
                down.insert(0, field.name);
                Some(down)
            })
        })
    }
}

/// A field exactly so many levels down.
fn below_at(table: &Table, name: &str, of: &Type, depth: usize) -> Option<Vec<&'static str>> {
    if depth == 0 {
        return of.field(name).map(|field| vec![field.name]);
    }
    of.fields().iter().find_map(|field| {
        let inner = table.ty(struct_of(&field.shape)?);
        let mut down = below_at(table, name, inner, depth - 1)?;
        down.insert(0, field.name);
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
fn same_letters(name: &str, of: &Type) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| !['-', '_'].contains(letter)).flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(name);
    let plural = |field: &str| letters(field).strip_suffix('s') == Some(&wanted);
    let singular = |field: &str| wanted.strip_suffix('s') == Some(&letters(field));
    let names = || of.fields().iter().map(|field| field.name);
    names()
        .find(|field| letters(field) == wanted)
        .or_else(|| names().find(|field| plural(field) || singular(field)))
}

/// The field whose name takes the fewest changes, if these are few.
fn nearest(name: &str, of: &Type) -> Option<&'static str> {
    if name.len() > 64 {
        return None;
    }
    let most = (name.len() / 3).max(1);
    let ranked = of.fields().iter().map(|field| (distance(name, field.name), field.name));
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
