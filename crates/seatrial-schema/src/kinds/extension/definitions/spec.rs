//! The spec of a definition, in the server's inner form.

use std::collections::BTreeSet;

use super::internal::Spec;
use super::{defaults, field_paths, names, schemas, structural};
use crate::errors::Errors;
use crate::kinds::extension::webhooks;
use crate::path::Path;
use crate::rules::metadata;
use crate::rules::names::{dns1035_label, dns1123_subdomain};
use crate::value::Value;

const SCOPES: [&str; 2] = ["Cluster", "Namespaced"];
const STRATEGIES: [&str; 2] = ["None", "Webhook"];
const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];
const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] =
    ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
const SELECTABLE_MOST: usize = 8;
const WARNING_LENGTH: usize = 256;

/// What there is to a version beside its schema.
pub(super) struct Version<'a> {
    pub(super) name: &'a str,
    /// Whether the status of its objects is written apart.
    pub(super) has_status: bool,
}

/// Rules that an update does not apply where the stored definition breaks them.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one rule")]
pub(super) struct Options {
    pub(super) review_versions: bool,
    pub(super) immutable_names: bool,
    pub(super) schemas: bool,
    pub(super) known_types: bool,
    pub(super) structural: bool,
    pub(super) pruned_defaults: bool,
    pub(super) atomic_sets: bool,
    pub(super) map_keys: bool,
    /// Versions that may keep their many selectable fields, `""` for all.
    many_selectable: BTreeSet<String>,
    /// Versions whose schema is as it is stored.
    pub(super) unchanged: BTreeSet<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            review_versions: true,
            immutable_names: false,
            schemas: true,
            known_types: true,
            structural: true,
            pruned_defaults: true,
            atomic_sets: true,
            map_keys: true,
            many_selectable: BTreeSet::new(),
            unchanged: BTreeSet::new(),
        }
    }
}

impl Options {
    /// For an update of what is stored.
    pub(super) fn of_update(spec: &Spec<'_>, old_spec: &Spec<'_>, old: &Value) -> Self {
        let stored: Vec<_> = all_schemas(old_spec).collect();
        let none = |found: &mut dyn FnMut(&Value) -> bool| !stored.iter().any(|it| schemas::any(it, found));
        let reviewed = old_spec.at("conversion").items("conversionReviewVersions");
        let is_established = |it: &Value| it.str("type") == "Established" && it.str("status") == "True";
        Self {
            review_versions: reviewed.is_empty()
                || reviewed.iter().any(|it| REVIEW_VERSIONS.contains(&it.as_str())),
            immutable_names: old.at("status").items("conditions").iter().any(is_established),
            schemas: old_spec.validation().has("openAPIV3Schema")
                || old_spec.versions().all(|(_, schema)| schema.has("openAPIV3Schema")),
            known_types: none(&mut schemas::has_unknown_type),
            structural: stored.iter().all(|schema| structural::is_structural(schema)),
            pruned_defaults: stored.iter().all(|schema| defaults::are_pruned(schema)),
            atomic_sets: none(&mut schemas::has_set_of_others),
            map_keys: none(&mut |schema| {
                let mut errors = Errors::new();
                schemas::map_keys(schema, &Path::ROOT, &mut errors);
                !errors.is_empty()
            }),
            many_selectable: many_selectable(spec, old_spec),
            unchanged: unchanged(spec, old_spec),
        }
    }
}

fn many_selectable(spec: &Value, old: &Value) -> BTreeSet<String> {
    let keeps = |new: &Value, old: &Value| {
        old.items("selectableFields").len() > SELECTABLE_MOST
            && new.at("selectableFields").semantically_equals(old.at("selectableFields"))
    };
    let mut kept: BTreeSet<_> = keeps(spec, old).then(String::new).into_iter().collect();
    for version in spec.items("versions") {
        let name = version.str("name");
        let stored = old.items("versions").iter().rfind(|it| it.str("name") == name);
        if stored.is_some_and(|stored| keeps(version, stored)) {
            kept.insert(name.to_owned());
        }
    }
    kept
}

fn unchanged(spec: &Spec<'_>, old: &Spec<'_>) -> BTreeSet<String> {
    fn schema<'a>(spec: &Spec<'a>, name: &str) -> Option<&'a Value> {
        let (_, own) = spec.versions().find(|(version, _)| version.str("name") == name)?;
        Some(own.opt("openAPIV3Schema").unwrap_or_else(|| spec.validation().at("openAPIV3Schema")))
    }
    let names = spec.versions().map(|(version, _)| version.str("name"));
    names.filter(|name| schema(spec, name) == schema(old, name)).map(str::to_owned).collect()
}

