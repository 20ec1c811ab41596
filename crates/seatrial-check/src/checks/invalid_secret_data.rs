//! A Secret's data is not base64.
//!
//! ## Why
//! Values under `data` are base64; under `stringData` they are plain text. The API
//! server cannot decode anything else and refuses the Secret: `illegal base64 data
//! at input byte 0`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: login}
//! data: {user: not-encoded}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Secret
//! metadata: {name: login}
//! data: {user: ZXhhbXBsZQ==}
//! stringData: {host: not-encoded}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};

use crate::secrets::{Value, entries};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-secret-data",
        title: "A Secret's data is not base64",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["secret.base64"],
        page: include_str!("invalid_secret_data.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for secret in context.of_kind("", "Secret") {
        for entry in entries(secret).iter().filter(|it| !it.is_filled_in_later()) {
            let (key, title) = (&entry.key, secret.title());
            let (message, help) = match entry.value {
                Value::Bytes(_) => continue,
                Value::NotBase64 => {
                    let help = "encode the value, or move it to `stringData` as it is";
                    (format!("key {key} of {title} is not base64"), help)
                }
                Value::NotText => {
                    (format!("key {key} of {title} is not a string"), "put the value in quotes")
                }
            };
            report.add(Notice::new(&CHECK.info, entry.field.location(), message).help(help));
        }
    }
}
