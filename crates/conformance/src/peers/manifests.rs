//! The types of the objects in a file.

use std::path::Path;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, parse};

use super::text_of;

/// `apiVersion` and `kind` of each object, those of lists too; none of a file
/// that is no YAML.
pub(super) fn types(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let text = text_of(path)?.unwrap_or_default();
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml3, &Limits::default());
    if !stream.is_accepted() {
        return Ok(Vec::new());
    }
    let mut types = Vec::new();
    for root in stream.roots() {
        let items = root.get("items").filter(|it| it.is_sequence() && !it.is_empty());
        match items {
            Some(items) => types.extend(items.items().filter_map(kind_of)),
            None => types.extend(kind_of(root)),
        }
    }
    Ok(types)
}

fn kind_of(node: Node<'_>) -> Option<(String, String)> {
    Some((node.get("apiVersion")?.as_str()?.to_owned(), node.get("kind")?.as_str()?.to_owned()))
}
