//! What a claim asks for: requests, constraints and configuration of devices.

use super::{driver_name, each, label, qualified_name, unique};
use crate::errors::Errors;
use crate::kinds::expressions;
use crate::path::Path;
use crate::rules::{choices, metadata, names};
use crate::value::{By, Value};

const REQUESTS_MOST: usize = 32;
const CONSTRAINTS_MOST: usize = 32;
pub(super) const CONFIG_MOST: usize = 32;
const SELECTORS_MOST: usize = 32;
const ALTERNATIVES_MOST: usize = 8;
const EXPRESSION_LENGTH: usize = 10 * 1024;
const PARAMETERS_LENGTH: usize = 10 * 1024;
const MODES: [&str; 2] = ["All", "ExactCount"];
const OPERATORS: [&str; 2] = ["Equal", "Exists"];
pub(super) const EFFECTS: [&str; 3] = ["NoExecute", "NoSchedule", "None"];
const ONE_OF_BOTH: &str = "exactly one of `exactly` or `firstAvailable` is required";
const REFERENCE: &str =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/// Fills in the requests of a claim's spec.
pub(super) fn default(spec: Option<&mut Value>) {
    let Some(devices) = spec.and_then(|it| it.at_mut("devices")) else { return };
    for request in devices.items_mut("requests") {
        if let Some(exactly) = request.at_mut("exactly") {
            default_request(exactly);
        }
        request.items_mut("firstAvailable").iter_mut().for_each(default_request);
    }
}

fn default_request(request: &mut Value) {
    if request.str("allocationMode").is_empty() {
        request.set("allocationMode", "ExactCount", By::Server);
    }
    if request.str("allocationMode") == "ExactCount" && request.int("count") == 0 {
        request.set("count", 1, By::Server);
    }
    for toleration in request.items_mut("tolerations") {
        if toleration.str("operator").is_empty() {
            toleration.set("operator", "Equal", By::Server);
        }
    }
}

/// What `v1beta1` has in the request itself and later versions under `exactly`.
const FLAT: [&str; 7] =
    ["deviceClassName", "selectors", "allocationMode", "count", "adminAccess", "tolerations", "capacity"];

/// Fills in the requests of a claim's spec of `v1beta1`: one with alternatives has no
/// class of its own.
pub(super) fn default_flat(spec: Option<&mut Value>) {
    let Some(devices) = spec.and_then(|it| it.at_mut("devices")) else { return };
    for request in devices.items_mut("requests") {
        if !request.str("deviceClassName").is_empty() {
            default_request(request);
        }
        request.items_mut("firstAvailable").iter_mut().for_each(default_request);
    }
}

/// A claim's spec of `v1beta1` as later versions have it, and the server itself.
pub(super) fn nested(spec: &Value) -> Value {
    let mut spec = spec.clone();
    for request in spec.at_mut("devices").map(|it| it.items_mut("requests")).into_iter().flatten() {
        let mut exactly = Value::default();
        for field in FLAT {
            let value = request.remove(field).filter(|it| !it.is_null());
            // An empty name of a class is none.
            if let Some(value) = value.filter(|it| !matches!(it, Value::Str(text) if text.is_empty())) {
                exactly.set(field, value, By::Server);
            }
        }
        if !exactly.is_null() {
            request.set("exactly", exactly, By::Server);
        }
    }
    spec
}

/// Rules for a claim's spec.
pub(super) fn validate(spec: &Value, at: &Path<'_>, errors: &mut Errors) {
    let devices = spec.at("devices");
    let at = at.child("devices");
    let requests = devices.items("requests");
    let at_requests = at.child("requests");
    if each(requests, Some(REQUESTS_MOST), &at_requests, errors, request) {
        unique(requests.iter().map(|it| it.str("name")), &at_requests, errors);
    }
    let at_constraints = at.child("constraints");
    each(
        devices.items("constraints"),
        Some(CONSTRAINTS_MOST),
        &at_constraints,
        errors,
        |item, at, errors| {
            references(item, requests, at, errors);
            constraint(item, at, errors);
        },
    );
    each(devices.items("config"), Some(CONFIG_MOST), &at.child("config"), errors, |item, at, errors| {
        references(item, requests, at, errors);
        configuration(item, at, errors);
    });
}

