//! A claim cannot be bound to the volume that it asks for.
//!
//! ## Why
//! A claim is bound to the volume that it names only if the two agree: the same class,
//! an access mode that the volume has, and a volume that is large enough. Otherwise
//! it stays Pending, and every pod that mounts it with it. A claim without a class
//! is given the cluster's default one, which then differs from the volume's; to have
//! none is `storageClassName: ""`. A volume whose `claimRef` names the claim is bound to it as
//! it is. A volume is bound to one claim: of two that name it, the other waits. And where
//! the tree makes its volumes itself, a name that none of them bears is a slip.
//!
//! For a claim with `storageClassName: ""` nothing makes a volume: it waits for one without a
//! class that somebody made.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolume
//! metadata: {name: data}
//! spec: {capacity: {storage: 5Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /data}}
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec:
//!   volumeName: data
//!   storageClassName: manual
//!   accessModes: [ReadWriteOnce]
//!   resources: {requests: {storage: 10Gi}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: PersistentVolume
//! metadata: {name: data}
//! spec: {capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], storageClassName: manual, hostPath: {path: /data}}
//! ---
//! apiVersion: v1
//! kind: PersistentVolumeClaim
//! metadata: {name: data}
//! spec:
//!   volumeName: data
//!   storageClassName: manual
//!   accessModes: [ReadWriteOnce]
//!   resources: {requests: {storage: 10Gi}}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_yaml::FieldPath;

use crate::placeholder::is_filled_in_later;
use crate::slip::{akin, meant};
use crate::storage::Store;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unbindable-claim",
        title: "A claim cannot be bound to the volume that it asks for",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.pv-selector", "storage.binding"],
        page: include_str!("unbindable_claim.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let volumes: Vec<Store<'_>> = context.of_kind("", "PersistentVolume").filter_map(Store::volume).collect();
    let without_class: Vec<_> = context.objects().flat_map(Store::claims).filter(wants_none).collect();
    if !without_class.is_empty() && !has_volume_without_class(context) {
        for claim in &without_class {
            report.add(without_volume(claim));
        }
    }
    let by_name = by_name(&volumes);
    let mut takers: BTreeMap<&str, Store<'_>> = BTreeMap::new();
    for claim in context.of_kind("", "PersistentVolumeClaim").flat_map(Store::claims) {
        let Some(name) = claim.spec.text("volumeName").filter(|it| !it.is_empty()) else { continue };
        let obstacle = match by_name.get(name) {
            Some(Some(volume)) => judge(&claim, volume),
            Some(None) => None,
            None => unmade(context, &claim, name, by_name.keys().copied()),
        };
        match (obstacle, takers.get(name)) {
            (Some(obstacle), _) => report.add(obstacle),
            (None, Some(first)) => report.add_some(taken(&claim, first, name)),
            (None, None) => {
                takers.insert(name, claim.clone());
            }
        }
    }
    for volume in &volumes {
        report.add_some(reserved(context, volume));
    }
}

/// The volumes by their names; none where two bear it, of which only one is applied.
fn by_name<'v, 'a>(volumes: &'v [Store<'a>]) -> BTreeMap<&'a str, Option<&'v Store<'a>>> {
    let mut all = BTreeMap::new();
    for volume in volumes {
        all.entry(volume.object().name()).and_modify(|it| *it = None).or_insert(Some(volume));
    }
    all
}

/// A claim for a volume that another one names.
fn taken(claim: &Store<'_>, first: &Store<'_>, name: &str) -> Option<Notice> {
    let id = |it: &Store<'_>| (it.object().namespace().map(str::to_owned), it.object().name().to_owned());
    // The same claim twice is told of by itself.
    if id(claim) == id(first) || is_filled_in_later(name) {
        return None;
    }
    let message = format!("{} asks for PersistentVolume {name}, as {} does", claim.title(), first.title());
    Some(
        Notice::new(&CHECK.info, claim.spec.at("volumeName"), message)
            .because("a volume is bound to one claim, and the other stays Pending")
            .help("give each claim a volume of its own")
            .related(first.spec.at("volumeName"), Role::Cause, "the other claim"),
    )
}