/// The schemas of all versions.
pub(super) fn all_schemas<'a>(spec: &Spec<'a>) -> impl Iterator<Item = &'a Value> {
    let holders = std::iter::once(spec.validation()).chain(spec.versions().map(|(_, schema)| schema));
    holders.filter_map(|it| it.opt("openAPIV3Schema"))
}

/// What an update may not change about a spec.
pub(super) fn validate_update(
    spec: &Value,
    old: &Value,
    options: &Options,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    let at_names = at.child("names");
    let mut keep = |field: &str, below: &str| {
        let (new, old, at) = match field {
            "names" => (spec.at(field).at(below), old.at(field).at(below), at_names.child(below)),
            _ => (spec.at(field), old.at(field), at.child(field)),
        };
        metadata::immutable(&new.clone().or_empty(), &old.clone().or_empty(), &at, errors);
    };
    if options.immutable_names {
        keep("scope", "");
        keep("names", "kind");
    }
    keep("group", "");
    keep("names", "plural");
}

/// The rules for a spec.
pub(super) fn validate(spec: &Spec<'_>, options: &Options, at: &Path<'_>, errors: &mut Errors) {
    group(spec.str("group"), &at.child("group"), errors);
    enumerated(spec, "scope", &SCOPES, at, errors);
    let keeps_unknown = spec.bool("preserveUnknownFields");
    missing_schemas(spec, options, keeps_unknown, at, errors);
    let mut options = options.clone();
    options.structural |= !keeps_unknown;
    if keeps_unknown && all_schemas(spec).any(|schema| schemas::any(schema, &mut |it| it.has("default"))) {
        options.structural = true;
        let detail = "must be false in order to use defaults in the schema";
        errors.invalid(&at.child("preserveUnknownFields"), true, detail);
    }
    options.structural =
        options.structural || all_schemas(spec).any(|it| schemas::any(it, &mut schemas::has_extension));
    versions(spec, &options, at, errors);
    exclusive(spec, at, errors);
    storage(spec, at, errors);
    let at_names = at.child("names");
    for field in ["plural", "singular", "kind", "listKind"] {
        if spec.at("names").str(field).is_empty() {
            errors.required(&at_names.child(field), "");
        }
    }
    names::validate(spec.at("names"), &at_names, errors);
    let has_status = std::iter::once(&**spec).chain(spec.items("versions"));
    let has_status = has_status.into_iter().any(|it| it.at("subresources").has("status"));
    let schema = spec.validation().opt("openAPIV3Schema");
    let version = Version { name: spec.str("version"), has_status };
    if let Some(schema) = schema {
        schemas::validate_root(schema, &version, &options, &at.child("validation"), errors);
    }
    subresources(spec, at, errors);
    columns(spec, at, errors);
    selectable_fields(spec, schema, "", &options, at, errors);
    let conversion = spec.at("conversion");
    let strategy = conversion.str("strategy");
    if spec.has("conversion") && strategy != "None" && keeps_unknown {
        let detail = "must be None if spec.preserveUnknownFields is true";
        let at = at.child("conversion");
        errors.invalid(&at.child("strategy"), strategy, detail);
    }
    if spec.has("conversion") {
        self::conversion(conversion, &options, &at.child("conversion"), errors);
    }
}

fn group(group: &str, at: &Path<'_>, errors: &mut Errors) {
    let wrong = dns1123_subdomain(group);
    if group.is_empty() {
        errors.required(at, "");
    } else if !wrong.is_empty() {
        errors.invalid(at, group, wrong.join(","));
    } else if !group.contains('.') {
        errors.invalid(at, group, "should be a domain with at least one dot");
    }
}

fn enumerated(holder: &Value, field: &str, accepted: &[&str], at: &Path<'_>, errors: &mut Errors) {
    match holder.str(field) {
        "" => errors.required(&at.child(field), ""),
        word if !accepted.contains(&word) => errors.not_supported(&at.child(field), word, accepted),
        _ => {}
    }
}

