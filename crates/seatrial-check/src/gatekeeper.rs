//! The constraints of Gatekeeper that stand in the tree, with their templates.

use std::collections::BTreeMap;
use std::sync::Mutex;

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Place, Repository};
use seatrial_policy::gatekeeper::{self, Action, Inventory, Review, Template, Violation, Work};
use seatrial_policy::validating_policy::About;
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use seatrial_source::Span;
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use crate::subjects::{Subject, ambiguous, counting};

/// More templates or constraints than this are not evaluated.
const POLICIES_MAX: usize = 1_000;
/// Namespaces where Gatekeeper looks at nothing.
const EXEMPT: &str = "gatekeeper-system";

/// All constraints of the tree.
#[derive(Debug, Default)]
pub(crate) struct Constraints<'a> {
    templates: Vec<(&'a Object, Result<Template, String>)>,
    stated: Vec<(&'a Object, Value)>,
    beyond: Vec<&'a Object>,
    exempt: Vec<SmolStr>,
    /// What a constraint could not say, of the first object that it was asked about.
    unanswered: Mutex<BTreeMap<Place, (Place, String)>>,
}

/// A constraint that counts for a unit, with its template.
pub(crate) struct Bound<'a> {
    pub(crate) constraint: &'a Object,
    pub(crate) template: &'a Object,
    pub(crate) action: Action,
    pub(crate) asks_for_others: bool,
    value: &'a Value,
    program: &'a Template,
}

impl<'a> Constraints<'a> {
    /// Compiles the templates that stand in the tree.
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let templates = repository.objects().filter(|it| is_template(it));
        let read = |object: &'a Object| (object, Template::read(&untyped(object.root())));
        let constraints = || repository.objects().filter(|it| it.group() == gatekeeper::CONSTRAINT_GROUP);
        let valued = |object: &'a Object| (object, untyped(object.root()));
        let config = repository.objects().filter(|it| it.is("config.gatekeeper.sh", "Config"));
        Self {
            templates: templates.take(POLICIES_MAX).map(read).collect(),
            stated: constraints().take(POLICIES_MAX).map(valued).collect(),
            beyond: constraints().skip(POLICIES_MAX).collect(),
            exempt: config.flat_map(|it| exempt(&untyped(it.root()))).collect(),
            unanswered: Mutex::default(),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.stated.is_empty()
    }

    /// The constraints that count for the objects of a unit.
    pub(crate) fn bound(&'a self, repository: &Repository, unit: UnitId) -> Vec<Bound<'a>> {
        let objects: Vec<_> = self.stated.iter().map(|(object, _)| *object).collect();
        let counting = counting(repository, unit, &objects);
        let counts = |object: &Object| counting.iter().any(|it| std::ptr::eq(*it, object));
        let bound = |(constraint, value): &'a (&'a Object, Value)| {
            let (template, program) = self.template_of(repository, unit, constraint.kind())?;
            let (action, program) = (Action::of(value)?, program.as_ref().ok()?);
            let asks_for_others = program.needs_inventory();
            Some(Bound { constraint, template, action, asks_for_others, value, program })
        };
        self.stated.iter().filter(|(object, _)| counts(object)).filter_map(bound).collect()
    }

    fn template_of(
        &self,
        repository: &Repository,
        unit: UnitId,
        kind: &str,
    ) -> Option<(&'a Object, &Result<Template, String>)> {
        let named = || self.templates.iter().filter(|(object, _)| defines(object, kind));
        let objects: Vec<_> = named().map(|(object, _)| *object).collect();
        let chosen = *counting(repository, unit, &objects).first()?;
        let (object, read) = named().find(|(object, _)| std::ptr::eq(*object, chosen))?;
        Some((object, read))
    }

    /// Whether Gatekeeper is not asked about a namespace.
    pub(crate) fn exempts(&self, namespace: &str) -> bool {
        namespace == EXEMPT || self.exempt.iter().any(|it| it == namespace)
    }

