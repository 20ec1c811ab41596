//! `LimitRange`: what it fills into pods, and which pods and claims it refuses
//! (`kubernetes` 1.36, `plugin/pkg/admission/limitranger/admission.go`).

use seatrial_model::{Quantity, QuantityFormat};
use seatrial_schema::rules::quantities::MILLI_MOST;
use seatrial_schema::{By, Map, Value};
use seatrial_yaml::FieldPath;
use smol_str::{SmolStr, format_smolstr};

use crate::amounts::{self, Amounts, Side};
use crate::denial::{Cause, Denial, PolicyObject};
use crate::state::State;
use seatrial_schema::admission::{Attributes, Operation};

const PLUGIN: &str = "LimitRanger";
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Fills in the requests and limits that a new pod's containers leave out.
pub fn default(request: &Attributes<'_>, pod: &mut Value, state: &dyn State) {
    if !request.creates_pod() {
        return;
    }
    for range in state.objects("", "LimitRange", request.namespace) {
        let said = fill(pod.struct_mut("spec"), range);
        if said.is_empty() {
            continue;
        }
        let text = format_smolstr!("LimitRanger plugin set: {}", said.join("; "));
        let annotations = pod.struct_mut("metadata").struct_mut("annotations").map_mut();
        annotations.insert(SmolStr::new_static(ANNOTATION), Value::Str(text), By::Admission(PLUGIN));
    }
}

/// What one range fills in, told as its annotation tells it.
fn fill(spec: &mut Value, range: &Value) -> Vec<String> {
    let (mut requests, mut limits) = (Map::default(), Map::default());
    for limit in range.at("spec").items("limits").iter().filter(|it| it.str("type") == "Container") {
        for (into, field) in [(&mut requests, "defaultRequest"), (&mut limits, "default")] {
            for entry in limit.entries(field) {
                into.insert(entry.key.clone(), entry.value.clone(), By::Admission(PLUGIN));
            }
        }
    }
    let mut said = Vec::new();
    for (list, noun) in [("containers", "container"), ("initContainers", "init container")] {
        for container in spec.items_mut(list) {
            let name = container.str("name").to_owned();
            for (side, values) in [(Side::Requests, &requests), (Side::Limits, &limits)] {
                let added = merge(container, side, values);
                if !added.is_empty() {
                    let what = side.field().trim_end_matches('s');
                    said.push(format!("{} {what} for {noun} {name}", added.join(", ")));
                }
            }
        }
    }
    said
}

fn merge(container: &mut Value, side: Side, values: &Map) -> Vec<SmolStr> {
    let mut added = Vec::new();
    for entry in values.entries() {
        let resources = container.struct_mut("resources").struct_mut(side.field()).map_mut();
        if resources.entry(&entry.key).is_none() {
            resources.insert(entry.key.clone(), entry.value.clone(), entry.by);
            added.push(entry.key.clone());
        }
    }
    added
}

/// Refuses pods and claims outside a range. The first range that refuses
/// decides, with all that it finds wrong.
pub fn enforce(request: &Attributes<'_>, object: &Value, state: &dyn State) -> Result<(), Denial> {
    let is_claim = request.is("", "PersistentVolumeClaim");
    let is_asked = request.creates_pod()
        || is_claim && matches!(request.operation, Operation::Create | Operation::Update);
    let is_leaving = request.old.is_some_and(|old| old.at("metadata").has("deletionTimestamp"));
    if !is_asked || is_leaving {
        return Ok(());
    }
    for range in state.objects("", "LimitRange", request.namespace) {
        let mut wrong = Wrong { range, messages: Vec::new(), causes: Vec::new() };
        if is_claim {
            wrong.judge_claim(object);
        } else {
            wrong.judge_pod(object.at("spec"));
        }
        if !wrong.messages.is_empty() {
            return Err(wrong.into_denial());
        }
    }
    Ok(())
}

/// What is wrong with an object in the eyes of one range.
struct Wrong<'a> {
    range: &'a Value,
    messages: Vec<String>,
    causes: Vec<Cause>,
}

/// What one limit is compared with.
struct Asked {
    requests: Amounts,
    limits: Amounts,
    /// Where it is stated: `resources` of a container, or the pod's `spec`.
    at: FieldPath,
}

