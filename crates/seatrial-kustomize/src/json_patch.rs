//! JSON Patch (RFC 6902) as `gopkg.in/evanphx/json-patch.v4` applies it.

use rustc_hash::FxHashSet;

use crate::node::{Content, Node, Scalar, entry_mut};
use crate::origin::{OriginId, Origins};

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    op: String,
    path: String,
    from: String,
    /// What is added; nothing said is `null`.
    value: Node,
    origin: OriginId,
    /// Where its path is written.
    at: OriginId,
}

/// Reads a list of operations.
pub(crate) fn read(patch: &Node) -> Result<Vec<Operation>, String> {
    let Content::List(items) = &patch.content else {
        return Err("json: cannot unmarshal object into Go value of type jsonpatch.Patch".to_owned());
    };
    items.iter().map(read_operation).collect()
}

fn read_operation(item: &Node) -> Result<Operation, String> {
    if !matches!(item.content, Content::Map(_)) {
        return Err("json: cannot unmarshal a value into Go value of type jsonpatch.Operation".to_owned());
    }
    let text = |name: &str| item.text_at(&[name]).to_owned();
    let value = item.get("value").cloned().unwrap_or_else(|| Node::scalar(Scalar::null(), item.origin));
    let origin = value.origin;
    let at = item.get("path").map_or(origin, |it| it.origin);
    Ok(Operation { op: text("op"), path: text("path"), from: text("from"), value, origin, at })
}

/// Applies all operations in order.
pub(crate) fn apply(
    object: &mut Node,
    operations: &[Operation],
    origins: &mut Origins,
) -> Result<(), String> {
    for operation in operations {
        operation.apply(object, origins)?;
    }
    Ok(())
}

/// Why operations fail on any object.
pub(crate) fn fault(operations: &[Operation]) -> Option<String> {
    operations.iter().find_map(|it| match it.op.as_str() {
        "add" | "remove" | "replace" | "move" | "copy" | "test" => None,
        "" => Some("an operation has no `op`".to_owned()),
        other => Some(format!("{other:?} is no operation of JSON patches")),
    })
}

/// Said behind what is not there.
const MISSING: &str = "missing value";

impl Operation {
    fn apply(&self, object: &mut Node, origins: &mut Origins) -> Result<(), String> {
        match self.op.as_str() {
            "add" => self.add(object, "add", self.value.clone(), origins),
            "remove" => Self::remove(object, &self.path, "remove").map(drop),
            "replace" => self.replace(object, origins),
            "move" => {
                let value = Self::remove(object, &self.from, "move")?;
                self.add(object, "move", value, origins)
            }
            "copy" => {
                let value = Self::get(object, &self.from, "copy")?;
                let value = value.unwrap_or_else(|| Node::scalar(Scalar::null(), self.origin));
                self.add(object, "copy", value, origins)
            }
            "test" => self.test(object),
            "" => Err("Unexpected kind: unknown".to_owned()),
            other => Err(format!("Unexpected kind: {other}")),
        }
    }