    /// What a constraint has against subjects, by their places among all; what it
    /// owes an answer to is remembered.
    pub(crate) fn judge(
        &self,
        bound: &Bound<'_>,
        subjects: &[(&Object, Subject<'_>, Review)],
        inventory: &Inventory,
        work: &mut Work,
    ) -> Vec<(usize, Violation)> {
        let requests: Vec<_> = subjects.iter().map(|(_, subject, _)| subject.request()).collect();
        let (mut meant, mut open) = (Vec::new(), Vec::new());
        for (at, (_, subject, review)) in subjects.iter().enumerate() {
            let asked = subject.asked(&requests[at]);
            match gatekeeper::is_about(bound.value, asked) {
                About::No => {}
                About::Open(why) => open.push((at, why.to_string())),
                About::Yes => meant.push((at, (asked, review))),
            }
        }
        let objects: Vec<_> = meant.iter().map(|(_, object)| *object).collect();
        let answers = bound.program.judge(bound.value, &objects, Some(inventory), work);
        let mut violations = Vec::new();
        for ((at, _), answer) in meant.into_iter().zip(answers) {
            match answer {
                Ok(found) => violations.extend(found.into_iter().map(|it| (at, it))),
                Err(why) => open.push((at, why)),
            }
        }
        for (at, why) in open {
            let (object, subject, _) = &subjects[at];
            let why = format!("{} is not evaluated for {}: {why}", bound.constraint.title(), subject.title);
            self.remember(bound.constraint, object, why);
        }
        violations
    }

    /// The first object stays, whichever is asked about first.
    fn remember(&self, constraint: &Object, object: &Object, why: String) {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = unanswered.entry(place(constraint)).or_insert_with(|| (place(object), why.clone()));
        if place(object) < known.0 {
            *known = (place(object), why);
        }
    }

    /// Why constraints are not evaluated, and where they stand.
    pub(crate) fn not_evaluated(&self, repository: &Repository) -> Vec<(Span, String)> {
        let unanswered = self.unanswered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let all: Vec<_> = self.stated.iter().map(|(object, _)| *object).collect();
        let ambiguous = ambiguous(repository, &all);
        let is_ambiguous = |object: &Object| ambiguous.iter().any(|it| std::ptr::eq(*it, object));
        let why = |constraint: &Object| {
            let title = constraint.title();
            match self.template_of(repository, constraint.unit(), constraint.kind()) {
                None if self.templates.iter().any(|(object, _)| defines(object, constraint.kind())) => {
                    Some(format!("several templates of {title} are in the tree"))
                }
                None => Some(format!("the template of {title} is not in the tree")),
                Some((template, Err(why))) => Some(format!("{} is not evaluated: {why}", template.title())),
                Some((_, Ok(_))) if is_ambiguous(constraint) => {
                    Some(format!("several units state {title} differently: it is only evaluated for its own"))
                }
                Some((_, Ok(_))) => unanswered.get(&place(constraint)).map(|(_, why)| why.clone()),
            }
        };
        let beyond = self.beyond.iter().map(|it| (*it, "there are too many constraints".to_owned()));
        let all = self.stated.iter().filter_map(|(object, _)| Some((*object, why(object)?)));
        all.chain(beyond).map(|(object, why)| (object.span_at(&FieldPath::root()), why)).collect()
    }
}

fn place(object: &Object) -> Place {
    Place { unit: object.unit(), object: object.id() }
}

fn is_template(object: &Object) -> bool {
    object.is(gatekeeper::TEMPLATE_GROUP, "ConstraintTemplate")
}

/// Whether a template makes constraints of a kind.
fn defines(template: &Object, kind: &str) -> bool {
    let name = template.field(&["spec", "crd", "spec", "names", "kind"]);
    name.and_then(seatrial_yaml::Node::as_str) == Some(kind)
}

/// The namespaces that a `Config` takes out of admission.
fn exempt(config: &Value) -> Vec<SmolStr> {
    let entries = config.at("spec").items("match").iter();
    let is_meant =
        |it: &&Value| it.items("processes").iter().any(|process| matches!(process.as_str(), "*" | "webhook"));
    let names = entries.filter(is_meant).flat_map(|it| it.items("excludedNamespaces"));
    names.map(|it| SmolStr::new(it.as_str())).collect()
}
