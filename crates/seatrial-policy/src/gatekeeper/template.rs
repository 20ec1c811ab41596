//! A template of constraints, compiled.

use std::fmt;

use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::rego::Program;
use super::{Answer, Inventory, Review, Violation, Work};
use crate::denial::PolicyObject;
use crate::validating_policy::{Asked, Policy, Refused};

/// A template whose program is compiled.
pub struct Template {
    name: SmolStr,
    kind: SmolStr,
    program: Engine,
}

enum Engine {
    Cel(Box<Policy>),
    Rego(Box<Program>),
}

impl fmt::Debug for Template {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Template").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Template {
    /// Compiles a template; the error says what cannot be evaluated. Of a program
    /// in several languages the first that can be read is taken, as all say the
    /// same, CEL before Rego.
    pub fn read(template: &Value) -> Result<Self, String> {
        let spec = template.at("spec");
        let kind = SmolStr::new(spec.at("crd").at("spec").at("names").str("kind"));
        let [target] = spec.items("targets") else { return Err("it has not one target".to_owned()) };
        if target.str("target") != "admission.k8s.gatekeeper.sh" {
            return Err("its target is not the admission of Kubernetes".to_owned());
        }
        let name = SmolStr::new(template.at("metadata").str("name"));
        Ok(Self { name, kind, program: Engine::read(target)? })
    }

    /// The kind of its constraints.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The object that holds it.
    pub(super) fn named(&self) -> PolicyObject {
        let (kind, namespace) = ("ConstraintTemplate".into(), String::new());
        PolicyObject { kind, namespace, name: self.name.to_string() }
    }

    /// Whether it asks for other objects.
    pub fn needs_inventory(&self) -> bool {
        matches!(&self.program, Engine::Rego(program) if program.needs_inventory)
    }

    /// What it has against objects that the constraint is about, each with its
    /// review.
    pub fn judge(
        &self,
        constraint: &Value,
        objects: &[(Asked<'_>, &Review)],
        inventory: Option<&Inventory>,
        work: &mut Work,
    ) -> Vec<Answer> {
        match &self.program {
            Engine::Cel(policy) => {
                objects.iter().map(|(asked, _)| said(policy, constraint, *asked)).collect()
            }
            Engine::Rego(program) => {
                let none = Value::from(Map::default());
                let parameters = constraint.at("spec").opt("parameters").unwrap_or(&none);
                let reviews: Vec<_> = objects.iter().map(|(_, review)| *review).collect();
                program.judge(parameters, &reviews, inventory, work)
            }
        }
    }
}

/// What a program in CEL says.
fn said(policy: &Policy, constraint: &Value, asked: Asked<'_>) -> Answer {
    let judged = policy.judge(asked, Some(constraint));
    let violation = |it: Refused| Violation { looked_at: it.looked_at, message: it.message };
    match judged.open.filter(|_| judged.refused.is_empty()) {
        Some(why) => Err(why.to_string()),
        None => Ok(judged.refused.into_iter().map(violation).collect()),
    }
}

impl Engine {
    fn read(target: &Value) -> Result<Self, String> {
        let mut why = None;
        let programs = target.items("code");
        for name in ["K8sNativeValidation", "Rego"] {
            for program in programs.iter().filter(|it| it.str("engine") == name) {
                match Self::of(name, program.at("source")) {
                    Ok(program) => return Ok(program),
                    Err(error) => why = Some(error),
                }
            }
        }
        if !target.str("rego").is_empty() {
            return Self::of("Rego", target);
        }
        Err(why.unwrap_or_else(|| "it has no program".to_owned()))
    }

    fn of(name: &str, source: &Value) -> Result<Self, String> {
        if name == "Rego" {
            let is_v1 = source.str("version") == "v1";
            let program = Program::read(source.str("rego"), source.items("libs"), is_v1)?;
            return Ok(Self::Rego(Box::new(program)));
        }
        Policy::read(&as_policy(source)).map(|policy| Self::Cel(Box::new(policy)))
    }
}

/// A program in CEL as the policy that Gatekeeper makes of it: the constraint is
/// `params`, and its parameters and the object have names of their own.
fn as_policy(source: &Value) -> Value {
    let variable = |name: &str, expression: &str| {
        let mut variable = Value::from(Map::default());
        variable.set("name", SmolStr::new(name), By::Server);
        variable.set("expression", SmolStr::new(expression), By::Server);
        variable
    };
    let mut variables = vec![
        variable("anyObject", "object"),
        variable(
            "params",
            "!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters",
        ),
    ];
    variables.extend(source.items("variables").iter().cloned());
    let mut kind = Value::from(Map::default());
    kind.set("kind", SmolStr::new_static("Constraint"), By::Server);
    let mut spec = Value::from(Map::default());
    spec.set("paramKind", kind, By::Server);
    spec.set("variables", variables, By::Server);
    for field in ["failurePolicy", "matchConditions", "validations"] {
        spec.set(field, source.at(field).clone(), By::Manifest);
    }
    let mut policy = Value::from(Map::default());
    policy.set("spec", spec, By::Server);
    policy
}
