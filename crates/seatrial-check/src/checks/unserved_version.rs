//! The target cluster does not serve the version of a kind.
//!
//! ## Why
//! Kinds move between versions of their API, and old versions go. An object in a version
//! that the API server does not serve is refused: `no matches for kind`. A chart that
//! holds one cannot even be upgraded.
//!
//! ## Bad
//! ```yaml
//! apiVersion: policy/v1beta1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   minAvailable: 1
//!   selector: {matchLabels: {app: web}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata: {name: web}
//! spec:
//!   minAvailable: 1
//!   selector: {matchLabels: {app: web}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_yaml::FieldPath;

use crate::review::{Served, location};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unserved-version",
        title: "The target cluster does not serve the version of a kind",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.apiVersion"],
        page: include_str!("unserved_version.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let target = context.world().repository.target.kubernetes;
    for object in context.objects() {
        let (version, kind) = (object.api_version(), object.kind());
        let at = location(object, &FieldPath::root().key("apiVersion"));
        let title = object.title();
        let review = context.review_of(object);
        let notice = match review.served {
            Served::Otherwise(known) if known.first_minor() > target.minor as u8 => {
                let message = format!("{title} is of {version}, which Kubernetes {target} does not have yet");
                Notice::new(&CHECK.info, at, message)
                    .because(format!("{version} {kind} came with Kubernetes 1.{}", known.first_minor()))
            }
            Served::Otherwise(known) => {
                let message = format!("{title} is of {version}, which Kubernetes {target} does not serve");
                let notice = Notice::new(&CHECK.info, at, message).because(format!(
                    "{version} {kind} was last served by Kubernetes 1.{}",
                    known.last_served()
                ));
                match instead(context, object) {
                    Some(other) => notice.help(format!("write it for `{other}`, whose fields may differ")),
                    None => notice.help("nothing takes its place: remove it"),
                }
            }
            Served::Never => {
                let message = format!("there is no kind {kind} in {version}");
                let notice = Notice::new(&CHECK.info, at, message);
                match (instead(context, object), context.kind_meant(object)) {
                    (Some(other), _) => notice.help(format!("the kind is in `{other}`")),
                    (None, Some(meant)) => notice.help(format!("write `{meant}`")),
                    (None, None) => notice,
                }
            }
            Served::Foreign => {
                let Some(meant) = context.kind_meant(object) else { continue };
                let message = format!("nothing here defines the kind {kind} of {}", object.group());
                let at = location(object, &FieldPath::root().key("kind"));
                Notice::new(&CHECK.info, at, message)
                    .severity(Severity::Warning)
                    .because(format!("the kind {meant} of this group is defined here"))
                    .help(format!("write `{meant}` if that is meant"))
            }
            Served::OptIn(_) => {
                let message =
                    format!("{title} is of {version}, which is served only where somebody turns it on");
                Notice::new(&CHECK.info, at, message).severity(Severity::Warning)
            }
            Served::Undefined => {
                let message =
                    format!("{title} is of {version}, which the definition of {kind} does not serve");
                let versions: Vec<_> =
                    context.defined_versions(object).into_iter().map(|it| format!("`{it}`")).collect();
                let notice = Notice::new(&CHECK.info, at, message);
                if versions.is_empty() {
                    notice
                } else {
                    notice.help(format!("it serves {}", versions.join(", ")))
                }
            }
            Served::Yes(_) | Served::Custom => continue,
        };
        report.add(review.weighed(notice));
    }
}

/// The version that the target serves the kind in.
fn instead(context: &Context<'_>, object: &Object) -> Option<String> {
    context.serving(object.group(), object.kind())
}
