//! Charts that are rendered over and over, with everything traced.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use seatrial_helm::{HelmVersion, Loader, Options, RenderedFile, ValuesFile, ValuesInput, render};
use seatrial_source::{FileId, MemoryFiles, SourceMap, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, Stream, parse};

use crate::charts::guide::{Asked, Guide};
use crate::charts::leaves::{Leaf, leaves, parts_of};

/// A chart and the values files over its own.
pub(super) struct Specimen {
    pub(super) name: String,
    files: BTreeMap<String, Vec<u8>>,
    layers: Vec<String>,
}

/// A scalar of what a chart renders.
pub(super) struct Field {
    /// Its text, document and path.
    pub(super) name: String,
    /// Where to edit it.
    pub(super) edit: Span,
    /// All that is said to have a part in it.
    chain: Vec<Span>,
    value: String,
    /// What it stands in.
    within: String,
}

/// What one render gives.
pub(super) struct View {
    sources: SourceMap,
    pub(super) fields: Vec<Field>,
}

/// The fields that are not the same in two renders.
pub(super) struct Changed<'a> {
    pub(super) before: Vec<&'a Field>,
    pub(super) after: Vec<&'a Field>,
}

impl Specimen {
    pub(super) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| (format!("{name}/{path}"), text.as_bytes().to_vec());
        Self { name: name.to_owned(), files: files.iter().map(file).collect(), layers: Vec::new() }
    }

    /// A chart whose output was recorded from the real program.
    pub(super) fn recorded(name: &str, layers: &[&str]) -> Self {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/goldens/helm").join(name);
        let mut files = BTreeMap::new();
        read(&place, name, &mut files);
        let layers = layers.iter().map(|it| format!("{name}/{it}")).collect();
        Self { name: name.to_owned(), files, layers }
    }

    /// Renders it, with one stretch written otherwise; none when Helm refuses.
    pub(super) fn view(&self, edit: Option<(Span, &str)>) -> Result<View, String> {
        let mut sources = SourceMap::new();
        let first = self.load(&self.files, &mut sources);
        let Some((span, text)) = edit else { return self.rendered(&first.ok_or("no chart")?, sources) };
        let path = sources.file(span.file).path().as_str().to_owned();
        let mut files = self.files.clone();
        let mut whole =
            String::from_utf8(files.remove(&path).ok_or("no text")?).map_err(|it| it.to_string())?;
        whole.replace_range(span.range(), text);
        files.insert(path, whole.into_bytes());
        let mut sources = SourceMap::new();
        let chart = self.load(&files, &mut sources).ok_or("the chart does not load")?;
        self.rendered(&chart, sources)
    }

    fn load(
        &self,
        files: &BTreeMap<String, Vec<u8>>,
        sources: &mut SourceMap,
    ) -> Option<seatrial_helm::Chart> {
        for path in &self.layers {
            let text = String::from_utf8(files[path].clone()).ok()?;
            sources.add(TreePath::new(path), text.into());
        }
        let files: MemoryFiles = files.iter().map(|(path, bytes)| (path, bytes.clone())).collect();
        let mut register = |path: &TreePath, text: &Arc<str>| {
            sources.find(path).unwrap_or_else(|| sources.add(path.clone(), Arc::clone(text)))
        };
        let loaded =
            Loader { files: &files, register: &mut register, helm: HelmVersion::default(), alone: None }
                .directory(&TreePath::new(&self.name));
        loaded.chart.filter(|_| loaded.problems.iter().all(|it| !it.is_fatal))
    }

    fn rendered(&self, chart: &seatrial_helm::Chart, sources: SourceMap) -> Result<View, String> {
        let layer = |path: &String| {
            let file = sources.find(&TreePath::new(path))?;
            Some(ValuesFile { name: path.clone(), file, text: sources.file(file).text().clone() })
        };
        let files = self.layers.iter().map(layer).collect::<Option<_>>().ok_or("a layer is not there")?;
        let input = ValuesInput { files, ..ValuesInput::default() };
        let options = Options { name: "sea".to_owned(), trace: true, ..Options::default() };
        let rendered = render(chart, &input, &options);
        if let Some(error) = rendered.errors.first() {
            return Err(error.printed());
        }
        let parsed: BTreeMap<FileId, Stream> = sources
            .ids()
            .map(|file| {
                let text = Arc::clone(sources.file(file).text());
                (file, parse(file, text, Dialect::GoYaml2, &Limits::default()))
            })
            .collect();
        let streams = |file: FileId| parsed.get(&file);
        let made: Vec<&RenderedFile> = rendered.files.iter().filter(|it| !it.is_crd).collect();
        let all: Vec<_> =
            made.iter().map(|it| leaves(&rendered.trace, &it.text, &it.pieces, &sources)).collect();
        let mut fields = Vec::new();
        let mut turns: BTreeMap<FileId, usize> = BTreeMap::new();
        for (it, leaves) in made.into_iter().zip(&all) {
            let turn = turns.entry(it.template.unwrap_or(FileId(0))).or_default();
            *turn += 1;
            let guide = Guide {
                sources: &sources,
                streams: &streams,
                trace: &rendered.trace,
                leaves,
                text: &it.text,
                template: it.template.ok_or("no template")?,
            };
            collect(it, *turn, &guide, &mut fields)
                .ok_or_else(|| format!("{} does not parse:\n{}", it.path, it.text))?;
        }
        Ok(View { sources, fields })
    }
}

