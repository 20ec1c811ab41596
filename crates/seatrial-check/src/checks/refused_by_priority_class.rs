//! A priority is not the one of the class.
//!
//! ## Why
//! The API server fills in `priority` and `preemptionPolicy` of a pod from its
//! `PriorityClass`, and refuses a pod that states anything else. Without a class the
//! priority is 0, so a number alone is refused, too. A Deployment is still accepted, and
//! then waits for pods that are never created. Nor is a second class taken that wants to
//! be the default of all pods.
//!
//! ## Bad
//! ```yaml
//! apiVersion: scheduling.k8s.io/v1
//! kind: PriorityClass
//! metadata: {name: high}
//! value: 100000
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   priorityClassName: high
//!   priority: 1000
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: scheduling.k8s.io/v1
//! kind: PriorityClass
//! metadata: {name: high}
//! value: 100000
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   priorityClassName: high
//!   containers: [{name: web, image: "registry.example.com/web:1"}]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Object;
use seatrial_policy::{State, priority};
use seatrial_schema::Value;
use seatrial_schema::admission::{Attributes, Operation};
use seatrial_yaml::FieldPath;

use crate::pod_classes::{Contradiction, contradictions};
use crate::review::location;
use crate::{Check, Context, Report};

const GROUP: &str = "scheduling.k8s.io";

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "refused-by-priority-class",
        title: "A priority is not the one of the class",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["policy.priority"],
        page: include_str!("refused_by_priority_class.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates() {
        if !["priority", "preemptionPolicy"].iter().any(|it| template.spec.key(it).is_some()) {
            continue;
        }
        let object = template.object();
        for it in contradictions(context, object, "priorityClassName", priority::admit) {
            let is_named = template.spec.text("priorityClassName").is_some_and(|it| !it.is_empty());
            let notice = notice(&it, template.spec.text("priorityClassName").filter(|_| is_named));
            report.add(context.weigh(object, notice));
        }
    }
    second_default(context, report);
}

fn notice(it: &Contradiction<'_>, named: Option<&str>) -> Notice {
    let (field, subject) = (it.field(), it.subject());
    let own = it.own.as_deref().unwrap_or_default();
    let stated = format!("`{field}: {own}` of {subject}");
    let (message, help) = match (named, it.class) {
        (Some(class), _) => (format!("{stated} contradicts PriorityClass `{class}`"), None),
        (None, Some(class)) => {
            (format!("{stated} contradicts the default PriorityClass `{}`", class.name()), None)
        }
        (None, None) => (
            format!("{stated} has no PriorityClass behind it"),
            Some(format!("name a class in `priorityClassName` and remove `{field}`")),
        ),
    };
    let help = help.unwrap_or_else(|| format!("remove `{field}`: the class fills it in"));
    let notice = it.notice(&CHECK.info, message).help(help);
    if named.is_some() || it.class.is_some() {
        return notice;
    }
    notice.at_most(Severity::Warning).because("a default class of the cluster may come to the same")
}

/// The classes of a unit that have been created, as far as the next one is asked about.
struct Created(Vec<Value>);

impl State for Created {
    fn cluster_object(&self, _group: &str, _kind: &str, _name: &str) -> Option<&Value> {
        None
    }

    fn objects(&self, _group: &str, _kind: &str, _namespace: &str) -> Vec<&Value> {
        self.0.iter().collect()
    }
}

/// Tells of the classes that want to be the default beside an earlier one.
fn second_default(context: &Context<'_>, report: &mut Report) {
    let mut earlier: Vec<&Object> = Vec::new();
    let mut created = Created(Vec::new());
    for object in context.of_kind(GROUP, "PriorityClass") {
        let Some((value, _)) = context.tree_state().decoded(object) else { continue };
        let request = Attributes {
            operation: Operation::Create,
            group: GROUP,
            kind: "PriorityClass",
            resource: "priorityclasses",
            namespace: "",
            old: None,
        };
        let is_again = earlier.iter().any(|it| it.name() == object.name());
        if let (false, Err(denial)) = (is_again, priority::validate_class(&request, &value, &created)) {
            let first = denial.causes.iter().find_map(|it| it.of.as_ref()).map(|it| &it.name);
            let first = earlier.iter().find(|it| first.is_some_and(|name| it.name() == name));
            let other = first.map_or("", |it| it.name());
            let message = format!("PriorityClass {} wants to be the default beside `{other}`", object.name());
            let field = FieldPath::root().key("globalDefault");
            let notice = Notice::new(&CHECK.info, location(object, &field), message)
                .because(format!("the API server says: {}", denial.message))
                .help("remove `globalDefault` from one of the two");
            report.add(match first {
                Some(first) => {
                    notice.related(location(first, &field), Role::Cause, "the first default is here")
                }
                None => notice,
            });
            continue;
        }
        earlier.push(object);
        created.0.push(value);
    }
}
