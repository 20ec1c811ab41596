//! One chart as `helm template` prints it.

use std::sync::Arc;

use seatrial_helm::{
    Alone, Asked, ErrorKind, HelmVersion, Loaded, Loader, Options, Output, Rendered, Show, ValuesInput,
    render_alone, template::on_deep_stack,
};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};

use crate::charts::leaves::{Leaf, Writer, leaves, parts_of, touching};

/// A chart and how to print it.
pub struct Template<'a> {
    /// The tree.
    pub files: &'a dyn Files,
    /// The chart's directory or archive.
    pub chart: TreePath,
    /// Values over the chart's own.
    pub values: &'a ValuesInput,
    /// How it is rendered.
    pub options: &'a Options,
    /// What of it is shown.
    pub show: &'a Show,
}

/// Something that Helm would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Helm's words.
    pub message: String,
    /// Where it is, as far as that is known.
    pub at: Option<Span>,
}

/// What is printed, and what speaks against it.
#[derive(Debug)]
pub struct Templated {
    /// What was rendered, also where Helm would print nothing.
    pub rendered: Rendered,
    /// What of it is shown.
    show: Show,
    /// What Helm would refuse, its own error first.
    pub refusals: Vec<Refusal>,
}

impl Template<'_> {
    /// Renders it. The texts that were read become sources.
    pub fn run(&self, sources: &mut SourceMap) -> Templated {
        on_deep_stack(|| self.made(sources))
    }

    fn made(&self, sources: &mut SourceMap) -> Templated {
        // Half of what lies in large charts is printed only where it is asked for.
        let unread = (!self.show.include_crds).then(Asked::default);
        let (mut loaded, mut rendered) = self.rendered(unread.clone(), sources);
        if unread.is_some_and(|it| it.is_any()) {
            (loaded, rendered) = self.rendered(None, sources);
        }
        let refusals = refusals(&loaded, &rendered, sources);
        Templated::new(rendered, self.show, refusals)
    }

    fn rendered(&self, unread: Option<Asked>, sources: &mut SourceMap) -> (Loaded, Rendered) {
        let alone = Alone::new(self.options.helm, unread);
        let loaded = self.load(&alone, sources);
        let render = |chart| render_alone(chart, self.values, self.options, &alone);
        let rendered = loaded.chart.as_ref().map_or_else(Rendered::default, render);
        (loaded, rendered)
    }

    fn load(&self, alone: &Alone, sources: &mut SourceMap) -> Loaded {
        let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
        let helm: HelmVersion = self.options.helm;
        let mut loader = Loader { files: self.files, register: &mut register, helm, alone: Some(alone) };
        let is_directory =
            matches!(self.files.kind(&self.chart), Some(seatrial_source::EntryKind::Directory));
        if is_directory { loader.directory(&self.chart) } else { loader.archive(&self.chart) }
    }
}

/// In the order in which Helm meets them: what is given, the chart, the rest.
fn refusals(loaded: &Loaded, rendered: &Rendered, sources: &SourceMap) -> Vec<Refusal> {
    let is_given = |kind| matches!(kind, ErrorKind::Values | ErrorKind::KubeVersion);
    let errors = |wanted: bool| {
        let errors = rendered.errors.iter().filter(move |it| is_given(it.kind) == wanted);
        errors.map(|it| Refusal { message: it.printed(), at: it.places.first().copied() })
    };
    let whole = |path: &TreePath| sources.find(path).map(|file: FileId| Span::new(file, 0, 0));
    let problems = loaded.problems.iter().filter(|it| it.is_fatal);
    let problems =
        problems.map(|it| Refusal { message: it.message.clone(), at: it.span.or_else(|| whole(&it.path)) });
    errors(true).chain(problems).chain(errors(false)).collect()
}

impl Templated {
    /// What came of a render, and what spoke against it before.
    pub(crate) fn new(rendered: Rendered, show: &Show, mut refusals: Vec<Refusal>) -> Self {
        if !show.show_only.is_empty()
            && let Err(message) = rendered.output(show)
        {
            refusals.push(Refusal { message, at: None });
        }
        Self { rendered, show: show.clone(), refusals }
    }

    /// The text; none where a template to show is not there.
    pub fn output(&self) -> Option<Output> {
        self.rendered.output(&self.show).ok()
    }

    /// The same as the stretches that it is made of, where no copy is needed.
    pub fn stretches(&self) -> Option<Vec<&str>> {
        self.rendered.stretches(&self.show)
    }

    /// By line of [`Templated::output`]: the places that it comes from, values
    /// first. Only what was rendered with tracing on has any.
    pub fn origins(&self, output: &Output, sources: &SourceMap) -> Vec<Vec<Span>> {
        let mut lines = Vec::new();
        self.tell_origins(output, sources, &mut |spans| lines.push(spans.to_vec()));
        lines
    }

