//! `reflect.DeepEqual` over template values.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::template::{Call, Data, Fault, Value};

/// What equal scalars have in common, for sets.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Nil,
    Bool(bool),
    Int(i64, &'static str),
    Float(u64),
    Text(Rc<[u8]>),
    Str(Rc<str>),
}

impl Key {
    /// The key of a scalar; none for what is equal by its parts or never.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Nil => Some(Self::Nil),
            Data::Bool(flag) => Some(Self::Bool(*flag)),
            Data::Int(number, kind) => Some(Self::Int(*number, kind.name())),
            Data::Float(number) if number.is_nan() => None,
            Data::Float(number) => Some(Self::Float((number + 0.0).to_bits())),
            Data::Str(text) => Some(Self::Str(Rc::clone(text))),
            Data::Raw(bytes) => Some(Self::Text(Rc::clone(bytes))),
            _ => None,
        }
    }
}

/// Whether two values are of one type and equal throughout.
pub(super) fn equal(call: &mut dyn Call, a: &Value, b: &Value) -> Result<bool, Fault> {
    if let Some(answer) = equal_scalars(a, b) {
        return Ok(answer);
    }
    let mut open = vec![(a.clone(), b.clone())];
    let mut seen = FxHashSet::default();
    while let Some((a, b)) = open.pop() {
        call.spend(8)?;
        // Values may hold themselves, or one thing many times.
        if addresses(&a, &b).is_some_and(|it| !seen.insert(it)) {
            continue;
        }
        let is_same = match equal_scalars(&a, &b) {
            Some(answer) => answer,
            None => open_parts(&a, &b, &mut open),
        };
        if !is_same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which two containers these are.
fn addresses(a: &Value, b: &Value) -> Option<(usize, usize)> {
    match (&a.data, &b.data) {
        (Data::List(a), Data::List(b)) => Some((Rc::as_ptr(&a.items).addr(), Rc::as_ptr(&b.items).addr())),
        (Data::Map(a), Data::Map(b)) => Some((a.address(), b.address())),
        _ => None,
    }
}

/// The answer where no parts need to be compared.
fn equal_scalars(a: &Value, b: &Value) -> Option<bool> {
    match (&a.data, &b.data) {
        (Data::Nil, Data::Nil) => Some(true),
        (Data::Bool(a), Data::Bool(b)) => Some(a == b),
        (Data::Int(a, kind_a), Data::Int(b, kind_b)) => Some(a == b && kind_a == kind_b),
        #[expect(clippy::float_cmp, reason = "Go compares them so")]
        (Data::Float(a), Data::Float(b)) => Some(a == b),
        (Data::Str(a), Data::Str(b)) => Some(a == b),
        (Data::Raw(a), Data::Raw(b)) | (Data::Bytes(a), Data::Bytes(b)) => Some(a == b),
        (Data::List(_), Data::List(_))
        | (Data::Map(_), Data::Map(_))
        | (Data::Object(_), Data::Object(_)) => None,
        // Go compares `[]uint8` item by item; the only other way to have one is a list.
        _ => Some(false),
    }
}

/// Whether two containers agree apart from their parts, which are added to those
/// still to be compared.
fn open_parts(a: &Value, b: &Value, open: &mut Vec<(Value, Value)>) -> bool {
    match (&a.data, &b.data) {
        (Data::List(a), Data::List(b)) => {
            if a.element != b.element || a.is_nil != b.is_nil || a.items.len() != b.items.len() {
                return false;
            }
            if !Rc::ptr_eq(&a.items, &b.items) {
                open.extend(a.items.iter().cloned().zip(b.items.iter().cloned()));
            }
            true
        }
        (Data::Map(a), Data::Map(b)) => {
            if a.type_name() != b.type_name() || a.is_nil != b.is_nil || a.len() != b.len() {
                return false;
            }
            if a.is_identical(b) {
                return true;
            }
            let (a, b) = (a.entries(), b.entries());
            a.iter().all(|(key, value)| match b.get(key) {
                Some(other) => {
                    open.push((value.clone(), other.clone()));
                    true
                }
                None => false,
            })
        }
        (Data::Object(a), Data::Object(b)) => {
            if Rc::ptr_eq(a, b) {
                return true;
            }
            if a.type_name() != b.type_name() {
                return false;
            }
            open.push((a.to_json(), b.to_json()));
            true
        }
        _ => false,
    }
}
