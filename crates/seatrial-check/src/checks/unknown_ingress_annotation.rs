//! An annotation is none that ingress-nginx reads.
//!
//! ## Why
//! The controller passes over an annotation that it does not know, and nobody hears of
//! it: the login, the limit or the timeout that it was to set is not there. Most of them
//! are slips, keys of the controller's own `ConfigMap`, which no Ingress can set, and
//! names that versions before 1.0 knew.
//!
//! ## Bad
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/auth-signing: "https://login.example.com/start"}
//! spec:
//!   ingressClassName: nginx
//!   defaultBackend: {service: {name: shop, port: {number: 80}}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations: {nginx.ingress.kubernetes.io/auth-signin: "https://login.example.com/start"}
//! spec:
//!   ingressClassName: nginx
//!   defaultBackend: {service: {name: shop, port: {number: 80}}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Severity, Strictness, slips};
use seatrial_model::{Field, Object};

use crate::ingress_nginx::annotations;
use crate::slip::meant;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-ingress-annotation",
        title: "An annotation is none that ingress-nginx reads",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["ingress.annotation"],
        page: include_str!("unknown_ingress_annotation.rs"),
    },
    run,
};

/// What some version from 1.0 to 1.14 reads, and builds of others that share the prefix.
const READ: &[&str] = &[
    "affinity",
    "affinity-canary-behavior",
    "affinity-mode",
    "allowlist-source-range",
    "app-root",
    "auth-always-set-cookie",
    "auth-cache-duration",
    "auth-cache-key",
    "auth-keepalive",
    "auth-keepalive-requests",
    "auth-keepalive-share-vars",
    "auth-keepalive-timeout",
    "auth-method",
    "auth-proxy-set-headers",
    "auth-realm",
    "auth-request-redirect",
    "auth-response-headers",
    "auth-secret",
    "auth-secret-type",
    "auth-signin",
    "auth-signin-redirect-param",
    "auth-snippet",
    "auth-tls-error-page",
    "auth-tls-match-cn",
    "auth-tls-pass-certificate-to-upstream",
    "auth-tls-secret",
    "auth-tls-verify-client",
    "auth-tls-verify-depth",
    "auth-type",
    "auth-url",
    "backend-protocol",
    "canary",
    "canary-by-cookie",
    "canary-by-header",
    "canary-by-header-pattern",
    "canary-by-header-value",
    "canary-weight",
    "canary-weight-total",
    "client-body-buffer-size",
    "configuration-snippet",
    "connection-proxy-header",
    "cors-allow-credentials",
    "cors-allow-headers",
    "cors-allow-methods",
    "cors-allow-origin",
    "cors-expose-headers",
    "cors-max-age",
    "custom-headers",
    "custom-http-errors",
    "default-backend",
    "denylist-source-range",
    "disable-proxy-intercept-errors",
    "enable-access-log",
    "enable-cors",
    "enable-global-auth",
    "enable-influxdb",
    "enable-modsecurity",
    "enable-opentelemetry",
    "enable-opentracing",
    "enable-owasp-core-rules",
    "enable-rewrite-log",
    "fastcgi-index",
    "fastcgi-params-configmap",
    "force-ssl-redirect",
    "from-to-www-redirect",
    "global-rate-limit",
    "global-rate-limit-ignored-cidrs",
    "global-rate-limit-key",
    "global-rate-limit-window",
    "http2-push-preload",
    "influxdb-host",
    "influxdb-measurement",
    "influxdb-port",
    "influxdb-server-name",
    "limit-allowlist",
    "limit-burst-multiplier",
    "limit-connections",
    "limit-rate",
    "limit-rate-after",
    "limit-rpm",
    "limit-rps",
    "limit-whitelist",
    "load-balance",
    "mirror-host",
    "mirror-request-body",
    "mirror-target",
    "modsecurity-snippet",
    "modsecurity-transaction-id",
    "opentelemetry-operation-name",
    "opentelemetry-trust-incoming-span",
    "opentracing-trust-incoming-span",
    "permanent-redirect",
    "permanent-redirect-code",
    "preserve-trailing-slash",
    "proxy-body-size",
    "proxy-buffer-size",
    "proxy-buffering",
    "proxy-buffers-number",
    "proxy-busy-buffers-size",
    "proxy-connect-timeout",
    "proxy-cookie-domain",
    "proxy-cookie-path",
    "proxy-http-version",
    "proxy-max-temp-file-size",
    "proxy-next-upstream",
    "proxy-next-upstream-timeout",
    "proxy-next-upstream-tries",
    "proxy-read-timeout",
    "proxy-redirect-from",
    "proxy-redirect-to",
    "proxy-request-buffering",
    "proxy-send-timeout",
    "proxy-ssl-ciphers",
    "proxy-ssl-name",
    "proxy-ssl-protocols",
    "proxy-ssl-secret",
    "proxy-ssl-server-name",
    "proxy-ssl-verify",
    "proxy-ssl-verify-depth",
    "relative-redirects",
    "rewrite-target",
    "satisfy",
    "secure-verify-ca-secret",
    "server-alias",
    "server-snippet",
    "service-upstream",
    "session-cookie-change-on-failure",
    "session-cookie-conditional-samesite-none",
    "session-cookie-domain",
    "session-cookie-expires",
    "session-cookie-max-age",
    "session-cookie-name",
    "session-cookie-path",
    "session-cookie-samesite",
    "session-cookie-secure",
    "ssl-ciphers",
    "ssl-passthrough",
    "ssl-prefer-server-ciphers",
    "ssl-redirect",
    "stream-snippet",
    "temporal-redirect",
    "temporal-redirect-code",
    "upstream-hash-by",
    "upstream-hash-by-subset",
    "upstream-hash-by-subset-size",
    "upstream-vhost",
    "use-port-in-redirects",
    "use-regex",
    "whitelist-source-range",
    "x-forwarded-prefix",
];
/// What Alibaba's build reads besides.
const OF_OTHERS: &[&str] = &["service-match", "service-weight"];

