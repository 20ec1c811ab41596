//! The documents of charts that only a switch brings out: a repository of their own,
//! since nobody deploys them. They are judged beside what their chart makes anyway, and
//! told where they stand in its templates.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Location, Notice, ObjectId, Origin, UnitId};
use seatrial_helm::{Chart, Rendered, RenderedFile, Switch};
use seatrial_model::{Bundle, Coverage, Object, RenderFacts, Repository, Target, Unit, UnitRole};
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::{Dialect, Limits};

use super::guide::{Asked, Guide};
use super::leaves::{Leaf, Writer, leaves};
use super::made::{Made, objects, separated};
use super::{Charts, Context, problems};
use crate::documents::classify;
use crate::units::{Built, DraftObject};
use crate::{origin, secrets};

/// What one chart has behind its switches.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Its place among the charts.
    pub(crate) chart: usize,
    /// The texts, traced.
    pub(crate) rendered: Rendered,
    /// What is turned for each of them.
    pub(crate) switches: Vec<Vec<Switch>>,
}

/// One text of a part.
#[derive(Debug)]
struct Text {
    /// The chart, by its place among those with parts.
    parts: usize,
    /// Its place among their texts.
    at: usize,
    leaves: OnceLock<Vec<Leaf>>,
}

/// What a unit of the parts stands for.
#[derive(Debug)]
struct Of {
    /// The unit of the tree.
    unit: UnitId,
    /// How many objects that has.
    known: usize,
    /// The parts that are judged in another unit, where their switches are turned: others
    /// refer to them here.
    elsewhere: FxHashSet<ObjectId>,
    /// The name of the release.
    release: String,
    /// Kinds and names, with actions in them, that templates of the chart write and that
    /// did not come of them.
    unmade: Vec<(String, String)>,
}

/// What the charts of a tree have behind switches, and what it stands beside.
#[derive(Debug)]
pub struct Optional {
    /// A unit for each chart with parts: what it makes anyway, then the parts.
    pub repository: Repository,
    of: Vec<Of>,
    parts: Vec<Parts>,
    /// By file, counted down from the last that there may be: none is in a source map.
    texts: Vec<Text>,
    /// What is wrong with the form of texts of which nothing comes as it is, with their units.
    faults: Vec<(UnitId, Notice)>,
}

impl Optional {
    /// Nothing at all.
    pub(crate) fn none(target: &Target) -> Self {
        let repository = Repository {
            target: target.clone(),
            units: Vec::new(),
            bundles: Vec::new(),
            facts: RenderFacts::default(),
            coverage: Coverage::default(),
            external: Vec::new(),
            origins: None,
        };
        Self { repository, of: Vec::new(), parts: Vec::new(), texts: Vec::new(), faults: Vec::new() }
    }

    /// Reads the objects of the parts, and puts them to what their charts make.
    pub(crate) fn new(
        all: Vec<Parts>,
        charts: &Charts,
        built: &Built,
        target: &Target,
        limits: &Limits,
    ) -> Self {
        let mut found = Self::none(target);
        let templates = all.iter().flat_map(|it| &it.rendered.files).filter_map(|it| it.template).collect();
        let told = Counts::of(&templates, charts, built);
        for parts in all {
            found.add(parts, charts, built, &told, limits);
        }
        found
    }

