//! A volume is mounted where one of its files was meant.
//!
//! ## Why
//! A mount of a `ConfigMap` or a Secret is a directory with a file for each key. Mounted
//! at `/etc/nginx/nginx.conf` it is a directory of that name: where the image has the
//! file, the container is not created ("not a directory"), and else the program finds a
//! directory instead of its file. `subPath` mounts one file.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web}
//! data: {nginx.conf: "events {}"}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: nginx:1.29
//!       volumeMounts: [{name: config, mountPath: /etc/nginx/nginx.conf}]
//!   volumes: [{name: config, configMap: {name: web}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: web}
//! data: {nginx.conf: "events {}"}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: nginx:1.29
//!       volumeMounts: [{name: config, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf}]
//!   volumes: [{name: config, configMap: {name: web}}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::{Container, PodTemplate, Volume, VolumeMount};
use seatrial_model::{Resolution, references::Relation};
use seatrial_yaml::Node;

use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "directory-over-file",
        title: "A volume is mounted where one of its files was meant",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.volume"],
        page: include_str!("directory_over_file.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            for mount in container.volume_mounts() {
                report.add_some(judge(context, &template, &container, &mount));
            }
        }
    }
}

fn judge(
    context: &Context<'_>,
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    mount: &VolumeMount<'_>,
) -> Option<Notice> {
    let path = mount.path()?;
    let file = path.rsplit('/').next().filter(|it| it.trim_start_matches('.').contains('.'))?;
    if mount.sub_path().is_some() || mount.field.text("subPathExpr").is_some() {
        return None;
    }
    let volume = template.volume(mount.name()?)?;
    if !holds(context, template, &volume, file) || reads_below(container, path) {
        return None;
    }
    let title = container_title(container);
    let message = format!("{title} mounts a whole volume at `{path}`, where one file of it was meant");
    Some(
        Notice::new(&CHECK.info, mount.field.at("mountPath"), message)
            .because(format!("`{path}` becomes a directory with `{file}` in it"))
            .help(format!("mount the one file with `subPath: {file}`, or the volume at the directory above"))
            .related(volume.field.location(), Role::Definition, "the volume")
            .change(Change::Insert {
                at: mount.field.at("subPath"),
                content: Content::Text(file.to_owned()),
            }),
    )
}

/// Whether a volume of a `ConfigMap` or a Secret has a file of the name.
fn holds(context: &Context<'_>, template: &PodTemplate<'_>, volume: &Volume<'_>, file: &str) -> bool {
    let Some((kind, source)) = volume.source() else { return false };
    if kind != "configMap" && kind != "secret" {
        return false;
    }
    let mut items = source.list("items").peekable();
    if items.peek().is_some() {
        return items.any(|it| it.text("path") == Some(file));
    }
    let path = volume.field.path();
    let links = context.links_of(template.object()).iter();
    let mut places = links
        .filter(|it| it.relation == Relation::Volume && it.path.steps().starts_with(path.steps()))
        .filter_map(|it| match &it.resolution {
            Resolution::Found { places, .. } => places.first(),
            _ => None,
        });
    places.any(|place| {
        let object = context.world().repository.object(*place);
        let lists = ["data", "stringData", "binaryData"].into_iter().filter_map(|it| object.field(&[it]));
        lists.flat_map(Node::entries).any(|it| it.name() == file)
    })
}

/// Whether the container says that it reads a file below the path.
fn reads_below(container: &Container<'_>, path: &str) -> bool {
    let below = format!("{}/", path.trim_end_matches('/'));
    let words = ["command", "args"].into_iter().flat_map(|it| container.field.list(it));
    let mut texts = words.filter_map(|it| it.as_str()).chain(container.env().filter_map(|it| it.value()));
    texts.any(|it| it.contains(&below))
}
