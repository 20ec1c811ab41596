//! An amount of a resource is far from anything that works.
//!
//! ## Why
//! `m` is a thousandth: `memory: 512m` is half a byte, and `512` is 512 bytes. With
//! such a limit the container runtime cannot even start the process; with such a
//! request the scheduler counts nothing. A plain number of CPUs is a number of cores:
//! `cpu: 500` waits for a node with 500 of them. The API server accepts all of these.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     resources: {limits: {memory: 512m}}
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
use seatrial_model::Quantity;

use crate::quantities::{Written, amounts};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "implausible-quantity",
        title: "An amount of a resource is far from anything that works",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["limits.implausible"],
        page: include_str!("implausible_quantity.rs"),
    },
    run,
};

const UNIT: i128 = 1_000_000_000;
/// No process of use runs in less.
const MEMORY_MIN: i128 = 512 * 1024 * UNIT;
const STORAGE_MIN: i128 = 1000 * UNIT;
/// Machines beyond this are not sold.
const CORES_MAX: i128 = 1000 * UNIT;
const MEMORY_MAX: i128 = (1 << 46) * UNIT;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let amounts = amounts(object);
        for amount in &amounts {
            // What a namespace may use at least or in sum has other measures.
            let is_of_container =
                matches!(amount.what.as_str(), "requests" | "limits" | "sizeLimit" | "capacity");
            if is_of_container {
                report.add_some(judge(amount, &amounts));
            }
        }
    }
}

fn judge(amount: &Written<'_>, all: &[Written<'_>]) -> Option<Notice> {
    let quantity = amount.field.as_quantity()?.ok()?;
    let nanos = quantity.nanos();
    if nanos <= 0 {
        return None;
    }
    let Written { resource, of, what, .. } = amount;
    let written = amount.field.node().scalar_text()?;
    let (how, meant) = match resource.as_str() {
        "cpu" if nanos >= CORES_MAX || is_too_wide(quantity, amount, all) => {
            ("so many cores that no node has them", with_unit(&written, "m"))
        }
        "memory" if nanos < MEMORY_MIN => (too_little(nanos), with_unit(&written, "Mi")),
        "memory" if nanos >= MEMORY_MAX => ("more than any node has", None),
        "storage" | "ephemeral-storage" if nanos < STORAGE_MIN => {
            (too_little(nanos), with_unit(&written, "Gi"))
        }
        _ => return None,
    };
    let message = format!("{what} of {of} has `{written}` of {resource}, {how}");
    let notice = Notice::new(&CHECK.info, amount.field.location(), message);
    let at = amount.field.location();
    Some(match meant {
        Some(meant) => notice
            .help(format!("is `{meant}` meant?"))
            .change(Change::Set { at, content: Content::Text(meant) }),
        None => notice.help("check the unit: m is a thousandth, Mi and Gi are binary mega and giga"),
    })
}

fn too_little(nanos: i128) -> &'static str {
    if nanos < UNIT { "less than a byte" } else { "only a few bytes" }
}

/// The number with the unit that is usual for the resource, where another one
/// or none is written: `512m`, `512`.
fn with_unit(written: &str, unit: &str) -> Option<String> {
    let digits = written.trim().trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let number: u32 = digits.parse().ok()?;
    let is_usual = match unit {
        "Gi" => number <= 1000,
        _ => number >= 4,
    };
    is_usual.then(|| format!("{number}{unit}"))
}

/// As many cores as no machine with so little memory has.
fn is_too_wide(cores: Quantity, amount: &Written<'_>, all: &[Written<'_>]) -> bool {
    const CORES_MANY: i128 = 48 * UNIT;
    // Machines have four times as much for each core, at the least.
    const MEMORY_PER_CORE: i128 = (1 << 27) * UNIT;
    let memory =
        all.iter().find(|it| it.resource == "memory" && it.of == amount.of && it.what == amount.what);
    let memory = memory.and_then(|it| it.field.as_quantity()?.ok());
    cores.nanos() >= CORES_MANY
        && memory.is_some_and(|it| it.nanos() > 0 && it.nanos() / MEMORY_PER_CORE < cores.nanos() / UNIT)
}
