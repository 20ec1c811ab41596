//! What is said of every field is tried out: the place that it comes from is
//! edited, the chart is rendered again, and the field must be another; and
//! whatever else is another then must name that place, too.

mod edits;
mod ledger;
mod specimen;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use seatrial_source::Span;

use specimen::{Field, Specimen, View};

/// What is wrong with the tracing of a chart, one a line.
fn faults(specimen: &Specimen) -> Vec<String> {
    let before = specimen.view(None).unwrap_or_else(|it| panic!("{}: {it}", specimen.name));
    let mut by_place: BTreeMap<Span, Vec<&Field>> = BTreeMap::new();
    for field in &before.fields {
        by_place.entry(field.edit).or_default().push(field);
    }
    let mut faults = Vec::new();
    for (place, fields) in by_place {
        if before.is_file_name(place) {
            continue;
        }
        let known = faults.len();
        let mut has_changed = vec![false; fields.len()];
        for text in edits::edits(before.text(place)) {
            let Ok(after) = specimen.view(Some((place, &text))) else {
                has_changed.fill(true);
                continue;
            };
            let edited = Span::new(place.file, place.start, place.start + text.len() as u32);
            let changed = View::changed(&before, &after);
            for (it, field) in has_changed.iter_mut().zip(&fields) {
                *it |= changed.before.iter().any(|other| other.name == field.name);
            }
            // Charts that are called otherwise take other values.
            if before.is_chart_name(place) {
                continue;
            }
            // What a branch sets that is not taken shows only once it is.
            let names: BTreeSet<&str> =
                named(&changed.before, place).chain(named(&changed.after, edited)).collect();
            let all = changed.before.iter().chain(&changed.after).filter(|it| !names.contains(&*it.name));
            let words = before.words(place);
            faults.extend(all.map(|it| format!("{words} -> {text:?} changes {} and is not named", it.name)));
        }
        faults.truncate(known + 4);
        let kept = fields.iter().zip(&has_changed).filter(|(_, it)| !**it);
        faults
            .extend(kept.map(|(it, _)| format!("{} does not change with {}", it.name, before.words(place))));
    }
    faults
}

/// The fields that name a place.
fn named<'a>(fields: &'a [&Field], place: Span) -> impl Iterator<Item = &'a str> {
    fields.iter().filter(move |it| it.names(place)).map(|it| it.name.as_str())
}

fn holds(specimen: &Specimen) {
    let faults = faults(specimen);
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), specimen.name, faults.join("\n"));
}

#[test]
fn functions_keep_where_texts_come_from() {
    holds(&ledger::ledger());
}

#[test]
fn a_web_server_is_traced() {
    holds(&Specimen::recorded("harbour", &[]));
    holds(&Specimen::recorded("harbour", &["values-prod.yaml"]));
}

#[test]
fn subcharts_aliases_imports_and_globals_are_traced() {
    holds(&Specimen::recorded("convoy", &[]));
    holds(&Specimen::recorded("convoy", &["over.yaml"]));
    holds(&Specimen::recorded("galleon", &[]));
    holds(&Specimen::recorded("customs", &[]));
}

#[test]
fn documents_hooks_and_files_are_traced() {
    holds(&Specimen::recorded("fleet", &[]));
    holds(&Specimen::recorded("fleet", &["more.yaml"]));
    holds(&Specimen::recorded("cargo", &[]));
    holds(&Specimen::recorded("reef", &[]));
}

#[test]
fn the_template_language_is_traced() {
    holds(&Specimen::recorded("knots", &[]));
    holds(&Specimen::recorded("pilot", &[]));
}

#[test]
fn printing_is_traced() {
    holds(&Specimen::recorded("compass", &[]));
    holds(&Specimen::recorded("sextant", &[]));
    holds(&Specimen::recorded("sextant", &["null.yaml"]));
}

/// All others that Helm takes, but for `bottle`: nobody edits what lies in its
/// archive.
#[test]
fn small_charts_are_traced() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/goldens/helm");
    let mut all = vec!["logbook".to_owned()];
    for folder in ["later", "shoals", "twins"] {
        let entries = std::fs::read_dir(place.join(folder)).expect("the folder is there");
        let names = entries.map(|it| it.expect("it can be read").file_name().to_string_lossy().into_owned());
        all.extend(names.map(|name| format!("{folder}/{name}")));
    }
    all.sort();
    let faults: Vec<String> = all
        .iter()
        .flat_map(|name| {
            let faults = faults(&Specimen::recorded(name, &[]));
            faults.into_iter().map(move |it| format!("{name}: {it}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}