    fn add(&mut self, parts: Parts, charts: &Charts, built: &Built, told: &Counts, limits: &Limits) {
        let Some(unit) = charts.plain_unit(parts.chart) else { return };
        let known = built.bundles[unit.0 as usize].objects();
        let texts = self.texts.len();
        let files = parts.rendered.files.iter().enumerate();
        let made: Vec<Made> = files.map(|(at, file)| self.read(at, file, limits)).collect();
        let own = UnitId(self.of.len() as u32);
        let mut all: Vec<Object> = known.iter().map(|it| it.in_unit(own)).collect();
        let mut names: FxHashSet<[String; 3]> = all.iter().map(name_of).collect();
        let is_elsewhere = |draft: &DraftObject| {
            let file = draft.source.stream.file();
            let template = parts.rendered.files[self.texts[place_of(file)].at].template;
            template.is_some_and(|it| told.has_elsewhere(it, draft.identity.kind(), unit))
        };
        let drafts = objects(&parts.rendered, &made).into_iter().filter(|it| it.accepted);
        let (others, judged): (Vec<_>, Vec<_>) = drafts.partition(is_elsewhere);
        let mut add = |drafts: Vec<DraftObject>| {
            for draft in drafts {
                let object = draft.build(own, ObjectId(all.len() as u32));
                if names.insert(name_of(&object)) {
                    all.push(object);
                }
            }
            all.len()
        };
        let judged = add(judged);
        let elsewhere = (judged..add(others)).map(|it| ObjectId(it as u32)).collect();
        let faults: Vec<(UnitId, Notice)> = made
            .iter()
            .filter(|it| !told.has_any(it.template))
            .flat_map(|it| problems::of_text(&it.stream).into_iter().map(|it| (unit, it)))
            .collect();
        if judged == known.len() && faults.is_empty() {
            self.texts.truncate(texts);
            return;
        }
        self.faults.extend(faults);
        let like = &built.units[unit.0 as usize];
        self.repository.units.push(Unit { id: own, role: UnitRole::Deployed, ..like.clone() });
        let chart = &charts.all[parts.chart];
        let of_part =
            |object: &Object| parts.rendered.files[self.texts.get(place_of(object.span().file))?.at].template;
        let unmade = chart.chart.as_ref().map_or_else(Vec::new, |it| unmade(it, charts, &all, of_part));
        self.of.push(Of { unit, known: known.len(), elsewhere, release: chart.release(), unmade });
        self.repository.bundles.push(Bundle::new(all));
        self.parts.push(parts);
    }

    /// Parses a text of the parts that are added next, with its place among them.
    fn read(&mut self, at: usize, file: &RenderedFile, limits: &Limits) -> Made {
        let id = FileId(u32::MAX - self.texts.len() as u32);
        let parts = self.parts.len();
        self.texts.push(Text { parts, at, leaves: OnceLock::new() });
        let stream = Arc::new(seatrial_yaml::parse(id, separated(&file.text), Dialect::GoYaml2, limits));
        let documents = Arc::new(classify(&stream, true, false));
        Made { stream, documents, template: file.template.unwrap_or(id) }
    }

    /// The unit of the tree that one here stands for.
    pub fn unit(&self, unit: UnitId) -> UnitId {
        self.of[unit.0 as usize].unit
    }

    /// Whether a name has that of the release in it.
    pub fn is_of_release(&self, unit: UnitId, name: &str) -> bool {
        name.contains(&self.of[unit.0 as usize].release)
    }

    /// Whether the chart may make an object of one of these kinds and this name, with other
    /// values than any that were tried.
    pub fn may_make(&self, unit: UnitId, kinds: &[&str], name: &str) -> bool {
        let unmade = &self.of[unit.0 as usize].unmade;
        unmade.iter().any(|(kind, written)| {
            (kind.contains("{{") || kinds.contains(&kind.as_str())) && may_become(written, name)
        })
    }

    /// The template that an object of a part comes from.
    pub fn template(&self, unit: UnitId, object: ObjectId) -> Option<FileId> {
        let file = self.repository.bundle(unit).object(object).span().file;
        let text = self.texts.get(place_of(file))?;
        self.parts[text.parts].rendered.files[text.at].template
    }

    /// The switches that bring an object out; none for what its chart makes anyway, and what
    /// is judged elsewhere.
    pub fn switches(&self, unit: UnitId, object: ObjectId) -> Option<&[Switch]> {
        let of = &self.of[unit.0 as usize];
        let is_part = object.0 as usize >= of.known && !of.elsewhere.contains(&object);
        let file = self.repository.bundle(unit).object(object).span().file;
        let text = self.texts.get(place_of(file)).filter(|_| is_part)?;
        Some(&self.parts[text.parts].switches[text.at])
    }

