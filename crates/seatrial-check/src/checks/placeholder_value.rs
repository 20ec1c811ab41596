//! An object holds a word that somebody was to replace.
//!
//! ## Why
//! `changeme`, `REPLACE_ME` or `<your-domain>` was written so that whoever deploys puts
//! something there. It reaches the cluster as it stands: the API server replaces nothing,
//! and the application talks to a host or reads a path of that name. A host of
//! `example.com` is told as a note.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: shop}
//! data: {BUCKET: REPLACE_ME}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: shop}
//! data: {BUCKET: shop-uploads}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::{Object, UnitKind};
use seatrial_yaml::{FieldPath, Node, PathStep};

use crate::placeholder::{Tokens, is_stand_in, token};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "placeholder-value",
        title: "An object holds a word that somebody was to replace",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["template.placeholder"],
        page: include_str!("placeholder_value.rs"),
    },
    run,
};

/// Nesting that is looked into.
const DEPTH_MAX: usize = 24;
/// More of one object are not listed.
const FOUND_MAX: usize = 16;

fn run(context: &Context<'_>, report: &mut Report) {
    // A token that a program puts something in for is told where it stands first.
    let mut tokens: Tokens<'_> = Tokens::default();
    for object in context.objects().filter(|it| is_judged(it)) {
        let is_of_chart = context.world().repository.unit(object.unit()).kind == UnitKind::Helm;
        let mut search = Search { object, is_of_chart, path: FieldPath::root(), found: Vec::new() };
        search.below(object.root(), DEPTH_MAX);
        for (text, notice) in search.found {
            match token(text) {
                Some(token) => tokens.add(token, || notice),
                None => report.add(notice),
            }
        }
    }
    tokens.told("fields").for_each(|it| report.add(it));
}

/// Secrets have a check of their own, and definitions and policies tell of others.
fn is_judged(object: &Object) -> bool {
    let is_told_elsewhere = object.is("", "Secret");
    let is_about_others = matches!(object.kind(), "CustomResourceDefinition" | "ConstraintTemplate")
        || object.group().ends_with("kyverno.io")
        || object.group().ends_with("cluster.x-k8s.io");
    !is_told_elsewhere && !is_about_others
}

struct Search<'a> {
    object: &'a Object,
    is_of_chart: bool,
    path: FieldPath,
    /// With the texts that they are about.
    found: Vec<(&'a str, Notice)>,
}

impl<'a> Search<'a> {
    fn below(&mut self, node: Node<'a>, depth: usize) {
        if depth == 0 || self.found.len() >= FOUND_MAX || node.is_alias() {
            return;
        }
        for entry in node.written_entries() {
            self.path.push(PathStep::Key(entry.name().as_ref().into()));
            self.below(entry.value, depth - 1);
            self.path.pop();
        }
        for (at, item) in node.items().enumerate() {
            self.path.push(PathStep::Index(at as u32));
            self.below(item, depth - 1);
            self.path.pop();
        }
        if let Some(text) = node.as_str() {
            self.scalar(text);
        }
    }

    fn scalar(&mut self, text: &'a str) {
        let at = || Location::Field {
            unit: self.object.unit(),
            object: self.object.id(),
            path: self.path.clone(),
            part: None,
        };
        let (path, title) = (&self.path, self.object.title());
        if is_stand_in(text) && !self.is_told_elsewhere() {
            let message = format!("`{path}` of {title} is `{text}`, which somebody was to replace");
            let help = "write what is meant, or give it when this is deployed";
            self.found.push((text, Notice::new(&CHECK.info, at(), message).help(help)));
        } else if self.is_of_chart && is_example(text) && self.is_host() {
            let message = format!("`{path}` of {title} is `{text}`, a host that is kept for examples");
            let notice = Notice::new(&CHECK.info, at(), message).severity(Severity::Info);
            self.found.push((text, notice.help("give the host that the application is reached at")));
        }
    }

    /// Whether the field is one that `unsubstituted-variable` speaks of.
    fn is_told_elsewhere(&self) -> bool {
        let [.., last] = self.path.steps() else { return true };
        let is = |name: &str| matches!(last, PathStep::Key(key) if key == name);
        is("image") || is("name") || is("namespace") || is("description") || self.is_host()
    }

    fn is_host(&self) -> bool {
        let is_kind = matches!(self.object.kind(), "Ingress" | "Gateway" | "HTTPRoute" | "VirtualService");
        let is_list =
            |it: &PathStep| matches!(it, PathStep::Key(key) if key == "hostnames" || key == "hosts");
        let steps = self.path.steps();
        let is_field = matches!(steps.last(), Some(PathStep::Key(key)) if key == "host" || key == "hostname");
        is_kind && (is_field || steps.len() > 1 && is_list(&steps[steps.len() - 2]))
    }
}

fn is_example(host: &str) -> bool {
    let host = host.strip_prefix("*.").unwrap_or(host);
    let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    ["example.com", "example.org", "example.net", "chart-example.local"].into_iter().any(is_of)
}
