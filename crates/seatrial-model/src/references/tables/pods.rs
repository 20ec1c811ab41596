//! What a template of pods refers to.

use seatrial_yaml::{Node, PathStep};
use smol_str::SmolStr;

use crate::LabelSelector;
use crate::references::site::{Rule, Site, to};
use crate::references::tables::{CLAIM, CONFIG_MAP, SECRET, SERVICE_ACCOUNT};
use crate::references::{GroupKind, Kinds, Part, Reference, Relation, Scope, Strength};
use crate::views::PodTemplate;

/// Paths from the mapping that holds `metadata` and `spec`.
pub(in crate::references) const POD_TEMPLATE: &[(&str, Rule)] = &[
    ("spec.containers[*].env[*].valueFrom.configMapKeyRef", ENV_CONFIG),
    ("spec.containers[*].env[*].valueFrom.secretKeyRef", ENV_SECRET),
    ("spec.containers[*].envFrom[*].configMapRef", ENV_FROM_CONFIG),
    ("spec.containers[*].envFrom[*].secretRef", ENV_FROM_SECRET),
    ("spec.initContainers[*].env[*].valueFrom.configMapKeyRef", ENV_CONFIG),
    ("spec.initContainers[*].env[*].valueFrom.secretKeyRef", ENV_SECRET),
    ("spec.initContainers[*].envFrom[*].configMapRef", ENV_FROM_CONFIG),
    ("spec.initContainers[*].envFrom[*].secretRef", ENV_FROM_SECRET),
    ("spec.ephemeralContainers[*].env[*].valueFrom.configMapKeyRef", ENV_CONFIG),
    ("spec.ephemeralContainers[*].env[*].valueFrom.secretKeyRef", ENV_SECRET),
    ("spec.ephemeralContainers[*].envFrom[*].configMapRef", ENV_FROM_CONFIG),
    ("spec.ephemeralContainers[*].envFrom[*].secretRef", ENV_FROM_SECRET),
    ("spec.imagePullSecrets[*]", to(Relation::ImagePull, SECRET).rule()),
    ("spec", Rule::Read(account)),
    ("spec", Rule::Read(sub_paths)),
    ("spec.priorityClassName", class(&[("scheduling.k8s.io", "PriorityClass")])),
    ("spec.runtimeClassName", class(&[("node.k8s.io", "RuntimeClass")])),
    ("spec.volumes[*].configMap", Rule::Read(config_map_volume)),
    ("spec.volumes[*].secret", Rule::Read(secret_volume)),
    ("spec.volumes[*].projected.sources[*].configMap", Rule::Read(config_map_volume)),
    ("spec.volumes[*].projected.sources[*].secret", Rule::Read(projected_secret)),
    ("spec.volumes[*].persistentVolumeClaim", to(Relation::Storage, CLAIM).under("claimName").rule()),
    ("spec.volumes[*].ephemeral.volumeClaimTemplate.spec.storageClassName", super::storage::CLASS),
    ("spec.volumes[*].csi.nodePublishSecretRef", to(Relation::Credentials, SECRET).rule()),
    (
        "spec.volumes[*].csi.volumeAttributes",
        to(Relation::Volume, PROVIDER).under("secretProviderClass").rule(),
    ),
    ("spec.volumes[*].azureFile", to(Relation::Credentials, SECRET).under("secretName").rule()),
    ("spec.volumes[*].cephfs.secretRef", to(Relation::Credentials, SECRET).rule()),
    ("spec.volumes[*].rbd.secretRef", to(Relation::Credentials, SECRET).rule()),
    ("spec.volumes[*].iscsi.secretRef", to(Relation::Credentials, SECRET).rule()),
    ("spec.volumes[*].scaleIO.secretRef", to(Relation::Credentials, SECRET).rule()),
    ("spec.volumes[*].flexVolume.secretRef", to(Relation::Credentials, SECRET).rule()),
    ("spec.resourceClaims[*]", to(Relation::Storage, RESOURCE_CLAIM).under("resourceClaimName").rule()),
    (
        "spec.resourceClaims[*]",
        to(Relation::Storage, RESOURCE_CLAIM_TEMPLATE).under("resourceClaimTemplateName").rule(),
    ),
    (
        "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[*]",
        Rule::Read(required_neighbours),
    ),
];

const PROVIDER: &[GroupKind] = &[("secrets-store.csi.x-k8s.io", "SecretProviderClass")];
const RESOURCE_CLAIM: &[GroupKind] = &[("resource.k8s.io", "ResourceClaim")];
const RESOURCE_CLAIM_TEMPLATE: &[GroupKind] = &[("resource.k8s.io", "ResourceClaimTemplate")];

const ENV_CONFIG: Rule = to(Relation::EnvKey, CONFIG_MAP).key("key").rule();
const ENV_SECRET: Rule = to(Relation::EnvKey, SECRET).key("key").rule();
const ENV_FROM_CONFIG: Rule = to(Relation::EnvFrom, CONFIG_MAP).rule();
const ENV_FROM_SECRET: Rule = to(Relation::EnvFrom, SECRET).rule();

