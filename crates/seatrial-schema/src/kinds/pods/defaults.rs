//! What the server fills into a pod spec (`pkg/apis/core/v1/defaults.go` and
//! `zz_generated.defaults.go`, 1.36; `conversion.go` for the fields that have
//! two names).

use seatrial_model::Quantity;
use smol_str::SmolStr;

use super::image::pull_policy;
use super::resources::{aggregate, is_pod_level, round_up, text_of};
use super::walk::CONTAINER_LISTS;
use crate::kinds::storage::{claims, sources};
use crate::rules::quantities::of;
use crate::rules::resources::{is_huge_pages, is_overcommit_allowed};
use crate::value::{By, Value};

/// Fills in a pod spec as it stands in a template; a pod of its own gets more.
pub(crate) fn default_pod_spec(spec: &mut Value) {
    spec.map_mut();
    fill(spec, "dnsPolicy", "ClusterFirst");
    fill(spec, "restartPolicy", "Always");
    spec.struct_mut("securityContext");
    spec.set_default("terminationGracePeriodSeconds", 30);
    fill(spec, "schedulerName", "default-scheduler");
    spec.items_mut("volumes").iter_mut().for_each(default_volume);
    for list in CONTAINER_LISTS {
        spec.items_mut(list).iter_mut().for_each(default_container);
    }
    round_up(spec, "overhead");
    default_requirements(spec);
    unite_service_accounts(spec);
}

/// What a pod gets beyond a template's spec.
pub(super) fn default_pod(pod: &mut Value) {
    let spec = pod.struct_mut("spec");
    default_pod_spec(spec);
    for list in ["containers", "initContainers"] {
        spec.items_mut(list).iter_mut().for_each(requests_from_limits);
    }
    default_huge_page_limits(spec);
    default_pod_requests(spec);
    spec.set_default("enableServiceLinks", true);
    if spec.bool("hostNetwork") {
        for list in ["containers", "initContainers"] {
            let containers = spec.items_mut(list).iter_mut();
            containers.flat_map(|it| it.items_mut("ports")).for_each(default_host_port);
        }
    }
    // A pod ends at once where a template may still say something below nothing.
    if spec.int("terminationGracePeriodSeconds") < 0 {
        spec.set("terminationGracePeriodSeconds", 1, By::Server);
    }
    drop_init_container_annotations(pod);
}

/// Annotations that carried init containers before there was a field.
pub(crate) fn drop_init_container_annotations(object: &mut Value) {
    const DEAD: [&str; 4] = [
        "pod.beta.kubernetes.io/init-containers",
        "pod.alpha.kubernetes.io/init-containers",
        "pod.beta.kubernetes.io/init-container-statuses",
        "pod.alpha.kubernetes.io/init-container-statuses",
    ];
    let Some(metadata) = object.at_mut("metadata") else { return };
    let Some(Value::Map(annotations)) = metadata.at_mut("annotations") else { return };
    annotations.retain(|it| !DEAD.contains(&it.key.as_str()));
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
}

/// A text that counts as absent when it is empty.
fn fill(value: &mut Value, field: &'static str, text: &'static str) {
    if value.str(field).is_empty() {
        value.set(field, text, By::Server);
    }
}

fn fill_number(value: &mut Value, field: &'static str, number: i64) {
    if value.int(field) == 0 {
        value.set(field, number, By::Server);
    }
}

/// `serviceAccount` is the older name of `serviceAccountName`, which wins.
fn unite_service_accounts(spec: &mut Value) {
    let name = match (spec.str("serviceAccountName"), spec.str("serviceAccount")) {
        ("", "") => return,
        ("", old) => SmolStr::new(old),
        (new, _) => SmolStr::new(new),
    };
    for field in ["serviceAccountName", "serviceAccount"] {
        if spec.str(field) != name {
            spec.set(field, name.clone(), By::Server);
        }
    }
}

fn default_volume(volume: &mut Value) {
    let has_source = volume
        .as_map()
        .is_some_and(|it| it.entries().iter().any(|it| it.key != "name" && !it.value.is_null()));
    if !has_source {
        volume.struct_mut("emptyDir");
    }
    if let Some(map) = volume.as_map() {
        let fields: Vec<_> = map.entries().iter().map(|it| it.key.clone()).collect();
        for field in fields {
            if let Some(source) = volume.at_mut(&field) {
                default_volume_source(&field, source);
            }
        }
    }
}

