//! A role names a resource that its API group does not have.
//!
//! ## Why
//! A role is accepted with whatever words stand in it. A rule for `deployments` in
//! the core group, for `pod` or for `Ingresses` allows nothing: the API server asks
//! for the plural in lower case and for the group it is served in, and whoever has
//! the role is answered `forbidden`. So it is with what stands behind a slash: the logs
//! of pods are `pods/log`. A rule for more than 50 groups is not judged.
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

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;
use crate::rbac::{GROUPS_MAX, Plurals, base, distinct, is_aggregated, is_role, resource, rules};
use crate::resource_slips::{MeantResource, meant_part, meant_resource};
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
        let named = Named { role, asked: RefCell::default() };
        for rule in rules(role) {
            let groups = distinct(rule.groups());
            let mut told = FxHashSet::default();
            for field in rule.resources() {
                let Some(written) = field.as_str().filter(|it| !it.contains('*')) else { continue };
                if is_filled_in_later(written) {
                    continue;
                }
                if told.insert(base(written)) {
                    report.add_some(judge(context.plurals(), &named, &groups, &field, written));
                }
                report.add_some(judge_part(&named, &groups, &field, written));
            }
        }
    }
}

/// What all rules of a role name; each is looked for once.
struct Named<'a> {
    role: &'a Object,
    asked: RefCell<FxHashMap<(&'static str, String), bool>>,
}

impl Named<'_> {
    /// Whether another rule of the role names the resource in its group.
    fn covers(&self, group: &'static str, name: &str) -> bool {
        let look =
            || rules(self.role).any(|it| it.has("apiGroups", &[group]) && it.has("resources", &[name]));
        *self.asked.borrow_mut().entry((group, name.to_owned())).or_insert_with(look)
    }
}

fn judge(
    plurals: &Plurals<'_>,
    named: &Named<'_>,
    groups: &[&str],
    field: &Field<'_>,
    written: &str,
) -> Option<Notice> {
    let meant = meant_resource(plurals, groups, base(written))?;
    // What was once in `extensions` is named there for old clusters, too.
    let is_kept =
        groups == ["extensions"] && meant.group.is_some_and(|group| named.covers(group, &meant.name));
    (!is_kept).then(|| notice(named, groups, field, written, &meant))
}

/// What is wrong behind the slash of a resource that there is.
fn judge_part(named: &Named<'_>, groups: &[&str], field: &Field<'_>, written: &str) -> Option<Notice> {
    let (name, part) = written.split_once('/')?;
    let group = groups.iter().take(GROUPS_MAX).find_map(|it| resource(it, name))?.group;
    let whole = format!("{name}/{}", meant_part(group, name, part)?);
    let message = format!("{} names subresource `{written}`, which `{name}` do not have", named.role.title());
    let notice = Notice::new(&CHECK.info, field.location(), message);
    if named.covers(group, &whole) {
        return Some(notice.severity(Severity::Info).because("the role names the one that is meant besides"));
    }
    let change = Change::Set { at: field.location(), content: Content::Text(whole.clone()) };
    Some(notice.help(format!("write `{whole}`")).change(change))
}

fn notice(
    named: &Named<'_>,
    groups: &[&str],
    field: &Field<'_>,
    written: &str,
    meant: &MeantResource,
) -> Notice {
    let title = named.role.title();
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
        return if named.covers(group, name) {
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
