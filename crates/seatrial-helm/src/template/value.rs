//! Values with Go's types, as templates see them, each with its origin.

use std::cell::{Ref, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use super::table::Table;
use super::trace::OriginId;

/// A value and where it was written.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it came from; [`OriginId::NONE`] for what nobody wrote, and for
    /// whatever is computed while tracing is off.
    pub origin: OriginId,
    /// In a map, where the name stands that it lies under; known while tracing
    /// is on.
    pub key: OriginId,
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
    pub items: Rc<Items>,
    /// The static type of the items.
    pub element: Element,
    /// Whether it is a nil slice: empty, but `null` in JSON.
    pub is_nil: bool,
}

/// The items of a slice; reads like the `Vec` that it is.
#[derive(Clone, Default)]
pub struct Items(Vec<Value>);

/// A map: shared by reference, as in Go, so that `set` is seen by every holder.
/// Keys iterate in the order of their bytes, as templates do.
#[derive(Clone, Default)]
pub struct Map {
    entries: Rc<Entries>,
    /// The static type of the values.
    pub element: Element,
    /// The name of the map's own type, when it has one (`common.Values`).
    pub named: Option<&'static str>,
    /// The methods of that type.
    pub methods: Option<MapMethods>,
    /// Whether it is a nil map: empty, but `null` in JSON, and `set` fails.
    pub is_nil: bool,
}

/// The methods of a map's own type: a method's answer, none when it has no
/// such method.
pub type MapMethods = fn(&mut dyn super::Call, &Map, &str, &[Value]) -> Option<Result<Value, super::Fault>>;

#[derive(Default)]
struct Entries(RefCell<Table>);

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
    /// The entries of a map type, in the order of their keys.
    fn entries(&self) -> Option<Vec<(Rc<str>, Value)>> {
        None
    }
    /// The items of a slice type.
    fn items(&self) -> Option<Vec<Value>> {
        None
    }
    /// The text of `%v`.
    fn show(&self) -> String;
    /// The number, of a type whose kind is `int64`.
    fn integer(&self) -> Option<i64> {
        None
    }
    /// The text of `%+v`, which names the fields of a struct.
    fn show_named(&self) -> String {
        self.show()
    }
    /// The text of `%#v`, Go's syntax, where that is not the quoted text.
    fn show_syntax(&self) -> Option<String> {
        None
    }
    /// The fields of a struct as `encoding/json` writes them, in its order.
    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        None
    }
    /// What `encoding/json` makes of it, read again.
    fn to_json(&self) -> Value {
        self.json_fields().unwrap_or_default().into_iter().collect::<Map>().into()
    }
    /// The text of a field that is printed where it lies: a method `String` of
    /// the pointer counts then.
    fn show_in_place(&self) -> String {
        self.show()
    }
    /// Whether `if` takes it. Structs always count; nil pointers do not.
    fn is_true(&self) -> bool {
        true
    }
    /// For downcasts in functions that know the type.
    fn as_any(&self) -> &dyn std::any::Any;
}

impl Value {
    /// Go's nil.
    pub const NIL: Self = Self { data: Data::Nil, origin: OriginId::NONE, key: OriginId::NONE };

    /// A value that nobody wrote.
    pub fn new(data: Data) -> Self {
        Self { data, origin: OriginId::NONE, key: OriginId::NONE }
    }

    /// The same value from elsewhere.
    pub fn with_origin(mut self, origin: OriginId) -> Self {
        self.origin = origin;
        self
    }

    /// The same value under a name that stands elsewhere.
    pub fn with_key(mut self, key: OriginId) -> Self {
        self.key = key;
        self
    }

    /// Where the name stands that it lies under in a map; where that is not
    /// known, the value itself.
    pub fn key_origin(&self) -> OriginId {
        if self.key.is_none() { self.origin } else { self.key }
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
        Self::new(Data::List(List::new(items, Element::Any)))
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
        Self::new(Data::List(List::new(items, Element::Str)))
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

/// Go's types, by name.
impl Value {
    /// The dynamic type as `%T` prints it; `<nil>` for nil.
    pub fn type_name(&self) -> &str {
        match &self.data {
            Data::Nil => "<nil>",
            Data::Bool(_) => "bool",
            Data::Int(_, kind) => kind.name(),
            Data::Float(_) => "float64",
            Data::Str(_) | Data::Raw(_) => "string",
            Data::Bytes(_) => "[]uint8",
            Data::List(list) => list.type_name(),
            Data::Map(map) => map.type_name(),
            Data::Object(object) => object.type_name(),
        }
    }

    /// The kind as `reflect.Kind` prints it; `invalid` for nil.
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Nil => "invalid",
            Data::Bool(_) => "bool",
            Data::Int(_, kind) => kind.name(),
            Data::Float(_) => "float64",
            Data::Str(_) | Data::Raw(_) => "string",
            Data::Bytes(_) | Data::List(_) => "slice",
            Data::Map(_) => "map",
            Data::Object(object) => object.kind(),
        }
    }

