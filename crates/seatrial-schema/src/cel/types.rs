//! Types of expressions, and which fits where: cel-go's `checker/types.go`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Known at run time only.
    Dyn,
    /// Something wrong, already reported.
    Error,
    /// `null`
    Null,
    /// `true`, `false`
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// One without a sign.
    Uint,
    /// A floating-point number.
    Double,
    /// A text.
    String,
    /// Bytes.
    Bytes,
    /// A point in time.
    Timestamp,
    /// A length of time.
    Duration,
    /// A list of items of one type.
    List(Arc<Type>),
    /// A map of keys and values of one type each.
    Map(Arc<(Type, Type)>),
    /// A value of that type, or none.
    Optional(Arc<Type>),
    /// The type of a type.
    Kind(Option<Arc<Type>>),
    /// An object with declared fields.
    Object(Arc<ObjectType>),
    /// A type of a library, without fields: `kubernetes.Quantity`.
    Library(&'static str),
    /// Still to be found out.
    Param(u32),
}

/// An object's name and its fields.
#[derive(Debug, Default)]
pub struct ObjectType {
    /// How messages call it; objects with the same name are the same type.
    pub name: SmolStr,
    /// The fields by the names expressions use for them.
    pub fields: BTreeMap<SmolStr, Type>,
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ObjectType {}

impl Type {
    /// A list of such items.
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// A map from such keys to such values.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Arc::new((key, value)))
    }

    /// Such a value or none.
    pub fn optional(inner: Self) -> Self {
        Self::Optional(Arc::new(inner))
    }

    /// The type of that type.
    pub fn kind(of: Self) -> Self {
        Self::Kind(Some(Arc::new(of)))
    }

    pub(super) fn is_dyn(&self) -> bool {
        matches!(self, Self::Dyn)
    }

    pub(super) fn is_dyn_or_error(&self) -> bool {
        matches!(self, Self::Dyn | Self::Error)
    }

    /// What is inside an optional, and whether it was one.
    pub(super) fn unwrap_optional(&self) -> (Self, bool) {
        match self {
            Self::Optional(inner) => ((**inner).clone(), true),
            other => (other.clone(), false),
        }
    }

    /// The name that a value of the type has as a type.
    pub(super) fn runtime_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::Duration => "google.protobuf.Duration",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Kind(_) => "type",
            Self::Library(name) => name,
            Self::Dyn | Self::Error | Self::Object(_) | Self::Param(_) => return None,
        })
    }

    fn nullable(&self) -> bool {
        matches!(
            self,
            Self::Optional(_)
                | Self::Library(_)
                | Self::Object(_)
                | Self::Duration
                | Self::Timestamp
                | Self::Null
        )
    }

    /// How many types it is made of, counted up to a bit above `most`.
    pub(super) fn size(&self, most: usize) -> usize {
        fn add(kind: &Type, size: &mut usize, most: usize) {
            *size += 1;
            if *size <= most {
                kind.each_part(&mut |part| add(part, size, most));
            }
        }
        let mut size = 0;
        add(self, &mut size, most);
        size
    }

    fn each_part(&self, visit: &mut dyn FnMut(&Type)) {
        match self {
            Self::List(item) | Self::Optional(item) | Self::Kind(Some(item)) => visit(item),
            Self::Map(parts) => {
                visit(&parts.0);
                visit(&parts.1);
            }
            _ => {}
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn => out.write_str("dyn"),
            Self::Error => out.write_str("!error!"),
            Self::Null => out.write_str("null"),
            Self::Timestamp => out.write_str("timestamp"),
            Self::Duration => out.write_str("duration"),
            Self::List(item) => write!(out, "list({item})"),
            Self::Map(parts) => write!(out, "map({}, {})", parts.0, parts.1),
            Self::Optional(inner) => write!(out, "optional_type({inner})"),
            Self::Kind(Some(of)) => write!(out, "type({of})"),
            Self::Object(object) => out.write_str(&object.name),
            Self::Param(number) => write!(out, "_var{number}"),
            other => out.write_str(other.runtime_name().unwrap_or_default()),
        }
    }
}

/// What is known about the types still to be found out.
#[derive(Default)]
pub(super) struct Mapping {
    bound: Vec<Option<Type>>,
    /// What bindings were before, to go back.
    trail: Vec<(u32, Option<Type>)>,
    /// How many steps the question at hand may still take: parameters that stand
    /// for types with parameters may stand for types of any size.
    fuel: Cell<u32>,
}

const FUEL: u32 = 50_000;

impl Mapping {
    pub(super) fn fresh(&mut self) -> Type {
        self.bound.push(None);
        Type::Param(self.bound.len() as u32 - 1)
    }

    fn find(&self, param: u32) -> Option<&Type> {
        self.bound[param as usize].as_ref()
    }

    fn bind(&mut self, param: u32, to: Type) {
        let before = self.bound[param as usize].replace(to);
        self.trail.push((param, before));
    }

