//! A sync wave of Argo CD is no whole number.
//!
//! ## Why
//! Waves are whole numbers. What is none counts as wave 0: the order that was meant is
//! lost, without a word.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: first, annotations: {argocd.argoproj.io/sync-wave: "-1.5"}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: first, annotations: {argocd.argoproj.io/sync-wave: "-1"}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::gitops::deployed::WAVE;
use crate::gitops::is_literal;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-invalid-sync-wave",
        title: "A sync wave of Argo CD is no whole number",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.syncWave"],
        page: include_str!("argocd_invalid_sync_wave.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let annotations = Field::root(object).keys(&["metadata", "annotations"]);
        let Some(field) = annotations.and_then(|it| it.key(WAVE)) else { continue };
        // What is no text the server refuses.
        let Some(text) = field.as_str().filter(|it| is_literal(it)) else { continue };
        if text.parse::<i64>().is_ok() {
            continue;
        }
        let message = format!("the sync wave of {}, `{text}`, is no whole number", object.title());
        let notice = Notice::new(&CHECK.info, field.location(), message);
        report.add(notice.because("Argo CD takes it for 0").help("write a whole number, as a text: `\"1\"`"));
    }
}
