//! A cluster's directory deploys the path of another environment.
//!
//! ## Why
//! A file for one environment that was copied from another and still names the other's
//! path: staging runs with the settings, the hosts and the secrets of production, or
//! production with those of staging. Both are there, so nothing fails.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! apps/production/kustomization.yaml
//! apps/staging/kustomization.yaml
//! ```
//! ```yaml file:clusters/staging/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/production, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! apps/production/kustomization.yaml
//! apps/staging/kustomization.yaml
//! ```
//! ```yaml file:clusters/staging/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};

use crate::environments::Environment;
use crate::gitops::{Source, Standing, is_literal, standing};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "path-of-other-environment",
        title: "A cluster's directory deploys the path of another environment",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux.path", "argo.path"],
        page: include_str!("path_of_other_environment.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    for object in context.objects() {
        let paths: Vec<Field<'_>> = if object.is("kustomize.toolkit.fluxcd.io", "Kustomization") {
            Field::root(object).keys(&["spec", "path"]).into_iter().collect()
        } else {
            let sources = Source::of(context.world().repository, object);
            sources.iter().filter(|it| !it.is_chart()).filter_map(|it| it.field.key("path")).collect()
        };
        for path in paths {
            report.add_some(judge(world, object, &path));
        }
    }
}

fn judge(world: &World<'_>, object: &Object, field: &Field<'_>) -> Option<Notice> {
    let file = world.repository.facts.path(object.span().file)?;
    let mut own = file.parent()?.as_str().to_owned();
    own.make_ascii_lowercase();
    let mut homes = own.split('/').filter(|it| Environment::named(it).is_some());
    // A directory of several environments belongs to none.
    let (home, None) = (homes.next()?, homes.next()) else { return None };
    let written = field.as_str().filter(|it| is_literal(it))?;
    let mut named = written.split('/').filter(|it| Environment::named(it).is_some());
    let (named, None) = (named.next()?, named.next()) else { return None };
    if Environment::named(home) == Environment::named(named)
        || standing(world, written)?.1 != Standing::Directory
    {
        return None;
    }
    let parts = written.split('/').map(|it| if it == named { home } else { it });
    let right = parts.collect::<Vec<_>>().join("/");
    if standing(world, &right)?.1 != Standing::Directory {
        return None;
    }
    let title = object.title();
    let message = format!("{title} stands below `{home}` and deploys `{written}`");
    let content = Content::Text(right.clone());
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .because(format!("`{right}` is there, too"))
            .help(format!("deploy `{right}`"))
            .change(Change::Set { at: field.location(), content }),
    )
}