    /// What is wrong with the form of the texts, with the units of the tree and the
    /// switches that bring them out.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (UnitId, &[Switch], &Notice)> {
        self.faults.iter().filter_map(|(unit, notice)| {
            let Location::Text { span } = notice.at else { return None };
            let text = self.texts.get(place_of(span.file))?;
            Some((*unit, self.parts[text.parts].switches[text.at].as_slice(), notice))
        })
    }

    /// Where to edit a field of a part, or a stretch of its text.
    pub(crate) fn origin<'a>(&'a self, location: &Location, context: Context<'a>) -> Option<Origin> {
        let (span, asked) = match location {
            Location::Field { unit, object, path, part } => {
                let root = self.repository.bundle(*unit).object(*object).root();
                (origin::of_field(root, path, part.as_ref()), origin::asked(root, path, part.as_ref()))
            }
            Location::Text { span } => (*span, origin::Question { key: Asked::Scalar, container: None }),
        };
        let text = self.texts.get(place_of(span.file))?;
        let rendered = &self.parts[text.parts].rendered;
        let file = &rendered.files[text.at];
        let guide = Guide {
            sources: context.sources,
            streams: context.streams,
            trace: &rendered.trace,
            leaves: self.leaves(text, context.sources),
            text: &file.text,
            template: file.template?,
        };
        let whole = asked.container.and_then(|it| guide.container(it.start..it.end));
        Some(whole.unwrap_or_else(|| guide.origin(span.start..span.end, asked.key)))
    }

    /// Whether a value that is empty was to be a part of a scalar.
    pub(crate) fn lacks_value(&self, location: &Location, sources: &SourceMap) -> bool {
        let Location::Field { unit, object, path, .. } = location else { return false };
        let object = self.repository.bundle(*unit).object(*object);
        let Some(node) = object.at(path).filter(|it| !it.is_mapping() && !it.is_sequence()) else {
            return false;
        };
        let span = node.span();
        let Some(text) = self.texts.get(place_of(span.file)) else { return false };
        // What is empty leaves no bytes: it stood between two stretches of the template.
        let leaves = self.leaves(text, sources);
        let first = leaves.partition_point(|it| it.end < span.start);
        leaves[first..].windows(2).take_while(|it| it[0].end <= span.end).any(|it| {
            let [Leaf { writer: Writer::Literal(one), .. }, Leaf { writer: Writer::Literal(next), .. }] = it
            else {
                return false;
            };
            let between = (one.file == next.file && one.end <= next.start)
                .then(|| sources.text(Span::new(one.file, one.end, next.start)));
            between.is_some_and(prints)
        })
    }

    /// The values of secrets in the parts.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut told = FxHashSet::default();
        let mut found = BTreeSet::new();
        for object in self.repository.objects() {
            let stream = &object.source().stream;
            let is_part = self.texts.get(place_of(stream.file())).is_some();
            if is_part && told.insert(stream.file()) {
                let spans = secrets::of_file(stream.file(), stream.text(), Some(stream));
                found.extend(spans.into_iter().map(|it| stream.slice(it).to_owned()));
            }
        }
        found.into_iter().collect()
    }

    fn leaves<'a>(&self, text: &'a Text, sources: &SourceMap) -> &'a [Leaf] {
        let rendered = &self.parts[text.parts].rendered;
        let file = &rendered.files[text.at];
        text.leaves.get_or_init(|| leaves(&rendered.trace, &file.text, &file.pieces, sources))
    }
}

