//! What a policy has against an object, and how it is told.

use seatrial_diagnostics::{CheckInfo, Notice, Role, Severity};
use seatrial_model::{Object, Place, Repository, Unit, UnitKind, is_namespaced};
use seatrial_policy::{Action, Family, Objection};
use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use super::{Around, Asking, place};
use crate::defaulted::who_set;
use crate::neighbours::is_of_stage_that_lacks;
use crate::review::{Served, location};

/// Something that a policy has against an object.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) family: Family,
    pub(crate) object: Place,
    /// Where it is, in the object.
    at: FieldPath,
    /// In words: `the pods of Deployment web`.
    title: String,
    objection: Objection,
    /// What states the policy, the policy itself first.
    stated: Vec<Place>,
    /// Whether all of the object is known.
    is_known: bool,
    /// Who sets the field, where the manifest does not.
    set_by: Option<String>,
}

/// More values than this of a policy are not looked through.
const NODES_MAX: usize = 4_096;

/// Whether a part of a policy asks for the namespace of what it judges.
fn asks_for_namespace(spec: Node<'_>) -> bool {
    const FIELDS: [&str; 4] = ["namespaceSelector", "namespaces", "excludedNamespaces", "namespace"];
    const WORDS: [&str; 3] = ["request.namespace", "namespaceObject", "metadata.namespace"];
    let mut open = vec![spec];
    for _ in 0..NODES_MAX {
        let Some(node) = open.pop() else { return false };
        if node.is_mapping() {
            let is_asked = |name: &str, value: Node<'_>| FIELDS.contains(&name) && is_filled(value);
            if node.entries().any(|it| is_asked(&it.name(), it.value)) {
                return true;
            }
            open.extend(node.entries().map(|it| it.value));
        } else if node.is_sequence() {
            open.extend(node.items());
        } else if node.as_str().is_some_and(|text| WORDS.iter().any(|it| text.contains(it))) {
            return true;
        }
    }
    true
}

fn is_filled(node: Node<'_>) -> bool {
    !node.is_null() && !((node.is_mapping() || node.is_sequence()) && node.is_empty())
}

impl Refusal {
    pub(super) fn new(
        around: Around<'_, '_>,
        family: Family,
        asking: &Asking<'_, '_>,
        objection: Objection,
        stated: &[&Object],
    ) -> Self {
        let Asking { object, subject } = asking;
        let own = objection.denial.place();
        let keys = own.steps().iter().filter_map(key).collect::<Vec<_>>();
        // What templates look at first is mostly not what they object to.
        let at = if family == Family::Gatekeeper || own.is_empty() {
            subject.place(object, &objection.said, &keys)
        } else {
            subject.base.join(&own)
        };
        // The defaults of a kind that nothing defines are not known.
        let served = around.reviews.answer(around.repository, object).served;
        let is_known = !matches!(served, Served::Foreign | Served::Published | Served::Unpublished);
        let set_by = who_set(around.state, object, &subject.base, &subject.value, &own);
        let (title, stated) = (subject.title.clone(), stated.iter().map(|it| place(it)).collect());
        Self { family, object: place(object), at, title, objection, stated, is_known, set_by }
    }

    /// The object that states the policy.
    pub(crate) fn policy(&self) -> Option<Place> {
        self.stated.first().copied()
    }