fn request(request: &Value, at: &Path<'_>, errors: &mut Errors) {
    label(request.str("name"), &at.child("name"), errors);
    let alternatives = request.items("firstAvailable");
    match (request.opt("exactly"), alternatives) {
        (None, []) => errors.required(at, ONE_OF_BOTH),
        (Some(exactly), []) => request_for(exactly, &at.child("exactly"), errors),
        (Some(_), _) => {
            errors.invalid(at, Value::Null, format!("{ONE_OF_BOTH}, but multiple fields are set"));
        }
        (None, _) => {
            let at = at.child("firstAvailable");
            let is_short = each(alternatives, Some(ALTERNATIVES_MOST), &at, errors, |item, at, errors| {
                label(item.str("name"), &at.child("name"), errors);
                request_for(item, at, errors);
            });
            if is_short {
                unique(alternatives.iter().map(|it| it.str("name")), &at, errors);
            }
        }
    }
}

fn request_for(request: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at_class = at.child("deviceClassName");
    match request.str("deviceClassName") {
        "" => errors.required(&at_class, ""),
        class => errors.each_invalid(&at_class, class, names::dns1123_subdomain(class)),
    }
    selectors(request, at, errors);
    let count = request.int("count");
    match request.str("allocationMode") {
        "All" if count != 0 => {
            errors.invalid(&at.child("count"), count, "must not be specified when allocationMode is 'All'");
        }
        "ExactCount" if count <= 0 => {
            errors.invalid(&at.child("count"), count, "must be greater than zero");
        }
        "All" | "ExactCount" => {}
        mode => errors.not_supported(&at.child("allocationMode"), mode, &MODES),
    }
    each(request.items("tolerations"), None, &at.child("tolerations"), errors, toleration);
}

/// Rules for `selectors`.
pub(super) fn selectors(holder: &Value, at: &Path<'_>, errors: &mut Errors) {
    let all = holder.items("selectors");
    each(all, Some(SELECTORS_MOST), &at.child("selectors"), errors, |selector, at, errors| {
        let at = at.child("cel");
        let Some(cel) = selector.opt("cel") else { return errors.required(&at, "") };
        let at = at.child("expression");
        let expression = cel.str("expression");
        if expression.len() > EXPRESSION_LENGTH {
            errors.too_long(&at, EXPRESSION_LENGTH);
        } else if let Err(wrong) = expressions::compile_for_device(expression) {
            errors.invalid(&at, expression, wrong);
        }
    });
}

fn toleration(toleration: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (key, value) = (toleration.str("key"), toleration.str("value"));
    if !key.is_empty() {
        metadata::label_name(key, &at.child("key"), errors);
    }
    match toleration.str("operator") {
        "Exists" if !value.is_empty() => {
            errors.invalid(&at.child("value"), value, "must be empty for operator `Exists`");
        }
        "Equal" => errors.each_invalid(&at.child("value"), value, names::label_value(value)),
        _ => choices::required(toleration, "operator", &OPERATORS, at, errors),
    }
    if !toleration.str("effect").is_empty() {
        choices::optional(toleration, "effect", &EFFECTS, at, errors);
    }
}

/// Names of requests that a constraint or a configuration is for.
fn references(item: &Value, requests: &[Value], at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("requests");
    let names = item.items("requests");
    let is_short = each(names, Some(REQUESTS_MOST), &at, errors, |name, at, errors| {
        let name = name.as_str();
        if name.matches('/').count() > 1 {
            return errors.invalid(at, name, REFERENCE);
        }
        for part in name.split('/') {
            label(part, at, errors);
        }
        if !is_known(name, requests) {
            errors.invalid(at, name, REFERENCE);
        }
    });
    if is_short {
        unique(names.iter().map(Value::as_str), &at, errors);
    }
}

fn is_known(name: &str, requests: &[Value]) -> bool {
    let (name, part) = name.split_once('/').map_or((name, None), |(name, part)| (name, Some(part)));
    // Of requests with the same name upstream remembers the last.
    let request = requests.iter().rfind(|request| request.str("name") == name);
    request.is_some_and(|request| {
        part.is_none_or(|part| request.items("firstAvailable").iter().any(|it| it.str("name") == part))
    })
}

fn constraint(constraint: &Value, at: &Path<'_>, errors: &mut Errors) {
    let fields = ["matchAttribute", "distinctAttribute"];
    let Some(field) = fields.into_iter().find(|field| constraint.has(field)) else {
        let detail = "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set";
        return errors.required(at, detail);
    };
    let name = constraint.str(field);
    let at = at.child(field);
    qualified_name(name, &at, errors);
    if !name.contains('/') {
        let detail = "a fully qualified name must be a domain and a name separated by a slash";
        errors.invalid(&at, name, detail);
    }
}

