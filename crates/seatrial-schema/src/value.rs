//! Objects as the server holds them: values whose fields know who set them.

use std::cmp::Ordering;

use smol_str::SmolStr;

use crate::slots::{hash, is_same};

/// One value of an object. Absent fields read as what Go calls zero: the
/// accessors by name answer `""`, `0`, `false` or nothing for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing, also what an absent field reads as.
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or a whole one beyond 64 bits.
    Float(f64),
    /// A text.
    Str(SmolStr),
    /// A list.
    List(Vec<Value>),
    /// A structure or a map.
    Map(Map),
}

/// Who set a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// The manifest says so.
    #[default]
    Manifest,
    /// The server's defaults.
    Server,
    /// The named admission plugin.
    Admission(&'static str),
}

/// The entries of a structure or a map, sorted by key, each key once.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<Entry>,
    /// Where there are few entries: a byte for each, see [`tag`].
    tags: [u64; 2],
}

/// One field of a structure, or one key of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: SmolStr,
    /// What it holds.
    pub value: Value,
    /// Who set it; what lies below may have been set by others.
    pub by: By,
}

static NULL: Value = Value::Null;

/// So many entries have tags.
const FEW: usize = 16;
/// The lowest and the highest bit of each tag.
const LOWEST: u128 = u128::MAX / 0xff;
const HIGHEST: u128 = LOWEST << 7;

