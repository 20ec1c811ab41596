//! `NetworkPolicy`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::addresses::{self, Cidr, Stored};
use crate::rules::metadata::{self, Scope};
use crate::rules::{names, selectors};
use crate::value::Value;

pub(super) const NETWORK_POLICY: Strategy = Strategy {
    default,
    prepare_create: super::begin_generation,
    prepare_update: super::continue_generation,
    validate: |policy, errors| {
        metadata::create(policy, Scope::Namespaced, names::subdomain_name, errors);
        spec(policy, &Kept::default(), errors);
    },
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        spec(new, &Kept::of(old), errors);
    },
    warnings,
    ..Strategy::plain(super::NETWORKING, "v1", "NetworkPolicy")
};

/// The lists of rules, and the field of a rule that lists its peers.
const DIRECTIONS: [(&str, &str); 2] = [("ingress", "from"), ("egress", "to")];
const POLICY_TYPES: [&str; 2] = ["Ingress", "Egress"];
/// In the order in which the server lists them here.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// What an update may keep because the stored object has it.
#[derive(Default)]
struct Kept<'a> {
    blocks: Stored<'a>,
    selector_values: bool,
}

impl<'a> Kept<'a> {
    fn of(old: &'a Value) -> Self {
        let spec = old.at("spec");
        let rules = DIRECTIONS
            .into_iter()
            .flat_map(|(rules, peers)| spec.items(rules).iter().flat_map(move |rule| rule.items(peers)));
        let mut blocks = Stored::new();
        for block in rules.filter_map(|peer| peer.opt("ipBlock")) {
            blocks.insert(block.str("cidr"));
            blocks.extend(block.items("except").iter().map(Value::as_str));
        }
        let mut wrong = Errors::new();
        selectors::label_selector(spec.at("podSelector"), false, &Path::ROOT, &mut wrong);
        Self { blocks, selector_values: !wrong.is_empty() }
    }
}

fn default(policy: &mut Value) {
    let spec = policy.struct_mut("spec");
    for (rules, _) in DIRECTIONS {
        for rule in spec.items_mut(rules) {
            for port in rule.items_mut("ports") {
                port.set_default("protocol", "TCP");
            }
        }
    }
    if spec.items("policyTypes").is_empty() {
        let count = if spec.items("egress").is_empty() { 1 } else { 2 };
        let types: Vec<Value> = POLICY_TYPES[..count].iter().map(|it| Value::from(*it)).collect();
        spec.remove("policyTypes");
        spec.set_default("policyTypes", types);
    }
}

fn spec(policy: &Value, kept: &Kept<'_>, errors: &mut Errors) {
    let (spec, at) = (policy.at("spec"), Path::new("spec"));
    selectors::label_selector(spec.at("podSelector"), kept.selector_values, &at.child("podSelector"), errors);
    for (rules, peers) in DIRECTIONS {
        let all = at.child(rules);
        for (index, rule) in spec.items(rules).iter().enumerate() {
            let at = all.index(index);
            let ports = at.child("ports");
            for (index, it) in rule.items("ports").iter().enumerate() {
                port(it, &ports.index(index), errors);
            }
            let all = at.child(peers);
            for (index, it) in rule.items(peers).iter().enumerate() {
                peer(it, kept, &all.index(index), errors);
            }
        }
    }
    let (types, at) = (spec.items("policyTypes"), at.child("policyTypes"));
    if types.len() > POLICY_TYPES.len() {
        errors.invalid(&at, types.to_vec(), "may not specify more than two policyTypes");
        return;
    }
    for (index, it) in types.iter().enumerate().filter(|(_, it)| !POLICY_TYPES.contains(&it.as_str())) {
        errors.not_supported(&at.index(index), it.clone(), &POLICY_TYPES);
    }
}

fn port(port: &Value, at: &Path<'_>, errors: &mut Errors) {
    if let Some(protocol) = port.opt("protocol").map(Value::as_str)
        && !PROTOCOLS.contains(&protocol)
    {
        errors.not_supported(&at.child("protocol"), protocol, &PROTOCOLS);
    }
    let (end, end_at) = (port.opt("endPort").and_then(Value::as_int), at.child("endPort"));
    match (port.opt("port"), end) {
        (None, None) => {}
        (None, Some(end)) => {
            errors.invalid(&end_at, end, "may not be specified when `port` is not specified");
        }
        (Some(Value::Str(name)), end) => {
            if let Some(end) = end {
                errors.invalid(&end_at, end, "may not be specified when `port` is non-numeric");
            }
            errors.each_invalid(&at.child("port"), name, names::port_name(name));
        }
        (Some(number), end) => {
            let number = number.as_int().unwrap_or_default();
            super::port_number(number, &at.child("port"), errors);
            let Some(end) = end else { return };
            if end < number {
                errors.invalid(&end_at, number, "must be greater than or equal to `port`");
            }
            super::port_number(end, &end_at, errors);
        }
    }
}