/// Rules for what is handed to a driver.
pub(super) fn configuration(config: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child("opaque");
    let Some(opaque) = config.opt("opaque") else { return errors.required(&at, "") };
    driver_name(opaque.str("driver"), &at.child("driver"), errors);
    let at = at.child("parameters");
    match opaque.at("parameters") {
        Value::Null => errors.required(&at, ""),
        parameters @ Value::Map(_) => {
            if json_length(parameters) > PARAMETERS_LENGTH {
                errors.too_long(&at, PARAMETERS_LENGTH);
            }
        }
        _ => errors.invalid(&at, "<value omitted>", "must be a valid JSON object"),
    }
}

/// How long a value is as JSON without white space.
fn json_length(value: &Value) -> usize {
    match value {
        Value::Null => 4,
        Value::Bool(truth) => 5 - usize::from(*truth),
        Value::Int(number) => number.to_string().len(),
        Value::Float(number) => number.to_string().len(),
        Value::Str(text) => text_length(text),
        Value::List(items) => {
            2 + items.len().saturating_sub(1) + items.iter().map(json_length).sum::<usize>()
        }
        Value::Map(map) => {
            let entry = |key: &str, value: &Value| text_length(key) + 1 + json_length(value);
            let entries: usize = map.entries().iter().map(|it| entry(&it.key, &it.value)).sum();
            2 + map.len().saturating_sub(1) + entries
        }
    }
}

fn text_length(text: &str) -> usize {
    let escaped =
        text.bytes().filter(|letter| matches!(letter, b'"' | b'\\' | b'\n' | b'\r' | b'\t')).count();
    text.len() + escaped + 2
}

#[cfg(test)]
mod tests {
    use crate::testing::{change_refused, refused};

    #[test]
    fn claims_on_devices_are_held_to_their_rules() {
        let rows = [
            ("requests: [{name: a, exactly: {deviceClassName: x}}]", &[][..]),
            (
                "requests: [{name: a}, {name: a, exactly: {deviceClassName: X}}]",
                &[
                    "spec.devices.requests[0] FieldValueRequired",
                    "spec.devices.requests[1].exactly.deviceClassName FieldValueInvalid",
                    "spec.devices.requests[1] FieldValueDuplicate",
                ],
            ),
            (
                "requests: [{name: a, exactly: {deviceClassName: x, allocationMode: All, count: 1, selectors: [{cel: {expression: '1'}}]}}]",
                &[
                    "spec.devices.requests[0].exactly.selectors[0].cel.expression FieldValueInvalid",
                    "spec.devices.requests[0].exactly.count FieldValueInvalid",
                ],
            ),
            (
                "requests: [{name: a, firstAvailable: [{name: b, deviceClassName: x}]}], constraints: [{requests: [a/b, a/c], matchAttribute: d}]",
                &[
                    "spec.devices.constraints[0].requests[1] FieldValueInvalid",
                    "spec.devices.constraints[0].matchAttribute FieldValueInvalid",
                ],
            ),
            (
                "config: [{opaque: {driver: d, parameters: []}}]",
                &["spec.devices.config[0].opaque.parameters FieldValueInvalid"],
            ),
        ];
        for (devices, wanted) in rows {
            let text = format!("spec: {{devices: {{{devices}}}}}");
            assert_eq!(refused("resource.k8s.io/v1/ResourceClaim", &text), wanted, "{devices}");
        }
    }

    #[test]
    fn claims_of_the_first_beta_keep_their_spec() {
        const CLAIM: &str = "resource.k8s.io/v1beta1/ResourceClaim";
        const TEMPLATE: &str = "resource.k8s.io/v1beta1/ResourceClaimTemplate";
        let claim = |request: &str| {
            format!("{{metadata: {{name: a}}, spec: {{devices: {{requests: [{request}]}}}}}}")
        };
        let template = |request: &str| {
            format!("{{metadata: {{name: a}}, spec: {{spec: {{devices: {{requests: [{request}]}}}}}}}}")
        };
        let (one, other) = ("{name: a, deviceClassName: x}", "{name: a, deviceClassName: z}");
        assert_eq!(refused(CLAIM, &claim(one)), [""; 0]);
        assert_eq!(
            refused(
                CLAIM,
                &claim("{name: a, deviceClassName: '', firstAvailable: [{name: b, deviceClassName: x}]}")
            ),
            [""; 0]
        );
        assert_eq!(refused(CLAIM, &claim("{name: a}")), ["spec.devices.requests[0] FieldValueRequired"]);
        assert_eq!(change_refused(CLAIM, &claim(one), &claim(other)).len(), 1);
        assert_eq!(change_refused(TEMPLATE, &template(one), &template(other)).len(), 1);
        // What the server fills in is no change.
        let filled = "{name: a, deviceClassName: x, allocationMode: ExactCount, count: 1}";
        assert_eq!(change_refused(CLAIM, &claim(one), &claim(filled)), [""; 0]);
    }
}