    /// The container that holds a place, and the place's name in it. What
    /// stands before the first slash says nothing.
    fn container<'n>(object: &'n mut Node, path: &str) -> Option<(&'n mut Node, String)> {
        let parts: Vec<String> = path.split('/').map(unescape).collect();
        let (last, parents) = parts.get(1..)?.split_last()?;
        let node = parents.iter().try_fold(object, |node, part| step(node, part))?;
        match node.content {
            Content::Map(_) | Content::List(_) => Some((node, last.clone())),
            Content::Scalar(_) => None,
        }
    }

    fn add(
        &self,
        object: &mut Node,
        verb: &str,
        mut value: Node,
        origins: &mut Origins,
    ) -> Result<(), String> {
        let path = &self.path;
        origins.spend(&value, path.matches('/').count())?;
        let which = if verb == "add" { "" } else { "destination " };
        let (container, name) = Self::container(object, path).ok_or_else(|| {
            format!("{verb} operation does not apply: doc is missing {which}path: {path:?}: {MISSING}")
        })?;
        let Content::List(items) = &mut container.content else {
            if let Some(old) = container.get(&name) {
                if verb == "add" {
                    origins.lose(self.at, old, lost(&name, old, &value));
                }
                value.origin = origins.after(value.origin, old.origin);
            }
            container.set(&name, value);
            return Ok(());
        };
        if name == "-" {
            items.push(value);
            return Ok(());
        }
        let at = place_in(&name, items.len(), 1)
            .map_err(|why| format!("error in {verb} for path: '{path}': {why}"))?;
        items.insert(at, value);
        Ok(())
    }

    fn remove(object: &mut Node, path: &str, verb: &str) -> Result<Node, String> {
        let which = if verb == "remove" { "" } else { "from " };
        let (container, name) = Self::container(object, path).ok_or_else(|| {
            format!("{verb} operation does not apply: doc is missing {which}path: {path:?}: {MISSING}")
        })?;
        let fault = |why: String| format!("error in {verb} for path: '{path}': {why}");
        match &mut container.content {
            Content::List(items) => {
                let at = place_in(&name, items.len(), 0).map_err(fault)?;
                Ok(items.remove(at))
            }
            _ => container
                .remove(&name)
                .ok_or_else(|| fault(format!("Unable to remove nonexistent key: {name}: {MISSING}"))),
        }
    }

    /// A key that is not there is added; an item must be there.
    fn replace(&self, object: &mut Node, origins: &mut Origins) -> Result<(), String> {
        let path = &self.path;
        let mut value = self.value.clone();
        origins.spend(&value, path.matches('/').count())?;
        if path.is_empty() {
            if matches!(value.content, Content::Scalar(_)) {
                return Err("replace operation value must be object or array".to_owned());
            }
            *object = value;
            return Ok(());
        }
        let (container, name) = Self::container(object, path).ok_or_else(|| {
            format!("replace operation does not apply: doc is missing path: {path}: {MISSING}")
        })?;
        let is_list = matches!(container.content, Content::List(_));
        match step(container, &name) {
            Some(slot) => {
                value.origin = origins.after(self.origin, slot.origin);
                *slot = value;
            }
            None if is_list => {
                return Err(format!(
                    "replace operation does not apply: doc is missing key: {path}: {MISSING}"
                ));
            }
            None => container.set(&name, value),
        }
        Ok(())
    }

    /// What stands at a place: nothing at a key that is not there.
    fn get(object: &mut Node, path: &str, verb: &str) -> Result<Option<Node>, String> {
        let (container, name) = Self::container(object, path).ok_or_else(|| {
            format!("{verb} operation does not apply: doc is missing from path: {path}: {MISSING}")
        })?;
        if let Content::List(items) = &container.content {
            let at = place_in(&name, items.len(), 0)
                .map_err(|why| format!("error in {verb} for path: '{path}': {why}"))?;
            return Ok(Some(items[at].clone()));
        }
        Ok(container.get(&name).cloned())
    }

    fn test(&self, object: &mut Node) -> Result<(), String> {
        let is = if self.path.is_empty() {
            Some(object.clone())
        } else {
            Self::get(object, &self.path, "test")?.filter(|node| !node.is_null())
        };
        let wanted = Some(&self.value).filter(|node| !node.is_null());
        match (is, wanted) {
            (None, None) => Ok(()),
            (Some(is), Some(wanted)) if crate::output::json(&is) == crate::output::json(wanted) => Ok(()),
            _ => Err(format!("testing value {} failed: test failed", self.path)),
        }
    }
}

/// Mappings that everybody adds keys of their own to. Others, such as a security
/// context, are settings that are replaced on purpose.
const COLLECTIONS: &[&str] =
    &["annotations", "labels", "matchLabels", "nodeSelector", "data", "stringData", "binaryData"];

