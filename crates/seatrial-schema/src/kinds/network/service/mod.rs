//! `Service` (`pkg/apis/core/validation/validation.go`, `pkg/apis/core/v1/defaults.go`,
//! `pkg/registry/core/service`, `pkg/api/service`, 1.36).
//!
//! The server asks for addresses and ports before it validates, and refuses at
//! once what it cannot give. The rules here begin with the same question.

mod allocation;
mod cluster_ips;
mod ports;
mod type_change;
mod warnings;

use crate::errors::{Errors, FieldError};
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::addresses::{self, Stored};
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Value};

pub(super) const SERVICE: Strategy = Strategy {
    default,
    prepare_create: |service| {
        super::drop_status(service);
        // What cannot be given is refused by `validate`.
        if !allocation::give_usual(service)
            && let Ok(given) = allocation::create(service)
        {
            *service = given;
        }
        drop_internal_policy(service);
    },
    prepare_update: |new, old| {
        if let Ok(given) = allocation::update(new, old) {
            *new = given;
        }
        super::keep_status(new, old);
        type_change::drop_fields(new, old);
        drop_internal_policy(new);
    },
    validate: |service, errors| {
        if !allocation::has_usual(service)
            && let Err(refused) = allocation::create(service)
        {
            *errors = refused;
        } else {
            metadata::create(service, Scope::Namespaced, names::label_name, errors);
            validate(service, None, errors);
        }
        lead(service, errors);
    },
    validate_update: |new, old, errors| {
        if let Err(refused) = allocation::update(new, old) {
            *errors = refused;
        } else {
            metadata::update(new, old, errors);
            cluster_ips::compare(new, old, errors);
            type_change::keep(new, old, errors);
            validate(new, Some(old), errors);
        }
        lead(new, errors);
    },
    warnings: warnings::warnings,
    ..Strategy::plain("", "v1", "Service")
};

/// Stands for an address that a cluster would choose: what a dry run answers,
/// the first of the range, which no service ever gets.
const ANY_IP: &str = "10.0.0.0";
/// Stands for a port that a cluster would choose; as a number it reads as 0.
const ANY_PORT: &str = "<generated>";
const NONE: &str = "None";
const POLICIES: [&str; 2] = ["Cluster", "Local"];
const AFFINITY_SECONDS: i64 = 10_800;
const AFFINITY_SECONDS_MOST: i64 = 86_400;
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const ONLY_LOAD_BALANCER: &str = "may only be used when `type` is 'LoadBalancer'";

/// Leads errors to the fields that the manifest has.
fn lead(service: &Value, errors: &mut Errors) {
    errors.lead(&["spec", "LoadBalancerSourceRanges"], &["spec", "loadBalancerSourceRanges"]);
    errors.lead(&["allocateLoadBalancerNodePorts"], &["spec", "allocateLoadBalancerNodePorts"]);
    let list = service.at("spec").as_map().and_then(|spec| spec.entry("clusterIPs"));
    if list.is_none_or(|list| list.by != By::Manifest) {
        errors.lead(&["spec", "clusterIPs"], &["spec", "clusterIP"]);
    }
}

/// Whether a service is refused only because of what its cluster is assumed to
/// be: IPv4 alone, and one range of addresses.
pub fn hangs_on_cluster(error: &FieldError) -> bool {
    error.detail.contains("configured on this cluster")
        || error.detail.contains("this cluster is not configured")
        || error.detail.starts_with(allocation::NOT_IN_RANGE)
}

fn default(service: &mut Value) {
    let spec = service.struct_mut("spec");
    spec.default_text("sessionAffinity", NONE);
    match spec.str("sessionAffinity") {
        NONE => drop(spec.remove("sessionAffinityConfig")),
        "ClientIP" if !spec.at("sessionAffinityConfig").at("clientIP").has("timeoutSeconds") => {
            spec.remove("sessionAffinityConfig");
            let client = spec.struct_mut("sessionAffinityConfig").struct_mut("clientIP");
            client.set_default("timeoutSeconds", AFFINITY_SECONDS);
        }
        _ => {}
    }
    spec.default_text("type", "ClusterIP");
    for port in spec.items_mut("ports") {
        port.default_text("protocol", "TCP");
        let is_zero = match port.at("targetPort") {
            Value::Str(name) => name.is_empty(),
            target => target.as_int().unwrap_or_default() == 0,
        };
        if is_zero {
            port.set("targetPort", port.int("port"), By::Server);
        }
    }
    if is_externally_accessible(spec) {
        spec.default_text("externalTrafficPolicy", "Cluster");
    }
    if matches!(spec.str("type"), "NodePort" | "LoadBalancer" | "ClusterIP") {
        spec.set_default("internalTrafficPolicy", "Cluster");
    }
    if is_load_balancer(spec) {
        spec.set_default("allocateLoadBalancerNodePorts", true);
    }
}

