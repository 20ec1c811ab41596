//! `StatefulSet` (`kubernetes` 1.36, `pkg/apis/apps/v1/{defaults,conversion}.go`,
//! `pkg/apis/apps/validation/validation.go`, `pkg/registry/apps/statefulset/strategy.go`).

use seatrial_yaml::PathStep;
use smol_str::SmolStr;

use super::common;
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::pods::{self, PodOptions};
use crate::kinds::storage::claims::{self, ClaimOptions};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, int_or_percent, names, selectors};
use crate::value::{By, Entry, Map, Value};

pub(super) const STATEFUL_SET: Strategy = Strategy {
    default,
    prepare_create,
    prepare_update,
    validate,
    validate_update,
    warnings,
    ..Strategy::plain("apps", "v1", "StatefulSet")
};

/// What an update may change in `spec`.
const MUTABLE: [&str; 7] = [
    "replicas",
    "template",
    "updateStrategy",
    "minReadySeconds",
    "ordinals",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
];

fn default(object: &mut Value) {
    let spec = object.struct_mut("spec");
    spec.set_default("podManagementPolicy", "OrderedReady");
    let strategy = spec.struct_mut("updateStrategy");
    if strategy.str("type").is_empty() {
        strategy.set("type", "RollingUpdate", By::Server);
        strategy.struct_mut("rollingUpdate");
    }
    if strategy.str("type") == "RollingUpdate"
        && let Some(rolling) = strategy.at_mut("rollingUpdate")
    {
        rolling.set_default("partition", 0);
    }
    let retention = spec.struct_mut("persistentVolumeClaimRetentionPolicy");
    retention.set_default("whenDeleted", "Retain");
    retention.set_default("whenScaled", "Retain");
    spec.set_default("replicas", 1);
    spec.set_default("revisionHistoryLimit", 10);
    common::default_template(spec);
    spec.items_mut("volumeClaimTemplates").iter_mut().for_each(default_claim);
}

fn default_claim(claim: &mut Value) {
    claim.set("apiVersion", "v1", By::Server);
    claim.set("kind", "PersistentVolumeClaim", By::Server);
    claim.struct_mut("status").set_default("phase", "Pending");
    claims::default_claim_spec(claim.struct_mut("spec"));
}

fn prepare_create(object: &mut Value) {
    generations::begin(object);
    let spec = object.struct_mut("spec");
    drop_gated(spec, None);
    common::drop_disabled(spec, None);
}

fn prepare_update(new: &mut Value, old: &Value) {
    let spec = new.struct_mut("spec");
    drop_gated(spec, Some(old.at("spec")));
    common::drop_disabled(spec, Some(old.at("spec")));
    generations::count(new, old);
}

/// How many pods may be missing is a feature that is off by default.
fn drop_gated(spec: &mut Value, old: Option<&Value>) {
    let field = "maxUnavailable";
    let is_used = old.is_some_and(|old| old.at("updateStrategy").at("rollingUpdate").has(field));
    let rolling = spec.at_mut("updateStrategy").and_then(|strategy| strategy.at_mut("rollingUpdate"));
    if let Some(rolling) = rolling.filter(|_| !is_used) {
        rolling.remove(field);
    }
}

/// What is not asked of a changed object.
#[derive(Clone, Copy, Default)]
struct Leniency {
    keeps_fixed_fields: bool,
    keeps_template: bool,
}

fn validate(object: &Value, errors: &mut Errors) {
    metadata::create(object, Scope::Namespaced, names::label_name, errors);
    let options = PodOptions::of_template(None);
    validate_spec(object.at("spec"), Leniency::default(), errors, &options);
}

