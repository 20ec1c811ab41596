//! `IPAddress` and `ServiceCIDR`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::addresses::{self, Cidr};
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const IP_ADDRESS: Strategy = Strategy {
    validate: ip_address,
    validate_update: |new, old, errors| {
        ip_address(new, errors);
        metadata::update(new, old, errors);
        let parent = |object: &Value| object.at("spec").at("parentRef").clone();
        let spec = Path::new("spec");
        metadata::immutable(&parent(new), &parent(old), &spec.child("parentRef"), errors);
    },
    ..Strategy::plain(super::NETWORKING, "v1", "IPAddress")
};

pub(super) const SERVICE_CIDR: Strategy = Strategy {
    prepare_create: super::drop_status,
    prepare_update: super::keep_status,
    validate: |range, errors| {
        metadata::create(range, Scope::Cluster, names::subdomain_name, errors);
        blocks(range.at("spec"), errors);
    },
    validate_update: update_blocks,
    ..Strategy::plain(super::NETWORKING, "v1", "ServiceCIDR")
};

fn ip_address(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Cluster, address_name, errors);
    let spec = Path::new("spec");
    let (parent, at) = (object.at("spec").at("parentRef"), spec.child("parentRef"));
    if parent.is_null() {
        errors.required(&at, "");
        return;
    }
    let group = parent.str("group");
    if !group.is_empty() {
        errors.each_invalid(&at.child("group"), group, names::dns1123_subdomain(group));
    }
    super::required_segment(parent, "resource", &at, errors);
    super::required_segment(parent, "name", &at, errors);
    let namespace = parent.str("namespace");
    errors.each_invalid(&at.child("namespace"), namespace, names::path_segment(namespace, false));
}

/// The name is the address.
fn address_name(name: &str, _prefix: bool) -> names::Messages {
    let mut wrong = Errors::new();
    addresses::canonical_ip(&Path::ROOT, name, &mut wrong);
    wrong.as_slice().iter().map(|error| error.detail.clone().into()).collect()
}

fn blocks(spec: &Value, errors: &mut Errors) {
    let at = Path::new("spec");
    let at = at.child("cidrs");
    let all = spec.items("cidrs");
    if all.is_empty() {
        errors.required(&at, "at least one CIDR required");
        return;
    }
    if all.len() > 2 {
        errors.invalid(&at, spec.clone(), "may only hold up to 2 values");
        return;
    }
    for (index, block) in all.iter().enumerate() {
        addresses::canonical_cidr(&at.index(index), block.as_str(), errors);
    }
    let families: Vec<_> =
        all.iter().filter_map(|it| Cidr::sloppy(it.as_str())).map(|it| it.is_v6()).collect();
    if let [first, second] = families[..]
        && first == second
    {
        let detail =
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64";
        errors.invalid(&at, all.to_vec(), detail);
    }
}

/// A second block may be added; nothing else changes.
fn update_blocks(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    let at = Path::new("spec");
    let at = at.child("cidrs");
    let (all, stored) = (new.at("spec").items("cidrs"), old.at("spec").items("cidrs"));
    if all.len() != stored.len() && (stored.len(), all.len()) != (1, 2) {
        errors.invalid(&at, all.to_vec(), metadata::IMMUTABLE);
        return;
    }
    for (index, (block, before)) in all.iter().zip(stored).enumerate() {
        metadata::immutable(block, before, &at.index(index), errors);
    }
    if all.len() > stored.len() {
        blocks(new.at("spec"), errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn an_address_is_named_after_itself() {
        assert!(address_name("192.0.2.1", false).is_empty());
        assert_eq!(address_name("2001:DB8::1", false), ["must be in canonical form (\"2001:db8::1\")"]);
    }

    #[test]
    fn only_a_block_of_the_other_family_may_be_added() {
        let range = |blocks: &str| {
            value(&format!("{{metadata: {{name: a, resourceVersion: '1'}}, spec: {{cidrs: [{blocks}]}}}}"))
        };
        let rows = [
            ("10.1.0.0/16, 2001:db8::/112", vec![]),
            ("10.1.0.0/16, 10.2.0.0/16", vec!["spec.cidrs FieldValueInvalid"]),
            ("10.2.0.0/16", vec!["spec.cidrs[0] FieldValueInvalid"]),
            ("", vec!["spec.cidrs FieldValueInvalid"]),
        ];
        for (blocks, expected) in rows {
            let mut errors = Errors::new();
            (SERVICE_CIDR.validate_update)(&range(blocks), &range("10.1.0.0/16"), &mut errors);
            assert_eq!(fields(&errors), expected, "{blocks}");
        }
    }
}
