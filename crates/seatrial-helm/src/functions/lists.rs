//! Functions over lists: first, append, uniq, slice, ...

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::equality::{Key, equal};
use super::numbers::to_int;
use super::{args, fixed, nil_dereference, pay_for_items, variadic};
use crate::template::Type::{Any, Int};
use crate::template::value::Items;
use crate::template::{Call, Data, Element, Fault, Function, IntKind, List, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("append", &[Any, Any], append),
    fixed("chunk", &[Int, Any], chunk),
    fixed("compact", &[Any], compact),
    variadic("concat", &[Any], concat),
    fixed("first", &[Any], first),
    fixed("has", &[Any, Any], has),
    fixed("initial", &[Any], initial),
    fixed("last", &[Any], last),
    variadic("list", &[Any], list),
    fixed("mustAppend", &[Any, Any], append),
    fixed("mustChunk", &[Int, Any], chunk),
    fixed("mustCompact", &[Any], compact),
    fixed("mustFirst", &[Any], first),
    fixed("mustHas", &[Any, Any], has),
    fixed("mustInitial", &[Any], initial),
    fixed("mustLast", &[Any], last),
    fixed("mustPrepend", &[Any, Any], prepend),
    fixed("mustPush", &[Any, Any], append),
    fixed("mustRest", &[Any], rest),
    fixed("mustReverse", &[Any], reverse),
    variadic("mustSlice", &[Any, Any], slice),
    fixed("mustUniq", &[Any], uniq),
    variadic("mustWithout", &[Any, Any], without),
    fixed("prepend", &[Any, Any], prepend),
    fixed("push", &[Any, Any], append),
    fixed("rest", &[Any], rest),
    fixed("reverse", &[Any], reverse),
    variadic("slice", &[Any, Any], slice),
    variadic("tuple", &[Any], list),
    fixed("uniq", &[Any], uniq),
    variadic("without", &[Any, Any], without),
];

/// The items of anything that Go counts as a slice; the kind of what is none.
pub(super) fn items(value: &Value) -> Result<Rc<Items>, &'static str> {
    match &value.data {
        Data::List(list) => Ok(Rc::clone(&list.items)),
        Data::Bytes(bytes) => {
            let item =
                |it: &u8| Value::new(Data::Int(i64::from(*it), IntKind::Uint8)).with_origin(value.origin);
            Ok(Rc::new(bytes.iter().map(item).collect::<Vec<_>>().into()))
        }
        Data::Object(object) if object.kind() == "slice" => match object.to_json().data {
            Data::List(list) => Ok(list.items),
            _ => Err(object.kind()),
        },
        _ => Err(value.kind()),
    }
}

/// The items of an argument; a fault that starts with these words when it is no
/// slice.
fn items_of(value: &Value, message: &str) -> Result<Rc<Items>, Fault> {
    if value.is_nil() {
        return Err(nil_dereference());
    }
    items(value).map_err(|kind| Fault::error(format!("{message} {kind}")))
}

/// The same for a function that makes a list of them.
fn paid_items_of(call: &mut dyn Call, value: &Value, message: &str) -> Result<Rc<Items>, Fault> {
    let items = items_of(value, message)?;
    pay_for_items(call, items.len())?;
    Ok(items)
}

fn list(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    pay_for_items(call, args.len())?;
    Ok(Value::list(args.to_vec()))
}

fn append(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot push on type")?;
    Ok(Value::list(items.iter().chain([&args[1]]).cloned().collect()))
}

fn prepend(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot prepend on type")?;
    Ok(Value::list([&args[1]].into_iter().chain(items.iter()).cloned().collect()))
}

fn first(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = items_of(&args[0], "Cannot find first on type")?;
    Ok(args::any(&items, 0))
}

fn last(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = items_of(&args[0], "Cannot find last on type")?;
    Ok(items.last().cloned().unwrap_or_default())
}

fn rest(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot find rest on type")?;
    Ok(items.split_first().map_or_else(Value::nil_list, |(_, rest)| Value::list(rest.to_vec())))
}

