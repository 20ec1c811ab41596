//! An object held against a pattern, with its anchors.

use seatrial_schema::{By, Map, Value};
use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use super::scalars;
use super::wildcard;

/// Patterns stand in each other no deeper than this.
const DEPTH_MAX: usize = 100;

/// What came of holding an object against a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It is as the pattern says.
    Yes,
    /// It is not what the pattern is about.
    Skipped,
    /// It is otherwise there.
    No(Vec<PathStep>),
    /// There is too much to hold.
    TooLarge,
}

/// An object is not as a pattern says.
struct Mismatch {
    path: Vec<PathStep>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// As everybody reads it.
    Plain,
    /// An anchor says that the pattern is not about this.
    Anchor,
    /// Everything below was skipped.
    AllSkipped,
    TooLarge,
}

impl Kind {
    fn is_skip(self) -> bool {
        matches!(self, Self::Anchor | Self::AllSkipped)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Anchor {
    Condition,
    Global,
    Negation,
    Equality,
    Existence,
}

/// The anchor of a key, and the key itself.
fn anchor(key: &str) -> Option<(Anchor, &str)> {
    let key = key.trim();
    let inner = key.strip_suffix(')')?;
    let (anchor, name) = match inner.split_once('(')? {
        ("", name) => (Anchor::Condition, name),
        ("<", name) => (Anchor::Global, name),
        ("X", name) => (Anchor::Negation, name),
        ("=", name) => (Anchor::Equality, name),
        ("^", name) => (Anchor::Existence, name),
        _ => return None,
    };
    (!name.is_empty()).then_some((anchor, name))
}

/// Holds an object against a pattern; `work` is what may still be compared.
pub(super) fn hold(object: &Value, pattern: &Value, work: &mut usize) -> Held {
    let mut holder = Holder { path: Vec::new(), work };
    match holder.element(object, pattern) {
        Ok(()) => Held::Yes,
        Err(Mismatch { kind: Kind::TooLarge, .. }) => Held::TooLarge,
        Err(mismatch) if mismatch.kind.is_skip() => Held::Skipped,
        Err(mismatch) => Held::No(mismatch.path),
    }
}

struct Holder<'w> {
    path: Vec<PathStep>,
    work: &'w mut usize,
}

type Answer = Result<(), Mismatch>;

impl Holder<'_> {
    fn fail(&self, kind: Kind) -> Answer {
        Err(Mismatch { path: self.path.clone(), kind })
    }

    fn below(&mut self, step: PathStep, run: impl FnOnce(&mut Self) -> Answer) -> Answer {
        self.path.push(step);
        let answer = run(self);
        self.path.pop();
        answer
    }

    fn element(&mut self, value: &Value, pattern: &Value) -> Answer {
        if *self.work == 0 || self.path.len() > DEPTH_MAX {
            return self.fail(Kind::TooLarge);
        }
        *self.work -= 1;
        match (pattern, value) {
            (Value::Map(pattern), Value::Map(value)) => self.map(value, pattern),
            (Value::List(pattern), Value::List(value)) => self.list(value, pattern),
            (Value::Map(_) | Value::List(_), _) => self.fail(Kind::Plain),
            (pattern, Value::List(items)) => {
                if items.iter().all(|it| scalars::matches(it, pattern)) {
                    Ok(())
                } else {
                    self.fail(Kind::Plain)
                }
            }
            (pattern, value) if scalars::matches(value, pattern) => Ok(()),
            _ => self.fail(Kind::Plain),
        }
    }

    /// Anchors first, in the order of their keys; then what holds anchors, then
    /// the rest.
    fn map(&mut self, value: &Map, pattern: &Map) -> Answer {
        let expanded = expanded(pattern, value);
        let pattern = expanded.as_ref().unwrap_or(pattern);
        let is_early = |key: &str| anchor(key).is_some_and(|(anchor, _)| anchor != Anchor::Global);
        let (mut skipped, mut applied) = (Vec::new(), 0);
        for entry in pattern.entries().iter().filter(|it| is_early(&it.key)) {
            match self.entry(value, &entry.key, &entry.value) {
                Ok(()) => applied += 1,
                Err(mismatch) if mismatch.kind.is_skip() => skipped.push(mismatch.kind),
                Err(mismatch) if !skipped.contains(&Kind::Anchor) => return Err(mismatch),
                Err(_) => {}
            }
        }
        if !skipped.is_empty() && (applied == 0 || skipped.contains(&Kind::Anchor)) {
            return self.fail(Kind::AllSkipped);
        }
        let rest = || pattern.entries().iter().filter(|it| !is_early(&it.key));
        let is_first = |key: &str, value: &Value| anchor(key).is_some() || has_anchors(value);
        // Each of the first kind is put in front of those before it.
        let first = rest().filter(|it| is_first(&it.key, &it.value)).rev();
        let last = rest().filter(|it| !is_first(&it.key, &it.value));
        for entry in first.chain(last) {
            self.entry(value, &entry.key, &entry.value)?;
        }
        Ok(())
    }