    /// Hands over the same line by line.
    pub fn tell_origins(&self, output: &Output, sources: &SourceMap, told: &mut dyn FnMut(&[Span])) {
        self.lines(output, sources, &places, told);
    }

    /// By line with every place that has a part in it: the conditions and lists that
    /// decide whether it is there, too.
    pub fn chains(&self, output: &Output, sources: &SourceMap) -> Vec<Vec<Span>> {
        let chain = |leaves: &[Leaf], start: u32, chain: &mut Vec<Span>| {
            places(leaves, start, chain);
            let mut parts: Vec<Span> =
                leaves.iter().flat_map(|it| parts_of(&self.rendered.trace, it)).collect();
            parts.sort();
            parts.dedup();
            parts.retain(|it| !chain.contains(it));
            chain.extend(parts);
        };
        let mut lines = Vec::new();
        self.lines(output, sources, &chain, &mut |spans| lines.push(spans.to_vec()));
        lines
    }

    fn lines(
        &self,
        output: &Output,
        sources: &SourceMap,
        places: &Finder<'_>,
        told: &mut dyn FnMut(&[Span]),
    ) {
        let files = self.rendered.files.iter();
        let all: Vec<_> =
            files.map(|it| leaves(&self.rendered.trace, &it.text, &it.pieces, sources)).collect();
        let (mut start, mut part) = (0, 0);
        let mut spans = Vec::new();
        for line in output.text.split_inclusive('\n') {
            let end = start + line.trim_end_matches('\n').len();
            while output.parts.get(part).is_some_and(|it| it.range.end <= start) {
                part += 1;
            }
            spans.clear();
            if let Some(it) = output.parts.get(part).filter(|it| it.range.start < end) {
                let shift = |at: usize| (at.max(it.range.start) - it.range.start + it.start) as u32;
                let leaves = touching(&all[it.file], shift(start), shift(end.min(it.range.end)));
                places(leaves, shift(start), &mut spans);
            }
            told(&spans);
            start += line.len();
        }
    }
}

/// Adds the places of stretches, the first of which begins somewhere.
type Finder<'a> = dyn Fn(&[Leaf], u32, &mut Vec<Span>) + 'a;

/// Where stretches were written, each place once: values before templates.
fn places(leaves: &[Leaf], start: u32, found: &mut Vec<Span>) {
    for leaf in leaves {
        let spans = match &leaf.writer {
            Writer::Value(span) => std::slice::from_ref(span),
            Writer::Derived(spans) => spans,
            Writer::Literal(_) | Writer::Constant(_) | Writer::Unknown => &[],
        };
        for span in spans {
            if !found.contains(span) {
                found.push(*span);
            }
        }
    }
    let values = found.len();
    for leaf in leaves {
        let span = match leaf.writer {
            Writer::Literal(span) => {
                let from = span.start + start.saturating_sub(leaf.start);
                Span::new(span.file, from, span.end)
            }
            Writer::Constant(span) => span,
            Writer::Value(_) | Writer::Derived(_) | Writer::Unknown => continue,
        };
        if !found[values..].contains(&span) {
            found.push(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_source::MemoryFiles;

    use super::*;

    fn printed(template: &str, show: &Show) -> String {
        let files = MemoryFiles::from_iter([
            ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ("c/crds/kind.yaml", "kind: CustomResourceDefinition\n"),
            ("c/README.md", "read me\n"),
            ("c/templates/t.yaml", template),
        ]);
        let template = Template {
            files: &files,
            chart: TreePath::new("c"),
            values: &ValuesInput::default(),
            options: &Options::default(),
            show,
        };
        template.run(&mut SourceMap::new()).output().expect("there is a text").text
    }

    #[test]
    fn files_that_are_rarely_asked_for_are_read_when_they_are() {
        for (asked, told) in [
            (r#"{{ .Files.Get "crds/kind.yaml" | trim }}"#, "kind: CustomResourceDefinition"),
            (r#"readme: {{ .Files.Get "README.md" | trim }}"#, "readme: read me"),
            (r#"bytes: {{ .Files.GetBytes "README.md" | len }}"#, "bytes: 8"),
            (r#"lines: {{ .Files.Lines "README.md" | first }}"#, "lines: read me"),
            (r#"all: {{ (.Files.Glob "*.md").AsSecrets }}"#, "all: README.md: cmVhZCBtZQo="),
            (
                "every: {{ range $name, $_ := .Files }}{{ $name }} {{ end }}",
                "every: README.md crds/kind.yaml",
            ),
        ] {
            let text = printed(asked, &Show::default());
            assert!(text.contains(told), "{asked}: {text}");
        }
    }

    #[test]
    fn definitions_are_read_to_be_printed() {
        let show = Show { include_crds: true, ..Show::default() };
        assert!(printed("a: b\n", &show).contains("# Source: c/crds/kind.yaml\nkind: Custom"));
        assert!(!printed("a: b\n", &Show::default()).contains("Custom"));
    }
}
