//! A key that is read is not in its `ConfigMap`.
//!
//! ## Why
//! A variable from a key that the `ConfigMap` does not have keeps the container from
//! being created: `couldn't find key X in ConfigMap`. A volume that picks the key
//! is not mounted. Renaming a key on one side only is the usual cause.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {LOG_LEVEL: info}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: LOG_LEVEL
//!         valueFrom: {configMapKeyRef: {name: settings, key: log_level}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings}
//! data: {LOG_LEVEL: info}
//! ```
//! ```yaml pod-spec
//! containers:
//!   - name: app
//!     image: app:1
//!     env:
//!       - name: LOG_LEVEL
//!         valueFrom: {configMapKeyRef: {name: settings, key: LOG_LEVEL}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

use crate::missing::missing_keys;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-configmap-key",
        title: "A key that is read is not in its ConfigMap",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.configmap-key"],
        page: include_str!("missing_configmap_key.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for it in missing_keys(context, "ConfigMap") {
        report.add(it.notice(&CHECK.info));
    }
}
