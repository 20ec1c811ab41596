//! Flux applies a Secret that is encrypted with SOPS, and is not told how to decrypt it.
//!
//! ## Why
//! A Kustomization of Flux decrypts what it applies only with `spec.decryption`.
//! Without it the controller refuses a Secret that has a `sops` section, and with it
//! everything else under the path: nothing is applied until the field is there. A
//! Kustomization inherits nothing from the one that applied it.
//!
//! ## Bad
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//! ```yaml file:apps/token.yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: token, namespace: shop}
//! stringData: {token: "ENC[AES256_GCM,data:aGVsbG8=,iv:aXY=,tag:dGFn,type:str]"}
//! sops: {mac: "ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]", version: 3.9.0}
//! ```
//! ```text deliveries
//! Kustomization apps apps
//! ```
//!
//! ## Good
//! ```yaml file:flux/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec:
//!   path: ./apps
//!   sourceRef: {kind: GitRepository, name: flux-system}
//!   decryption: {provider: sops, secretRef: {name: sops-age}}
//! ```
//! ```yaml file:apps/token.yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: token, namespace: shop}
//! stringData: {token: "ENC[AES256_GCM,data:aGVsbG8=,iv:aXY=,tag:dGFn,type:str]"}
//! sops: {mac: "ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]", version: 3.9.0}
//! ```
//! ```text deliveries
//! Kustomization apps apps
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object, Repository, UnitKind, UnitRole};
use seatrial_yaml::Node;

use crate::flux::KUSTOMIZE;
use crate::gitops::deployed::deployed;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "flux-encrypted-without-decryption",
        title: "Flux applies a Secret that is encrypted with SOPS, and is not told how to decrypt it",
        severity: Severity::Error,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["flux.decryption"],
        page: include_str!("flux_encrypted_without_decryption.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let is_given_by_patches = patches_give_decryption(repository);
    for it in deployed(repository, |it| it.is(KUSTOMIZE, "Kustomization")) {
        let spec = Field::root(it.by).key("spec");
        let has_decryption = spec.as_ref().is_some_and(|it| it.key("decryption").is_some());
        // Only what another Kustomization applies is there as patches leave it.
        let is_as_written = repository.unit(it.by.unit()).kind != UnitKind::Flux;
        if has_decryption || (is_as_written && is_given_by_patches) {
            continue;
        }
        let mut encrypted = repository.bundle(it.unit.id).objects().iter().filter(|it| is_encrypted(it));
        let Some(first) = encrypted.next() else { continue };
        let severity = if it.unit.role == UnitRole::Deployed { Severity::Error } else { Severity::Warning };
        report.add(notice(it.by, first, encrypted.count()).severity(severity));
    }
}

/// Whether a patch for other Kustomizations writes the field into them.
fn patches_give_decryption(repository: &Repository) -> bool {
    let all = repository.of_kind(KUSTOMIZE, "Kustomization");
    let patches = |it: &Object| {
        let spec = Field::root(it).key("spec");
        spec.is_some_and(|spec| {
            let mut patches = spec.list("patches");
            patches.any(|it| it.text("patch").is_some_and(|it| it.contains("decryption")))
        })
    };
    all.into_iter().any(patches)
}

/// As the controller tells it: a Secret with a section of SOPS.
fn is_encrypted(object: &Object) -> bool {
    object.is("", "Secret") && object.field(&["sops"]).is_some_and(Node::is_mapping)
}

fn notice(by: &Object, secret: &Object, others: usize) -> Notice {
    let (title, name) = (by.title(), secret.title());
    let message = format!("{title} applies {name}, which is encrypted with SOPS, and has no `decryption`");
    let root = Field::root(by);
    let at = root.key("spec").map_or_else(|| root.location(), |it| it.location());
    let notice = Notice::new(&CHECK.info, at, message)
        .because("Flux refuses the Secret, and applies nothing of the path")
        .related(Field::root(secret).location(), Role::Reference, "the Secret")
        .help("add `decryption: {provider: sops, secretRef: {name: ...}}` to its `spec`");
    if others == 0 { notice } else { notice.because(format!("{others} more are encrypted")) }
}
