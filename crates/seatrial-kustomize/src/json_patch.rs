//! JSON Patch (RFC 6902) as `gopkg.in/evanphx/json-patch.v4` applies it.

use crate::node::{Content, Node, entry_mut};
use crate::origin::{OriginId, Origins};

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    op: String,
    path: String,
    from: String,
    value: Option<Node>,
    origin: OriginId,
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
    let value = item.get("value").cloned();
    let origin = value.as_ref().map_or(item.origin, |value| value.origin);
    Ok(Operation { op: text("op"), path: text("path"), from: text("from"), value, origin })
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

impl Operation {
    fn apply(&self, object: &mut Node, origins: &mut Origins) -> Result<(), String> {
        match self.op.as_str() {
            "add" => self.add(object, &self.path, self.new_value()?),
            "remove" => self.remove(object, &self.path).map(drop),
            "replace" => self.replace(object, origins),
            "move" => {
                let value = self.remove(object, &self.from)?;
                self.add(object, &self.path, value)
            }
            "copy" => {
                let value = self.get(object, &self.from)?;
                self.add(object, &self.path, value)
            }
            "test" => self.test(object),
            other => Err(format!("Unexpected kind: {other}")),
        }
    }

    fn new_value(&self) -> Result<Node, String> {
        match &self.value {
            Some(value) => Ok(value.clone()),
            None => Err(format!("{} operation for path {:?} has no value", self.op, self.path)),
        }
    }

    /// The container that holds the place, and the place's name in it.
    fn container<'n>(&self, object: &'n mut Node, path: &str) -> Result<(&'n mut Node, String), String> {
        let missing =
            || format!("{} operation does not apply: doc is missing path: {path:?}: missing value", self.op);
        let mut parts: Vec<String> = path.split('/').map(unescape).collect();
        let last = parts.pop().filter(|_| path.starts_with('/')).ok_or_else(missing)?;
        let mut node = object;
        for part in &parts[1..] {
            node = step(node, part).ok_or_else(missing)?;
        }
        match node.content {
            Content::Map(_) | Content::List(_) => Ok((node, last)),
            Content::Scalar(_) => Err(missing()),
        }
    }

    fn add(&self, object: &mut Node, path: &str, value: Node) -> Result<(), String> {
        let (container, name) = self.container(object, path)?;
        let Content::List(items) = &mut container.content else {
            container.set(&name, value);
            return Ok(());
        };
        if name == "-" {
            items.push(value);
            return Ok(());
        }
        let bad = || {
            format!(
                "add operation does not apply: doc is missing path: {path:?}: Unable to access invalid index: {name}: invalid index referenced"
            )
        };
        let at = place_in(&name, items.len(), 1).ok_or_else(bad)?;
        items.insert(at, value);
        Ok(())
    }

    fn remove(&self, object: &mut Node, path: &str) -> Result<Node, String> {
        let missing =
            || format!("{} operation does not apply: doc is missing path: {path:?}: missing value", self.op);
        let (container, name) = self.container(object, path)?;
        match &mut container.content {
            Content::List(items) => {
                let at = index_in(&name, items.len()).ok_or_else(missing)?;
                Ok(items.remove(at))
            }
            _ => container.remove(&name).ok_or_else(missing),
        }
    }

    fn replace(&self, object: &mut Node, origins: &mut Origins) -> Result<(), String> {
        let missing =
            || format!("replace operation does not apply: doc is missing key: {}: missing value", self.path);
        let mut value = self.new_value()?;
        if self.path.is_empty() {
            *object = value;
            return Ok(());
        }
        let (container, name) = self.container(object, &self.path)?;
        let slot = step(container, &name).ok_or_else(missing)?;
        value.origin = origins.after(self.origin, slot.origin);
        *slot = value;
        Ok(())
    }

    fn get(&self, object: &mut Node, path: &str) -> Result<Node, String> {
        let missing =
            || format!("{} operation does not apply: doc is missing path: {path:?}: missing value", self.op);
        if path.is_empty() {
            return Ok(object.clone());
        }
        let (container, name) = self.container(object, path)?;
        step(container, &name).cloned().ok_or_else(missing)
    }

    fn test(&self, object: &mut Node) -> Result<(), String> {
        let failed = || format!("testing value {} failed: test failed", self.path);
        let is = self.get(object, &self.path).ok().filter(|node| !node.is_null());
        let wanted = self.value.as_ref().filter(|node| !node.is_null());
        match (is, wanted) {
            (None, None) => Ok(()),
            (Some(is), Some(wanted)) if crate::output::json(&is) == crate::output::json(wanted) => Ok(()),
            _ => Err(failed()),
        }
    }
}

fn step<'n>(node: &'n mut Node, part: &str) -> Option<&'n mut Node> {
    match &mut node.content {
        Content::List(items) => {
            let at = index_in(part, items.len())?;
            items.get_mut(at)
        }
        Content::Map(entries) => entry_mut(entries, part),
        Content::Scalar(_) => None,
    }
}

fn index_in(text: &str, length: usize) -> Option<usize> {
    place_in(text, length, 0)
}

/// An index up to `length + more`; negative ones count from there.
fn place_in(text: &str, length: usize, more: usize) -> Option<usize> {
    let end = length + more;
    let at = match text.strip_prefix('-') {
        Some(back) => end.checked_sub(back.parse().ok()?)?,
        None => text.parse().ok()?,
    };
    (at < end).then_some(at)
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
