//! Charts in fixtures: what a `Chart.yaml` says, and values that a fence calls
//! unread: `PATH KEYS`, perhaps with `known` (the own values have it too) and
//! `wants KEY` (what templates read there).

use std::sync::Arc;

use seatrial_model::{ChartDependency, ChartFacts, UnreadValue, ValuesFacts};
use seatrial_source::{Span, TreePath};
use seatrial_yaml::{Node, Stream};

pub(super) fn facts(streams: &[(TreePath, Arc<Stream>)], unread: &[String]) -> Vec<ChartFacts> {
    let charts = streams.iter().filter(|(path, _)| path.name() == "Chart.yaml");
    charts.map(|(path, stream)| chart(path, stream, streams, unread)).collect()
}

fn chart(
    path: &TreePath,
    stream: &Stream,
    streams: &[(TreePath, Arc<Stream>)],
    unread: &[String],
) -> ChartFacts {
    let directory = path.parent().expect("a chart lies in a directory");
    let root = stream.document_root(0).expect("a chart says something");
    let dependencies = root.get("dependencies").into_iter().flat_map(Node::items).map(dependency).collect();
    let own = unread.iter().filter(|line| TreePath::new(line).is_within(&directory));
    ChartFacts {
        name: word(root, "name"),
        units: Vec::new(),
        is_complete: true,
        has_templates: word(root, "name") != "umbrella",
        incomplete: Vec::new(),
        lost_kinds: Vec::new(),
        is_locked: streams.iter().any(|(path, _)| path.name() == "Chart.lock"),
        dependencies,
        unread: own.map(|line| value(line, streams)).collect(),
        values: streams.iter().filter_map(|it| values(it, &directory)).collect(),
        path: directory,
    }
}

/// The keys of a file that is called as values files are.
fn values((path, stream): &(TreePath, Arc<Stream>), chart: &TreePath) -> Option<ValuesFacts> {
    if path.parent().as_ref() != Some(chart) || !path.name().starts_with("values") {
        return None;
    }
    let mut keys = Vec::new();
    collect(stream.document_root(0)?, "", &mut keys);
    keys.sort();
    let is_own = path.name() == "values.yaml";
    Some(ValuesFacts { path: path.clone(), start: Span::new(stream.file(), 0, 0), is_own, keys })
}

fn collect(node: Node<'_>, way: &str, keys: &mut Vec<(String, Span)>) {
    for entry in node.entries() {
        let way = if way.is_empty() { entry.name().into_owned() } else { format!("{way}.{}", entry.name()) };
        if entry.value.is_mapping() {
            collect(entry.value, &way, keys);
        } else {
            keys.push((way, entry.key.span()));
        }
    }
}

fn dependency(node: Node<'_>) -> ChartDependency {
    ChartDependency {
        name: word(node, "name"),
        alias: node.get("alias").and_then(Node::as_str).map(ToOwned::to_owned),
        version: word(node, "version"),
        repository: word(node, "repository"),
        repository_span: node.get("repository").map(Node::span),
        span: node.get("version").expect("a dependency has a version").span(),
        is_vendored: false,
    }
}

fn value(line: &str, streams: &[(TreePath, Arc<Stream>)]) -> UnreadValue {
    let mut words = line.split(' ');
    let path = TreePath::new(words.next().expect("a line names a file"));
    let keys: Vec<String> =
        words.next().expect("a line names keys").split('.').map(ToOwned::to_owned).collect();
    let rest: Vec<&str> = words.collect();
    let (_, stream) = streams.iter().find(|(it, _)| *it == path).expect("the file is a fence");
    let mut node = stream.document_root(0).expect("the file holds values");
    let mut key = node.span();
    for name in &keys {
        let entry = node.entry(name).expect("the values have the key");
        (node, key) = (entry.value, entry.key.span());
    }
    let wanted = rest.iter().position(|it| *it == "wants").map(|at| rest[at + 1].to_owned());
    UnreadValue {
        file: stream.file(),
        is_own: path.name() == "values.yaml",
        is_known: rest.contains(&"known"),
        wanted: wanted.into_iter().collect(),
        beside: Vec::new(),
        path,
        keys,
        key,
    }
}

fn word(node: Node<'_>, key: &str) -> String {
    node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
}
