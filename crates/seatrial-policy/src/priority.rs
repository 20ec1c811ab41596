//! Priority: a pod's number from the class it names (`kubernetes` 1.36,
//! `plugin/pkg/admission/priority/admission.go`).

use seatrial_schema::{By, Value};
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial, PolicyObject};
use crate::request::{Operation, Request};
use crate::state::State;

const PLUGIN: &str = "Priority";

/// Classes that every cluster has.
const BUILT_IN: &[(&str, i64)] =
    &[("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// Writes priority and preemption policy into a pod; an update keeps those it has.
pub fn admit(request: &Request<'_>, pod: &mut Value, state: &dyn State) -> Result<(), Denial> {
    if !request.is("", "Pod") {
        return Ok(());
    }
    let spec = pod.struct_mut("spec");
    if request.operation == Operation::Update {
        keep(spec, request.old.unwrap_or(&Value::Null).at("spec"));
        return Ok(());
    }
    let (class, priority, policy) = establish(spec.str("priorityClassName"), state)?;
    let by = By::Admission(PLUGIN);
    if let Some(class) = class {
        spec.set("priorityClassName", Value::text(class), by);
    }
    if let Some(own) = spec.at("priority").as_int().filter(|own| *own != priority) {
        return Err(refuse(
            format!(
                "the integer value of priority ({own}) must not be provided in pod spec; priority admission controller \
                 computed {priority} from the given PriorityClass name"
            ),
            "priority",
        ));
    }
    spec.set("priority", priority, by);
    let own = spec.str("preemptionPolicy");
    if !own.is_empty() && own != policy {
        return Err(refuse(
            format!(
                "the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission \
                 controller computed {policy} from the given PriorityClass name"
            ),
            "preemptionPolicy",
        ));
    }
    spec.set("preemptionPolicy", policy.as_str(), by);
    Ok(())
}

fn keep(spec: &mut Value, old: &Value) {
    for field in ["priority", "preemptionPolicy"] {
        if let Some(value) = old.opt(field).filter(|_| !spec.has(field)) {
            spec.set(field, value.clone(), By::Admission(PLUGIN));
        }
    }
}

const DEFAULT_POLICY: &str = "PreemptLowerPriority";

/// The class to write, where it is not the one that is named, the priority and
/// the preemption policy.
fn establish(named: &str, state: &dyn State) -> Result<(Option<String>, i64, String), Denial> {
    let of = |class: &Value| {
        let policy = class.str("preemptionPolicy");
        (class.int("value"), if policy.is_empty() { DEFAULT_POLICY } else { policy }.to_owned())
    };
    if named.is_empty() {
        let Some(class) = default_class(state) else { return Ok((None, 0, DEFAULT_POLICY.to_owned())) };
        let (priority, policy) = of(class);
        return Ok((Some(class.at("metadata").str("name").to_owned()), priority, policy));
    }
    if let Some(class) = state.cluster_object("scheduling.k8s.io", "PriorityClass", named) {
        let (priority, policy) = of(class);
        return Ok((None, priority, policy));
    }
    match BUILT_IN.iter().find(|(name, _)| *name == named) {
        Some((_, priority)) => Ok((None, *priority, DEFAULT_POLICY.to_owned())),
        None => Err(refuse(format!("no PriorityClass with name {named} was found"), "priorityClassName")),
    }
}

/// Of several classes that claim to be the default, the one of lowest value.
fn default_class(state: &dyn State) -> Option<&Value> {
    let classes = state.objects("scheduling.k8s.io", "PriorityClass", "").into_iter();
    classes.filter(|it| it.bool("globalDefault")).min_by_key(|it| it.int("value"))
}

fn refuse(message: String, field: &str) -> Denial {
    let path = FieldPath::root().key("spec").key(field);
    Denial { plugin: PLUGIN, reason: "Forbidden", message, causes: vec![Cause { of: None, path }] }
}

/// Refuses a second class that wants to be the default.
pub fn validate_class(request: &Request<'_>, class: &Value, state: &dyn State) -> Result<(), Denial> {
    if !request.is("scheduling.k8s.io", "PriorityClass") || !class.bool("globalDefault") {
        return Ok(());
    }
    let name = |class: &Value| class.at("metadata").str("name").to_owned();
    let Some(default) = default_class(state) else { return Ok(()) };
    if request.operation == Operation::Update && name(default) == name(class) {
        return Ok(());
    }
    let message =
        format!("PriorityClass {} is already marked as default. Only one default can exist", name(default));
    let path = || FieldPath::root().key("globalDefault");
    let of = Some(PolicyObject::of("PriorityClass", default));
    let causes = vec![Cause { of: None, path: path() }, Cause { of, path: path() }];
    Err(Denial { plugin: PLUGIN, reason: "Forbidden", message, causes })
}
