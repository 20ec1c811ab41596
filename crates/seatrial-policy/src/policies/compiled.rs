//! The policies among the objects of a cluster, read once.

use seatrial_schema::Value;
use smol_str::SmolStr;

use super::Policies;
use crate::denial::PolicyObject;
use crate::gatekeeper::{self, Constraint, Inventory, Template};
use crate::kyverno;
use crate::mutation::Mutation;
use crate::validating_policy::{Binding, Policy};

const GROUP: &str = "admissionregistration.k8s.io";

/// A policy that says nothing, and why.
pub type NotEvaluated = (PolicyObject, String);

/// All policies of a cluster.
#[derive(Debug, Default)]
pub struct Compiled {
    policies: Vec<Policy>,
    /// With the places of their policies.
    bindings: Vec<(usize, Value)>,
    templates: Vec<Template>,
    /// With the places of their templates.
    constraints: Vec<(usize, Value)>,
    exempt: Vec<SmolStr>,
    inventory: Option<Inventory>,
    kyverno: Vec<kyverno::Policy>,
    exceptions: Vec<Value>,
    mutations: Vec<(PolicyObject, Mutation)>,
    not_evaluated: Vec<NotEvaluated>,
}

impl Compiled {
    /// Reads the policies among objects as the server holds them. Those of a kind
    /// are asked in the order of their names.
    pub fn of(objects: &[Value]) -> Self {
        let mut all = Self::default();
        all.read_native(objects);
        all.read_constraints(objects);
        all.read_kyverno(objects);
        all.read_mutations(objects);
        all
    }

    /// All of them: every object of the cluster meets all.
    pub fn counting(&self) -> Policies<'_> {
        Policies {
            native: self
                .bindings
                .iter()
                .map(|(at, value)| Binding { policy: &self.policies[*at], value })
                .collect(),
            constraints: self
                .constraints
                .iter()
                .map(|(at, value)| Constraint { template: &self.templates[*at], value })
                .collect(),
            exempt: &self.exempt,
            inventory: self.inventory.as_ref(),
            kyverno: self.kyverno.iter().collect(),
            exceptions: self.exceptions.iter().collect(),
            mutations: self.mutations.iter().map(|(of, it)| (of.clone(), it)).collect(),
        }
    }

    /// What of them says nothing about any object.
    pub fn not_evaluated(&self) -> &[NotEvaluated] {
        &self.not_evaluated
    }

    fn tell(&mut self, object: &Value, why: &str) {
        self.not_evaluated.push((PolicyObject::of(object.str("kind"), object), why.to_string()));
    }

    fn read_native(&mut self, objects: &[Value]) {
        let mut names: Vec<(SmolStr, Option<usize>)> = Vec::new();
        for object in of_kind(objects, GROUP, "ValidatingAdmissionPolicy") {
            let at = match Policy::read(object) {
                Ok(policy) => {
                    self.policies.push(policy);
                    Some(self.policies.len() - 1)
                }
                Err(why) => {
                    self.tell(object, &why);
                    None
                }
            };
            names.push((name(object).into(), at));
        }
        for object in of_kind(objects, GROUP, "ValidatingAdmissionPolicyBinding") {
            let wanted = object.at("spec").str("policyName");
            let found = names.iter().find(|(name, _)| name == wanted).and_then(|(_, at)| *at);
            self.bindings.extend(found.map(|at| (at, object.clone())));
        }
    }

    fn read_constraints(&mut self, objects: &[Value]) {
        for object in of_kind(objects, gatekeeper::TEMPLATE_GROUP, "ConstraintTemplate") {
            match Template::read(object) {
                Ok(template) => self.templates.push(template),
                Err(why) => self.tell(object, &why),
            }
        }
        for object in sorted(objects.iter().filter(|it| group(it) == gatekeeper::CONSTRAINT_GROUP)) {
            match self.templates.iter().position(|it| it.kind() == object.str("kind")) {
                Some(at) => self.constraints.push((at, object.clone())),
                None => self.tell(object, "its template is not evaluated"),
            }
        }
        let configured = of_kind(objects, "config.gatekeeper.sh", "Config");
        self.exempt = configured.into_iter().flat_map(gatekeeper::exempted).collect();
        let asks = self.constraints.iter().any(|(at, _)| self.templates[*at].needs_inventory());
        self.inventory = asks.then(|| Inventory::of(objects.iter()));
    }

    fn read_kyverno(&mut self, objects: &[Value]) {
        for object in sorted(objects.iter().filter(|it| kyverno::is_policy(group(it), it.str("kind")))) {
            match kyverno::Policy::read(object) {
                Ok(policy) => {
                    for why in policy.not_evaluated() {
                        self.tell(object, why);
                    }
                    self.kyverno.push(policy);
                }
                Err(why) => self.tell(object, &why),
            }
        }
        let is_exception = |it: &&Value| kyverno::is_exception(group(it), it.str("kind"));
        self.exceptions = objects.iter().filter(is_exception).cloned().collect();
    }

    fn read_mutations(&mut self, objects: &[Value]) {
        for object in sorted(objects.iter()) {
            if let Some(mutation) = Mutation::read(object) {
                self.mutations.push((PolicyObject::of(object.str("kind"), object), mutation));
            }
        }
        let policies = of_kind(objects, GROUP, "MutatingAdmissionPolicy");
        for binding in of_kind(objects, GROUP, "MutatingAdmissionPolicyBinding") {
            let wanted = binding.at("spec").str("policyName");
            if let Some(policy) = policies.iter().find(|it| name(it) == wanted) {
                let mutation = Mutation::bound((*policy).clone(), binding.clone());
                self.mutations.push((PolicyObject::of(policy.str("kind"), policy), mutation));
            }
        }
    }
}

fn group(object: &Value) -> &str {
    object.str("apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
}

fn name(object: &Value) -> &str {
    object.at("metadata").str("name")
}

fn of_kind<'a>(objects: &'a [Value], of: &str, kind: &str) -> Vec<&'a Value> {
    sorted(objects.iter().filter(|it| it.str("kind") == kind && group(it) == of))
}

fn sorted<'a>(objects: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut all: Vec<_> = objects.collect();
    all.sort_by_key(|it| (it.str("kind"), name(it), it.at("metadata").str("namespace")));
    all
}
