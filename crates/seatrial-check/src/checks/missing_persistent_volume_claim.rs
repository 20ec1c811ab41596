//! A claim that a pod mounts is not defined.
//!
//! ## Why
//! The scheduler does not place a pod whose claim does not exist: `persistentvolumeclaim
//! "data" not found`. All its replicas stay Pending.
//!
//! The claims of a `StatefulSet`'s templates are there: `TEMPLATE-SET-0` and so on.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: postgres:16
//!     volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
//! volumes:
//!   - name: data
//!     persistentVolumeClaim: {claimName: postgres-data}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: postgres-data}
//! spec:
//!   accessModes: [ReadWriteOnce]
//!   resources: {requests: {storage: 10Gi}}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: postgres:16
//!     volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
//! volumes:
//!   - name: data
//!     persistentVolumeClaim: {claimName: postgres-data}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Link, Object};

use crate::missing::{is_to, missing};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-persistent-volume-claim",
        title: "A claim that a pod mounts is not defined",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.pvc"],
        page: include_str!("missing_persistent_volume_claim.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_claim = |link: &Link| is_to(link, "", "PersistentVolumeClaim");
    for it in missing(context, |object, link| is_claim(link) && !is_replaced(object, link)) {
        let outcome = "the scheduler leaves the pod Pending until the claim exists";
        report.add(it.notice(&CHECK.info, "uses", outcome, Severity::Error));
    }
}

/// Whether the volume gives way to a claim template of its name.
fn is_replaced(object: &Object, link: &Link) -> bool {
    let volume =
        link.path.parent().and_then(|it| it.parent()).and_then(|it| object.at(&it)?.get("name")?.as_str());
    let mut templates = PodTemplate::of(object).into_iter().flat_map(|it| it.claim_templates());
    volume.is_some_and(|volume| templates.any(|it| it == volume))
}
