//! An image refuses to start without a variable that is not set.
//!
//! ## Why
//! The images of many databases and brokers end at once where nobody tells them what
//! they cannot guess: the password of the administrator, the licence, the address of
//! their quorum. The pod then restarts for ever. Only images are judged whose
//! entrypoints are published, and only where all variables are known.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: mysql:8.4
//!     env:
//!       - {name: MYSQL_DATABASE, value: shop}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: db
//!     image: mysql:8.4
//!     env:
//!       - {name: MYSQL_DATABASE, value: shop}
//!       - name: MYSQL_ROOT_PASSWORD
//!         valueFrom: {secretKeyRef: {name: db, key: root-password}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::{Container, EnvVar};

use crate::env_sources::{Brought, EnvSources};
use crate::image::Image;
use crate::image_demands::{Demand, demands};
use crate::partial::is_partial;
use crate::slip::meant;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "missing-image-variable",
        title: "An image refuses to start without a variable that is not set",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["env.missing", "env.name"],
        page: include_str!("missing_image_variable.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_partial(it)) {
        let sources = EnvSources::of(context, &template);
        for container in template.long_running() {
            let Some(image) = container.image().and_then(|it| Image::parse(it).ok()) else { continue };
            let mut unmet = demands(&image).filter(|it| is_asked(it, &container)).peekable();
            if unmet.peek().is_some() {
                let brought = sources.brought_to(&container);
                unmet.for_each(|it| report.add_some(judge(it, &container, &brought)));
            }
        }
    }
}

/// Whether the entrypoint runs, and nothing is mounted that answers for it.
fn is_asked(demand: &Demand, container: &Container<'_>) -> bool {
    let runs_entrypoint = container.field.list("command").next().is_none()
        && match container.field.list("args").next() {
            None => true,
            Some(first) => first.as_str().is_some_and(|it| demand.is_of_arguments(it)),
        };
    let has_settings = || {
        let mut paths = container.volume_mounts().filter_map(|it| it.path());
        !demand.settings.is_empty() && paths.any(|it| it.starts_with(demand.settings))
    };
    runs_entrypoint && !has_settings()
}

fn judge(demand: &Demand, container: &Container<'_>, brought: &Brought) -> Option<Notice> {
    let is_wanted = |name: &str| demand.any_of.contains(&name);
    let is_set = container.env().any(|it| it.name().is_some_and(is_wanted) && !is_empty(&it));
    if is_set || brought.names.iter().any(|it| is_wanted(it)) || is_replica(container) {
        return None;
    }
    let slip = container.env().find_map(|it| Some((meant(it.name()?, demand.any_of.iter().copied())?, it)));
    if slip.is_none() && !brought.is_known {
        return None;
    }
    let (title, image, wanted) = (container_title(container), container.image()?, demand.any_of[0]);
    let message = format!("{title} runs {image}, which does not start without `{wanted}`");
    let at = container.field.at("image");
    let empty = container.env().find(|it| it.name().is_some_and(is_wanted));
    Some(match (slip, empty) {
        (Some((right, variable)), None) => {
            let at = variable.field.at("name");
            Notice::new(&CHECK.info, at.clone(), message)
                .because(format!("the variable is called `{}` here", variable.name()?))
                .help(format!("rename it to `{right}`"))
                .change(Change::Set { at, content: Content::Text(right.to_owned()) })
        }
        (_, Some(variable)) => Notice::new(&CHECK.info, variable.field.at("value"), message)
            .because("an empty value counts as none")
            .help(words_of(demand)),
        (_, None) => Notice::new(&CHECK.info, at, message).help(words_of(demand)),
    })
}

/// Whether it takes what it needs from another one (Bitnami's images).
fn is_replica(container: &Container<'_>) -> bool {
    container.env().any(|it| it.name().is_some_and(|it| it.ends_with("_REPLICATION_MODE")))
}

/// Whether nothing is written as its value.
fn is_empty(variable: &EnvVar<'_>) -> bool {
    variable.source().is_none() && variable.value().is_none_or(str::is_empty)
}

fn words_of(demand: &Demand) -> String {
    let of_secret = if demand.any_of[0].contains("PASSWORD") { ", from a Secret" } else { "" };
    match &demand.any_of[1..] {
        [] => format!("set `{}`{of_secret}", demand.any_of[0]),
        others => format!("set `{}`{of_secret}, or one of {}", demand.any_of[0], others.join(", ")),
    }
}
