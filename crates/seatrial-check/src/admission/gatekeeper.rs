//! The constraints of Gatekeeper that stand in the tree, with their templates.

use seatrial_diagnostics::UnitId;
use seatrial_model::{Object, Repository};
use seatrial_policy::gatekeeper::{self, Constraint, Inventory, Template, action_of};
use seatrial_schema::Value;
use seatrial_schema::decode::untyped;
use smol_str::SmolStr;

use crate::lending::Lending;

/// More templates or constraints than this are not evaluated.
const POLICIES_MAX: usize = 1_000;

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

/// A constraint that counts for a unit, with its own and the template's object.
pub(super) type Bound<'s, 'a> = (Constraint<'s>, [&'a Object; 2]);

impl<'a> Constraints<'a> {
    /// Compiles the templates that stand in the tree.
    pub(super) fn of(repository: &'a Repository) -> Self {
        let templates: Vec<_> =
            repository.of_kind(gatekeeper::TEMPLATE_GROUP, "ConstraintTemplate").take(POLICIES_MAX).collect();
        let all = || repository.in_groups(|group| group == gatekeeper::CONSTRAINT_GROUP);
        let stated: Vec<_> = all().take(POLICIES_MAX).collect();
        let config = repository.of_kind("config.gatekeeper.sh", "Config");
        let read = |object: &'a Object| (object, Template::read(&untyped(object.root())));
        Self {
            lent_templates: Lending::of(repository, &templates),
            lent: Lending::of(repository, &stated),
            templates: templates.into_iter().map(read).collect(),
            stated: stated.into_iter().map(|it| (it, untyped(it.root()))).collect(),
            beyond: all().skip(POLICIES_MAX).collect(),
            exempt: config.flat_map(|it| gatekeeper::exempted(&untyped(it.root()))).collect(),
        }
    }

    /// The constraints that count for the objects of a unit.
    pub(super) fn bound(&self, unit: UnitId) -> Vec<Bound<'_, 'a>> {
        let bound = |at: usize| {
            let (object, value) = &self.stated[at];
            let (stated, template) = self.template_of(unit, object.kind())?;
            let template = template.as_ref().ok().filter(|_| action_of(value).is_some())?;
            Some((Constraint { template, value }, [*object, stated]))
        };
        self.lent.counting(unit).into_iter().filter_map(bound).collect()
    }

    /// The namespaces that are taken out of all of them.
    pub(super) fn exempt(&self) -> &[SmolStr] {
        &self.exempt
    }

    /// What constraints of a unit may ask of its other objects.
    pub(super) fn inventory(bound: &[Bound<'_, 'a>], repository: &Repository, unit: UnitId) -> Inventory {
        let asks_for_others = bound.iter().any(|(it, _)| it.template.needs_inventory());
        let objects = repository.bundle(unit).objects().iter().filter(|_| asks_for_others);
        let others: Vec<_> = objects.map(|it| untyped(it.root())).collect();
        Inventory::of(others.iter())
    }

    fn template_of(&self, unit: UnitId, kind: &str) -> Option<(&'a Object, &Result<Template, String>)> {
        let counting = self.lent_templates.counting(unit).into_iter().map(|at| &self.templates[at]);
        let (object, read) = counting.into_iter().find(|(object, _)| defines(object, kind))?;
        Some((object, read))
    }

    /// The objects that state them.
    pub(super) fn stated(&self) -> impl Iterator<Item = &'a Object> {
        self.stated.iter().map(|(object, _)| *object)
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

/// Whether a template makes constraints of a kind.
fn defines(template: &Object, kind: &str) -> bool {
    let name = template.field(&["spec", "crd", "spec", "names", "kind"]);
    name.and_then(seatrial_yaml::Node::as_str) == Some(kind)
}
