//! Carries out changes of objects as edits of the file that the object is
//! written in.

use seatrial_diagnostics::{Change, Edit, Location, Refusal};
use seatrial_yaml::edit::{Operation, edit};

use crate::Rendering;

/// The edits of one change, or why there are none.
pub(crate) fn of_change(rendering: &Rendering, change: &Change) -> Result<Vec<Edit>, Refusal> {
    let Location::Field { path, part: None, .. } = change.at() else {
        return Err(refusal("the change is not about a field"));
    };
    let object = rendering.object(change.at()).ok_or_else(|| refusal("the object is unknown"))?;
    let path = path.clone();
    let operation = match change {
        Change::Set { content, .. } => Operation::Set { path, content: content.clone() },
        Change::Insert { content, .. } => Operation::Insert { path, content: content.clone() },
        Change::Remove { .. } => Operation::Remove { path },
        Change::Rename { name, .. } => Operation::Rename { path, name: name.clone() },
    };
    if rendering.kustomizations.has_made(object.span().file) {
        return rendering.edits_of_built(object, &operation);
    }
    if rendering.is_made(object.span().file) {
        return rendering.edits_of_made(object, &operation);
    }
    edit(object.root(), &operation)
}

fn refusal(reason: &str) -> Refusal {
    Refusal { reason: reason.to_owned() }
}