/// A claim for a volume that the tree, which makes others, does not make.
fn unmade<'a>(
    context: &Context<'_>,
    claim: &Store<'_>,
    name: &str,
    here: impl Iterator<Item = &'a str> + Clone,
) -> Option<Notice> {
    let repository = context.world().repository;
    let is_external = || repository.external.iter().any(|it| it.kind.is_match("PersistentVolume"));
    let has = || repository.of_kind("", "PersistentVolume").any(|it| it.name() == name);
    // What a provisioner made is called after the claim's uid.
    if is_filled_in_later(name) || name.starts_with("pvc-") || context.is_partial() || is_external() || has()
    {
        return None;
    }
    let message = format!("{} asks for PersistentVolume {name}, which nothing here defines", claim.title());
    let at = claim.spec.at("volumeName");
    let notice = Notice::new(&CHECK.info, at.clone(), message)
        .severity(Severity::Warning)
        .because("the claim stays Pending, and every pod that mounts it");
    let near = meant(name, here.clone());
    let other = near.or_else(|| akin(name, here))?;
    let notice = notice.help(format!("PersistentVolume {other} is here"));
    Some(match near {
        Some(near) => notice.change(Change::Set { at, content: Content::Text(near.to_owned()) }),
        None => notice,
    })
}

/// Why the two do not go together: where it shows in the claim and in the
/// volume, and in words.
struct Obstacle {
    claim: Location,
    volume: Location,
    reason: String,
    help: String,
    severity: Severity,
}

fn judge(claim: &Store<'_>, volume: &Store<'_>) -> Option<Notice> {
    if is_kept_for(volume, claim) {
        return None;
    }
    let obstacle =
        of_class(claim, volume).or_else(|| of_mode(claim, volume)).or_else(|| of_size(claim, volume))?;
    let (title, other) = (claim.title(), volume.title());
    let verb = if obstacle.severity == Severity::Info { "may not" } else { "cannot" };
    let message = format!("{title} {verb} be bound to {other}: {}", obstacle.reason);
    Some(
        Notice::new(&CHECK.info, obstacle.claim, message)
            .severity(obstacle.severity)
            .help(obstacle.help)
            .because("the claim stays Pending, and every pod that mounts it")
            .related(obstacle.volume, Role::Definition, "the volume"),
    )
}

/// Whether the volume may be kept for this very claim: then they are bound without
/// a look at class, mode or size.
fn is_kept_for(volume: &Store<'_>, claim: &Store<'_>) -> bool {
    let Some(kept) = volume.spec.key("claimRef") else { return false };
    let (object, name) = (claim.object(), kept.text("name").unwrap_or_default());
    let is_named = if object.kind() == "StatefulSet" {
        // Its claims are called `TEMPLATE-NAME-0`.
        let template = claim.field.keys(&["metadata", "name"]).and_then(|it| it.as_str());
        let rest = template.and_then(|it| name.strip_prefix(it)?.strip_prefix('-'));
        rest.is_some_and(|it| it.starts_with(object.name()))
    } else {
        name == object.name()
    };
    let namespaces = kept.text("namespace").zip(object.namespace());
    is_named && namespaces.is_none_or(|(one, other)| one == other || is_filled_in_later(one))
}

fn of_class(claim: &Store<'_>, volume: &Store<'_>) -> Option<Obstacle> {
    let offered = volume.class().unwrap_or_default();
    let is_written = claim.spec.key("storageClassName").is_some_and(|it| !it.node().is_null());
    let (reason, severity) = match claim.class() {
        Some(asked) if asked == offered => return None,
        Some("") => (format!("it asks for no class, and the volume has `{offered}`"), Severity::Error),
        Some(asked) if offered.is_empty() => {
            (format!("it asks for class `{asked}`, and the volume has none"), Severity::Error)
        }
        Some(asked) => {
            (format!("it asks for class `{asked}`, and the volume has `{offered}`"), Severity::Error)
        }
        None if is_written => return None,
        // Without a default class, or with the volume's as the default, it works.
        None => ("it names no class, so that the cluster's default is asked for".to_owned(), Severity::Info),
    };
    Some(Obstacle {
        claim: claim.spec.at("storageClassName"),
        volume: volume.spec.at("storageClassName"),
        reason,
        help: format!(
            "write `storageClassName: {}` in the claim",
            if offered.is_empty() { "\"\"" } else { offered }
        ),
        severity,
    })
}