    /// The bytes of a Go `string`, UTF-8 or not.
    pub fn as_str_bytes(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Str(text) => Some(text.as_bytes()),
            Data::Raw(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl IntKind {
    /// The type's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
        }
    }

    /// Whether values of the type have no sign.
    pub fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint8 | Self::Uint64)
    }
}

impl Element {
    /// The type's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Str => "string",
            Self::Int => "int",
            Self::Map => "map[string]interface {}",
            Self::List => "[]interface {}",
        }
    }

    /// Go's zero value of the type: what a missing key of a map gives.
    pub fn zero(self) -> Value {
        match self {
            Self::Any => Value::NIL,
            Self::Str => Value::from(""),
            Self::Int => Value::int(0),
            Self::Map => Value::nil_map(),
            Self::List => Value::nil_list(),
        }
    }
}

impl List {
    /// A slice of these items.
    pub fn new(items: Vec<Value>, element: Element) -> Self {
        Self { items: Rc::new(Items(items)), element, is_nil: false }
    }

    /// The type as `%T` prints it.
    pub fn type_name(&self) -> &'static str {
        match self.element {
            Element::Any => "[]interface {}",
            Element::Str => "[]string",
            Element::Int => "[]int",
            Element::Map => "[]map[string]interface {}",
            Element::List => "[][]interface {}",
        }
    }
}

impl std::ops::Deref for Items {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl From<Vec<Value>> for Items {
    fn from(items: Vec<Value>) -> Self {
        Self(items)
    }
}

/// Values may be nested so deep that dropping them one inside the other would
/// end the stack.
impl Drop for Items {
    fn drop(&mut self) {
        dismantle(&mut self.0);
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        let entries = self.0.get_mut();
        if entries.values().any(Value::is_container) {
            dismantle(&mut std::mem::take(entries).into_values());
        }
    }
}

/// Drops values with all that only they hold, without recursion.
fn dismantle(values: &mut Vec<Value>) {
    if !values.iter().any(Value::is_container) {
        return;
    }
    let mut queue = std::mem::take(values);
    while let Some(value) = queue.pop() {
        match value.data {
            Data::List(list) => {
                if let Some(mut items) = Rc::into_inner(list.items) {
                    queue.append(&mut items.0);
                }
            }
            Data::Map(map) => {
                if let Some(mut entries) = Rc::into_inner(map.entries) {
                    queue.extend(std::mem::take(entries.0.get_mut()).into_values());
                }
            }
            _ => {}
        }
    }
}

impl Value {
    /// Whether it is a list or a map.
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.data, Data::List(_) | Data::Map(_))
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
    pub fn entries(&self) -> Ref<'_, Table> {
        self.entries.0.borrow()
    }

    /// The entries to write. Nothing else may look at them while it lives.
    pub fn entries_mut(&self) -> RefMut<'_, Table> {
        self.entries.0.borrow_mut()
    }

    /// The type as `%T` prints it.
    pub fn type_name(&self) -> &'static str {
        self.named.unwrap_or(match self.element {
            Element::Any => "map[string]interface {}",
            Element::Str => "map[string]string",
            Element::Int => "map[string]int",
            Element::Map => "map[string]map[string]interface {}",
            Element::List => "map[string][]interface {}",
        })
    }

    /// A `map[string]interface {}` of its own that holds the same values.
    pub fn shallow_copy(&self) -> Self {
        let entries = Entries(RefCell::new(self.entries().clone()));
        Self { entries: Rc::new(entries), ..Self::default() }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.0.borrow().get(key).cloned()
    }

    /// Sets a key, for every holder of the map.
    pub fn set(&self, key: impl Into<Rc<str>>, value: Value) {
        self.entries.0.borrow_mut().insert(key.into(), value);
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.0.borrow().len()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.0.borrow().is_empty()
    }

    /// Where its entries lie: tells maps apart while they live.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.entries).addr()
    }

    /// Whether both are one map.
    pub fn is_identical(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

impl FromIterator<(Rc<str>, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Value)>>(entries: I) -> Self {
        let entries = Entries(RefCell::new(entries.into_iter().collect()));
        Self { entries: Rc::new(entries), ..Self::default() }
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
