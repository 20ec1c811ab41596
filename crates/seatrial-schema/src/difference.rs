//! What differs between two versions of an object, field by field. Items of lists
//! are found again by the keys that the server knows them by; an item that only
//! stands elsewhere has moved, and is no change of the items around it.

mod items;
mod layout;

use seatrial_yaml::FieldPath;

use crate::value::{Map, Value};

use items::{Match, matched};
pub use layout::Layout;

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The field: in the later object, or in the earlier one where it is gone.
    pub path: FieldPath,
    /// Where the earlier object has it, or would have it.
    pub path_before: FieldPath,
    /// What it held; null where it was absent.
    pub before: Value,
    /// What it holds; null where it is gone.
    pub after: Value,
    /// It is a list of which the same items stand in another order: both values
    /// name them.
    pub is_order: bool,
}

/// Every field that differs, in the order of the later object. Absent and null
/// are the same.
pub fn differences(before: &Value, after: &Value, layout: Layout<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let root = FieldPath::root();
    Comparison { found: &mut found }.values([before, after], &[root.clone(), root], layout);
    found
}

struct Comparison<'f> {
    found: &'f mut Vec<Difference>,
}

/// Where something stands: in the earlier object and in the later one.
type Places = [FieldPath; 2];

impl Comparison<'_> {
    fn values(&mut self, [before, after]: [&Value; 2], at: &Places, layout: Layout<'_>) {
        match (before, after) {
            (Value::Map(old), Value::Map(new)) => self.maps([old, new], at, layout),
            (Value::List(old), Value::List(new)) => self.lists([old, new], at, layout),
            _ if before.is_empty() && after.is_empty() || before.semantically_equals(after) => {}
            _ => self.add([before.clone(), after.clone()], at, false),
        }
    }

    fn add(&mut self, [before, after]: [Value; 2], [path_before, path]: &Places, is_order: bool) {
        let path = if after.is_null() { path_before } else { path };
        let (path, path_before) = (path.clone(), path_before.clone());
        self.found.push(Difference { path, path_before, before, after, is_order });
    }

    fn maps(&mut self, [before, after]: [&Map; 2], at: &Places, layout: Layout<'_>) {
        let below = |key: &str| at.each_ref().map(|path| path.key(key));
        for entry in after.entries() {
            let old = before.value(&entry.key).unwrap_or(&Value::Null);
            self.values([old, &entry.value], &below(&entry.key), layout.field(&entry.key));
        }
        for entry in before.entries().iter().filter(|entry| after.entry(&entry.key).is_none()) {
            self.values([&entry.value, &Value::Null], &below(&entry.key), layout.field(&entry.key));
        }
    }

    fn lists(&mut self, [before, after]: [&[Value]; 2], at: &Places, layout: Layout<'_>) {
        if before.len() == after.len() && before.iter().zip(after).all(|(a, b)| a.semantically_equals(b)) {
            return;
        }
        let item = |list: &[Value], index: Option<usize>| {
            index.and_then(|it| list.get(it)).cloned().unwrap_or_default()
        };
        let (pairs, order) = matched(before, after, layout);
        if let Some(order) = order {
            self.add(order.map(Value::List), at, true);
        }
        for Match { old, new } in pairs {
            let places = [(0, old.or(new)), (1, new.or(old))]
                .map(|(side, index)| at[side].index(index.unwrap_or_default() as u32));
            self.values([&item(before, old), &item(after, new)], &places, layout.item());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, differences};
    use crate::table::{Shape, Table};
    use crate::testing::value;

    fn told(before: &str, after: &str, layout: Layout<'_>) -> Vec<String> {
        let found = differences(&value(before), &value(after), layout);
        let shown = |it: &super::Difference| {
            let what = match (it.before.is_null(), it.after.is_null(), it.is_order) {
                (_, _, true) => format!("order {} {}", it.before.to_json(), it.after.to_json()),
                (true, ..) => "added".to_owned(),
                (_, true, _) => "gone".to_owned(),
                _ => format!("changed from {}", it.path_before),
            };
            format!("{}: {what}", it.path)
        };
        found.iter().map(shown).collect()
    }

    fn pods(before: &str, after: &str) -> Vec<String> {
        let table = Table::default_minor();
        let pod = table.kind("", "v1", "Pod").expect("it is served");
        told(before, after, Layout::of_type(table, &Shape::Struct(pod.type_id)))
    }

    #[test]
    fn items_are_told_apart_by_name() {
        let before = "spec: {containers: [{name: a, image: 'x:1'}, {name: b, image: 'y:1'}]}";
        let after = "spec: {containers: [{name: b, image: 'y:2'}, {name: a, image: 'x:1'}]}";
        let expected = [
            "spec.containers: order [\"a\",\"b\"] [\"b\",\"a\"]",
            "spec.containers[0].image: changed from spec.containers[1].image",
        ];
        assert_eq!(pods(before, after), expected);
        assert_eq!(told(before, after, Layout::Unknown), expected);
    }

    #[test]
    fn an_item_before_the_others_is_one_addition() {
        let container = |env: &str, ports: &str, args: &str| {
            format!("spec: {{containers: [{{name: a, args: [{args}], env: [{env}], ports: [{ports}]}}]}}")
        };
        let before = container("{name: A, value: x}", "{containerPort: 80, protocol: TCP}", "x, y");
        let after = container(
            "{name: B}, {name: A, value: x}",
            "{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}",
            "w, x, y",
        );
        let places = ["args[0]", "env[0]", "ports[0]"].map(|it| format!("spec.containers[0].{it}"));
        assert_eq!(pods(&before, &after), places.clone().map(|it| format!("{it}: added")));
        assert_eq!(pods(&after, &before), places.map(|it| format!("{it}: gone")));
    }

    #[test]
    fn a_named_item_whose_key_changes_is_the_same_item() {
        let before =
            "spec: {containers: [{name: a, ports: [{name: web, containerPort: 80, protocol: TCP}]}]}";
        let found = pods(before, &before.replace("80", "81"));
        let port = "spec.containers[0].ports[0].containerPort";
        assert_eq!(found, [format!("{port}: changed from {port}")]);
    }

    #[test]
    fn values_that_change_places_have_moved() {
        let found = told("a: [x, w, z]", "a: [w, x, z]", Layout::Unknown);
        assert_eq!(found, ["a: order [\"x\",\"w\",\"z\"] [\"w\",\"x\",\"z\"]"]);
        let found = told("a: [{p: 1}, {p: 2}, {p: 3}]", "a: [{p: 0}, {p: 1}, {p: 3}]", Layout::Unknown);
        assert_eq!(found, ["a[0]: added", "a[1]: gone"]);
    }

    #[test]
    fn what_is_gone_differs_too() {
        assert_eq!(told("a: 1\nb: {c: 2}", "a: 1\nb: {}", Layout::Unknown), ["b.c: gone"]);
    }

    #[test]
    fn null_and_empty_are_absent() {
        assert!(told("a: null\nb: []", "c: {}", Layout::Unknown).is_empty());
    }
}
