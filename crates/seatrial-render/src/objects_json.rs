//! Rendered objects with the places that each of their fields comes from, as JSON.

use std::fmt::Write;

use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, PathStep, parse};

/// Nesting that is looked into.
const DEPTH_MAX: usize = 100;

/// One JSON document: `{"objects": [{"object": ..., "origins": {field: place}}]}`.
/// Each text is what is printed, masked perhaps, with the places of its lines.
pub fn objects_json(printed: &[(&str, &[Vec<Span>])], sources: &SourceMap) -> String {
    let mut all = String::from("{\n  \"objects\": [");
    let mut is_first = true;
    for (text, lines) in printed {
        add_objects(&mut all, &mut is_first, text, lines, sources);
    }
    all.push_str("\n  ]\n}\n");
    all
}

fn add_objects(all: &mut String, is_first: &mut bool, text: &str, lines: &[Vec<Span>], sources: &SourceMap) {
    let breaks: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    for root in stream.roots().filter(|it| it.is_mapping()) {
        let mut origins = Vec::new();
        let mut walk = Walk { breaks: &breaks, lines, sources, origins: &mut origins };
        walk.node(root, &FieldPath::root(), DEPTH_MAX);
        all.push_str(if *is_first { "\n" } else { ",\n" });
        *is_first = false;
        let _ = write!(all, "    {{\"object\": {}, \"origins\": {{", root.to_json());
        for (at, (field, place)) in origins.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let _ = write!(all, "{comma}{}: {place}", quoted(field));
        }
        all.push_str("}}");
    }
}

struct Walk<'a> {
    /// Where the lines of the text end.
    breaks: &'a [u32],
    lines: &'a [Vec<Span>],
    sources: &'a SourceMap,
    origins: &'a mut Vec<(String, String)>,
}

impl Walk<'_> {
    fn node(&mut self, node: Node<'_>, path: &FieldPath, depth: usize) {
        if depth == 0 || node.is_alias() {
            return;
        }
        let step = |step: PathStep| {
            let mut path = path.clone();
            path.push(step);
            path
        };
        if node.is_sequence() {
            for (at, item) in node.items().enumerate() {
                self.node(item, &step(PathStep::Index(at as u32)), depth - 1);
            }
        } else if node.is_mapping() {
            for entry in node.written_entries() {
                self.node(entry.value, &step(PathStep::Key(entry.name().as_ref().into())), depth - 1);
            }
        } else {
            let start = node.span().start;
            let line = self.breaks.partition_point(|it| *it < start);
            let places: Vec<String> =
                self.lines.get(line).into_iter().flatten().map(|it| self.place(*it)).collect();
            self.origins.push((path.to_string(), format!("[{}]", places.join(", "))));
        }
    }

    fn place(&self, span: Span) -> String {
        let (start, _) = self.sources.positions(span);
        let path = quoted(self.sources.file(span.file).path().as_str());
        format!("{{\"path\": {path}, \"line\": {}, \"column\": {}}}", start.line, start.column)
    }
}

fn quoted(text: &str) -> String {
    let mut all = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            it if it < ' ' => {
                let _ = write!(all, "\\u{:04x}", it as u32);
            }
            it => all.push(it),
        }
    }
    all.push('"');
    all
}
