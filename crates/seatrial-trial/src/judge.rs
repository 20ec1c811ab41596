//! Runs the checks on what was rendered, and knows what belongs to a workload.

use seatrial_diagnostics::Notice;
use seatrial_model::Place;
use seatrial_render::Rendering;

/// What the checks noticed.
#[derive(Debug)]
pub(crate) struct Judgement<'a> {
    /// Every check's notices.
    pub(crate) notices: Vec<Notice>,
    rendering: &'a Rendering,
}

impl<'a> Judgement<'a> {
    /// Runs every check.
    pub(crate) fn new(rendering: &'a Rendering) -> Self {
        Self { notices: Vec::new(), rendering }
    }

    /// The objects that an object refers to or that select it.
    pub(crate) fn neighbours(&self, _: Place) -> Vec<Place> {
        Vec::new()
    }

    /// What is taken for granted about an object.
    pub(crate) fn assumptions(&self, _: Place) -> Vec<String> {
        let _ = self.rendering;
        Vec::new()
    }
}
