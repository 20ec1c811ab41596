//! What the expressions of admission policies and match conditions may use:
//! `apiserver/pkg/admission/plugin/cel/compile.go` (v0.36.2).

use std::sync::Arc;

use smol_str::SmolStr;

use super::types::{ObjectType, Type};
use super::value::{Library, Value};
use super::{Environment, functions};

fn object(name: &'static str, fields: &[(&'static str, Type)]) -> Type {
    let fields = fields.iter().map(|(name, kind)| (SmolStr::new_static(name), kind.clone())).collect();
    Type::Object(Arc::new(ObjectType { name: SmolStr::new_static(name), fields }))
}

/// The type of `request`.
fn request() -> Type {
    let text = Type::String;
    let texts = Type::list(Type::String);
    let kind = object(
        "kubernetes.GroupVersionKind",
        &[("group", text.clone()), ("version", text.clone()), ("kind", text.clone())],
    );
    let resource = object(
        "kubernetes.GroupVersionResource",
        &[("group", text.clone()), ("version", text.clone()), ("resource", text.clone())],
    );
    let user = object(
        "kubernetes.UserInfo",
        &[
            ("username", text.clone()),
            ("uid", text.clone()),
            ("groups", texts.clone()),
            ("extra", Type::map(Type::String, texts)),
        ],
    );
    object(
        "kubernetes.AdmissionRequest",
        &[
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", text.clone()),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", text.clone()),
            ("name", text.clone()),
            // A field may be called like a reserved word.
            ("namespace", text.clone()),
            ("operation", text),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    )
}

/// The type of `namespaceObject`.
fn namespace() -> Type {
    let text = Type::String;
    let texts = Type::list(Type::String);
    let labels = Type::map(Type::String, Type::String);
    let condition = object(
        "kubernetes.NamespaceCondition",
        &[
            ("status", text.clone()),
            ("type", text.clone()),
            ("lastTransitionTime", Type::Timestamp),
            ("message", text.clone()),
            ("reason", text.clone()),
        ],
    );
    let metadata = object(
        "kubernetes.NamespaceMetadata",
        &[
            ("name", text.clone()),
            ("generateName", text.clone()),
            ("namespace", text.clone()),
            ("labels", labels.clone()),
            ("annotations", labels),
            ("UID", text.clone()),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", text.clone()),
            ("finalizers", texts.clone()),
        ],
    );
    let spec = object("kubernetes.NamespaceSpec", &[("finalizers", texts)]);
    let status =
        object("kubernetes.NamespaceStatus", &[("conditions", Type::list(condition)), ("phase", text)]);
    object("kubernetes.Namespace", &[("metadata", metadata), ("spec", spec), ("status", status)])
}

impl Environment {
    /// `object`, `oldObject`, `request` and `namespaceObject`, and on request
    /// `params` and `authorizer`.
    pub fn for_admission(self, params: bool, authorizer: bool) -> Self {
        let mut all = self
            .with("object", Type::Dyn)
            .with("oldObject", Type::Dyn)
            .with("request", request())
            .with("namespaceObject", namespace());
        if params {
            all = all.with("params", Type::Dyn);
        }
        if authorizer {
            let library = |short| Type::Library(functions::authorizer::type_named(short));
            all = all
                .with("authorizer", library("authz.Authorizer"))
                .with("authorizer.requestResource", library("authz.ResourceCheck"));
        }
        all
    }

    /// `variables` with these fields, as earlier expressions of a policy define them.
    pub fn with_policy_variables(self, variables: &[(SmolStr, Type)]) -> Self {
        let fields = variables.iter().cloned().collect();
        let name = SmolStr::new_static("kubernetes.variables");
        self.with("variables", Type::Object(Arc::new(ObjectType { name, fields })))
    }
}

impl Value {
    /// The value of `authorizer`. Questions can be put to it; the answers are unknown.
    pub fn authorizer() -> Self {
        Self::Library(Library::Authorizer(functions::authorizer::type_named("authz.Authorizer")))
    }

    /// The value of `authorizer.requestResource`.
    pub fn request_resource_check() -> Self {
        Self::Library(Library::Authorizer(functions::authorizer::type_named("authz.ResourceCheck")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::{Activation, Budget, EvalError};

    fn check(expression: &str) -> Result<Value, EvalError> {
        let environment = Environment::default()
            .for_admission(false, true)
            .with_policy_variables(&[("limit".into(), Type::Int), ("who".into(), Type::Dyn)]);
        let program = match environment.compile(expression) {
            Ok(program) => program,
            Err(issues) => return Err(EvalError::Error(issues[0].message.clone())),
        };
        let variables = [("limit", Value::Int(3)), ("who", Value::Unknown)];
        let activation = Activation::new()
            .with("authorizer", Value::authorizer())
            .with("authorizer.requestResource", Value::request_resource_check())
            .with("variables", Value::fields(variables))
            .with("object", Value::fields([("replicas", Value::Int(5))]));
        program.evaluate(&activation, &mut Budget::default())
    }

    #[test]
    fn what_depends_on_the_authorizer_is_unknown() {
        let allowed = "authorizer.group('').resource('pods').check('get').allowed()";
        assert_eq!(check(allowed).unwrap_err(), EvalError::Unknown);
        assert_eq!(check(&format!("{allowed} || 1 / 0 > 0")).unwrap_err(), EvalError::Unknown);
        assert!(matches!(check(&format!("false && {allowed}")), Ok(Value::Bool(false))));
        assert_eq!(
            check("authorizer.requestResource.check('get').allowed()").unwrap_err(),
            EvalError::Unknown
        );
        assert_eq!(check("variables.who == 1").unwrap_err(), EvalError::Unknown);
    }

    #[test]
    fn policies_see_objects_and_variables() {
        assert!(matches!(check("object.replicas > variables.limit"), Ok(Value::Bool(true))));
        assert!(matches!(check("object.spec.x"), Err(EvalError::Error(why)) if why == "no such key: spec"));
        assert!(
            matches!(check("request.nope"), Err(EvalError::Error(why)) if why == "undefined field 'nope'")
        );
        assert!(matches!(check("params.x"), Err(EvalError::Error(_))));
    }
}