/// A mere name has no traffic policy. The server hides it when it answers, after
/// the rules have seen it, so what they refuse stays here.
fn drop_internal_policy(service: &mut Value) {
    let spec = service.struct_mut("spec");
    if is_external_name(spec) && POLICIES.contains(&spec.str("internalTrafficPolicy")) {
        spec.remove("internalTrafficPolicy");
    }
}

fn is_load_balancer(spec: &Value) -> bool {
    spec.str("type") == "LoadBalancer"
}

fn is_external_name(spec: &Value) -> bool {
    spec.str("type") == "ExternalName"
}

fn is_externally_accessible(spec: &Value) -> bool {
    match spec.str("type") {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.items("externalIPs").is_empty(),
        _ => false,
    }
}

fn needs_health_check(spec: &Value) -> bool {
    is_load_balancer(spec) && spec.str("externalTrafficPolicy") == "Local"
}

fn is_headless(spec: &Value) -> bool {
    matches!(spec.items("clusterIPs"), [only] if only.as_str() == NONE)
}

fn validate(service: &Value, old: Option<&Value>, errors: &mut Errors) {
    topology_annotations(service, errors);
    let (spec, at) = (service.at("spec"), Path::new("spec"));
    let stored = old.map_or(&Value::Null, |old| old.at("spec"));
    service_type(spec, &at, errors);
    ports::validate(spec, &at.child("ports"), errors);
    metadata::labels(spec.at("selector"), &at.child("selector"), errors);
    session_affinity(spec, &at, errors);
    cluster_ips::validate(spec, stored, errors);
    external_ips(spec, stored, &at.child("externalIPs"), errors);
    ports::compare_with_type(spec, &at.child("ports"), errors);
    source_ranges(service, old, errors);
    load_balancer(spec, &at, errors);
    traffic(spec, &at, errors);
}

fn topology_annotations(service: &Value, errors: &mut Errors) {
    let annotations = service.at("metadata").at("annotations");
    let (mode, hints) = ("service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints");
    if annotations.has(mode) && annotations.has(hints) && annotations.str(mode) != annotations.str(hints) {
        let metadata = Path::new("metadata");
        let detail = format!("must match annotations[{hints}] when both are specified");
        errors.invalid(&metadata.child("annotations").key(mode), annotations.str(mode), detail);
    }
}

fn service_type(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let kind = spec.str("type");
    if spec.items("ports").is_empty() && !is_headless(spec) && kind != "ExternalName" {
        errors.required(&at.child("ports"), "");
    }
    match kind {
        "LoadBalancer" | "NodePort" if is_headless(spec) => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.invalid(&at.child("clusterIPs").index(0), NONE, detail);
        }
        "ExternalName" => external_name(spec, at, errors),
        "" => errors.required(&at.child("type"), ""),
        "ClusterIP" | "LoadBalancer" | "NodePort" => {}
        other => {
            let supported = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
            errors.not_supported(&at.child("type"), other, &supported);
        }
    }
}

fn external_name(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let is_set = |field: &str| match field {
        "ipFamilyPolicy" => spec.has(field),
        _ => !spec.items(field).is_empty(),
    };
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"].into_iter().filter(|it| is_set(it)) {
        errors.forbidden(&at.child(field), "may not be set for ExternalName services");
    }
    let name = spec.str("externalName");
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        errors.required(&at.child("externalName"), "");
    } else {
        errors.each_invalid(&at.child("externalName"), name, names::dns1123_subdomain(name));
    }
}

fn session_affinity(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let config_at = at.child("sessionAffinityConfig");
    match spec.str("sessionAffinity") {
        "" => errors.required(&at.child("sessionAffinity"), ""),
        NONE if spec.has("sessionAffinityConfig") => {
            errors.forbidden(&config_at, "must not be set when session affinity is None");
        }
        NONE => {}
        "ClientIP" => {
            let timeout = spec.at("sessionAffinityConfig").at("clientIP").int("timeoutSeconds");
            if !(1..=AFFINITY_SECONDS_MOST).contains(&timeout) {
                let at = config_at.child("clientIP");
                let detail = format!("must be greater than 0 and less than {AFFINITY_SECONDS_MOST}");
                errors.invalid(&at.child("timeoutSeconds"), timeout, detail);
            }
        }
        other => errors.not_supported(&at.child("sessionAffinity"), other, &["ClientIP", NONE]),
    }
}

