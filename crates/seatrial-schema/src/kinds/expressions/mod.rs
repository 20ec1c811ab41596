//! CEL expressions inside built-in kinds: what they may refer to and what they
//! must evaluate to (`apiserver` 0.36, `pkg/admission/plugin/cel/compile.go`;
//! `dynamic-resource-allocation`, `cel/compile.go`).

mod patterns;
mod rules;

use std::sync::{Arc, LazyLock};

use smol_str::SmolStr;

use crate::cel::{Environment, Issue, ObjectType, Type, describe};

pub(crate) use patterns::wrong as wrong_pattern;
pub(crate) use rules::Scope;

/// What an expression can refer to beside `object`, `oldObject`, `request` and
/// `namespaceObject`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// `params`
    pub(crate) has_params: bool,
    /// `authorizer`
    pub(crate) has_authorizer: bool,
    /// The types of patches: `Object`, `JSONPatch`.
    pub(crate) has_patch_types: bool,
    /// `variables`, where there may be any.
    pub(crate) variables: Option<Vec<(SmolStr, Type)>>,
}

/// What an expression has to evaluate to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    Bool,
    Text,
    TextOrNull,
    /// `Object`, for an apply configuration.
    Object,
    /// A list of `JSONPatch`.
    Patches,
}

impl Wanted {
    fn takes(self, found: &Type) -> bool {
        match self {
            Self::Anything => true,
            Self::Bool => *found == Type::Bool,
            Self::Text => *found == Type::String,
            Self::TextOrNull => matches!(found, Type::String | Type::Null),
            Self::Object | Self::Patches => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Anything => "dyn",
            Self::Bool => "bool",
            Self::Text => "string",
            Self::TextOrNull => "one of [string null_type]",
            Self::Object => "Object",
            Self::Patches => "list(JSONPatch)",
        }
    }
}

/// The type of an expression, or what the server says of it.
pub(crate) fn compile(expression: &str, declared: &Declared, wanted: Wanted) -> Result<Type, String> {
    let environment = environment(declared);
    let program = match environment.compile(expression) {
        // Patches are made of types that are not known here; the rest is checked.
        Err(issues) if declared.has_patch_types && mentions_patch_types(&issues) => return Ok(Type::Dyn),
        outcome => outcome.map_err(|issues| failure(expression, &issues))?,
    };
    let found = program.output_type();
    if wanted.takes(found) {
        return Ok(variable_type(found));
    }
    Err(format!("must evaluate to {} but got {found}", wanted.words()))
}

fn failure(expression: &str, issues: &[Issue]) -> String {
    format!("compilation failed: {}", describe(expression, issues))
}

fn mentions_patch_types(issues: &[Issue]) -> bool {
    let is_known = |issue: &Issue| !issue.message.starts_with("Syntax error");
    let names =
        |issue: &Issue| ["'Object", "'JSONPatch", "'jsonpatch"].iter().any(|it| issue.message.contains(it));
    issues.iter().all(is_known) && issues.iter().any(names)
}

/// The type of a variable of that value: objects are not looked into.
fn variable_type(found: &Type) -> Type {
    match found {
        Type::Bool
        | Type::Bytes
        | Type::Double
        | Type::Duration
        | Type::Int
        | Type::Null
        | Type::String
        | Type::Timestamp
        | Type::Uint => found.clone(),
        Type::List(item) => Type::list(variable_type(item)),
        Type::Map(parts) => Type::map(variable_type(&parts.0), variable_type(&parts.1)),
        _ => Type::Dyn,
    }
}

fn environment(declared: &Declared) -> Environment {
    static NAMESPACE: LazyLock<Type> = LazyLock::new(namespace);
    static REQUEST: LazyLock<Type> = LazyLock::new(request);
    let mut environment = Environment::default()
        .with("object", Type::Dyn)
        .with("oldObject", Type::Dyn)
        .with("namespaceObject", NAMESPACE.clone())
        .with("request", REQUEST.clone());
    if declared.has_params {
        environment = environment.with("params", Type::Dyn);
    }
    if declared.has_authorizer {
        environment = environment
            .with("authorizer", Type::Library("kubernetes.authorization.Authorizer"))
            .with("authorizer.requestResource", Type::Library("kubernetes.authorization.ResourceCheck"));
    }
    if let Some(variables) = &declared.variables {
        let fields = variables.iter().cloned().collect();
        let variables = ObjectType { name: SmolStr::new_static("kubernetes.variables"), fields };
        environment = environment.with("variables", Type::Object(Arc::new(variables)));
    }
    environment
}

