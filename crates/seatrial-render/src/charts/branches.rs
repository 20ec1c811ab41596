//! What of a chart fails only in branches that its values do not take.

use rayon::prelude::*;
use seatrial_diagnostics::{Location, Notice, Role, Severity};
use seatrial_helm::{
    Chart, DoubledIndent, ErrorKind, HandedRoot, LoopName, LostRoot, Options, ValuesInput, Variation,
    VariationBounds, Variations, read, variations,
};
use seatrial_model::{Skip, SkipCode, Target};
use seatrial_source::Span;
use seatrial_yaml::{Dialect, Limits};

use super::optional::Parts;
use super::problems::{self, plain};
use super::{Charts, TreeChart};
use crate::checks::{INVALID_RENDERED_YAML, REPEATED_NAME, TEMPLATE_ERROR};

/// Switches of one chart that are turned over.
const SWITCHES_MAX: usize = 64;
/// Bytes of texts that only a switch brings out: of one chart, and of all together.
/// With what is known of them they take four times as much memory until the end.
const PARTS_BYTES_MAX: usize = 4 << 20;
const ALL_PARTS_BYTES_MAX: usize = 32 << 20;
/// What turning the switches of one chart may cost.
const STEPS_MAX: u64 = 3_000_000;

impl Charts {
    /// What fails once somebody turns a switch of a chart over, or a loop of its
    /// templates has an item; the documents that only come then; and where only some of
    /// those are kept.
    pub(crate) fn branches(&self, target: &Target) -> (Vec<Notice>, Vec<Parts>, Vec<Skip>) {
        // Each has its share, so that none depends on which thread was first.
        let parts_bytes = PARTS_BYTES_MAX.min(ALL_PARTS_BYTES_MAX / self.all.len().max(1));
        let bounds = VariationBounds { switches: SWITCHES_MAX, parts_bytes };
        let of = |(at, chart): (usize, &TreeChart)| {
            let failing = self.units.iter().filter(|unit| unit.chart == at);
            let failing = failing.flat_map(|unit| &unit.rendered.errors).flat_map(|it| &it.places);
            let (notices, told) = of_chart(chart, &failing.copied().collect::<Vec<_>>(), target, bounds);
            let parts = Parts { chart: at, rendered: told.parts, switches: told.switches };
            let reason = "its switches bring out more documents than are judged";
            let cut = told.is_cut.then(|| Skip { code: SkipCode::Limit, ..chart.skip(reason.to_owned()) });
            (notices, ((chart.is_loaded() && !parts.switches.is_empty()).then_some(parts), cut))
        };
        let found: (Vec<_>, (Vec<_>, Vec<_>)) = self.all.par_iter().enumerate().map(of).unzip();
        let (notices, (parts, cut)) = found;
        (
            notices.into_iter().flatten().collect(),
            parts.into_iter().flatten().collect(),
            cut.into_iter().flatten().collect(),
        )
    }
}