fn validate_update(new: &Value, old: &Value, errors: &mut Errors) {
    metadata::update(new, old, errors);
    let (new, old) = (new.at("spec"), old.at("spec"));
    let options = PodOptions::of_template(Some(old.at("template")));
    let mut leniency = Leniency { keeps_fixed_fields: true, keeps_template: false };
    let mut earlier = Errors::new();
    validate_spec(old, leniency, &mut earlier, &options);
    leniency.keeps_template = !earlier.is_empty();
    validate_spec(new, leniency, errors, &options);
    let is_fixed = |entry: &&Entry| !MUTABLE.contains(&entry.key.as_str());
    let has_changed = |entry: &Entry| !new.at(&entry.key).semantically_equals(old.at(&entry.key));
    let mut fixed = [new, old].into_iter().filter_map(Value::as_map).flat_map(Map::entries).filter(is_fixed);
    if fixed.any(has_changed) {
        errors.forbidden(
            &Path::new("spec"),
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
             'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        );
    }
}

fn validate_spec(spec: &Value, leniency: Leniency, errors: &mut Errors, options: &PodOptions) {
    let at = Path::new("spec");
    validate_management(spec, &at, errors);
    validate_strategy(spec.at("updateStrategy"), &at.child("updateStrategy"), errors);
    validate_retention(spec, &at, errors);
    if !leniency.keeps_fixed_fields {
        validate_claims(spec, &at, errors);
    }
    for field in ["replicas", "minReadySeconds"] {
        metadata::non_negative(spec.int(field), &at.child(field), errors);
    }
    let ordinals = at.child("ordinals");
    metadata::non_negative(spec.at("ordinals").int("start"), &ordinals.child("start"), errors);
    let service = spec.str("serviceName");
    if !leniency.keeps_fixed_fields && !service.is_empty() {
        errors.each_invalid(&at.child("serviceName"), service, names::dns1123_label(service));
    }
    common::required_selector(spec, "empty selector is invalid for statefulset", &at, errors);
    let selector = spec.at("selector");
    if common::is_usable(selector) {
        validate_template(spec, leniency, &at, errors, options);
    } else {
        errors.invalid(&at.child("selector"), selector.clone(), "");
    }
    common::endless_pods("StatefulSet", spec.at("template"), &at.child("template"), errors);
}

fn validate_management(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("podManagementPolicy");
    match spec.str("podManagementPolicy") {
        "" => errors.required(&at, ""),
        "OrderedReady" | "Parallel" => {}
        other => errors.invalid(&at, Value::text(other), "must be 'OrderedReady' or 'Parallel'"),
    }
}

fn validate_strategy(strategy: &Value, at: &Path<'_>, errors: &mut Errors) {
    let rolling_at = at.child("rollingUpdate");
    match (strategy.str("type"), strategy.opt("rollingUpdate")) {
        ("", _) => errors.required(at, ""),
        ("OnDelete" | "RollingUpdate", None) => {}
        ("OnDelete", Some(rolling)) => {
            errors.invalid(&rolling_at, rolling.clone(), "only allowed for updateStrategy 'RollingUpdate'");
        }
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &rolling_at, errors),
        _ => errors.invalid(at, strategy.clone(), "must be 'RollingUpdate' or 'OnDelete'"),
    }
}

fn validate_rolling_update(rolling: &Value, at: &Path<'_>, errors: &mut Errors) {
    metadata::non_negative(rolling.int("partition"), &at.child("partition"), errors);
    let Some(missing) = rolling.opt("maxUnavailable") else { return };
    let at = at.child("maxUnavailable");
    int_or_percent::non_negative(missing, &at, errors);
    if int_or_percent::is_zero(missing) {
        errors.invalid(&at, missing.clone(), "cannot be 0");
    }
    int_or_percent::at_most_all(missing, &at, errors);
}

fn validate_retention(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(policy) = spec.opt("persistentVolumeClaimRetentionPolicy") else { return };
    let at = at.child("persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        if !matches!(policy.str(field), "Retain" | "Delete") {
            let value = policy.at(field).clone().or_empty();
            errors.not_supported(&at.child(field), value, &["Retain", "Delete"]);
        }
    }
}

fn validate_claims(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("volumeClaimTemplates");
    for (index, claim) in spec.items("volumeClaimTemplates").iter().enumerate() {
        let at = at.index(index);
        claims::validate_claim_spec(claim.at("spec"), &at.child("spec"), ClaimOptions::default(), errors);
    }
}

fn validate_template(
    spec: &Value,
    leniency: Leniency,
    at: &Path<'_>,
    errors: &mut Errors,
    options: &PodOptions,
) {
    let (selector, template, at) = (spec.at("selector"), spec.at("template"), at.child("template"));
    if selector.is_null() || !selectors::is_empty(selector) {
        common::labels_match(selector, template, &at, errors);
    }
    if leniency.keeps_template {
        let meta = template.at("metadata");
        metadata::labels(meta.at("labels"), &at.child("labels"), errors);
        metadata::annotations(meta.at("annotations"), &at.child("annotations"), errors);
        return;
    }
    let (template, claims, volumes) = template_of_pods(spec);
    let before = errors.len();
    pods::validate_pod_template(&template, &at, errors, options);
    for error in &mut errors.as_mut_slice()[before..] {
        lead_back(&mut error.path, &claims, &volumes);
    }
}

