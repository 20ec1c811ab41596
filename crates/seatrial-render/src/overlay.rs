//! One kustomization as `kustomize build` prints it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use seatrial_helm::HelmVersion;
use seatrial_kustomize::{Additions, Build, Loader, Options, build, build_with_charts};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};

use crate::kustomizations::problems::proven;
use crate::kustomizations::{HelmCharts, Inflations};
use crate::template::Refusal;

/// A kustomization and how to print it.
pub struct Overlay<'a> {
    /// The tree.
    pub files: &'a dyn Files,
    /// The kustomization's directory.
    pub directory: TreePath,
    /// Whether files outside its directory may be read.
    pub is_unrestricted: bool,
    /// How it is built.
    pub options: Options,
    /// Whether [`Overlaid::origins`] are asked for.
    pub is_traced: bool,
    /// The Helm that renders its charts (`--enable-helm`); none refuses them.
    pub helm: Option<HelmVersion>,
}

/// What is printed, and what speaks against it.
#[derive(Debug)]
pub struct Overlaid {
    /// The text, also where Kustomize would print nothing.
    pub text: String,
    /// By line of the text: the places that set it, the last one first; lines of charts
    /// lead to their templates and values. Empty unless asked for.
    pub origins: Vec<Vec<Span>>,
    /// What Kustomize would refuse.
    pub refusals: Vec<Refusal>,
    /// What it passes over silently, or only warns of.
    pub warnings: Vec<Refusal>,
}

impl Overlay<'_> {
    /// Builds it. The texts that were read become sources.
    pub fn run(&self, sources: &mut SourceMap) -> Overlaid {
        let mut known: HashMap<TreePath, FileId> = HashMap::new();
        let mut register = |path: &TreePath, text: &Arc<str>| {
            *known.entry(path.clone()).or_insert_with(|| sources.add(path.clone(), Arc::clone(text)))
        };
        let mut loader = Loader::new(self.files, &mut register).unrestricted(self.is_unrestricted);
        let built = match self.helm {
            None => build(&self.directory, &mut loader, &self.options),
            Some(helm) => {
                let mut charts = HelmCharts { files: self.files, helm };
                let nothing = Additions::default();
                build_with_charts(&self.directory, &mut loader, &self.options, &nothing, &mut charts)
            }
        };
        let whole = |path: &TreePath| sources.find(path).map(|file| Span::new(file, 0, 0));
        let said = |is_fatal: bool| {
            let problems = proven(&built).filter(move |it| it.is_fatal == is_fatal);
            problems
                .map(|it| Refusal { message: it.message.clone(), at: it.span.or_else(|| whole(&it.path)) })
        };
        let (refusals, warnings) = (said(true).collect(), said(false).collect());
        if !self.is_traced {
            return Overlaid { text: built.text(), origins: Vec::new(), refusals, warnings };
        }
        let (text, mut origins) = lines(&built);
        if let Some(helm) = self.helm {
            let inflations = Inflations::of(std::iter::once(&built), helm, self.files, sources);
            for places in &mut origins {
                by_charts(places, &inflations, &built, sources);
            }
        }
        Overlaid { text, origins, refusals, warnings }
    }
}

/// Puts what people wrote for each place of what a chart made.
fn by_charts(places: &mut Vec<Span>, inflations: &Inflations, built: &Build, sources: &SourceMap) {
    let mut found: Vec<Span> = Vec::with_capacity(places.len());
    let mut waiting: VecDeque<Span> = places.drain(..).collect();
    let streams = |file| inflations.streams().find(|it| it.file() == file).map(AsRef::as_ref);
    while let Some(place) = waiting.pop_front() {
        if !inflations.has_made(place.file) {
            if !found.contains(&place) {
                found.push(place);
            }
            continue;
        }
        let Some(origin) = inflations.of_text(place, &|_| Some(built), sources, &streams) else { continue };
        let steps = origin.via.into_iter().map(|it| it.span);
        let mut new: Vec<Span> = std::iter::once(origin.edit).chain(steps).collect();
        new.retain(|it| *it != place);
        new.into_iter().rev().for_each(|it| waiting.push_front(it));
    }
    *places = found;
}

/// The text, and the places that set each of its lines.
pub(crate) fn lines(built: &Build) -> (String, Vec<Vec<Span>>) {
    let (text, marks) = built.marked_text();
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut origins: Vec<Vec<Span>> = vec![Vec::new(); starts.len()];
    for (start, end, origin) in marks {
        let written = &text[start..end];
        let first = start + (written.len() - written.trim_start().len());
        let line = |at: usize| starts.partition_point(|&it| it <= at).saturating_sub(1);
        let (from, to) = (line(first), line(end.saturating_sub(1).max(first)));
        for places in &mut origins[from..=to.max(from)] {
            for step in built.origins.way(origin) {
                if !places.contains(&step.span) {
                    places.push(step.span);
                }
            }
        }
    }
    (text, origins)
}