    /// Whether every type can stand where its counterpart is wanted; if not,
    /// nothing has been learnt.
    pub(super) fn all_assignable(&mut self, these: &[Type], those: &[Type]) -> bool {
        self.trail.clear();
        self.fuel.set(FUEL);
        let fits = these.len() == those.len() && these.iter().zip(those).all(|(a, b)| self.fits(a, b));
        if !fits {
            while let Some((param, before)) = self.trail.pop() {
                self.bound[param as usize] = before;
            }
        }
        fits
    }

    pub(super) fn assignable(&mut self, this: &Type, that: &Type) -> bool {
        self.all_assignable(std::slice::from_ref(this), std::slice::from_ref(that))
    }

    /// Takes a step, if there is one left.
    fn step(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left > 0
    }

    fn fits(&mut self, this: &Type, that: &Type) -> bool {
        if !self.step() {
            return false;
        }
        if let Type::Param(param) = that {
            let (valid, bound) = self.substitutes(this, *param);
            if valid || bound {
                return valid;
            }
        }
        if let Type::Param(param) = this {
            return self.substitutes(that, *param).0;
        }
        if this.is_dyn_or_error() || that.is_dyn_or_error() {
            return true;
        }
        if *this == Type::Null || *that == Type::Null {
            let other = if *this == Type::Null { that } else { this };
            return other.nullable();
        }
        match (this, that) {
            (Type::Kind(_), Type::Kind(_)) => true,
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => self.fits(a, b),
            (Type::Map(a), Type::Map(b)) => self.fits(&a.0, &b.0) && self.fits(&a.1, &b.1),
            _ => this == that,
        }
    }

    /// Whether the type can stand for the parameter, and whether that already
    /// stood for something.
    fn substitutes(&mut self, kind: &Type, param: u32) -> (bool, bool) {
        if *kind == Type::Param(param) {
            return (true, true);
        }
        if let Some(bound) = self.find(param).cloned() {
            if *kind == bound {
                return (true, true);
            }
            if !self.fits(kind, &bound) {
                return (false, true);
            }
            let general = most_general(kind, &bound).clone();
            if !self.mentions(&general, param) {
                self.bind(param, general);
            }
            return (true, true);
        }
        if self.mentions(kind, param) {
            return (false, false);
        }
        self.bind(param, kind.clone());
        (true, false)
    }

    /// Whether the parameter is somewhere in the type.
    fn mentions(&self, kind: &Type, param: u32) -> bool {
        if !self.step() {
            return true;
        }
        if let Type::Param(other) = kind {
            return *other == param || self.find(*other).is_some_and(|bound| self.mentions(bound, param));
        }
        let mut found = false;
        kind.each_part(&mut |part| found |= self.mentions(part, param));
        found
    }

    /// The type with what is known put in; with `finally` the rest is dynamic.
    pub(super) fn substitute(&self, kind: &Type, finally: bool) -> Type {
        self.fuel.set(FUEL);
        self.put_in(kind, finally)
    }

    fn put_in(&self, kind: &Type, finally: bool) -> Type {
        if !self.step() {
            return Type::Dyn;
        }
        match kind {
            Type::Param(param) => match self.find(*param) {
                Some(bound) => self.put_in(bound, finally),
                None if finally => Type::Dyn,
                None => kind.clone(),
            },
            Type::List(item) => Type::list(self.put_in(item, finally)),
            Type::Optional(inner) => Type::optional(self.put_in(inner, finally)),
            Type::Kind(Some(of)) => Type::kind(self.put_in(of, finally)),
            Type::Map(parts) => Type::map(self.put_in(&parts.0, finally), self.put_in(&parts.1, finally)),
            other => other.clone(),
        }
    }
}

/// The more general one of two types of which one fits the other.
pub(super) fn most_general<'a>(this: &'a Type, that: &'a Type) -> &'a Type {
    if less_specific(this, that) { this } else { that }
}

fn less_specific(this: &Type, that: &Type) -> bool {
    if matches!(this, Type::Dyn | Type::Param(_)) {
        return true;
    }
    match (this, that) {
        (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => less_specific(a, b),
        (Type::Map(a), Type::Map(b)) => less_specific(&a.0, &b.0) && less_specific(&a.1, &b.1),
        (Type::Kind(_), Type::Kind(_)) => true,
        _ => this == that,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_out() {
        let mut mapping = Mapping::default();
        let item = mapping.fresh();
        assert!(mapping.assignable(&Type::list(Type::Int), &Type::list(item.clone())));
        assert_eq!(mapping.substitute(&item, true), Type::Int);
        assert!(!mapping.assignable(&Type::String, &item));
        assert!(!mapping.assignable(&Type::list(item.clone()), &item));
    }

    #[test]
    fn null_fits_messages_and_optionals_only() {
        let mut mapping = Mapping::default();
        assert!(mapping.assignable(&Type::Null, &Type::Duration));
        assert!(mapping.assignable(&Type::optional(Type::Int), &Type::Null));
        assert!(!mapping.assignable(&Type::Null, &Type::String));
    }
}
