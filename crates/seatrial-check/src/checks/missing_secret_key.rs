//! A key that is read is not in its Secret.
//!
//! ## Why
//! A variable from a key that the Secret does not have keeps the container from being
//! created: `couldn't find key X in Secret`. A volume that picks the key is not
//! mounted. Only the names of keys are ever shown, not what they hold.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: database}
//! stringData: {user: app}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: PASSWORD
//!         valueFrom: {secretKeyRef: {name: database, key: password}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: database}
//! stringData: {user: app, password: example}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: PASSWORD
//!         valueFrom: {secretKeyRef: {name: database, key: password}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::missing::missing_keys;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-secret-key",
        title: "A key that is read is not in its Secret",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-key"],
        page: include_str!("missing_secret_key.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing_keys(context, "Secret") {
        report.add(it.notice(&CHECK.info));
    }
}
