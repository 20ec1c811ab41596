//! Carries out changes as byte edits, each proven by reading the result again.

use seatrial_diagnostics::{Change, Edit, Refusal};

use crate::Rendering;

/// The edits of one change, or why there are none.
pub(crate) fn of_change(rendering: &Rendering, change: &Change) -> Result<Vec<Edit>, Refusal> {
    let _ = rendering;
    let _ = change;
    Err(Refusal { reason: "not supported".to_owned() })
}
