//! What of a chart fails only in branches that its values do not take.

use rayon::prelude::*;
use seatrial_diagnostics::{Location, Notice, Role, Severity};
use seatrial_helm::{ErrorKind, LostRoot, Options, ValuesInput, Variation, lost_roots, variations};
use seatrial_model::Target;
use seatrial_source::Span;

use super::problems::{self, first_line, plain};
use super::{Charts, TreeChart};
use crate::checks::{INVALID_RENDERED_YAML, TEMPLATE_ERROR};

/// Switches of one chart that are turned over.
const SWITCHES_MAX: usize = 64;
/// What turning the switches of one chart may cost.
const STEPS_MAX: u64 = 3_000_000;

impl Charts {
    /// What fails once somebody turns a switch of a chart over, or a loop of its
    /// templates has an item.
    pub(crate) fn branch_notices(&self, target: &Target) -> Vec<Notice> {
        let of = |(at, chart): (usize, &TreeChart)| {
            let failing = self.units.iter().filter(|unit| unit.chart == at);
            let failing = failing.flat_map(|unit| &unit.rendered.errors).flat_map(|it| &it.places);
            of_chart(chart, &failing.copied().collect::<Vec<_>>(), target)
        };
        self.all.par_iter().enumerate().flat_map_iter(of).collect()
    }
}

/// The notices about one chart; nothing is said twice of places that fail as it is.
fn of_chart(chart: &TreeChart, failing: &[Span], target: &Target) -> Vec<Notice> {
    let Some(loaded) = chart.chart.as_ref().filter(|_| chart.is_loaded()) else { return Vec::new() };
    let options = chart.options(target, false);
    let mut lost = lost_roots(loaded, options.helm);
    lost.retain(|it| failing.iter().all(|place| !meets(it.span, *place)));
    let mut found: Vec<Notice> = lost.iter().map(of_lost_root).collect();
    if chart.is_library() {
        return found;
    }
    let limits = seatrial_helm::template::Limits { steps: STEPS_MAX, ..options.limits };
    let options = Options { limits, ..options };
    let told = variations(loaded, &ValuesInput::default(), &options, SWITCHES_MAX);
    let is_lost = |it: &Variation| {
        let places = &it.error.places;
        lost.iter().any(|root| places.iter().any(|place| meets(root.span, *place)))
    };
    found.extend(told.iter().filter(|it| !is_lost(it)).filter_map(|it| of_variation(it)));
    found
}

/// Whether two places have a byte in common, or one stands in the other.
fn meets(one: Span, other: Span) -> bool {
    one.contains(other) || other.contains(one)
}

fn of_lost_root(lost: &LostRoot) -> Notice {
    let message =
        format!("`{}` is looked up in an item of `{}`, which has no such field", lost.field, lost.inside);
    Notice::new(&TEMPLATE_ERROR, Location::text(lost.span), message)
        .severity(Severity::Warning)
        .help(format!("write `${}`: the dot is the item there", lost.field))
        .because("Helm fails here as soon as there is an item".to_owned())
}

fn of_variation(variation: &Variation) -> Option<Notice> {
    let error = &variation.error;
    let place = *error.places.first()?;
    let turned = format!("{}: {}", variation.keys.join("."), !variation.value);
    let (check, what) = match error.kind {
        ErrorKind::Yaml => {
            (&INVALID_RENDERED_YAML, "the rendered text is no YAML that Helm takes".to_owned())
        }
        _ => (&TEMPLATE_ERROR, problems::message(error)),
    };
    let notice = Notice::new(check, Location::text(place), format!("with `{turned}`, {what}"))
        .severity(Severity::Warning)
        .related(Location::text(variation.span), Role::Values, "the value that would be turned over");
    let notice = match problems::help(error) {
        Some(help) => notice.help(help),
        None => notice,
    };
    Some(notice.because(format!("Helm says: {}", first_line(&plain(&error.message)))))
}
