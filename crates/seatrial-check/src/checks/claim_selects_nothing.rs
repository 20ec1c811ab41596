//! A claim selects volumes by labels that no volume has.
//!
//! ## Why
//! A claim with a `selector` is bound only to a volume with all of its labels. Where no
//! volume has them, the claim stays Pending, and with it every pod that mounts it. Most
//! provisioners make no volume for a claim that has a selector.
//!
//! This is told where the unit brings volumes for such claims.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolume
//! metadata: {name: uploads, labels: {app: shop-uploads}}
//! spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], nfs: {server: files, path: /uploads}}
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec:
//!   storageClassName: ""
//!   selector: {matchLabels: {app: shop}}
//!   accessModes: [ReadWriteMany]
//!   resources: {requests: {storage: 1Gi}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolume
//! metadata: {name: uploads, labels: {app: shop-uploads}}
//! spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], nfs: {server: files, path: /uploads}}
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: uploads}
//! spec:
//!   storageClassName: ""
//!   selector: {matchLabels: {app: shop-uploads}}
//!   accessModes: [ReadWriteMany]
//!   resources: {requests: {storage: 1Gi}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{LabelSelector, Labels, Object};
use seatrial_yaml::FieldPath;

use crate::placeholder::is_filled_in_later;
use crate::selection::selector_field;
use crate::storage::Store;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "claim-selects-nothing",
        title: "A claim selects volumes by labels that no volume has",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.pv-selector", "storage.binding"],
        page: include_str!("claim_selects_nothing.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let own: Vec<Store<'_>> = context.of_kind("", "PersistentVolume").filter_map(Store::volume).collect();
    if own.is_empty() {
        return;
    }
    let repository = context.world().repository;
    for claim in context.objects().flat_map(Store::claims) {
        let Some(field) = claim.spec.key("selector") else { continue };
        let selector = LabelSelector::of(field.node()).filter(|it| !it.is_everything());
        let (Some(selector), None) = (selector, claim.spec.text("volumeName")) else { continue };
        if selector.requirements.iter().flat_map(|it| &it.values).any(|it| is_filled_in_later(it)) {
            continue;
        }
        let mut volumes = repository.of_kind("", "PersistentVolume");
        // One of the claim's class, which it was surely meant for.
        let meant =
            own.iter().find(|it| claim.class().is_none_or(|class| class == it.class().unwrap_or_default()));
        if let Some(volume) = meant.filter(|_| !volumes.any(|it| selector.matches(labels(it)))) {
            report.add(notice(&claim, &selector_field(&field), &selector, volume.object()));
        }
    }
}

fn labels(volume: &Object) -> Labels<'_> {
    Labels::of(volume.field(&["metadata", "labels"]))
}

fn notice(
    claim: &Store<'_>,
    field: &seatrial_model::Field<'_>,
    selector: &LabelSelector,
    volume: &Object,
) -> Notice {
    let message = format!("{} selects {selector}, which no volume has", claim.title());
    let at = FieldPath::root().key("metadata");
    Notice::new(&CHECK.info, field.location(), message)
        .help(format!("select the labels of the volume that is meant, such as {}", volume.title()))
        .because("the claim stays Pending, and every pod that mounts it")
        .related(volume.location(at), Role::Definition, "the labels of this volume")
}
