//! Which item of one list is which of another.

use std::collections::BTreeMap;

use super::layout::{Keys, Layout};
use crate::value::Value;

/// The fields that tell the items of lists of structures apart where no type says
/// it, the first that every item has with a value of its own.
const KEYS: &[&str] =
    &["name", "key", "containerPort", "port", "mountPath", "devicePath", "topologyKey", "type", "ip"];

/// So many comparisons of items are made where nothing names them.
const COMPARED_MAX: usize = 250_000;

/// An item in one list, in the other, or in both.
pub(super) struct Match {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
}

/// What names the items that both lists have, in the order of each.
type Order = Option<[Vec<Value>; 2]>;

/// The items of both lists, in the order of the later one and what is gone last;
/// and their orders, where those differ.
pub(super) fn matched(before: &[Value], after: &[Value], layout: Layout<'_>) -> (Vec<Match>, Order) {
    let Some((old, new)) = names(before, after, layout) else { return unnamed(before, after) };
    let places: BTreeMap<&str, usize> = old.iter().map(String::as_str).zip(0..).collect();
    let found: Vec<Option<usize>> = new.iter().map(|it| places.get(it.as_str()).copied()).collect();
    let order = order(&found).map(|orders| orders.map(|places| shown(before, &places, layout)));
    (with_renamed(before, after, found), order)
}

/// The place in the earlier list for each item of the later one, and what is left.
/// An item whose key changes and whose `name` stays is the same one.
fn with_renamed(before: &[Value], after: &[Value], mut found: Vec<Option<usize>>) -> Vec<Match> {
    let mut is_taken = vec![false; before.len()];
    for old in found.iter().flatten() {
        is_taken[*old] = true;
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for old in (0..before.len()).filter(|it| !is_taken[*it]) {
        left.insert(before[old].str("name"), old);
    }
    left.remove("");
    for (new, old) in found.iter_mut().enumerate().filter(|it| it.1.is_none()) {
        *old = left.remove(after[new].str("name"));
        if let Some(old) = *old {
            is_taken[old] = true;
        }
    }
    let there = found.iter().enumerate().map(|(new, old)| Match { old: *old, new: Some(new) });
    let gone = (0..before.len()).filter(|it| !is_taken[*it]).map(|old| Match { old: Some(old), new: None });
    there.chain(gone).collect()
}

/// Places of what both lists have as the earlier and the later one have them,
/// where that is not the same.
fn order(found: &[Option<usize>]) -> Option<[Vec<usize>; 2]> {
    let later: Vec<usize> = found.iter().flatten().copied().collect();
    let mut earlier = later.clone();
    earlier.sort_unstable();
    (earlier != later).then_some([earlier, later])
}

/// What a person tells the items by.
fn shown(list: &[Value], places: &[usize], layout: Layout<'_>) -> Vec<Value> {
    let first = match layout.keys() {
        Some(Keys::Own(keys)) => keys.first().copied(),
        Some(Keys::Merged(key)) => Some(key),
        Some(Keys::Defined(keys)) => keys.first().map(smol_str::SmolStr::as_str),
        None => None,
    };
    let name = |item: &Value| {
        let keys = ["name"].into_iter().chain(first).chain(KEYS.iter().copied());
        keys.map(|key| item.at(key)).find(|it| !it.is_null()).unwrap_or(item).clone()
    };
    places.iter().map(|at| name(&list[*at])).collect()
}

/// What tells the items of both lists apart: of each its own.
fn names(before: &[Value], after: &[Value], layout: Layout<'_>) -> Option<(Vec<String>, Vec<String>)> {
    let both = |key: &dyn Fn(&Value) -> Option<String>| Some((each(before, key)?, each(after, key)?));
    let plain = |key: &str| both(&|item| part(item, key));
    let known = match layout.keys() {
        Some(Keys::Own(keys)) => both(&|item| joined(item, keys.iter().copied())),
        Some(Keys::Merged(key)) => plain(key),
        Some(Keys::Defined(keys)) => both(&|item| joined(item, keys.iter().map(smol_str::SmolStr::as_str))),
        None => None,
    };
    known.or_else(|| KEYS.iter().find_map(|key| plain(key)))
}

/// The names of all items, if they differ from each other.
fn each(list: &[Value], name: impl Fn(&Value) -> Option<String>) -> Option<Vec<String>> {
    let names: Vec<String> = list.iter().map(name).collect::<Option<_>>()?;
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    let is_alone = sorted.windows(2).all(|it| it[0] != it[1]);
    is_alone.then_some(names)
}

fn part(item: &Value, key: &str) -> Option<String> {
    Some(item.at(key)).filter(|it| !it.is_null()).map(Value::to_json)
}

/// Several keys in one text; one of them is enough.
fn joined<'k>(item: &Value, keys: impl Iterator<Item = &'k str>) -> Option<String> {
    let parts: Vec<Option<String>> = keys.map(|key| part(item, key)).collect();
    parts.iter().any(Option::is_some).then(|| format!("{parts:?}"))
}

/// Items that nothing names: those that are the same are found again in their
/// order, and what lies between them is compared by its place.
fn unnamed(before: &[Value], after: &[Value]) -> (Vec<Match>, Order) {
    let texts = [before, after].map(|list| list.iter().map(Value::to_json).collect::<Vec<_>>());
    let [old, new] = &texts;
    let sorted = texts.each_ref().map(|list| {
        let mut list: Vec<&String> = list.iter().collect();
        list.sort_unstable();
        list
    });
    if sorted[0] == sorted[1] {
        let order = (old != new).then(|| [before.to_vec(), after.to_vec()]);
        return (Vec::new(), order);
    }
    let mut matches = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (i, j) in common(old, new).into_iter().chain([(old.len(), new.len())]) {
        for step in 0..(i - from).max(j - to) {
            let within = |start: usize, end: usize| Some(start + step).filter(|it| *it < end);
            matches.push(Match { old: within(from, i), new: within(to, j) });
        }
        (from, to) = (i + 1, j + 1);
    }
    (matches, None)
}

/// The places of a longest common part, or of the common ends where looking for it
/// would cost too much.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let shorter = old.len().min(new.len());
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.min(shorter - start);
    let (rows, columns) = (old.len() - start - end, new.len() - start - end);
    let mut places: Vec<(usize, usize)> = (0..start).map(|it| (it, it)).collect();
    if rows * columns <= COMPARED_MAX {
        let inner = (&old[start..old.len() - end], &new[start..new.len() - end]);
        places.extend(longest(inner.0, inner.1).into_iter().map(|(i, j)| (start + i, start + j)));
    }
    places.extend((0..end).rev().map(|it| (old.len() - 1 - it, new.len() - 1 - it)));
    places
}

/// A longest common subsequence.
fn longest(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let at = |i: usize, j: usize| lengths[i * width + j];
            let length = if old[i] == new[j] { at(i + 1, j + 1) + 1 } else { at(i + 1, j).max(at(i, j + 1)) };
            lengths[i * width + j] = length;
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut places = Vec::new();
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            places.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}
