//! Values of the release that a template looks up in an item: inside `range` and
//! `with` the dot is the item, and `.Values` is not in it; nor is it for a template
//! that is handed the item.

use seatrial_source::Span;

use crate::template::{HandedItem, ItemField, Set};

/// What Helm gives to every template.
const ROOT: [&str; 4] = ["Values.", "Release.", "Chart.", "Capabilities."];

/// A field of what Helm gives, looked up in an item of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRoot {
    /// Where it stands.
    pub span: Span,
    /// The field as written, with its dot: `.Values.image`, `$worker.Values.image`.
    pub field: String,
    /// The field as it is found: `$.Values.image`.
    pub whole: String,
    /// The action whose item that is, with what it takes it from:
    /// `range .Values.workers`.
    pub inside: String,
}

/// The places that fail as soon as they are reached.
pub(super) fn find(set: &Set) -> Vec<LostRoot> {
    set.fields_of_items().iter().filter_map(lost).collect()
}

/// A template that is handed an item of the values, and looks for what Helm gives
/// to templates in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedRoot {
    /// Where its name stands.
    pub span: Span,
    /// Its name.
    pub name: String,
    /// The action whose item the dot is, as for [`LostRoot`].
    pub inside: String,
}

/// The calls that fail as soon as they are reached.
pub(super) fn find_handed(set: &Set) -> Vec<HandedRoot> {
    let calls = set.needy_calls(&ROOT);
    calls.iter().filter(|it| it.taken_from.starts_with("Values.")).filter_map(handed).collect()
}

fn handed(call: &HandedItem) -> Option<HandedRoot> {
    let (file, base) = call.place.home.file()?;
    Some(HandedRoot {
        span: Span::new(file, base + call.place.start, base + call.place.end),
        name: call.name.clone(),
        inside: format!("{} .{}", call.action, call.taken_from),
    })
}

fn lost(field: &ItemField) -> Option<LostRoot> {
    let is_root = ROOT.iter().any(|it| field.names.starts_with(it));
    let is_of_values = field.taken_from.starts_with("Values.");
    let (file, base) = field.place.home.file()?;
    (is_root && is_of_values).then(|| LostRoot {
        span: Span::new(file, base + field.place.start, base + field.place.end),
        field: format!("{}.{}", field.variable, field.names),
        whole: format!("$.{}", field.names),
        inside: format!("{} .{}", field.action, field.taken_from),
    })
}
