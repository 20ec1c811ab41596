//! Cluster addresses of a service and their families.

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::addresses::{self, Stored};
use crate::value::{By, Value};

pub(super) const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];
const POLICIES: [&str; 3] = ["PreferDualStack", "RequireDualStack", "SingleStack"];

/// Whether an address is none yet: it stands for one that the cluster chooses.
pub(super) fn is_generated(spec: &Value, ip: &str) -> bool {
    let list = spec.as_map().and_then(|map| map.entry("clusterIPs"));
    ip == super::ANY_IP && list.is_some_and(|list| list.by == By::Server)
}

/// The rules for addresses, families and their policy.
pub(super) fn validate(spec: &Value, stored: &Value, errors: &mut Errors) {
    if super::is_external_name(spec) {
        return;
    }
    let at = Path::new("spec");
    compare_singular(spec, &at.child("clusterIPs"), errors);
    families(spec, &at.child("ipFamilies"), errors);
    let policy = spec.opt("ipFamilyPolicy").map(Value::as_str);
    if let Some(policy) = policy.filter(|it| !POLICIES.contains(it)) {
        errors.not_supported(&at.child("ipFamilyPolicy"), policy, &POLICIES);
    }
    if ips(spec, stored, &at.child("clusterIPs"), errors) {
        compare_with_families(spec, &at.child("clusterIPs"), errors);
    }
}

fn compare_singular(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let detail = match (spec.str("clusterIP"), spec.items("clusterIPs")) {
        ("", []) => return,
        ("", _) => "must be empty when `clusterIP` is not specified",
        (_, []) => return errors.required(at, ""),
        (ip, [first, ..]) if first.as_str() == ip => return,
        _ => "first value must match `clusterIP`",
    };
    errors.invalid(at, spec.at("clusterIPs").clone(), detail);
}

fn families(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (index, family) in spec.items("ipFamilies").iter().enumerate() {
        if !FAMILIES.contains(&family.as_str()) {
            errors.not_supported(&at.index(index), family.clone(), &FAMILIES);
        }
        if !seen.insert(family.as_str()) {
            errors.duplicate(&at.index(index), family.clone());
        }
    }
}

/// The addresses themselves; false where comparing them further makes no sense.
fn ips(spec: &Value, stored: &Value, at: &Path<'_>, errors: &mut Errors) -> bool {
    let all = spec.items("clusterIPs");
    let stored: Stored<'_> = stored.items("clusterIPs").iter().map(Value::as_str).collect();
    let mut are_fine = true;
    for (index, ip) in all.iter().map(Value::as_str).enumerate() {
        let is_none = index == 0 && ip == super::NONE;
        if is_none && all.len() > 1 {
            are_fine = false;
            errors.invalid(at, spec.at("clusterIPs").clone(), "'None' must be the first and only value");
        }
        if !is_none && !is_generated(spec, ip) {
            are_fine &= addresses::kept_ip(&at.index(index), ip, &stored, errors);
        }
    }
    if all.len() > 2 {
        errors.invalid(at, spec.at("clusterIPs").clone(), "may only hold up to 2 values");
    }
    are_fine
}

fn compare_with_families(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (ips, expected) = (spec.items("clusterIPs"), spec.items("ipFamilies"));
    let families: Vec<_> = (0..ips.len()).map(|index| family_of(spec, index)).collect();
    if ips.len() > 1 && !FAMILIES.iter().all(|family| families.contains(family)) {
        let detail = "may specify no more than one IP for each IP family";
        errors.invalid(at, spec.at("clusterIPs").clone(), detail);
    }
    if super::is_headless(spec) {
        return;
    }
    for (index, (expected, family)) in expected.iter().map(Value::as_str).zip(families).enumerate() {
        if FAMILIES.contains(&expected) && expected != family {
            let detail = format!("expected an {expected} value as indicated by `ipFamilies[{index}]`");
            errors.invalid(&at.index(index), ips[index].clone(), detail);
        }
    }
}

/// The family of a cluster address; one not yet chosen has the family asked for.
pub(super) fn family_of(spec: &Value, index: usize) -> &'static str {
    let at = |field: &str| spec.items(field).get(index).map_or("", Value::as_str);
    let ip = at("clusterIPs");
    let is_v6 = if is_generated(spec, ip) { at("ipFamilies") == "IPv6" } else { addresses::is_v6(ip) };
    FAMILIES[usize::from(is_v6)]
}

const UNCHANGEABLE: &str = "may not change once set";

