//! Volume sources that pods and `PersistentVolume`s share: their defaults and
//! rules (`kubernetes` 1.36, `pkg/apis/core/validation/validation.go` and
//! `pkg/apis/core/v1/zz_generated.defaults.go`).

use std::sync::LazyLock;

use regex::Regex;

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names;
use crate::value::{By, Value};

/// Whose source it is; a few rules differ.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    /// A pod's volume.
    #[allow(dead_code, reason = "pods are being written")]
    Pod,
    /// The `PersistentVolume` of that name.
    Volume(&'a str),
}

/// What each source cannot do without, beyond the rules below.
const REQUIRED: &[(&str, &[&str])] = &[
    ("awsElasticBlockStore", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("azureFile", &["secretName", "shareName"]),
    ("cinder", &["volumeID"]),
    ("flexVolume", &["driver"]),
    ("gcePersistentDisk", &["pdName"]),
    ("glusterfs", &["endpoints", "path"]),
    ("iscsi", &["targetPortal"]),
    ("nfs", &["server", "path"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("storageos", &["volumeName"]),
    ("vsphereVolume", &["volumePath"]),
];

const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Fills in what a source leaves out.
pub(crate) fn default_source(field: &str, source: &mut Value) {
    let rows: &[(&str, &'static str, &'static str)] = &[
        ("rbd", "pool", "rbd"),
        ("rbd", "user", "admin"),
        ("rbd", "keyring", "/etc/ceph/keyring"),
        ("iscsi", "iscsiInterface", "default"),
        ("azureDisk", "cachingMode", "ReadWrite"),
        ("azureDisk", "fsType", "ext4"),
        ("azureDisk", "kind", "Shared"),
        ("scaleIO", "storageMode", "ThinProvisioned"),
        ("scaleIO", "fsType", "xfs"),
    ];
    for (owner, name, value) in rows {
        // What is no pointer in Go counts as absent when it is empty.
        let is_absent = !source.has(name) || (*owner != "azureDisk" && source.str(name).is_empty());
        if *owner == field && is_absent {
            source.set(name, *value, By::Server);
        }
    }
    match field {
        "azureDisk" => source.set_default("readOnly", false),
        "hostPath" => source.set_default("type", ""),
        _ => {}
    }
}

/// The rules for a source in the field of that name, whose own path is `at`.
pub(crate) fn validate(field: &str, source: &Value, owner: Owner<'_>, at: &Path<'_>, errors: &mut Errors) {
    let required = REQUIRED.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, fields)| fields);
    require(source, required, at, errors);
    let is_volume = matches!(owner, Owner::Volume(_));
    match field {
        "hostPath" => host_path(source, at, errors),
        "local" => rooted_path(source, at, errors),
        "gcePersistentDisk" | "awsElasticBlockStore" if !(0..=255).contains(&source.int("partition")) => {
            let detail = names::range_error(1, 255);
            errors.invalid(&at.child("partition"), source.int("partition"), detail);
        }
        "nfs" if !source.str("path").starts_with('/') => {
            errors.invalid(&at.child("path"), source.str("path"), "must be an absolute path");
        }
        "iscsi" => iscsi(source, owner, at, errors),
        "fc" => fibre_channel(source, at, errors),
        "glusterfs" if is_volume => endpoints_namespace(source, at, errors),
        "rbd" => {
            require_items(source, "monitors", at, errors);
            require(source, &["image"], at, errors);
        }
        "cephfs" => require_items(source, "monitors", at, errors),
        "flexVolume" => reserved_options(source, at, errors),
        "cinder" => secret_reference(source, is_volume, at, errors),
        "flocker" => flocker(source, at, errors),
        "quobyte" => quobyte(source, at, errors),
        "azureFile"
            if is_volume && source.opt("secretNamespace").is_some_and(|it| it.as_str().is_empty()) =>
        {
            errors.required(&at.child("secretNamespace"), "");
        }
        "azureDisk" => azure_disk(source, at, errors),
        "storageos" => storageos(source, is_volume, at, errors),
        _ => {}
    }
}

/// The name of a CSI driver where another object mentions it.
pub(crate) fn csi_driver_name(name: &str, at: &Path<'_>, errors: &mut Errors) {
    if name.is_empty() {
        return errors.required(at, "");
    }
    if name.len() > names::LABEL_LENGTH {
        errors.too_long(at, names::LABEL_LENGTH);
    }
    errors.each_invalid(at, name, names::dns1123_subdomain(&name.to_lowercase()));
}

fn require(source: &Value, fields: &[&str], at: &Path<'_>, errors: &mut Errors) {
    for field in fields {
        if source.str(field).is_empty() {
            errors.required(&at.child(field), "");
        }
    }
}

fn require_items(source: &Value, field: &str, at: &Path<'_>, errors: &mut Errors) {
    if source.items(field).is_empty() {
        errors.required(&at.child(field), "");
    }
}

fn host_path(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    rooted_path(source, at, errors);
    let kind = source.str("type");
    if !source.str("path").is_empty() && source.has("type") && !HOST_PATH_TYPES.contains(&kind) {
        errors.not_supported(&at.child("type"), kind, &HOST_PATH_TYPES);
    }
}

fn rooted_path(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let path = source.str("path");
    if path.is_empty() {
        errors.required(&at.child("path"), "");
    } else {
        no_steps_back(path, &at.child("path"), errors);
    }
}

/// A path that must not lead upwards.
pub(crate) fn no_steps_back(path: &str, at: &Path<'_>, errors: &mut Errors) {
    if path.split('/').any(|step| step == "..") {
        errors.invalid(at, path, "must not contain '..'");
    }
}

fn iscsi(source: &Value, owner: Owner<'_>, at: &Path<'_>, errors: &mut Errors) {
    let portal = source.str("targetPortal");
    let initiator = source.opt("initiatorName").map(Value::as_str);
    if let (Owner::Volume(name), Some(_)) = (owner, initiator)
        && name.len() + 1 + portal.len() > 64
    {
        let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
        errors.invalid(&at.child("targetportal"), portal, detail);
    }
    let unknown = match owner {
        Owner::Pod => "must be valid format starting with iqn, eui, or naa",
        Owner::Volume(_) => "must be valid format",
    };
    match source.str("iqn") {
        "" => errors.required(&at.child("iqn"), ""),
        iqn => iscsi_name(iqn, unknown, &at.child("iqn"), errors),
    }
    if !(0..=255).contains(&source.int("lun")) {
        errors.invalid(&at.child("lun"), source.int("lun"), names::range_error(0, 255));
    }
    let asks_secret = source.bool("chapAuthDiscovery") || source.bool("chapAuthSession");
    match source.opt("secretRef") {
        None if asks_secret => errors.required(&at.child("secretRef"), ""),
        Some(secret) if matches!(owner, Owner::Volume(_)) => {
            require(secret, &["name"], &at.child("secretRef"), errors);
        }
        _ => {}
    }
    if let Some(initiator) = initiator {
        iscsi_name(initiator, unknown, &at.child("initiatorname"), errors);
    }
}

fn iscsi_name(name: &str, unknown: &'static str, at: &Path<'_>, errors: &mut Errors) {
    static IQN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"iqn\.[0-9]{4}-[0-9]{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\t\n\f\r ]+)$"));
    static EUI: LazyLock<Regex> = LazyLock::new(|| pattern("^eui.[A-Za-z0-9]{16}$"));
    static NAA: LazyLock<Regex> = LazyLock::new(|| pattern("^naa.[A-Za-z0-9]{32}$"));
    let grammar = match name.get(..3) {
        Some("iqn") => &IQN,
        Some("eui") => &EUI,
        Some("naa") => &NAA,
        _ => return errors.invalid(at, name, unknown),
    };
    if !grammar.is_match(name) {
        errors.invalid(at, name, "must be valid format");
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

fn fibre_channel(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (targets, ids) = (source.items("targetWWNs"), source.items("wwids"));
    let at_targets = at.child("targetWWNs");
    if targets.is_empty() && ids.is_empty() {
        errors.required(&at_targets, "must specify either targetWWNs or wwids, but not both");
    }
    if !targets.is_empty() && !ids.is_empty() {
        let detail = "targetWWNs and wwids can not be specified simultaneously";
        errors.invalid(&at_targets, source.at("targetWWNs").clone(), detail);
    }
    if targets.is_empty() {
        return;
    }
    match source.opt("lun").map(|it| it.as_int().unwrap_or_default()) {
        None => errors.required(&at.child("lun"), "lun is required if targetWWNs is specified"),
        Some(lun) if !(0..=255).contains(&lun) => {
            errors.invalid(&at.child("lun"), lun, names::range_error(0, 255));
        }
        Some(_) => {}
    }
}

fn endpoints_namespace(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("endpointsNamespace");
    match source.opt("endpointsNamespace").map(Value::as_str) {
        None => {}
        Some("") => {
            errors.invalid(&at, "", "if the endpointnamespace is set, it must be a valid namespace name");
        }
        Some(namespace) => errors.each_invalid(&at, namespace, names::dns1123_label(namespace)),
    }
}

/// Options of a Flex driver leave Kubernetes' own namespaces alone.
fn reserved_options(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("options");
    for option in source.entries("options") {
        let namespace = option.key.split('/').next().unwrap_or_default().to_lowercase();
        let dotted = format!(".{namespace}");
        if dotted.ends_with(".kubernetes.io") || dotted.ends_with(".k8s.io") {
            let detail = "kubernetes.io and k8s.io namespaces are reserved";
            errors.invalid(&at.key(&option.key), option.key.as_str(), detail);
        }
    }
}

fn secret_reference(source: &Value, has_namespace: bool, at: &Path<'_>, errors: &mut Errors) {
    if let Some(secret) = source.opt("secretRef") {
        let fields: &[&str] = if has_namespace { &["name", "namespace"] } else { &["name"] };
        require(secret, fields, &at.child("secretRef"), errors);
    }
}

fn flocker(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (name, uuid) = (source.str("datasetName"), source.str("datasetUUID"));
    if name.is_empty() && uuid.is_empty() {
        errors.required(at, "one of datasetName and datasetUUID is required");
    }
    if !name.is_empty() && !uuid.is_empty() {
        errors.invalid(at, "resource", "datasetName and datasetUUID can not be specified simultaneously");
    }
    if name.contains('/') {
        errors.invalid(&at.child("datasetName"), name, "must not contain '/'");
    }
}

fn quobyte(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let detail = "must be a host:port pair or multiple pairs separated by commas";
    let registry = source.str("registry");
    if registry.is_empty() {
        errors.required(&at.child("registry"), detail);
    } else if source.str("tenant").len() >= 65 {
        errors.required(&at.child("tenant"), "must be a UUID and may not exceed a length of 64 characters");
    } else {
        for _ in registry.split(',').filter(|pair| !is_host_and_port(pair)) {
            errors.invalid(&at.child("registry"), registry, detail);
        }
    }
    require(source, &["volume"], at, errors);
}

/// Whether Go's `net.SplitHostPort` takes it.
fn is_host_and_port(pair: &str) -> bool {
    let (host, rest) = match pair.strip_prefix('[') {
        Some(bracketed) => match bracketed.split_once(']') {
            Some((host, rest)) => (host, rest),
            None => return false,
        },
        None => match pair.rfind(':') {
            Some(at) if !pair[..at].contains(':') => pair.split_at(at),
            _ => return false,
        },
    };
    let has_bracket = |text: &str| text.contains(['[', ']']);
    let port = rest.strip_prefix(':');
    !host.contains('[') && port.is_some_and(|port| !port.contains(':') && !has_bracket(port)) && {
        pair.starts_with('[') || !has_bracket(host)
    }
}

fn azure_disk(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let rows: &[(&str, &[&str])] =
        &[("cachingMode", &["None", "ReadOnly", "ReadWrite"]), ("kind", &["Dedicated", "Managed", "Shared"])];
    for (field, supported) in rows {
        if source.opt(field).is_some_and(|it| !supported.contains(&it.as_str())) {
            errors.not_supported(&at.child(field), source.at(field).clone(), supported);
        }
    }
    let uri = source.str("diskURI");
    let (start, example) = match source.opt("kind").map(Value::as_str) {
        None => return,
        Some("Managed") => (
            "/subscriptions/",
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}",
        ),
        Some(_) => {
            ("https://", "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")
        }
    };
    if !uri.starts_with(start) {
        errors.not_supported(&at.child("diskURI"), uri, &[example]);
    }
}

fn storageos(source: &Value, is_volume: bool, at: &Path<'_>, errors: &mut Errors) {
    for field in ["volumeName", "volumeNamespace"] {
        let name = source.str(field);
        if !name.is_empty() {
            errors.each_invalid(&at.child(field), name, names::dns1123_label(name));
        }
    }
    secret_reference(source, is_volume, at, errors);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_split_as_go_splits_them() {
        for fine in ["a:1", ":1", "a:", "[::1]:2", "[a]:"] {
            assert!(is_host_and_port(fine), "{fine}");
        }
        for wrong in ["a", "a:b:c", "[::1]", "[::1", "[a]b:1", "a]:1", "[a]:1:2", ""] {
            assert!(!is_host_and_port(wrong), "{wrong}");
        }
    }

    #[test]
    fn names_of_iscsi_targets_have_a_grammar() {
        let refused = |name: &str| {
            let mut errors = Errors::new();
            iscsi_name(name, "must be valid format", &Path::new("iqn"), &mut errors);
            !errors.is_empty()
        };
        assert!(!refused("iqn.2001-04.com.example:storage") && !refused("eui.0123456789abcdef"));
        assert!(refused("iqn.2001-04.com.example") && refused("eui.1") && refused("x"));
    }
}
