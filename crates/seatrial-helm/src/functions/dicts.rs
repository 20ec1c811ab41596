//! Functions over maps: dict, get, set, pick, dig, ...
//!
//! Where Go's order is random (keys, values), it is that of the keys here.

use std::rc::Rc;

use super::strings::to_text;
use super::{args, fixed, nil_dereference, pay_for_items, variadic};
use crate::template::Type::{Any, Map as Dict, Str};
use crate::template::{Call, Data, Element, Fault, Function, List, Map, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("deepCopy", &[Any], deep_copy),
    variadic("dict", &[Any], dict),
    variadic("dig", &[Any], dig),
    fixed("get", &[Dict, Str], get),
    fixed("hasKey", &[Dict, Str], has_key),
    variadic("keys", &[Dict], keys),
    fixed("mustDeepCopy", &[Any], deep_copy),
    variadic("omit", &[Dict, Str], omit),
    variadic("pick", &[Dict, Str], pick),
    variadic("pluck", &[Str, Dict], pluck),
    fixed("set", &[Dict, Str, Any], set),
    fixed("unset", &[Dict, Str], unset),
    fixed("values", &[Dict], values),
];

/// The text of a string as a key; keys are UTF-8 here.
pub(super) fn key(value: &Value) -> Rc<str> {
    match &value.data {
        Data::Str(text) => Rc::clone(text),
        _ => String::from_utf8_lossy(value.as_str_bytes().unwrap_or_default()).into(),
    }
}

fn dict(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    pay_for_items(call, args.len())?;
    let dict = Map::new();
    for pair in args.chunks(2) {
        let name = to_text(call, &pair[0]);
        dict.set(key(&name), pair.get(1).cloned().unwrap_or_else(|| Value::from("")).with_key(name.origin));
    }
    Ok(Value::from(dict))
}

fn get(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(args::map(args, 0).get(&key(&args[1])).unwrap_or_else(|| Value::from("")))
}

fn has_key(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let found = args::map(args, 0).get(&key(&args[1]));
    if let Some(value) = found.as_ref().filter(|it| it.as_map().is_none() && it.as_list().is_none()) {
        call.read_whole(value);
    }
    Ok(Value::from(found.is_some()))
}

fn set(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args::map(args, 0);
    if map.is_nil {
        return Err(Fault::error("assignment to entry in nil map"));
    }
    pay_for_items(call, 1)?;
    map.set(key(&args[1]), args[2].clone().with_key(args[1].origin));
    Ok(Value::from(map).with_origin(args[0].origin))
}

fn unset(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args::map(args, 0);
    if !map.is_nil {
        map.entries_mut().remove(&key(&args[1]));
    }
    Ok(Value::from(map).with_origin(args[0].origin))
}

fn pluck(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let Some((name, dicts)) = args.split_first() else { return Err(nil_dereference()) };
    let name = key(name);
    let found = (0..dicts.len()).filter_map(|index| args::map(dicts, index).get(&name));
    Ok(Value::list(found.collect()))
}

/// Where nothing else is known, a key's text came from where its value came from,
/// so that who uses the key has looked at the entry.
fn keys(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let mut keys = Vec::new();
    for index in 0..args.len() {
        let map = args::map(args, index);
        pay_for_items(call, map.len())?;
        let entries = map.entries();
        keys.extend(
            entries
                .iter()
                .map(|(key, value)| Value::new(Data::Str(Rc::clone(key))).with_origin(value.key_origin())),
        );
    }
    Ok(Value::new(Data::List(List::new(keys, Element::Str))))
}

fn values(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args::map(args, 0);
    pay_for_items(call, map.len())?;
    let values = map.entries().values().cloned().collect();
    Ok(Value::list(values))
}

fn pick(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args::map(args, 0);
    pay_for_items(call, args.len())?;
    let picked = Map::new();
    for name in args.iter().skip(1).map(key) {
        if let Some(value) = map.get(&name) {
            picked.set(name, value);
        }
    }
    Ok(Value::from(picked).with_origin(args[0].origin))
}

fn omit(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let map = args::map(args, 0);
    pay_for_items(call, map.len())?;
    let left = map.shallow_copy();
    for name in args.iter().skip(1).map(key) {
        left.entries_mut().remove(&name);
    }
    Ok(Value::from(left).with_origin(args[0].origin))
}

fn dig(_: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let [names @ .., default, dict] = args else { return Err(too_few_for_dig()) };
    if names.is_empty() {
        return Err(too_few_for_dig());
    }
    let mut map = asserted_map(dict)?;
    if let Some(other) = names.iter().find(|it| it.as_str_bytes().is_none()) {
        return Err(not_the_type(other, "string"));
    }
    for (index, name) in names.iter().enumerate() {
        let Some(step) = map.get(&key(name)) else { return Ok(default.clone()) };
        if index + 1 == names.len() {
            return Ok(step);
        }
        map = asserted_map(&step)?;
    }
    Ok(default.clone())
}

fn too_few_for_dig() -> Fault {
    Fault::error("dig needs at least three arguments")
}

/// Go's `value.(map[string]interface {})`: a map of a type with a name is another.
fn asserted_map(value: &Value) -> Result<Map, Fault> {
    match &value.data {
        Data::Map(map) if map.named.is_none() && map.element == Element::Any => Ok(map.clone()),
        _ => Err(not_the_type(value, "map[string]interface {}")),
    }
}

fn not_the_type(value: &Value, expected: &str) -> Fault {
    let found = if value.is_nil() { "nil" } else { value.type_name() };
    Fault::error(format!("interface conversion: interface {{}} is {found}, not {expected}"))
}

fn deep_copy(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    if args[0].is_nil() {
        return Err(Fault::error("reflect: call of reflect.Value.Type on zero Value"));
    }
    copied(call, &args[0], 0)
}

/// How deep maps and lists may lie in each other for functions that walk them.
pub(super) const MOST_LEVELS: u32 = 10_000;

/// What ends a walk into a map that holds itself.
pub(super) fn too_deep() -> Fault {
    Fault::Bound(format!("maps and lists lie more than {MOST_LEVELS} deep in each other"))
}

fn copied(call: &mut dyn Call, value: &Value, level: u32) -> Result<Value, Fault> {
    if level > MOST_LEVELS {
        return Err(too_deep());
    }
    pay_for_items(call, 4)?;
    let data = match &value.data {
        Data::List(list) => {
            let items =
                list.items.iter().map(|it| copied(call, it, level + 1)).collect::<Result<Vec<_>, _>>()?;
            Data::List(List { is_nil: list.is_nil, ..List::new(items, list.element) })
        }
        Data::Map(map) => {
            let entries: Vec<_> =
                map.entries().iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect();
            let mut copies = entries
                .into_iter()
                .map(|(key, value)| Ok((key, copied(call, &value, level + 1)?)))
                .collect::<Result<Map, Fault>>()?;
            (copies.element, copies.named, copies.is_nil) = (map.element, map.named, map.is_nil);
            copies.methods = map.methods;
            Data::Map(copies)
        }
        other => other.clone(),
    };
    Ok(Value::new(data).with_origin(value.origin).with_key(value.key))
}
