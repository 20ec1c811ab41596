//! A Compose file against the shapes of its specification.

use seatrial_diagnostics::{Location, Notice, Severity, is_slip};
use seatrial_yaml::{Entry, Node, Value};

use super::ports;
use super::schema::{BOOLEAN, FILE, Keys, NULL, NUMBER, Shape, TEXT, Types};
use crate::checks::INVALID_COMPOSE_FILE;

/// Judges a document from its top.
pub(super) fn judge(root: Node<'_>, found: &mut Vec<Notice>) {
    Judge { path: Vec::new(), found }.node(root, &FILE);
}

struct Judge<'f> {
    /// The keys that lead to a node, for messages.
    path: Vec<String>,
    found: &'f mut Vec<Notice>,
}

impl Judge<'_> {
    fn node(&mut self, node: Node<'_>, shape: &'static Shape) {
        // What an alias stands for is judged where it is written, unless it was
        // merged in; `!reset` and its like are instructions, not values.
        if node.is_alias() || node.source_text().starts_with('!') {
            return;
        }
        match shape {
            Shape::Any => {}
            Shape::Either(shapes) => match shapes.iter().find(|it| takes(it, node)) {
                Some(shape) => self.node(node, shape),
                None => self.refuse(node, shape),
            },
            _ if !takes(shape, node) => self.refuse(node, shape),
            Shape::Scalar(_) => {}
            Shape::Word(words) => self.word(node, words),
            Shape::List(item) => self.list(node, item),
            Shape::Map(keys) => self.map(node, keys),
            Shape::Dict(value) => self.dict(node, value),
        }
    }

    fn list(&mut self, node: Node<'_>, item: &'static Shape) {
        for (at, it) in node.items().enumerate() {
            self.path.push(at.to_string());
            self.node(it, item);
            self.path.pop();
        }
    }

    fn dict(&mut self, node: Node<'_>, value: &'static Shape) {
        for entry in node.written_entries().filter(|it| it.name() != "<<" && !it.name().starts_with("x-")) {
            self.path.push(entry.name().into_owned());
            self.node(entry.value, value);
            self.path.pop();
        }
    }

    fn map(&mut self, node: Node<'_>, keys: &'static Keys) {
        for entry in node.written_entries() {
            let name = entry.name();
            if name == "<<" || name.starts_with("x-") {
                continue;
            }
            let Some((_, shape)) = keys.known.iter().find(|(key, _)| *key == name) else {
                self.unknown(&entry, keys);
                continue;
            };
            self.path.push(name.into_owned());
            self.node(entry.value, shape);
            self.special(entry.value);
            self.path.pop();
        }
        if let Some(absent) = keys.needs.iter().find(|it| node.get(it).is_none()) {
            let message = format!("`{}` has no `{absent}`", self.path.join("."));
            self.add(node, message).help =
                Some(format!("write `{absent}`: Compose refuses the file without it"));
        }
    }

    /// What no shape says: ports, tests of health, entries of `environment`.
    fn special(&mut self, node: Node<'_>) {
        match self.path.last().map(String::as_str) {
            Some("ports") => {
                for (item, text) in node.items().filter_map(|it| Some((it, it.as_str()?))) {
                    if let Some(flaw) = ports::flaw(text) {
                        let message = format!("port `{text}` cannot be read: {flaw}");
                        self.add(item, message).help =
                            Some("write `HOST:CONTAINER`, as in `\"8080:80\"`".to_owned());
                    }
                }
            }
            Some("test") if self.path.iter().rev().nth(1).is_some_and(|it| it == "healthcheck") => {
                let Some((item, word)) = node.items().next().and_then(|it| Some((it, it.as_str()?))) else {
                    return;
                };
                if !["CMD", "CMD-SHELL", "NONE"].contains(&word) && !word.contains('$') {
                    let message = format!(
                        "`{}` begins with none of `CMD`, `CMD-SHELL` and `NONE`",
                        self.path.join(".")
                    );
                    self.add(item, message).help = Some("put `CMD` before the program".to_owned());
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, node: Node<'_>, words: &[&str]) {
        let Some(text) = node.as_str().filter(|it| !words.contains(it) && !it.contains('$')) else { return };
        let choice: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
        let message =
            format!("`{}` is `{text}`, which is none of {}", self.path.join("."), choice.join(", "));
        self.add(node, message);
    }

    fn unknown(&mut self, entry: &Entry<'_>, keys: &Keys) {
        let name = entry.name();
        let place =
            if self.path.is_empty() { String::new() } else { format!(" at `{}`", self.path.join(".")) };
        let message = format!("`{name}` is no key of {}{place}", keys.title);
        let meant = keys.known.iter().map(|(key, _)| *key).find(|it| is_slip(&name, it));
        let notice = Notice::new(&INVALID_COMPOSE_FILE, Location::text(entry.key.written_span()), message)
            .because("Compose refuses a file with a key that it does not know");
        self.found.push(match meant {
            Some(meant) => notice.help(format!("write `{meant}`")),
            None => notice.severity(Severity::Warning).help(
                "take it out, move it to where it belongs, or begin it with `x-` if another program reads it",
            ),
        });
    }

    fn refuse(&mut self, node: Node<'_>, shape: &Shape) {
        let message =
            format!("`{}` is {}, and Compose wants {}", self.path.join("."), kind(node), wanted(shape));
        self.add(node, message);
    }

    fn add(&mut self, node: Node<'_>, message: String) -> &mut Notice {
        let notice = Notice::new(&INVALID_COMPOSE_FILE, Location::text(node.written_span()), message);
        self.found.push(notice.because("Compose refuses the whole file"));
        self.found.last_mut().expect("one was just added")
    }
}

/// Whether a node is of the kind that a shape begins with.
fn takes(shape: &Shape, node: Node<'_>) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Scalar(types) => type_of(node).is_some_and(|it| it & types != 0),
        Shape::Word(_) => type_of(node) == Some(TEXT),
        Shape::List(_) => node.is_sequence(),
        Shape::Map(_) | Shape::Dict(_) => node.is_mapping(),
        Shape::Either(shapes) => shapes.iter().any(|it| takes(it, node)),
    }
}

fn type_of(node: Node<'_>) -> Option<Types> {
    Some(match node.value() {
        Value::Null => NULL,
        Value::Bool(_) => BOOLEAN,
        Value::Mapping | Value::Sequence => return None,
        _ if node.as_str().is_some() => TEXT,
        _ => NUMBER,
    })
}

fn kind(node: Node<'_>) -> &'static str {
    match type_of(node) {
        Some(NULL) => "empty",
        Some(BOOLEAN) => "a boolean",
        Some(NUMBER) => "a number",
        Some(_) => "text",
        None if node.is_sequence() => "a list",
        None => "a mapping",
    }
}

fn wanted(shape: &Shape) -> String {
    let words: &[(Types, &str)] = &[(TEXT, "text"), (NUMBER, "a number"), (BOOLEAN, "a boolean")];
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Scalar(types) => {
            let named = words.iter().filter(|(it, _)| it & types != 0).map(|(_, word)| *word);
            named.collect::<Vec<_>>().join(" or ")
        }
        Shape::Word(_) => "text".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::Dict(_) => "a mapping".to_owned(),
        Shape::Either(shapes) => {
            let named = shapes.iter().map(wanted).filter(|it| !it.is_empty());
            named.collect::<Vec<_>>().join(" or ")
        }
    }
}
