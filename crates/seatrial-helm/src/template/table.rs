//! The entries of a map by key. Nearly all maps are small: those lie side by
//! side, in no more memory than they need, and are found by looking at each.

use std::collections::{BTreeMap, btree_map};
use std::rc::Rc;
use std::slice;

use super::value::Value;

/// How many entries lie side by side. More go into a tree: what is put into the
/// middle of many would move all that follow.
const SMALL_MAX: usize = 256;
/// How many keys are looked at one by one.
const LINEAR_MAX: usize = 16;

/// Values by keys, in the order of the keys' bytes.
#[derive(Clone)]
pub struct Table(Form);

#[derive(Clone)]
enum Form {
    Small(Vec<Entry>),
    Large(BTreeMap<Rc<str>, Value>),
}

type Entry = (Rc<str>, Value);

impl Default for Table {
    fn default() -> Self {
        Self(Form::Small(Vec::new()))
    }
}

/// Where a key is, or would be.
fn search(entries: &[Entry], key: &str) -> Result<usize, usize> {
    entries.binary_search_by(|entry| (*entry.0).cmp(key))
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &self.0 {
            // Lengths stand beside each other; few keys are as long.
            Form::Small(entries) if entries.len() <= LINEAR_MAX => {
                entries.iter().find(|entry| *entry.0 == *key).map(|entry| &entry.1)
            }
            Form::Small(entries) => search(entries, key).ok().map(|at| &entries[at].1),
            Form::Large(entries) => entries.get(key),
        }
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: Rc<str>, value: Value) {
        match &mut self.0 {
            Form::Small(entries) => match search(entries, &key) {
                Ok(at) => entries[at].1 = value,
                Err(at) if entries.len() < SMALL_MAX => entries.insert(at, (key, value)),
                Err(_) => {
                    let mut tree: BTreeMap<_, _> = std::mem::take(entries).into_iter().collect();
                    tree.insert(key, value);
                    self.0 = Form::Large(tree);
                }
            },
            Form::Large(entries) => {
                entries.insert(key, value);
            }
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        match &mut self.0 {
            Form::Small(entries) => search(entries, key).ok().map(|at| entries.remove(at).1),
            Form::Large(entries) => entries.remove(key),
        }
    }

    /// Takes out what is not wanted.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&Rc<str>, &mut Value) -> bool) {
        match &mut self.0 {
            Form::Small(entries) => entries.retain_mut(|(key, value)| is_wanted(key, value)),
            Form::Large(entries) => entries.retain(is_wanted),
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Small(entries) => entries.len(),
            Form::Large(entries) => entries.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Form::Small(entries) => Iter::Small(entries.iter()),
            Form::Large(entries) => Iter::Large(entries.iter()),
        }
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Rc<str>> {
        self.iter().map(|it| it.0)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.iter().map(|it| it.1)
    }

    /// The values to change.
    pub fn values_mut(&mut self) -> Box<dyn Iterator<Item = &mut Value> + '_> {
        match &mut self.0 {
            Form::Small(entries) => Box::new(entries.iter_mut().map(|it| &mut it.1)),
            Form::Large(entries) => Box::new(entries.values_mut()),
        }
    }

    /// The values alone.
    pub fn into_values(self) -> Vec<Value> {
        match self.0 {
            Form::Small(entries) => entries.into_iter().map(|it| it.1).collect(),
            Form::Large(entries) => entries.into_values().collect(),
        }
    }
}

/// The last entry of a key counts.
impl FromIterator<Entry> for Table {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut entries: Vec<Entry> = entries.into_iter().collect();
        if entries.len() > SMALL_MAX {
            return Self(Form::Large(entries.into_iter().collect()));
        }
        if !entries.is_sorted_by(|one, next| one.0 < next.0) {
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.dedup_by(|next, kept| {
                let is_same = next.0 == kept.0;
                if is_same {
                    std::mem::swap(next, kept);
                }
                is_same
            });
        }
        entries.shrink_to_fit();
        Self(Form::Small(entries))
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a Rc<str>, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The entries of a [`Table`], one after the other.
#[derive(Clone)]
pub enum Iter<'a> {
    /// Of one whose entries lie side by side.
    Small(slice::Iter<'a, (Rc<str>, Value)>),
    /// Of one that is a tree.
    Large(btree_map::Iter<'a, Rc<str>, Value>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Rc<str>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Small(entries) => entries.next().map(|it| (&it.0, &it.1)),
            Self::Large(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Small(entries) => entries.size_hint(),
            Self::Large(entries) => entries.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Small(entries) => entries.next_back().map(|it| (&it.0, &it.1)),
            Self::Large(entries) => entries.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_table_holds_what_a_tree_holds(
            begin in prop::collection::vec((0..400_u32, 0..9_i64), 0..400),
            steps in prop::collection::vec((0..3_u8, 0..400_u32, 0..9_i64), 0..400),
        ) {
            let key = |at: u32| -> Rc<str> { format!("{at:b}").into() };
            let mut tree: BTreeMap<Rc<str>, i64> = begin.iter().map(|it| (key(it.0), it.1)).collect();
            let mut table: Table = begin.iter().map(|it| (key(it.0), Value::int(it.1))).collect();
            for (step, at, value) in steps {
                let key = key(at);
                if step == 0 {
                    prop_assert_eq!(tree.remove(&key).is_some(), table.remove(&key).is_some());
                } else {
                    tree.insert(Rc::clone(&key), value);
                    table.insert(key, Value::int(value));
                }
            }
            let text = |value: &Value| format!("{:?}", value.data);
            let wanted: Vec<_> = tree.iter().map(|it| (Rc::clone(it.0), text(&Value::int(*it.1)))).collect();
            let found: Vec<_> = table.iter().map(|it| (Rc::clone(it.0), text(it.1))).collect();
            prop_assert_eq!(&wanted, &found);
            prop_assert!(wanted.iter().all(|it| table.get(&it.0).map(text).as_ref() == Some(&it.1)));
            let back: Vec<_> = table.iter().rev().map(|it| Rc::clone(it.0)).collect();
            prop_assert!(back.iter().eq(wanted.iter().rev().map(|it| &it.0)));
            prop_assert_eq!(table.len(), wanted.len());
            prop_assert!(table.get("x").is_none());
        }
    }
}
