//! The types of the Kubernetes API, for each minor from 1.16 on: fields, how
//! lists merge, which kinds are served. The data lies packed in the program and
//! a type is expanded when it is first asked for.

mod data;
mod kind;
mod read;

use std::sync::OnceLock;

use crate::slots::{Slots, is_same};

pub use kind::{Kind, plural};

/// The minor whose rules and defaults this crate knows.
pub const DEFAULT_MINOR: u8 = 36;

/// A type of a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(u16);

/// What a value has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Float,
    /// A string.
    Text,
    /// A string in Base64.
    Bytes,
    /// Any JSON.
    Any,
    /// `500m`, `1Gi`
    Quantity,
    /// A time to the second.
    Time,
    /// A time to the microsecond.
    MicroTime,
    /// `1h30m`
    Duration,
    /// A whole number of 32 bits, or a string.
    IntOrString,
    /// An object of a kind of its own.
    RawObject,
    /// The fields that somebody manages.
    FieldSet,
    /// One schema, or a list of them.
    SchemaOrList(TypeId),
    /// A schema, or a boolean.
    SchemaOrBool(TypeId),
    /// A schema, or a list of strings.
    SchemaOrTexts(TypeId),
    /// A structure with these fields.
    Struct(TypeId),
    /// A list.
    List(Box<Shape>),
    /// A map with keys of its own.
    Map(Box<Shape>),
}

/// What makes two items of a list the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    /// Nothing is said.
    #[default]
    Unknown,
    /// The list is one value.
    Atomic,
    /// Their value.
    Set,
    /// The fields in [`Field::map_keys`].
    Map,
}

/// How a strategic merge patch changes a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Items are merged by [`Patch::merge_key`], or added where there is none.
    pub merge: bool,
    /// Fields that the patch does not name go.
    pub retain_keys: bool,
    /// The field is replaced as a whole.
    pub replace: bool,
    /// The field that tells items apart, `""` for none.
    pub merge_key: &'static str,
}

/// One field of a structure.
#[expect(clippy::struct_excessive_bools, reason = "a list of what the Go tags and markers say")]
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The Go type, as the server names it: `[]v1.Container`; `""` where unknown.
    pub go_type: &'static str,
    /// The embedded Go structs it comes from, each with a dot behind it.
    pub within: &'static str,
    /// Whether the definitions call it required.
    pub required: bool,
    /// Whether Go holds a pointer, so that zero and absent differ.
    pub pointer: bool,
    /// Whether a zero value is not printed.
    pub omitempty: bool,
    /// Whether an empty structure is not printed.
    pub omitzero: bool,
    /// What makes items the same.
    pub list_type: ListType,
    /// For [`ListType::Map`].
    pub map_keys: &'static [&'static str],
    /// Whether a map or a structure is one value.
    pub is_atomic: bool,
    /// Its strategic merge.
    pub patch: Patch,
    /// The values it may have, empty for all.
    pub values: &'static [&'static str],
}

/// A structure of one minor.
#[derive(Debug)]
pub struct Type {
    /// Its name in the definitions: `io.k8s.api.core.v1.Container`.
    pub name: &'static str,
    fields: Vec<Field>,
    slots: Slots,
}

impl Type {
    /// Of fields sorted by name.
    fn new(name: &'static str, fields: Vec<Field>) -> Self {
        let slots = Slots::of(fields.iter().map(|it| it.name));
        Self { name, fields, slots }
    }

    /// Its name in Go: `Container`.
    pub fn go_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }

    /// All fields by name.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// Where the field of that name stands among all.
    #[inline]
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.slots.find(name, |at| is_same(self.fields[at].name, name))
    }
}

/// The API of one minor.
#[derive(Debug)]
pub struct Table {
    minor: u8,
    types: Vec<OnceLock<Type>>,
}

const MINORS: std::ops::RangeInclusive<u8> = 16..=37;
static TABLES: [OnceLock<Table>; 22] = [const { OnceLock::new() }; 22];

impl Table {
    /// The minors there are tables for.
    pub fn minors() -> std::ops::RangeInclusive<u8> {
        MINORS
    }