const fn class(kinds: &'static [GroupKind]) -> Rule {
    to(Relation::Class, kinds).scalar().in_cluster().rule()
}

/// `serviceAccount` is the old name of `serviceAccountName`, which wins.
fn account(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let keys = ["serviceAccountName", "serviceAccount"];
    let written = keys.into_iter().find_map(|key| Some((key, site.text(key).filter(|it| !it.is_empty())?)));
    if let Some((key, name)) = written {
        found.push(site.reference(Relation::Account, SERVICE_ACCOUNT, name, site.path_of(key)));
    }
}

fn config_map_volume(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    volume(site, CONFIG_MAP, "name", found);
}

fn secret_volume(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    volume(site, SECRET, "secretName", found);
}

fn projected_secret(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    volume(site, SECRET, "name", found);
}

/// A reference to the object, and one more for every key that is picked.
fn volume(
    site: &Site<'_, '_>,
    kinds: &'static [GroupKind],
    name_key: &'static str,
    found: &mut Vec<Reference>,
) {
    if !site.node.is_mapping() {
        return;
    }
    let name = site.text(name_key).unwrap_or_default();
    let path = site.path_of(name_key);
    let strength = strength(site.node);
    let base = Reference { strength, ..site.reference(Relation::Volume, kinds, name, path) };
    let items = site.get("items").into_iter().flat_map(Node::items);
    let items = (0..).zip(items).filter_map(|(place, item)| Some((place, item.get("key")?.as_str()?)));
    for (place, key) in items {
        let steps = [PathStep::Key("items".into()), PathStep::Index(place), PathStep::Key("key".into())];
        let part = Some((Part::Key(key.into()), site.path(&steps)));
        found.push(Reference { part, ..base.clone() });
    }
    found.push(base);
}

fn strength(source: Node<'_>) -> Strength {
    let excused = source.get("optional").and_then(Node::as_bool).unwrap_or(false);
    if excused { Strength::Optional } else { Strength::Required }
}

/// A mount with `subPath` shows one key of a `ConfigMap` or Secret; where the
/// key is absent, an empty directory appears in its place.
fn sub_paths(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    for list in ["initContainers", "containers"] {
        let containers = site.get(list).into_iter().flat_map(Node::items);
        for (container_place, container) in (0..).zip(containers) {
            let mounts = container.get("volumeMounts").into_iter().flat_map(Node::items);
            for (place, mount) in (0..).zip(mounts) {
                let steps = [
                    PathStep::Key(SmolStr::new_static(list)),
                    PathStep::Index(container_place),
                    PathStep::Key(SmolStr::new_static("volumeMounts")),
                    PathStep::Index(place),
                    PathStep::Key(SmolStr::new_static("subPath")),
                ];
                found.extend(sub_path(site, mount, &steps));
            }
        }
    }
}

fn sub_path(site: &Site<'_, '_>, mount: Node<'_>, steps: &[PathStep]) -> Option<Reference> {
    let key = mount.get("subPath")?.as_str()?.split('/').next().filter(|it| !it.is_empty())?;
    let volume_name = mount.get("name")?.as_str()?;
    let named = |it: &Node<'_>| it.get("name").and_then(Node::as_str) == Some(volume_name);
    // A StatefulSet mounts the claim of that name instead.
    let template = PodTemplate::of(site.object);
    if template.is_some_and(|it| it.claim_templates().any(|claim| claim == volume_name)) {
        return None;
    }
    let volume = site.get("volumes")?.items().find(named)?;
    let (kinds, source, name) = match volume.get("configMap") {
        Some(source) => (CONFIG_MAP, source, source.get("name")),
        None => (SECRET, volume.get("secret")?, volume.get("secret")?.get("secretName")),
    };
    if source.get("items").is_some() {
        return None;
    }
    let base = site.reference(Relation::SubPath, kinds, name?.as_str()?, site.path(steps));
    Some(Reference {
        strength: strength(source),
        part: Some((Part::Key(key.into()), base.path.clone())),
        ..base
    })
}

/// Pods that must already run where these are placed.
fn required_neighbours(site: &Site<'_, '_>, found: &mut Vec<Reference>) {
    let Some(selector) = site.get("labelSelector").and_then(LabelSelector::of) else { return };
    if selector.is_everything() {
        return;
    }
    let named = site.get("namespaces").into_iter().flat_map(Node::items);
    let named: Vec<SmolStr> = named.filter_map(|it| it.as_str().map(SmolStr::new)).collect();
    let scope = match (site.get("namespaceSelector").is_some(), named.is_empty()) {
        (true, _) => Scope::Any,
        (false, false) => Scope::OneOf(named),
        (false, true) => Scope::Same,
    };
    let base = site.selection(Relation::Peers, Kinds::Pods, selector, site.path_of("labelSelector"));
    found.push(Reference { scope, ..base });
}
