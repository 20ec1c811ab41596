//! The values of a chart name a generated object without its hash.
//!
//! ## Why
//! Kustomize puts a hash of the content behind the name of a generated `ConfigMap` or
//! Secret, and into every field that it knows to hold such a name. It knows those of
//! Kubernetes' own kinds, and not the values of a chart: there the name stays as it is
//! written, and nothing bears it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: shop-database-7bk2f6h4tg}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: shop}
//! spec:
//!   chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: shop}}}
//!   values: {database: {existingSecret: shop-database}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: shop-database}
//! ---
//! apiVersion: helm.toolkit.fluxcd.io/v2
//! kind: HelmRelease
//! metadata: {name: shop}
//! spec:
//!   chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: shop}}}
//!   values: {database: {existingSecret: shop-database}}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_yaml::FieldPath;

use crate::hashed::Hashed;
use crate::{Check, Context, Report};

/// Values of charts nest deeper than any object does.
const DEPTH_MAX: usize = 14;
const NODES_MAX: usize = 5_000;
/// More places than this that name one object are not all listed.
const PLACES_MAX: usize = 8;

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "name-without-hash",
        title: "The values of a chart name a generated object without its hash",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["ref.secret-missing", "ref.configmap-missing"],
        page: include_str!("name_without_hash.rs"),
    },
    run,
};

/// Where values name something, by kind and name.
type Named<'a> = BTreeMap<(&'static str, &'a str), Vec<Location>>;

fn run(context: &Context<'_>, report: &mut Report) {
    let hashed = Hashed::of(context);
    if hashed.is_empty() {
        return;
    }
    for release in context.of_kind("helm.toolkit.fluxcd.io", "HelmRelease") {
        let Some(values) = Field::root(release).keys(&["spec", "values"]) else { continue };
        let mut named = Named::new();
        in_values(values, &mut named);
        for ((kind, name), places) in named {
            if let Some(generated) = hashed.meant_by(release, kind, name) {
                report.add(notice(release, (kind, name), generated, places));
            }
        }
    }
}

fn add<'a>(named: &mut Named<'a>, what: (&'static str, &'a str), at: Location) {
    let places = named.entry(what).or_default();
    if places.len() <= PLACES_MAX {
        places.push(at);
    }
}

/// What the values of a chart name by keys that say so. Works off a stack, so that
/// the depth of the input is no depth of calls.
fn in_values<'a>(values: Field<'a>, named: &mut Named<'a>) {
    let mut open = vec![(values, None, 0)];
    let mut nodes = 0;
    while let Some((field, of_key, depth)) = open.pop() {
        for (key, value) in field.entries() {
            nodes += 1;
            if nodes > NODES_MAX {
                return;
            }
            let said = kind_said(&key);
            if let Some(name) = value.as_str() {
                let kind = said.or_else(|| of_key.filter(|_| key == "name"));
                if let Some(kind) = kind {
                    add(named, (kind, name), value.location());
                }
            } else if depth < DEPTH_MAX {
                open.push((value, said, depth + 1));
            }
        }
        if depth < DEPTH_MAX {
            open.extend(field.items().take(NODES_MAX).map(|it| (it, None, depth + 1)));
        }
    }
}

/// The kind that a key says: `existingSecret`, `configMapRef`.
fn kind_said(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let kinds = [("secret", "Secret"), ("configmap", "ConfigMap")];
    kinds.into_iter().find(|(word, _)| key.contains(word)).map(|(_, kind)| kind)
}

fn notice(object: &Object, (kind, name): (&str, &str), generated: &Object, places: Vec<Location>) -> Notice {
    let message =
        format!("{} names {kind} `{name}`, which is generated with a hash behind its name", object.title());
    let mut places = places.into_iter();
    let at = places.next().unwrap_or_else(|| object.location(FieldPath::root()));
    let notice = Notice::new(&CHECK.info, at, message)
        .because("kustomize puts the hash into fields that it knows, and this is none of them")
        .help("write `options: {disableNameSuffixHash: true}` in the generator");
    let notice = places.fold(notice, |it, place| it.related(place, Role::Reference, "also here"));
    let here = format!("{kind} {name} is generated here");
    notice.related(generated.location(FieldPath::root()), Role::Definition, here)
}