    /// The table of a minor.
    pub fn of(minor: u8) -> Option<&'static Self> {
        let slot = TABLES.get(usize::from(minor.checked_sub(*MINORS.start())?))?;
        Some(slot.get_or_init(|| {
            let types = std::iter::repeat_with(OnceLock::new).take(read::TYPE_COUNT).collect();
            Self { minor, types }
        }))
    }

    /// The table of [`DEFAULT_MINOR`].
    pub fn default_minor() -> &'static Self {
        Self::of(DEFAULT_MINOR).expect("the default minor is in the table")
    }

    /// The minor it is of.
    pub fn minor(&self) -> u8 {
        self.minor
    }

    /// A type that a field or a kind of this table names.
    pub fn ty(&self, id: TypeId) -> &Type {
        let slot = &self.types[usize::from(id.0)];
        slot.get_or_init(|| read::expand(id, self.minor))
    }

    /// The type of that name in the definitions.
    pub fn type_named(&self, name: &str) -> Option<&Type> {
        read::type_named(name, self.minor).map(|id| self.ty(id))
    }

    /// A kind that the definitions of any minor have.
    pub fn kind_of_any(group: &str, version: &str, kind: &str) -> Option<&'static Kind> {
        kind::of(group, version, kind)
    }

    /// The kinds of a group in this minor.
    pub fn kinds_of(&self, group: &str) -> impl Iterator<Item = &'static Kind> + use<> {
        let minor = self.minor;
        kind::of_group(group).iter().filter(move |kind| kind.is_in(minor))
    }

    /// Whether a group has kinds in any minor.
    pub fn has_group(group: &str) -> bool {
        !kind::of_group(group).is_empty()
    }

    /// A kind the definitions of this minor have, served by default or not.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&'static Kind> {
        kind::of(group, version, kind).filter(|it| it.is_in(self.minor))
    }

    /// The kinds of this minor, by group, version and name.
    pub fn kinds(&self) -> impl Iterator<Item = &'static Kind> {
        let minor = self.minor;
        kind::all().iter().filter(move |kind| kind.is_in(minor))
    }

    /// The kind that a resource in a URL stands for.
    pub fn kind_of_resource(&self, group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
        self.kinds().find(|it| it.group == group && it.version == version && it.plural() == plural)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::has_hash;

    #[test]
    fn the_data_is_what_its_name_says() {
        assert!(has_hash(data::TABLE, data::SHA256));
    }

    #[test]
    fn every_type_of_every_minor_expands() {
        for minor in Table::minors() {
            let table = Table::of(minor).expect("there is one for each");
            assert!(table.kinds().count() > 80, "1.{minor}");
            for kind in table.kinds() {
                assert!(table.ty(kind.type_id).field("metadata").is_some(), "1.{minor} {}", kind.kind);
            }
        }
    }

    #[test]
    fn fields_tell_how_lists_merge_and_how_go_holds_them() {
        let table = Table::default_minor();
        let container = table.type_named("io.k8s.api.core.v1.Container").expect("it is there");
        let ports = container.field("ports").expect("a field");
        assert_eq!((ports.list_type, ports.map_keys), (ListType::Map, &["containerPort", "protocol"][..]));
        assert!(ports.patch.merge && ports.patch.merge_key == "containerPort");
        assert_eq!(ports.go_type, "[]v1.Container".to_owned() + "Port");
        let pull = container.field("imagePullPolicy").expect("a field");
        assert!(pull.omitempty && !pull.pointer && pull.values.contains(&"IfNotPresent"));
        assert!(table.type_named("io.k8s.api.core.v1.Sleep").is_none());
    }

    #[test]
    fn minors_differ() {
        let at = |minor| Table::of(minor).expect("a table");
        assert!(at(21).kind("extensions", "v1beta1", "Ingress").is_some());
        assert!(at(22).kind("extensions", "v1beta1", "Ingress").is_none());
        let pod = |minor| at(minor).type_named("io.k8s.api.core.v1.PodSpec").expect("a type");
        assert!(pod(21).field("hostUsers").is_none() && pod(36).field("hostUsers").is_some());
        assert!(Table::of(15).is_none() && Table::of(38).is_none());
    }
}
