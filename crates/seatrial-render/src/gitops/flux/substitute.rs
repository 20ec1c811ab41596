//! The variables of a Kustomization, and what they leave open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use seatrial_diagnostics::{Location, Notice};
use seatrial_kustomize::{Content, Node as Value};
use seatrial_source::{SourceMap, Span};
use seatrial_yaml::Node;

use super::super::Deliverer;
use super::super::envsubst::{self, Expansion, Fault};
use super::sources::Found;
use super::{Call, word};
use crate::checks::{INVALID_SUBSTITUTION, UNSET_VARIABLE};
use crate::kustomizations::Built;

/// Of more notices about one Kustomization only the first are kept.
const NOTICES_MAX: usize = 100;
const DEPTH_MAX: usize = 200;
/// Of more variables only the first are named.
const NAMES_MAX: usize = 5;
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// What is filled in behind a build.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// None where it is set, and nobody is to see what to.
    known: Arc<BTreeMap<String, Option<String>>>,
    /// Where there may be more that is not known here: `Secret a`.
    open: Arc<Vec<String>>,
}

impl Variables {
    /// The text of an object with what is known filled in; what is not stays
    /// as it is written, and so does a text that Flux refuses.
    pub(super) fn fill_in(&self, text: &str) -> String {
        if !text.contains('$') || text.contains(&format!("{SWITCH}: disabled")) {
            return text.to_owned();
        }
        self.expand(text).map_or_else(|_| text.to_owned(), |made| made.text)
    }

    /// What stays as it is written in the objects of a build, in words.
    pub(super) fn unfilled(&self, built: &Built) -> Option<String> {
        let text = built.made.as_ref()?.text();
        let left = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let hidden: BTreeSet<&str> = left.filter(|it| self.known.get(*it) == Some(&None)).collect();
        let hidden: Vec<String> =
            hidden.into_iter().take(NAMES_MAX).map(|name| format!("`${{{name}}}`")).collect();
        let reason = if !hidden.is_empty() {
            format!("{} stand for values of Secrets", hidden.join(", "))
        } else if !self.open.is_empty() && text.contains("${") {
            format!(
                "variables of {}, which are not known here, stay as they are written",
                self.open.join(", ")
            )
        } else {
            return None;
        };
        Some(reason)
    }

    fn expand(&self, text: &str) -> Result<Expansion, Fault> {
        envsubst::expand(text, &|name| match self.known.get(name) {
            Some(Some(value)) => Some(value.clone()),
            Some(None) => Some(format!("${{{name}}}")),
            None if !self.open.is_empty() => Some(format!("${{{name}}}")),
            None => None,
        })
        .map(|made| if made.unset.is_empty() { made } else { keep_unset(made, text) })
    }
}

/// Puts variables without a value back as they were written.
fn keep_unset(made: Expansion, text: &str) -> Expansion {
    let mut kept = String::with_capacity(made.text.len());
    for piece in &made.pieces {
        let is_unset = made.unset.iter().any(|(_, at)| piece.source.contains(&at.start));
        let part = if is_unset { &text[piece.source.clone()] } else { &made.text[piece.made.clone()] };
        kept.push_str(part);
    }
    Expansion { text: kept, ..made }
}

impl Deliverer<'_> {
    /// The variables of a Kustomization; none where nothing is filled in.
    pub(super) fn variables(&mut self, call: &Call<'_>) -> Option<Variables> {
        let post_build = call.spec.get("postBuild")?;
        let mut known = BTreeMap::new();
        let mut open = Vec::new();
        for from in post_build.get("substituteFrom").into_iter().flat_map(Node::items) {
            let is_optional = from.get("optional").and_then(Node::as_bool) == Some(true);
            match self.map_of(call, from) {
                Some(pairs) => known.extend(pairs),
                None if is_optional && word(from, "kind") != Some("Secret") => {}
                None => open.push(format!(
                    "{} {}",
                    word(from, "kind").unwrap_or_default(),
                    word(from, "name").unwrap_or_default()
                )),
            }
        }
        for entry in post_build.get("substitute").into_iter().flat_map(Node::entries) {
            if let Some(value) = entry.value.scalar_text() {
                // What another Kustomization has to fill in is not known either.
                let value = value.replace('\n', "");
                known.insert(entry.name().into_owned(), Some(value));
            }
        }
        let is_always = word(post_build, "substituteStrategy") == Some("Always");
        let is_used = !open.is_empty() || is_always || !known.is_empty();
        is_used.then(|| Variables { known: Arc::new(known), open: Arc::new(open) })
    }

    /// The pairs of a map in the tree. Of a Secret only the keys are looked at,
    /// which are there also where its values are encrypted.
    fn map_of(&mut self, call: &Call<'_>, from: Node<'_>) -> Option<Vec<(String, Option<String>)>> {
        let (kind, name) = (word(from, "kind")?, word(from, "name")?);
        let Found::One(object) = self.flux_sources().find(&call.found.file, kind, call.namespace, name)
        else {
            return None;
        };
        let root = object.source.stream.node(object.source.root);
        let entries = |section| root.get(section).into_iter().flat_map(Node::entries);
        if kind == "Secret" {
            let keys = entries("data").chain(entries("stringData"));
            return Some(keys.map(|it| (it.name().into_owned(), None)).collect());
        }
        let pairs = entries("data");
        Some(
            pairs
                .filter_map(|it| Some((it.name().into_owned(), Some(it.value.as_str()?.replace('\n', "")))))
                .collect(),
        )
    }
}