impl Wrong<'_> {
    fn judge_pod(&mut self, spec: &Value) {
        let root = FieldPath::root().key("spec");
        let limits: Vec<_> = self.range.at("spec").items("limits").iter().zip(0..).collect();
        for (limit, index) in limits {
            match limit.str("type") {
                "Container" => {
                    for list in ["containers", "initContainers"] {
                        for (container, at) in spec.items(list).iter().zip(0..) {
                            let resources = container.at("resources");
                            let at = root.key(list).index(at).key("resources");
                            let (requests, limits) =
                                (amounts::read(resources, "requests"), amounts::read(resources, "limits"));
                            self.judge(limit, index, &Asked { requests, limits, at });
                        }
                    }
                }
                "Pod" => {
                    let requests = amounts::of_containers(spec, Side::Requests);
                    let limits = amounts::of_containers(spec, Side::Limits);
                    self.judge(limit, index, &Asked { requests, limits, at: root.key("containers") });
                }
                _ => {}
            }
        }
    }

    fn judge(&mut self, limit: &Value, index: u32, asked: &Asked) {
        let kind = limit.str("type");
        for (field, constraint) in
            [("min", minimum as Constraint), ("max", maximum), ("maxLimitRequestRatio", ratio)]
        {
            for (name, enforced) in amounts::read(limit, field) {
                let request = asked.requests.get(&name).copied();
                let limit = asked.limits.get(&name).copied();
                if let Some((message, side)) = constraint(kind, &name, enforced, request, limit) {
                    // What a pod has in all stands in no single field.
                    let at = match kind {
                        "Container" => asked.at.key(side.field()).key(&name),
                        _ => asked.at.clone(),
                    };
                    self.add(message, &at, (index, field, &name));
                }
            }
        }
    }

    fn judge_claim(&mut self, claim: &Value) {
        let requests = amounts::read(claim.at("spec").at("resources"), "requests");
        let at = FieldPath::root().key("spec").key("resources").key("requests");
        let limits: Vec<_> = self.range.at("spec").items("limits").iter().zip(0..).collect();
        for (limit, index) in limits.into_iter().filter(|(it, _)| it.str("type") == "PersistentVolumeClaim") {
            let kind = limit.str("type");
            for (name, enforced) in amounts::read(limit, "min") {
                let request = requests.get(&name).copied();
                if let Some((message, _)) = minimum(kind, &name, enforced, request, None) {
                    self.add(message, &at.key(&name), (index, "min", &name));
                }
            }
            for (name, enforced) in amounts::read(limit, "max") {
                let is_above = |request: Quantity| {
                    let compared = Compared::of(Some(request), None, enforced);
                    compared.request > compared.enforced
                };
                let message = match requests.get(&name) {
                    None => {
                        format!("maximum {name} usage per {kind} is {enforced}.  No request is specified")
                    }
                    Some(request) if is_above(*request) => {
                        format!("maximum {name} usage per {kind} is {enforced}, but request is {request}")
                    }
                    Some(_) => continue,
                };
                self.add(message, &at.key(&name), (index, "max", &name));
            }
        }
    }

    fn add(&mut self, message: String, at: &FieldPath, (index, field, name): (u32, &str, &str)) {
        let stated = FieldPath::root().key("spec").key("limits").index(index).key(field).key(name);
        let of = Some(PolicyObject::of("LimitRange", self.range));
        self.causes.extend([Cause { of: None, path: at.clone() }, Cause { of, path: stated }]);
        // Upstream says the same thing once.
        if !self.messages.contains(&message) {
            self.messages.push(message);
        }
    }

    fn into_denial(self) -> Denial {
        let message = match self.messages.as_slice() {
            [only] => only.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        Denial { plugin: PLUGIN, reason: "Forbidden", message, causes: self.causes }
    }
}

/// What is wrong, and with which of the two.
type Constraint = fn(&str, &str, Quantity, Option<Quantity>, Option<Quantity>) -> Option<(String, Side)>;

fn minimum(
    kind: &str,
    name: &str,
    least: Quantity,
    request: Option<Quantity>,
    limit: Option<Quantity>,
) -> Option<(String, Side)> {
    let start = format!("minimum {name} usage per {kind} is {least}");
    let compared = Compared::of(request, limit, least);
    match (request, limit) {
        (None, _) => Some((format!("{start}.  No request is specified"), Side::Requests)),
        (Some(request), _) if compared.request < compared.enforced => {
            Some((format!("{start}, but request is {request}"), Side::Requests))
        }
        (_, Some(limit)) if compared.limit < compared.enforced => {
            Some((format!("{start}, but limit is {limit}"), Side::Limits))
        }
        _ => None,
    }
}

