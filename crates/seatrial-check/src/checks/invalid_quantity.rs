//! An amount of a resource cannot be read, or is below zero.
//!
//! ## Why
//! An amount is a number and at most one of the suffixes `n`, `u`, `m`, `k`, `M`, `G`,
//! `T`, `P`, `E`, `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei` (or an exponent, `1e9`), without a
//! space. `MB`, `GB`, `gi` or `cores` are none of them: the API server cannot decode
//! the object and refuses it as a whole. It also refuses requests and limits below
//! zero.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {limits: {memory: 512MB}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {limits: {memory: 512Mi}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};

use crate::placeholder::{is_filled_in_later, placeholder};
use crate::quantities::{Written, amounts, meant_quantity};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "invalid-quantity",
        title: "An amount of a resource cannot be read, or is below zero",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.quantity"],
        page: include_str!("invalid_quantity.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for amount in amounts(object) {
            report.add_some(judge(&amount));
        }
    }
}

fn judge(amount: &Written<'_>) -> Option<Notice> {
    let text = amount.field.as_str().unwrap_or_default();
    if is_filled_in_later(text) || placeholder(text).is_some() {
        return None;
    }
    let quantity = amount.field.as_quantity()?;
    let Written { resource, of, what, .. } = amount;
    let notice = |message: String| Notice::new(&CHECK.info, amount.field.location(), message);
    match quantity {
        Err(_) => {
            let written = amount.field.node().scalar_text().unwrap_or_default();
            let message = format!("{what} of {of} has `{written}` for {resource}, which is no quantity");
            Some(repaired(notice(message), amount, &written))
        }
        Ok(quantity) if quantity.is_negative() => {
            let message = format!("{what} of {of} has less than nothing for {resource}");
            Some(notice(message).help("write an amount above zero, or leave it out"))
        }
        Ok(_) => None,
    }
}

fn repaired(notice: Notice, amount: &Written<'_>, written: &str) -> Notice {
    let Some(meant) = meant_quantity(written, &amount.resource) else {
        return notice.help("write a number with one of the suffixes m, k, M, G, T, Ki, Mi, Gi, Ti, or none");
    };
    let at = amount.field.location();
    notice.help(format!("write `{meant}`")).change(Change::Set { at, content: Content::Text(meant) })
}
