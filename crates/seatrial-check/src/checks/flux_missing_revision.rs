//! A Flux source follows a revision that its repository does not have.
//!
//! ## Why
//! A `GitRepository` whose branch or tag is not there is not ready (`couldn't find remote ref`),
//! and none of the Kustomizations and releases that name it is applied again: the cluster stays
//! as it is. Without `ref` Flux follows `master`, whatever the repository's own main branch is.
//! `name` takes the full name of a ref only, and `commit` the full hash.
//!
//! Only an address that is this repository is looked up. In a shallow clone, or one of a single
//! branch, an absent name is a warning at most. A server may keep a commit that no branch leads to, so
//! that one which is not here is a warning.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/fleet
//! develop
//! main
//! ```
//! ```yaml file:clusters/source.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: fleet, namespace: flux-system}
//! spec: {interval: 1m, url: "ssh://git@github.com/example/fleet", ref: {branch: feature/cart}}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/fleet
//! develop
//! main
//! ```
//! ```yaml file:clusters/source.yaml
//! apiVersion: source.toolkit.fluxcd.io/v1
//! kind: GitRepository
//! metadata: {name: fleet, namespace: flux-system}
//! spec: {interval: 1m, url: "ssh://git@github.com/example/fleet", ref: {branch: main}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Location, Notice, Severity, Strictness};
use seatrial_model::{Field, IdleRange, Object, Origins, RenderFacts};

use crate::flux::{Asked, SOURCE};
use crate::gitops::{
    MissingRevision, Revision, gravity, is_complete, is_full_hash, is_literal, own_repository,
};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-missing-revision",
        title: "A Flux source follows a revision that its repository does not have",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["flux"],
        page: include_str!("flux_missing_revision.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    for object in context.of_kind(SOURCE, "GitRepository") {
        let Some(spec) = Field::root(object).key("spec") else { continue };
        let is_suspended = spec.key("suspend").is_some_and(|it| it.as_bool() == Some(true));
        let Some(gravest) = gravity(world, object).filter(|_| !is_suspended) else { continue };
        let origins = spec.text("url").filter(|it| is_literal(it)).and_then(|it| own_repository(world, it));
        for asked in Asked::of(&spec).into_iter().filter(|it| is_literal(it.text)) {
            let at = match asked.key {
                Some(key) => spec.keys(&["ref", key]).map_or_else(|| spec.at("ref"), |it| it.location()),
                None => spec.at("ref"),
            };
            let of_origins = |origins| {
                let other = other_sort(object, asked, &at, origins);
                other.or_else(|| absent(object, asked, at.clone(), origins, &world.repository.facts))
            };
            let notice = incomplete(object, asked, &at).or_else(|| origins.and_then(of_origins));
            report.add_some(notice.map(|it| {
                let severity = it.severity.min(gravest);
                it.severity(severity)
            }));
        }
    }
}

/// A name or hash of which a part is left out: Flux does not complete it.
fn incomplete(object: &Object, asked: Asked<'_>, at: &Location) -> Option<Notice> {
    let text = asked.text;
    let (what, help) = match asked.key {
        Some("name") if !text.starts_with("refs/") && text != "HEAD" => {
            ("full name of a ref", format!("write `refs/heads/{text}`, or `refs/tags/{text}` for a tag"))
        }
        Some("commit") if !is_full_hash(text) => {
            ("full hash of a commit", "write all of the hash".to_owned())
        }
        _ => return None,
    };
    let message = format!("{} follows `{text}`, which is no {what}", object.title());
    Some(Notice::new(&CHECK.info, at.clone(), message).help(help))
}

/// A tag where a branch is named, or a branch where a tag is: Flux fetches only the one.
fn other_sort(object: &Object, asked: Asked<'_>, at: &Location, origins: &Origins) -> Option<Notice> {
    let text = asked.text;
    let (what, name) = match asked.key? {
        "branch" if origins.only_tags.contains(text) => ("a tag and no branch", "tag"),
        "tag" if origins.only_branches.contains(text) => ("a branch and no tag", "branch"),
        _ => return None,
    };
    // A name may be both on the server.
    let notice = is_complete(origins).then(|| {
        let message = format!("{} follows `{text}`, which is {what} of this repository", object.title());
        Notice::new(&CHECK.info, at.clone(), message).help(format!("write `{name}: {text}`"))
    });
    notice.map(|it| it.change(Change::Rename { at: at.clone(), name: name.to_owned() }))
}

fn absent(
    object: &Object,
    asked: Asked<'_>,
    at: Location,
    origins: &Origins,
    facts: &RenderFacts,
) -> Option<Notice> {
    let title = object.title();
    if asked.key == Some("semver") && facts.idle_ranges.get(asked.text) == Some(&IdleRange::WithoutTag) {
        let message = format!("{title} follows tags in `{}`, and no tag here lies in it", asked.text);
        let severity = if is_complete(origins) { Severity::Error } else { Severity::Info };
        let notice = Notice::new(&CHECK.info, at, message).severity(severity);
        return Some(notice.help("widen the range, or push a tag that lies in it"));
    }
    if asked.revision(origins) != Revision::Absent {
        return None;
    }
    let severity = if is_complete(origins) { Severity::Error } else { Severity::Info };
    let message = match asked.key {
        Some("semver") => format!("{title} follows tags in `{}`, and no tag here is a version", asked.text),
        None => format!("{title} names no branch and follows `master`, which is not here"),
        Some(_) => {
            let help = "name a branch or tag that exists, or push the one that is named";
            let missing = MissingRevision { object, at, written: asked.text, origins, is_sure: true, help };
            return Some(missing.notice(&CHECK.info));
        }
    };
    let notice = Notice::new(&CHECK.info, at, message).severity(severity);
    Some(match asked.key {
        None => notice.help("write the branch: `ref: {branch: main}`"),
        Some(_) => notice.help("tag a commit with a version such as `v1.0.0`, or follow a branch"),
    })
}
