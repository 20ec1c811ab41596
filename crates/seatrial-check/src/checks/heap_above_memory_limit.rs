//! A process may use more memory than its container's limit.
//!
//! ## Why
//! `-Xmx`, `--max-old-space-size`, `GOMEMLIMIT` and `--maxmemory` tell a program how
//! much memory it may use. When the container's limit is lower, the program does not
//! collect garbage or evict in time: the kernel kills it first (`OOMKilled`). A JVM
//! also needs memory beside its heap, so a heap as large as the limit is too large.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     env: [{name: JAVA_OPTS, value: "-Xms512m -Xmx2g"}]
//!     resources: {limits: {memory: 1Gi}}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     env: [{name: JAVA_OPTS, value: "-XX:MaxRAMPercentage=75"}]
//!     resources: {limits: {memory: 2Gi}}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::views::Container;
use seatrial_model::{Field, Quantity};

use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "heap-above-memory-limit",
        title: "A process may use more memory than its container's limit",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["limits.oom"],
        page: include_str!("heap_above_memory_limit.rs"),
    },
    run,
};

const MI: i128 = 1 << 20;

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let limit = container.limit("memory");
            let bytes = limit.as_ref().and_then(|it| it.as_quantity()?.ok()).map(Quantity::value);
            let Some((limit, bytes)) = limit.zip(bytes).filter(|(_, bytes)| *bytes > 0) else { continue };
            for asked in budgets(&container) {
                report.add_some(judge(&container, &asked, &limit, i128::from(bytes)));
            }
        }
    }
}

/// How much memory a program is told that it may use.
struct Budget<'a> {
    field: Field<'a>,
    /// The option: `-Xmx`.
    option: &'static str,
    bytes: i128,
    /// Whether the program needs memory beside it.
    is_heap: bool,
}

fn judge(container: &Container<'_>, asked: &Budget<'_>, limit: &Field<'_>, bytes: i128) -> Option<Notice> {
    let is_too_much = if asked.is_heap { asked.bytes >= bytes } else { asked.bytes > bytes };
    if !is_too_much {
        return None;
    }
    let much = if asked.bytes > bytes { "more memory than the limit" } else { "all the memory of the limit" };
    let message = format!("{} of {} allows {much}", asked.option, container_title(container));
    Some(
        Notice::new(&CHECK.info, asked.field.location(), message)
            .because(format!("it allows {} MiB, the limit is {} MiB", asked.bytes / MI, bytes / MI))
            .help("raise the limit, or let the program use less, about three quarters of it")
            .related(limit.location(), Role::Cause, "the limit"),
    )
}

fn budgets<'a>(container: &Container<'a>) -> Vec<Budget<'a>> {
    let mut found: Vec<Budget<'a>> = Vec::new();
    for variable in container.env() {
        let (Some(field), Some(name)) = (variable.field.key("value"), variable.name()) else { continue };
        let Some(text) = field.as_str() else { continue };
        if name == "GOMEMLIMIT" {
            let bytes = go_bytes(text);
            found.extend(bytes.map(|bytes| Budget {
                field: field.clone(),
                option: "GOMEMLIMIT",
                bytes,
                is_heap: false,
            }));
        }
        found.extend(of_words(&field, text.split_whitespace()));
    }
    for list in ["command", "args"] {
        let words: Vec<Field<'a>> = container.field.list(list).collect();
        for (place, word) in words.iter().enumerate() {
            let Some(text) = word.as_str() else { continue };
            let next = words.get(place + 1).and_then(Field::as_str).filter(|_| !text.contains(' '));
            found.extend(of_words(word, text.split_whitespace().chain(next)));
        }
    }
    // Of an option that is given twice, the last one counts.
    let mut last: Vec<Budget<'a>> = Vec::new();
    for budget in found {
        last.retain(|it| it.option != budget.option);
        last.push(budget);
    }
    last
}

/// The last of each option among the words of a text.
fn of_words<'a, 'w>(field: &Field<'a>, words: impl Iterator<Item = &'w str>) -> Vec<Budget<'a>> {
    let words: Vec<&str> = words.map(|it| it.trim_matches(['"', '\''])).collect();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let after = |option: &str| {
            let rest = word.strip_prefix(option)?;
            rest.strip_prefix('=').or_else(|| words.get(place + 1).copied().filter(|_| rest.is_empty()))
        };
        let budget = |option, bytes, is_heap| Budget { field: field.clone(), option, bytes, is_heap };
        if let Some(bytes) = word.strip_prefix("-Xmx").and_then(java_bytes) {
            found.push(budget("-Xmx", bytes, true));
        } else if let Some(bytes) = after("--max-old-space-size").and_then(mebibytes) {
            found.push(budget("--max-old-space-size", bytes, true));
        } else if let Some(bytes) = after("--maxmemory").and_then(redis_bytes) {
            found.push(budget("--maxmemory", bytes, false));
        }
    }
    found
}

fn mebibytes(text: &str) -> Option<i128> {
    text.parse::<u32>().ok().map(|it| i128::from(it) * MI)
}

/// `512m`, `2G`, `1073741824`
fn java_bytes(text: &str) -> Option<i128> {
    with_suffix(text, &[("k", 1 << 10), ("m", MI), ("g", 1 << 30), ("t", 1 << 40), ("", 1)])
}

/// `512mb`, `2gb`; `m` and `g` count in thousands.
fn redis_bytes(text: &str) -> Option<i128> {
    let units = [
        ("kb", 1 << 10),
        ("mb", MI),
        ("gb", 1 << 30),
        ("k", 1000),
        ("m", 1_000_000),
        ("g", 1_000_000_000),
        ("", 1),
    ];
    with_suffix(text, &units).filter(|it| *it > 0)
}

/// `512MiB`, `2GiB`, `1073741824`
fn go_bytes(text: &str) -> Option<i128> {
    with_suffix(text, &[("kib", 1 << 10), ("mib", MI), ("gib", 1 << 30), ("tib", 1 << 40), ("b", 1), ("", 1)])
}

fn with_suffix(text: &str, units: &[(&str, i128)]) -> Option<i128> {
    let text = text.to_ascii_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, size) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok().map(|it| i128::from(it) * size)
}
