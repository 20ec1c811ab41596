//! What each kind of reference leads to, as text.

mod built_in_kinds;
mod custom_kinds;
mod properties;
mod resolution;

use std::fmt::Write;

use crate::references::{Graph, Index, Link, Scope, Strength, Target};
use crate::testing::repository;
use crate::{Agreement, Place, Repository, Resolution};

/// Compares the references of the first unit with lines of the form
/// `Kind name: path -> wanted = resolution`.
fn check(input: &str, expected: &str) {
    let repository = repository(input);
    let graph = Graph::build(&repository);
    check_graph(&repository, &graph, expected);
}

fn check_graph(repository: &Repository, graph: &Graph, expected: &str) {
    let unit = repository.units[0].id;
    let is_ambiguous = |it: &Link| matches!(it.resolution, Resolution::Ambiguous { .. });
    if graph.links().iter().any(is_ambiguous) {
        assert!(Index::may_be_ambiguous(repository));
    }
    let actual: Vec<String> = graph.of_unit(unit).iter().map(|it| line(repository, it)).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert!(actual == expected, "expected:\n{}\nactual:\n{}", expected.join("\n"), actual.join("\n"));
}

fn line(repository: &Repository, link: &Link) -> String {
    let mut line = format!("{}: {} -> ", title(repository, link.from), link.path);
    match link.strength {
        Strength::Required | Strength::Selects => {}
        Strength::Optional => line.push_str("optional "),
        Strength::Placement => line.push_str("placement "),
    }
    line.push_str(link.kinds.title());
    match &link.scope {
        Scope::Same => line.push(' '),
        Scope::Named(name) => write!(line, " {name}/").expect("writing to a string"),
        Scope::OneOf(names) => write!(line, " {}/", names.join("|")).expect("writing to a string"),
        Scope::Any => line.push_str(" */"),
        Scope::Cluster => line.push_str(" /"),
    }
    match &link.target {
        Target::Name(name) => line.push_str(name),
        Target::Labels(selector) => write!(line, "{{{selector}}}").expect("writing to a string"),
    }
    if let Some((part, path)) = &link.part {
        write!(line, " {part} ({path})").expect("writing to a string");
    }
    write!(line, " = {}", outcome(repository, &link.resolution)).expect("writing to a string");
    line
}

fn outcome(repository: &Repository, resolution: &Resolution) -> String {
    let sure = |agreement: &Agreement| if *agreement == Agreement::Exact { "" } else { "?" };
    match resolution {
        Resolution::Found { places, agreement } => {
            format!("found{} {}", sure(agreement), titles(repository, places))
        }
        Resolution::Produced { by, agreement } => {
            format!("made{} by {}", sure(agreement), title(repository, *by))
        }
        Resolution::Ambiguous { places } => format!("one of {}", titles(repository, places)),
        Resolution::MissingPart { place, agreement } => {
            format!("not{} in {}", sure(agreement), title(repository, *place))
        }
        Resolution::External(reason) => format!("{reason:?}"),
        Resolution::Unknown(reason) => format!("{reason:?}"),
        Resolution::Missing => "missing".to_owned(),
    }
}

fn titles(repository: &Repository, places: &[Place]) -> String {
    let titles: Vec<String> = places.iter().map(|it| title(repository, *it)).collect();
    titles.join(", ")
}

fn title(repository: &Repository, place: Place) -> String {
    let object = repository.object(place);
    let unit = match place.unit.0 {
        0 => String::new(),
        _ => format!("@{}", repository.unit(place.unit).name),
    };
    format!("{} {}{unit}", object.kind(), object.name())
}