    fn entry(&mut self, value: &Map, key: &str, pattern: &Value) -> Answer {
        let Some((anchor, name)) = anchor(key) else {
            let held = value.value(key).unwrap_or(&Value::Null);
            if pattern.as_str() == "*" {
                return if held.is_null() { self.fail(Kind::Plain) } else { Ok(()) };
            }
            return self.below(PathStep::Key(key.into()), |it| it.element(held, pattern));
        };
        let step = PathStep::Key(name.into());
        let Some(held) = value.value(name) else {
            return match anchor {
                Anchor::Condition => self.fail(Kind::Anchor),
                _ => Ok(()),
            };
        };
        match anchor {
            Anchor::Negation => self.below(step, |it| it.fail(Kind::Plain)),
            Anchor::Equality => self.below(step, |it| it.element(held, pattern)),
            Anchor::Existence => self.below(step, |it| it.exists(held, pattern)),
            Anchor::Condition | Anchor::Global => {
                self.below(step, |it| it.element(held, pattern)).map_err(|mut mismatch| {
                    if mismatch.kind != Kind::TooLarge {
                        mismatch.kind = Kind::Anchor;
                    }
                    mismatch
                })
            }
        }
    }

    /// Each item of the pattern is in the list.
    fn exists(&mut self, value: &Value, pattern: &Value) -> Answer {
        let (Value::List(items), Value::List(patterns)) = (value, pattern) else {
            return self.fail(Kind::Plain);
        };
        for pattern in patterns {
            let mut is_there = false;
            for (at, item) in items.iter().enumerate() {
                match self.below(PathStep::Index(at as u32), |it| it.element(item, pattern)) {
                    Ok(()) => is_there = true,
                    Err(mismatch) if mismatch.kind == Kind::TooLarge => return Err(mismatch),
                    Err(_) => {}
                }
                if is_there {
                    break;
                }
            }
            if !is_there {
                return self.fail(Kind::Plain);
            }
        }
        Ok(())
    }

    fn list(&mut self, items: &[Value], patterns: &[Value]) -> Answer {
        let Some(first) = patterns.first() else { return self.fail(Kind::Plain) };
        match first {
            Value::Map(_) => self.each(items.iter().map(|item| (item, first))),
            Value::List(_) if items.len() < patterns.len() => self.fail(Kind::Plain),
            Value::List(_) => self.each(items.iter().zip(patterns)),
            scalar => {
                for (at, item) in items.iter().enumerate() {
                    if !scalars::matches(item, scalar) {
                        return self.below(PathStep::Index(at as u32), |it| it.fail(Kind::Plain));
                    }
                }
                Ok(())
            }
        }
    }

    /// Each item is as its pattern says, or not what that is about; not all the
    /// latter.
    fn each<'v>(&mut self, pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Answer {
        let (mut applied, mut skipped) = (0, 0);
        for (at, (item, pattern)) in pairs.enumerate() {
            match self.below(PathStep::Index(at as u32), |it| it.element(item, pattern)) {
                Ok(()) => applied += 1,
                Err(mismatch) if mismatch.kind.is_skip() => skipped += 1,
                Err(mismatch) => return Err(mismatch),
            }
        }
        if applied == 0 && skipped > 0 { self.fail(Kind::AllSkipped) } else { Ok(()) }
    }
}

fn has_anchors(pattern: &Value) -> bool {
    let mut open = vec![pattern];
    while let Some(value) = open.pop() {
        match value {
            Value::Map(map) if map.entries().iter().any(|it| anchor(&it.key).is_some()) => return true,
            Value::Map(map) => open.extend(map.entries().iter().map(|it| &it.value)),
            Value::List(items) => open.extend(items),
            _ => {}
        }
    }
    false
}

/// The pattern with the wildcards in keys of labels and annotations replaced by
/// keys that the object has.
fn expanded(pattern: &Map, value: &Map) -> Option<Map> {
    let held = value.value("metadata")?.as_map()?;
    let is_named = |key: &str, name: &str| key == name || anchor(key).is_some_and(|(_, inner)| inner == name);
    let metadata = pattern.entries().iter().find(|it| is_named(&it.key, "metadata"))?;
    let wanted = metadata.value.as_map()?;
    let mut all: Option<Map> = None;
    for tag in ["labels", "annotations"] {
        let entry = wanted.entries().iter().find(|it| is_named(&it.key, tag));
        let pair = entry.and_then(|entry| Some((entry, entry.value.as_map()?, held.value(tag)?.as_map()?)));
        let Some((entry, patterns, held)) = pair else { continue };
        if !patterns.entries().iter().any(|it| wildcard::has_wildcard(&it.key)) {
            continue;
        }
        let mut keys = Map::default();
        for pattern in patterns.entries() {
            keys.insert(meant(&pattern.key, held), pattern.value.clone(), By::Manifest);
        }
        all.get_or_insert_with(|| wanted.clone()).insert(entry.key.clone(), Value::Map(keys), By::Manifest);
    }
    let mut changed = pattern.clone();
    changed.insert(metadata.key.clone(), Value::Map(all?), By::Manifest);
    Some(changed)
}

fn meant(key: &SmolStr, held: &Map) -> SmolStr {
    if !wildcard::has_wildcard(key) {
        return key.clone();
    }
    let name = anchor(key).map_or(key.as_str(), |(_, name)| name);
    let found = held.entries().iter().find(|it| wildcard::matches(name, &it.key));
    found.map_or_else(|| key.clone(), |it| key.replace(name, &it.key).into())
}
