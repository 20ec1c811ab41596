//! Objects that stand in the values of a chart, as `extraObjects` and the like:
//! charts pass them on as they are, so the server gets them even where the chart
//! itself is not at hand.

use seatrial_model::Object;
use seatrial_schema::decode::{Problem, decode};
use seatrial_schema::published;
use seatrial_schema::table::Table;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, PathStep, parse};

use crate::custom_kinds::{Verdict, judged_by};
use crate::review::{Definition, Review, Served, settled};

/// How deep in values objects are looked for.
const DEPTH_MAX: usize = 6;
/// How many objects of one set of values are looked at.
const OBJECTS_MAX: usize = 100;
/// Longer texts of values are not read.
const TEXT_MAX: usize = 256 * 1024;

/// What the server says to the objects in the values that an object holds.
pub(crate) fn reviews(object: &Object, table: &Table) -> Vec<Review> {
    let mut reviews = Vec::new();
    if !holds_values(object) {
        return reviews;
    }
    for path in values_of(object) {
        let Some(node) = object.root().at(&path) else { continue };
        let is_read = |text: &&str| text.len() <= TEXT_MAX && text.contains("apiVersion");
        reviews.extend(match node.as_str().filter(is_read) {
            Some(text) => of_text(object, text, &path, table),
            None => of_values(object, node, &path, table),
        });
    }
    reviews
}

fn of_values(object: &Object, values: Node<'_>, at: &FieldPath, table: &Table) -> Vec<Review> {
    let mut found = Vec::new();
    collect(values, at, 0, &mut found);
    found.into_iter().filter_map(|(node, path)| review(object, node, &path, table)).collect()
}

/// Values that are written as a text: what is wrong has a path below the text's.
fn of_text(object: &Object, text: &str, at: &FieldPath, table: &Table) -> Vec<Review> {
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let span = object.root().at(at).map(Node::written_span);
    let mut reviews =
        stream.document_root(0).map_or_else(Vec::new, |root| of_values(object, root, at, table));
    for problem in reviews.iter_mut().flat_map(|it| &mut it.problems) {
        problem.span = span.unwrap_or(problem.span);
    }
    reviews
}

/// Whether an object is of a kind that holds values.
fn holds_values(object: &Object) -> bool {
    object.is("helm.toolkit.fluxcd.io", "HelmRelease") || object.is("argoproj.io", "Application")
}

/// Where an object holds values.
fn values_of(object: &Object) -> Vec<FieldPath> {
    let spec = FieldPath::root().key("spec");
    match (object.group(), object.kind()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") => vec![spec.key("values")],
        ("argoproj.io", "Application") => {
            let sources = object.root().at(&spec.key("sources")).map_or(0, Node::len).min(OBJECTS_MAX);
            let several = (0..sources).map(|at| spec.key("sources").index(at as u32));
            let all = several.chain([spec.key("source")]);
            let helm = all.map(|it| it.key("helm"));
            helm.flat_map(|it| [it.key("valuesObject"), it.key("values")]).collect()
        }
        _ => Vec::new(),
    }
}

fn collect<'a>(node: Node<'a>, at: &FieldPath, depth: usize, found: &mut Vec<(Node<'a>, FieldPath)>) {
    if depth > DEPTH_MAX || found.len() >= OBJECTS_MAX {
        return;
    }
    if is_object(node) {
        found.push((node, at.clone()));
        return;
    }
    for entry in node.entries() {
        collect(entry.value, &at.key(&entry.name()), depth + 1, found);
    }
    for (index, item) in node.items().enumerate() {
        collect(item, &at.index(index as u32), depth + 1, found);
    }
}

fn is_object(node: Node<'_>) -> bool {
    let is_text = |key: &str| node.get(key).and_then(Node::as_str).is_some();
    let has_name = node.get("metadata").is_some_and(|it| it.get("name").is_some());
    is_text("apiVersion") && is_text("kind") && has_name
}

/// What is wrong with one of them, in terms of the object that holds the values.
fn review(object: &Object, node: Node<'_>, base: &FieldPath, table: &Table) -> Option<Review> {
    let word = |key: &str| node.get(key).and_then(Node::as_str);
    let (group, version) = word("apiVersion")?.split_once('/').unwrap_or(("", word("apiVersion")?));
    let (definition, verdict) = if let Some(kind) = table.kind(group, version, word("kind")?) {
        let problems = decode(node, table, kind.type_id).problems;
        (Definition::in_values(), Verdict::Checked(problems, Vec::new()))
    } else {
        let kind = published::kind(group, version, word("kind")?)?;
        (Definition::published(), judged_by(kind, node, true))
    };
    let Verdict::Checked(problems, errors) = verdict else { return None };
    let problems = problems.into_iter().map(|it| Problem { path: base.join(&it.path), ..it }).collect();
    let errors = errors.into_iter().map(|mut it| {
        it.path = base.join(&it.path);
        let is_index = matches!(it.path.steps().first(), Some(PathStep::Index(_)));
        it.field = format!("{base}{}{}", if is_index || it.field.is_empty() { "" } else { "." }, it.field);
        it
    });
    let (definition, errors) = (Some(definition), errors.collect());
    let review = Review { served: Served::Published, problems, errors, definition, ..Review::default() };
    Some(settled(object, review))
}