fn peer(peer: &Value, kept: &Kept<'_>, at: &Path<'_>, errors: &mut Errors) {
    let selectors = ["podSelector", "namespaceSelector"];
    for field in selectors {
        selectors::label_selector(peer.at(field), kept.selector_values, &at.child(field), errors);
    }
    let has_selector = selectors.iter().any(|field| peer.has(field));
    match peer.opt("ipBlock") {
        None if !has_selector => errors.required(at, "must specify a peer"),
        None => {}
        Some(it) => {
            ip_block(it, kept, &at.child("ipBlock"), errors);
            if has_selector {
                errors.forbidden(at, "may not specify both ipBlock and another peer");
            }
        }
    }
}

fn ip_block(block: &Value, kept: &Kept<'_>, at: &Path<'_>, errors: &mut Errors) {
    let cidr = block.str("cidr");
    if cidr.is_empty() {
        errors.required(&at.child("cidr"), "");
        return;
    }
    addresses::kept_cidr(&at.child("cidr"), cidr, &kept.blocks, errors);
    let Some(whole) = Cidr::sloppy(cidr) else { return };
    let all = at.child("except");
    for (index, except) in block.items("except").iter().map(Value::as_str).enumerate() {
        let at = all.index(index);
        addresses::kept_cidr(&at, except, &kept.blocks, errors);
        if Cidr::sloppy(except).is_some_and(|part| !whole.strictly_contains(&part)) {
            errors.invalid(&at, except, "must be a strict subset of `cidr`");
        }
    }
}

fn warnings(policy: &Value) -> Vec<String> {
    let (spec, at) = (policy.at("spec"), Path::new("spec"));
    let mut warnings = Vec::new();
    for (rules, peers) in DIRECTIONS {
        let all = at.child(rules);
        for (index, rule) in spec.items(rules).iter().enumerate() {
            let at = all.index(index);
            let at = at.child(peers);
            for (index, peer) in rule.items(peers).iter().enumerate() {
                let at = at.index(index);
                block_warnings(peer.at("ipBlock"), &at.child("ipBlock"), &mut warnings);
            }
        }
    }
    warnings
}

fn block_warnings(block: &Value, at: &Path<'_>, warnings: &mut Vec<String>) {
    if block.is_null() {
        return;
    }
    warnings.extend(addresses::cidr_warnings(&at.child("cidr"), block.str("cidr")));
    let all = at.child("except");
    for (index, except) in block.items("except").iter().enumerate() {
        warnings.extend(addresses::cidr_warnings(&all.index(index), except.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(rule: &str) -> Vec<String> {
        let mut policy =
            value(&format!("{{metadata: {{name: a, namespace: b}}, spec: {{ingress: [{rule}]}}}}"));
        default(&mut policy);
        let mut errors = Errors::new();
        (NETWORK_POLICY.validate)(&policy, &mut errors);
        fields(&errors)
    }

    #[test]
    fn types_follow_the_rules_that_are_written() {
        for (spec, expected) in [("{}", "[Ingress]"), ("{egress: [{}]}", "[Ingress, Egress]")] {
            let mut policy = value(&format!("{{spec: {spec}}}"));
            default(&mut policy);
            assert_eq!(policy.at("spec").at("policyTypes"), &value(expected));
        }
    }

    #[test]
    fn a_block_stands_alone_and_excepts_a_part_of_itself() {
        let from = |peer: &str| refused(&format!("{{from: [{peer}]}}"));
        let at = "spec.ingress[0].from[0]";
        assert_eq!(from("{}"), [format!("{at} FieldValueRequired")]);
        assert_eq!(
            from("{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"),
            [format!("{at} FieldValueForbidden")]
        );
        let except = from("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.0.0.0/8]}}");
        assert_eq!(except, [format!("{at}.ipBlock.except[1] FieldValueInvalid")]);
    }

    #[test]
    fn a_range_of_ports_begins_with_a_number() {
        let rows = [
            ("port: 80, endPort: 90", 0),
            ("port: 80, endPort: 70", 1),
            ("port: web, endPort: 90", 1),
            ("endPort: 90", 1),
        ];
        for (port, count) in rows {
            assert_eq!(refused(&format!("{{ports: [{{{port}}}]}}")).len(), count, "{port}");
        }
    }
}