fn default_volume_source(field: &str, source: &mut Value) {
    const FILE_MODE: i64 = 0o644;
    match field {
        "secret" | "configMap" => source.set_default("defaultMode", FILE_MODE),
        "downwardAPI" => {
            source.set_default("defaultMode", FILE_MODE);
            source.items_mut("items").iter_mut().for_each(default_field_ref);
        }
        "projected" => {
            source.set_default("defaultMode", FILE_MODE);
            source.items_mut("sources").iter_mut().for_each(default_projection);
        }
        "ephemeral" => {
            if let Some(template) = source.at_mut("volumeClaimTemplate") {
                let spec = template.struct_mut("spec");
                claims::default_claim_spec(spec);
                default_requirements(spec);
            }
        }
        "image" => {
            if source.str("pullPolicy").is_empty() {
                let policy = pull_policy(source.str("reference"));
                source.set("pullPolicy", policy, By::Server);
            }
        }
        _ => sources::default_source(field, source),
    }
}

fn default_projection(projection: &mut Value) {
    if let Some(downward) = projection.at_mut("downwardAPI") {
        downward.items_mut("items").iter_mut().for_each(default_field_ref);
    }
    if let Some(token) = projection.at_mut("serviceAccountToken") {
        token.set_default("expirationSeconds", 3600);
    }
}

fn default_field_ref(holder: &mut Value) {
    if let Some(reference) = holder.at_mut("fieldRef") {
        fill(reference, "apiVersion", "v1");
    }
}

fn default_container(container: &mut Value) {
    if container.str("imagePullPolicy").is_empty() {
        let policy = pull_policy(container.str("image"));
        container.set("imagePullPolicy", policy, By::Server);
    }
    fill(container, "terminationMessagePath", "/dev/termination-log");
    fill(container, "terminationMessagePolicy", "File");
    for port in container.items_mut("ports") {
        fill(port, "protocol", "TCP");
    }
    for source in container.items_mut("env").iter_mut().filter_map(|it| it.at_mut("valueFrom")) {
        default_field_ref(source);
        if let Some(file) = source.at_mut("fileKeyRef") {
            file.set_default("optional", false);
        }
    }
    default_requirements(container);
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.at_mut(field) {
            default_probe(probe);
        }
    }
    if let Some(lifecycle) = container.at_mut("lifecycle") {
        for field in ["postStart", "preStop"] {
            lifecycle.at_mut(field).into_iter().for_each(default_http_get);
        }
    }
}

fn default_probe(probe: &mut Value) {
    fill_number(probe, "timeoutSeconds", 1);
    fill_number(probe, "periodSeconds", 10);
    fill_number(probe, "successThreshold", 1);
    fill_number(probe, "failureThreshold", 3);
    default_http_get(probe);
    if let Some(grpc) = probe.at_mut("grpc") {
        grpc.set_default("service", "");
    }
}

fn default_http_get(handler: &mut Value) {
    if let Some(http) = handler.at_mut("httpGet") {
        fill(http, "path", "/");
        fill(http, "scheme", "HTTP");
    }
}

fn default_host_port(port: &mut Value) {
    let number = port.int("containerPort");
    if port.int("hostPort") == 0 && number != 0 {
        port.set("hostPort", number, By::Server);
    }
}

/// Amounts are held in thousandths.
fn default_requirements(holder: &mut Value) {
    if let Some(resources) = holder.at_mut("resources") {
        round_up(resources, "limits");
        round_up(resources, "requests");
    }
}

fn requests_from_limits(container: &mut Value) {
    let limits: Vec<_> = container.at("resources").entries("limits").to_vec();
    if limits.is_empty() {
        return;
    }
    let requests = container.struct_mut("resources").struct_mut("requests").map_mut();
    for limit in limits {
        if requests.entry(&limit.key).is_none() {
            requests.insert(limit.key, limit.value, By::Server);
        }
    }
}

/// A pod's limit of huge pages is the sum of its containers', unless it says
/// anything about them.
fn default_huge_page_limits(spec: &mut Value) {
    let resources = spec.at("resources");
    if resources.entries("limits").is_empty() && resources.entries("requests").is_empty() {
        return;
    }
    let mut missing = aggregate(spec, "limits");
    missing.retain(|name, _| is_huge_pages(name) && !resources.at("requests").has(name));
    fill_amounts(spec, "limits", missing);
}

/// A pod's requests are those of its containers, else its limits.
fn default_pod_requests(spec: &mut Value) {
    let limits: Vec<_> = spec.at("resources").entries("limits").to_vec();
    if limits.is_empty() {
        return;
    }
    let mut requests = aggregate(spec, "requests");
    requests.retain(|name, _| is_pod_level(name) && is_overcommit_allowed(name));
    fill_amounts(spec, "requests", requests);
    let limits = limits.iter().filter(|it| is_pod_level(&it.key));
    fill_amounts(spec, "requests", limits.map(|it| (it.key.clone(), of(&it.value))));
}

fn fill_amounts(
    spec: &mut Value,
    field: &'static str,
    amounts: impl IntoIterator<Item = (SmolStr, Quantity)>,
) {
    for (name, amount) in amounts {
        let list = spec.struct_mut("resources").struct_mut(field).map_mut();
        if list.entry(&name).is_none() {
            list.insert(name, text_of(amount), By::Server);
        }
    }
}