    /// The notice of a check.
    pub(crate) fn notice(&self, check: &'static CheckInfo, repository: &Repository) -> Notice {
        let Self { objection, title, .. } = self;
        let apart = self.apart(repository).or_else(|| self.goes_anywhere(repository));
        let is_sure = objection.hangs_on.is_none() && self.is_known && apart.is_none();
        let (severity, verb) = match objection.action {
            Action::Deny if !is_sure => (Severity::Warning, "refuses"),
            Action::Deny => (Severity::Error, "refuses"),
            Action::Warn => (Severity::Warning, "warns of"),
            Action::Note => (Severity::Info, "reports"),
        };
        let noun = if self.family == Family::Gatekeeper { "constraint" } else { "policy" };
        let policy = self.stated.first().map_or("", |it| repository.object(*it).name());
        let message = format!("{noun} `{policy}` {verb} {title}: {}", objection.said);
        let notice = Notice::new(check, location(repository.object(self.object), &self.at), message)
            .severity(severity)
            .because(self.answer());
        let notice = self.set_by.iter().cloned().fold(notice, Notice::because);
        let notice = self.with_causes(notice, repository);
        apart.into_iter().chain(objection.hangs_on).fold(notice, Notice::because)
    }

    /// What becomes of the object where the policy is in force.
    fn answer(&self) -> String {
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let Objection { action, warning, denial, .. } = &self.objection;
        let report = match (action, self.family) {
            (Action::Deny, _) => return format!("the API server says: {}", joined(&denial.message)),
            (Action::Warn, _) => {
                return format!("it is let in, and the API server warns: {}", joined(warning));
            }
            (Action::Note, Family::Native) => "the audit log of the API server",
            (Action::Note, Family::Gatekeeper) => "the status of the constraint",
            (Action::Note, Family::Kyverno) => "the policy report of Kyverno",
        };
        format!("it is let in; {report} tells of it")
    }

    /// Why nobody knows whether the policy and the object meet in one cluster.
    fn apart(&self, repository: &Repository) -> Option<&'static str> {
        let policy = repository.unit(self.stated.first()?.unit);
        let own = repository.unit(self.object.unit);
        let is_chart = |it: &Unit| it.kind == UnitKind::Helm;
        if policy.path == own.path {
            None
        } else if is_of_stage_that_lacks(&policy.path, &own.path) {
            Some("the policy stands where the things of another stage do")
        } else if is_chart(policy) && is_chart(own) {
            Some("the policy is another chart's, and nothing says that both are installed in one cluster")
        } else {
            None
        }
    }

    /// Why nobody knows whether a policy of some namespaces takes in an object that
    /// states none: it goes where whoever applies it says.
    fn goes_anywhere(&self, repository: &Repository) -> Option<&'static str> {
        let object = repository.object(self.object);
        // A chart writes the namespace of its release: `default`, where none is given.
        let is_chart = repository.unit(self.object.unit).kind == UnitKind::Helm;
        let is_open = match object.namespace() {
            None => is_namespaced(object.group(), object.kind()) != Some(false),
            Some(namespace) => is_chart && namespace == "default",
        };
        let stated = || self.stated.iter().map(|it| repository.object(*it));
        (is_open && stated().any(|it| it.root().get("spec").is_some_and(asks_for_namespace)))
            .then_some("the policy hangs on the namespace, and the object states none")
    }

    fn with_causes(&self, notice: Notice, repository: &Repository) -> Notice {
        let stated = objection_causes(&self.objection).zip(&self.stated).zip(0..);
        stated.fold(notice, |notice, ((path, object), at)| {
            let (role, label) = match (self.family, at) {
                (Family::Native, 0) => (Role::Cause, "the expression is here"),
                (Family::Native, _) => (Role::Reference, "the binding is here"),
                (Family::Gatekeeper, 0) => (Role::Cause, "the constraint is here"),
                (Family::Gatekeeper, _) => (Role::Reference, "its template is here"),
                (Family::Kyverno, _) => (Role::Cause, "the rule is here"),
            };
            notice.related(location(repository.object(*object), path), role, label)
        })
    }
}

/// The fields of the objects that state the policy.
fn objection_causes(objection: &Objection) -> impl Iterator<Item = &FieldPath> {
    objection.denial.causes.iter().filter(|cause| cause.of.is_some()).map(|cause| &cause.path)
}

fn key(step: &PathStep) -> Option<SmolStr> {
    match step {
        PathStep::Key(key) => Some(key.clone()),
        PathStep::Index(_) => None,
    }
}