fn missing_schemas(
    spec: &Spec<'_>,
    options: &Options,
    keeps_unknown: bool,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    if spec.validation().has("openAPIV3Schema") {
        return;
    }
    let at = at.child("versions");
    for (index, (version, schema)) in spec.versions().enumerate() {
        if schema.has("openAPIV3Schema") {
            continue;
        }
        let at = at.index(index);
        let at = at.child("schema");
        let at = at.child("openAPIV3Schema");
        if options.schemas {
            errors.required(&at, "");
        } else if !keeps_unknown && version.bool("served") {
            errors.required(&at, "because otherwise all fields are pruned");
        }
    }
}

fn versions(spec: &Spec<'_>, options: &Options, at: &Path<'_>, errors: &mut Errors) {
    let has_own = spec.items("versions").iter().any(|it| it.has("subresources"));
    let at = at.child("versions");
    for (index, (version, schema)) in spec.versions().enumerate() {
        let at = at.index(index);
        let name = version.str("name");
        let wrong = dns1035_label(name);
        if !wrong.is_empty() {
            errors.invalid(&at.child("name"), name, wrong.join(","));
        }
        deprecation(version, &at.child("deprecationWarning"), errors);
        let holder: &Value = if has_own { version } else { spec };
        let has_status = holder.at("subresources").has("status");
        let schema = schema.opt("openAPIV3Schema");
        if let Some(schema) = schema {
            schemas::validate_root(
                schema,
                &Version { name, has_status },
                options,
                &at.child("schema"),
                errors,
            );
        }
        subresources(version, &at, errors);
        columns(version, &at, errors);
        selectable_fields(version, schema, name, options, &at, errors);
    }
}

fn deprecation(version: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(warning) = version.opt("deprecationWarning").map(Value::as_str) else { return };
    if !version.bool("deprecated") {
        return errors.invalid(at, warning, "can only be set for deprecated versions");
    }
    if warning.len() > WARNING_LENGTH {
        errors.invalid(at, warning, format!("must be <= {WARNING_LENGTH} characters long"));
    }
    if warning.is_empty() {
        errors.invalid(at, warning, "must not be an empty string");
    }
    let is_printable = |letter: char| letter == ' ' || !(letter.is_control() || letter.is_whitespace());
    if let Some((index, _)) = warning.char_indices().find(|(_, letter)| !is_printable(*letter)) {
        let detail = format!(
            "must only contain printable UTF-8 characters; non-printable character found at index {index}"
        );
        errors.invalid(at, warning, detail);
    }
}

/// What stands at the top may not stand in a version too, and the reverse.
fn exclusive(spec: &Spec<'_>, at: &Path<'_>, errors: &mut Errors) {
    for field in ["subresources", "additionalPrinterColumns"] {
        if spec.has(field) && spec.items("versions").iter().any(|it| it.has(field)) {
            let detail = format!("top-level and per-version {field} are mutually exclusive");
            errors.forbidden(&at.child(field), detail);
        }
    }
}

fn storage(spec: &Spec<'_>, at: &Path<'_>, errors: &mut Errors) {
    let versions = spec.items("versions");
    let at_versions = at.child("versions");
    let distinct: BTreeSet<_> = versions.iter().map(|it| it.str("name")).collect();
    if distinct.len() != versions.len() {
        errors.invalid(&at_versions, spec.printed_versions(), "must contain unique version names");
    }
    if versions.iter().filter(|it| it.bool("storage")).count() != 1 {
        let detail = "must have exactly one version marked as storage version";
        errors.invalid(&at_versions, spec.printed_versions(), detail);
    }
    names::label(spec.str("version"), &at.child("version"), errors);
}

fn subresources(holder: &Value, at: &Path<'_>, errors: &mut Errors) {
    let Some(scale) = holder.at("subresources").opt("scale") else { return };
    let at = at.child("subresources");
    let rows: [(&str, &str, &[&str], &str); 3] = [
        ("specReplicasPath", "scale.specReplicasPath", &[".spec."], ".spec"),
        ("statusReplicasPath", "scale.statusReplicasPath", &[".status."], ".status"),
        ("labelSelectorPath", "scale.labelSelectorPath", &[".spec.", ".status."], "either .spec or .status"),
    ];
    for (field, printed, starts, words) in rows {
        let path = scale.str(field);
        let at = at.child(printed);
        if path.is_empty() {
            if field != "labelSelectorPath" {
                errors.required(&at, "");
            }
        } else if !simple_path(path, &at, errors) && !starts.iter().any(|start| path.starts_with(start)) {
            errors.invalid(&at, path, format!("should be a json path under {words}"));
        }
    }
}

