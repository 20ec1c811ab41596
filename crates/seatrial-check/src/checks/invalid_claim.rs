//! A claim for storage is refused.
//!
//! ## Why
//! A claim needs an access mode and a size. The modes are `ReadWriteOnce`,
//! `ReadOnlyMany`, `ReadWriteMany` and `ReadWriteOncePod`; the short forms that `kubectl`
//! prints are no modes, and `ReadWriteOncePod` stands alone. What a `StatefulSet` has in
//! `volumeClaimTemplates` is looked at only when its first pod is to start.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec: {accessModes: [RWO], resources: {requests: {storage: 1Gi}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Location, Notice, Severity, Strictness};
use seatrial_model::{Field, Quantity};

use crate::placeholder::is_filled_in_later;
use crate::slip::meant;
use crate::storage::Store;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-claim",
        title: "A claim for storage is refused",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["storage.claim"],
        page: include_str!("invalid_claim.rs"),
    },
    run,
};

const MODES: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
/// What `kubectl` prints for them.
const SHORT: &[(&str, &str)] = &[
    ("RWO", "ReadWriteOnce"),
    ("ROX", "ReadOnlyMany"),
    ("RWX", "ReadWriteMany"),
    ("RWOP", "ReadWriteOncePod"),
];

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for store in Store::claims(object) {
            of_modes(&store, report);
            report.add_some(of_size(&store));
        }
        if let Some(volume) = Store::volume(object) {
            of_modes(&volume, report);
        }
    }
}

fn of_modes(store: &Store<'_>, report: &mut Report) {
    let title = store.title();
    let list = store.spec.key("accessModes");
    let is_empty = list
        .as_ref()
        .is_some_and(|it| it.node().is_null() || (it.node().is_sequence() && it.items().next().is_none()));
    // What has neither is a patch of another.
    let is_absent = list.is_none() && (store.request().is_some() || store.capacity().is_some());
    if is_empty || is_absent {
        let notice =
            Notice::new(&CHECK.info, store.spec.at("accessModes"), format!("{title} has no access mode"));
        let severity = if is_empty { Severity::Error } else { Severity::Warning };
        report.add(notice.severity(severity).help("add one: `accessModes: [ReadWriteOnce]`"));
        return;
    }
    for field in store.modes() {
        let Some(mode) = field.as_str().filter(|it| !MODES.contains(it) && !is_filled_in_later(it)) else {
            continue;
        };
        report.add(unknown_mode(&title, &field, mode));
    }
    let sole = store.modes().find(|it| it.as_str() == Some("ReadWriteOncePod"));
    if let Some(sole) = sole.filter(|_| store.modes().count() > 1) {
        let message = format!("{title} has ReadWriteOncePod beside other access modes");
        report.add(Notice::new(&CHECK.info, sole.location(), message).help("use that one or the others"));
    }
}

fn unknown_mode(title: &str, field: &Field<'_>, mode: &str) -> Notice {
    let message = format!("{title} has the access mode `{mode}`, which there is not");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    let short = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(mode)).map(|it| it.1);
    match short.or_else(|| meant(mode, MODES.iter().copied())) {
        Some(near) => notice
            .help(format!("write `{near}`"))
            .change(Change::Set { at: field.location(), content: Content::Text(near.to_owned()) }),
        None => notice.help(format!("the modes are {}", MODES.join(", "))),
    }
}

fn of_size(store: &Store<'_>) -> Option<Notice> {
    let title = store.title();
    let written = store.spec.keys(&["resources", "requests", "storage"]).filter(|it| !it.node().is_null());
    if let Some(field) = written {
        let size = Quantity::of(field.node())?.ok()?;
        // Less than nothing is no amount at all, and told as such.
        let message = format!("{title} asks for no storage");
        return size.is_zero().then(|| {
            Notice::new(&CHECK.info, field.location(), message).help("a size is greater than zero")
        });
    }
    // Without modes either, it is a patch of another.
    store.modes().next()?;
    let message = format!("{title} does not say how much storage it needs");
    let is_beside = store.spec.keys(&["resources", "storage"]).is_some();
    let help = if is_beside {
        "write `storage` below `resources.requests`"
    } else {
        "add `resources.requests.storage`"
    };
    let object = store.field.object();
    let path = store.spec.path_of("resources").key("requests").key("storage");
    let wanted = Location::field(object.unit(), object.id(), path);
    Some(if is_beside {
        Notice::new(&CHECK.info, store.spec.at("resources"), message).help(help).meant(wanted)
    } else {
        Notice::new(&CHECK.info, wanted, message).help(help)
    })
}
