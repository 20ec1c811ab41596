//! A database keeps its data on a disk that goes with its pod.
//!
//! ## Why
//! What is written into a container's own file system or an `emptyDir` is gone when the
//! pod is: after an update, an eviction, a drained node. A database that starts with an
//! empty directory makes a new database and says nothing.
//!
//! ## Bad
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: db}
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: db
//!           image: postgres:17
//!           volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
//!       volumes: [{name: data, emptyDir: {}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: {name: db}
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: db
//!           image: postgres:17
//!           volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
//!       volumes: [{name: data, persistentVolumeClaim: {claimName: db}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate, Workload};

use crate::databases::data_directory;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unpersisted-database",
        title: "A database keeps its data on a disk that goes with its pod",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Strict,
        families: &["storage.unpersisted"],
        page: include_str!("unpersisted_database.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for workload in context.objects().filter_map(Workload::of).filter(|it| !it.runs_to_completion()) {
        let Some(template) = workload.template() else { continue };
        for container in template.long_running() {
            report.add_some(judge(&template, &container));
        }
    }
}

fn judge(template: &PodTemplate<'_>, container: &Container<'_>) -> Option<Notice> {
    let image = container.image()?;
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    let directory = data_directory(name)?;
    // One that is told to keep its data elsewhere, or that mounts what cannot
    // be told, is not judged.
    let is_told =
        container.env().any(|it| it.name().is_some_and(|it| it.contains("DATA") || it.ends_with("_DIR")));
    let mut mounts =
        container.volume_mounts().filter(|it| it.path().is_some_and(|path| is_at(path, directory)));
    let (at, what) = match mounts.next() {
        Some(mount) => {
            let volume = template.volume(mount.name()?)?;
            let (kind, field) = volume
                .source()
                .map_or_else(|| (None, volume.field.clone()), |(kind, field)| (Some(kind), field));
            if kind.is_some_and(|it| it != "emptyDir") {
                return None;
            }
            (field.location(), "an `emptyDir`")
        }
        None if is_told || has_store(template, container) => return None,
        None => (container.field.at("image"), "the container's own file system"),
    };
    Some(notice(template, container, directory, at, what))
}

/// Whether a mount covers the directory, or a part of it.
fn is_at(mount: &str, directory: &str) -> bool {
    let mount = mount.trim_end_matches('/');
    mount.starts_with(directory) || directory.strip_prefix(mount).is_some_and(|it| it.starts_with('/'))
}

/// Whether the container mounts something that stays, wherever.
fn has_store(template: &PodTemplate<'_>, container: &Container<'_>) -> bool {
    container.volume_mounts().any(|mount| {
        let Some(name) = mount.name() else { return true };
        let Some(volume) = template.volume(name) else { return true };
        !volume.source().is_some_and(|(kind, _)| matches!(kind.as_str(), "emptyDir" | "configMap" | "secret"))
    })
}

fn notice(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    directory: &str,
    at: Location,
    what: &str,
) -> Notice {
    let (title, own) = (template.object().title(), container.name().unwrap_or_default());
    let message = format!("container {own} of {title} keeps its data in {what}");
    Notice::new(&CHECK.info, at, message).help(format!(
        "mount a claim at `{directory}`; for several pods, make it a StatefulSet with `volumeClaimTemplates`"
    ))
}