/// What an update may not change: the first address and family stay, a second
/// one may come, and go where the policy says so.
pub(super) fn compare(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old) = (new.at("spec"), old.at("spec"));
    if super::is_external_name(new) || super::is_external_name(old) {
        return;
    }
    let (is_headless, was_headless) = (super::is_headless(new), super::is_headless(old));
    if !(is_headless && was_headless) {
        compare_ips(new, old, errors);
    }
    if !(is_headless || was_headless) {
        compare_families(new, old, errors);
    }
}

fn compare_ips(new: &Value, old: &Value, errors: &mut Errors) {
    let (ips, stored, list) = (new.items("clusterIPs"), old.items("clusterIPs"), new.at("clusterIPs"));
    let spec = Path::new("spec");
    let at = spec.child("clusterIPs");
    let compared = if ips.len() == stored.len() { ips.len() } else { 1 };
    for (index, (ip, before)) in ips.iter().zip(stored).take(compared).enumerate() {
        if ip != before {
            errors.invalid(&at.index(index), list.clone(), UNCHANGEABLE);
        }
    }
    if ips.is_empty() && !stored.is_empty() {
        errors.invalid(&at.index(0), list.clone(), "primary clusterIP can not be unset");
    }
    if ips.len() == 1 && stored.len() > 1 {
        needs_single_stack(new, "clusterIP", errors);
    }
}

fn compare_families(new: &Value, old: &Value, errors: &mut Errors) {
    let (families, stored, list) = (new.items("ipFamilies"), old.items("ipFamilies"), new.at("ipFamilies"));
    let spec = Path::new("spec");
    let at = spec.child("ipFamilies");
    let at = at.index(0);
    let compared = if families.len() == stored.len() { families.len() } else { 1 };
    for _ in families.iter().zip(stored).take(compared).filter(|(family, before)| family != before) {
        errors.invalid(&at, list.clone(), UNCHANGEABLE);
    }
    if families.len() < stored.len() && new.items("clusterIPs").is_empty() {
        errors.invalid(&at, list.clone(), "primary ipFamily can not be unset");
    }
    if families.len() == 1 && stored.len() > 1 {
        needs_single_stack(new, "ipFamily", errors);
    }
}

fn needs_single_stack(new: &Value, what: &str, errors: &mut Errors) {
    if new.str("ipFamilyPolicy") != "SingleStack" {
        let spec = Path::new("spec");
        let detail = format!("must be set to 'SingleStack' when releasing the secondary {what}");
        errors.invalid(&spec.child("ipFamilyPolicy"), new.at("ipFamilyPolicy").clone(), detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn addresses_agree_with_the_singular_and_their_families() {
        let at = "spec.clusterIPs";
        let rows = [
            ("clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9], ipFamilies: [IPv4]", vec![]),
            ("clusterIPs: [10.0.0.9]", vec![format!("{at} FieldValueInvalid")]),
            ("clusterIP: 10.0.0.9, clusterIPs: [10.0.0.8]", vec![format!("{at} FieldValueInvalid")]),
            ("clusterIP: None, clusterIPs: [None, 10.0.0.9]", vec![format!("{at} FieldValueInvalid")]),
            (
                "clusterIP: '1.2.3.4', clusterIPs: ['1.2.3.4', '1.2.3.5']",
                vec![format!("{at} FieldValueInvalid")],
            ),
            (
                "clusterIP: 10.0.0.9, clusterIPs: [10.0.0.9], ipFamilies: [IPv6]",
                vec![format!("{at}[0] FieldValueInvalid")],
            ),
        ];
        for (spec, expected) in rows {
            let mut errors = Errors::new();
            validate(&value(&format!("{{{spec}}}")), &Value::Null, &mut errors);
            assert_eq!(fields(&errors), expected, "{spec}");
        }
    }

    #[test]
    fn a_second_address_goes_only_with_the_policy() {
        let service = |ips: &str, policy: &str| {
            value(&format!(
                "{{spec: {{clusterIP: 10.0.0.9, clusterIPs: [{ips}], ipFamilyPolicy: {policy}}}}}"
            ))
        };
        let old = service("10.0.0.9, 2001:db8::1", "RequireDualStack");
        for (policy, expected) in [("SingleStack", 0), ("PreferDualStack", 1)] {
            let mut errors = Errors::new();
            compare(&service("10.0.0.9", policy), &old, &mut errors);
            assert_eq!(errors.len(), expected, "{policy}");
        }
    }
}
