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

use std::cell::OnceCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::references::Relation;
use seatrial_model::views::{Container, PodTemplate, VolumeMount};
use seatrial_model::{Field, Place, Resolution};
use seatrial_yaml::{Node, PathStep};

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
    let mut known = Keys::default();
    for template in context.pod_templates() {
        let files = OnceCell::new();
        for container in template.containers() {
            for mount in container.volume_mounts().filter_map(|it| Mount::of_file(&it)) {
                let files = files.get_or_init(|| volumes(context, &template, &mut known));
                report.add_some(judge(&container, &mount, files));
            }
        }
    }
}

/// A mount of a whole volume at a path that ends like a file.
struct Mount<'a> {
    field: Field<'a>,
    volume: &'a str,
    path: &'a str,
    file: &'a str,
}

impl<'a> Mount<'a> {
    fn of_file(mount: &VolumeMount<'a>) -> Option<Self> {
        let path = mount.path()?;
        let file = path.trim_end_matches('/').rsplit('/').next()?;
        let is_part = mount.sub_path().is_some() || mount.field.text("subPathExpr").is_some();
        let is_file = file.trim_start_matches('.').contains('.');
        (is_file && !is_part).then_some(Self {
            field: mount.field.clone(),
            volume: mount.name()?,
            path,
            file,
        })
    }
}

/// The names of keys by object.
type Keys = FxHashMap<Place, Rc<FxHashSet<String>>>;

/// A volume of a `ConfigMap` or a Secret, and its files.
struct Files<'a> {
    field: Field<'a>,
    names: Rc<FxHashSet<String>>,
}

/// The volumes of a template whose files are known, by their names.
fn volumes<'a>(
    context: &Context<'a>,
    template: &PodTemplate<'a>,
    known: &mut Keys,
) -> FxHashMap<&'a str, Files<'a>> {
    let depth = template.spec.path().len() + 2;
    let links = context.links_of(template.object()).iter().filter(|it| it.relation == Relation::Volume);
    let places = links.filter_map(|it| match &it.resolution {
        Resolution::Found { places, .. } => Some((it.path.steps().get(..depth)?, *places.first()?)),
        _ => None,
    });
    let places: FxHashMap<&[PathStep], Place> = places.collect();
    let files = template.volumes().filter_map(|volume| {
        let (_, source) = volume.source().filter(|it| it.0 == "configMap" || it.0 == "secret")?;
        let mut items = source.list("items").peekable();
        let names = if items.peek().is_some() {
            Rc::new(items.filter_map(|it| it.text("path").map(str::to_owned)).collect())
        } else {
            let place = *places.get(volume.field.path().steps())?;
            known.entry(place).or_insert_with(|| keys(context, place)).clone()
        };
        Some((volume.name()?, Files { field: volume.field.clone(), names }))
    });
    files.collect()
}

fn keys(context: &Context<'_>, place: Place) -> Rc<FxHashSet<String>> {
    let object = context.world().repository.object(place);
    let lists = ["data", "stringData", "binaryData"].into_iter().filter_map(|it| object.field(&[it]));
    Rc::new(lists.flat_map(Node::entries).map(|it| it.name().into_owned()).collect())
}

fn judge(container: &Container<'_>, mount: &Mount<'_>, files: &FxHashMap<&str, Files<'_>>) -> Option<Notice> {
    let Mount { path, file, .. } = *mount;
    let volume = files.get(mount.volume)?;
    if !volume.names.contains(file) || reads_below(container, path) {
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

/// Whether the container says that it reads a file below the path.
fn reads_below(container: &Container<'_>, path: &str) -> bool {
    let below = format!("{}/", path.trim_end_matches('/'));
    let words = ["command", "args"].into_iter().flat_map(|it| container.field.list(it));
    let mut texts = words.filter_map(|it| it.as_str()).chain(container.env().filter_map(|it| it.value()));
    texts.any(|it| it.contains(&below))
}
