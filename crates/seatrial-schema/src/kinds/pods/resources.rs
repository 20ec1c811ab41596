//! What containers and pods ask for, each and together
//! (`pkg/apis/core/validation/validation.go` 1.36, and `component-helpers` 0.36
//! `resource/helpers.go`).

use std::collections::{BTreeMap, BTreeSet};

use seatrial_model::Quantity;
use smol_str::SmolStr;

use super::options::PodOptions;
use super::walk::is_sidecar;
use crate::errors::Errors;
use crate::path::Path;
use crate::rules::quantities::of;
use crate::rules::resources::is_huge_pages;
use crate::rules::{names, resources};
use crate::value::{Entry, Value};

const HUGE_PAGES: &str = "hugepages-";

/// Whether a whole pod can ask for it.
pub(super) fn is_pod_level(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || is_huge_pages(name)
}

fn validate_pod_resource_name(name: &str, path: &Path<'_>, errors: &mut Errors) {
    let before = errors.len();
    resources::name(name, path, errors);
    if errors.len() == before && !is_pod_level(name) {
        errors.not_supported(path, name, &["cpu", HUGE_PAGES, "memory"]);
    }
}

/// Whether an amount of huge pages is so many pages.
pub(super) fn is_divisible(name: &str, amount: &Value) -> bool {
    let size = name.strip_prefix(HUGE_PAGES).and_then(|it| it.parse::<Quantity>().ok());
    size.is_some_and(|size| {
        size > Quantity::ZERO && size.milli_value() % 1000 == 0 && of(amount).value() % size.value() == 0
    })
}

/// What a container, or a whole pod, asks for and is limited to.
pub(super) fn validate_requirements(
    requirements: &Value,
    whole_pod: bool,
    claims: &BTreeSet<&str>,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    let name_rule = if whole_pod { validate_pod_resource_name } else { resources::container_name };
    let (limits, requests) = (requirements.entries("limits"), requirements.entries("requests"));
    let (limits_path, requests_path) = (path.child("limits"), path.child("requests"));
    for entry @ Entry { key, value, .. } in limits {
        let path = limits_path.key(key);
        name_rule(key, &path, errors);
        resources::amount(entry, &path, errors);
        validate_huge_pages(key, value, &path, options, errors);
    }
    for entry @ Entry { key, value, .. } in requests {
        let path = requests_path.key(key);
        name_rule(key, &path, errors);
        resources::amount(entry, &path, errors);
        match requirements.at("limits").opt(key) {
            Some(limit) => validate_request_and_limit(key, value, limit, &requests_path, errors),
            None if !resources::is_overcommit_allowed(key) => {
                errors.required(&limits_path, "Limit must be set for non overcommitable resources");
            }
            None => {}
        }
        validate_huge_pages(key, value, &path, options, errors);
    }
    let any = |wanted: fn(&str) -> bool| limits.iter().chain(requests).any(|it| wanted(&it.key));
    if any(is_huge_pages) && !any(|it| matches!(it, "cpu" | "memory")) {
        errors.forbidden(path, "HugePages require cpu or memory");
    }
    validate_claims(requirements.items("claims"), claims, &path.child("claims"), errors);
}

fn validate_request_and_limit(
    name: &str,
    request: &Value,
    limit: &Value,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let words = match of(request).cmp(&of(limit)) {
        std::cmp::Ordering::Equal => return,
        _ if !resources::is_overcommit_allowed(name) => "equal to",
        std::cmp::Ordering::Greater => "less than or equal to",
        std::cmp::Ordering::Less => return,
    };
    errors.invalid(path, request.clone(), format!("must be {words} {name} limit of {}", of(limit)));
}

fn validate_huge_pages(
    name: &str,
    amount: &Value,
    path: &Path<'_>,
    options: &PodOptions,
    errors: &mut Errors,
) {
    if is_huge_pages(name) && !options.indivisible_huge_pages && !is_divisible(name, amount) {
        let detail = format!("{} is not positive integer multiple of {name}", of(amount));
        errors.invalid(path, amount.clone(), detail);
    }
}

/// Each claim, or each request of it, once, and only claims of the pod.
fn validate_claims(claims: &[Value], known: &BTreeSet<&str>, path: &Path<'_>, errors: &mut Errors) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (at, claim) in claims.iter().enumerate() {
        let path = path.index(at);
        let (name, request) = (claim.str("name"), claim.str("request"));
        if name.is_empty() {
            errors.required(&path, "");
            continue;
        }
        if seen.contains(name) {
            errors.duplicate(&path, name);
        } else {
            let mut key = name.to_owned();
            if !request.is_empty() {
                errors.each_invalid(&path.child("request"), request, names::dns1123_label(request));
                key = format!("{name}/{request}");
            }
            if seen.contains(&key) {
                errors.duplicate(&path, key.as_str());
            } else if request.is_empty() {
                let prefix = format!("{name}/");
                let below = seen.range(prefix.clone()..).take_while(|it| it.starts_with(&prefix));
                below.for_each(|_| errors.duplicate(&path, name));
            }
            seen.insert(key);
        }
        if !known.contains(name) {
            let names: Vec<_> = known.iter().copied().collect();
            let which =
                if names.is_empty() { " which is empty".into() } else { ": ".to_owned() + &names.join(", ") };
            let detail = format!("must be one of the names in pod.spec.resourceClaims{which}");
            errors.add(crate::errors::Reason::NotFound, &path, Some(name.into()), detail);
        }
    }
}

/// Amounts are held in thousandths: rounds what is finer in a list of them.
pub(crate) fn round_up(holder: &mut Value, field: &str) {
    let Some(Value::Map(map)) = holder.at_mut(field) else { return };
    for (_, amount) in map.values_mut() {
        let quantity = of(amount);
        if quantity.nanos() % 1_000_000 != 0 {
            *amount = text_of(Quantity::from_millis(quantity.milli_value(), quantity.format()));
        }
    }
}

/// An amount as objects hold it.
pub(super) fn text_of(quantity: Quantity) -> Value {
    Value::text(quantity.to_string())
}

/// Amounts by resource.
pub(super) type Amounts = BTreeMap<SmolStr, Quantity>;

/// What the containers of a pod need together: the sum of those that run side by
/// side, or more while an init container runs.
pub(super) fn aggregate(spec: &Value, field: &str) -> Amounts {
    let amounts = |container: &Value| -> Amounts {
        let entries = container.at("resources").entries(field);
        entries.iter().map(|it| (it.key.clone(), of(&it.value))).collect()
    };
    let (mut sum, mut sidecars, mut most) = (Amounts::new(), Amounts::new(), Amounts::new());
    for container in spec.items("containers") {
        add(&mut sum, &amounts(container));
    }
    for container in spec.items("initContainers") {
        let mut own = amounts(container);
        if is_sidecar(container) {
            add(&mut sum, &own);
            add(&mut sidecars, &own);
            own.clone_from(&sidecars);
        } else {
            add(&mut own, &sidecars);
        }
        raise(&mut most, &own);
    }
    raise(&mut sum, &most);
    sum
}

fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        sum.entry(name.clone()).and_modify(|it| *it = it.plus(*amount)).or_insert(*amount);
    }
}

fn raise(most: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        most.entry(name.clone()).and_modify(|it| *it = (*it).max(*amount)).or_insert(*amount);
    }
}
