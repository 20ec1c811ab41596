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

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::placeholder::is_filled_in_later;
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

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        let title = template.object().title();
        for container in template.containers() {
            for variable in container.env() {
                let Some(value) = variable.field.key("value").filter(has_password) else { continue };
                let name = variable.name().unwrap_or_default();
                report.add(notice(format!("`{name}` of {title} holds an address with its password"), &value));
            }
        }
    }
    for map in context.of_kind("", "ConfigMap") {
        for (key, value) in Field::root(map).key("data").iter().flat_map(Field::entries) {
            if has_password(&value) {
                let message = format!("`{key}` of {} holds an address with its password", map.title());
                report.add(notice(message, &value));
            }
        }
    }
}

fn notice(message: String, value: &Field<'_>) -> Notice {
    Notice::new(&CHECK.info, value.location(), message)
        .help("keep the password in a Secret, and name it as `$(NAME)` in the address, or keep the whole address there")
}

fn has_password(value: &Field<'_>) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.split("://").skip(1).take(ADDRESSES_MAX).any(|rest| password(rest).is_some_and(is_told))
}

/// The password of an address, from behind its scheme.
fn password(rest: &str) -> Option<&str> {
    let is_end =
        |it: char| it.is_whitespace() || matches!(it, '/' | '?' | '#' | '"' | '\'' | '`' | ',' | '\\');
    let authority = rest.split(is_end).next()?;
    let (user_info, host) = authority.rsplit_once('@')?;
    let (_, password) = user_info.split_once(':')?;
    (!password.is_empty() && !host.is_empty()).then_some(password)
}

/// Whether it is the password itself, and nothing that stands for one.
fn is_told(password: &str) -> bool {
    let is_sign = |it: char| matches!(it, '$' | '{' | '<' | '>' | '%' | '*' | '[' | '(');
    // `DB_PASSWORD` is the name of one, and `xxxx` nobody's.
    let is_name = password.bytes().all(|it| it.is_ascii_uppercase() || it == b'_')
        || password.bytes().all(|it| it.eq_ignore_ascii_case(&b'x'));
    !password.contains(is_sign) && !password.contains("..") && !is_name && !is_filled_in_later(password)
}