/// Whether a JSON path is refused.
fn simple_path(path: &str, at: &Path<'_>, errors: &mut Errors) -> bool {
    let is_wrong = !path.starts_with('.');
    if is_wrong {
        errors.invalid(at, path, "must be a simple json path starting with .");
    }
    is_wrong
}

fn columns(holder: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("additionalPrinterColumns");
    for (index, column) in holder.items("additionalPrinterColumns").iter().enumerate() {
        let at = at.index(index);
        if column.str("name").is_empty() {
            errors.required(&at.child("name"), "");
        }
        let types = format!("must be one of {}", COLUMN_TYPES.join(","));
        match column.str("type") {
            "" => errors.required(&at.child("type"), types),
            kind if !COLUMN_TYPES.contains(&kind) => errors.invalid(&at.child("type"), kind, types),
            _ => {}
        }
        let format = column.str("format");
        if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
            let detail = format!("must be one of {}", COLUMN_FORMATS.join(","));
            errors.invalid(&at.child("format"), format, detail);
        }
        match column.str("jsonPath") {
            "" => errors.required(&at.child("JSONPath"), ""),
            path => drop(simple_path(path, &at.child("JSONPath"), errors)),
        }
    }
}

fn selectable_fields(
    holder: &Value,
    schema: Option<&Value>,
    version: &str,
    options: &Options,
    at: &Path<'_>,
    errors: &mut Errors,
) {
    let fields = holder.items("selectableFields");
    let at_fields = at.child("selectableFields");
    if fields.is_empty() {
        return;
    }
    let Some(schema) = schema else {
        let detail = "may only be set when `version.schema.openAPIV3Schema` is not included";
        return errors.invalid(&at_fields, "", detail);
    };
    let mut seen = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        let at = at_fields.index(index);
        let at = at.child("jsonPath");
        let path = field.str("jsonPath");
        if path.is_empty() {
            errors.required(&at, "");
            continue;
        }
        let (steps, found) = match field_paths::lookup(path, schema, false) {
            Ok(found) => found,
            Err(wrong) => {
                errors.invalid(&at, path, format!("is an invalid path: {wrong}"));
                continue;
            }
        };
        if steps.first().is_some_and(|step| step == "metadata") {
            errors.invalid(&at, path, "must not point to fields in metadata");
        }
        if !matches!(found.str("type"), "string" | "boolean" | "integer") {
            let detail = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
            errors.invalid(&at, path, detail);
        }
        if !seen.insert(steps) {
            errors.duplicate(&at, path);
        }
    }
    if seen.len() > SELECTABLE_MOST && !options.many_selectable.contains(version) {
        errors.too_many(&at_fields, seen.len(), SELECTABLE_MOST);
    }
}

fn conversion(conversion: &Value, options: &Options, at: &Path<'_>, errors: &mut Errors) {
    enumerated(conversion, "strategy", &STRATEGIES, at, errors);
    let (client, versions) =
        (conversion.opt("webhookClientConfig"), conversion.items("conversionReviewVersions"));
    let (at_client, at_versions) = (at.child("webhookClientConfig"), at.child("conversionReviewVersions"));
    if conversion.str("strategy") != "Webhook" {
        let detail = "should not be set when strategy is not set to Webhook";
        if client.is_some() {
            errors.forbidden(&at_client, detail);
        }
        if !versions.is_empty() {
            errors.forbidden(&at_versions, detail);
        }
        return;
    }
    match client {
        None => errors.required(&at_client, "required when strategy is set to Webhook"),
        Some(client) => webhooks::client(client, &at_client, errors),
    }
    if versions.is_empty() {
        return errors.required(&at_versions, "");
    }
    let mut seen = BTreeSet::new();
    for (index, version) in versions.iter().map(Value::as_str).enumerate() {
        if seen.insert(version) {
            errors.each_invalid(&at_versions.index(index), version, dns1035_label(version));
        } else {
            errors.invalid(&at_versions.index(index), version, "duplicate version");
        }
    }
    if options.review_versions && !REVIEW_VERSIONS.iter().any(|it| seen.contains(it)) {
        let detail = format!("must include at least one of {}", REVIEW_VERSIONS.join(", "));
        errors.invalid(&at_versions, conversion.at("conversionReviewVersions").clone(), detail);
    }
}
