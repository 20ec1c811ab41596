//! What a cluster gives a service before it looks at the rest: families, cluster
//! addresses, node ports (`pkg/registry/core/service/storage/{storage,alloc}.go`).
//!
//! Placeholders stand for what is given where the manifest names nothing. The
//! cluster has IPv4 alone, its addresses lie in [`RANGE`], and it answers as a dry
//! run does: which addresses and ports are taken, and the bounds of node ports,
//! are not asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::errors::Errors;
use crate::kinds::network::service::cluster_ips::{self, FAMILIES};
use crate::kinds::network::service::{ANY_IP, ANY_PORT, NONE};
use crate::path::Path;
use crate::rules::addresses::{self, Cidr};
use crate::value::{By, Value};

/// The range of cluster addresses.
const RANGE: &str = "10.0.0.0/16";
/// Its first and last address, which no service gets.
const RESERVED: [&str; 2] = [ANY_IP, "10.0.255.255"];
/// The one family that the cluster has.
const FAMILY: &str = FAMILIES[0];
const SINGLE_STACK: &str = "SingleStack";
const DUAL_STACK: &str = "RequireDualStack";
const PREFER_DUAL_STACK: &str = "PreferDualStack";
pub(super) const NOT_IN_RANGE: &str = "failed to allocate IP";
const TAKEN: &str = "provided port is already allocated";

/// Gives a new service what nearly every one gets, as [`create`] would; not one that
/// asks for anything of it.
pub(super) fn give_usual(service: &mut Value) -> bool {
    let spec = service.struct_mut("spec");
    let asks = !spec.str("clusterIP").is_empty()
        || !spec.items("clusterIPs").is_empty()
        || !spec.items("ipFamilies").is_empty()
        || spec.has("ipFamilyPolicy");
    if asks || spec.str("type") != "ClusterIP" {
        return false;
    }
    spec.set("ipFamilyPolicy", SINGLE_STACK, By::Server);
    set_families(spec, vec![FAMILY.into()]);
    spec.set("clusterIPs", vec![ANY_IP.into()], By::Server);
    spec.set("clusterIP", ANY_IP, By::Server);
    true
}

/// Whether a new service has that and nothing of its own, so that [`create`] has nothing
/// to refuse.
pub(super) fn has_usual(service: &Value) -> bool {
    let spec = service.at("spec");
    let is_given = |field: &str| {
        let entry = spec.as_map().and_then(|it| it.entry(field));
        entry.is_some_and(|it| it.by == By::Server)
    };
    spec.str("type") == "ClusterIP"
        && ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"].into_iter().all(is_given)
}

/// A new service with what it is given, or why it is refused.
pub(super) fn create(service: &Value) -> Result<Value, Errors> {
    let mut service = service.clone();
    let spec = service.struct_mut("spec");
    if !spec.str("clusterIP").is_empty() && spec.items("clusterIPs").is_empty() {
        set_only_ip(spec);
    }
    give_families(spec, None)?;
    give_cluster_ips(spec)?;
    let mut ports = NodePorts::default();
    if uses_node_ports(spec) {
        ports.give(spec)?;
    }
    if super::needs_health_check(spec) {
        ports.give_health_check(spec)?;
    }
    Ok(service)
}

/// A changed service with what it keeps and is given, or why it is refused.
pub(super) fn update(new: &Value, old: &Value) -> Result<Value, Errors> {
    let mut service = new.clone();
    let (spec, old) = (service.struct_mut("spec"), old.at("spec"));
    keep_given(spec, old);
    follow_singular(spec, old);
    give_families(spec, Some(old))?;
    if super::is_external_name(old) && !is_preferred_and_same(spec, old) {
        give_cluster_ips(spec)?;
    }
    let mut ports = NodePorts::default();
    if uses_node_ports(spec) {
        ports.change(spec, old)?;
    }
    if super::needs_health_check(spec) && !super::needs_health_check(old) {
        ports.give_health_check(spec)?;
    }
    Ok(service)
}

fn uses_node_ports(spec: &Value) -> bool {
    matches!(spec.str("type"), "NodePort" | "LoadBalancer")
}

/// Whether ports that name no node port get one.
fn needs_node_ports(spec: &Value) -> bool {
    spec.str("type") == "NodePort"
        || super::is_load_balancer(spec) && *spec.at("allocateLoadBalancerNodePorts") != Value::Bool(false)
}