/// The template as pods will have it: a volume per claim, and no host name, which
/// the controller sets. Also, for the volumes of claims and then for the others, where
/// the manifest has them.
fn template_of_pods(spec: &Value) -> (Value, Vec<usize>, Vec<usize>) {
    let mut template = spec.at("template").clone();
    let claims = spec.items("volumeClaimTemplates");
    let pod = template.struct_mut("spec");
    pod.remove("hostname");
    pod.remove("subdomain");
    if claims.is_empty() {
        let written = (0..pod.items("volumes").len()).collect();
        return (template, Vec::new(), written);
    }
    let (mut names, mut of_claims) = (Vec::new(), Vec::new());
    for (index, claim) in claims.iter().enumerate() {
        let name = claim.at("metadata").str("name");
        if !names.contains(&name) {
            names.push(name);
            of_claims.push(index);
        }
    }
    let mut volumes: Vec<_> = names.iter().map(|name| volume_of_claim(name)).collect();
    let mut others = Vec::new();
    for (index, volume) in pod.items("volumes").iter().enumerate() {
        if !names.contains(&volume.str("name")) {
            volumes.push(volume.clone());
            others.push(index);
        }
    }
    pod.set("volumes", volumes, By::Server);
    (template, of_claims, others)
}

fn volume_of_claim(name: &str) -> Value {
    let name = SmolStr::from(name);
    let mut volume = Value::from(Map::default());
    volume.set("name", name.clone(), By::Server);
    volume.struct_mut("persistentVolumeClaim").set("claimName", name, By::Server);
    volume
}

/// The server counts the volumes of claims first; the manifest's line is where the
/// volume itself stands, or the name of the claim.
fn lead_back(path: &mut seatrial_yaml::FieldPath, claims: &[usize], volumes: &[usize]) {
    let mut steps: Vec<PathStep> = path.steps().to_vec();
    let is_volume = steps.len() > 4 && steps[3] == PathStep::Key("volumes".into());
    let Some(PathStep::Index(index)) = steps.get(4).filter(|_| is_volume) else { return };
    let index = *index as usize;
    if let Some(volume) = index.checked_sub(claims.len()).and_then(|it| volumes.get(it)) {
        steps[4] = PathStep::Index(*volume as u32);
    } else {
        steps.truncate(1);
        steps.push(PathStep::Key("volumeClaimTemplates".into()));
        steps.extend(claims.get(index).map(|it| PathStep::Index(*it as u32)));
        steps.extend(["metadata", "name"].map(|it| PathStep::Key(it.into())));
    }
    *path = steps.into();
}

fn warnings(object: &Value) -> Vec<String> {
    let mut warnings = common::template_warnings(object);
    let spec = object.at("spec");
    let at = Path::new("spec");
    let at = at.child("volumeClaimTemplates");
    for (index, claim) in spec.items("volumeClaimTemplates").iter().enumerate() {
        warnings.extend(claims::claim_spec_warnings(claim.at("spec"), &at.index(index)));
    }
    if spec.int("revisionHistoryLimit") < 0 {
        warnings.push(
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
                .into(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    const SET: &str = "{metadata: {name: a, namespace: b}, spec: {serviceName: s, selector: {matchLabels: {a: b}}, \
                       template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: \
                       [{name: data, mountPath: /d}, {name: more, mountPath: /m}]}], volumes: [{name: more, hostPath: \
                       {path: ''}}]}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: \
                       [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}}";

    fn set() -> Value {
        let mut set = value(SET);
        default(&mut set);
        prepare_create(&mut set);
        set
    }

    #[test]
    fn volumes_of_claims_are_counted_first() {
        let mut errors = Errors::new();
        validate(&set(), &mut errors);
        assert_eq!(fields(&errors)[0], "spec.template.spec.volumes[1].hostPath.path FieldValueRequired");
        let path = errors.as_slice()[0].path.to_string();
        assert_eq!(path, "spec.template.spec.volumes[0].hostPath.path");
    }

    #[test]
    fn an_update_may_change_what_the_controller_follows() {
        let changed = |field: &'static str, value: Value| {
            let mut new = set();
            new.struct_mut("spec").set(field, value, By::Manifest);
            let mut errors = Errors::new();
            validate_update(&new, &set(), &mut errors);
            let lines = fields(&errors);
            lines.into_iter().filter(|line| line.starts_with("spec ")).count()
        };
        assert_eq!(changed("replicas", 3.into()), 0);
        assert_eq!(changed("serviceName", "t".into()), 1);
        assert_eq!(changed("volumeClaimTemplates", Value::List(Vec::new())), 1);
    }
}