fn read(place: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(place).expect("the chart is there") {
        let entry = entry.expect("the entry can be read");
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("it has a type").is_dir() {
            read(&entry.path(), &name, files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("the file can be read"));
        }
    }
}

/// The fields of a text; none when it does not parse.
fn collect(file: &RenderedFile, turn: usize, guide: &Guide<'_>, fields: &mut Vec<Field>) -> Option<()> {
    let stream = parse(FileId(0), file.text.clone(), Dialect::GoYaml2, &Limits::default());
    if !stream.is_accepted() && file.path.ends_with("yaml") {
        return None;
    }
    for (at, root) in stream.roots().enumerate() {
        // A chart that is called otherwise makes the same fields.
        let path = guide.sources.file(guide.template).path();
        let within = format!("{path}@{turn}#{at}");
        below(root, &within, &[], guide, fields);
    }
    Some(())
}

fn below(node: Node<'_>, name: &str, keys: &[Span], guide: &Guide<'_>, fields: &mut Vec<Field>) {
    if node.is_mapping() {
        for entry in node.written_entries() {
            let span = entry.key.span();
            let mut keys = keys.to_vec();
            keys.extend(chain(guide, span, Asked::Key).1);
            below(entry.value, &format!("{name}.{}", entry.name()), &keys, guide, fields);
        }
        return;
    }
    if node.is_sequence() {
        for (at, item) in node.items().enumerate() {
            below(item, &format!("{name}[{at}]"), keys, guide, fields);
        }
        return;
    }
    // Nothing is written that could be edited.
    if node.span().is_empty() {
        return;
    }
    let (edit, own) = chain(guide, node.span(), Asked::Scalar);
    let within = name.rsplit_once(['.', '[']).map_or(name, |it| it.0).to_owned();
    fields.push(Field {
        name: name.to_owned(),
        edit,
        chain: keys.iter().copied().chain(own).collect(),
        value: node.scalar_text().unwrap_or_default().into_owned(),
        within,
    });
}

/// Where to edit a stretch, and all that has a part in it.
fn chain(guide: &Guide<'_>, span: Span, asked: Asked) -> (Span, Vec<Span>) {
    let origin = guide.origin(span.start..span.end, asked);
    let first = guide.leaves.partition_point(|it| it.end < span.start);
    let touching = guide.leaves[first..].iter().take_while(|it| it.start <= span.end);
    let is_in = |it: &&Leaf| it.start == it.end || it.end > span.start && it.start < span.end;
    let mut chain: Vec<Span> = touching.filter(is_in).flat_map(|it| parts_of(guide.trace, it)).collect();
    chain.extend(origin.via.iter().map(|it| it.span));
    chain.push(origin.edit);
    (origin.edit, chain)
}

impl Field {
    /// Whether a place is said to have a part in it.
    pub(super) fn names(&self, place: Span) -> bool {
        let touches = |it: &Span| {
            it.file == place.file && (it.start < place.end && place.start < it.end || it.start == place.start)
        };
        self.chain.iter().any(touches)
    }
}

impl View {
    pub(super) fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    /// Whether a place stands for a file itself.
    pub(super) fn is_file_name(&self, span: Span) -> bool {
        span.is_empty() && !self.sources.file(span.file).path().as_str().contains("/templates/")
    }

    /// Whether a chart or a dependency is called what stands at a place.
    pub(super) fn is_chart_name(&self, span: Span) -> bool {
        let file = self.sources.file(span.file);
        let before = &file.text()[..span.start as usize];
        file.path().as_str().ends_with("Chart.yaml") && before.ends_with(": ") && {
            let key = before.trim_end_matches(": ");
            key.ends_with("name") || key.ends_with("alias")
        }
    }

    /// A place as people name it.
    pub(super) fn words(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        let line = self.sources.positions(span).0.line;
        format!("{}:{line} {:?}", file.path(), self.text(span))
    }

    pub(super) fn changed<'a>(before: &'a Self, after: &'a Self) -> Changed<'a> {
        Changed { before: before.unlike(after), after: after.unlike(before) }
    }

    /// The fields that are not the same there. Items that come or go move
    /// others: those are the same where they are in the same order.
    fn unlike<'a>(&'a self, other: &Self) -> Vec<&'a Field> {
        let known: BTreeMap<&str, &str> =
            other.fields.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
        let values: std::collections::BTreeSet<(String, &str)> =
            other.fields.iter().map(|it| (it.place(), it.value.as_str())).collect();
        let is_unlike = |it: &&Field| known.get(it.name.as_str()) != Some(&it.value.as_str());
        let is_moved = |it: &&Field| {
            it.within.contains('[')
                && self.len_of(it) != other.len_of(it)
                && values.contains(&(it.place(), it.value.as_str()))
        };
        self.fields.iter().filter(|it| is_unlike(it) && !is_moved(it)).collect()
    }

    /// How many fields there are beside one in lists.
    fn len_of(&self, field: &Field) -> usize {
        let place = field.place();
        self.fields.iter().filter(|it| it.place() == place).count()
    }
}

impl Field {
    /// Its name without the numbers of items.
    fn place(&self) -> String {
        let mut place = String::new();
        let mut is_index = false;
        for letter in self.name.chars() {
            is_index = (is_index || letter == '[') && letter != ']';
            if !is_index {
                place.push(letter);
            }
        }
        place
    }
}
