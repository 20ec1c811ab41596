//! A password stands in an address.
//!
//! ## Why
//! Whoever may read the object reads the password: in a `ConfigMap` or in the variables
//! of a container that is everybody who may look at the namespace, and everybody who
//! sees the repository. Programs print addresses into their logs, too.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1.2.3
//!     env: [{name: DATABASE_URL, value: "postgresql://shop:hunter22@db:5432/shop"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1.2.3
//!     env:
//!       - {name: DATABASE_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
//!       - {name: DATABASE_URL, value: "postgresql://shop:$(DATABASE_PASSWORD)@db:5432/shop"}
//! ```

use std::ops::Range;

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::gitops::Source;
use crate::placeholder::{is_filled_in_later, placeholder};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "password-in-url",
        title: "A password stands in an address",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["secret.plain"],
        page: include_str!("password_in_url.rs"),
    },
    run,
};

/// Addresses of one text that are looked at.
const ADDRESSES_MAX: usize = 1000;

/// Addresses of one text that are told.
const TOLD_MAX: usize = 20;

/// Of what a container gets.
const OF_CONTAINER: &str =
    "keep the credentials in a Secret, and name them as `$(NAME)` in the URL, or keep the whole URL there";
/// Of what nothing fills in.
const OF_TEXT: &str = "keep the whole URL in a Secret";
/// Of a source of Argo CD.
const OF_ARGO: &str = "write the URL without them, and put them into a Secret with the label `argocd.argoproj.io/secret-type: repository`";
/// Of a source of Flux.
const OF_FLUX: &str = "write the URL without them, and put them into a Secret that `spec.secretRef` names";

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let title = template.object().title();
        for container in template.containers() {
            for variable in container.env() {
                let Some(value) = variable.field.key("value") else { continue };
                // A value is no file: `--db=...` is an option there.
                let found = addresses(&value).into_iter().map(|it| it.at);
                let what = format!("`{}` of {title}", variable.name().unwrap_or_default());
                tell(&what, &value, found, OF_CONTAINER, report);
            }
            for key in ["command", "args"] {
                for value in container.field.list(key) {
                    let found = addresses(&value).into_iter().map(|it| it.at);
                    tell(&format!("`{key}` of {title}"), &value, found, OF_CONTAINER, report);
                }
            }
        }
    }
    context.objects().for_each(|object| of_metadata(object, report));
    context.objects().for_each(|object| of_sources(object, report));
    for map in context.of_kind("", "ConfigMap") {
        // One long text may stand there through thousands of aliases.
        let mut seen = FxHashSet::default();
        for (key, value) in Field::root(map).key("data").iter().flat_map(Field::entries) {
            if value.node().is_alias() && !seen.insert(value.node().id()) {
                continue;
            }
            let found = addresses(&value).into_iter().filter(|it| !it.is_in_comment).map(|it| it.at);
            tell(&format!("`{key}` of {}", map.title()), &value, found, OF_TEXT, report);
        }
    }
}

/// Annotations are read by whoever may read the object.
fn of_metadata(object: &Object, report: &mut Report) {
    /// The object as it was applied before.
    const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
    let annotations = Field::root(object).keys(&["metadata", "annotations"]);
    for (key, value) in annotations.iter().flat_map(Field::entries).filter(|(key, _)| *key != APPLIED) {
        let found = addresses(&value).into_iter().map(|it| it.at);
        tell(&format!("annotation `{key}` of {}", object.title()), &value, found, OF_TEXT, report);
    }
}

/// Where Argo CD and Flux take objects from.
fn of_sources(object: &Object, report: &mut Report) {
    let is_of_flux = object.group() == "source.toolkit.fluxcd.io";
    let url = Field::root(object).keys(&["spec", "url"]).filter(|_| is_of_flux);
    let sources = Source::written(object).into_iter().filter_map(|it| it.field.key("repoURL"));
    let all = sources.map(|it| ("repoURL", it, OF_ARGO)).chain(url.map(|it| ("url", it, OF_FLUX)));
    for (what, value, help) in all {
        let found = addresses(&value).into_iter().map(|it| it.at);
        tell(&format!("`{what}` of {}", object.title()), &value, found, help, report);
    }
}