/// The notices about one chart; nothing is said twice of places that fail as it is.
fn of_chart(
    chart: &TreeChart,
    failing: &[Span],
    target: &Target,
    bounds: VariationBounds,
) -> (Vec<Notice>, Variations) {
    let Some(loaded) = chart.chart.as_ref().filter(|_| chart.lacks_charts_alone()) else {
        return Default::default();
    };
    let options = chart.options(target, false);
    let reading = read(loaded, options.helm);
    let mut lost = reading.lost_roots;
    lost.retain(|it| failing.iter().all(|place| !meets(it.span, *place)));
    let mut found: Vec<Notice> = lost.iter().map(of_lost_root).collect();
    let handed = reading.handed_roots.iter().filter(|it| failing.iter().all(|place| !meets(it.span, *place)));
    let handed: Vec<&HandedRoot> = handed.collect();
    found.extend(handed.iter().map(|it| of_handed_root(it)));
    found.extend(reading.doubled_indents.iter().map(of_doubled_indent));
    let names = reading.loop_names.iter().filter(|it| items(loaded, &it.over) < 2);
    found.extend(names.map(of_loop_name));
    if chart.is_library() {
        return (found.into_iter().map(Notice::latent).collect(), Variations::default());
    }
    let limits = seatrial_helm::template::Limits { steps: STEPS_MAX, ..options.limits };
    let options = Options { limits, ..options };
    let told = variations(loaded, &ValuesInput::default(), &options, bounds);
    let is_lost = |it: &Variation| {
        let places = &it.error.places;
        let doubled = reading.doubled_indents.iter().map(|it| it.span);
        let spans = lost.iter().map(|it| it.span).chain(handed.iter().map(|it| it.span)).chain(doubled);
        spans.into_iter().any(|span| places.iter().any(|place| meets(span, *place)))
    };
    // A value that is not there may come from a chart that is not.
    let is_told = |it: &&Variation| chart.is_loaded() || it.error.kind == ErrorKind::Yaml;
    found.extend(told.failing.iter().filter(is_told).filter(|it| !is_lost(it)).filter_map(of_variation));
    (found.into_iter().map(Notice::latent).collect(), told)
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
        .help(format!("write `{}`: the item is one of the values", lost.whole))
        .because("Helm fails here as soon as there is an item".to_owned())
}

fn of_handed_root(handed: &HandedRoot) -> Notice {
    let message = format!(
        "`{}` is handed an item of `{}` and looks for what Helm gives to templates in it",
        handed.name, handed.inside
    );
    Notice::new(&TEMPLATE_ERROR, Location::text(handed.span), message)
        .severity(Severity::Warning)
        .help("hand over `$`, or what holds it, instead of the item")
        .because("Helm fails here as soon as there is an item".to_owned())
}

fn of_doubled_indent(found: &DoubledIndent) -> Notice {
    let message = format!(
        "the first line of `{}` is indented twice: once its value has several lines, they do not line up",
        found.value
    );
    Notice::new(&INVALID_RENDERED_YAML, Location::text(found.span), message)
        .severity(Severity::Warning)
        .help("put the action at the beginning of its line, or write `{{- ... | nindent N }}`")
        .because(
            "`indent` indents each line, and the spaces before the action stand before the first".to_owned(),
        )
}

fn of_loop_name(found: &LoopName) -> Notice {
    let over = found.over.join(".");
    let message = format!("the loop over `{over}` gives each {} that it makes the same name", found.kind);
    Notice::new(&REPEATED_NAME, Location::text(found.span), message)
        .help("let the name hold something of the item".to_owned())
}

/// How many items the chart's own values have at a place. Objects that are made
/// twice are found as what they are.
fn items(chart: &Chart, keys: &[String]) -> usize {
    let Some(values) = &chart.values else { return 0 };
    let stream =
        seatrial_yaml::parse(values.file, values.text().clone(), Dialect::GoYaml2, &Limits::default());
    let root = stream.document_root(0);
    let node = root.and_then(|root| keys.iter().try_fold(root, |node, key| node.get(key)));
    node.map_or(0, |it| it.items().count() + it.entries().count())
}

fn of_variation(variation: &Variation) -> Option<Notice> {
    let error = &variation.error;
    let place = *error.places.first()?;
    let switch = variation.switch.as_ref().map(|it| format!("{}: true` and `", it.join(".")));
    let (switch, keys) = (switch.unwrap_or_default(), variation.keys.join("."));
    let turned = format!("{switch}{keys}: {}", variation.becomes);
    let (check, what) = match error.kind {
        ErrorKind::Yaml => {
            (&INVALID_RENDERED_YAML, "the rendered text is no YAML that Helm takes".to_owned())
        }
        _ => (&TEMPLATE_ERROR, problems::message(error)),
    };
    let notice = Notice::new(check, Location::text(place), format!("with `{turned}`, {what}"))
        .severity(Severity::Warning)
        .related(Location::text(variation.span), Role::Values, "the value that is turned");
    let notice = match problems::help(error) {
        Some(help) => notice.help(help),
        None => notice,
    };
    Some(notice.because(format!("Helm says: {}", plain(&error.message))))
}