/// A byte that tells most keys apart. Rules ask for many fields, most of which are not
/// there, nearly always by a name that the compiler knows, and so for a tag that it
/// knows, too.
#[inline]
const fn tag(key: &str) -> u128 {
    (hash(key) >> 24) as u128
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Self::Str(text.into())
    }

    /// What the field holds; [`Value::Null`] where it is absent or this is no map.
    #[inline]
    pub fn at(&self, field: &str) -> &Value {
        match self {
            Self::Map(map) => map.value(field).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// What the field holds, unless it is absent or null: a Go pointer.
    #[inline]
    pub fn opt(&self, field: &str) -> Option<&Value> {
        Some(self.at(field)).filter(|value| !value.is_null())
    }

    /// Whether the field is there and not null.
    #[inline]
    pub fn has(&self, field: &str) -> bool {
        !self.at(field).is_null()
    }

    /// The text of a field, `""` where there is none.
    #[inline]
    pub fn str(&self, field: &str) -> &str {
        self.at(field).as_str()
    }

    /// The number of a field, 0 where there is none.
    #[inline]
    pub fn int(&self, field: &str) -> i64 {
        self.at(field).as_int().unwrap_or_default()
    }

    /// Whether a field is `true`.
    #[inline]
    pub fn bool(&self, field: &str) -> bool {
        matches!(self.at(field), Value::Bool(true))
    }

    /// The items of a field, none where there is no list.
    #[inline]
    pub fn items(&self, field: &str) -> &[Value] {
        self.at(field).as_list()
    }

    /// The entries of a field, none where there is no map.
    #[inline]
    pub fn entries(&self, field: &str) -> &[Entry] {
        self.at(field).as_map().map_or(&[], Map::entries)
    }

    /// Whether it is null or absent.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Itself, an empty text where it is null: how Go prints an absent string.
    pub fn or_empty(self) -> Self {
        if self.is_null() { Self::Str(SmolStr::default()) } else { self }
    }

    /// Whether upstream's `Semantic.DeepEqual` takes them for the same: an absent
    /// list is an empty one, but a structure without fields is there. (Decoding
    /// drops the empty maps and structures that Go does not tell from absent ones.)
    /// Who set a field does not matter.
    pub fn semantically_equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.semantically_equals(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                // Each key once: looking from both sides would double the work at every level.
                let is_same = |it: &Entry| it.value.semantically_equals(b.value(&it.key).unwrap_or(&NULL));
                let is_absent =
                    |it: &Entry| a.value(&it.key).is_some() || NULL.semantically_equals(&it.value);
                a.entries().iter().all(is_same) && b.entries().iter().all(is_absent)
            }
            (Self::Null, Self::List(items)) | (Self::List(items), Self::Null) => items.is_empty(),
            _ => self == other,
        }
    }

    /// Whether it is null, or a collection without items.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
            _ => false,
        }
    }

    /// Its text, `""` for anything else.
    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Str(text) => text,
            _ => "",
        }
    }

    /// Its whole number.
    #[inline]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Its items, none for anything but a list.
    #[inline]
    pub fn as_list(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Its entries.
    #[inline]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Its entries, to change them; anything but a map becomes an empty one.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(Map::default());
        }
        match self {
            Self::Map(map) => map,
            _ => unreachable!("it was made a map"),
        }
    }

    /// Its items, to change them; none for anything but a list.
    pub fn list_mut(&mut self) -> &mut [Value] {
        match self {
            Self::List(items) => items,
            _ => &mut [],
        }
    }

    /// The field, to change it; none where it is absent or null.
    #[inline]
    pub fn at_mut(&mut self, field: &str) -> Option<&mut Value> {
        match self {
            Self::Map(map) => map.value_mut(field).filter(|value| !value.is_null()),
            _ => None,
        }
    }

    /// The items of a field, to change them.
    #[inline]
    pub fn items_mut(&mut self, field: &str) -> &mut [Value] {
        self.at_mut(field).map_or(&mut [], Value::list_mut)
    }

    /// The structure in a field, made by the server where it is absent.
    pub fn struct_mut(&mut self, field: &'static str) -> &mut Value {
        self.map_mut().value_or_insert(field, By::Server)
    }

    /// Gives an absent or null field a value of the server's.
    #[inline]
    pub fn set_default(&mut self, field: &'static str, value: impl Into<Value>) {
        if !self.has(field) {
            self.map_mut().insert(SmolStr::new_static(field), value.into(), By::Server);
        }
    }

    /// Gives a field whose text is empty or absent a text of the server's.
    #[inline]
    pub fn default_text(&mut self, field: &'static str, text: &'static str) {
        if self.str(field).is_empty() {
            self.set(field, SmolStr::new_static(text), By::Server);
        }
    }

    /// Gives a field a value, whatever it held.
    pub fn set(&mut self, field: &'static str, value: impl Into<Value>, by: By) {
        self.map_mut().insert(SmolStr::new_static(field), value.into(), by);
    }

    /// The same without one field, which is not even copied.
    pub(crate) fn clone_without(&self, field: &str) -> Self {
        match self {
            Self::Map(map) => {
                let entries = map.entries.iter().filter(|it| it.key != field).cloned().collect();
                Self::Map(Map::of_sorted(entries))
            }
            other => other.clone(),
        }
    }

    /// Takes a field away and answers what it held.
    pub fn remove(&mut self, field: &str) -> Option<Value> {
        match self {
            Self::Map(map) => map.remove(field),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<SmolStr> for Value {
    fn from(text: SmolStr) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl Map {
    /// Of entries that are sorted by key, each key once.
    pub(crate) fn of_sorted(entries: Vec<Entry>) -> Self {
        let mut map = Self { entries, tags: [0; 2] };
        map.tag_all();
        map
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries by key.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All entries by key, to change what they hold.
    pub fn values_mut(&mut self) -> impl Iterator<Item = (&SmolStr, &mut Value)> {
        self.entries.iter_mut().map(|entry| (&entry.key, &mut entry.value))
    }

    /// The entry of a key.
    #[inline]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.place(key).map(|at| &self.entries[at])
    }

    /// What a key holds.
    #[inline]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// What a key holds, to change it.
    #[inline]
    pub fn value_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.place(key).map(|at| &mut self.entries[at].value)
    }

    /// What a key holds, an empty map where it is absent or null.
    pub fn value_or_insert(&mut self, key: &'static str, by: By) -> &mut Value {
        let empty = || Entry { key: SmolStr::new_static(key), value: Value::Map(Self::default()), by };
        let at = match self.place(key) {
            Some(at) => at,
            None => self.add(empty()),
        };
        if self.entries[at].value.is_null() {
            self.entries[at] = empty();
        }
        &mut self.entries[at].value
    }

    /// Sets a key, whatever it held.
    pub fn insert(&mut self, key: SmolStr, value: Value, by: By) {
        let entry = Entry { key, value, by };
        match self.place(&entry.key) {
            Some(at) => self.entries[at] = entry,
            None => {
                self.add(entry);
            }
        }
    }

    /// Takes a key away and answers what it held.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.place(key)?;
        let entry = self.entries.remove(at);
        self.tag_all();
        Some(entry.value)
    }

    /// Keeps the entries that `keep` accepts.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
        self.tag_all();
    }

    #[inline]
    fn place(&self, key: &str) -> Option<usize> {
        // A bit is set where a tag is that of the key, and perhaps above such a place.
        let others = self.tags() ^ (LOWEST * tag(key));
        let hits = others.wrapping_sub(LOWEST) & !others & HIGHEST;
        if hits == 0 && self.entries.len() <= FEW { None } else { self.search(key, hits) }
    }

    fn search(&self, key: &str, mut hits: u128) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok();
        }
        while hits != 0 {
            let at = hits.trailing_zeros() as usize / 8;
            // Behind the last entry there are no tags, and so none of a key.
            if is_same(&self.entries.get(at)?.key, key) {
                return Some(at);
            }
            hits &= hits - 1;
        }
        None
    }

    #[inline]
    fn tags(&self) -> u128 {
        u128::from(self.tags[1]) << 64 | u128::from(self.tags[0])
    }

    fn set_tags(&mut self, tags: u128) {
        self.tags = [tags as u64, (tags >> 64) as u64];
    }

    /// Tags all entries anew.
    fn tag_all(&mut self) {
        if self.entries.len() <= FEW {
            self.set_tags(self.entries.iter().rev().fold(0, |tags, it| tags << 8 | tag(&it.key)));
        }
    }

    /// Adds an entry whose key is not there, and answers its place.
    fn add(&mut self, entry: Entry) -> usize {
        let (key, first) = (entry.key.as_str(), entry.key.as_bytes().first());
        let is_before = |other: &Entry| match other.key.as_bytes().first().cmp(&first) {
            Ordering::Equal => other.key.as_str() < key,
            order => order.is_lt(),
        };
        let at = self.entries.partition_point(is_before);
        if self.entries.len() < FEW {
            let (tags, below) = (self.tags(), (1 << (8 * at)) - 1);
            let tags = tags & below | tag(key) << (8 * at) | (tags & !below) << 8;
            self.set_tags(tags);
        }
        self.entries.insert(at, entry);
        at
    }
}

