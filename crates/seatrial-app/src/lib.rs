//! What an application's sources say of it beside its manifests. So far:
//! Compose files, as far as they can be judged without running anything.

mod checks;
pub mod compose;

use seatrial_diagnostics::CheckInfo;

/// Every check of this crate.
pub fn checks() -> impl Iterator<Item = &'static CheckInfo> {
    checks::ALL.iter().copied()
}