/// What is wrong with the variables in the objects of a build.
pub(super) fn notices(built: &Built, variables: &Variables, title: &str, sources: &SourceMap) -> Vec<Notice> {
    let mut teller = Teller { built, variables, title, sources, notices: Vec::new() };
    for resource in &built.build.resources {
        let marked = |section: &str| resource.node.text_at(&["metadata", section, SWITCH]) == "disabled";
        if !marked("labels") && !marked("annotations") {
            teller.look(&resource.node, 0);
        }
    }
    teller.notices
}

struct Teller<'t> {
    built: &'t Built,
    variables: &'t Variables,
    title: &'t str,
    sources: &'t SourceMap,
    notices: Vec<Notice>,
}

impl Teller<'_> {
    fn look(&mut self, node: &Value, depth: usize) {
        if depth > DEPTH_MAX || self.notices.len() >= NOTICES_MAX {
            return;
        }
        match &node.content {
            Content::Scalar(scalar) if scalar.text.contains("${") => self.scalar(node, &scalar.text),
            Content::Scalar(_) => {}
            Content::Map(entries) => entries.iter().for_each(|(_, it)| self.look(it, depth + 1)),
            Content::List(items) => items.iter().for_each(|it| self.look(it, depth + 1)),
        }
    }

    fn scalar(&mut self, node: &Value, text: &str) {
        let Some(origin) = self.built.build.origins.get(node.origin) else { return };
        match self.variables.expand(text) {
            Err(fault) => {
                let shown: String =
                    text[fault.at..].chars().take_while(|it| !it.is_whitespace()).take(40).collect();
                let at = self.within(origin.span, &shown);
                self.notices.push(invalid(&shown, fault.message, at));
            }
            Ok(made) => {
                for (name, place) in made.unset {
                    let at = self.within(origin.span, &text[place]);
                    let notice = unset(&name, self.title, at);
                    if !self.notices.iter().any(|it| it.at == notice.at && it.message == notice.message) {
                        self.notices.push(notice);
                    }
                }
            }
        }
    }

    /// The part of a place that holds a text as it is written, else all of it.
    fn within(&self, span: Span, text: &str) -> Span {
        let whole = self.sources.text(span);
        match whole.find(text).filter(|_| !text.is_empty()) {
            Some(at) => {
                let start = span.start + at as u32;
                Span::new(span.file, start, start + text.len() as u32)
            }
            None => Span::new(span.file, span.start, span.start + first_line(whole) as u32),
        }
    }
}

fn first_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

fn invalid(shown: &str, message: &str, at: Span) -> Notice {
    let text = format!("Flux cannot read the variable `{shown}`");
    Notice::new(&INVALID_SUBSTITUTION, Location::text(at), text)
        .because(format!("post build failed: {message}"))
        .help("write `$${` for what is no variable of Flux, or annotate the object with `kustomize.toolkit.fluxcd.io/substitute: disabled`")
}

fn unset(name: &str, title: &str, at: Span) -> Notice {
    let text = format!("{title} gives the variable `{name}` no value");
    Notice::new(&UNSET_VARIABLE, Location::text(at), text)
        .because("Flux refuses the build where substitutions are strict, as they are by default in newer versions; else the text is empty")
        .help(format!("add `{name}` under `postBuild.substitute`, give a default (`${{{name}:=...}}`), or write `$${{{name}}}` for the text itself"))
}