fn object<const N: usize>(name: &'static str, fields: [(&'static str, Type); N]) -> Type {
    let fields = fields.into_iter().map(|(name, kind)| (SmolStr::new_static(name), kind)).collect();
    Type::Object(Arc::new(ObjectType { name: SmolStr::new_static(name), fields }))
}

fn request() -> Type {
    let named = |name: &'static str, last: &'static str| {
        object(name, [("group", Type::String), ("version", Type::String), (last, Type::String)])
    };
    let kind = named("kubernetes.GroupVersionKind", "kind");
    let resource = named("kubernetes.GroupVersionResource", "resource");
    let user = object(
        "kubernetes.UserInfo",
        [
            ("username", Type::String),
            ("uid", Type::String),
            ("groups", Type::list(Type::String)),
            ("extra", Type::map(Type::String, Type::list(Type::String))),
        ],
    );
    object(
        "kubernetes.AdmissionRequest",
        [
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", Type::String),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", Type::String),
            ("name", Type::String),
            ("namespace", Type::String),
            ("operation", Type::String),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    )
}

fn namespace() -> Type {
    let texts = || Type::map(Type::String, Type::String);
    let condition = object(
        "kubernetes.NamespaceCondition",
        [
            ("status", Type::String),
            ("type", Type::String),
            ("lastTransitionTime", Type::Timestamp),
            ("message", Type::String),
            ("reason", Type::String),
        ],
    );
    let metadata = object(
        "kubernetes.NamespaceMetadata",
        [
            ("name", Type::String),
            ("generateName", Type::String),
            ("namespace", Type::String),
            ("labels", texts()),
            ("annotations", texts()),
            ("UID", Type::String),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", Type::String),
            ("finalizers", Type::list(Type::String)),
        ],
    );
    let spec = object("kubernetes.NamespaceSpec", [("finalizers", Type::list(Type::String))]);
    let status = object(
        "kubernetes.NamespaceStatus",
        [("conditions", Type::list(condition)), ("phase", Type::String)],
    );
    object("kubernetes.Namespace", [("metadata", metadata), ("spec", spec), ("status", status)])
}

/// The type of an expression that can refer to `device`, or what the server says of it.
pub(crate) fn compile_for_device(expression: &str) -> Result<(), String> {
    static DEVICE: LazyLock<Type> = LazyLock::new(|| {
        let by_domain = |kind: Type| Type::map(Type::String, Type::map(Type::String, kind));
        object(
            "kubernetes.DRADevice",
            [
                ("driver", Type::String),
                ("attributes", by_domain(Type::Dyn)),
                ("capacity", by_domain(Type::Library("kubernetes.Quantity"))),
                ("allowMultipleAllocations", Type::Bool),
            ],
        )
    });
    let environment = Environment::default().with("device", DEVICE.clone());
    let program = environment.compile(expression).map_err(|issues| failure(expression, &issues))?;
    match program.output_type() {
        Type::Bool | Type::Dyn => Ok(()),
        found => Err(format!("must evaluate to bool or the unknown type, not {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_policies_are_checked() {
        let declared = Declared { variables: Some(vec![("n".into(), Type::Int)]), ..Declared::default() };
        let rows = [
            ("object.spec.replicas < variables.n", Wanted::Bool, ""),
            ("request.userInfo.groups.exists(g, g == 'a')", Wanted::Bool, ""),
            ("1 + 1", Wanted::Bool, "must evaluate to bool but got int"),
            ("5", Wanted::TextOrNull, "must evaluate to one of [string null_type] but got int"),
            ("request.nosuch == 'x'", Wanted::Bool, "undefined field 'nosuch'"),
            ("params.x", Wanted::Bool, "undeclared reference to 'params' (in container '')"),
        ];
        for (expression, wanted, said) in rows {
            let answer = compile(expression, &declared, wanted).map_or_else(|wrong| wrong, |_| String::new());
            assert!(answer.contains(said) && answer.is_empty() == said.is_empty(), "{expression}: {answer}");
        }
    }

    #[test]
    fn types_of_patches_are_taken_as_they_are() {
        let declared = Declared { has_patch_types: true, ..Declared::default() };
        let check = |expression: &str| compile(expression, &declared, Wanted::Object);
        assert!(check("Object{metadata: Object.metadata{labels: {'a': 'b'}}}").is_ok());
        assert!(check("5").is_err() && check("Object{").is_err());
    }
}
