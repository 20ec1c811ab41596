//! Values with Go's types, as templates see them, each with its origin.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::trace::OriginId;

/// A value and where it was written.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it came from; [`OriginId::NONE`] for what nobody wrote, and for
    /// whatever is computed while tracing is off.
    pub origin: OriginId,
}

/// Go's dynamic types as far as templates can meet them.
#[derive(Clone, Debug, Default)]
pub enum Data {
    /// An untyped nil, also what a missing key gives.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// Any integer type. A `uint64` lies here by its bits.
    Int(i64, IntKind),
    /// `float64`, what every number of a values file is.
    Float(f64),
    /// A `string` that is UTF-8.
    Str(Rc<str>),
    /// A `string` that is not UTF-8: made by cutting or decoding.
    Raw(Rc<[u8]>),
    /// `[]byte`
    Bytes(Rc<[u8]>),
    /// A slice other than of bytes.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A struct or another type with fields or methods.
    Object(Rc<dyn Object>),
}

/// Go's integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are Go's names")]
pub enum IntKind {
    Int,
    Int32,
    Int64,
    Uint8,
    Uint64,
}

/// The static element type of a slice or map, which `kindOf`, `%T` and the
/// functions' signatures see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Element {
    /// `interface {}`
    #[default]
    Any,
    /// `string`
    Str,
    /// `int`
    Int,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`
    List,
}

/// A slice. Template functions never write into one that exists.
#[derive(Clone, Default)]
pub struct List {
    /// The items.
    pub items: Rc<Vec<Value>>,
    /// The static type of the items.
    pub element: Element,
    /// Whether it is a nil slice: empty, but `null` in JSON.
    pub is_nil: bool,
}

/// A map: shared by reference, as in Go, so that `set` is seen by every holder.
/// Keys iterate in the order of their bytes, as templates do.
#[derive(Clone, Default)]
pub struct Map {
    entries: Rc<RefCell<BTreeMap<Rc<str>, Value>>>,
    /// The static type of the values.
    pub element: Element,
    /// The name of the map's own type, when it has one (`common.Values`).
    pub named: Option<&'static str>,
    /// Whether it is a nil map: empty, but `null` in JSON, and `set` fails.
    pub is_nil: bool,
}

/// A Go type with fields or methods: a chart's metadata, capabilities, files, a
/// time, a version.
pub trait Object: fmt::Debug {
    /// The type as `%T` prints it, `*chart.Metadata`.
    fn type_name(&self) -> &str;
    /// The kind as `kindOf` prints it: `ptr`, `struct`, `slice`, `map`, ...
    fn kind(&self) -> &'static str;
    /// A field's value; none when the type has no such field.
    fn field(&self, name: &str) -> Option<Value>;
    /// A method's answer; none when the type has no such method.
    fn call(
        &self,
        call: &mut dyn super::Call,
        name: &str,
        args: &[Value],
    ) -> Option<Result<Value, super::Fault>>;
    /// The text of `%v`.
    fn show(&self) -> String;
    /// What `encoding/json` makes of it.
    fn to_json(&self) -> Value;
    /// Whether `if` takes it. Structs always count; nil pointers do not.
    fn is_true(&self) -> bool {
        true
    }
    /// For downcasts in functions that know the type.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl Value {
    /// Go's nil.
    pub const NIL: Self = Self { data: Data::Nil, origin: OriginId::NONE };

    /// A value that nobody wrote.
    pub fn new(data: Data) -> Self {
        Self { data, origin: OriginId::NONE }
    }

    /// The same value from elsewhere.
    pub fn with_origin(mut self, origin: OriginId) -> Self {
        self.origin = origin;
        self
    }

    /// An `int`.
    pub fn int(value: i64) -> Self {
        Self::new(Data::Int(value, IntKind::Int))
    }

    /// An `int64`.
    pub fn int64(value: i64) -> Self {
        Self::new(Data::Int(value, IntKind::Int64))
    }

    /// A Go string of any bytes.
    pub fn bytes_as_str(bytes: Vec<u8>) -> Self {
        Self::new(match String::from_utf8(bytes) {
            Ok(text) => Data::Str(text.into()),
            Err(error) => Data::Raw(error.into_bytes().into()),
        })
    }

    /// A list of any values.
    pub fn list(items: Vec<Value>) -> Self {
        Self::new(Data::List(List { items: Rc::new(items), ..List::default() }))
    }

    /// A nil slice of any values.
    pub fn nil_list() -> Self {
        Self::new(Data::List(List { is_nil: true, ..List::default() }))
    }

    /// A nil `map[string]interface {}`.
    pub fn nil_map() -> Self {
        Self::new(Data::Map(Map { is_nil: true, ..Map::default() }))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Rc<str>>>(items: impl IntoIterator<Item = S>) -> Self {
        let items = items.into_iter().map(|it| Value::from(Data::Str(it.into()))).collect();
        Self::new(Data::List(List { items: Rc::new(items), element: Element::Str, ..List::default() }))
    }

    /// The text of a `string` that is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a slice.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(list) => Some(&list.items),
            _ => None,
        }
    }

    /// Whether it is Go's nil.
    pub fn is_nil(&self) -> bool {
        matches!(self.data, Data::Nil)
    }

    /// Whether `if` takes it: not nil, false, zero or empty
    /// (`text/template.IsTrue`).
    pub fn is_true(&self) -> bool {
        match &self.data {
            Data::Nil => false,
            Data::Bool(value) => *value,
            Data::Int(value, _) => *value != 0,
            Data::Float(value) => *value != 0.0,
            Data::Str(text) => !text.is_empty(),
            Data::Raw(bytes) | Data::Bytes(bytes) => !bytes.is_empty(),
            Data::List(list) => !list.items.is_empty(),
            Data::Map(map) => !map.is_empty(),
            Data::Object(object) => object.is_true(),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self::new(data)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::new(Data::Bool(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::new(Data::Float(value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::new(Data::Str(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::new(Data::Str(text.into()))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::new(Data::Map(map))
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::default()
    }

    /// A look at the entries. No write may happen while it lives.
    pub fn entries(&self) -> Ref<'_, BTreeMap<Rc<str>, Value>> {
        self.entries.borrow()
    }

    /// The entries to write. Nothing else may look at them while it lives.
    pub fn entries_mut(&self) -> RefMut<'_, BTreeMap<Rc<str>, Value>> {
        self.entries.borrow_mut()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    /// Sets a key, for every holder of the map.
    pub fn set(&self, key: impl Into<Rc<str>>, value: Value) {
        self.entries.borrow_mut().insert(key.into(), value);
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// Whether both are one map.
    pub fn is_identical(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

impl FromIterator<(Rc<str>, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Value)>>(entries: I) -> Self {
        Self { entries: Rc::new(RefCell::new(entries.into_iter().collect())), ..Self::default() }
    }
}

/// Maps may hold themselves: only the size is printed.
impl fmt::Debug for Map {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Map({} entries)", self.len())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "List({} items)", self.items.len())
    }
}
