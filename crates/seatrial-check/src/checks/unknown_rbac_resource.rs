//! A role names a resource that its API group does not have.
//!
//! ## Why
//! A role is accepted with whatever words stand in it. A rule for `deployments` in
//! the core group, for `pod` or for `Ingresses` allows nothing: the API server asks
//! for the plural in lower case and for the group it is served in, and whoever has
//! the role is answered `forbidden`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: deployer}
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, deployments]
//!     verbs: [get, list, patch]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: deployer}
//! rules:
//!   - apiGroups: ["", apps]
//!     resources: [pods, deployments]
//!     verbs: [get, list, patch]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness, slips};
use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;
use crate::rbac::{Plurals, Rule, base, is_aggregated, is_role, is_whole, known, resource, rules};
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-rbac-resource",
        title: "A role names a resource that its API group does not have",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["rbac.resource"],
        page: include_str!("unknown_rbac_resource.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it) && !is_aggregated(it)) {
        for rule in rules(role) {
            let mut told = FxHashSet::default();
            for field in rule.resources() {
                let Some(written) = field.as_str().filter(|it| !it.contains('*')) else { continue };
                if !is_filled_in_later(written) && told.insert(base(written)) {
                    report.add_some(judge(context.plurals(), role, &rule, &field, written));
                }
            }
        }
    }
}

/// What a resource was probably meant to be.
struct Meant {
    name: String,
    /// The group, where it is another than those of the rule.
    group: Option<&'static str>,
}

fn judge(
    plurals: &Plurals<'_>,
    role: &Object,
    rule: &Rule<'_>,
    field: &Field<'_>,
    written: &str,
) -> Option<Notice> {
    let groups: Vec<&str> = rule.groups().collect();
    let name = base(written);
    if groups.is_empty() || groups.contains(&"*") || groups.iter().any(|it| resource(it, name).is_some()) {
        return None;
    }
    let meant = if groups.iter().all(|it| is_whole(it)) {
        of_built_in(&groups, name)
    } else {
        of_custom(plurals, &groups, name)
    }?;
    // What was once in `extensions` is named there for old clusters, too.
    let is_kept =
        groups == ["extensions"] && meant.group.is_some_and(|group| is_covered(role, group, &meant.name));
    (!is_kept).then(|| notice(role, &groups, field, written, &meant))
}

/// The resource of the server that is meant, in the rule's groups or another.
fn of_built_in(groups: &[&str], name: &str) -> Option<Meant> {
    let lower = name.to_ascii_lowercase();
    let forms = [lower.clone(), format!("{lower}s"), format!("{lower}es"), plural_of_y(&lower)];
    let is_form = |it: &str| forms.iter().any(|form| form == it);
    if let Some(own) = known().find(|it| groups.contains(&it.group) && is_form(it.name)) {
        return Some(Meant { name: own.name.to_owned(), group: None });
    }
    if let Some(other) = known().find(|it| is_form(it.name)) {
        return Some(Meant { name: other.name.to_owned(), group: Some(other.group) });
    }
    let own = known().filter(|it| groups.contains(&it.group)).map(|it| it.name);
    Some(Meant { name: meant(name, own)?.to_owned(), group: None })
}

/// `networkpolicies` of `networkpolicy`.
fn plural_of_y(word: &str) -> String {
    word.strip_suffix('y').map_or_else(|| word.to_owned(), |stem| format!("{stem}ies"))
}

/// The plural as generators of definitions form it.
fn regular_plural(word: &str) -> String {
    let is_sibilant = ["x", "ch", "sh", "z"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if is_sibilant => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// The custom resource that is meant: names of resources are in lower case,
/// and definitions and other roles of the tree tell the plural.
fn of_custom(plurals: &Plurals<'_>, groups: &[&str], name: &str) -> Option<Meant> {
    let defined = plurals.defined(groups);
    if defined.contains(&name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let forms = [lower.clone(), format!("{lower}s"), format!("{lower}es"), plural_of_y(&lower)];
    let is_known = |it: &str| defined.contains(&it) || (it != name && plurals.is_named(groups, it));
    let known = forms.into_iter().find(|it| is_known(it));
    let is_other_case = lower != name && name.bytes().all(|it| it.is_ascii_alphanumeric());
    // Definitions of a group may be elsewhere, so that only one letter counts:
    // `tcproutes` and `udproutes` are two.
    let near =
        || meant(name, defined.iter().copied().filter(|it| slips(name, it, 1).is_some())).map(str::to_owned);
    let singular = || plurals.is_singular(groups, name).then(|| regular_plural(name));
    let name = known.or_else(|| is_other_case.then_some(lower)).or_else(near).or_else(singular)?;
    Some(Meant { name, group: None })
}

/// Whether another rule of the role names the resource in its group.
fn is_covered(role: &Object, group: &str, name: &str) -> bool {
    rules(role).any(|it| it.has("apiGroups", &[group]) && it.has("resources", &[name]))
}

fn notice(role: &Object, groups: &[&str], field: &Field<'_>, written: &str, meant: &Meant) -> Notice {
    let title = role.title();
    let shown = |group: &str| match group {
        "" => "the core group".to_owned(),
        group => format!("`{group}`"),
    };
    let message = format!("{title} names resource `{written}`, which is not in {}", shown(groups[0]));
    let notice = Notice::new(&CHECK.info, field.location(), message);
    if let Some(group) = meant.group {
        let name = &meant.name;
        let notice = notice.help(format!("name `{name}` in a rule with `apiGroups: [\"{group}\"]`"));
        // A left-over does no harm where another rule does the work.
        return if is_covered(role, group, name) {
            notice.severity(Severity::Info).because("another rule of the role names it in its group")
        } else {
            notice.because(format!("`{name}` is served in {}", shown(group)))
        };
    }
    let whole = match written.split_once('/') {
        Some((_, sub)) => format!("{}/{sub}", meant.name),
        None => meant.name.clone(),
    };
    notice
        .help(format!("write `{whole}`"))
        .because("resources are named in the plural and in lower case, as in paths of the API")
        .change(Change::Set { at: field.location(), content: Content::Text(whole) })
}
