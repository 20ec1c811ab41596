//! `vars`: texts of the form `$(NAME)` replaced by fields of objects
//! (`api/filters/refvar`, v0.21.2).

use rustc_hash::FxHashMap;
use seatrial_diagnostics::Role;
use seatrial_yaml::Plain;
use smol_str::SmolStr;

use crate::fields::{Config, Make, visit};
use crate::kustomization::{At, Variable};
use crate::node::{Content, Node, Scalar, Tag, Value};
use crate::origin::Origins;
use crate::replacement::{look_up, split_field_path};
use crate::resource::Resource;

/// Replaces all variables. What cannot be found out is an error.
pub(crate) fn resolve(
    resources: &mut [Resource],
    variables: &[At<Variable>],
    config: &Config,
    origins: &mut Origins,
) -> Result<(), String> {
    let mut values = FxHashMap::default();
    for variable in variables {
        values.insert(variable.value.name.clone(), value(resources, variable)?);
    }
    if values.is_empty() {
        return Ok(());
    }
    for resource in resources {
        for field in config.variables.iter() {
            visit(&mut resource.node, field, Make::Nothing, crate::OriginId::NONE, &mut |node| {
                set(node, &values, origins)
            })?;
        }
    }
    Ok(())
}

fn value(resources: &[Resource], variable: &At<Variable>) -> Result<Node, String> {
    let At { value: variable, .. } = variable;
    let holder = resources.iter().find(|it| it.variables.contains(&variable.name));
    let holder = holder.ok_or_else(|| {
        format!("var '{}' cannot be mapped to a field in the set of known resources", variable.name)
    })?;
    let parts: Vec<String> =
        split_field_path(&variable.field_path).into_iter().flat_map(|part| index_parts(&part)).collect();
    look_up(&holder.node, &parts).cloned().ok_or_else(|| {
        format!("field specified in var '{}' not found in corresponding resource", variable.name)
    })
}

/// `ports[0]` is two steps.
fn index_parts(part: &str) -> Vec<String> {
    match part.strip_suffix(']').and_then(|it| it.split_once('[')) {
        Some((name, index)) if !name.is_empty() && index.parse::<usize>().is_ok() => {
            vec![name.to_owned(), index.to_owned()]
        }
        _ => vec![part.to_owned()],
    }
}

type Values = FxHashMap<SmolStr, Node>;

fn set(node: &mut Node, values: &Values, origins: &mut Origins) -> Result<(), String> {
    match &mut node.content {
        Content::Scalar(_) => set_scalar(node, values, origins),
        Content::Map(entries) => entries.iter_mut().for_each(|(_, value)| set_scalar(value, values, origins)),
        Content::List(items) => {
            if items.iter().any(|item| !is_string(item)) {
                return Err("invalid value type expect a string".to_owned());
            }
            for item in items {
                set_scalar(item, values, origins);
            }
        }
    }
    Ok(())
}

fn is_string(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar(scalar) if matches!(scalar.tag, Tag::Str | Tag::Implicit))
}

fn set_scalar(node: &mut Node, values: &Values, origins: &mut Origins) {
    if !is_string(node) || !node.text().contains('$') {
        return;
    }
    let (scalar, origin) = replace(node.text(), values);
    if origins.spend_text(&scalar.text).is_err() {
        return;
    }
    if let Some(step) = origins.get(origin) {
        node.origin = origins.set(step.span, Role::Transformer, node.origin);
    }
    node.content = Content::Scalar(scalar);
}

/// The text with its variables replaced, and where the last one came from. A
/// text that is one variable takes the value's type.
fn replace(text: &str, values: &Values) -> (Scalar, crate::OriginId) {
    let (mut result, mut rest) = (String::new(), text);
    let mut origin = crate::OriginId::NONE;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let (read, length) = match piece(behind) {
            Piece::Text(text) => (text, text.len()),
            // `$$` stands for one.
            Piece::Dollar => ("", 1),
            Piece::Variable(name) => {
                rest = &behind[name.len() + 2..];
                match values.get(name).filter(|it| matches!(it.content, Content::Scalar(_))) {
                    Some(value) if text.len() == name.len() + 3 => return (typed(value), value.origin),
                    Some(value) => {
                        origin = value.origin;
                        result.push_str(value.text());
                    }
                    None => result.extend(["$(", name, ")"]),
                }
                continue;
            }
        };
        result.push('$');
        result.push_str(read);
        rest = &behind[length..];
    }
    result.push_str(rest);
    (Scalar::string(result), origin)
}

/// What stands behind a dollar sign.
enum Piece<'a> {
    Variable(&'a str),
    Dollar,
    Text(&'a str),
}

fn piece(behind: &str) -> Piece<'_> {
    match behind.chars().next() {
        Some('$') => Piece::Dollar,
        Some('(') if behind.contains(')') => {
            Piece::Variable(behind[1..].split(')').next().unwrap_or_default())
        }
        letter => Piece::Text(&behind[..letter.map_or(0, char::len_utf8)]),
    }
}

fn typed(value: &Node) -> Scalar {
    let Content::Scalar(scalar) = &value.content else { return Scalar::string("") };
    match scalar.value() {
        Value::Str(text) => Scalar::string(text),
        Value::Other(Plain::Bool(_) | Plain::Int(_) | Plain::Uint(_) | Plain::Float(_)) => {
            Scalar::plain(scalar.text.clone())
        }
        Value::Other(_) => Scalar::string(scalar.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_dollars_kept() {
        let value = Node::scalar(Scalar::plain("8"), crate::OriginId::NONE);
        let values: Values = [(SmolStr::new("EIGHT"), value)].into_iter().collect();
        let replaced = |text| replace(text, &values).0;
        assert_eq!(replaced("$(EIGHT)"), Scalar::plain("8"));
        assert_eq!(replaced("a-$(EIGHT)-$(NINE)"), Scalar::string("a-8-$(NINE)"));
        assert_eq!(replaced("$$(EIGHT) $x $"), Scalar::string("$(EIGHT) $x $"));
        assert_eq!(replaced("$(EIGHT"), Scalar::string("$(EIGHT"));
    }
}
