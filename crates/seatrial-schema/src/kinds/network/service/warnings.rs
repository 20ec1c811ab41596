//! What the server warns of in a service (`pkg/api/service/warnings.go`).

use crate::path::Path;
use crate::rules::addresses;
use crate::value::Value;

pub(super) fn warnings(service: &Value) -> Vec<String> {
    let (spec, at) = (service.at("spec"), Path::new("spec"));
    let hints = "service.kubernetes.io/topology-aware-hints";
    let mut warnings = Vec::new();
    if service.at("metadata").at("annotations").has(hints) {
        warnings.push(format!(
            "annotation {hints} is deprecated, please use service.kubernetes.io/topology-mode instead"
        ));
    }
    if !matches!(spec.str("clusterIP"), "" | super::NONE) {
        warnings.extend(ip_warnings(spec, "clusterIPs"));
    }
    let external_ips = !spec.items("externalIPs").is_empty();
    let is_headless = spec.str("type") == "ClusterIP" && spec.str("clusterIP") == super::NONE;
    if is_headless {
        let ignored = [
            ("loadBalancerIP", !spec.str("loadBalancerIP").is_empty()),
            ("externalIPs", external_ips),
            ("SessionAffinity", spec.str("sessionAffinity") != super::NONE),
        ];
        let ignored = ignored.iter().filter(|(_, is_set)| *is_set);
        warnings.extend(ignored.map(|(field, _)| format!("spec.{field} is ignored for headless services")));
    }
    warnings.extend(ip_warnings(spec, "externalIPs"));
    let is_external_name = super::is_external_name(spec);
    if external_ips && !is_headless && !is_external_name {
        warnings
            .push("spec.externalIPs is deprecated and may no longer be implemented in some clusters".into());
    }
    warnings.extend(addresses::ip_warning(&at.child("loadBalancerIP"), spec.str("loadBalancerIP")));
    let ranges = at.child("loadBalancerSourceRanges");
    for (index, range) in spec.items("loadBalancerSourceRanges").iter().enumerate() {
        warnings.extend(addresses::cidr_warnings(&ranges.index(index), range.as_str()));
    }
    let fields = [
        (external_ips && is_external_name, "spec.externalIPs is ignored when spec.type is \"ExternalName\""),
        (
            !spec.str("externalName").is_empty() && !is_external_name,
            "spec.externalName is ignored when spec.type is not \"ExternalName\"",
        ),
        (
            spec.str("trafficDistribution") == "PreferClose",
            "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"",
        ),
    ];
    warnings.extend(fields.iter().filter(|(is_so, _)| *is_so).map(|(_, text)| (*text).to_owned()));
    warnings
}

fn ip_warnings(spec: &Value, field: &str) -> Vec<String> {
    let at = Path::new("spec");
    let at = at.child(field);
    let all = spec.items(field).iter().enumerate();
    all.filter_map(|(index, ip)| addresses::ip_warning(&at.index(index), ip.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn what_is_ignored_or_outdated_is_said() {
        let rows = [
            (
                "type: ClusterIP, clusterIP: None, sessionAffinity: ClientIP",
                "spec.SessionAffinity is ignored for headless",
            ),
            ("type: ExternalName, externalIPs: [192.0.2.1]", "spec.externalIPs is ignored when"),
            ("type: ClusterIP, externalIPs: [192.0.2.1]", "spec.externalIPs is deprecated"),
            ("type: ClusterIP, externalName: a", "spec.externalName is ignored"),
            ("type: ClusterIP, loadBalancerIP: '2001:DB8::1'", "spec.loadBalancerIP: IPv6 address"),
        ];
        for (spec, expected) in rows {
            let warnings = warnings(&value(&format!("{{spec: {{{spec}}}}}")));
            assert!(matches!(&warnings[..], [only] if only.starts_with(expected)), "{spec}: {warnings:?}");
        }
    }
}
