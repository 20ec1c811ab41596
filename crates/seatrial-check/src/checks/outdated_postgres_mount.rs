//! Postgres 18 has its volume where version 17 kept the data.
//!
//! ## Why
//! From version 18 on the image keeps its data in `/var/lib/postgresql/18/docker`. With a
//! volume at `/var/lib/postgresql/data`, where it was before, it does not start: "there
//! appears to be Postgres data in /var/lib/postgresql/data (unused mount/volume)". The
//! volume belongs at `/var/lib/postgresql`, or `PGDATA` says the old place. The tag `latest`
//! is such a version, too.
//!
//! Told of `postgres` itself and of images that are made from it, where neither `PGDATA`
//! nor a `command` of one's own changes it.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: postgres:18-alpine
//!     volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: db}}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: postgres:18-alpine
//!     volumeMounts: [{name: data, mountPath: /var/lib/postgresql}]
//! volumes: [{name: data, persistentVolumeClaim: {claimName: db}}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::Container;

use crate::image::Image;
use crate::titles::container_title;
use crate::{Check, Context, Report};

/// Where the data lay before, and the first version that has it elsewhere.
const OLD: &str = "/var/lib/postgresql/data";
const FIRST: u32 = 18;

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "outdated-postgres-mount",
        title: "Postgres 18 has its volume where version 17 kept the data",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ref.volume", "volume.path"],
        page: include_str!("outdated_postgres_mount.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.long_running() {
            report.add_some(judge(&container));
        }
    }
}

fn judge(container: &Container<'_>) -> Option<Notice> {
    let version = version(&Image::parse(container.image()?).ok()?)?;
    let is_set = container.env().any(|it| it.name() == Some("PGDATA"));
    if is_set || container.env_from().next().is_some() || container.field.key("command").is_some() {
        return None;
    }
    let mut mounts = container.volume_mounts();
    let mount = mounts.find(|it| it.path().is_some_and(|it| it.trim_end_matches('/') == OLD))?;
    let title = container_title(container);
    let (what, severity) = match version {
        Version::Number(number) if number >= FIRST => (format!("Postgres {number}"), Severity::Error),
        Version::Number(_) => return None,
        Version::Latest => ("the latest Postgres".to_owned(), Severity::Warning),
    };
    let message = format!("{title} runs {what} with a volume at `{OLD}`, with which it does not start");
    Some(
        Notice::new(&CHECK.info, mount.field.at("mountPath"), message)
            .severity(severity)
            .because("from version 18 on the data lies elsewhere, and a volume at the old place is refused")
            .help("mount the volume at `/var/lib/postgresql`, or set `PGDATA` to a directory in it"),
    )
}

/// What a tag says of the version.
enum Version {
    Number(u32),
    /// Whatever is newest.
    Latest,
}

/// The version of Postgres in an image that starts as `postgres` itself does.
fn version(image: &Image<'_>) -> Option<Version> {
    let prefix = match image.published_name().as_str() {
        "postgres" | "postgis/postgis" => "",
        "pgvector/pgvector" => "pg",
        _ => return None,
    };
    match image.tag {
        None | Some("latest") if prefix.is_empty() && image.digest.is_none() => Some(Version::Latest),
        tag => tag?.split('-').find_map(|part| leading(part.strip_prefix(prefix)?)).map(Version::Number),
    }
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<u32> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
