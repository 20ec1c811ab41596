//! Where the fields of rendered objects come from. A unit is rendered again to
//! find out, and only when somebody asks.

use std::ops::Range;

use seatrial_diagnostics::Origin;
use seatrial_helm::Rendered;
use seatrial_model::Target;
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::Stream;

use super::guide::{Asked, Guide};
use super::leaves::{Leaf, leaves};
use super::{ChartUnit, Charts};

/// A unit that was rendered with everything recorded.
#[derive(Debug)]
pub(crate) struct Traced {
    rendered: Rendered,
    /// By text, in the order of the unit's texts.
    leaves: Vec<Vec<Leaf>>,
}

impl Traced {
    fn new(charts: &Charts, unit: &ChartUnit, sources: &SourceMap, target: &Target) -> Option<Self> {
        let rendered = charts.all[unit.chart].render(&unit.files, &unit.release, sources, target, true);
        let same = |(one, other): (&seatrial_helm::RenderedFile, &seatrial_helm::RenderedFile)| {
            one.path == other.path && one.text == other.text
        };
        // What is not the same text says nothing of it.
        let is_same = rendered.files.len() == unit.rendered.files.len()
            && rendered.files.iter().zip(&unit.rendered.files).all(same);
        if !is_same {
            return None;
        }
        let files = rendered.files.iter();
        let leaves = files.map(|it| leaves(&rendered.trace, &it.text, &it.pieces, sources)).collect();
        Some(Self { rendered, leaves })
    }
}

impl Charts {
    /// The stretches of a made text; none where they are not known.
    pub(crate) fn leaves(&self, file: FileId, context: Context<'_>) -> Option<&[Leaf]> {
        let &(at, text) = self.by_text.get(&file)?;
        let traced = self.traced(at, context)?;
        Some(&traced.leaves[text])
    }

    fn traced(&self, at: usize, context: Context<'_>) -> Option<&Traced> {
        let unit = &self.units[at];
        let traced = unit.traced.get_or_init(|| Traced::new(self, unit, context.sources, context.target));
        traced.as_ref()
    }

    /// The action that printed what stands at a place of a made text, or last
    /// before it.
    pub(super) fn action_before<'a>(&'a self, span: Span, context: Context<'a>) -> Option<Span> {
        self.guide(span.file, context)?.action_before(span.end.max(span.start + 1))
    }

    /// The one action that prints a stretch of a made text.
    pub(super) fn action_of<'a>(&'a self, span: Span, context: Context<'a>) -> Option<Span> {
        self.guide(span.file, context)?.action_of(&(span.start..span.end))
    }

    /// What is known of a made text.
    fn guide<'a>(&'a self, file: FileId, context: Context<'a>) -> Option<Guide<'a>> {
        let &(at, text) = self.by_text.get(&file)?;
        let unit = &self.units[at];
        let traced = self.traced(at, context)?;
        Some(Guide {
            sources: context.sources,
            streams: context.streams,
            trace: &traced.rendered.trace,
            leaves: &traced.leaves[text],
            text: &traced.rendered.files[text].text,
            template: unit.template(text, &self.all[unit.chart]),
        })
    }

    /// Where to edit to change a stretch of a made text; none where that is not
    /// known.
    pub(crate) fn origin<'a>(
        &'a self,
        file: FileId,
        range: Range<u32>,
        asked: Asked,
        container: Option<Range<u32>>,
        context: Context<'a>,
    ) -> Option<Origin> {
        let &(at, text) = self.by_text.get(&file)?;
        let unit = &self.units[at];
        let template = unit.template(text, &self.all[unit.chart]);
        let Some(guide) = self.guide(file, context) else {
            let whole = Origin::written(Span::new(template, 0, 0));
            return Some(self.all[unit.chart].away.brought_home(whole));
        };
        let whole = container.and_then(|range| guide.container(range));
        let found = whole.unwrap_or_else(|| guide.origin(range, asked));
        Some(self.all[unit.chart].away.brought_home(found))
    }
}

/// What is needed to answer.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) target: &'a Target,
    pub(crate) streams: &'a (dyn Fn(FileId) -> Option<&'a Stream> + 'a),
}

#[cfg(test)]
mod tests;
