//! What is wrong with a kustomization, as people read it.

use seatrial_diagnostics::{Location, Notice, UnitId};
use seatrial_kustomize::{Problem, ProblemKind};
use seatrial_model::{Skip, SkipCode};
use seatrial_source::{SourceMap, Span, TreePath};

use super::Built;
use crate::checks::INVALID_KUSTOMIZATION;

/// The notices about what Kustomize refuses when it builds a unit.
pub(super) fn of_built(built: &Built, unit: UnitId, sources: &SourceMap) -> Vec<Notice> {
    let told = built.build.problems.iter().filter(|it| it.is_fatal && !is_gap(it));
    told.filter_map(|it| {
        let at = it.span.or_else(|| whole(&it.path, sources))?;
        let notice = Notice::new(&INVALID_KUSTOMIZATION, Location::text(at), it.message.clone());
        Some(notice.in_unit(unit).because("`kustomize build` stops here"))
    })
    .collect()
}

/// What of a unit is not judged.
pub(super) fn skips(built: &Built) -> Vec<Skip> {
    let gaps = built.build.problems.iter().filter(|it| is_gap(it));
    let skip = |it: &Problem| Skip {
        path: it.path.clone(),
        span: it.span,
        code: if it.kind == ProblemKind::Remote { SkipCode::Remote } else { SkipCode::NotRendered },
        reason: it.message.clone(),
    };
    let mut skips: Vec<Skip> = gaps.map(skip).collect();
    if built.build.problems.iter().any(|it| it.is_fatal && !is_gap(it)) {
        skips.push(Skip {
            path: built.ask.directory.clone(),
            span: None,
            code: SkipCode::NotRendered,
            reason: "the kustomization does not build; what is left of it was checked".to_owned(),
        });
    }
    skips
}

/// Whether nothing is wrong, and something is only not to be had here.
fn is_gap(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Remote | ProblemKind::Unsupported)
}

fn whole(path: &TreePath, sources: &SourceMap) -> Option<Span> {
    sources.find(path).map(|file| Span::new(file, 0, 0))
}
