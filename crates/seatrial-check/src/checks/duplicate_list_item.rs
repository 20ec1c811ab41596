//! Two items of a list have one key.
//!
//! ## Why
//! Many lists are maps to the API server: `imagePullSecrets` by `name`, `hostAliases` by
//! `ip`, `finalizers` as a set. A plain create takes two items of one key. Server-side
//! apply, which Flux and many Argo CD applications use, refuses the object: `duplicate
//! entries for key [name="regcred"]`. A later `kubectl apply` merges items by their key and
//! may lose one.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: web}
//! secrets: [{name: token}, {name: token}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata: {name: web}
//! secrets: [{name: token}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::Reason;
use seatrial_schema::repeated::{Repeated, repeated};
use seatrial_yaml::{FieldPath, PathStep};

use crate::placeholder::is_filled_in_later;
use crate::review::location;
use crate::{Check, Context, Report};

/// Lists of which other checks tell the same, and more.
const TOLD: &[&str] =
    &["containers", "env", "ephemeralContainers", "initContainers", "ports", "volumeMounts", "volumes"];

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-list-item",
        title: "Two items of a list have one key",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.duplicate"],
        page: include_str!("duplicate_list_item.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let Some(table) = context.tree_state().table() else { return };
    for object in context.objects() {
        let version = object.api_version().rsplit('/').next().unwrap_or_default();
        let Some(kind) = table.kind(object.group(), version, object.kind()) else { continue };
        for it in repeated(object.root(), table, kind.type_id) {
            if !is_told(context, object, &it) {
                report.add(notice(object, &it));
            }
        }
    }
}

/// Whether somebody else tells of the item: another check, or the server refuses
/// it when the object is created.
fn is_told(context: &Context<'_>, object: &Object, it: &Repeated) -> bool {
    let list_path = it.path.parent().unwrap_or_else(FieldPath::root);
    let refused = context.review_of(object).errors.iter().filter(|it| it.reason == Reason::Duplicate);
    is_filled_in_later(&it.key)
        || TOLD.contains(&list(&it.path).as_str())
        || refused.into_iter().any(|error| error.path.starts_with(&list_path))
}

/// The name of the list that an item stands in.
fn list(item: &FieldPath) -> String {
    let above = item.parent().and_then(|it| it.last().cloned());
    match above {
        Some(PathStep::Key(name)) => name.to_string(),
        _ => String::new(),
    }
}

fn notice(object: &Object, it: &Repeated) -> Notice {
    let field = it.path.parent().unwrap_or_else(FieldPath::root);
    let key = it.key.trim_matches(['[', ']', '=']);
    let what = if it.is_same { "the item" } else { "two items for" };
    let twice = if it.is_same { " twice" } else { "" };
    let message = format!("`{}` of {} has {what} `{key}`{twice}", list(&it.path), object.title());
    let notice = Notice::new(&CHECK.info, location(object, &it.path), message)
        .related(location(object, &it.first), Role::Definition, "the first")
        .because(format!("server-side apply says: .{field}: duplicate entries for key {}", it.key));
    let notice = match it.merged_by {
        "" => notice,
        by => {
            notice.because(format!("`kubectl apply` merges the list by `{by}`, and may lose one of the two"))
        }
    };
    if !it.is_same {
        return notice.help("rename or remove one of the two");
    }
    let change = Change::Remove { at: object.location(it.path.clone()) };
    notice.help("remove one of the two: they are equal").change(change)
}
