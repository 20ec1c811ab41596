//! Values of expressions. Clones are cheap: collections are shared.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use seatrial_model::Quantity;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::declare::escape;
use super::formats::Format;
use super::quantity_form::QuantityForm;
use super::semver::Version;
use super::time::Timestamp;
use super::url::Url;

/// What an expression evaluates to, and what it is given.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One without a sign.
    Uint(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    Text(SmolStr),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(List),
    /// A map or an object.
    Map(Map),
    /// A point in time.
    Timestamp(Timestamp),
    /// A length of time in nanoseconds.
    Duration(i64),
    /// A type, by its name.
    Type(&'static str),
    /// A value or none.
    Optional(Option<Arc<Value>>),
    /// A value of Kubernetes' libraries.
    Library(Library),
    /// Data that does not have the form its schema asks for, and why; whoever
    /// looks at it fails.
    Invalid(Arc<str>),
    /// What cannot be known here; whatever looks at it is unknown.
    Unknown,
}

/// Values that only the functions of a library understand.
#[derive(Clone, Debug)]
pub enum Library {
    /// An amount, and how upstream holds it.
    Quantity(Quantity, QuantityForm),
    /// An address.
    Ip(IpAddr),
    /// An address and how many of its bits name the network.
    Cidr(IpAddr, u8),
    /// A URL.
    Url(Arc<Url>),
    /// A semantic version.
    Semver(Arc<Version>),
    /// A format of names and texts.
    Format(&'static Format),
    /// The authorizer, or a question to it being put together: its type's name.
    Authorizer(&'static str),
}

/// A list. How it compares and adds up depends on what its schema says it is.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub(super) items: Arc<Vec<Value>>,
    pub(super) kind: ListKind,
}

/// `x-kubernetes-list-type`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ListKind {
    /// An ordinary list.
    #[default]
    Plain,
    /// An ordinary list that comes with a schema.
    Atomic,
    /// The order does not count, and nothing is in it twice.
    Set,
    /// The same by the values of these fields.
    Map(Arc<[SmolStr]>),
}

/// A map, or an object with fields.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub(super) entries: Arc<BTreeMap<Key, Value>>,
    /// Whether it is an object: its keys are names as expressions write them.
    pub(super) object: bool,
    /// Fields that expressions cannot see, unknown or null: they count only where
    /// objects are compared or measured.
    pub(super) hidden: Option<Arc<crate::Value>>,
}

/// What a map may be indexed by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One without a sign.
    Uint(u64),
    /// A floating-point number, by its bits.
    Double(u64),
    /// A text.
    Text(SmolStr),
}

/// Why an evaluation came to no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An error that `&&`, `||` and macros may absorb.
    Error(String),
    /// It depends on what is not known here: the authorizer.
    Unknown,
    /// It costs too much; nothing absorbs that.
    Stopped(String),
}

pub(super) type Outcome = Result<Value, Fault>;

impl Fault {
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self::Error(message.into())
    }

    pub(super) fn no_overload() -> Self {
        Self::error("no such overload")
    }
}

impl Key {
    /// The key a value is as one.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(it) => Self::Bool(*it),
            Value::Int(it) => Self::Int(*it),
            Value::Uint(it) => Self::Uint(*it),
            Value::Double(it) => Self::Double(it.to_bits()),
            Value::Text(it) => Self::Text(it.clone()),
            _ => return None,
        })
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(it) => Value::Bool(*it),
            Self::Int(it) => Value::Int(*it),
            Self::Uint(it) => Value::Uint(*it),
            Self::Double(it) => Value::Double(f64::from_bits(*it)),
            Self::Text(it) => Value::Text(it.clone()),
        }
    }
}

