//! The constraints of Gatekeeper that stand in the tree, with their templates.

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository};
use seatrial_policy::gatekeeper::{self, Inventory, Review, Template, Work, action_of, objection};
use seatrial_policy::validating_policy::About;
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use smol_str::SmolStr;

use super::{Answers, Around, Asking, Family};
use crate::lending::Lending;

/// More templates or constraints than this are not evaluated.
const POLICIES_MAX: usize = 1_000;
/// Namespaces where Gatekeeper looks at nothing.
const EXEMPT: &str = "gatekeeper-system";

/// All constraints of the tree.
#[derive(Debug, Default)]
pub(super) struct Constraints<'a> {
    templates: Vec<(&'a Object, Result<Template, String>)>,
    lent_templates: Lending<'a>,
    stated: Vec<(&'a Object, Value)>,
    lent: Lending<'a>,
    beyond: Vec<&'a Object>,
    exempt: Vec<SmolStr>,
}

/// A constraint that counts for a unit, with its template.
struct Bound<'s, 'a> {
    constraint: &'a Object,
    template: &'a Object,
    value: &'s Value,
    program: &'s Template,
}

impl<'a> Constraints<'a> {
    /// Compiles the templates that stand in the tree.
    pub(super) fn of(repository: &'a Repository) -> Self {
        let templates: Vec<_> =
            repository.objects().filter(|it| is_template(it)).take(POLICIES_MAX).collect();
        let all = || repository.objects().filter(|it| it.group() == gatekeeper::CONSTRAINT_GROUP);
        let stated: Vec<_> = all().take(POLICIES_MAX).collect();
        let config = repository.objects().filter(|it| it.is("config.gatekeeper.sh", "Config"));
        let read = |object: &'a Object| (object, Template::read(&untyped(object.root())));
        Self {
            lent_templates: Lending::of(repository, &templates),
            lent: Lending::of(repository, &stated),
            templates: templates.into_iter().map(read).collect(),
            stated: stated.into_iter().map(|it| (it, untyped(it.root()))).collect(),
            beyond: all().skip(POLICIES_MAX).collect(),
            exempt: config.flat_map(|it| exempt(&untyped(it.root()))).collect(),
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.stated.is_empty()
    }

    /// The constraints that count for the objects of a unit.
    fn bound(&self, unit: UnitId) -> Vec<Bound<'_, 'a>> {
        let bound = |at: usize| {
            let (constraint, value) = &self.stated[at];
            let (template, program) = self.template_of(unit, constraint.kind())?;
            let program = program.as_ref().ok().filter(|_| action_of(value).is_some())?;
            Some(Bound { constraint, template, value, program })
        };
        self.lent.counting(unit).into_iter().filter_map(bound).collect()
    }

    fn template_of(&self, unit: UnitId, kind: &str) -> Option<(&'a Object, &Result<Template, String>)> {
        let counting = self.lent_templates.counting(unit).into_iter().map(|at| &self.templates[at]);
        let (object, read) = counting.into_iter().find(|(object, _)| defines(object, kind))?;
        Some((object, read))
    }

    /// Whether Gatekeeper is not asked about an object.
    fn exempts(&self, asking: &Asking<'_, '_>) -> bool {
        let request = asking.subject.request();
        let namespace = request.namespace;
        asking.object.group().ends_with("gatekeeper.sh")
            || namespace == EXEMPT
            || self.exempt.iter().any(|it| it == namespace)
    }

    /// What they say of the objects of a unit.
    pub(super) fn judge(
        &self,
        around: Around<'_, 'a>,
        unit: UnitId,
        all: &[Asking<'_, 'a>],
        answers: &mut Answers,
    ) {
        let bound = self.bound(unit);
        if bound.is_empty() {
            return;
        }
        let asks_for_others = bound.iter().any(|it| it.program.needs_inventory());
        let objects = around.repository.bundle(unit).objects().iter().filter(|_| asks_for_others);
        let others: Vec<_> = objects.map(|it| untyped(it.root())).collect();
        let inventory = Inventory::of(others.iter());
        let reviewed = all.iter().filter(|it| !self.exempts(it)).map(|asking| {
            let subject = &asking.subject;
            (asking, Review::of(subject.asked(&subject.request())))
        });
        let all: Vec<_> = reviewed.collect();
        let mut work = Work::default();
        for it in &bound {
            it.judge(around, &all, &inventory, &mut work, answers);
        }
    }

    /// Why constraints are not evaluated.
    pub(super) fn not_evaluated(&self) -> Vec<(&'a Object, String)> {
        let unclear = self.lent.unclear(|_, _| true);
        let why = |at: usize| {
            let constraint = self.stated[at].0;
            let title = constraint.title();
            match self.template_of(constraint.unit(), constraint.kind()) {
                None if self.templates.iter().any(|(object, _)| defines(object, constraint.kind())) => {
                    Some(format!("several templates of {title} are in the tree"))
                }
                None => Some(format!("the template of {title} is not in the tree")),
                Some((template, Err(why))) => Some(format!("{} is not evaluated: {why}", template.title())),
                Some((_, Ok(_))) if unclear.contains(&at) => {
                    Some(format!("several units state {title} differently: it is only evaluated for its own"))
                }
                Some((_, Ok(_))) => None,
            }
        };
        let beyond = self.beyond.iter().map(|it| (*it, "there are too many constraints".to_owned()));
        (0..self.stated.len()).filter_map(|at| Some((self.stated[at].0, why(at)?))).chain(beyond).collect()
    }
}

impl<'a> Bound<'_, 'a> {
    /// What the constraint says of objects with their reviews.
    fn judge(
        &self,
        around: Around<'_, 'a>,
        all: &[(&Asking<'_, 'a>, Review)],
        inventory: &Inventory,
        work: &mut Work,
        answers: &mut Answers,
    ) {
        let requests: Vec<_> = all.iter().map(|(asking, _)| asking.subject.request()).collect();
        let (mut meant, mut askings) = (Vec::new(), Vec::new());
        for ((asking, review), request) in all.iter().zip(&requests) {
            let asked = asking.subject.asked(request);
            match gatekeeper::is_about(self.value, asked) {
                About::No => {}
                About::Open(why) => answers.open.add(self.constraint, "", asking, why.to_string()),
                About::Yes => {
                    meant.push((asked, review));
                    askings.push(*asking);
                }
            }
        }
        let said = self.program.judge(self.value, &meant, Some(inventory), work);
        for (asking, answer) in askings.into_iter().zip(said) {
            match answer {
                Ok(found) => {
                    let found = found.into_iter().filter_map(|it| objection(self.program, self.value, it));
                    for objection in found {
                        let stated = [self.constraint, self.template];
                        answers.refuse(around, Family::Gatekeeper, asking, objection, &stated);
                    }
                }
                Err(why) => answers.open.add(self.constraint, "", asking, why),
            }
        }
    }
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
