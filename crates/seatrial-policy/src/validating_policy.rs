//! `ValidatingAdmissionPolicy` and its bindings: which objects they are about and
//! what their expressions say (`apiserver` 0.36, `pkg/admission/plugin/policy`).
//!
//! Objects are new, and looked at in the version they are written in. Who asks,
//! and what the authorizer would answer, is unknown.

use std::fmt;

use seatrial_schema::admission::Attributes;
use seatrial_schema::cel::{Activation, Budget, Environment, EvalError, Program, Value as Cel, untyped};
use seatrial_schema::rules::selectors;
use seatrial_schema::{By, Map, Value};
use smol_str::{SmolStr, format_smolstr};

/// Policies have fewer expressions than this.
const EXPRESSIONS_MAX: usize = 256;
/// A message that an expression makes is no longer than this.
const MESSAGE_MAX: usize = 5 * 1024;
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A policy whose expressions are compiled.
pub struct Policy {
    constraints: Value,
    conditions: Vec<Program>,
    variables: Vec<(SmolStr, Program)>,
    validations: Vec<Validation>,
    /// `apiVersion` and `kind` of its parameters.
    params: Option<(SmolStr, SmolStr)>,
    ignores_errors: bool,
}

struct Validation {
    source: SmolStr,
    program: Program,
    message: SmolStr,
    message_program: Option<Program>,
}

/// One object that is asked about.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The request.
    pub request: &'a Attributes<'a>,
    /// The version of the API that the object is written in.
    pub version: &'a str,
    /// The object as it is stored.
    pub object: &'a Value,
    /// Its namespace, if that is known.
    pub namespace: Option<&'a Value>,
}

/// A validation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the policy's list; none for what could not be evaluated and
    /// is refused for that.
    pub validation: Option<u32>,
    /// Its expression.
    pub expression: SmolStr,
    /// What the server says.
    pub message: String,
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Policy").field("params", &self.params).finish_non_exhaustive()
    }
}

impl Policy {
    /// Compiles a policy's expressions; the error says what cannot be evaluated.
    pub fn read(policy: &Value) -> Result<Self, String> {
        let spec = policy.at("spec");
        let count: usize = ["matchConditions", "variables", "validations"]
            .into_iter()
            .map(|list| spec.items(list).len())
            .sum();
        if count > EXPRESSIONS_MAX {
            return Err("it has more expressions than are evaluated".to_owned());
        }
        let params = spec.opt("paramKind").map(|it| (it.str("apiVersion").into(), it.str("kind").into()));
        let environment = || Environment::default().for_admission(params.is_some(), true);
        let conditions: Result<_, String> = spec
            .items("matchConditions")
            .iter()
            .map(|it| compile(&environment(), it.str("expression")))
            .collect();
        let (mut variables, mut types) = (Vec::new(), Vec::new());
        for variable in spec.items("variables") {
            let name = SmolStr::new(variable.str("name"));
            let program = compile(&environment().with_policy_variables(&types), variable.str("expression"))?;
            types.push((name.clone(), program.output_type().clone()));
            variables.push((name, program));
        }
        let environment = environment().with_policy_variables(&types);
        let validations: Result<_, String> =
            spec.items("validations").iter().map(|it| Validation::read(&environment, it)).collect();
        Ok(Self {
            constraints: spec.at("matchConstraints").clone(),
            conditions: conditions?,
            variables,
            validations: validations?,
            ignores_errors: spec.str("failurePolicy") == "Ignore",
            params,
        })
    }

    /// `apiVersion` and `kind` of the objects that hold its parameters.
    pub fn params(&self) -> Option<(&str, &str)> {
        self.params.as_ref().map(|(version, kind)| (version.as_str(), kind.as_str()))
    }

    /// Whether it is about an object, and a binding's own constraints hold, too.
    /// Where that hangs on labels of a namespace that is not known, it is not.
    pub fn is_about(&self, binding: &Value, asked: Asked<'_>) -> bool {
        let own = binding.at("spec").opt("matchResources");
        matches(&self.constraints, asked, true) && own.is_none_or(|own| matches(own, asked, false))
    }

