//! A container may write anywhere in its file system.
//!
//! ## Why
//! A program that may write to its own image's files can be made to write there by others:
//! tools, changed libraries, a web shell. With `readOnlyRootFilesystem: true` only mounted
//! volumes can be written to; most programs then need an `emptyDir` at `/tmp`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {readOnlyRootFilesystem: true}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};

use crate::partial::is_partial;
use crate::security::{Security, is_windows};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "writable-root-filesystem",
        title: "A container may write anywhere in its file system",
        severity: Severity::Info,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["security.writable-root"],
        page: include_str!("writable_root_filesystem.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let templates = context.pod_templates().filter(|it| !is_windows(it) && !is_partial(it));
    for template in templates {
        for container in template.long_running() {
            let security = Security::of(&template, &container);
            let rule = security.own("readOnlyRootFilesystem");
            if rule.as_ref().is_some_and(|it| it.as_bool() != Some(false)) {
                continue;
            }
            let message = format!("{} may write to its root file system", container_title(&container));
            let at = security.place("readOnlyRootFilesystem");
            let content = Content::Bool(true);
            let change = match rule {
                Some(_) => Change::Set { at: at.clone(), content },
                None => Change::Insert { at: at.clone(), content },
            };
            let help = "write `readOnlyRootFilesystem: true`, with an `emptyDir` where it must write";
            report.add(Notice::new(&CHECK.info, at, message).help(help).change(change));
        }
    }
}
