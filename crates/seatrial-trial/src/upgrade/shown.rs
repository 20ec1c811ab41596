//! Fields as they may be told: the values of secrets are not.

use seatrial_model::Object;
use seatrial_schema::Value;
use seatrial_schema::difference::Difference;
use seatrial_yaml::{FieldPath, PathStep};
use serde_json::Value as Json;

use super::FieldChange;
use super::side::Side;

/// What stands for a value that is not told.
const MASK: &str = "********";
/// Holds a whole object, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A difference with values that may be told.
pub(super) fn field(
    before: (&Side<'_>, &Object),
    after: (&Side<'_>, &Object),
    difference: &Difference,
) -> FieldChange {
    let path = &difference.path;
    let old_path = &difference.path_before;
    let mut hidden = false;
    let mut tell = |(side, object): (&Side<'_>, &Object), value: &Value, places: [&FieldPath; 2]| {
        let teller = Teller { sides: [before.0, after.0], side, object };
        teller.tell(value, &places.map(Clone::clone), &mut hidden)
    };
    let old = tell(before, &difference.before, [old_path, path]);
    let new = tell(after, &difference.after, [path, path]);
    let line = if difference.after.is_null() && !is_written(after.1, path) {
        before.0.line_of(before.1, old_path)
    } else {
        after.0.line_of(after.1, path)
    };
    FieldChange {
        path: path.to_string(),
        before: old,
        after: new,
        by_default: !is_written(before.1, old_path) && !is_written(after.1, path),
        is_order: difference.is_order,
        hidden,
        line: Some(line),
    }
}

/// Whether the manifest sets a field. The server moves what stands in the
/// `stringData` of a Secret into its `data`.
fn is_written(object: &Object, path: &FieldPath) -> bool {
    let moved = || {
        let [PathStep::Key(list), key] = path.steps() else { return None };
        let is_moved = list == "data" && object.is("", "Secret");
        let mut text = FieldPath::root();
        text.push(PathStep::Key("stringData".into()));
        text.push(key.clone());
        is_moved.then(|| object.at(&text))?
    };
    object.at(path).or_else(moved).is_some()
}

/// Turns values into what may be told.
struct Teller<'a> {
    sides: [&'a Side<'a>; 2],
    side: &'a Side<'a>,
    object: &'a Object,
}

impl Teller<'_> {
    /// The value of a field that may stand at either of two places.
    fn tell(&self, value: &Value, places: &[FieldPath; 2], hidden: &mut bool) -> Json {
        if !value.is_null() && places.iter().any(|path| self.is_hidden(path)) {
            *hidden = true;
            return Json::String(MASK.to_owned());
        }
        match value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(*truth),
            Value::Int(number) => (*number).into(),
            Value::Float(number) => serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number),
            Value::Str(text) => {
                let told = self.sides.iter().fold(text.to_string(), |text, side| side.scrubbed(&text));
                *hidden |= told != text.as_str();
                Json::String(told)
            }
            Value::List(items) => {
                let below = |at: usize| places.each_ref().map(|path| path.index(at as u32));
                items.iter().enumerate().map(|(at, item)| self.tell(item, &below(at), hidden)).collect()
            }
            Value::Map(map) => {
                let below = |key: &str| places.each_ref().map(|path| path.key(key));
                let entries = map.entries().iter();
                let told = entries
                    .map(|it| (it.key.to_string(), self.tell(&it.value, &below(&it.key), hidden)))
                    .collect::<serde_json::Map<_, _>>();
                Json::Object(told)
            }
        }
    }

    fn is_hidden(&self, path: &FieldPath) -> bool {
        let key = |at: usize| match path.steps().get(at) {
            Some(PathStep::Key(key)) => key.as_str(),
            _ => "",
        };
        if self.object.is("", "Secret") && ["data", "stringData"].contains(&key(0)) {
            return path.len() > 1;
        }
        if key(1) == "annotations" && key(2) == LAST_APPLIED {
            return true;
        }
        let node = self.object.at(path);
        node.is_some_and(|node| !node.is_mapping() && !node.is_sequence() && self.side.is_secret(node.span()))
    }
}
