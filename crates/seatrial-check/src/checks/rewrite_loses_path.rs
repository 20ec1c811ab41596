//! An Ingress rewrites whatever is asked for to one path.
//!
//! ## Why
//! ingress-nginx puts `rewrite-target` in place of the whole path, not of the part that
//! the rule names. Without a group of the rule's path in it (`$1`, `$2`) the application
//! is asked for the same path each time: the page loads, and its scripts, its styles and
//! every call of its API get the page again.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}
//! spec:
//!   ingressClassName: nginx
//!   rules:
//!     - http:
//!         paths:
//!           - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
//! spec:
//!   ingressClassName: nginx
//!   rules:
//!     - http:
//!         paths:
//!           - path: /api(/|$)(.*)
//!             pathType: ImplementationSpecific
//!             backend: {service: {name: api, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;

use crate::ingress_nginx::{annotation, paths};
use crate::placeholder::open_word;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rewrite-loses-path",
        title: "An Ingress rewrites whatever is asked for to one path",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ingress.path"],
        page: include_str!("rewrite_loses_path.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.of_kind("networking.k8s.io", "Ingress") {
        report.add_some(judge(ingress));
    }
}

fn judge(ingress: &Object) -> Option<Notice> {
    let target = annotation(ingress, "rewrite-target")?;
    let written =
        target.as_str().filter(|it| it.starts_with('/') && !has_variable(it) && open_word(it).is_none())?;
    let paths = paths(ingress);
    let wanted = last_group(written);
    // A path that is the target is passed on as it is, and one that is asked for
    // exactly may become another (`buildProxyPass`, ingress-nginx 1.12).
    let is_many = |path: &str, kind: &str| {
        path != written && matches!(kind, "Prefix" | "ImplementationSpecific") && !path.ends_with('$')
    };
    let mut losing =
        paths.iter().filter(|(_, path, kind)| is_many(path, kind) && (wanted == 0 || wanted > groups(path)));
    let (field, path, _) = losing.next()?;
    let result = without_groups(written);
    let title = ingress.title();
    let message = format!("{title} makes `{result}` of every path below `{path}`");
    let notice = Notice::new(&CHECK.info, target.location(), message).related(
        field.location(),
        Role::Cause,
        "the path that is asked for is lost here",
    );
    Some(match wanted {
        0 => notice.help(format!(
            "let the path end with `(/|$)(.*)`, with `pathType: ImplementationSpecific`, and write `{}$2`",
            with_slash(written)
        )),
        group => notice.because(format!("`${group}` stands for a group, and `{path}` has {}", groups(path))).help(
            "let the path have that group: `/api(/|$)(.*)` with `/$2`, of `pathType: ImplementationSpecific`",
        ),
    })
}

fn with_slash(target: &str) -> String {
    if target.ends_with('/') { target.to_owned() } else { format!("{target}/") }
}

/// The groups that a pattern captures.
fn groups(pattern: &str) -> usize {
    let bytes = pattern.as_bytes();
    let is_group = |at: &usize| {
        let Some(behind) = pattern.get(*at..) else { return false };
        let is_named = behind.starts_with("(?P<")
            || behind.starts_with("(?<") && !behind.starts_with("(?<=") && !behind.starts_with("(?<!");
        let captures = is_named || !behind.starts_with("(?");
        bytes[*at] == b'(' && captures && (*at == 0 || bytes[at - 1] != b'\\')
    };
    (0..bytes.len()).filter(is_group).count()
}

/// Whether a target holds a variable of nginx or of a template: `$request_uri`, `${A}`.
fn has_variable(target: &str) -> bool {
    target.contains("{{")
        || target
            .split('$')
            .skip(1)
            .any(|it| it.starts_with(|it: char| it.is_ascii_alphabetic() || it == '{'))
}

/// The highest group that a target refers to; none is 0.
fn last_group(target: &str) -> usize {
    let digits = target.split('$').skip(1).filter_map(|it| it.chars().next()?.to_digit(10));
    digits.max().map_or(0, |it| it as usize)
}

/// What is left of a target where its groups are empty.
fn without_groups(target: &str) -> String {
    let mut parts = target.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + part.trim_start_matches(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{groups, last_group, without_groups};

    #[test]
    fn groups_are_counted() {
        assert_eq!(
            [groups("/api"), groups("/api(/|$)(.*)"), groups("/a(?:b)(c)"), groups("/a\\(b")],
            [0, 2, 1, 0]
        );
        assert_eq!([last_group("/"), last_group("/$2"), last_group("/$1/$3$")], [0, 2, 3]);
        assert_eq!([without_groups("/a/$1"), without_groups("/$2x")], ["/a/", "/x"]);
    }
}