fn of_mode(claim: &Store<'_>, volume: &Store<'_>) -> Option<Obstacle> {
    let lacking = claim
        .modes()
        .find(|it| it.as_str().is_some_and(|it| !is_filled_in_later(it) && !volume.has_mode(it)))?;
    volume.modes().next()?;
    let mode = lacking.as_str().unwrap_or_default();
    Some(Obstacle {
        claim: lacking.location(),
        volume: volume.spec.at("accessModes"),
        reason: format!("the volume does not have the access mode {mode}"),
        help: "ask for modes that the volume has".to_owned(),
        severity: Severity::Error,
    })
}

fn of_size(claim: &Store<'_>, volume: &Store<'_>) -> Option<Obstacle> {
    let (asked, offered) = (claim.request()?, volume.capacity()?);
    (asked.nanos() > offered.nanos()).then(|| Obstacle {
        claim: claim.spec.key("resources").map_or_else(|| claim.spec.at("resources"), |it| it.at("requests")),
        volume: volume.spec.at("capacity"),
        reason: "the volume is too small".to_owned(),
        help: "ask for as much as the volume has".to_owned(),
        severity: Severity::Error,
    })
}

/// Whether a claim waits for any volume without a class.
fn wants_none(claim: &Store<'_>) -> bool {
    let says = |key| claim.spec.key(key).is_some_and(|it| !it.node().is_null());
    claim.class() == Some("") && !says("volumeName") && !says("selector")
}

/// Whether the tree has a volume without a class, one whose class is not known, or
/// says that there are volumes elsewhere.
fn has_volume_without_class(context: &Context<'_>) -> bool {
    let repository = context.world().repository;
    let mut volumes = repository.of_kind("", "PersistentVolume").map(Store::volume);
    repository.external.iter().any(|it| it.kind.is_match("PersistentVolume"))
        || volumes.any(|it| it.is_none_or(|it| it.class().is_none_or(str::is_empty)))
}

fn without_volume(claim: &Store<'_>) -> Notice {
    let message = format!("{} asks for no class, and nothing here makes a volume for it", claim.title());
    Notice::new(&CHECK.info, claim.spec.at("storageClassName"), message)
        .severity(Severity::Warning)
        .help("leave `storageClassName` out for the cluster's default class, or add a PersistentVolume")
        .because("the claim stays Pending, and every pod that mounts it")
}

/// A volume that is kept for a claim which is not there, or in another namespace.
fn reserved(context: &Context<'_>, volume: &Store<'_>) -> Option<Notice> {
    let kept = volume.spec.key("claimRef")?;
    let (name, namespace) = (kept.text("name")?, kept.text("namespace")?);
    let is_it = |it: &&Object| it.name() == name;
    let mut claims = context.of_kind("", "PersistentVolumeClaim").filter(is_it);
    let claim = claims.next()?;
    let own = claim.namespace()?;
    if own == namespace || claims.next().is_some() || is_filled_in_later(namespace) {
        return None;
    }
    let message = format!(
        "{} is kept for claim `{name}` in namespace `{namespace}`, and it is in `{own}`",
        volume.title()
    );
    Some(
        Notice::new(&CHECK.info, kept.at("namespace"), message)
            .severity(Severity::Warning)
            .help(format!("write `namespace: {own}` in the `claimRef`"))
            .related(
                claim.location(FieldPath::root().key("metadata")),
                Role::Definition,
                "the claim of that name",
            ),
    )
}
