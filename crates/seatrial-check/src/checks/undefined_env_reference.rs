//! A variable refers to one that is not defined.
//!
//! ## Why
//! The kubelet replaces `$(NAME)` in values, commands and arguments by a variable of
//! the same container that is defined *before* it, or by one that `envFrom` brings.
//! Where there is none, the text stays as it is, and the process gets a literal
//! `$(NAME)`. Where it is not known what `envFrom` brings, only slips of the keyboard
//! are told. Names under `vars` of a kustomization are left to it.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     env:
//!       - {name: REDIS_URL, value: "redis://redis"}
//!       - {name: CACHE_URL, value: "$(REDUS_URL)/1"}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     env:
//!       - {name: REDIS_URL, value: "redis://redis"}
//!       - {name: CACHE_URL, value: "$(REDIS_URL)/1"}
//! ```

use std::cell::LazyCell;
use std::ops::Range;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness, slips};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::env_sources::{Brought, EnvSources};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "undefined-env-reference",
        title: "A variable refers to one that is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["env.reference"],
        page: include_str!("undefined_env_reference.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let kustomizations = &context.world().repository.facts.kustomizations;
    let variables = || kustomizations.iter().flat_map(|it| &it.variables).map(String::as_str);
    let put_in: LazyCell<FxHashSet<&str>, _> = LazyCell::new(|| variables().collect());
    let is_put_in = |name: &str| put_in.contains(name);
    for template in context.pod_templates() {
        let sources = EnvSources::of(context, &template);
        for container in template.containers() {
            let brought = sources.brought_to(&container);
            of_container(&template, &container, (&brought, &is_put_in), report);
        }
    }
}

struct Variable<'a> {
    name: &'a str,
    field: Field<'a>,
}

fn of_container(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    (brought, is_put_in): (&Brought, &dyn Fn(&str) -> bool),
    report: &mut Report,
) {
    let variables: Vec<Variable<'_>> = container
        .env()
        .filter_map(|it| Some(Variable { name: it.name()?, field: it.field.clone() }))
        .collect();
    for (place, variable) in variables.iter().enumerate() {
        if let Some(value) = variable.field.key("value") {
            let (before, after) = variables.split_at(place);
            let seen = Seen { before, after, brought, is_put_in };
            report_in(template, &value, &seen, report);
        }
    }
    for list in ["command", "args"] {
        for text in container.field.list(list) {
            let seen = Seen { before: &variables, after: &[], brought, is_put_in };
            report_in(template, &text, &seen, report);
        }
    }
}

/// The variables as one place of a container sees them.
struct Seen<'s, 'a> {
    before: &'s [Variable<'a>],
    after: &'s [Variable<'a>],
    brought: &'s Brought,
    /// Whether a kustomization puts something in for a name.
    is_put_in: &'s dyn Fn(&str) -> bool,
}

impl<'s> Seen<'s, '_> {
    fn has(&self, name: &str) -> bool {
        self.names().any(|it| it == name)
    }

    fn names(&self) -> impl Iterator<Item = &'s str> {
        self.before.iter().map(|it| it.name).chain(self.brought.names.iter().map(String::as_str))
    }
}

fn report_in(template: &PodTemplate<'_>, text: &Field<'_>, seen: &Seen<'_, '_>, report: &mut Report) {
    for (name, range) in references(text.as_str().unwrap_or_default()) {
        if seen.has(name) || is_brought_by_services(name) || (seen.is_put_in)(name) {
            continue;
        }
        let title = template.object().title();
        let later = seen.after.iter().find(|it| it.name == name);
        let near = meant(name, seen.names()).or_else(|| seen.names().find(|it| is_one_letter_off(name, it)));
        if !seen.brought.is_known && later.is_none() && near.is_none() {
            continue;
        }
        let state = if later.is_some() { "is defined after it" } else { "is not defined" };
        let message = format!("{title} refers to $({name}), which {state}");
        let notice = Notice::new(&CHECK.info, text.location().part(range), message);
        report.add(match (later, near) {
            (Some(later), _) => notice.help(format!("move {name} before it")).related(
                later.field.location(),
                Role::Definition,
                "defined here",
            ),
            (None, Some(near)) => notice.help(format!("refer to $({near})")),
            (None, None) => {
                notice.help(format!("define {name} before it, or write $$({name}) for the text itself"))
            }
        });
    }
}

/// Whether one letter differs, in a word where that makes no other word: what is
/// referred to is not there, so that less is needed than for a name that is.
fn is_one_letter_off(one: &str, other: &str) -> bool {
    const LETTERS_MIN: usize = 5;
    let (mine, theirs): (Vec<&str>, Vec<&str>) = (one.split('_').collect(), other.split('_').collect());
    let mut differing = mine.iter().zip(&theirs).filter(|(a, b)| a != b);
    let Some((a, b)) = differing.next().filter(|_| mine.len() == theirs.len()) else { return false };
    let is_word = |it: &str| it.len() >= LETTERS_MIN && it.bytes().all(|it| it.is_ascii_alphabetic());
    differing.next().is_none() && is_word(a) && is_word(b) && a[..1] == b[..1] && slips(a, b, 1).is_some()
}

/// The names in `$(NAME)`, with where they stand; `$$` is a plain dollar.
/// Lower-case ones are left to shells, which call them.
fn references(text: &str) -> Vec<(&str, Range<u32>)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text[at..].find('$').map(|it| it + at) {
        at = dollar + 2;
        if bytes.get(dollar + 1) == Some(&b'(') {
            let rest = &text[at..];
            let name = rest.split_once(')').map_or("", |(name, _)| name);
            if is_variable(name) {
                found.push((name, dollar as u32..(at + name.len() + 1) as u32));
            }
        } else if bytes.get(dollar + 1) != Some(&b'$') {
            at = dollar + 1;
        }
        if at >= text.len() {
            break;
        }
    }
    found
}

fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|it: char| it.is_ascii_uppercase() || it == '_')
        && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
}

/// Whether it may be one of the variables that stand for Services.
fn is_brought_by_services(name: &str) -> bool {
    name.starts_with("KUBERNETES_")
        || name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
}
