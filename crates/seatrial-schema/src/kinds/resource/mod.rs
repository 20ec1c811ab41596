//! Devices and claims on them (`kubernetes` 1.36,
//! `pkg/apis/resource/validation/validation.go`, `pkg/apis/resource/v1/defaults.go`,
//! `pkg/registry/resource`).

mod attributes;
mod capacities;
mod claims;
mod devices;
mod requests;
mod slices;
mod taint_rules;

use std::collections::BTreeSet;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::names;
use crate::value::{Entry, Value};

/// What the server does with devices.
pub(crate) const KINDS: &[Strategy] = &[
    claims::CLAIM,
    claims::TEMPLATE,
    claims::CLASS,
    slices::STRATEGY,
    beta(claims::CLAIM),
    beta(claims::TEMPLATE),
    beta(claims::CLASS),
    beta(slices::STRATEGY),
    claims::FLAT_CLAIM,
    claims::FLAT_TEMPLATE,
    Strategy { version: "v1beta1", ..claims::CLASS },
    taint_rules::STRATEGY,
    Strategy { version: "v1alpha3", ..taint_rules::STRATEGY },
];

/// The same in `v1beta2`.
const fn beta(kind: Strategy) -> Strategy {
    Strategy { version: "v1beta2", ..kind }
}

const GROUP: &str = "resource.k8s.io";
const ID_LENGTH: usize = 32;
const KEY_LENGTH: usize = names::LABEL_LENGTH + 1 + ID_LENGTH;

/// Rules for each item of a list that is not too long.
fn each(
    items: &[Value],
    most: Option<usize>,
    at: &Path<'_>,
    errors: &mut Errors,
    mut rule: impl FnMut(&Value, &Path<'_>, &mut Errors),
) -> bool {
    if let Some(most) = most.filter(|most| items.len() > *most) {
        errors.too_many(at, items.len(), most);
        return false;
    }
    for (index, item) in items.iter().enumerate() {
        rule(item, &at.index(index), errors);
    }
    true
}

/// Items whose key is there a second time.
fn unique<'a>(keys: impl Iterator<Item = &'a str>, at: &Path<'_>, errors: &mut Errors) {
    let mut seen = BTreeSet::new();
    for (index, key) in keys.enumerate() {
        if !seen.insert(key) {
            errors.duplicate(&at.index(index), key);
        }
    }
}

/// Rules for the entries of a map, and for its keys, which are reported for the map.
fn each_entry(
    entries: &[Entry],
    most: Option<usize>,
    at: &Path<'_>,
    errors: &mut Errors,
    key_rule: fn(&str, &Path<'_>, &mut Errors),
    mut rule: impl FnMut(&Value, &Path<'_>, &mut Errors),
) {
    if let Some(most) = most.filter(|most| entries.len() > *most) {
        return errors.too_many(at, entries.len(), most);
    }
    for entry in entries {
        key_rule(&entry.key, at, errors);
        rule(&entry.value, &at.key(&shortened(&entry.key)), errors);
    }
}

/// A long key without its middle.
fn shortened(key: &str) -> String {
    if key.len() <= KEY_LENGTH {
        return key.to_owned();
    }
    let kept = KEY_LENGTH - "...".len();
    let (head, tail) = (&key.as_bytes()[..kept.div_ceil(2)], &key.as_bytes()[key.len() - kept / 2..]);
    format!("{}...{}", String::from_utf8_lossy(head), String::from_utf8_lossy(tail))
}

/// The name of a device, a request or a counter.
fn label(name: &str, at: &Path<'_>, errors: &mut Errors) {
    errors.each_invalid(at, name, names::dns1123_label(name));
}

/// The name of an attribute or a capacity, perhaps below a domain.
fn qualified_name(name: &str, at: &Path<'_>, errors: &mut Errors) {
    let parts: Vec<_> = name.split('/').collect();
    match parts[..] {
        [id] => identifier(id, at, errors),
        [domain, id] => {
            match domain {
                "" => errors.invalid(at, "", "the domain must not be empty"),
                _ => driver_name(domain, at, errors),
            }
            match id {
                "" => errors.invalid(at, "", "the name must not be empty"),
                _ => identifier(id, at, errors),
            }
        }
        // Upstream overlooks more than one slash.
        _ => {}
    }
}

fn identifier(id: &str, at: &Path<'_>, errors: &mut Errors) {
    if id.len() > ID_LENGTH {
        errors.too_long(at, ID_LENGTH);
    }
    errors.each_invalid(at, id, names::c_identifier(id));
}

fn driver_name(name: &str, at: &Path<'_>, errors: &mut Errors) {
    super::storage::sources::csi_driver_name(name, at, errors);
}
