//! What the server refuses of pods that say otherwise than their classes: all of
//! it, where the server stops at the first.

use std::borrow::Cow;

use seatrial_diagnostics::{CheckInfo, Notice, Role};
use seatrial_model::Object;
use seatrial_policy::{Denial, State};
use seatrial_schema::Value;
use seatrial_schema::admission::Attributes;
use seatrial_yaml::{FieldPath, Node, PathStep};

use crate::Context;
use crate::review::location;
use crate::tree_state::{Pods, new_pod};

/// More refusals than this of one pod are not told.
const REFUSALS_MAX: usize = 8;

/// The pods of an object that a plugin refuses for a field of theirs.
pub(crate) struct Contradiction<'a> {
    pub(crate) object: &'a Object,
    pub(crate) denial: Denial,
    /// The class that says otherwise.
    pub(crate) class: Option<&'a Object>,
    /// Where the field stands in the object.
    path: FieldPath,
    /// What it says.
    pub(crate) own: Option<String>,
}

/// What a plugin refuses of the pods of an object; `named` is the field that names
/// the class, and what is wrong with the name is told by others.
pub(crate) fn contradictions<'a>(
    context: &Context<'a>,
    object: &'a Object,
    named: &str,
    admit: impl Fn(&Attributes<'_>, &mut Value, &dyn State) -> Result<(), Denial>,
) -> Vec<Contradiction<'a>> {
    let state = context.tree_state();
    let Some(Pods { mut pod, base }) = state.pods_of(object) else { return Vec::new() };
    let (request, around) = (new_pod(object), state.around(object, &[]));
    let mut found = Vec::new();
    while found.len() < REFUSALS_MAX {
        let Err(denial) = admit(&request, &mut pod.clone(), &around) else { break };
        let place = denial.place();
        if place.last() == Some(&PathStep::Key(named.into())) {
            break;
        }
        take_out(&mut pod, place.steps());
        let path = base.join(&place);
        let own = object.at(&path).and_then(Node::scalar_text).map(Cow::into_owned);
        let class = denial.causes.iter().find_map(|it| it.of.as_ref());
        let class = class.and_then(|it| state.of_cluster(object, &it.kind, &it.name));
        found.push(Contradiction { object, denial, class: class.map(|it| it.object), path, own });
    }
    found
}

/// Takes a field away, so that the next refusal is told.
fn take_out(value: &mut Value, steps: &[PathStep]) {
    match steps {
        [PathStep::Key(field)] => drop(value.remove(field)),
        [PathStep::Key(field), rest @ ..] => {
            if let Some(inner) = value.at_mut(field) {
                take_out(inner, rest);
            }
        }
        _ => {}
    }
}

impl Contradiction<'_> {
    /// `the pods of Deployment web`
    pub(crate) fn subject(&self) -> String {
        let title = self.object.title();
        if self.object.is("", "Pod") { title } else { format!("the pods of {title}") }
    }

    /// The name of the field below `spec`.
    pub(crate) fn field(&self) -> &str {
        match self.denial.causes.first().and_then(|it| it.path.steps().get(1)) {
            Some(PathStep::Key(field)) => field,
            _ => "spec",
        }
    }

    /// A notice at the field, with the server's words and the class.
    pub(crate) fn notice(&self, check: &'static CheckInfo, message: String) -> Notice {
        let notice = Notice::new(check, location(self.object, &self.path), message)
            .because(format!("the API server says: {}", self.denial.message));
        let stated = self.denial.causes.iter().find(|it| it.of.is_some());
        match self.class.zip(stated) {
            Some((class, cause)) => {
                notice.related(location(class, &cause.path), Role::Cause, "the class says otherwise here")
            }
            None => notice,
        }
    }
}
