//! Says of a value that no manifest writes who sets it.

use seatrial_model::Object;
use seatrial_schema::{By, Value};
use seatrial_yaml::{FieldPath, PathStep};

use crate::tree_state::TreeState;

/// The plugin that fills in what a `LimitRange` says.
const LIMITS: &str = "LimitRanger";

/// Who sets a field that an object does not write: `path` is the field in `value`,
/// which stands at `base` of the object. None where it is written, or absent.
pub(crate) fn who_set(
    state: &TreeState<'_>,
    object: &Object,
    base: &FieldPath,
    value: &Value,
    path: &FieldPath,
) -> Option<String> {
    let (text, by) = left_out(object, base, value, path)?;
    let setter = match by {
        By::Manifest => return None,
        By::Server => "the API server".to_owned(),
        By::Admission(LIMITS) => range(state, object, path)?,
        By::Admission(plugin) => format!("the admission plugin {plugin}"),
    };
    Some(in_words(&base.join(path), &setter, &text))
}

/// The default that `setter` gives a field of an object which does not write it.
pub(crate) fn default_of(object: &Object, value: &Value, path: &FieldPath, setter: &str) -> Option<String> {
    let (text, by) = left_out(object, &FieldPath::root(), value, path)?;
    matches!(by, By::Server).then(|| in_words(path, setter, &text))
}

fn in_words(path: &FieldPath, setter: &str, text: &str) -> String {
    format!("`{path}` is not written: {setter} sets `{text}`")
}

/// The text of a value that stands in no manifest, and who set it.
fn left_out(object: &Object, base: &FieldPath, value: &Value, path: &FieldPath) -> Option<(String, By)> {
    // What stands in `stringData` of a Secret is written all the same.
    if path.is_empty() || object.is("", "Secret") || object.at(&base.join(path)).is_some() {
        return None;
    }
    let (held, by) = held_at(value, path)?;
    let text = match held {
        Value::Str(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    Some((text, by))
}

/// What a field holds, and who set it or what is around it.
fn held_at<'v>(value: &'v Value, path: &FieldPath) -> Option<(&'v Value, By)> {
    path.steps().iter().try_fold((value, By::Manifest), |(value, by), step| match step {
        PathStep::Key(key) => {
            let entry = value.as_map()?.entry(key)?;
            Some((&entry.value, if matches!(entry.by, By::Manifest) { by } else { entry.by }))
        }
        PathStep::Index(at) => Some((value.as_list().get(*at as usize)?, by)),
    })
}

/// The `LimitRange` that fills in an amount: the first that has a default for it.
fn range(state: &TreeState<'_>, object: &Object, path: &FieldPath) -> Option<String> {
    let (range, _) = filled_in_by(state, object, path)?;
    Some(format!("LimitRange `{}`", range.name()))
}

/// The same, and where it has that default.
pub(crate) fn filled_in_by<'a>(
    state: &TreeState<'a>,
    object: &Object,
    path: &FieldPath,
) -> Option<(&'a Object, FieldPath)> {
    let [.., PathStep::Key(side), PathStep::Key(resource)] = path.steps() else { return None };
    let list = if side == "limits" { "default" } else { "defaultRequest" };
    let limits = FieldPath::root().key("spec").key("limits");
    state.limit_ranges_of(object).iter().find_map(|range| {
        let mut all = range.value.at("spec").items("limits").iter().zip(0..);
        let (_, at) = all.find(|(limit, _)| limit.at(list).has(resource))?;
        Some((range.object, limits.index(at).key(list).key(resource)))
    })
}
