//! Priority: a pod's number from the class it names (`kubernetes` 1.36,
//! `plugin/pkg/admission/priority/admission.go`).

use seatrial_schema::{By, Value};
use seatrial_yaml::FieldPath;

use crate::denial::{Cause, Denial, PolicyObject};
use crate::state::State;
use seatrial_schema::admission::{Attributes, Operation};

const PLUGIN: &str = "Priority";

/// Classes that every cluster has.
const BUILT_IN: &[(&str, i64)] =
    &[("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];

/// Writes priority and preemption policy into a pod; an update keeps those it has.
pub fn admit(request: &Attributes<'_>, pod: &mut Value, state: &dyn State) -> Result<(), Denial> {
    if !request.is("", "Pod") {
        return Ok(());
    }
    let spec = pod.struct_mut("spec");
    if request.operation == Operation::Update {
        keep(spec, request.old.unwrap_or(&Value::Null).at("spec"));
        return Ok(());
    }
    let Established { class, priority, policy } = establish(spec.str("priorityClassName"), state)?;
    let by = By::Admission(PLUGIN);
    if let Some(class) = class.filter(|_| spec.str("priorityClassName").is_empty()) {
        spec.set("priorityClassName", Value::text(class.at("metadata").str("name").to_owned()), by);
    }
    if let Some(own) = spec.at("priority").as_int().filter(|own| *own != priority) {
        return Err(contradicts(
            format!(
                "the integer value of priority ({own}) must not be provided in pod spec; priority admission controller \
                 computed {priority} from the given PriorityClass name"
            ),
            ("priority", "value"),
            class,
        ));
    }
    spec.set("priority", priority, by);
    let own = spec.str("preemptionPolicy");
    if !own.is_empty() && own != policy {
        return Err(contradicts(
            format!(
                "the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission \
                 controller computed {policy} from the given PriorityClass name"
            ),
            ("preemptionPolicy", "preemptionPolicy"),
            class,
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

/// What a pod's class comes to; without a class what pods have without one.
struct Established<'a> {
    class: Option<&'a Value>,
    priority: i64,
    policy: String,
}

impl<'a> Established<'a> {
    fn by(class: &'a Value) -> Self {
        let policy = class.str("preemptionPolicy");
        let policy = if policy.is_empty() { DEFAULT_POLICY } else { policy }.to_owned();
        Self { class: Some(class), priority: class.int("value"), policy }
    }

    fn without_class(priority: i64) -> Self {
        Self { class: None, priority, policy: DEFAULT_POLICY.to_owned() }
    }
}

fn establish<'a>(named: &str, state: &'a dyn State) -> Result<Established<'a>, Denial> {
    if named.is_empty() {
        return Ok(default_class(state).map_or_else(|| Established::without_class(0), Established::by));
    }
    if let Some(class) = state.cluster_object("scheduling.k8s.io", "PriorityClass", named) {
        return Ok(Established::by(class));
    }
    match built_in(named) {
        Some(priority) => Ok(Established::without_class(priority)),
        None => Err(refuse(format!("no PriorityClass with name {named} was found"), "priorityClassName")),
    }
}

/// The value of a class that every cluster has.
fn built_in(named: &str) -> Option<i64> {
    BUILT_IN.iter().find(|(name, _)| *name == named).map(|(_, value)| *value)
}

/// Of several classes that claim to be the default, the one of lowest value.
pub fn default_class(state: &dyn State) -> Option<&Value> {
    let classes = state.objects("scheduling.k8s.io", "PriorityClass", "").into_iter();
    classes.filter(|it| it.bool("globalDefault")).min_by_key(|it| it.int("value"))
}

fn refuse(message: String, field: &str) -> Denial {
    let path = FieldPath::root().key("spec").key(field);
    Denial { plugin: PLUGIN, reason: "Forbidden", message, causes: vec![Cause { of: None, path }] }
}

/// A refusal for what a class says, where one says it.
fn contradicts(message: String, (field, stated): (&str, &str), class: Option<&Value>) -> Denial {
    let mut denial = refuse(message, field);
    let stated = FieldPath::root().key(stated);
    denial.causes.extend(class.map(|class| Cause::stated("PriorityClass", class, stated)));
    denial
}

/// Refuses a second class that wants to be the default.
pub fn validate_class(request: &Attributes<'_>, class: &Value, state: &dyn State) -> Result<(), Denial> {
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