fn external_ips(spec: &Value, stored: &Value, at: &Path<'_>, errors: &mut Errors) {
    let stored: Stored<'_> = stored.items("externalIPs").iter().map(Value::as_str).collect();
    for (index, ip) in spec.items("externalIPs").iter().map(Value::as_str).enumerate() {
        let at = at.index(index);
        if addresses::kept_ip(&at, ip, &stored, errors) {
            super::endpoints::endpoint_ip(ip, &at, errors);
        }
    }
}

/// Blocks in the field, else in the annotation that came before it.
fn source_ranges(service: &Value, old: Option<&Value>, errors: &mut Errors) {
    let spec = service.at("spec");
    let ranges = spec.items("loadBalancerSourceRanges");
    let annotation = |object: &Value| object.at("metadata").at("annotations").opt(SOURCE_RANGES).cloned();
    let (at, metadata) = (Path::new("spec"), Path::new("metadata"));
    if !ranges.is_empty() {
        let at = at.child("LoadBalancerSourceRanges");
        if !is_load_balancer(spec) {
            errors.forbidden(&at, ONLY_LOAD_BALANCER);
        }
        let stored = old.map_or(&[][..], |old| old.at("spec").items("loadBalancerSourceRanges"));
        let stored: Stored<'_> = stored.iter().map(|it| it.as_str().trim()).collect();
        for (index, range) in ranges.iter().enumerate() {
            addresses::kept_cidr(&at.index(index), range.as_str().trim(), &stored, errors);
        }
    } else if let Some(ranges) = annotation(service) {
        let at = metadata.child("annotations");
        let at = at.key(SOURCE_RANGES);
        if !is_load_balancer(spec) {
            errors.forbidden(&at, ONLY_LOAD_BALANCER);
        }
        let is_new = old.and_then(annotation).as_ref() != Some(&ranges);
        let ranges = ranges.as_str().trim();
        for range in ranges.split(',').filter(|_| is_new && !ranges.is_empty()) {
            addresses::legacy_cidr(&at, range.trim(), errors);
        }
    }
}

fn load_balancer(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    match (is_load_balancer(spec), spec.has("allocateLoadBalancerNodePorts")) {
        (false, true) => errors.forbidden(&at.child("allocateLoadBalancerNodePorts"), ONLY_LOAD_BALANCER),
        (true, false) => errors.required(&Path::new("allocateLoadBalancerNodePorts"), ""),
        _ => {}
    }
    load_balancer_class(spec, at, errors);
}

fn load_balancer_class(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("loadBalancerClass");
    match spec.opt("loadBalancerClass").map(Value::as_str) {
        None => {}
        Some(class) if is_load_balancer(spec) => errors.each_invalid(&at, class, names::label_key(class)),
        Some(_) => errors.forbidden(&at, ONLY_LOAD_BALANCER),
    }
}

