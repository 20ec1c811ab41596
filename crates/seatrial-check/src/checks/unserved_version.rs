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

use std::collections::BTreeSet;

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness, is_slip};
use seatrial_model::Object;
use seatrial_schema::published;
use seatrial_schema::removed::{self, Owner};
use seatrial_yaml::FieldPath;

use crate::review::{Served, is_lone_patch, location};
use crate::{Check, Context, Report, moved};

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
    let repository = context.world().repository;
    for object in context.objects() {
        let review = context.review_of(object);
        if matches!(review.served, Served::Yes(_) | Served::Custom) || is_lone_patch(repository, object) {
            continue;
        }
        let (version, kind) = (object.api_version(), object.kind());
        let at = location(object, &FieldPath::root().key("apiVersion"));
        let title = object.title();
        let told =
            given_up(context, object, review.served).or_else(|| to_come(context, object, review.served));
        if let Some(notice) = told {
            report.add(notice);
            continue;
        }
        let notice = match review.served {
            Served::Otherwise(known) if known.first_minor() > target.minor as u8 => {
                let message = format!("{title} is of {version}, which Kubernetes {target} does not have yet");
                let notice = Notice::new(&CHECK.info, at, message)
                    .because(format!("{version} {kind} came with Kubernetes 1.{}", known.first_minor()));
                served_instead(notice, context, object)
            }
            Served::Otherwise(known) => {
                let message = format!("{title} is of {version}, which Kubernetes {target} does not serve");
                let notice = Notice::new(&CHECK.info, at, message).because(format!(
                    "{version} {kind} was last served by Kubernetes 1.{}",
                    known.last_served()
                ));
                let moved = moved::lines(object);
                match instead(context, object) {
                    Some(other) if moved.is_empty() => {
                        notice.help(format!("write it for `{other}`, whose fields may differ"))
                    }
                    Some(other) => {
                        let notice = notice.help(format!("write it for `{other}`"));
                        moved.into_iter().fold(notice, Notice::because)
                    }
                    None => notice.help("nothing takes its place: remove it"),
                }
            }
            Served::Never => {
                let message = format!("there is no kind {kind} in {version}");
                let notice = |at| Notice::new(&CHECK.info, at, message);
                match (instead(context, object), context.kind_meant(object)) {
                    (Some(other), _) => notice(at).help(format!("the kind is in `{other}`")),
                    (None, Some(meant)) => {
                        let at = location(object, &FieldPath::root().key("kind"));
                        notice(at).help(format!("write `{meant}`"))
                    }
                    (None, None) => notice(at),
                }
            }
            Served::Foreign if context.is_no_group(object) => {
                report.add(review.weighed(of_no_group(context, object)));
                continue;
            }
            Served::Foreign => {
                if let Some(notice) = of_other_group(object) {
                    report.add(notice);
                    continue;
                }
                if let Some(meant) = context.group_meant(object) {
                    let message = format!("nothing here defines the group {} of {title}", object.group());
                    let notice = Notice::new(&CHECK.info, at, message)
                        .severity(Severity::Warning)
                        .because(format!("Kubernetes has the kind in `{meant}`"))
                        .help(format!("write `{meant}` if that is meant"));
                    report.add(review.weighed(notice));
                    continue;
                }
                let Some(meant) = context.kind_meant(object) else { continue };
                let message = format!("nothing here defines the kind {kind} of {}", object.group());
                let at = location(object, &FieldPath::root().key("kind"));
                Notice::new(&CHECK.info, at, message)
                    .severity(Severity::Warning)
                    .because(format!("there is the kind {meant} in this group"))
                    .help(format!("write `{meant}` if that is meant"))
            }
            Served::OptIn(_) => {
                let message =
                    format!("{title} is of {version}, which is served only where somebody turns it on");
                let notice = Notice::new(&CHECK.info, at, message).severity(Severity::Warning);
                served_instead(notice, context, object)
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
            Served::Unpublished => unpublished(object),
            Served::Yes(_) | Served::Custom | Served::Published => continue,
        };
        report.add(review.weighed(notice));
    }
}

/// A notice with what the target serves of the kind, if it does.
fn served_instead(notice: Notice, context: &Context<'_>, object: &Object) -> Notice {
    match instead(context, object) {
        Some(other) => notice.help(format!("write it for `{other}`, whose fields may differ")),
        None => notice,
    }
}

/// A group without a point that is none of Kubernetes' own.
fn of_no_group(context: &Context<'_>, object: &Object) -> Notice {
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let message = format!("{} is of {}, which no API server serves", object.title(), object.api_version());
    let notice = Notice::new(&CHECK.info, at.clone(), message).because(format!(
        "a definition of a kind is of a group with a point, and `{}` has none",
        object.group()
    ));
    let Some(other) = context.serving("", object.kind()) else {
        return notice
            .severity(Severity::Warning)
            .because("a server of its own behind the API server may be called so");
    };
    let notice = notice.help(format!("the kind is in `{other}`"));
    if !stands_for(object.group(), &other) {
        // A format of another program may have a kind of this name.
        return notice.severity(Severity::Warning);
    }
    let version = |it: &str| it.rsplit('/').next().unwrap_or_default().to_owned();
    if version(&other) != version(object.api_version()) {
        return notice;
    }
    notice.change(Change::Set { at, content: Content::Text(other) })
}