fn set_only_ip(spec: &mut Value) {
    let by = spec.as_map().and_then(|map| map.entry("clusterIP")).map_or(By::Server, |entry| entry.by);
    let ip = spec.at("clusterIP").clone();
    spec.set("clusterIPs", vec![ip], by);
}

fn is_same(spec: &Value, old: &Value, field: &str) -> bool {
    spec.items(field) == old.items(field)
}

/// Who sends the same manifest again keeps what was given.
fn keep_given(spec: &mut Value, old: &Value) {
    let copy = |spec: &mut Value, field: &'static str| spec.set(field, old.at(field).clone(), By::Server);
    if !super::is_external_name(spec) && !super::is_external_name(old) {
        if spec.str("clusterIP").is_empty() && !old.str("clusterIP").is_empty() {
            copy(spec, "clusterIP");
        }
        if spec.items("clusterIPs").is_empty() && !old.items("clusterIPs").is_empty() {
            copy(spec, "clusterIPs");
        }
    }
    if needs_node_ports(spec) && needs_node_ports(old) {
        keep_node_ports(spec, old);
    }
    let is_balanced = super::needs_health_check(spec) && super::needs_health_check(old);
    if is_balanced && is_zero(spec.at("healthCheckNodePort")) && old.has("healthCheckNodePort") {
        copy(spec, "healthCheckNodePort");
    }
}

/// Ports keep their node port by name, unless another port has taken it.
fn keep_node_ports(spec: &mut Value, old: &Value) {
    let numbers = |spec: &Value| -> BTreeSet<i64> {
        spec.items("ports").iter().map(|port| port.int("nodePort")).filter(|it| *it != 0).collect()
    };
    let used: BTreeSet<_> = numbers(spec).intersection(&numbers(old)).copied().collect();
    let by_name: BTreeMap<_, _> =
        old.items("ports").iter().map(|port| (port.str("name"), port.at("nodePort"))).collect();
    for port in spec.items_mut("ports").iter_mut().filter(|port| is_zero(port.at("nodePort"))) {
        let before = by_name.get(port.str("name")).copied().unwrap_or(&Value::Null);
        let is_used = before.as_int().is_some_and(|number| used.contains(&number));
        if !before.is_null() && !is_used {
            port.set("nodePort", before.clone(), By::Server);
        }
    }
}

/// Clients that know only `clusterIP` mean the list as well.
fn follow_singular(spec: &mut Value, old: &Value) {
    let (ip, before) = (spec.str("clusterIP"), old.str("clusterIP"));
    if ip == before {
        if spec.items("clusterIPs").is_empty() && !old.items("clusterIPs").is_empty() {
            spec.set("clusterIPs", old.at("clusterIPs").clone(), By::Server);
        }
    } else if is_same(spec, old, "clusterIPs") {
        if ip.is_empty() {
            spec.remove("clusterIPs");
        } else {
            set_only_ip(spec);
        }
    }
}

/// Whether an update of a service that prefers two families changes nothing
/// about them: such a one is left alone.
fn is_preferred_and_same(spec: &Value, old: &Value) -> bool {
    let stored = old.str("ipFamilyPolicy");
    spec.str("type") == old.str("type")
        && matches!(spec.str("type"), "ClusterIP" | "NodePort" | "LoadBalancer")
        && spec.str("ipFamilyPolicy") == PREFER_DUAL_STACK
        && (stored.is_empty() || stored == PREFER_DUAL_STACK)
        && is_same(spec, old, "clusterIPs")
        && is_same(spec, old, "ipFamilies")
}

/// Fills in the policy and the families, and refuses those that contradict each
/// other or the cluster.
fn give_families(spec: &mut Value, old: Option<&Value>) -> Result<(), Errors> {
    if super::is_external_name(spec) || old.is_some_and(|old| is_preferred_and_same(spec, old)) {
        return Ok(());
    }
    let is_free = spec.str("clusterIP") == NONE && spec.entries("selector").is_empty();
    if !spec.has("ipFamilyPolicy") {
        let stored = old.map_or("", |old| old.str("ipFamilyPolicy"));
        let policy = match stored {
            "" if is_free => DUAL_STACK,
            "" => SINGLE_STACK,
            stored => stored,
        };
        spec.set_default("ipFamilyPolicy", policy);
    }
    let mut errors = Errors::new();
    cluster_ips::validate(spec, old.unwrap_or(&Value::Null), &mut errors);
    stop_at(errors)?;
    let mut errors = Errors::new();
    if let Some(old) = old {
        release_second(spec, old, &mut errors);
    }
    compare_policy(spec, &mut errors);
    infer_families(spec, &mut errors);
    stop_at(errors)?;
    if !is_free {
        compare_with_cluster(spec)?;
    }
    if spec.items("ipFamilies").is_empty() {
        set_families(spec, vec![FAMILY.into()]);
    }
    if let ([only], true) = (spec.items("ipFamilies"), is_free && spec.str("ipFamilyPolicy") != SINGLE_STACK)
    {
        // Without a selector nobody knows what the endpoints will be.
        let other = FAMILIES[usize::from(only.as_str() == FAMILY)];
        let both = vec![only.clone(), other.into()];
        set_families(spec, both);
    }
    Ok(())
}

