//! `ValidatingAdmissionPolicy` and its bindings: which objects they are about and
//! what their expressions say (`apiserver` 0.36, `pkg/admission/plugin/policy`).
//!
//! Objects are new, and looked at in the version they are written in. Who asks,
//! and what the authorizer would answer, is unknown.

mod binding;
mod matching;
mod types;

use std::fmt;

use seatrial_schema::admission::Attributes;
use seatrial_schema::cel::{Activation, Budget, Environment, EvalError, Program, Value as Cel, untyped};
use seatrial_schema::{By, Value};
use seatrial_yaml::{FieldPath, PathStep};
use smol_str::{SmolStr, format_smolstr};

use crate::denial::{Cause, Denial, PolicyObject};
use crate::objection::{Action, Objection};

pub use binding::{Binding, is_exempt};
pub(crate) use matching::{hangs_on_name, namespace_matches, selects_namespace_of};
pub use types::{Mistyped, mistyped};

/// Policies have fewer expressions than this.
const EXPRESSIONS_MAX: usize = 256;
/// A message that an expression makes is no longer than this.
const MESSAGE_MAX: usize = 5 * 1024;
/// The Status reason of a refusal that states none.
const REASON: &str = "Invalid";
const POLICY: &str = "ValidatingAdmissionPolicy";
pub(crate) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// A policy whose expressions are compiled.
pub struct Policy {
    name: SmolStr,
    constraints: Value,
    conditions: Vec<Program>,
    variables: Vec<Variable>,
    validations: Vec<Validation>,
    /// `apiVersion` and `kind` of its parameters.
    params: Option<(SmolStr, SmolStr)>,
    ignores_errors: bool,
}

struct Variable {
    name: SmolStr,
    source: SmolStr,
    program: Program,
}

struct Validation {
    source: SmolStr,
    reason: &'static str,
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
    /// The fields of the object that its expression looks at.
    pub looked_at: Vec<SmolStr>,
    /// What the policy's author, or the server says.
    pub message: String,
    /// The Status reason.
    pub reason: &'static str,
}

/// What a policy says of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The validations that do not hold.
    pub refused: Vec<Refused>,
    /// Why some have no answer.
    pub open: Option<Open>,
}

impl Judged {
    fn of(refused: Vec<Refused>) -> Self {
        Self { refused, open: None }
    }

    fn open(why: Open) -> Self {
        Self { refused: Vec::new(), open: Some(why) }
    }
}

/// Whether a policy is about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It may be.
    Open(Open),
}

impl About {
    /// Both, where each may say no.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Open(why), _) | (_, Self::Open(why)) => Self::Open(why),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

/// Why a policy has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// An expression hangs on something that only the server knows.
    Unknown,
    /// The expressions cost more than the server spends on them.
    Cost,
    /// It hangs on labels of a namespace that is not known.
    Namespace,
    /// It is about another version, into which the server would convert.
    Version(SmolStr),
    /// Its parameters are not there.
    Params,
}

