//! A container reads a Secret's key that is empty.
//!
//! ## Why
//! The key exists, so the pod starts, and the process gets an empty string where it
//! expects a password or a token. It fails later, in its own words, or carries on
//! without authentication.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: keys}
//! stringData: {token: ""}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: keys, key: token}}}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: keys}
//! stringData: {token: example-only}
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: keys, key: token}}}]
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Agreement, Bundle, Object, Repository, UnitKind};
use seatrial_yaml::Node;

use crate::secrets::{Entry, entries};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "empty-secret-value",
        title: "A container reads a Secret's key that is empty",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.empty-secret"],
        page: include_str!("empty_secret_value.rs"),
    },
    run,
};

/// Further empty keys of a Secret that are pointed at.
const OTHERS_MAX: usize = 4;
/// More readers than this of one Secret are not told apart.
const READERS_MAX: usize = 1_000;

struct Empty<'a> {
    secret: &'a Object,
    entry: Entry<'a>,
}

/// A place that reads a key of a Secret, or all of them.
struct Reader<'a> {
    object: &'a Object,
    key: Option<&'a str>,
    at: Location,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let mut empties: Vec<Empty<'_>> = Vec::new();
    for secret in context.of_kind("", "Secret") {
        let empty = entries(secret).into_iter().filter(Entry::is_empty);
        empties.extend(empty.map(|entry| Empty { secret, entry }));
    }
    if empties.is_empty() {
        return;
    }
    let repository = context.world().repository;
    let readers = readers(repository);
    let mut taken_whole: Option<&Object> = None;
    for empty in &empties {
        let own = readers.get(empty.secret.name()).map_or(&[][..], Vec::as_slice);
        // Who asks for the key by its name wants a value for it.
        let asks = |it: &&Reader<'_>| reads(it, empty) && it.key.is_some();
        let reader = own.iter().find(asks).or_else(|| own.iter().find(|it| reads(it, empty)));
        let Some(reader) = reader.filter(|_| !is_merged_into(repository, empty.secret)) else { continue };
        if reader.key.is_some() {
            report.add(notice(empty, reader));
        } else if taken_whole.is_none_or(|it| !std::ptr::eq(it, empty.secret)) {
            taken_whole = Some(empty.secret);
            let keys = empties.iter().filter(|it| std::ptr::eq(it.secret, empty.secret));
            let notice = whole(&keys.collect::<Vec<_>>(), reader);
            // Charts leave empty what the one who installs them may want to set.
            let is_chart = repository.unit(empty.secret.unit()).kind == UnitKind::Helm;
            report.add(if is_chart { notice.severity(Severity::Info) } else { notice });
        }
    }
}

/// What reads Secrets into variables, by the Secret's name.
fn readers(repository: &Repository) -> FxHashMap<&str, Vec<Reader<'_>>> {
    let mut found: FxHashMap<&str, Vec<Reader<'_>>> = FxHashMap::default();
    let mut add = |name, reader| {
        let list: &mut Vec<Reader<'_>> = found.entry(name).or_default();
        if list.len() < READERS_MAX {
            list.push(reader);
        }
    };
    for template in repository.bundles.iter().flat_map(Bundle::workloads).filter_map(PodTemplate::of) {
        let object = template.object();
        for container in template.containers() {
            for field in container.env().filter_map(|it| it.field.keys(&["valueFrom", "secretKeyRef"])) {
                if let (Some(name), Some(key)) = (field.text("name"), field.text("key")) {
                    add(name, Reader { object, key: Some(key), at: field.location() });
                }
            }
            for field in container.env_from().filter_map(|it| it.secret()) {
                if let Some(name) = field.text("name") {
                    add(name, Reader { object, key: None, at: field.location() });
                }
            }
        }
    }
    found
}

fn reads(reader: &Reader<'_>, empty: &Empty<'_>) -> bool {
    let same_unit = reader.object.unit() == empty.secret.unit();
    let agreement = Agreement::between(reader.object.namespace(), empty.secret.namespace(), same_unit);
    let is_meant = agreement == Agreement::Exact || (same_unit && agreement == Agreement::Assumed);
    is_meant && reader.key.is_none_or(|key| key == empty.entry.key)
}

/// Whether another object fills the Secret's keys.
fn is_merged_into(repository: &Repository, secret: &Object) -> bool {
    repository.objects().any(|it| {
        let target = it.field(&["spec", "target", "name"]).and_then(Node::as_str);
        match it.kind() {
            "ExternalSecret" => target.unwrap_or(it.name()) == secret.name(),
            "SealedSecret" | "VaultStaticSecret" => it.name() == secret.name(),
            _ => false,
        }
    })
}

fn notice(empty: &Empty<'_>, reader: &Reader<'_>) -> Notice {
    let (key, secret) = (&empty.entry.key, empty.secret.title());
    let message = format!("key {key} of {secret} is empty, and {} reads it", reader.object.title());
    Notice::new(&CHECK.info, empty.entry.field.location(), message)
        .help("give it a value, or drop the variable: the container starts with an empty one")
        .related(reader.at.clone(), Role::Reference, "read here")
}

/// One for all the empty keys of a Secret that is read as a whole.
fn whole(empties: &[&Empty<'_>], reader: &Reader<'_>) -> Notice {
    let secret = empties[0].secret.title();
    let message = format!("{secret} has empty keys, and {} reads all of it", reader.object.title());
    let first = empties[0].entry.field.location();
    let notice = Notice::new(&CHECK.info, first, message)
        .help("give them values, or leave them out: the container starts with empty variables")
        .related(reader.at.clone(), Role::Reference, "read here");
    let others = empties.iter().skip(1).take(OTHERS_MAX);
    others.fold(notice, |it, empty| it.related(empty.entry.field.location(), Role::Cause, "empty, too"))
}
