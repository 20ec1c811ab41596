//! A role names an API group that there is not.
//!
//! ## Why
//! A rule allows what its resources are in its groups. A group is the word before the
//! slash of an `apiVersion`, and the core group, that of `v1`, is the empty text:
//! `core`, `v1`, `apps/v1` and `networking` are no groups. The role is accepted, the
//! rule allows nothing, and who has it is answered `forbidden`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: deployer}
//! rules:
//!   - apiGroups: [apps/v1]
//!     resources: [deployments]
//!     verbs: [get, list, patch]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: deployer}
//! rules:
//!   - apiGroups: [apps]
//!     resources: [deployments]
//!     verbs: [get, list, patch]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness, slips};
use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;
use crate::rbac::{GROUPS_MAX, Plurals, distinct, groups, is_aggregated, is_role, is_whole, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-rbac-group",
        title: "A role names an API group that there is not",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["rbac.resource"],
        page: include_str!("unknown_rbac_group.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it) && !is_aggregated(it)) {
        for rule in rules(role) {
            let named = distinct(rule.groups());
            if named.len() > GROUPS_MAX || named.contains(&"*") {
                continue;
            }
            let mut told = FxHashSet::default();
            for field in rule.field.list("apiGroups") {
                let Some(written) = field.as_str().filter(|it| told.insert(*it)) else { continue };
                if let Some(meant) = meant_group(context.plurals(), written) {
                    report.add(notice(role, &named, &field, written, &meant));
                }
            }
        }
    }
}

/// The group that is meant by a word that is surely none.
fn meant_group(plurals: &Plurals<'_>, written: &str) -> Option<String> {
    if is_whole(written) || is_filled_in_later(written) || !plurals.defined(&[written]).is_empty() {
        return None;
    }
    let name = match written.split_once('/') {
        // `apps/v1`, `/v1`: no group has a slash.
        Some((group, version)) if is_version(version) => group,
        Some(_) => return None,
        None => written,
    };
    let lower = name.to_ascii_lowercase();
    let own = || {
        let is_short = |it: &str| it.split('.').next() == Some(&*lower);
        let is_near = |it: &str| !it.is_empty() && lower.len() > 2 && slips(&lower, it, 1).is_some();
        groups().find(|it| *it == lower).or_else(|| groups().find(|it| is_short(it) || is_near(it)))
    };
    if lower == "core" || is_version(&lower) {
        return Some(String::new());
    }
    // What holds no point is a group of the server's own, or none.
    let is_own = !name.contains('.') || name == written;
    let found = own().filter(|_| is_own).map(str::to_owned);
    found.or_else(|| (name != written).then(|| name.to_owned()))
}

/// `v1`, `v2beta1`.
fn is_version(word: &str) -> bool {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let Some(rest) = word.strip_prefix('v') else { return false };
    let stage = rest.split_once("alpha").or_else(|| rest.split_once("beta"));
    stage.map_or_else(|| digits(rest), |(major, minor)| digits(major) && digits(minor))
}

fn notice(role: &Object, named: &[&str], field: &Field<'_>, written: &str, meant: &str) -> Notice {
    let message = format!("{} names the API group `{written}`, which there is not", role.title());
    let notice = Notice::new(&CHECK.info, field.location(), message);
    // A word too many does no harm where the group stands beside it.
    if named.contains(&meant) {
        return notice.severity(Severity::Info).because("the rule names the group that is meant besides");
    }
    // Groups of custom kinds have a point, and one may be called nearly like the server's.
    let notice = if written.contains('.') && !written.contains('/') {
        notice.severity(Severity::Info)
    } else {
        notice
    };
    let notice = match meant {
        "" => notice.help("write `\"\"`: the core group has the empty name"),
        meant => notice.help(format!("write `{meant}`")),
    };
    notice
        .because("a rule for a group that there is not allows nothing")
        .change(Change::Set { at: field.location(), content: Content::Text(meant.to_owned()) })
}