/// The kinds and names of which templates of a chart write more objects than came of them.
fn unmade(
    chart: &Chart,
    charts: &Charts,
    all: &[Object],
    from: impl Fn(&Object) -> Option<FileId>,
) -> Vec<(String, String)> {
    let mut made: FxHashMap<(FileId, &str), usize> = FxHashMap::default();
    for object in all {
        let of_chart = || {
            let &(at, text) = charts.by_text.get(&object.span().file)?;
            Some(charts.units[at].template(text, &charts.all[charts.units[at].chart]))
        };
        if let Some(template) = from(object).or_else(of_chart) {
            *made.entry((template, object.kind())).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    let mut open = vec![chart];
    while let Some(chart) = open.pop() {
        open.extend(&chart.dependencies);
        for template in &chart.templates {
            let Some(file) = template.content.file() else { continue };
            let mut left: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (kind, name) in written(&template.content.text()) {
                left.entry(kind).or_default().push(name);
            }
            left.retain(|kind, names| made.get(&(file, kind.as_str())).is_none_or(|it| *it < names.len()));
            found.extend(
                left.into_iter()
                    .flat_map(|(kind, names)| names.into_iter().map(move |it| (kind.clone(), it))),
            );
        }
    }
    found
}

/// The kinds and names of the objects that a template writes: what is a reference has no
/// metadata.
fn written(text: &str) -> Vec<(String, String)> {
    const NEAR: usize = 3;
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut kind, mut since) = (None, 0);
    let mut is_in_metadata = false;
    for line in text.lines().map(str::trim) {
        since += 1;
        if let Some(it) = line.strip_prefix("kind:") {
            (kind, since, is_in_metadata) = (Some(word(it)), 0, false);
        } else if line.starts_with("metadata:") && since <= NEAR {
            found.extend(kind.take().map(|it| (it, String::new())));
            is_in_metadata = true;
        } else if let Some(name) = line.strip_prefix("name:").filter(|_| is_in_metadata) {
            if let Some(last) = found.last_mut() {
                last.1 = word(name);
            }
            is_in_metadata = false;
        }
    }
    found
}

/// A value of a line as it is written.
fn word(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// Whether a text with actions in it may come to be another one; of an empty text nothing
/// is known.
fn may_become(written: &str, name: &str) -> bool {
    match (written.find("{{"), written.rfind("}}")) {
        (Some(start), Some(end)) => {
            name.starts_with(&written[..start]) && name.ends_with(&written[end + 2..])
        }
        _ => written.is_empty() || written == name,
    }
}

/// Whether one of the actions of a template prints something, were its value not empty.
fn prints(text: &str) -> bool {
    const CONTROLS: &[&str] = &["if", "else", "end", "with", "range", "define", "block", "break", "continue"];
    let actions = text.split("{{").skip(1).map(|it| it.trim_start_matches('-').trim_start());
    let is_control = |it: &str| {
        let word = it.split(|it: char| !it.is_ascii_alphabetic()).next().unwrap_or_default();
        CONTROLS.contains(&word) || it.starts_with("/*") || it.contains('=')
    };
    actions.into_iter().any(|it| !is_control(it))
}

/// The place of a text among those of all parts.
fn place_of(file: FileId) -> usize {
    (u32::MAX - file.0) as usize
}

fn name_of(object: &Object) -> [String; 3] {
    [object.kind(), object.namespace().unwrap_or_default(), object.name()].map(str::to_owned)
}

/// How many objects of a kind each unit has from a template.
#[derive(Debug, Default)]
struct Counts {
    units: FxHashMap<(FileId, String), FxHashMap<UnitId, usize>>,
    /// The templates that any has an object from.
    templates: FxHashSet<FileId>,
}

impl Counts {
    /// Those of some templates.
    fn of(templates: &BTreeSet<FileId>, charts: &Charts, built: &Built) -> Self {
        let mut found = Self::default();
        for object in built.bundles.iter().flat_map(Bundle::objects) {
            let Some(&(at, text)) = charts.by_text.get(&object.span().file) else { continue };
            let template = charts.units[at].template(text, &charts.all[charts.units[at].chart]);
            if templates.contains(&template) {
                let units = found.units.entry((template, object.kind().to_owned())).or_default();
                found.templates.insert(template);
                *units.entry(object.unit()).or_default() += 1;
            }
        }
        found
    }

    /// Whether any unit has an object from a template.
    fn has_any(&self, template: FileId) -> bool {
        self.templates.contains(&template)
    }

    /// Whether another unit has more of them than one: what the switch brings out is
    /// judged there.
    fn has_elsewhere(&self, template: FileId, kind: &str, unit: UnitId) -> bool {
        let Some(units) = self.units.get(&(template, kind.to_owned())) else { return false };
        let own = units.get(&unit).copied().unwrap_or_default();
        units.values().any(|it| *it > own)
    }
}