impl List {
    /// An ordinary list.
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: Arc::new(items), kind: ListKind::Plain }
    }

    /// A list of the kind its schema says.
    pub fn of_kind(items: Vec<Value>, kind: ListKind) -> Self {
        Self { items: Arc::new(items), kind }
    }

    /// Its items.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// Whether the value is an item.
    pub(super) fn contains(&self, wanted: &Value) -> Result<bool, Fault> {
        if self.kind == ListKind::Plain {
            return Ok(self.items().iter().any(|item| matches!(equal(item, wanted), Ok(true))));
        }
        let mut fault = None;
        for item in self.items() {
            match item.seen().and_then(|item| equal(item, wanted)) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(other) => fault = fault.or(Some(other)),
            }
        }
        fault.map_or(Ok(false), Err)
    }

    /// The sum of two lists: of sets their union, of maps their merger.
    pub(super) fn plus(self, other: &Self) -> Result<Self, Fault> {
        let kind = self.kind.clone();
        let mut items = Arc::unwrap_or_clone(self.items);
        match &kind {
            ListKind::Plain | ListKind::Atomic => items.extend_from_slice(other.items()),
            ListKind::Set => {
                let mut so_far = Self::new(items);
                for item in other.items() {
                    if !so_far.contains(item)? {
                        Arc::make_mut(&mut so_far.items).push(item.clone());
                    }
                }
                items = Arc::unwrap_or_clone(so_far.items);
            }
            ListKind::Map(keys) => {
                for item in other.items() {
                    let same = items.iter_mut().find(|it| same_keys(it, item, keys));
                    match same {
                        Some(place) => *place = item.clone(),
                        None => items.push(item.clone()),
                    }
                }
            }
        }
        Ok(Self { items: Arc::new(items), kind })
    }

    fn equals(&self, other: &Self) -> Result<bool, Fault> {
        if self.items.len() != other.items.len() {
            return Ok(false);
        }
        match &self.kind {
            ListKind::Plain => {
                // What cannot be compared does not make a plain list different.
                let different = |(a, b): (&Value, &Value)| matches!(equal(a, b), Ok(false));
                Ok(!self.items().iter().zip(other.items()).any(different))
            }
            ListKind::Atomic => {
                for (a, b) in self.items().iter().zip(other.items()) {
                    if !equal(a, b)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ListKind::Set => {
                for item in other.items() {
                    if !self.contains(item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ListKind::Map(keys) => {
                for item in other.items() {
                    let same = self.items().iter().rfind(|it| same_keys(it, item, keys));
                    let Some(same) = same else {
                        return Ok(false);
                    };
                    if !equal(same, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}

/// Whether two items of a map list have the same values in its key fields.
fn same_keys(this: &Value, that: &Value, keys: &[SmolStr]) -> bool {
    let (Value::Map(this), Value::Map(that)) = (this, that) else {
        return false;
    };
    keys.iter().all(|key| match (this.field(key), that.field(key)) {
        (Some(this), Some(that)) => matches!(equal(this, that), Ok(true)),
        (None, None) => true,
        _ => false,
    })
}

impl Map {
    /// A map of these entries.
    pub fn new(entries: BTreeMap<Key, Value>) -> Self {
        Self { entries: Arc::new(entries), object: false, hidden: None }
    }

    /// What a field holds.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.entries.get(&Key::Text(SmolStr::new(name)))
    }

    /// The entries by key; those expressions cannot see are left out.
    pub fn entries(&self) -> impl Iterator<Item = (Value, &Value)> {
        self.entries.iter().map(|(key, value)| (key.value(), value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        let hidden = self.hidden.as_ref().and_then(|it| it.as_map()).map_or(0, crate::Map::len);
        self.entries.len() + hidden
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a key holds; numbers of other types find their equals.
    pub(super) fn find(&self, key: &Value) -> Option<&Value> {
        let own = Key::of(key)?;
        if let Some(value) = self.entries.get(&own) {
            return Some(value);
        }
        let kin = match key {
            Value::Text(name) if self.object => vec![escape(name).map(Key::Text)],
            Value::Int(it) => vec![u64::try_from(*it).ok().map(Key::Uint)],
            Value::Uint(it) => vec![i64::try_from(*it).ok().map(Key::Int)],
            Value::Double(it) => vec![exact_int(*it).map(Key::Int), exact_uint(*it).map(Key::Uint)],
            _ => Vec::new(),
        };
        kin.into_iter().flatten().find_map(|key| self.entries.get(&key))
    }

    fn equals(&self, other: &Self) -> Result<bool, Fault> {
        if self.len() != other.len() || self.entries.len() != other.entries.len() {
            return Ok(false);
        }
        for (key, value) in self.entries.iter() {
            let Some(theirs) = other.find(&key.value()) else {
                return Ok(false);
            };
            // What cannot be compared does not make maps different.
            if matches!(equal(value.seen()?, theirs.seen()?), Ok(false)) {
                return Ok(false);
            }
        }
        Ok(self.same_hidden(other))
    }

    /// Hidden fields of the same name hold the same.
    fn same_hidden(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (&self.hidden, &other.hidden) else {
            return true;
        };
        let entries = ours.as_map().map_or(&[][..], crate::Map::entries);
        entries.iter().all(|entry| {
            theirs.as_map().and_then(|it| it.value(&entry.key)).is_none_or(|theirs| *theirs == entry.value)
        })
    }
}

/// The whole number a floating-point number is, if it is one.
pub(super) fn exact_int(number: f64) -> Option<i64> {
    let int = number as i64;
    #[expect(clippy::float_cmp, reason = "only an exact conversion counts")]
    let exact = number.is_finite() && int as f64 == number && int != i64::MAX;
    exact.then_some(int)
}

pub(super) fn exact_uint(number: f64) -> Option<u64> {
    let uint = number as u64;
    #[expect(clippy::float_cmp, reason = "only an exact conversion counts")]
    let exact = number.is_finite() && uint as f64 == number && uint != u64::MAX;
    exact.then_some(uint)
}

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(SmolStr::new(text))
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// An object with these fields.
    pub fn fields(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let entry = |(name, value)| (Key::Text(SmolStr::new_static(name)), value);
        Self::Map(Map::new(fields.into_iter().map(entry).collect()))
    }

    /// A value inside an optional.
    pub(super) fn some(value: Value) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    /// The value, unless its data are invalid.
    pub(super) fn seen(&self) -> Result<&Self, Fault> {
        match self {
            Self::Invalid(why) => Err(Fault::error(&**why)),
            Self::Unknown => Err(Fault::Unknown),
            value => Ok(value),
        }
    }

    /// The name of its type at run time.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Invalid(_) => "error",
            Self::Unknown => "unknown",
            Self::Library(library) => match library {
                Library::Quantity(..) => "kubernetes.Quantity",
                Library::Ip(_) => "net.IP",
                Library::Cidr(..) => "net.CIDR",
                Library::Url(_) => "kubernetes.URL",
                Library::Semver(_) => "kubernetes.Semver",
                Library::Format(_) => "kubernetes.NamedFormat",
                Library::Authorizer(name) => name,
            },
        }
    }

    /// Whether `optional.ofNonZeroValue` makes nothing of it.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) | Self::Int(0) | Self::Uint(0) | Self::Duration(0) => true,
            Self::Double(number) => *number == 0.0,
            Self::Text(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::List(list) => list.kind == ListKind::Plain && list.items.is_empty(),
            Self::Map(map) => map.is_empty(),
            Self::Optional(value) => value.is_none(),
            Self::Timestamp(time) => time.is_go_zero(),
            _ => false,
        }
    }

    /// How upstream measures it for cost: characters, bytes, items, entries.
    pub(super) fn size(&self) -> u64 {
        let size = match self {
            Self::Text(text) => text.chars().count(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List(list) => list.items.len(),
            Self::Map(map) => map.len(),
            Self::Library(Library::Ip(ip)) => {
                if ip.is_ipv4() {
                    4
                } else {
                    16
                }
            }
            Self::Library(Library::Cidr(_, bits)) => usize::from(bits.div_ceil(8)),
            _ => 1,
        };
        size as u64
    }

    /// How messages show it.
    pub(super) fn shown(&self) -> SmolStr {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bool(it) => it.to_smolstr(),
            Self::Int(it) => it.to_smolstr(),
            Self::Uint(it) => it.to_smolstr(),
            Self::Double(it) => it.to_smolstr(),
            Self::Null => SmolStr::new_static("null"),
            other => format_smolstr!("{}", other.type_name()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown())
    }
}

impl Library {
    /// How it is written.
    pub fn shown(&self) -> String {
        match self {
            Self::Quantity(quantity, _) => quantity.to_string(),
            Self::Ip(ip) => ip.to_string(),
            Self::Cidr(ip, bits) => format!("{ip}/{bits}"),
            Self::Url(url) => url.to_string(),
            Self::Semver(version) => version.to_string(),
            Self::Format(format) => format.name.to_owned(),
            Self::Authorizer(name) => (*name).to_owned(),
        }
    }
}

/// Whether two values are equal, numbers of different types by what they count.
pub(super) fn equal(this: &Value, that: &Value) -> Result<bool, Fault> {
    use Value as V;
    Ok(match (this, that) {
        (V::Unknown, _) | (_, V::Unknown) => return Err(Fault::Unknown),
        (V::Invalid(why), _) | (_, V::Invalid(why)) => return Err(Fault::error(&**why)),
        (V::Null, V::Null) => true,
        (V::Null, _) | (_, V::Null) => false,
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Text(a), V::Text(b)) => a == b,
        (V::Bytes(a), V::Bytes(b)) => a == b,
        (V::Type(a), V::Type(b)) => a == b,
        (V::Duration(a), V::Duration(b)) => a == b,
        (V::Timestamp(a), V::Timestamp(b)) => a.same_instant(b),
        (V::List(a), V::List(b)) => a.equals(b)?,
        (V::Map(a), V::Map(b)) => a.equals(b)?,
        (V::Optional(a), V::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b)?,
            (None, None) => true,
            _ => false,
        },
        (V::Library(a), V::Library(b)) => library_equal(a, b)?,
        (V::Library(_), _) => return Err(Fault::no_overload()),
        (V::List(list), _) if list.kind != ListKind::Plain => return Err(Fault::no_overload()),
        _ => compare_numbers(this, that) == Some(Some(Ordering::Equal)),
    })
}

fn library_equal(this: &Library, that: &Library) -> Result<bool, Fault> {
    Ok(match (this, that) {
        // Upstream holds sums in another form, which it does not know on the right.
        (Library::Quantity(a, _), Library::Quantity(b, form)) if !form.computed => a == b,
        (Library::Ip(a), Library::Ip(b)) => a == b,
        (Library::Cidr(a, bits), Library::Cidr(b, others)) => a == b && bits == others,
        (Library::Url(a), Library::Url(b)) => a.to_string() == b.to_string(),
        (Library::Semver(a), Library::Semver(b)) => a.order(b) == Ordering::Equal,
        (Library::Format(a), Library::Format(b)) => a.name == b.name,
        (Library::Authorizer(_), Library::Authorizer(_)) => return Err(Fault::Unknown),
        _ => return Err(Fault::no_overload()),
    })
}

/// The order of two numbers; nothing inside for NaN, nothing at all for other values.
#[expect(clippy::option_option, reason = "NaN and what is no number are different answers")]
pub(super) fn compare_numbers(this: &Value, that: &Value) -> Option<Option<Ordering>> {
    use Value as V;
    Some(match (this, that) {
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        (V::Uint(a), V::Uint(b)) => Some(a.cmp(b)),
        (V::Int(a), V::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (V::Uint(a), V::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (V::Double(a), V::Double(b)) => a.partial_cmp(b),
        (V::Double(a), V::Int(b)) => double_int(*a, *b),
        (V::Int(a), V::Double(b)) => double_int(*b, *a).map(Ordering::reverse),
        (V::Double(a), V::Uint(b)) => double_uint(*a, *b),
        (V::Uint(a), V::Double(b)) => double_uint(*b, *a).map(Ordering::reverse),
        _ => return None,
    })
}

// Beyond the range of whole numbers upstream does not look at the digits.
fn double_int(double: f64, int: i64) -> Option<Ordering> {
    double.partial_cmp(&(int as f64))
}

fn double_uint(double: f64, uint: u64) -> Option<Ordering> {
    double.partial_cmp(&(uint as f64))
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