fn tell(
    what: &str,
    value: &Field<'_>,
    found: impl Iterator<Item = Range<usize>>,
    help: &str,
    report: &mut Report,
) {
    let text = value.as_str().unwrap_or_default();
    let mut told = FxHashSet::default();
    for at in found.filter(|it| told.insert(&text[it.clone()])).take(TOLD_MAX) {
        let place = value.location().part(at.start as u32..at.end as u32);
        // In words that are nobody's secret: those would be masked in it.
        let message = format!("{what} holds a URL with its credentials");
        report.add(Notice::new(&CHECK.info, place, message).help(help));
    }
}

/// Whether a text is an address that shows its password.
pub(super) fn is_address_with_password(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| is_shown(authority(rest)))
}

/// An address that shows its password.
struct Address {
    /// Its bytes, up to the end of its host.
    at: Range<usize>,
    is_in_comment: bool,
}

fn addresses(value: &Field<'_>) -> Vec<Address> {
    let text = value.as_str().unwrap_or_default();
    // Lines may be long and hold many addresses: each byte is looked at once for their starts.
    let (mut line, mut seen) = (0, 0);
    let found = text.match_indices("://").take(ADDRESSES_MAX).filter_map(|(colon, sign)| {
        line = text[seen..colon].rfind('\n').map_or(line, |it| seen + it + 1);
        seen = colon;
        let authority = authority(&text[colon + sign.len()..]);
        is_shown(authority).then(|| Address {
            at: scheme_start(&text[..colon])..colon + sign.len() + authority.len(),
            is_in_comment: is_comment(&text[line..colon]),
        })
    });
    found.collect()
}

/// Where the scheme begins that a text ends with.
fn scheme_start(before: &str) -> usize {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.');
    before.trim_end_matches(is_part).len()
}

/// Whether a line that begins so is a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['#', ';']) || line.starts_with("//") || line.starts_with("-- ")
}

/// What stands behind a scheme, up to the path.
fn authority(rest: &str) -> &str {
    let is_end =
        |it: char| it.is_whitespace() || matches!(it, '/' | '?' | '#' | '"' | '\'' | '`' | ',' | '\\');
    rest.split(is_end).next().unwrap_or_default()
}

/// Whether the password itself stands in it, and nothing that stands for one.
fn is_shown(authority: &str) -> bool {
    let Some((user_info, host)) = authority.rsplit_once('@') else { return false };
    let Some((user, password)) = user_info.split_once(':') else {
        return !host.is_empty() && is_token(user_info);
    };
    // `TOKEN:x-oauth-basic` is another way to hand a token over.
    if is_token(user) {
        return !host.is_empty();
    }
    let is_example = user == password && is_any_user(user);
    !password.is_empty() && !host.is_empty() && is_told(password) && !is_example
}

/// Whether a name is a token of a service that keeps repositories, which it takes for a
/// password as well.
fn is_token(user: &str) -> bool {
    const TOKENS: [&str; 8] = ["ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-", "gldt-", "glrt-"];
    /// Characters that make a token, behind its beginning.
    const REST_MIN: usize = 16;
    let rest = TOKENS.iter().find_map(|it| user.strip_prefix(it)).unwrap_or_default();
    let is_written = rest.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
    rest.len() >= REST_MIN && is_written && is_told(rest)
}

fn is_told(password: &str) -> bool {
    let is_sign = |it: char| matches!(it, '$' | '{' | '<' | '>' | '%' | '*' | '[' | '(');
    // `DB_PASSWORD` is the name of one.
    let is_name = password.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let is_open = placeholder(password).is_some() || is_filled_in_later(password);
    !password.contains(is_sign) && !password.contains("..") && !is_name && !is_open && !is_stand_in(password)
}

/// Whether examples write it where a password belongs.
fn is_stand_in(password: &str) -> bool {
    const WORDS: &[&str] =
        &["password", "pass", "passwd", "pwd", "secret", "changeme", "changeit", "replaceme", "example"];
    let letters: String =
        password.chars().filter(|it| !matches!(it, '-' | '_')).map(|it| it.to_ascii_lowercase()).collect();
    let is_crossed_out = letters.bytes().all(|it| it == b'x');
    is_crossed_out || letters.starts_with("your") || WORDS.contains(&letters.as_str())
}

/// Whether a name is no account's own: `user:user` is an example, `postgres:postgres` a login.
fn is_any_user(user: &str) -> bool {
    ["user", "username", "login", "name"].iter().any(|it| user.eq_ignore_ascii_case(it))
}