/// Of entries with the same key the last stays, as in Go.
impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|a, b| a.key < b.key) {
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            entries.reverse();
            entries.dedup_by(|earlier, kept| earlier.key == kept.key);
            entries.reverse();
        }
        Self::of_sorted(entries)
    }
}

/// Equal keys and values; who set them does not matter.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| a.key == b.key && a.value == b.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &'static str, number: i64) -> Entry {
        Entry { key: key.into(), value: Value::Int(number), by: By::Manifest }
    }

    #[test]
    fn of_equal_keys_the_last_stays() {
        let map: Map = [entry("b", 1), entry("a", 2), entry("b", 3)].into_iter().collect();
        assert_eq!(map.len(), 2);
        assert_eq!(map.value("b"), Some(&Value::Int(3)));
    }

    #[test]
    fn keys_are_found_among_few_and_many() {
        let mut map = Map::default();
        // Back and forth through the numbers of entries that have tags.
        for round in 0..3 {
            let keys = || (0..40).map(|number| (format!("key{}x", (number * 7 + round) % 40), number));
            let holds = |map: &Map, from: i64, to: i64| {
                for (key, number) in keys() {
                    let expected = (from..to).contains(&number).then_some(Value::Int(number));
                    assert_eq!(map.value(&key), expected.as_ref(), "{key}");
                }
            };
            for (key, number) in keys() {
                map.insert(SmolStr::new(&key), Value::Int(number), By::Manifest);
                assert!(map.entries().is_sorted_by(|a, b| a.key < b.key));
                holds(&map, 0, number + 1);
            }
            for (key, number) in keys() {
                assert_eq!(map.remove(&key), Some(Value::Int(number)));
                holds(&map, number + 1, 40);
            }
        }
    }

    #[test]
    fn deep_values_are_compared_once() {
        let deep = (0..200).fold(Value::Null, |value, _| {
            Map::from_iter([Entry { key: "a".into(), value, by: By::Manifest }]).into()
        });
        assert!(deep.semantically_equals(&deep.clone()));
        let absent: Value = Map::from_iter([entry("a", 1)]).into();
        assert!(!Value::from(Map::default()).semantically_equals(&absent));
    }

    #[test]
    fn absent_fields_read_as_zero() {
        let value = Value::from(Map::default());
        assert_eq!(
            (value.str("a"), value.int("a"), value.bool("a"), value.items("a").len()),
            ("", 0, false, 0)
        );
        assert!(value.at("a").at("b").is_null());
    }

    #[test]
    fn a_default_fills_only_what_is_absent() {
        let mut value: Value = Map::from_iter([entry("a", 1)]).into();
        value.set_default("a", 2);
        value.set_default("b", 2);
        value.struct_mut("c").set_default("d", true);
        assert_eq!((value.int("a"), value.int("b"), value.at("c").bool("d")), (1, 2, true));
        let by = |key: &str| value.as_map().and_then(|map| map.entry(key)).map(|entry| entry.by);
        assert_eq!((by("a"), by("b")), (Some(By::Manifest), Some(By::Server)));
    }
}