    /// The validations that do not hold. What hangs on something unknown, or
    /// costs too much, says nothing.
    pub fn judge(&self, asked: Asked<'_>, params: Option<&Value>) -> Vec<Refused> {
        let mut activation = activation(asked);
        if self.params.is_some() {
            activation.set("params", params.map_or(Cel::Null, untyped));
        }
        let mut budget = Budget::default();
        for condition in &self.conditions {
            match condition.evaluate(&activation, &mut budget) {
                Ok(Cel::Bool(true)) => {}
                Err(EvalError::Error(why)) if !self.ignores_errors => return vec![failed(why)],
                _ => return Vec::new(),
            }
        }
        let mut known: Vec<(SmolStr, Cel)> = Vec::new();
        for (name, program) in &self.variables {
            activation.set("variables", fields(&known));
            let value = match program.evaluate(&activation, &mut budget) {
                Ok(value) => value,
                Err(EvalError::Error(why)) => Cel::Invalid(why.into()),
                Err(EvalError::Unknown | EvalError::Stopped(_)) => Cel::Unknown,
            };
            known.push((name.clone(), value));
        }
        activation.set("variables", fields(&known));
        let judged = self.validations.iter().zip(0..);
        judged.filter_map(|(it, at)| self.refuses(it, at, &activation, &mut budget)).collect()
    }

    fn refuses(
        &self,
        validation: &Validation,
        at: u32,
        activation: &Activation,
        budget: &mut Budget,
    ) -> Option<Refused> {
        if budget.is_overdrawn() {
            return None;
        }
        let expression = validation.source.clone();
        match validation.program.evaluate(activation, budget) {
            Ok(Cel::Bool(true)) | Err(EvalError::Unknown | EvalError::Stopped(_)) => None,
            Err(EvalError::Error(_)) if self.ignores_errors => None,
            Err(EvalError::Error(message)) => Some(Refused { validation: Some(at), expression, message }),
            Ok(_) => {
                let message = validation.message(activation, budget);
                Some(Refused { validation: Some(at), expression, message })
            }
        }
    }
}

impl Validation {
    fn read(environment: &Environment, validation: &Value) -> Result<Self, String> {
        let source = validation.str("expression");
        let message_program = match validation.str("messageExpression") {
            "" => None,
            text => Some(compile(environment, text)?),
        };
        Ok(Self {
            source: source.trim().into(),
            program: compile(environment, source)?,
            message: validation.str("message").trim().into(),
            message_program,
        })
    }

    fn message(&self, activation: &Activation, budget: &mut Budget) -> String {
        let made = self.message_program.as_ref().and_then(|it| it.evaluate(activation, budget).ok());
        if let Some(Cel::Text(text)) = made {
            let text = text.trim();
            if !text.is_empty() && text.len() <= MESSAGE_MAX && !text.contains('\n') {
                return text.to_owned();
            }
        }
        match self.message.as_str() {
            "" => format!("failed expression: {}", self.source),
            message => message.to_owned(),
        }
    }
}

/// What a binding does with an object that is refused, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The object is refused.
    Deny,
    /// The server warns.
    Warn,
    /// It is written down.
    Audit,
}

impl Action {
    /// The gravest of a binding's actions.
    pub fn of(binding: &Value) -> Option<Self> {
        let actions = binding.at("spec").items("validationActions").iter();
        let action = |word: &Value| match word.as_str() {
            "Deny" => Some(Self::Deny),
            "Warn" => Some(Self::Warn),
            "Audit" => Some(Self::Audit),
            _ => None,
        };
        actions.filter_map(action).min()
    }
}

fn failed(message: String) -> Refused {
    Refused { validation: None, expression: SmolStr::default(), message }
}

fn compile(environment: &Environment, text: &str) -> Result<Program, String> {
    let program = environment.compile(text).map_err(|issues| {
        let why = issues.first().map(|issue| issue.message.clone()).unwrap_or_default();
        format!("an expression does not compile: {why}")
    })?;
    if program.mentions("authorizer") || program.mentions("authorizer.requestResource") {
        return Err("an expression asks the authorizer".to_owned());
    }
    Ok(program)
}

fn fields(known: &[(SmolStr, Cel)]) -> Cel {
    use seatrial_schema::cel::{Key, Map};
    Cel::Map(Map::new(known.iter().map(|(name, value)| (Key::Text(name.clone()), value.clone())).collect()))
}