fn traffic(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    const DISTRIBUTIONS: [&str; 3] = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    let (policy, path) = (spec.str("externalTrafficPolicy"), at.child("externalTrafficPolicy"));
    match (is_externally_accessible(spec), policy) {
        (false, "") => {}
        (false, _) => errors.invalid(&path, policy, "may only be set for externally-accessible services"),
        (true, "") => errors.required(&path, ""),
        (true, _) if POLICIES.contains(&policy) => {}
        (true, _) => errors.not_supported(&path, policy, &POLICIES),
    }
    ports::health_check(spec, &at.child("healthCheckNodePort"), errors);
    let path = at.child("internalTrafficPolicy");
    match spec.opt("internalTrafficPolicy").map(Value::as_str) {
        None if matches!(spec.str("type"), "NodePort" | "LoadBalancer" | "ClusterIP") => {
            errors.required(&path, "");
        }
        Some(policy) if !POLICIES.contains(&policy) => errors.not_supported(&path, policy, &POLICIES),
        _ => {}
    }
    if let Some(distribution) = spec.opt("trafficDistribution").map(Value::as_str)
        && !DISTRIBUTIONS.contains(&distribution)
    {
        errors.not_supported(&at.child("trafficDistribution"), distribution, &DISTRIBUTIONS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn service(spec: &str) -> Value {
        let mut service =
            value(&format!("{{metadata: {{name: a, namespace: b, resourceVersion: '1'}}, spec: {spec}}}"));
        default(&mut service);
        service
    }

    fn created(spec: &str) -> Result<Value, Vec<String>> {
        let mut service = service(spec);
        (SERVICE.prepare_create)(&mut service);
        let mut errors = Errors::new();
        (SERVICE.validate)(&service, &mut errors);
        if errors.is_empty() { Ok(service) } else { Err(fields(&errors)) }
    }

    fn updated(spec: &str, old: &Value) -> Vec<String> {
        let mut service = service(spec);
        (SERVICE.prepare_update)(&mut service, old);
        let mut errors = Errors::new();
        (SERVICE.validate_update)(&service, old, &mut errors);
        fields(&errors)
    }

    #[test]
    fn what_fits_one_type_only_is_refused_for_the_others() {
        let rows = [
            ("ports: [{port: 80, nodePort: 30001}]", "spec.ports[0].nodePort FieldValueForbidden"),
            ("ports: [{port: 80}], loadBalancerClass: a.b/c", "spec.loadBalancerClass FieldValueForbidden"),
            (
                "ports: [{port: 80}], externalTrafficPolicy: Local",
                "spec.externalTrafficPolicy FieldValueInvalid",
            ),
            ("ports: [{port: 80}], healthCheckNodePort: 30001", "spec.healthCheckNodePort FieldValueInvalid"),
            (
                "type: ExternalName, ipFamilies: [IPv4], externalName: a.b",
                "spec.ipFamilies FieldValueForbidden",
            ),
            ("type: NodePort, clusterIP: None, ports: [{port: 80}]", "spec.clusterIPs[0] FieldValueInvalid"),
        ];
        for (spec, expected) in rows {
            assert_eq!(created(&format!("{{selector: {{a: b}}, {spec}}}")), Err(vec![expected.to_owned()]));
        }
    }

    #[test]
    fn errors_lead_to_the_field_that_is_written() {
        let service = service("{clusterIP: x, loadBalancerSourceRanges: [y], ports: [{port: 80}]}");
        let mut errors = Errors::new();
        validate(&service, None, &mut errors);
        lead(&service, &mut errors);
        let paths: Vec<_> =
            errors.as_slice().iter().map(|error| (error.field.as_str(), error.path.to_string())).collect();
        assert!(paths.contains(&("spec.clusterIPs", "spec.clusterIP".to_owned())), "{paths:?}");
        let ranges = ("spec.LoadBalancerSourceRanges[0]", "spec.loadBalancerSourceRanges[0]".to_owned());
        assert!(paths.contains(&ranges), "{paths:?}");
    }

    #[test]
    fn two_ports_need_names_of_their_own() {
        let refused =
            created("{ports: [{port: 80}, {name: a, port: 80}, {name: a, port: 81}]}").expect_err("refused");
        let expected = [
            "spec.ports[0].name FieldValueRequired",
            "spec.ports[2].name FieldValueDuplicate",
            "spec.ports[1] FieldValueDuplicate",
        ];
        assert_eq!(refused, expected);
    }

    #[test]
    fn addresses_stay_and_go_with_the_type() {
        let old = created("{selector: {a: b}, type: NodePort, ports: [{port: 80}]}").expect("accepted");
        assert_eq!(old.at("spec").items("ports")[0].str("nodePort"), ANY_PORT);
        assert!(updated("{selector: {a: b}, type: NodePort, ports: [{port: 81}]}", &old).is_empty());
        let other = updated("{selector: {a: b}, clusterIP: 10.0.0.9, ports: [{port: 80}]}", &old);
        assert_eq!(other, ["spec.clusterIPs[0] FieldValueInvalid"]);
        assert!(updated("{type: ExternalName, externalName: a.example.com}", &old).is_empty());
    }

    #[test]
    fn another_cluster_might_take_other_families_and_addresses() {
        let rows = [
            ("ipFamilies: [IPv6]", true),
            ("ipFamilyPolicy: RequireDualStack", true),
            ("clusterIP: 192.0.2.1", true),
            ("clusterIP: '2001:db8::1'", true),
            ("clusterIP: x", false),
        ];
        for (spec, expected) in rows {
            let mut errors = Errors::new();
            (SERVICE.validate)(&service(&format!("{{selector: {{a: b}}, {spec}}}")), &mut errors);
            assert_eq!(
                errors.as_slice().iter().map(hangs_on_cluster).collect::<Vec<_>>(),
                [expected],
                "{spec}"
            );
        }
    }

    #[test]
    fn a_class_of_load_balancers_stays() {
        let spec = "type: LoadBalancer, selector: {a: b}, ports: [{port: 80}]";
        let old = created(&format!("{{{spec}, loadBalancerClass: a.b/c}}")).expect("accepted");
        assert_eq!(updated(&format!("{{{spec}}}"), &old), ["spec.loadBalancerClass FieldValueInvalid"]);
    }
}