/// What a value has that another in its place does not: keys of a collection, or
/// items that have names.
fn lost(name: &str, old: &Node, new: &Node) -> Vec<String> {
    match (&old.content, &new.content) {
        (Content::Map(entries), Content::Map(others)) if COLLECTIONS.contains(&name) => {
            let kept: FxHashSet<&str> = others.iter().map(|it| it.0.as_str()).collect();
            let keys = entries.iter().filter(|(key, value)| !value.is_null() && !kept.contains(key.as_str()));
            keys.map(|it| it.0.to_string()).collect()
        }
        (Content::List(items), Content::List(others)) => {
            let kept: FxHashSet<&str> = others.iter().map(|it| it.text_at(&["name"])).collect();
            let names: Vec<&str> = items.iter().map(|it| it.text_at(&["name"])).collect();
            let has_names = names.iter().all(|it| !it.is_empty());
            let lost = names.into_iter().filter(|it| has_names && !kept.contains(it));
            lost.map(ToOwned::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn step<'n>(node: &'n mut Node, part: &str) -> Option<&'n mut Node> {
    match &mut node.content {
        Content::List(items) => {
            let at = place_in(part, items.len(), 0).ok()?;
            items.get_mut(at)
        }
        Content::Map(entries) => entry_mut(entries, part),
        Content::Scalar(_) => None,
    }
}

/// An index below `length + more`; negative ones count from there.
fn place_in(text: &str, length: usize, more: usize) -> Result<usize, String> {
    let end = length + more;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let invalid = || format!("Unable to access invalid index: {text}: invalid index referenced");
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Err(format!("value was not a proper array index: '{text}'"));
    }
    let number: usize = digits.parse().map_err(|_| invalid())?;
    let at = if text.starts_with('-') { end.checked_sub(number) } else { Some(number) };
    at.filter(|at| *at < end).ok_or_else(invalid)
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use seatrial_diagnostics::Role;
    use seatrial_source::FileId;
    use seatrial_yaml::{Dialect, Limits, parse};

    use super::*;

    fn node(text: &str) -> Node {
        node_in(text, &mut Origins::default())
    }

    fn node_in(text: &str, origins: &mut Origins) -> Node {
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        Node::read(stream.document_root(0).expect("a document"), origins).expect("shallow")
    }

    fn patched(object: &str, patch: &str) -> Result<String, String> {
        let mut object = node(object);
        apply(&mut object, &read(&node(patch))?, &mut Origins::default())?;
        Ok(crate::output::json(&object))
    }

    #[test]
    fn keys_that_are_not_there_are_replaced_and_items_are_not() {
        assert_eq!(
            patched("{a: {}}", "[{op: replace, path: /a/b, value: 1}]"),
            Ok(r#"{"a":{"b":1}}"#.into())
        );
        let error = patched("{a: []}", "[{op: replace, path: /a/0, value: 1}]");
        assert_eq!(
            error,
            Err("replace operation does not apply: doc is missing key: /a/0: missing value".into())
        );
    }

    #[test]
    fn what_an_added_value_takes_the_place_of_is_remembered() {
        let losses = |object: &str, patch: &str| {
            let mut origins = Origins::default();
            let mut object = node_in(object, &mut origins);
            let patch = origins.in_role(Role::Patch, |origins| node_in(patch, origins));
            apply(&mut object, &read(&patch).expect("a patch"), &mut origins).expect("it fits");
            origins.losses().into_iter().flat_map(|it| it.names).collect::<Vec<_>>()
        };
        assert_eq!(losses("{data: {x: 1, y: 2}}", "[{op: add, path: /data, value: {y: 3}}]"), ["x"]);
        assert_eq!(
            losses("{data: [{name: x}, {name: y}]}", "[{op: add, path: /data, value: [{name: y}]}]"),
            ["x"]
        );
        for (object, patch) in [
            ("{data: {x: 1}}", "[{op: add, path: /data, value: {x: 2, z: 3}}]"),
            ("{data: {x: 1}}", "[{op: replace, path: /data, value: {}}]"),
            ("{data: {x: 1}}", "[{op: add, path: /data, value: text}]"),
            ("{securityContext: {x: 1}}", "[{op: add, path: /securityContext, value: {y: 2}}]"),
            ("{data: [x, y]}", "[{op: add, path: /data, value: [z]}]"),
            ("{data: [{name: x}]}", "[{op: add, path: /data/0, value: {name: y}}]"),
            ("{data: {}}", "[{op: add, path: /data, value: {x: 1}}]"),
            (
                "{data: 1}",
                "[{op: add, path: /labels, value: {x: 1}}, {op: add, path: /labels, value: {y: 1}}]",
            ),
        ] {
            assert!(losses(object, patch).is_empty(), "{object} {patch}");
        }
    }

    #[test]
    fn a_path_is_read_behind_its_first_slash() {
        assert_eq!(patched("{a: 1}", "[{op: add, path: x/b, value: 2}]"), Ok(r#"{"a":1,"b":2}"#.into()));
        assert!(patched("{a: 1}", "[{op: add, path: b, value: 2}]").is_err());
    }

    #[test]
    fn what_is_not_said_is_null() {
        assert_eq!(patched("{}", "[{op: add, path: /a}]"), Ok(r#"{"a":null}"#.into()));
        assert_eq!(patched("{}", "[{op: copy, from: /x, path: /a}]"), Ok(r#"{"a":null}"#.into()));
        assert_eq!(patched("{}", "[{op: test, path: /a, value: null}]"), Ok("{}".into()));
    }

    #[test]
    fn items_are_counted_from_both_ends() {
        let patch =
            "[{op: add, path: /a/-1, value: 4}, {op: remove, path: /a/0}, {op: add, path: /a/-, value: 5}]";
        assert_eq!(patched("{a: [1, 2]}", patch), Ok(r#"{"a":[2,4,5]}"#.into()));
    }

    #[test]
    fn copies_of_copies_are_bounded() {
        let copies = "{op: copy, from: /a, path: /a/-},".repeat(60);
        let error = patched("{a: [1, 2, 3]}", &format!("[{copies}]")).expect_err("it would be 2^60 items");
        assert!(error.contains("more values than"), "{error}");
    }
}