fn activation(asked: Asked<'_>) -> Activation {
    let Asked { request, version, object, namespace } = asked;
    let text = |text: &str| Cel::text(text);
    let kind = Cel::fields([
        ("group", text(request.group)),
        ("version", text(version)),
        ("kind", text(request.kind)),
    ]);
    let resource = Cel::fields([
        ("group", text(request.group)),
        ("version", text(version)),
        ("resource", text(request.resource)),
    ]);
    let asked = Cel::fields([
        ("kind", kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", kind),
        ("requestResource", resource),
        ("subResource", text("")),
        ("requestSubResource", text("")),
        ("name", text(object.at("metadata").str("name"))),
        ("namespace", text(request.namespace)),
        ("operation", text("CREATE")),
        ("userInfo", Cel::Unknown),
        ("dryRun", Cel::Bool(false)),
        ("options", Cel::Unknown),
    ]);
    let namespace = match namespace {
        Some(namespace) => untyped(&with_name_label(namespace)),
        None if request.namespace.is_empty() => Cel::Null,
        None => Cel::Unknown,
    };
    Activation::new()
        .with("object", untyped(object))
        .with("oldObject", Cel::Null)
        .with("request", asked)
        .with("namespaceObject", namespace)
        .with("authorizer", Cel::Unknown)
}

/// A namespace with the label that the server gives to each.
fn with_name_label(namespace: &Value) -> Value {
    let mut namespace = namespace.clone();
    let name = SmolStr::new(namespace.at("metadata").str("name"));
    namespace.struct_mut("metadata").struct_mut("labels").set(NAME_LABEL, name, By::Server);
    namespace
}

/// Whether `matchConstraints` or `matchResources` take an object in. A binding
/// without rules takes what the policy takes.
fn matches(constraints: &Value, asked: Asked<'_>, needs_rules: bool) -> bool {
    let rules = constraints.items("resourceRules");
    let is_ruled = |list: &[Value]| list.iter().any(|rule| rule_matches(rule, asked));
    namespace_matches(constraints.at("namespaceSelector"), asked)
        && object_matches(constraints.at("objectSelector"), asked.object)
        && !is_ruled(constraints.items("excludeResourceRules"))
        && (is_ruled(rules) || rules.is_empty() && !needs_rules)
}

fn object_matches(selector: &Value, object: &Value) -> bool {
    selectors::is_empty(selector) || selectors::matches(selector, object.at("metadata").at("labels"))
}

fn namespace_matches(selector: &Value, asked: Asked<'_>) -> bool {
    if selectors::is_empty(selector) {
        return true;
    }
    if asked.request.is("", "Namespace") {
        let own = with_name_label(asked.object);
        return selectors::matches(selector, own.at("metadata").at("labels"));
    }
    if asked.request.namespace.is_empty() {
        return true;
    }
    selects_namespace_of(selector, asked)
}

/// Whether a selector takes in the namespace of an object; of a namespace that
/// the tree does not state, only the name is known.
pub(crate) fn selects_namespace_of(selector: &Value, asked: Asked<'_>) -> bool {
    if let Some(namespace) = asked.namespace {
        return selectors::matches(selector, with_name_label(namespace).at("metadata").at("labels"));
    }
    let keys = selector.entries("matchLabels").iter().map(|entry| entry.key.as_str());
    let expressions = selector.items("matchExpressions").iter().map(|it| it.str("key"));
    let mut labels = Value::from(Map::default());
    labels.set(NAME_LABEL, SmolStr::new(asked.request.namespace), By::Server);
    keys.chain(expressions).all(|key| key == NAME_LABEL) && selectors::matches(selector, &labels)
}

fn rule_matches(rule: &Value, asked: Asked<'_>) -> bool {
    let Attributes { group, resource, namespace, .. } = *asked.request;
    let has =
        |list: &str, word: &str| rule.items(list).iter().any(|it| it.as_str() == "*" || it.as_str() == word);
    let names_resource = rule.items("resources").iter().any(|it| match it.as_str() {
        "*" | "*/*" => true,
        other => other == resource || other.strip_suffix("/*") == Some(resource),
    });
    // A Namespace counts as one of the whole cluster.
    let is_namespaced = !namespace.is_empty() && !asked.request.is("", "Namespace");
    let is_in_scope = match rule.str("scope") {
        "Cluster" => !is_namespaced,
        "Namespaced" => is_namespaced,
        _ => true,
    };
    let names = rule.items("resourceNames");
    let name = asked.object.at("metadata").str("name");
    has("operations", "CREATE")
        && has("apiGroups", group)
        && has("apiVersions", asked.version)
        && names_resource
        && is_in_scope
        && (names.is_empty() || names.iter().any(|it| it.as_str() == name))
}

/// The fields of the object that an expression looks at first: `spec`, `replicas`.
pub fn looked_at(expression: &str) -> Vec<SmolStr> {
    let Some(start) = expression.find("object.") else { return Vec::new() };
    let mut steps = Vec::new();
    let mut rest = &expression[start + "object.".len()..];
    loop {
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        if name.is_empty() || behind.starts_with('(') {
            return steps;
        }
        steps.push(format_smolstr!("{name}"));
        match behind.strip_prefix(".?").or_else(|| behind.strip_prefix('.')) {
            Some(next) => rest = next,
            None => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_schema::admission::Operation;
    use seatrial_schema::review::stored;

    use super::*;

    const REQUEST: Attributes<'static> = Attributes {
        operation: Operation::Create,
        group: "apps",
        kind: "Deployment",
        resource: "deployments",
        namespace: "shop",
        old: None,
    };

    fn policy(validations: &str) -> Value {
        stored(&format!(
            r#"{{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "spec": {{"paramKind": {{"apiVersion": "v1", "kind": "ConfigMap"}},
            "matchConstraints": {{"resourceRules": [{{"apiGroups": ["apps"], "apiVersions": ["v1"],
            "operations": ["CREATE"], "resources": ["deployments"]}}]}},
            "variables": [{{"name": "most", "expression": "int(params.data.most)"}}],
            "validations": [{validations}]}}}}"#
        ))
    }

    fn judged(validations: &str) -> Vec<String> {
        let policy = Policy::read(&policy(validations)).expect("it compiles");
        let object = stored(
            r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 5}}"#,
        );
        let params = stored(r#"{"apiVersion": "v1", "kind": "ConfigMap", "data": {"most": "3"}}"#);
        let asked = Asked { request: &REQUEST, version: "v1", object: &object, namespace: None };
        assert!(policy.is_about(&Value::Null, asked));
        policy.judge(asked, Some(&params)).into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn validations_see_parameters_and_variables() {
        assert_eq!(judged(r#"{"expression": "object.spec.replicas <= 5"}"#), [""; 0]);
        assert_eq!(
            judged(r#"{"expression": "object.spec.replicas <= variables.most"}"#),
            ["failed expression: object.spec.replicas <= variables.most"]
        );
        let worded = r#"{"expression": "object.spec.replicas <= variables.most", "message": "too many",
            "messageExpression": "'at most ' + string(variables.most)"}"#;
        assert_eq!(judged(worded), ["at most 3"]);
    }

    #[test]
    fn an_error_refuses_and_what_is_unknown_says_nothing() {
        assert_eq!(judged(r#"{"expression": "object.spec.paused"}"#), ["no such key: paused"]);
        assert_eq!(judged(r#"{"expression": "request.userInfo.username == 'me'"}"#), [""; 0]);
        assert_eq!(judged(r#"{"expression": "namespaceObject.metadata.name == 'x'"}"#), [""; 0]);
    }

    #[test]
    fn a_policy_that_asks_the_authorizer_is_not_evaluated() {
        let asks = r#"{"expression": "authorizer.group('').resource('pods').check('get').allowed()"}"#;
        assert_eq!(Policy::read(&policy(asks)).unwrap_err(), "an expression asks the authorizer");
        assert!(Policy::read(&policy(r#"{"expression": "object.("}"#)).is_err());
    }

    #[test]
    fn expressions_tell_where_they_look() {
        assert_eq!(looked_at("object.spec.replicas <= 5"), ["spec", "replicas"]);
        assert_eq!(looked_at("object.spec.template.spec.containers.all(c, true)").len(), 4);
        assert_eq!(looked_at("true").len(), 0);
    }
}
