//! The metadata of an object has a field that there is not.
//!
//! ## Why
//! What belongs to an application goes under `labels` or `annotations`. Any other field of
//! `metadata` is unknown: `kubectl`, Helm and server-side apply refuse the object, and who
//! does not refuse it drops the field without a word.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//!   team: shop
//! spec: {ports: [{port: 80}]}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//!   labels: {team: shop}
//! spec: {ports: [{port: 80}]}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, is_namespaced};

use crate::placeholder::is_filled_in_later;
use crate::slip::{METADATA, metadata_field};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-metadata-field",
        title: "The metadata of an object has a field that there is not",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.unknown-field"],
        page: include_str!("unknown_metadata_field.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    // What other programs read may have metadata of its own.
    for object in context.objects().filter(|it| is_namespaced(it.group(), it.kind()).is_some()) {
        let root = Field::root(object);
        let template = PodTemplate::of(object).map(|it| it.field).filter(|it| !it.path().is_empty());
        for metadata in [Some(root), template].into_iter().flatten().filter_map(|it| it.key("metadata")) {
            for (name, field) in metadata.entries() {
                report.add_some(judge(&metadata, &name, &field));
            }
        }
    }
}

fn judge(metadata: &Field<'_>, name: &str, field: &Field<'_>) -> Option<Notice> {
    if METADATA.contains(&name) || is_filled_in_later(name) {
        return None;
    }
    let title = field.object().title();
    let message = format!("`metadata` of {title} has a field `{name}`, which there is not");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    Some(match metadata_field(name) {
        Some(near) => {
            let notice = notice.help(format!("rename it to `{near}`"));
            let is_free = metadata.key(near).is_none();
            let change = Change::Rename { at: field.location(), name: near.to_owned() };
            if is_free { notice.change(change) } else { notice }
        }
        None if field.as_str().is_some() => notice.help("make it a label or an annotation"),
        None => notice.help("move it to where it belongs: its indentation may be wrong"),
    })
}
