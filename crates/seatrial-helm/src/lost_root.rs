//! Values of the release that a template looks up in an item: inside `range` and
//! `with` the dot is the item, and `.Values` is not in it.

use seatrial_source::Span;

use crate::chart::Chart;
use crate::functions;
use crate::template::{Home, ItemField, Set};
use crate::versions::HelmVersion;

/// What Helm gives to every template.
const ROOT: [&str; 4] = ["Values.", "Release.", "Chart.", "Capabilities."];

/// A field of what Helm gives, looked up in an item of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRoot {
    /// Where it stands.
    pub span: Span,
    /// The field as written, with its dot.
    pub field: String,
    /// The action whose item the dot is, with what it takes it from:
    /// `range .Values.workers`.
    pub inside: String,
}

/// The places in a chart's own templates that fail as soon as they are reached.
/// A template that does not parse has none.
pub fn lost_roots(chart: &Chart, helm: HelmVersion) -> Vec<LostRoot> {
    let mut set = Set::new(functions::of(helm));
    for file in &chart.templates {
        let Some(id) = file.content.file() else { continue };
        // Such a template gives its items values of its own making.
        if file.content.text().contains("\"Values\"") {
            continue;
        }
        // What does not parse is told by the render.
        let _ = set.parse(&file.name, file.content.text(), Home::File(id, 0));
    }
    set.fields_of_items().into_iter().filter_map(|it| lost(&it)).collect()
}

fn lost(field: &ItemField) -> Option<LostRoot> {
    let is_root = ROOT.iter().any(|it| field.names.starts_with(it));
    let is_of_values = field.taken_from.starts_with("Values.");
    let (file, base) = field.place.home.file()?;
    (is_root && is_of_values).then(|| LostRoot {
        span: Span::new(file, base + field.place.start, base + field.place.end),
        field: format!(".{}", field.names),
        inside: format!("{} .{}", field.action, field.taken_from),
    })
}