impl fmt::Display for Open {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => out.write_str("an expression hangs on what only the server knows"),
            Self::Cost => out.write_str("its expressions cost more than the server spends"),
            Self::Namespace => {
                out.write_str("it hangs on labels of a namespace that the tree does not state")
            }
            Self::Params => out.write_str("its parameters are not there"),
            Self::Version(version) => {
                write!(out, "it is about {version}, into which the server would convert")
            }
        }
    }
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
            variables.push(Variable { name, source: variable.str("expression").into(), program });
        }
        let environment = environment().with_policy_variables(&types);
        let validations: Result<_, String> =
            spec.items("validations").iter().map(|it| Validation::read(&environment, it)).collect();
        Ok(Self {
            name: policy.at("metadata").str("name").into(),
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
    /// `others` are the versions in which the server has the object besides the
    /// one it is written in.
    pub fn is_about(&self, binding: &Value, asked: Asked<'_>, others: &[SmolStr]) -> About {
        let own = binding.at("spec").opt("matchResources");
        let about = matching::about(&self.constraints, asked, others, true);
        own.map_or(About::Yes, |own| matching::about(own, asked, others, false)).and(about)
    }

    /// Whether each of its rules only names versions of the API that are not served.
    pub fn names_only(&self, is_unserved: impl Fn(&str, &str) -> bool) -> bool {
        let rules = self.constraints.items("resourceRules");
        let is_out = |rule: &Value| {
            let versions = || rule.items("apiVersions").iter();
            rule.items("apiGroups")
                .iter()
                .all(|group| versions().all(|version| is_unserved(group.as_str(), version.as_str())))
        };
        !rules.is_empty() && rules.iter().all(is_out)
    }

    /// The validations that do not hold, and why others have no answer.
    pub fn judge(&self, asked: Asked<'_>, params: Option<&Value>) -> Judged {
        let mut activation = activation(asked);
        if self.params.is_some() {
            activation.set("params", params.map_or(Cel::Null, untyped));
        }
        let mut budget = Budget::default();
        for condition in &self.conditions {
            match condition.evaluate(&activation, &mut budget) {
                Ok(Cel::Bool(true)) => {}
                Err(EvalError::Error(why)) if !self.ignores_errors => return Judged::of(vec![failed(why)]),
                Err(EvalError::Unknown) => return Judged::open(Open::Unknown),
                Err(EvalError::Stopped(_)) => return Judged::open(Open::Cost),
                _ => return Judged::default(),
            }
        }
        let mut known: Vec<(SmolStr, Cel)> = Vec::new();
        for Variable { name, program, .. } in &self.variables {
            activation.set("variables", fields(&known));
            let value = match program.evaluate(&activation, &mut budget) {
                Ok(value) => value,
                Err(EvalError::Error(why)) => Cel::Invalid(why.into()),
                Err(EvalError::Unknown | EvalError::Stopped(_)) => Cel::Unknown,
            };
            known.push((name.clone(), value));
        }
        activation.set("variables", fields(&known));
        let mut judged = Judged::default();
        for (validation, at) in self.validations.iter().zip(0..) {
            match self.refuses(validation, at, &activation, &mut budget) {
                Ok(refused) => judged.refused.extend(refused),
                Err(open) => judged.open = judged.open.or(Some(open)),
            }
        }
        judged
    }

    /// What it has against an object, as a binding makes it count.
    pub fn objections(&self, binding: &Value, refused: Vec<Refused>) -> Vec<Objection> {
        let Some(action) = action_of(binding) else { return Vec::new() };
        let (own, bound) = (&self.name, binding.at("metadata").str("name"));
        let objection = |it: Refused| {
            let message = format!(
                "ValidatingAdmissionPolicy '{own}' with binding '{bound}' denied request: {}",
                it.message
            );
            let (name, namespace) = (own.to_string(), String::new());
            let policy = PolicyObject { kind: POLICY.into(), namespace, name };
            let looked_at: Vec<_> = it.looked_at.into_iter().map(PathStep::Key).collect();
            let spec = FieldPath::root().key("spec");
            let stated = match it.validation {
                Some(index) => spec.key("validations").index(index).key("expression"),
                None => spec.key("matchConditions"),
            };
            let causes = vec![
                Cause::own(&looked_at),
                Cause { of: Some(policy), path: stated },
                Cause::stated("ValidatingAdmissionPolicyBinding", binding, FieldPath::root()),
            ];
            let warning = format!(
                "Validation failed for ValidatingAdmissionPolicy '{own}' with binding '{bound}': {}",
                it.message
            );
            let denial = Denial { plugin: POLICY, reason: it.reason, message, causes };
            Objection { action, said: it.message, warning, denial, hangs_on: None }
        };
        refused.into_iter().map(objection).collect()
    }

    /// The fields of the object that an expression looks at, itself or through
    /// the first of the policy's variables that does.
    fn looked_at(&self, expression: &str) -> Vec<SmolStr> {
        let own = looked_at(expression);
        if !own.is_empty() {
            return own;
        }
        let mentions = |it: &&Variable| expression.contains(&*format_smolstr!("variables.{}", it.name));
        let through = self.variables.iter().filter(mentions).map(|it| looked_at(&it.source));
        through.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn refuses(
        &self,
        validation: &Validation,
        at: u32,
        activation: &Activation,
        budget: &mut Budget,
    ) -> Result<Option<Refused>, Open> {
        if budget.is_overdrawn() {
            return Err(Open::Cost);
        }
        let refused = |message| {
            let looked_at = self.looked_at(&validation.source);
            Ok(Some(Refused { validation: Some(at), looked_at, message, reason: validation.reason }))
        };
        match validation.program.evaluate(activation, budget) {
            Ok(Cel::Bool(true)) => Ok(None),
            Err(EvalError::Unknown) => Err(Open::Unknown),
            Err(EvalError::Stopped(_)) => Err(Open::Cost),
            Err(EvalError::Error(_)) if self.ignores_errors => Ok(None),
            Err(EvalError::Error(error)) => {
                refused(format!("expression '{}' resulted in error: {error}", validation.source))
            }
            Ok(_) => refused(validation.message(activation, budget)),
        }
    }
}

/// The Status reason that a validation states.
fn reason_of(validation: &Value) -> &'static str {
    let known = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
    known.into_iter().find(|it| *it == validation.str("reason")).unwrap_or(REASON)
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
            reason: reason_of(validation),
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

/// Whether a policy that changes objects is about an object, as it is bound.
pub fn constrains(policy: &Value, binding: &Value, asked: Asked<'_>) -> About {
    let own = binding.at("spec").opt("matchResources");
    let about = matching::about(policy.at("spec").at("matchConstraints"), asked, &[], true);
    own.map_or(About::Yes, |own| matching::about(own, asked, &[], false)).and(about)
}

/// What a binding does with an object that is refused: the gravest of its actions.
pub fn action_of(binding: &Value) -> Option<Action> {
    let actions = binding.at("spec").items("validationActions").iter();
    let action = |word: &Value| match word.as_str() {
        "Deny" => Some(Action::Deny),
        "Warn" => Some(Action::Warn),
        "Audit" => Some(Action::Note),
        _ => None,
    };
    actions.filter_map(action).min()
}

fn failed(message: String) -> Refused {
    Refused { validation: None, looked_at: Vec::new(), message, reason: REASON }
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
        ("operation", text(request.operation.word())),
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
        .with("oldObject", request.old.map_or(Cel::Null, untyped))
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

/// The fields of the object that an expression looks at: `spec`, `replicas`. Of
/// several the first, but for those on the way to another.
pub fn looked_at(expression: &str) -> Vec<SmolStr> {
    let mentions = expression.match_indices("bject.").filter(|(at, _)| {
        let before = &expression[..*at];
        let is_own = before.ends_with('o') && !before[..at - 1].ends_with(|it: char| it.is_alphanumeric());
        is_own || before.ends_with("anyO")
    });
    let all: Vec<_> = mentions.map(|(at, sign)| steps(&expression[at + sign.len()..])).collect();
    let is_whole = |path: &&Vec<SmolStr>| !all.iter().any(|it| it.len() > path.len() && it.starts_with(path));
    all.iter().find(is_whole).cloned().unwrap_or_default()
}

/// The fields that a text names from its beginning.
fn steps(text: &str) -> Vec<SmolStr> {
    let mut steps = Vec::new();
    let mut rest = text;
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
        assert_eq!(policy.is_about(&Value::Null, asked, &[]), About::Yes);
        let judged = policy.judge(asked, Some(&params));
        let open = judged.open.map(|why| format!("open: {why}"));
        judged.refused.into_iter().map(|it| it.message).chain(open).collect()
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
    fn what_is_not_set_is_absent_and_not_null() {
        let said = |expression: &str| judged(&format!(r#"{{"expression": "{expression}"}}"#));
        for accepted in [
            "oldObject == null",
            "type(oldObject) == null_type",
            "params != null",
            "object.spec.replicas != null",
            "!has(object.spec.paused)",
            "object.spec.?paused.orValue(false) == false",
            "object.spec.?paused == optional.none()",
            "object.metadata.?labels[?'app'].orValue(null) == null",
        ] {
            assert_eq!(said(accepted), [""; 0], "{accepted}");
        }
        for refused in ["object.spec.replicas == null", "has(object.spec.paused)", "has(oldObject.spec)"] {
            assert_eq!(said(refused), [format!("failed expression: {refused}")]);
        }
        assert_eq!(
            said("object.spec.paused == null"),
            ["expression 'object.spec.paused == null' resulted in error: no such key: paused"]
        );
        assert_eq!(
            said("oldObject.spec.replicas == 5"),
            ["expression 'oldObject.spec.replicas == 5' resulted in error: no such key: spec"]
        );
    }

    #[test]
    fn an_error_refuses_and_what_is_unknown_is_left_open() {
        let unknown = ["open: an expression hangs on what only the server knows"];
        assert_eq!(
            judged(r#"{"expression": "object.spec.paused"}"#),
            ["expression 'object.spec.paused' resulted in error: no such key: paused"]
        );
        assert_eq!(judged(r#"{"expression": "request.userInfo.username == 'me'"}"#), unknown);
        assert_eq!(judged(r#"{"expression": "namespaceObject.metadata.name == 'x'"}"#), unknown);
        let both =
            r#"{"expression": "request.dryRun", "message": "none"}, {"expression": "has(request.options)"}"#;
        assert_eq!(judged(both), ["none", unknown[0]]);
    }

    #[test]
    fn what_costs_too_much_is_left_open() {
        let many = "[1,2,3,4,5,6,7,8,9,0]";
        let dear = (0..8).fold("true".to_owned(), |inner, at| format!("{many}.all(x{at}, {inner})"));
        let dear = format!(r#"{{"expression": "{dear}"}}, {{"expression": "false"}}"#);
        let open = "open: its expressions cost more than the server spends";
        assert_eq!(judged(&dear), ["failed expression: false", open]);
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
        assert_eq!(looked_at("has(object.spec) && object.spec.replicas < 5"), ["spec", "replicas"]);
        assert_eq!(looked_at("oldObject.spec.a == object.spec.b"), ["spec", "b"]);
        assert_eq!(looked_at("variables.anyObject.spec.?paused.orValue(true)"), ["spec", "paused"]);
    }
}