/// Whether a group is the beginning of another version's group, or a slip of it.
fn stands_for(group: &str, other: &str) -> bool {
    let Some((meant, _)) = other.split_once('/') else { return group == "core" };
    let first = meant.split('.').next().unwrap_or_default();
    first.starts_with(group) || is_slip(group, first)
}

/// A version that a project gave up, of a kind that nothing here defines. Of what the
/// tree installs itself the release is known.
fn given_up(context: &Context<'_>, object: &Object, served: Served) -> Option<Notice> {
    if !matches!(served, Served::Foreign | Served::Published | Served::Unpublished) {
        return None;
    }
    let fate = removed::fate(object.api_version(), object.kind())?;
    let Owner::Project { name, removed, .. } = fate.owner else { return None };
    if removed.is_empty() {
        return None;
    }
    let installed = context.pinned().is_before(name, removed);
    if matches!(installed, Some((true, _))) {
        return None;
    }
    let (title, version) = (object.title(), object.api_version());
    let message = format!("{title} is of {version}, which {name} {removed} and later do not serve");
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let notice = Notice::new(&CHECK.info, at, message).severity(Severity::Warning).because(match installed {
        Some((_, release)) => format!("{name} {release} is installed here"),
        None => format!("which release of {name} a cluster has is not known"),
    });
    let notice = moved::lines(object).into_iter().fold(notice, Notice::because);
    Some(match (&*fate.replacement, &*fate.replacement_kind) {
        ("", _) => notice.help("nothing takes its place: remove it"),
        (other, kind) if kind == object.kind() => notice.help(format!("write it for `{other}`")),
        (other, kind) => notice.help(format!("write a {kind} of `{other}` instead")),
    })
}

/// A version that came with a later release of a project than the one that the tree
/// installs, of a kind that nothing here defines.
fn to_come(context: &Context<'_>, object: &Object, served: Served) -> Option<Notice> {
    // The version, the project, the release that brought it, and what came before.
    const CAME: &[(&str, &str, &str, &str)] = &[
        ("external-secrets.io/v1", "external-secrets", "0.16", "external-secrets.io/v1beta1"),
        ("karpenter.sh/v1", "Karpenter", "1.0", "karpenter.sh/v1beta1"),
        ("karpenter.k8s.aws/v1", "Karpenter", "1.0", "karpenter.k8s.aws/v1beta1"),
    ];
    if !matches!(served, Served::Foreign | Served::Published) {
        return None;
    }
    let (version, project, came, before) = CAME.iter().find(|it| it.0 == object.api_version())?;
    let Some((true, release)) = context.pinned().is_before(project, came) else { return None };
    let message = format!("{} is of {version}, which {project} {release} does not have yet", object.title());
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let notice = Notice::new(&CHECK.info, at, message).severity(Severity::Warning);
    let notice =
        notice.because(format!("{version} came with {project} {came}, and {release} is installed here"));
    Some(notice.help(format!("install {came} or later, or write it for `{before}`")))
}

/// A kind that its group never had, and another of the same project has.
fn of_other_group(object: &Object) -> Option<Notice> {
    published::kinds(object.group()).next()?;
    let project = |group: &str| {
        let labels = group.rmatch_indices('.').nth(1).map_or(0, |(at, _)| at + 1);
        group[labels..].to_owned()
    };
    let own = project(object.group());
    let groups = published::groups().filter(|it| *it != object.group() && project(it) == own);
    let versions = groups.flat_map(|it| {
        published::versions(it, object.kind()).map(move |version| format!("`{it}/{version}`"))
    });
    let versions: BTreeSet<String> = versions.collect();
    if versions.is_empty() {
        return None;
    }
    let message = format!("{} is of {}, which never had that kind", object.title(), object.api_version());
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let versions: Vec<_> = versions.into_iter().collect();
    Some(
        Notice::new(&CHECK.info, at, message)
            .severity(Severity::Warning)
            .because(format!("this is from what was published of the group up to {}", published::date()))
            .help(format!("the kind was published in {}", versions.join(", "))),
    )
}

/// A version that no published definition of the kind serves: it is gone, or
/// never was.
fn unpublished(object: &Object) -> Notice {
    let versions: BTreeSet<_> = published::versions(object.group(), object.kind()).collect();
    let versions: Vec<_> = versions.into_iter().map(|it| format!("`{}/{it}`", object.group())).collect();
    let message = format!(
        "{} is of {}, which the published definitions of {} do not serve",
        object.title(),
        object.api_version(),
        object.kind()
    );
    let at = location(object, &FieldPath::root().key("apiVersion"));
    let notice = Notice::new(&CHECK.info, at, message).help(format!("they serve {}", versions.join(", ")));
    // A version above all others may have come since.
    let own = object.api_version().rsplit('/').next().unwrap_or_default();
    let is_newer = published::versions(object.group(), object.kind()).all(|it| rank(it) < rank(own));
    if is_newer { notice.severity(Severity::Info) } else { notice }
}

/// How far a version is: first whether it is stable, then the number.
fn rank(version: &str) -> (u8, u32, u32) {
    let text = version.trim_start_matches('v');
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let stage = match &text[end..] {
        "" => 2,
        rest if rest.starts_with("beta") => 1,
        _ => 0,
    };
    let digits = text[end..].trim_start_matches(|it: char| !it.is_ascii_digit());
    (stage, text[..end].parse().unwrap_or(0), digits.parse().unwrap_or(0))
}

/// The version that the target serves the kind in.
fn instead(context: &Context<'_>, object: &Object) -> Option<String> {
    context.serving(object.group(), object.kind())
}