fn stop_at(errors: Errors) -> Result<(), Errors> {
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn set_families(spec: &mut Value, families: Vec<Value>) {
    spec.set("ipFamilies", families, By::Server);
}

/// An update to one family gives the second up; otherwise it may not vanish.
fn release_second(spec: &mut Value, old: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    let fields = [("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")];
    for (field, what) in fields {
        let count = spec.items(field).len();
        if spec.str("ipFamilyPolicy") != SINGLE_STACK {
            if (1..old.items(field).len()).contains(&count) {
                let detail = format!("must be 'SingleStack' to release the secondary {what}");
                errors.invalid(&at.child("ipFamilyPolicy"), spec.at("ipFamilyPolicy").clone(), detail);
            }
        } else if count > 1 && is_same(spec, old, field) {
            let first = spec.items(field)[..1].to_vec();
            spec.set(field, first, By::Server);
        }
    }
}

fn compare_policy(spec: &Value, errors: &mut Errors) {
    if spec.str("ipFamilyPolicy") != SINGLE_STACK {
        return;
    }
    let at = Path::new("spec");
    for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")] {
        if spec.items(field).len() == 2 {
            let detail =
                format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
            errors.invalid(&at.child("ipFamilyPolicy"), SINGLE_STACK, detail);
        }
    }
}

/// Addresses without a family say which one they are of.
fn infer_families(spec: &mut Value, errors: &mut Errors) {
    let at = Path::new("spec");
    let at = at.child("clusterIPs");
    let ips = spec.items("clusterIPs").iter().map(Value::as_str);
    let count = ips.take_while(|ip| *ip != NONE).count();
    let mut families = spec.items("ipFamilies").to_vec();
    let known = families.len();
    for index in known..count {
        let family = cluster_ips::family_of(spec, index);
        if family == FAMILY {
            families.push(family.into());
        } else {
            let detail = format!("{family} is not configured on this cluster");
            errors.invalid(&at.index(index), spec.at("clusterIPs").clone(), detail);
        }
    }
    if families.len() > known {
        set_families(spec, families);
    }
}

fn compare_with_cluster(spec: &Value) -> Result<(), Errors> {
    let (at, mut errors) = (Path::new("spec"), Errors::new());
    if spec.str("ipFamilyPolicy") == DUAL_STACK {
        let detail = "this cluster is not configured for dual-stack services";
        errors.invalid(&at.child("ipFamilyPolicy"), DUAL_STACK, detail);
    }
    let at = at.child("ipFamilies");
    for (index, family) in spec.items("ipFamilies").iter().enumerate() {
        if family.as_str() != FAMILY {
            errors.invalid(&at.index(index), family.clone(), "not configured on this cluster");
        }
    }
    stop_at(errors)
}

fn give_cluster_ips(spec: &mut Value) -> Result<(), Errors> {
    if super::is_external_name(spec) || spec.items("clusterIPs").first().is_some_and(|ip| ip.as_str() == NONE)
    {
        return Ok(());
    }
    let count = spec.items("ipFamilies").len();
    if let Some(asked) =
        spec.items("clusterIPs").iter().take(count).find(|ip| !is_available(spec, ip.as_str()))
    {
        let ip = addresses::sloppy_ip(asked.as_str()).map(|ip| ip.to_string()).unwrap_or_default();
        let detail = format!(
            "{NOT_IN_RANGE} {}: the provided IP ({ip}) is not in the valid range. \
             The range of valid IPs is {RANGE}",
            asked.as_str()
        );
        let (mut errors, at) = (Errors::new(), Path::new("spec"));
        errors.invalid(&at.child("clusterIPs"), spec.at("clusterIPs").clone(), detail);
        return Err(errors);
    }
    let mut ips = spec.items("clusterIPs").to_vec();
    if ips.len() < count {
        ips.resize(count, ANY_IP.into());
        spec.set("clusterIPs", ips, By::Server);
    }
    if spec.str("clusterIP").is_empty() {
        let first = spec.items("clusterIPs").first().cloned().unwrap_or_default();
        spec.set("clusterIP", first, By::Server);
    }
    Ok(())
}

