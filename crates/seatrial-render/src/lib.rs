//! Discovery of deployable units and their rendering into objects.
//!
//! [`render()`] looks at a tree once: which files are manifests, which belong to
//! a chart, a kustomization or another program, and what objects the rest
//! holds. It answers afterwards where a field stands, how to edit it and which
//! bytes are secret. It runs no program and never stops at the first error.

mod charts;
mod checks;
mod classify;
mod documents;
mod duplicates;
mod edits;
pub mod fetched;
mod gitops;
mod intake;
mod kustomization;
mod kustomizations;
mod layout;
mod letter_case;
mod locate;
mod mentions;
mod merges;
mod objects_json;
mod origin;
mod overlay;
mod ownership;
mod read;
mod render;
mod rendering;
mod request;
mod secret_templates;
mod secrets;
mod set_aside;
mod syntax;
mod template;
mod typing;
mod unit_text;
mod units;
mod walk;

#[cfg(test)]
mod tests;

use seatrial_diagnostics::CheckInfo;

pub use charts::optional::Optional;
pub use kustomizations::HelmCharts;
pub use objects_json::objects_json;
pub use overlay::{Overlaid, Overlay};
pub use render::render;
pub use rendering::Rendering;
pub use request::{Limits, Request};
pub use seatrial_helm::{Cluster, Switch};
pub use secrets::{masked, stands_for_another};
pub use template::{Refusal, Template, Templated};
pub use unit_text::UnitText;

/// The checks whose notices come from here.
pub fn checks() -> &'static [&'static CheckInfo] {
    checks::ALL
}
