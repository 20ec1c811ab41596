//! merge and mergeOverwrite, by mergo's rules.
//!
//! The first map is changed and given back. What is taken from the others is
//! shared with them, not copied.

use std::rc::Rc;

use super::dicts::{MOST_LEVELS, too_deep};
use super::{args, pay_for_items, variadic};
use crate::template::Type::Map as Dict;
use crate::template::{Call, Data, Element, Fault, Function, Map, Value};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("merge", &[Dict, Dict], |call, args| merged(call, args, Rules::FILL)),
    variadic("mergeOverwrite", &[Dict, Dict], |call, args| merged(call, args, Rules::OVERWRITE)),
    variadic("mustMerge", &[Dict, Dict], |call, args| merged(call, args, Rules::FILL)),
    variadic("mustMergeOverwrite", &[Dict, Dict], |call, args| merged(call, args, Rules::OVERWRITE)),
];

/// How maps are merged.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// Whether what is there gives way, unless both are maps.
    overwrites: bool,
    /// Whether it stays where a map would come in place of something else.
    keeps_from_maps: bool,
}

impl Rules {
    const FILL: Self = Self { overwrites: false, keeps_from_maps: false };
    const OVERWRITE: Self = Self { overwrites: true, keeps_from_maps: false };
    /// mergo before 1.0.
    pub(super) const OLD_OVERWRITE: Self = Self { overwrites: true, keeps_from_maps: true };
}

pub(super) fn merged(call: &mut dyn Call, args: &[Value], rules: Rules) -> Result<Value, Fault> {
    let mut target = args::map(args, 0);
    for index in 1..args.len() {
        let source = args::map(args, index);
        if target.is_nil && !source.is_nil {
            target = Map::new();
        }
        merge(call, &target, &source, rules, 0)?;
    }
    let origin = args.first().map(|it| it.origin).unwrap_or_default();
    Ok(Value::from(target).with_origin(origin))
}

fn merge(call: &mut dyn Call, target: &Map, source: &Map, rules: Rules, level: u32) -> Result<(), Fault> {
    if level > MOST_LEVELS {
        return Err(too_deep());
    }
    pay_for_items(call, source.len())?;
    let entries: Vec<_> =
        source.entries().iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect();
    for (key, value) in entries {
        let there = target.get(&key);
        if value.is_nil() {
            if rules.overwrites {
                set(target, source, key, value)?;
            }
            continue;
        }
        if let (Some(Value { data: Data::Map(there), .. }), Data::Map(value)) = (&there, &value.data) {
            if !there.is_nil || value.is_nil {
                merge(call, there, value, rules, level + 1)?;
            }
            if !there.is_empty() {
                continue;
            }
        }
        let is_free = there.is_none_or(|it| is_empty(&it));
        let gives_way = rules.overwrites && !(rules.keeps_from_maps && value.as_map().is_some());
        if is_free || gives_way {
            set(target, source, key, value)?;
        }
    }
    Ok(())
}

/// mergo's `isEmptyValue`: objects never are.
fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Object(_) => false,
        _ => !value.is_true(),
    }
}

/// A map of strings takes no other values.
fn set(target: &Map, source: &Map, key: Rc<str>, value: Value) -> Result<(), Fault> {
    if target.element != Element::Any && target.element != source.element {
        return Err(Fault::error(format!(
            "reflect.Value.SetMapIndex: value of type {} is not assignable to type {}",
            source.element.name(),
            target.element.name()
        )));
    }
    target.set(key, value);
    Ok(())
}