fn maximum(
    kind: &str,
    name: &str,
    most: Quantity,
    request: Option<Quantity>,
    limit: Option<Quantity>,
) -> Option<(String, Side)> {
    let start = format!("maximum {name} usage per {kind} is {most}");
    let compared = Compared::of(request, limit, most);
    match (request, limit) {
        (_, None) => Some((format!("{start}.  No limit is specified"), Side::Limits)),
        (_, Some(limit)) if compared.limit > compared.enforced => {
            Some((format!("{start}, but limit is {limit}"), Side::Limits))
        }
        (Some(request), _) if compared.request > compared.enforced => {
            Some((format!("{start}, but request is {request}"), Side::Requests))
        }
        _ => None,
    }
}

fn ratio(
    kind: &str,
    name: &str,
    most: Quantity,
    request: Option<Quantity>,
    limit: Option<Quantity>,
) -> Option<(String, Side)> {
    let start = format!("{name} max limit to request ratio per {kind} is {most}");
    let compared = Compared::of(request, limit, most);
    if compared.request == 0 {
        return Some((format!("{start}, but no request is specified or request is 0"), Side::Requests));
    }
    if compared.limit == 0 {
        return Some((format!("{start}, but no limit is specified or limit is 0"), Side::Limits));
    }
    let observed = compared.limit as f64 / compared.request as f64;
    let is_beyond = match units(most) {
        whole if whole > MILLI_MOST => observed > whole as f64,
        _ => observed * 1000.0 > millis(most) as f64,
    };
    is_beyond.then(|| (format!("{start}, but provided ratio is {observed:.6}"), Side::Limits))
}

/// What upstream compares, thousandths where none of them is too large for that, and
/// whole units otherwise. Nothing stands for an amount that is not stated.
struct Compared {
    request: i64,
    limit: i64,
    enforced: i64,
}

impl Compared {
    fn of(request: Option<Quantity>, limit: Option<Quantity>, enforced: Quantity) -> Self {
        let all = [request.unwrap_or(Quantity::ZERO), limit.unwrap_or(Quantity::ZERO), enforced];
        let whole = all.map(units);
        let is_small = whole.iter().all(|it| *it <= MILLI_MOST);
        let [request, limit, enforced] = if is_small { all.map(millis) } else { whole };
        Self { request, limit, enforced }
    }
}

/// Upstream's whole number: an amount that 64 bits do not hold is nothing where it was
/// written with a suffix, and what the lower bits say where it was written out or is a sum.
fn units(amount: Quantity) -> i64 {
    const SUFFIXED: i128 = 1_000_000_000_000_000;
    let whole = amount.nanos() / 1_000_000_000;
    if i64::try_from(whole).is_ok() {
        return amount.value();
    }
    let is_suffixed = amount.format() == QuantityFormat::DecimalSi && whole % SUFFIXED == 0;
    if is_suffixed { 0 } else { whole as i64 }
}

fn millis(amount: Quantity) -> i64 {
    let whole = units(amount);
    if whole == amount.value() { amount.milli_value() } else { whole.wrapping_mul(1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Quantity {
        text.parse().expect("a quantity")
    }

    fn is_below(request: &str, limit: Option<&str>, least: &str) -> bool {
        minimum("Container", "cpu", amount(least), Some(amount(request)), limit.map(amount)).is_some()
    }

    #[test]
    fn one_amount_without_thousandths_takes_them_from_all() {
        assert!(is_below("100m", None, "200m"));
        assert!(is_below("100m", Some("9223372036854775"), "200m"));
        assert!(!is_below("100m", Some("9223372036854776"), "200m"));
    }

    #[test]
    fn amounts_that_64_bits_do_not_hold_are_read_as_upstream_reads_them() {
        let whole = |text: &str| (units(amount(text)), millis(amount(text)));
        assert_eq!(whole("10E"), (0, 0));
        assert_eq!(whole("9223372036854775809"), (i64::MIN + 1, 1000));
        assert_eq!(units(amount("1.5")), 2);
        assert!(!is_below("3", None, "10E"));
        assert!(is_below("10E", None, "9223372036854776"));
        assert!(maximum("Pod", "cpu", amount("1"), None, Some(amount("10E"))).is_none());
        assert!(ratio("Pod", "cpu", amount("2"), Some(amount("10E")), Some(amount("1"))).is_some());
    }

    #[test]
    fn ratios_are_those_of_thousandths() {
        let refused = |most: &str| ratio("Pod", "cpu", amount(most), Some(amount("2")), Some(amount("3")));
        assert!(refused("1500m").is_none());
        let (message, _) = refused("1499m").expect("it is beyond the ratio");
        assert!(message.ends_with("but provided ratio is 1.500000"), "{message}");
    }
}
