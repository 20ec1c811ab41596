//! A claim that a pod mounts is not defined.
//!
//! ## Why
//! The scheduler does not place a pod whose claim does not exist: `persistentvolumeclaim
//! "data" not found`. All its replicas stay Pending.
//!
//! The claims of a StatefulSet's templates are there: `TEMPLATE-SET-0` and so on.
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
    for it in missing(context, |_, link| is_to(link, "", "PersistentVolumeClaim")) {
        let outcome = "the scheduler leaves the pod Pending until the claim exists";
        report.add(it.notice(&CHECK.info, "uses", outcome, Severity::Error));
    }
}
