//! A combining generator of an `ApplicationSet` has the wrong number of parts.
//!
//! ## Why
//! `matrix` combines exactly two generators and `merge` at least two, by the keys
//! in `mergeKeys`. With another number the controller reports
//! `less than two generators` and makes no Application at all.
//!
//! ## Bad
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - merge:
//!         mergeKeys: [cluster]
//!         generators:
//!           - list: {elements: [{cluster: one}]}
//!   template: {}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: ApplicationSet
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   generators:
//!     - merge:
//!         mergeKeys: [cluster]
//!         generators:
//!           - clusters: {}
//!           - list: {elements: [{cluster: one}]}
//!   template: {}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;

use crate::{Check, Context, Report};

/// Argo CD allows one combination inside another, no more.
const DEPTH_MAX: u32 = 4;

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "argocd-generator-count",
        title: "A combining generator of an ApplicationSet has the wrong number of parts",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["argo.generator"],
        page: include_str!("argocd_generator_count.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.of_kind("argoproj.io", "ApplicationSet") {
        let Some(spec) = Field::root(object).key("spec") else { continue };
        report_generators(&spec, DEPTH_MAX, report);
    }
}

fn report_generators(holder: &Field<'_>, depth: u32, report: &mut Report) {
    if depth == 0 {
        return;
    }
    for generator in holder.list("generators") {
        for kind in ["matrix", "merge"] {
            let Some(combined) = generator.key(kind).filter(|it| it.node().is_mapping()) else { continue };
            report_count(kind, &combined, report);
            report_generators(&combined, depth - 1, report);
        }
    }
}

fn report_count(kind: &str, combined: &Field<'_>, report: &mut Report) {
    let Some(parts) = combined.key("generators").filter(|it| it.node().is_sequence()) else { return };
    let title = combined.object().title();
    let (count, help) =
        (parts.node().len(), "add the generator that is missing, or use the one that is there by itself");
    let (message, help) = match (kind, count) {
        (_, 0 | 1) => (format!("{title} has a {kind} generator with fewer than two parts"), help),
        ("matrix", 3..) => {
            let help = "combine two of them in a matrix of their own inside this one";
            (format!("{title} has a matrix generator with more than two parts"), help)
        }
        _ => return,
    };
    let notice = Notice::new(&CHECK.info, parts.location(), message).help(help);
    report.add(notice.because(format!("generators here: {count}")));
}
