//! A database runs as a user that cannot write to its volume.
//!
//! ## Why
//! A new volume belongs to root on most clusters. A database whose pod sets `runAsUser` and
//! no `fsGroup` finds a directory that it may not write to, and ends at once. `fsGroup`
//! makes the kubelet hand the volume over. Told of databases that are known, where no init
//! container mounts the volume, which might change its owner.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: mysql
//!     image: mysql:8.4
//!     securityContext: {runAsUser: 1000}
//!     volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: mysql}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! securityContext: {fsGroup: 999}
//! containers:
//!   - name: mysql
//!     image: mysql:8.4
//!     securityContext: {runAsUser: 999}
//!     volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: mysql}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::databases::data_directory;
use crate::image::Image;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unwritable-database-volume",
        title: "A database runs as a user that cannot write to its volume",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["security.volume-permissions"],
        page: include_str!("unwritable_database_volume.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.long_running() {
            report.add_some(judge(&template, &container));
        }
    }
}

fn judge(template: &PodTemplate<'_>, container: &Container<'_>) -> Option<Notice> {
    let image = Image::parse(container.image()?).ok()?;
    let directory = data_directory(image.last_name())?;
    let of_pod = template.spec.key("securityContext");
    if of_pod.as_ref().is_some_and(|it| it.key("fsGroup").is_some()) {
        return None;
    }
    let of_container = container.field.key("securityContext");
    let user = [of_container, of_pod].into_iter().flatten().find_map(|it| it.key("runAsUser"))?;
    user.as_i64().filter(|it| *it != 0)?;
    let mut mounts = container.volume_mounts();
    let mount = mounts.find(|it| it.path().is_some_and(|path| path.starts_with(directory)))?;
    let path = mount.path()?;
    let name = mount.name().filter(|it| is_claim(template, it))?;
    let is_prepared = template.containers().any(|it| {
        it.field.path() != container.field.path() && it.volume_mounts().any(|it| it.name() == Some(name))
    });
    (!is_prepared).then(|| notice(container, &user, path))
}

/// Whether a volume is a claim, here or by a template of claims.
fn is_claim(template: &PodTemplate<'_>, name: &str) -> bool {
    match template.volume(name) {
        Some(volume) => volume.source().is_some_and(|(kind, _)| kind == "persistentVolumeClaim"),
        None => template.claim_templates().any(|it| it == name),
    }
}

fn notice(container: &Container<'_>, user: &Field<'_>, path: &str) -> Notice {
    let title = container_title(container);
    let message = format!("{title} cannot write to its volume at `{path}`");
    Notice::new(&CHECK.info, user.location(), message)
        .because("it does not run as root, a new volume belongs to root, and the pod has no `fsGroup`")
        .help("set `securityContext.fsGroup` of the pod to a group of that user")
}
