//! What a chart's own templates say without being rendered: mistakes that only
//! show once a loop has items.

mod doubled_indent;
mod loop_names;
mod lost_root;

pub use doubled_indent::DoubledIndent;
pub use loop_names::LoopName;
pub use lost_root::{HandedRoot, LostRoot};

use crate::chart::Chart;
use crate::functions;
use crate::template::{Home, Set};
use crate::versions::HelmVersion;

/// What was found in a chart's own templates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Values of the release that are looked up in items.
    pub lost_roots: Vec<LostRoot>,
    /// Templates that look for them in the item they are handed.
    pub handed_roots: Vec<HandedRoot>,
    /// Objects that a loop makes under one name.
    pub loop_names: Vec<LoopName>,
    /// Blocks whose first line is indented more than the others.
    pub doubled_indents: Vec<DoubledIndent>,
}

/// Reads a chart's own templates. Those that do not parse are left out: the
/// render tells them.
pub fn read(chart: &Chart, helm: HelmVersion) -> Reading {
    let mut doubled_indents = Vec::new();
    let mut set = Set::of_go(helm.switches().go, functions::of(helm));
    for file in &chart.templates {
        let Some(id) = file.content.file() else { continue };
        let text = file.content.text();
        doubled_indents.extend(doubled_indent::find(&text, id));
        // Such a template gives its items values of its own making.
        if !text.contains("\"Values\"") {
            let _unparsed = set.parse(&file.name, text, Home::File(id, 0)).is_err();
        }
    }
    let handed_roots = lost_root::find_handed(&set);
    Reading {
        lost_roots: lost_root::find(&set),
        handed_roots,
        loop_names: loop_names::find(&set),
        doubled_indents,
    }
}
