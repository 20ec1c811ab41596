//! `ValueAddTransformer`: one text put into fields of many objects
//! (`api/filters/valueadd`, v0.21.2).

use seatrial_diagnostics::Role;
use seatrial_source::Span;
use smol_str::SmolStr;

use crate::fields::{Config, PARTS_MAX, split_path};
use crate::kustomization::{At, Reader, Text};
use crate::node::{Content, Node, Scalar};
use crate::origin::{OriginId, Origins};
use crate::resource::Resource;
use crate::select::{Patterns, Selector};
use crate::transform::NamespaceChange;

/// An entry of `targets`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    selector: Option<Selector>,
    field_path: SmolStr,
    /// Where in a path the text goes, counted from 1; 0 for a field that is no
    /// path.
    position: i64,
}

impl Reader<'_> {
    /// An entry of `targets`.
    pub(crate) fn value_target(&mut self, node: seatrial_yaml::Node<'_>) -> Target {
        let mut target = Target::default();
        for (name, value) in self.fields(node) {
            match name.as_str() {
                "selector" if !value.is_null() => target.selector = Some(self.selector(value)),
                "fieldPath" => target.field_path = self.string(value),
                "filePathPosition" => target.position = self.number(value),
                _ => {}
            }
        }
        target
    }
}

/// Puts a text into all targets.
pub(crate) fn apply(
    resources: &mut [Resource],
    value: &Text,
    targets: &[Target],
    origins: &mut Origins,
) -> Result<(), String> {
    if targets.is_empty() {
        return Err("must specify at least one target".to_owned());
    }
    for target in targets {
        if target.field_path.is_empty() {
            return Err("fieldPath cannot be empty".to_owned());
        }
        if target.position < 0 {
            return Err(format!("value of FilePathPosition ({}) cannot be negative", target.position));
        }
    }
    for target in targets {
        let patterns = target.selector.as_ref().map(Patterns::new).transpose()?;
        for resource in resources.iter_mut() {
            let is_meant = patterns.as_ref().map_or(Ok(true), |patterns| patterns.fits(resource))?;
            if is_meant {
                set(&mut resource.node, target, value, origins)?;
            }
        }
    }
    Ok(())
}

fn set(object: &mut Node, target: &Target, value: &Text, origins: &mut Origins) -> Result<(), String> {
    if target.field_path == "metadata/namespace" {
        return NamespaceChange::of(value).set(object, &Config::default(), origins);
    }
    let path = split_path(&target.field_path, '/');
    if path.len() > PARTS_MAX {
        return Err("the path of a field has too many parts".to_owned());
    }
    let node = make(object, &path)?;
    let Content::Scalar(old) = &node.content else {
        return Err(format!("wrong node kind: expected ScalarNode but got {}", node.kind_name()));
    };
    let text = match usize::try_from(target.position) {
        Ok(position) if position > 0 => insert_part(&old.text, position - 1, &value.value),
        _ => value.value.to_string(),
    };
    put(node, text, value.span, origins);
    Ok(())
}

fn put(node: &mut Node, text: String, span: Span, origins: &mut Origins) {
    let origin = origins.set(span, Role::Transformer, node.origin);
    *node = Node::scalar(Scalar::implicit(text), origin);
}

/// The field at a path, made where it is absent.
fn make<'n>(node: &'n mut Node, path: &[String]) -> Result<&'n mut Node, String> {
    let Some((part, rest)) = path.split_first() else { return Ok(node) };
    if part.is_empty() {
        return make(node, rest);
    }
    if let Some((key, wanted)) =
        part.strip_prefix('[').and_then(|it| it.strip_suffix(']')).and_then(|it| it.split_once('='))
    {
        let kind = node.kind_name();
        let Content::List(items) = &mut node.content else {
            return Err(format!("wrong node kind: expected SequenceNode but got {kind}"));
        };
        let at = items.iter().position(|item| item.text_at(&[key]) == wanted).unwrap_or_else(|| {
            let text = Node::scalar(Scalar::implicit(wanted), OriginId::NONE);
            items.push(Node::new(Content::Map(vec![(key.into(), text)]), OriginId::NONE));
            items.len() - 1
        });
        return make(&mut items[at], rest);
    }
    if !matches!(node.content, Content::Map(_)) {
        return Err(format!("wrong node kind: expected MappingNode but got {}", node.kind_name()));
    }
    if node.get(part).is_none_or(Node::is_null) {
        let content = match rest.first() {
            None => Content::Scalar(Scalar::implicit("")),
            Some(next) if next.starts_with('[') => Content::List(Vec::new()),
            Some(_) => Content::Map(Vec::new()),
        };
        node.set(part, Node::new(content, OriginId::NONE));
    }
    make(node.get_mut(part).expect("it is there or was made"), rest)
}

/// A path with one part more; a path from the root stays one.
fn insert_part(path: &str, position: usize, part: &str) -> String {
    let (root, path) = path.strip_prefix('/').map_or(("", path), |path| ("/", path));
    let mut parts: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

/// The text, or the name of the directory where none is given.
pub(crate) fn value_or(value: Option<Text>, root: &seatrial_source::TreePath, span: Span) -> Text {
    let given = value.map(|it| At { value: SmolStr::new(it.value.trim()), span: it.span });
    given.filter(|it| !it.value.is_empty()).unwrap_or_else(|| At { value: root.name().into(), span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_into_paths() {
        for (path, position, expected) in [
            ("", 0, "PEACH"),
            ("/", 0, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/raw", 8, "/raw/PEACH"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ] {
            assert_eq!(insert_part(path, position, "PEACH"), expected, "{path}");
        }
    }
}
