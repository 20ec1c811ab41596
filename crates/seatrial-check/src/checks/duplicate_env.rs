//! A container defines a variable twice.
//!
//! ## Why
//! The last definition wins and the first is lost without a word. Server-side apply,
//! which Flux and many Argo CD applications use, refuses the list: `duplicate
//! entries for key [name="MODE"]`.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     env:
//!       - {name: MODE, value: fast}
//!       - {name: MODE, value: slow}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: web
//!     env:
//!       - {name: MODE, value: slow}
//! ```

use rustc_hash::FxHashMap;
use seatrial_diagnostics::{Change, CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "duplicate-env",
        title: "A container defines a variable twice",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["yaml.duplicate-env"],
        page: include_str!("duplicate_env.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        for container in template.containers() {
            let mut known: FxHashMap<&str, Field<'_>> = FxHashMap::default();
            for variable in container.env() {
                let Some(name) = variable.name() else { continue };
                match known.get(name) {
                    Some(first) => report.add(notice(&template, &container, name, first, &variable.field)),
                    None => drop(known.insert(name, variable.field)),
                }
            }
        }
    }
}

fn notice(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    name: &str,
    first: &Field<'_>,
    second: &Field<'_>,
) -> Notice {
    let (own, title) = (container.name().unwrap_or_default(), template.object().title());
    let is_same = first.node().is_same(second.node());
    let notice = Notice::new(
        &CHECK.info,
        second.at("name"),
        format!("container {own} of {title} defines {name} twice"),
    )
    .related(first.at("name"), Role::Definition, "the first definition");
    // What the container gets stays as it is.
    if is_same {
        let change = Change::Remove { at: second.location() };
        return notice.help("remove one of the two").because("both give the same value").change(change);
    }
    notice
        .help("remove the one that does not count, or the other if that one is right")
        .because("the last one counts")
        .change(Change::Remove { at: first.location() })
}
