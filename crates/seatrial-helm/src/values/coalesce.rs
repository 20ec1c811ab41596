//! Values of the user over the chart's own, down into its subcharts.
//!
//! It works as Helm's code does, on maps that are shared and changed in place:
//! what leaks there from one chart's globals into another's leaks here too.

use crate::chart::Branch;
use crate::template::{Map, Value, print};
use crate::versions::NullRules;

/// The key whose table every chart sees.
pub(crate) const GLOBAL: &str = "global";

/// What is said on the way, and the rules.
pub(crate) struct Coalescing<'a> {
    pub(crate) rules: NullRules,
    pub(crate) warnings: &'a mut Vec<String>,
}

/// A value with everything in it copied: nothing is shared with the original.
pub(crate) fn deep_copy(value: &Value) -> Value {
    if let Some(map) = value.as_map() {
        return Value::from(copy_map(map)).with_origin(value.origin).with_key(value.key);
    }
    match value.as_list() {
        Some(items) if items.iter().any(|item| item.as_map().is_some() || item.as_list().is_some()) => {
            Value::list(items.iter().map(deep_copy).collect()).with_origin(value.origin).with_key(value.key)
        }
        _ => value.clone(),
    }
}

/// A map with everything in it copied.
pub(crate) fn copy_map(map: &Map) -> Map {
    let copy = map.shallow_copy();
    for value in copy.entries_mut().values_mut().filter(|it| it.is_container()) {
        *value = deep_copy(value);
    }
    copy
}

fn snapshot(map: &Map) -> Vec<(std::rc::Rc<str>, Value)> {
    map.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn shown(value: &Value) -> String {
    String::from_utf8_lossy(&print::show(value)).into_owned()
}

impl Coalescing<'_> {
    /// The values of a chart and its subcharts under those of the user: nulls
    /// take effect (`CoalesceValues`).
    pub(crate) fn coalesce_values(&mut self, chart: &Branch<'_>, values: &Map) -> Result<Map, String> {
        let values = copy_map(values);
        self.chart(chart, &values, "", false)?;
        Ok(values)
    }

    /// The same with nulls kept for later (`MergeValues`).
    pub(crate) fn merge_values(&mut self, chart: &Branch<'_>, values: &Map) -> Result<Map, String> {
        let values = copy_map(values);
        self.chart(chart, &values, "", true)?;
        Ok(values)
    }

    fn chart(&mut self, chart: &Branch<'_>, dest: &Map, prefix: &str, merge: bool) -> Result<(), String> {
        self.own_values(chart, dest, prefix, merge);
        self.subcharts(chart, dest, prefix, merge)
    }

    fn subcharts(&mut self, chart: &Branch<'_>, dest: &Map, prefix: &str, merge: bool) -> Result<(), String> {
        let prefix = joined(prefix, chart.name());
        for child in &chart.dependencies {
            let known = dest.get(child.name());
            let inner = match &known {
                None => Map::new(),
                Some(value) => match value.as_map() {
                    Some(map) => map.clone(),
                    None => return Err(mismatch(child.name(), value)),
                },
            };
            if known.is_none() {
                dest.set(child.name(), inner.clone().into());
            }
            self.globals(&inner, dest, &prefix);
            self.chart(child, &inner, &prefix, merge)?;
        }
        Ok(())
    }

    /// The globals of `src` over those of `dest`.
    fn globals(&mut self, dest: &Map, src: &Map, prefix: &str) {
        let mut table = |map: &Map, which: &str| match map.get(GLOBAL) {
            None => Some((Map::new(), Value::NIL.origin)),
            Some(value) => {
                if let Some(table) = value.as_map() {
                    Some((table.clone(), value.origin))
                } else {
                    self.warnings
                        .push(format!("warning: skipping globals because {which} {GLOBAL} is not a table."));
                    None
                }
            }
        };
        let Some((to, origin)) = table(dest, "destination") else { return };
        let Some((from, from_origin)) = table(src, "source") else { return };
        for (key, value) in snapshot(&from) {
            match (value.as_map(), to.get(&key)) {
                (Some(map), None) => {
                    to.set(
                        key,
                        Value::from(map.shallow_copy()).with_origin(value.origin).with_key(value.key),
                    );
                }
                (Some(map), Some(known)) => match known.as_map() {
                    None => self
                        .warnings
                        .push(format!("Conflict: cannot merge map onto non-map for {:?}. Skipping.", &*key)),
                    Some(known) => {
                        let copy = map.shallow_copy();
                        self.tables(&copy, known, &joined(prefix, &key), true);
                        to.set(key, Value::from(copy).with_origin(value.origin).with_key(value.key));
                    }
                },
                (None, Some(known)) if known.as_map().is_some() => {
                    self.warnings.push(format!("key {key} is table. Skipping"));
                }
                (None, _) => to.set(key, value),
            }
        }
        let origin = if origin.is_none() { from_origin } else { origin };
        dest.set(GLOBAL, Value::from(to).with_origin(origin));
    }

    fn own_values(&mut self, chart: &Branch<'_>, dest: &Map, prefix: &str, merge: bool) {
        let prefix = joined(prefix, chart.name());
        // The oldest rules change the chart's own maps, and later rounds see it.
        let own = match self.rules {
            NullRules::RemoveAll => chart.values.clone(),
            _ => copy_map(&chart.values),
        };
        let drops = self.rules == NullRules::DropDefaults;
        for (key, value) in snapshot(&own) {
            let Some(given) = dest.get(&key) else {
                if !merge && drops {
                    if value.is_nil() {
                        continue;
                    }
                    if let Some(map) = value.as_map() {
                        drop_nils(map);
                    }
                }
                dest.set(key, value);
                continue;
            };
            if given.is_nil() && !merge {
                dest.entries_mut().remove(&key);
                continue;
            }
            let Some(given) = given.as_map() else { continue };
            let Some(own) = value.as_map() else {
                if !value.is_nil() {
                    self.warnings.push(format!("warning: skipped value for {prefix}.{key}: Not a table."));
                }
                continue;
            };
            let keeps = self.rules > NullRules::RemoveAll
                && chart.dependencies.iter().any(|child| child.name() == &*key);
            let merge = merge || keeps;
            if !merge && drops {
                drop_nils(own);
            }
            self.tables(given, own, &joined(&prefix, &key), merge);
        }
    }

    /// Adds to `dest` what only `src` has; `dest` wins where both have it.
    pub(crate) fn tables(&mut self, dest: &Map, src: &Map, prefix: &str, merge: bool) {
        let written: Vec<_> =
            src.entries().iter().filter(|(_, value)| !value.is_nil()).map(|(key, _)| key.clone()).collect();
        let is_written = |key: &str| written.binary_search_by(|it| (**it).cmp(key)).is_ok();
        if self.rules > NullRules::RemoveAll {
            for (key, value) in snapshot(dest) {
                if value.is_nil() {
                    src.set(key, value);
                }
            }
        }
        for (key, value) in snapshot(src) {
            let full = joined(prefix, &key);
            match dest.get(&key) {
                Some(known) if known.is_nil() && self.removes(merge, is_written(&key)) => {
                    dest.entries_mut().remove(&key);
                }
                None => dest.set(key, value),
                Some(known) => match (known.as_map(), value.as_map()) {
                    (Some(known), Some(map)) => self.tables(known, map, &full, merge),
                    (None, Some(_)) => self.warnings.push(format!(
                        "warning: cannot overwrite table with non table for {full} ({})",
                        shown(&value)
                    )),
                    (Some(_), None) if !value.is_nil() => self.warnings.push(format!(
                        "warning: destination for {full} is a table. Ignoring non-table value ({})",
                        shown(&value)
                    )),
                    _ => {}
                },
            }
        }
    }

    /// Whether a null removes the key that it meets.
    fn removes(&self, merge: bool, is_written: bool) -> bool {
        match self.rules {
            NullRules::RemoveAll => true,
            NullRules::RemoveMet => !merge,
            _ => !merge && is_written,
        }
    }
}

