//! What an operation makes of a document's value, worked out on JSON.

use seatrial_yaml::edit::{Content, Operation};
use seatrial_yaml::{FieldPath, PathStep, Stream};
use serde_json::{Map, Value};

use crate::json;

/// The value of every document.
pub(super) fn of(stream: &Stream) -> Vec<Value> {
    let documents = 0..stream.documents().len();
    documents
        .map(|document| {
            let root = stream.document_root(document);
            root.map_or(Value::Null, |root| json::read(&root.to_json()).expect("to_json makes JSON"))
        })
        .collect()
}

pub(super) fn same(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| json::same(left, right))
}

/// Carries out an operation on a value.
pub(super) fn change(value: &mut Value, operation: &Operation) -> Result<(), String> {
    match operation {
        Operation::Set { path, content } => {
            *at(value, path.steps()).ok_or("a field was set that is not there")? = json_of(content);
        }
        Operation::Insert { path, content } => insert(value, path.steps(), json_of(content))?,
        Operation::Remove { path } => remove(value, path)?,
        Operation::Rename { path, name } => {
            let (parent, key) = parent(value, path)?;
            let (Value::Object(entries), PathStep::Key(key)) = (parent, key) else {
                return Err("an entry was renamed that is none".to_owned());
            };
            let moved = entries.remove(key.as_str()).ok_or("an entry was renamed that is not there")?;
            if entries.insert(name.clone(), moved).is_some() {
                return Err("an entry was renamed over another".to_owned());
            }
        }
    }
    Ok(())
}

fn json_of(content: &Content) -> Value {
    match content {
        Content::Null => Value::Null,
        Content::Bool(value) => Value::Bool(*value),
        Content::Int(value) => (*value).into(),
        Content::Text(text) => Value::String(text.clone()),
        Content::List(items) => items.iter().map(json_of).collect(),
        Content::Map(entries) => {
            Value::Object(entries.iter().map(|(name, value)| (name.clone(), json_of(value))).collect())
        }
    }
}

fn at<'v>(value: &'v mut Value, steps: &[PathStep]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        PathStep::Key(name) => value.get_mut(name.as_str()),
        PathStep::Index(index) => value.get_mut(*index as usize),
    })
}

fn parent<'v, 'p>(
    value: &'v mut Value,
    path: &'p FieldPath,
) -> Result<(&'v mut Value, &'p PathStep), String> {
    let (last, above) = path.steps().split_last().ok_or("the root has nothing above it")?;
    Ok((at(value, above).ok_or("the field above is not there")?, last))
}

fn remove(value: &mut Value, path: &FieldPath) -> Result<(), String> {
    let gone = match parent(value, path)? {
        (Value::Object(entries), PathStep::Key(key)) => entries.remove(key.as_str()).is_some(),
        (Value::Array(items), PathStep::Index(index)) if (*index as usize) < items.len() => {
            items.remove(*index as usize);
            true
        }
        _ => false,
    };
    if gone { Ok(()) } else { Err("a field was taken away that is not there".to_owned()) }
}

/// Adds a value, and what is absent or null above it.
fn insert(value: &mut Value, steps: &[PathStep], new: Value) -> Result<(), String> {
    let Some((step, below)) = steps.split_first() else {
        *value = new;
        return Ok(());
    };
    if value.is_null() {
        *value = match step {
            PathStep::Key(_) => Value::Object(Map::new()),
            PathStep::Index(_) => Value::Array(Vec::new()),
        };
    }
    match (value, step) {
        (Value::Object(entries), PathStep::Key(name)) => {
            let inner = entries.entry(name.as_str()).or_insert(Value::Null);
            insert(inner, below, new)
        }
        (Value::Array(items), PathStep::Index(index)) if (*index as usize) <= items.len() => {
            let index = *index as usize;
            if below.is_empty() {
                items.insert(index, new);
                return Ok(());
            }
            if index == items.len() {
                items.push(Value::Null);
            }
            insert(&mut items[index], below, new)
        }
        _ => Err("a field was added to what takes none".to_owned()),
    }
}