fn is_available(spec: &Value, ip: &str) -> bool {
    if cluster_ips::is_generated(spec, ip) {
        return true;
    }
    let Some(address) = addresses::sloppy_ip(ip) else { return false };
    let is_in_range = Cidr::sloppy(RANGE).is_some_and(|range| range.contains(address));
    is_in_range && !RESERVED.contains(&address.to_string().as_str())
}

/// Whether a port is none: absent or 0, no placeholder.
fn is_zero(port: &Value) -> bool {
    !matches!(port, Value::Str(_)) && port.as_int().unwrap_or_default() == 0
}

/// The node ports that one request has taken.
#[derive(Default)]
struct NodePorts(BTreeSet<i64>);

impl NodePorts {
    /// Gives the ports of a new service their node ports; ports of one number
    /// share one.
    fn give(&mut self, spec: &mut Value) -> Result<(), Errors> {
        let needs_them = needs_node_ports(spec);
        let mut asked = BTreeMap::new();
        for port in spec.items("ports").iter().filter(|port| port.int("nodePort") != 0) {
            asked.entry(port.int("port")).or_insert(port.int("nodePort"));
        }
        // The node port of each port number, 0 for one that the cluster chooses.
        let mut given: BTreeMap<i64, i64> = BTreeMap::new();
        for (index, port) in spec.items_mut("ports").iter_mut().enumerate() {
            let (number, own) = (port.int("port"), port.int("nodePort"));
            if own == 0 && !needs_them {
                continue;
            }
            let (chosen, is_new) = match given.get(&number) {
                None => (asked.get(&number).copied().unwrap_or_default(), true),
                Some(shared) if own == 0 => (*shared, false),
                Some(shared) => (own, own != *shared),
            };
            if is_new && chosen != 0 && !self.0.insert(chosen) {
                return Err(taken(index, chosen));
            }
            given.entry(number).or_insert(chosen);
            if chosen == 0 {
                port.set("nodePort", ANY_PORT, By::Server);
            } else if chosen != own {
                port.set("nodePort", chosen, By::Server);
            }
        }
        Ok(())
    }

    /// Gives the ports of a changed service what they lack.
    fn change(&mut self, spec: &mut Value, old: &Value) -> Result<(), Errors> {
        let needs_them = needs_node_ports(spec);
        let stored: BTreeSet<_> = old.items("ports").iter().map(|port| port.int("nodePort")).collect();
        let mut seen = BTreeSet::new();
        for (index, port) in spec.items_mut("ports").iter_mut().enumerate() {
            let number = port.int("nodePort");
            if number == 0 {
                if needs_them && is_zero(port.at("nodePort")) {
                    port.set("nodePort", ANY_PORT, By::Server);
                }
                continue;
            }
            if !stored.contains(&number) {
                self.0.insert(number);
            }
            if !seen.insert((port.str("protocol").to_owned(), number)) {
                return Err(duplicate(index, number));
            }
        }
        Ok(())
    }

    fn give_health_check(&mut self, spec: &mut Value) -> Result<(), Errors> {
        let asked = spec.int("healthCheckNodePort");
        if asked == 0 {
            spec.set("healthCheckNodePort", ANY_PORT, By::Server);
        } else if !self.0.insert(asked) {
            let (mut errors, at) = (Errors::new(), Path::new("spec"));
            let detail = format!("failed to allocate requested HealthCheck NodePort {asked}: {TAKEN}");
            errors.internal(&at.child("healthCheckNodePort"), detail);
            return Err(errors);
        }
        Ok(())
    }
}

fn taken(index: usize, number: i64) -> Errors {
    let (mut errors, at) = (Errors::new(), Path::new("spec"));
    errors.invalid(&at.child("ports").index(index).child("nodePort"), number, TAKEN);
    errors
}