/// `%t` of something that is no bool, as Helm prints it.
fn mismatch(name: &str, value: &Value) -> String {
    let shown = print::sprintf(b"%t", std::slice::from_ref(value));
    let shown = String::from_utf8_lossy(&shown).into_owned();
    format!("type mismatch on {name}: {shown}")
}

/// Takes nulls out of a map and the maps in it.
fn drop_nils(map: &Map) {
    map.entries_mut().retain(|_, value| !value.is_nil());
    for (_, value) in snapshot(map) {
        if let Some(map) = value.as_map() {
            drop_nils(map);
        }
    }
}

/// The table at the end of a path with dots; an error names the step that is
/// none.
pub(crate) fn table(values: &Map, path: &str) -> Result<Map, String> {
    let mut at = values.clone();
    for step in path.split('.') {
        let next = at.get(step).and_then(|value| value.as_map().cloned());
        at = next.ok_or_else(|| format!("{step:?} is not a table"))?;
    }
    Ok(at)
}

/// The value at the end of a path, when it is no table.
pub(crate) fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (tables, key) = path.rsplit_once('.').map_or((None, path), |(tables, key)| (Some(tables), key));
    let at = match tables {
        Some(tables) => table(values, tables).ok()?,
        None => values.clone(),
    };
    at.get(key).filter(|value| value.as_map().is_none())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seatrial_source::FileId;

    use super::*;
    use crate::template::Trace;
    use crate::values::ValuesText;

    fn map(text: &str) -> Map {
        ValuesText::parse(FileId(0), &Arc::from(text), true).to_map(&mut Trace::off())
    }

    fn merged(dest: &str, src: &str, rules: NullRules, merge: bool) -> (String, Vec<String>) {
        let (dest, src) = (map(dest), map(src));
        let mut warnings = Vec::new();
        Coalescing { rules, warnings: &mut warnings }.tables(&dest, &src, "c", merge);
        (shown(&Value::from(dest)), warnings)
    }

    #[test]
    fn a_null_removes_what_is_written() {
        let dest = "a: null\nb: null\nc: 1\n";
        let src = "a: 1\nc: 2\nd: null\n";
        let all = |rules, merge| merged(dest, src, rules, merge).0;
        assert_eq!(all(NullRules::RemoveAll, false), "map[b:<nil> c:1 d:<nil>]");
        assert_eq!(all(NullRules::RemoveWritten, false), "map[b:<nil> c:1 d:<nil>]");
        assert_eq!(all(NullRules::RemoveWritten, true), "map[a:<nil> b:<nil> c:1 d:<nil>]");
    }

    #[test]
    fn tables_and_other_values_do_not_mix() {
        let (kept, warnings) =
            merged("a: 1\nb: {c: 1}\n", "a: {x: 1}\nb: 2\n", NullRules::DropDefaults, false);
        assert_eq!(kept, "map[a:1 b:map[c:1]]");
        assert_eq!(
            warnings,
            [
                "warning: cannot overwrite table with non table for c.a (map[x:1])",
                "warning: destination for c.b is a table. Ignoring non-table value (2)"
            ]
        );
    }

    #[test]
    fn paths_end_at_tables() {
        let values = map("a: {b: {c: true}}\nd: 1\n");
        assert!(path_value(&values, "a.b.c").is_some_and(|value| value.is_true()));
        assert!(path_value(&values, "a.b").is_none());
        assert_eq!(table(&values, "a.x.y").expect_err("no table"), "\"x\" is not a table");
    }
}
