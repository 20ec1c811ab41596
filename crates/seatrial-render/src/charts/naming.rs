//! Names of charts that Kubernetes refuses where charts put them.

use seatrial_diagnostics::{Location, Notice};

use super::{Charts, TreeChart};
use crate::checks::UNUSUAL_CHART_NAME;

impl Charts {
    /// The charts whose names are no part of a name or label.
    pub(super) fn naming_notices(&self) -> Vec<Notice> {
        self.all.iter().filter_map(notice).collect()
    }
}

fn notice(tree_chart: &TreeChart) -> Option<Notice> {
    let chart = tree_chart.chart.as_ref().filter(|it| !it.metadata.is_library() && !it.is_packed)?;
    let name = &chart.metadata.name;
    let is_usual = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'-' | b'.');
    // What a scaffold has yet to fill in is no name.
    if name.text.bytes().all(is_usual) || name.text.contains(['<', '{', '$', '%', '/']) {
        return None;
    }
    let message = format!("chart `{}` has a name that is refused in names and labels", name.text);
    let usual: String =
        name.text.to_lowercase().chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
    let help = format!("use lower-case letters, digits and dashes: `{usual}`");
    Some(Notice::new(&UNUSUAL_CHART_NAME, Location::text(name.span?), message).help(help))
}
