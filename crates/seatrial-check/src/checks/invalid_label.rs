//! A label or an annotation is refused.
//!
//! ## Why
//! Labels and annotations are strings. `version: 1.0` and `scrape: true` are a number
//! and a boolean, and the API server cannot decode them; `on: x` is a label called
//! `true`. Keys have a grammar, and
//! labels' values as well: at most 63 letters, digits, `-`, `_` and `.`, with a letter
//! or digit at both ends.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web, labels: {team: shop floor}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web, labels: {team: shop-floor}, annotations: {example.com/team: shop floor}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Location, Notice, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Workload};
use seatrial_model::{Field, is_namespaced};
use smol_str::SmolStr;

use crate::names::{Flaw, key_flaw, value_flaw};
use crate::placeholder::is_filled_in_later;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-label",
        title: "A label or an annotation is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["schema.label", "schema.wrong-type"],
        page: include_str!("invalid_label.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let root = Field::root(object);
        if is_namespaced(object.group(), object.kind()).is_none() {
            continue;
        }
        of_metadata(&root, report);
        if let Some(template) = PodTemplate::of(object).filter(|it| !it.field.path().is_empty()) {
            of_metadata(&template.field, report);
        }
        let selector = Workload::of(object).and_then(|it| it.spec()?.keys(&["selector", "matchLabels"]));
        let service = root.keys(&["spec", "selector"]).filter(|_| object.is("", "Service"));
        for labels in selector.into_iter().chain(service) {
            of_list(&labels, "selector", report);
        }
    }
}

fn of_metadata(field: &Field<'_>, report: &mut Report) {
    for (list, what) in [("labels", "label"), ("annotations", "annotation")] {
        if let Some(list) = field.keys(&["metadata", list]) {
            of_list(&list, what, report);
        }
    }
}

fn of_list(list: &Field<'_>, what: &'static str, report: &mut Report) {
    let keys = list.node().entries().map(|it| it.key);
    for ((name, field), key) in list.entries().zip(keys) {
        if is_filled_in_later(&name) {
            continue;
        }
        // `on` and `n` are booleans, which are called otherwise.
        let written = key.scalar_text().filter(|it| key.as_str().is_none() && **it != *name);
        let pair = Pair { what, written: written.as_deref(), name, field };
        report.add_some(pair.of_key().or_else(|| pair.of_value()).or_else(|| pair.of_written()));
    }
}

fn notice(at: Location, message: String) -> Notice {
    Notice::new(&CHECK.info, at, message)
}

/// A key with its value.
struct Pair<'a, 'w> {
    /// `label`, `annotation` or `selector`
    what: &'static str,
    /// The key as the API server gets it.
    name: SmolStr,
    /// The key as it is written, where YAML makes something else of it.
    written: Option<&'w str>,
    field: Field<'a>,
}

impl Pair<'_, '_> {
    /// `label app of Deployment web`, by the key that a person wrote.
    fn title(&self, part: &str) -> String {
        let name = self.written.unwrap_or(&self.name);
        format!("{}{part} {name} of {}", self.what, self.field.object().title())
    }

    /// The place of the key.
    fn key(&self) -> Location {
        self.field.location().key()
    }

    fn of_key(&self) -> Option<Notice> {
        let flaw = key_flaw(&self.name, self.what == "annotation")?;
        let title = self.title(" key");
        Some(match flaw {
            Flaw::TooLong(longest) => {
                let message = format!("{title} is longer than {longest} characters");
                notice(self.key(), message).help("shorten it")
            }
            Flaw::Letters => notice(self.key(), format!("{title} is refused"))
                .help("use letters, digits, `-`, `_` and `.`, and at most one `/` after a DNS name"),
        })
    }

    /// What a key is called that is no string, with a value that is one.
    fn of_written(&self) -> Option<Notice> {
        let written = self.written?;
        let message = format!("{} becomes `{}`", self.title(" key"), self.name);
        let change = Change::Rename { at: self.field.location(), name: written.to_owned() };
        Some(
            notice(self.key(), message)
                .severity(Severity::Warning)
                .because(self.reading(written))
                .help(format!("quote it: \"{written}\""))
                .change(change),
        )
    }

    fn reading(&self, written: &str) -> String {
        format!("YAML reads the key `{written}` as {}", self.name)
    }

    fn of_value(&self) -> Option<Notice> {
        let node = self.field.node();
        // Null is an empty string.
        if node.is_null() {
            return None;
        }
        let Some(value) = node.as_str() else { return Some(self.of_type()) };
        if self.what == "annotation" || is_filled_in_later(value) {
            return None;
        }
        let at = self.field.location();
        Some(match value_flaw(value)? {
            Flaw::TooLong(longest) => {
                let message = format!("the value of {} is longer than {longest} characters", self.title(""));
                let help = match self.what {
                    "label" => "shorten it, or make it an annotation",
                    _ => "shorten it",
                };
                notice(at, message).help(help)
            }
            Flaw::Letters => {
                let message = format!("{} has the value {value:?}, which is refused", self.title(""));
                let help = "use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
                notice(at, message).help(help)
            }
        })
    }

    /// About a value that is no string.
    fn of_type(&self) -> Notice {
        let (node, at) = (self.field.node(), self.field.location());
        let mut found = notice(at.clone(), format!("{} is not a string", self.title("")));
        if self.what == "label" && self.field.object().group().ends_with(".toolkit.fluxcd.io") {
            // Which object applies it need not stand in the tree.
            let what_flux_does = "Flux, which surely applies it, puts its own labels in the place of all";
            found = found.severity(Severity::Warning).because(what_flux_does);
        }
        let Some(text) = node.scalar_text() else {
            return self.of_selector(&at).unwrap_or_else(|| found.help("write a string"));
        };
        let found = found.because(match node.as_bool() {
            Some(value) => format!("YAML reads `{text}` as {value}"),
            None => format!("YAML reads `{text}` as a number or a date"),
        });
        match self.written {
            // With quotes around the value alone, the key would be another.
            Some(written) => {
                found.because(self.reading(written)).help(format!("quote both: \"{written}\": \"{text}\""))
            }
            None => found
                .help(format!("quote it: \"{text}\""))
                .change(Change::Set { at, content: Content::Text(text.into_owned()) }),
        }
    }

    /// About the selector of a workload in a Service.
    fn of_selector(&self, at: &Location) -> Option<Notice> {
        let is_meant =
            self.what == "selector" && matches!(self.name.as_str(), "matchLabels" | "matchExpressions");
        let title = self.field.object().title();
        let message =
            format!("the selector of {title} has `{}`, which only those of workloads have", self.name);
        is_meant.then(|| notice(at.clone(), message).help("write the labels right below `selector`"))
    }
}