fn duplicate(index: usize, number: i64) -> Errors {
    let (mut errors, at) = (Errors::new(), Path::new("spec"));
    let detail = format!("duplicate nodePort: {number}");
    errors.internal(&at.child("ports").index(index).child("nodePort"), detail);
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn created(spec: &str) -> Result<Value, Vec<String>> {
        let service = value(&format!("{{spec: {spec}}}"));
        create(&service).map(|it| it.at("spec").clone()).map_err(|errors| fields(&errors))
    }

    #[test]
    fn a_plain_service_gets_an_address_of_the_one_family() {
        let spec = created("{type: ClusterIP, selector: {a: b}}").expect("it is given");
        let expected = "{type: ClusterIP, selector: {a: b}, clusterIP: 10.0.0.0, clusterIPs: [10.0.0.0],
            ipFamilies: [IPv4], ipFamilyPolicy: SingleStack}";
        assert_eq!(spec, value(expected));
    }

    #[test]
    fn what_nearly_every_service_gets_is_what_it_is_given() {
        for (spec, is_usual) in [
            ("{type: ClusterIP}", true),
            ("{type: ClusterIP, selector: {a: b}, ports: [{port: 80}], externalIPs: [192.0.2.1]}", true),
            ("{type: ClusterIP, clusterIP: None}", false),
            ("{type: ClusterIP, clusterIPs: [10.0.0.9]}", false),
            ("{type: ClusterIP, ipFamilies: [IPv6]}", false),
            ("{type: ClusterIP, ipFamilyPolicy: PreferDualStack}", false),
            ("{type: NodePort, ports: [{port: 80}]}", false),
            ("{type: ExternalName, externalName: a.b}", false),
        ] {
            let mut service = value(&format!("{{spec: {spec}}}"));
            let given = create(&service);
            assert!(!has_usual(&service), "{spec}");
            assert_eq!(give_usual(&mut service), is_usual, "{spec}");
            assert_eq!(has_usual(&service), is_usual, "{spec}");
            if is_usual {
                assert_eq!(given.ok().as_ref(), Some(&service), "{spec}");
                assert_eq!(create(&service).ok().as_ref(), Some(&service), "{spec}");
            }
        }
    }

    #[test]
    fn without_a_selector_a_headless_service_has_both_families() {
        let spec = created("{type: ClusterIP, clusterIP: None}").expect("it is given");
        assert_eq!(spec.at("ipFamilies"), &value("[IPv4, IPv6]"));
    }

    #[test]
    fn ports_of_one_number_share_a_node_port() {
        let ports = |ports: &str| created(&format!("{{type: NodePort, ports: {ports}}}"));
        let spec =
            ports("[{port: 53, protocol: UDP}, {port: 53, nodePort: 30053}, {port: 80}]").expect("given");
        let numbers: Vec<_> = spec.items("ports").iter().map(|port| port.int("nodePort")).collect();
        assert_eq!(numbers, [30053, 30053, 0]);
        assert_eq!(spec.items("ports")[2].str("nodePort"), ANY_PORT);
        let refused = ports("[{port: 1, nodePort: 30001}, {port: 2, nodePort: 30001}]");
        assert_eq!(refused, Err(vec!["spec.ports[1].nodePort FieldValueInvalid".to_owned()]));
    }

    #[test]
    fn a_manifest_cannot_ask_for_the_placeholder_or_an_address_outside() {
        for ip in [ANY_IP, ANY_PORT, "10.1.0.1"] {
            let refused =
                created(&format!("{{type: ClusterIP, clusterIP: {ip}}}")).expect_err("it is refused");
            assert_eq!(refused.len(), 1, "{ip}");
        }
    }

    #[test]
    fn an_update_keeps_what_was_given() {
        let old = value(
            "{spec: {type: NodePort, selector: {a: b}, clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9],
            ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{name: a, port: 1, nodePort: 30001}]}}",
        );
        let new = value("{spec: {type: NodePort, selector: {a: b}, ports: [{name: a, port: 2}]}}");
        let spec = update(&new, &old).expect("it is given").at("spec").clone();
        assert_eq!((spec.str("clusterIP"), spec.items("ports")[0].int("nodePort")), ("10.0.0.9", 30001));
        let new = value("{spec: {type: ClusterIP, clusterIP: 10.0.0.10}}");
        let spec = update(&new, &old).expect("comparing comes later").at("spec").clone();
        assert_eq!(spec.at("clusterIPs"), &value("[10.0.0.10]"));
    }
}
