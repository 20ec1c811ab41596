//! Probes, lifecycle hooks and what they call
//! (`pkg/apis/core/validation/validation.go`, 1.36).

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::metadata::non_negative;
use crate::rules::names;
use crate::value::Value;

/// The three probes of a container.
pub(super) fn validate_probes(container: &Value, path: &Path<'_>, errors: &mut Errors) {
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.opt(field) else { continue };
        let path = path.child(field);
        validate_probe(probe, &path, errors);
        if field != "readinessProbe" {
            let threshold = probe.int("successThreshold");
            if threshold != 1 {
                errors.invalid(&path.child("successThreshold"), threshold, "must be 1");
            }
        } else if let Some(grace) = probe.opt("terminationGracePeriodSeconds") {
            let path = path.child("terminationGracePeriodSeconds");
            errors.invalid(&path, grace.clone(), "must not be set for readinessProbes");
        }
    }
}

fn validate_probe(probe: &Value, path: &Path<'_>, errors: &mut Errors) {
    validate_handler(probe, &["exec", "httpGet", "tcpSocket", "grpc"], None, path, errors);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        non_negative(probe.int(field), &path.child(field), errors);
    }
    if let Some(grace) = probe.opt("terminationGracePeriodSeconds").and_then(Value::as_int)
        && grace <= 0
    {
        errors.invalid(&path.child("terminationGracePeriodSeconds"), grace, "must be greater than 0");
    }
}

/// `lifecycle` of a container; `grace` is the pod's grace period.
pub(super) fn validate_lifecycle(
    lifecycle: &Value,
    grace: Option<i64>,
    os: Option<&str>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    for field in ["postStart", "preStop"] {
        if let Some(handler) = lifecycle.opt(field) {
            let kinds = ["exec", "httpGet", "tcpSocket", "sleep"];
            validate_handler(handler, &kinds, grace, &path.child(field), errors);
        }
    }
    if let Some(signal) = lifecycle.opt("stopSignal").map(Value::as_str) {
        validate_stop_signal(signal, os, &path.child("stopSignal"), errors);
    }
}

fn validate_handler(
    handler: &Value,
    kinds: &[&str],
    grace: Option<i64>,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let mut found = kinds.iter().filter_map(|it| handler.opt(it).map(|action| (*it, action)));
    let Some((kind, action)) = found.next() else {
        errors.required(path, "must specify a handler type");
        return;
    };
    validate_action(kind, action, grace, &path.child(kind), errors);
    for (kind, _) in found {
        errors.forbidden(&path.child(kind), "may not specify more than 1 handler type");
    }
}

fn validate_action(kind: &str, action: &Value, grace: Option<i64>, path: &Path<'_>, errors: &mut Errors) {
    match kind {
        "exec" if action.items("command").is_empty() => errors.required(&path.child("command"), ""),
        "httpGet" => validate_http_get(action, path, errors),
        "tcpSocket" => validate_port(action.at("port"), &path.child("port"), errors),
        "grpc" => validate_port(&Value::Int(action.int("port")), &path.child("port"), errors),
        "sleep" => {
            let seconds = action.int("seconds");
            if let Some(grace) = grace.filter(|grace| seconds < 0 || seconds > *grace) {
                let detail =
                    format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
                errors.invalid(path, seconds, detail);
            }
        }
        _ => {}
    }
}

fn validate_http_get(action: &Value, path: &Path<'_>, errors: &mut Errors) {
    if action.str("path").is_empty() {
        errors.required(&path.child("path"), "");
    }
    validate_port(action.at("port"), &path.child("port"), errors);
    let scheme = action.str("scheme");
    if !matches!(scheme, "HTTP" | "HTTPS") {
        errors.not_supported(&path.child("scheme"), scheme, &["HTTP", "HTTPS"]);
    }
    for name in action.items("httpHeaders").iter().map(|it| it.str("name")) {
        errors.each_invalid(&path.child("httpHeaders"), name, names::http_header_name(name));
    }
}

/// A port by number or name.
fn validate_port(port: &Value, path: &Path<'_>, errors: &mut Errors) {
    if let Value::Str(name) = port {
        errors.each_invalid(path, name, names::port_name(name));
        return;
    }
    let number = port.as_int().unwrap_or_default();
    for message in names::port_number(number) {
        errors.invalid(path, number, message);
    }
}

/// Signals of Linux without the numbered ones, in the order in which the server
/// lists them.
const SIGNALS: [&str; 36] = [
    "SIGABRT",
    "SIGALRM",
    "SIGBUS",
    "SIGCHLD",
    "SIGCLD",
    "SIGCONT",
    "SIGFPE",
    "SIGHUP",
    "SIGILL",
    "SIGINT",
    "SIGIO",
    "SIGIOT",
    "SIGKILL",
    "SIGPIPE",
    "SIGPOLL",
    "SIGPROF",
    "SIGPWR",
    "SIGQUIT",
    "SIGSEGV",
    "SIGSTKFLT",
    "SIGSTOP",
    "SIGSYS",
    "SIGTERM",
    "SIGTRAP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGUSR1",
    "SIGUSR2",
    "SIGVTALRM",
    "SIGWINCH",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGRTMIN",
    "SIGRTMAX",
];

fn validate_stop_signal(signal: &str, os: Option<&str>, path: &Path<'_>, errors: &mut Errors) {
    match os {
        None => errors.forbidden(path, "may not be set for containers with empty `spec.os.name`"),
        Some("windows") if !matches!(signal, "SIGKILL" | "SIGTERM") => {
            errors.not_supported(path, signal, &["SIGKILL", "SIGTERM"]);
        }
        Some("linux") => {
            let numbered =
                |prefix: &'static str, most: u32| (1..=most).map(move |it| format!("{prefix}{it}"));
            let mut known: Vec<_> = SIGNALS.iter().map(|it| (*it).to_owned()).collect();
            known.extend(numbered("SIGRTMIN+", 15).chain(numbered("SIGRTMAX-", 14)));
            known.sort();
            if !known.iter().any(|it| it == signal) {
                errors.not_supported(path, signal, &known);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    fn refused(container: &str) -> Vec<String> {
        let (container, path, mut errors) = (value(container), Path::new("c"), Errors::new());
        validate_probes(&container, &path, &mut errors);
        let lifecycle = path.child("lifecycle");
        validate_lifecycle(container.at("lifecycle"), Some(30), None, &lifecycle, &mut errors);
        fields(&errors)
    }

    #[test]
    fn a_probe_has_one_handler() {
        assert_eq!(
            refused("livenessProbe: {successThreshold: 1, exec: {command: [a]}, grpc: {port: 1}}"),
            ["c.livenessProbe.grpc FieldValueForbidden"]
        );
        assert_eq!(refused("readinessProbe: {periodSeconds: -1}").len(), 2);
    }

    #[test]
    fn a_sleep_ends_within_the_grace_period() {
        assert_eq!(refused("lifecycle: {preStop: {sleep: {seconds: 0}}}"), [""; 0]);
        assert_eq!(
            refused("lifecycle: {preStop: {sleep: {seconds: 31}}, stopSignal: SIGTERM}"),
            ["c.lifecycle.preStop.sleep FieldValueInvalid", "c.lifecycle.stopSignal FieldValueForbidden"]
        );
    }
}
