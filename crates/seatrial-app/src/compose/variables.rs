//! The variables that services set: one that only one sets, and that differs by
//! a slip from one that others set.

use std::borrow::Cow;
use std::collections::BTreeMap;

use seatrial_diagnostics::{Location, Notice, Role, is_slip, name_words};
use seatrial_source::Span;
use seatrial_yaml::Node;

use super::{ComposeFile, Service};
use crate::checks::MISTYPED_COMPOSE_VARIABLE;

/// One service that sets a variable may be the one that is wrong.
const SERVICES_MIN: usize = 2;
/// More names than this are not compared.
const VARIABLES_MAX: usize = 4000;

/// How often each variable is set, and where for the first time.
#[derive(Debug)]
pub(super) struct Variables {
    set: BTreeMap<String, (usize, Span)>,
}

impl Variables {
    pub(super) fn of(files: &[ComposeFile<'_>]) -> Self {
        let mut set: BTreeMap<String, (usize, Span)> = BTreeMap::new();
        for (name, at) in files.iter().flat_map(ComposeFile::services).flat_map(|it| variables(&it)) {
            set.entry(name.into_owned()).or_insert((0, at)).0 += 1;
        }
        Self { set }
    }

    /// The variables that several services set, as long as they are so few that
    /// comparing with each is no work.
    fn known(&self) -> impl Iterator<Item = (&str, Span)> {
        let several = self.set.iter().filter(|(_, (count, _))| *count >= SERVICES_MIN);
        several.filter(|_| self.set.len() <= VARIABLES_MAX).map(|(name, (_, span))| (name.as_str(), *span))
    }

    pub(super) fn judge(&self, file: &ComposeFile<'_>, found: &mut Vec<Notice>) {
        for service in file.services() {
            let own = variables(&service);
            let is_own = |name: &str| own.iter().any(|it| it.0 == name);
            for (name, at) in own.iter().filter(|it| self.set[it.0.as_ref()].0 == 1) {
                let meant = self
                    .known()
                    .find(|(known, _)| is_slip(name, known) && !is_plural(name, known) && !is_own(known));
                found.extend(meant.map(|(known, span)| notice(&service, name, *at, known, span)));
            }
        }
    }
}

/// The variables of a service by name, each with where the name is written: what
/// follows it may be a password.
fn variables<'a>(service: &Service<'a>) -> Vec<(Cow<'a, str>, Span)> {
    let Some(node) = service.node.get("environment") else { return Vec::new() };
    let found: Vec<(Cow<'a, str>, Span)> = if node.is_mapping() {
        node.entries().map(|it| (it.name(), it.key.written_span())).collect()
    } else {
        node.items().filter_map(of_item).collect()
    };
    found.into_iter().filter(|(name, _)| is_name(name)).collect()
}

/// The name in `NAME=value`.
fn of_item(item: Node<'_>) -> Option<(Cow<'_, str>, Span)> {
    let name = item.as_str()?.split('=').next()?;
    Some((Cow::Borrowed(name), item.part_span(0..name.len())?))
}

/// Whether a text is a name alone: of `NAME: value` in a list nothing is told.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'))
}

/// Whether one of two names has an `S` at the end of a word that the other lacks:
/// `HOST` and `HOSTS`, `HTTP_PORT` and `HTTPS_PORT` are both names.
fn is_plural(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let mut differing = name_words(short).zip(name_words(long)).filter(|(a, b)| a != b);
    let adds = |(a, b): (&str, &str)| {
        let is_http = a.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("http"));
        let added = if is_http && a.get(..4) == b.get(..4) { b[4..].strip_prefix(['S', 's']) } else { None };
        let at_end = b.strip_suffix(['S', 's']) == Some(a) && !a.ends_with(['S', 's']);
        at_end || added.is_some_and(|rest| rest == &a[4..])
    };
    differing.next().is_some_and(adds) && differing.next().is_none()
}

fn notice(service: &Service<'_>, name: &str, at: Span, meant: &str, span: Span) -> Notice {
    let message = format!("service {} sets `{name}`, and others set `{meant}`", service.name);
    Notice::new(&MISTYPED_COMPOSE_VARIABLE, Location::text(at), message)
        .because("a program ignores a variable that it does not know")
        .help(format!("write `{meant}`, if that is what the program reads"))
        .related(Location::text(span), Role::Reference, format!("`{meant}` is set here"))
}