/// What versions before 1.0 read, or what is called so elsewhere, and what there is instead.
const CALLED: &[(&str, &str)] = &[
    ("grpc-backend", "write `backend-protocol: GRPC`"),
    ("hsts", OF_CONTROLLER),
    ("rate-limit", "write `limit-rps`, `limit-rpm` or `limit-connections`"),
    ("rate-limit-window", "write `limit-rps` for a limit a second, or `limit-rpm` for one a minute"),
    ("secure-backends", "write `backend-protocol: HTTPS`"),
    (
        "ssl-protocols",
        "that is a setting of the controller's ConfigMap; towards backends it is `proxy-ssl-protocols`",
    ),
    (
        "ssl-verify",
        "towards backends it is called `proxy-ssl-verify`, towards clients `auth-tls-verify-client`",
    ),
];
const OF_CONTROLLER: &str =
    "it is a setting of the whole controller: write it into the controller's ConfigMap";

/// Keys of the controller's `ConfigMap` that no Ingress can set.
const SETTINGS: &[&str] = &[
    "add-headers",
    "allow-snippet-annotations",
    "client-body-timeout",
    "client-header-buffer-size",
    "client-header-timeout",
    "compute-full-forwarded-for",
    "enable-brotli",
    "enable-real-ip",
    "enable-underscores-in-headers",
    "forwarded-for-header",
    "gzip-level",
    "gzip-types",
    "hide-headers",
    "hsts-include-subdomains",
    "hsts-max-age",
    "hsts-preload",
    "http-snippet",
    "http2-max-field-size",
    "http2-max-header-size",
    "ignore-invalid-headers",
    "keep-alive",
    "keep-alive-requests",
    "large-client-header-buffers",
    "limit-conn-status-code",
    "limit-req-status-code",
    "location-snippet",
    "log-format-upstream",
    "proxy-add-original-uri-header",
    "proxy-real-ip-cidr",
    "proxy-set-headers",
    "proxy-stream-timeout",
    "server-tokens",
    "skip-access-log-urls",
    "upstream-keepalive-connections",
    "upstream-keepalive-timeout",
    "use-forwarded-headers",
    "use-gzip",
    "use-http2",
    "use-proxy-protocol",
    "worker-connections",
    "worker-processes",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for ingress in context.of_kind("networking.k8s.io", "Ingress") {
        for (name, field) in annotations(ingress) {
            let is_known = |it: &&str| *it == name;
            if !READ.iter().any(is_known) && !OF_OTHERS.iter().any(is_known) {
                report.add(notice(ingress, &name, &field));
            }
        }
    }
}

fn notice(ingress: &Object, name: &str, field: &Field<'_>) -> Notice {
    let title = ingress.title();
    let message = format!("{title} has an annotation `{name}`, which ingress-nginx does not read");
    let notice = Notice::new(&CHECK.info, field.location(), message);
    if let Some((_, help)) = CALLED.iter().find(|(it, _)| *it == name) {
        return notice.help(*help);
    }
    if SETTINGS.contains(&name) {
        return notice.help(OF_CONTROLLER);
    }
    let near = || READ.iter().copied().find(|it| name.len() > 6 && slips(name, it, 1).is_some());
    match meant(name, READ.iter().copied()).or_else(near) {
        Some(right) => notice.help(format!("write `{right}`")).change(Change::Rename {
            at: field.location(),
            name: format!("nginx.ingress.kubernetes.io/{right}"),
        }),
        None => notice.help("remove it, or look up what the controller calls it"),
    }
}