fn initial(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot find initial on type")?;
    Ok(items.split_last().map_or_else(Value::nil_list, |(_, rest)| Value::list(rest.to_vec())))
}

fn reverse(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot find reverse on type")?;
    Ok(Value::list(items.iter().rev().cloned().collect()))
}

fn compact(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot compact on type")?;
    Ok(Value::list(items.iter().filter(|it| it.is_true()).cloned().collect()))
}

fn uniq(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[0], "Cannot find uniq on type")?;
    let mut seen = FxHashSet::default();
    let mut others: Vec<Value> = Vec::new();
    let mut kept = Vec::new();
    for item in items.iter() {
        let is_new = match Key::of(item) {
            Some(key) => seen.insert(key),
            None if is_among(call, item, &others)? => false,
            None => {
                others.push(item.clone());
                true
            }
        };
        if is_new {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn is_among(call: &mut dyn Call, item: &Value, others: &[Value]) -> Result<bool, Fault> {
    call.spend(others.len() as u64)?;
    for other in others {
        if equal(call, item, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn without(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let Some((list, omitted)) = args.split_first() else { return Err(nil_dereference()) };
    let items = paid_items_of(call, list, "Cannot find without on type")?;
    let mut kept = Vec::new();
    for item in items.iter() {
        if !is_among(call, item, omitted)? {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn has(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    if args[1].is_nil() {
        return Ok(Value::from(false));
    }
    call.read_whole(&args[1]);
    let items = items_of(&args[1], "Cannot find has on type")?;
    Ok(Value::from(is_among(call, &args[0], &items)?))
}

fn slice(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let Some((list, bounds)) = args.split_first() else { return Err(nil_dereference()) };
    let items = paid_items_of(call, list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::NIL);
    }
    let start = usize::try_from(bounds.first().map_or(0, to_int)).unwrap_or(usize::MAX);
    let end = bounds.get(1).map_or(items.len(), |it| usize::try_from(to_int(it)).unwrap_or(usize::MAX));
    // Go looks at the capacity, which may be larger than the length.
    let Some(part) = items.get(start..end) else {
        return Err(Fault::error("reflect.Value.Slice: slice index out of bounds"));
    };
    Ok(match &list.data {
        Data::List(List { element, .. }) => Value::new(Data::List(List::new(part.to_vec(), *element))),
        Data::Bytes(bytes) => Value::new(Data::Bytes(bytes[start..end].into())),
        _ => Value::list(part.to_vec()),
    })
}

fn concat(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut joined = Vec::new();
    for list in args {
        if list.is_nil() {
            return Err(nil_dereference());
        }
        let items = items(list).map_err(|kind| Fault::error(format!("Cannot concat type {kind} as list")))?;
        pay_for_items(call, joined.len() + items.len())?;
        joined.extend(items.iter().cloned());
    }
    Ok(if joined.is_empty() { Value::nil_list() } else { Value::list(joined) })
}

/// The odd sizes go through the same sums in floats as in Go.
fn chunk(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let items = paid_items_of(call, &args[1], "Cannot chunk type")?;
    let (size, length) = (args::int(args, 0), items.len());
    let too_large = || Fault::error("runtime error: makeslice: len out of range");
    let whole = ((length as f64 - 1.0) / size as f64).floor();
    let count = if whole.is_finite() { whole as i64 + 1 } else { -1 };
    let count = usize::try_from(count).map_err(|_| too_large())?;
    let left = (length as f64 % size as f64) as i64;
    let in_last = usize::try_from(if left == 0 { size } else { left }).unwrap_or(usize::MAX);
    let width = usize::try_from(size).unwrap_or_default();
    let mut chunks = Vec::new();
    for index in 0..count {
        let start = index * width;
        let end = start.saturating_add(if index + 1 == count { in_last } else { width });
        let part = items.get(start..end).ok_or_else(too_large)?;
        chunks.push(Value::list(part.to_vec()));
    }
    Ok(Value::new(Data::List(List::new(chunks, Element::List))))
}
