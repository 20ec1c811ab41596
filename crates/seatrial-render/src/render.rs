//! Drives one run: walk, read, parse, own, collect.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_app::compose::{self, ComposeFile, is_compose};
use seatrial_diagnostics::{Location, Notice, Severity};
use seatrial_helm::RemoteDependency;
use seatrial_kustomize::Shared;
use seatrial_model::{
    Coverage, Origins, Orphan, RemoteUse, RenderFacts, Repository, SkipCode, UnitKind, UnitRole,
};
use seatrial_source::{FileId, Files, SourceMap, Span, TreePath};
use seatrial_yaml::{Dialect, Document, Node, ProblemKind, Stream};

use crate::Request;
use crate::charts::layers::ValuesFile;
use crate::charts::optional::Optional;
use crate::charts::stated::{Standing, Statement, standing, statements};
use crate::charts::{self, ChartUnit, Charts};
use crate::checks::{DUPLICATE_KEY, INVALID_CHART, INVALID_YAML, PATH_OUTSIDE_TREE};
use crate::classify::foreign;
use crate::classify::places::Places;
use crate::documents::{DocumentKind, Held, Typing, classify};
use crate::gitops::generated::Generated;
use crate::gitops::here::Here;
use crate::gitops::{self, Manifest};
use crate::intake::{Intake, TextFile};
use crate::kustomization::{Kustomization, Part};
use crate::kustomizations::problems::Context;
use crate::kustomizations::{Ask, Kustomizations, Maker, Service, Tree, reached, standings, uneven_patches};
use crate::layout::{FileRole, Layout};
use crate::mentions::{self, Text};
use crate::ownership::Ownership;
use crate::rendering::{Makers, Rendering};
use crate::units::{Built, Draft, DraftObject, Drafts, Made};
use crate::{merges, read, set_aside, syntax, typing, walk};

/// Finds every unit of a tree and reads its objects. It never fails: what
/// cannot be read is a notice or stands in the coverage.
pub fn render(request: Request<'_>) -> Rendering {
    let walk = walk::walk(&request);
    let places = Places::new(&request.root, &request.scope, &walk.directories);
    let mut layout = Layout::new(&walk, &places);
    let mut outcomes = read::read(&request, &walk, &layout.candidates);
    set_aside::leave_out(&mut layout, &mut outcomes);
    let intake = Intake::new(&walk, &mut layout, outcomes);
    let run = Run::new(&request, intake, &walk);
    let is_lone_file = is_lone_file(&request, &walk);
    let walk::Walk { files, links, excluded, .. } = walk;
    let files = files.into_iter().map(|file| file.path).collect();
    let facts = RenderFacts { files, is_lone_file, excluded, ..RenderFacts::default() };
    run.finish(request, &links, &layout, &places, facts)
}

/// Whether nothing says that there is more than one file, or that the files
/// beside the one that was named belong to it.
fn is_lone_file(request: &Request<'_>, walk: &walk::Walk) -> bool {
    let is_scope = || walk.files.iter().any(|file| file.path == request.scope);
    request.revisions.is_none() && (walk.files.len() <= 1 || is_scope())
}

/// A file that was parsed, with what is asked of all of them: who looks for a few must
/// not fetch the nodes of each once more.
struct Parsed {
    text: usize,
    file: FileId,
    stream: Arc<Stream>,
    is_accepted: bool,
    /// Empty for files that hold no manifests by their name.
    documents: Vec<DocumentKind>,
    /// Whether something of Argo CD or Flux stands in it.
    is_gitops: bool,
    /// Its objects, unless a kustomization makes something of them.
    free: Vec<DraftObject>,
    /// What of it is left out.
    skips: Vec<(SkipCode, String)>,
    /// What is wrong with its text.
    notices: Vec<Notice>,
}

impl Parsed {
    fn new(text: usize, file: &TextFile, stream: Arc<Stream>, part: Option<Part>, is_named: bool) -> Self {
        let documents = documents(file, &stream, part == Some(Part::Resource), is_named);
        let is_free = part.is_none_or(|part| part == Part::Wrapped);
        Self {
            text,
            file: stream.file(),
            is_accepted: stream.is_accepted(),
            is_gitops: documents.iter().any(DocumentKind::is_gitops) || stream.roots().any(is_gitops),
            free: if is_free { objects(&stream, &documents) } else { Vec::new() },
            skips: skips(&stream, &documents),
            notices: problems(file, &stream, &documents, part.is_some_and(Part::is_partial)),
            documents,
            stream,
        }
    }

    fn objects(&self) -> Vec<DraftObject> {
        objects(&self.stream, &self.documents)
    }
}

/// What was rendered and built.
struct Rendered {
    charts: Charts,
    kustomizations: Kustomizations,
    /// The texts that charts made, and those that were read on the way.
    streams: Vec<Arc<Stream>>,
    generated: Generated,
}

struct Run {
    intake: Intake,
    kustomizations: Vec<Kustomization>,
    ownership: Ownership,
    /// In the order of their texts.
    parsed: Vec<Parsed>,
}

impl Run {
    fn new(request: &Request<'_>, mut intake: Intake, walk: &walk::Walk) -> Self {
        let links = &walk.links;
        let limits = &request.limits.yaml;
        let is_kustomization = |text: &TextFile| text.role == FileRole::Kustomization;
        let own_files: Vec<(usize, Arc<Stream>)> =
            intake.parse(limits, is_kustomization, |_| Dialect::GoYaml2).collect();
        let mut kustomizations: Vec<Kustomization> = own_files
            .iter()
            .filter(|(_, stream)| is_kustomize(stream))
            .map(|(text, stream)| Kustomization::read(&intake.texts[*text].path, stream))
            .collect();
        read_plugins(&mut kustomizations, &intake, limits, links);
        intake.read_ignored(request, &kustomizations, links);
        let ownership = Ownership::new(&kustomizations, links);
        let others = intake.parse(limits, |text| !is_kustomization(text), |text| dialect(text, &ownership));
        // Each is judged while its nodes are at hand: a pass of its own would wait for
        // memory most of the time.
        let mut parsed: Vec<Parsed> = own_files
            .into_par_iter()
            .chain(others)
            .map(|(text, stream)| {
                let file = &intake.texts[text];
                let part = ownership.of_file(&file.path).map(|(_, part)| part);
                Parsed::new(text, file, stream, part, walk.is_named(request, &file.path))
            })
            .collect();
        parsed.sort_by_key(|it| it.text);
        Self { intake, kustomizations, ownership, parsed }
    }

    fn finish(
        mut self,
        request: Request<'_>,
        links: &walk::Links,
        layout: &Layout,
        places: &Places,
        mut facts: RenderFacts,
    ) -> Rendering {
        self.note_shared_directories();
        let mut drafts = self.collect(layout, places, &mut facts);
        let tree = Tree::new(request.files);
        let shared = self.shared(&request, links);
        let maker = Maker { tree: &tree, links, limits: &request.limits.yaml, shared: &shared };
        let kustomizations =
            self.build_kustomizations(&maker, request.origins.as_ref(), places, &mut drafts, &mut facts);
        let (charts, made) =
            self.render_charts(&request, layout, places, &kustomizations, &mut drafts, &mut facts);
        let mut rendered =
            Rendered { charts, kustomizations, streams: made, generated: Generated::default() };
        self.deliver(&request, &maker, &mut drafts, &mut facts, &mut rendered);
        Self::forget_deployed(&drafts, &mut facts);
        self.build_components(&maker, &mut drafts, &mut rendered.kustomizations);
        let named = self.kustomizations.iter().flat_map(|it| &it.named);
        let listed = named.map(|it| (it.at, it.part)).collect();
        rendered.kustomizations.load_charts(&tree, &mut self.intake.sources);
        facts.paths.extend(rendered.kustomizations.inflations().homes());
        rendered.kustomizations.keep(tree.freeze(), links, listed);
        self.intake.notices.extend(self.parsed.iter_mut().flat_map(|it| std::mem::take(&mut it.notices)));
        self.notice_compose(places);
        self.notice_outside();
        facts.owned = self.ownership.directories().chain(&layout.charts).cloned().collect();
        facts.owned.sort();
        facts.owned.dedup();
        facts.orphans.sort();
        facts.remotes.sort();
        facts.remotes.dedup();
        self.name_texts(&mut facts);
        self.find_listed(&mut facts.orphans);
        facts.built_from = self.built_from();
        facts.kustomizations = self.kustomization_facts();
        facts.provisioners = std::mem::take(&mut self.intake.provisioners);
        self.into_rendering(request, drafts.build(), facts, rendered)
    }

    /// Follows what Argo CD has deployed from here.
    fn deliver(
        &mut self,
        request: &Request<'_>,
        maker: &Maker<'_>,
        drafts: &mut Drafts,
        facts: &mut RenderFacts,
        rendered: &mut Rendered,
    ) {
        if !drafts.iter().any(|it| it.objects.iter().any(gitops::delivers)) {
            return;
        }
        let manifests = self.manifests();
        let files = std::mem::take(&mut facts.files);
        let is_broken = is_broken(&self.parsed);
        gitops::Deliverer {
            request,
            maker,
            here: Here::new(request.origins.as_ref(), &files),
            manifests: &manifests,
            is_broken: &is_broken,
            charts: &mut rendered.charts,
            kustomizations: &mut rendered.kustomizations,
            sources: &mut self.intake.sources,
            drafts,
            facts,
            streams: &mut rendered.streams,
            skipped: &mut self.intake.skipped,
            generated: &mut rendered.generated,
            notices: &mut self.intake.notices,
            flux: None,
            clusters: crate::gitops::argo::Clusters::default(),
            copies: FxHashMap::default(),
            judged_values: FxHashSet::default(),
            names: FxHashMap::default(),
        }
        .deliver();
        facts.files = files;
    }

    /// What stands in files that belong to no kustomization and no chart.
    fn manifests(&self) -> Vec<Manifest> {
        let free = self.parsed.iter().filter(|it| {
            let text = &self.intake.texts[it.text];
            text.role == FileRole::Manifest && self.ownership.of_file(&text.path).is_none()
        });
        let manifest =
            |it: &Parsed| Manifest { path: self.intake.texts[it.text].path.clone(), objects: it.objects() };
        free.map(manifest).filter(|it| !it.objects.is_empty()).collect()
    }

    /// A directory with a listed manifest belongs to the one that lists it, and one
    /// with a patch to the kustomization above it.
    fn note_shared_directories(&mut self) {
        if self.kustomizations.is_empty() {
            return;
        }
        for parsed in &self.parsed {
            let path = &self.intake.texts[parsed.text].path;
            let Some((kustomization, part)) = self.ownership.of_file(path) else { continue };
            let Some(directory) = path.parent() else { continue };
            let is_below = || directory.is_within(&self.kustomizations[kustomization].directory);
            if part == Part::Resource || part == Part::Patch && is_below() {
                self.ownership.shares(directory, kustomization);
            }
        }
        let free = self.parsed.iter().filter(|it| {
            let path = &self.intake.texts[it.text].path;
            it.documents.iter().any(DocumentKind::is_kubernetes) && self.ownership.of_file(path).is_none()
        });
        let directories: BTreeSet<TreePath> =
            free.filter_map(|it| self.intake.texts[it.text].path.parent()).collect();
        self.ownership.adopt(&self.kustomizations, &directories);
    }

    /// What an Application takes as a directory needs no kustomization.
    fn forget_deployed(drafts: &Drafts, facts: &mut RenderFacts) {
        let manifests = drafts.iter().filter(|it| it.kind == UnitKind::Manifests);
        let deployed: FxHashSet<&TreePath> =
            manifests.filter(|it| it.role == UnitRole::Base).map(|it| &it.path).collect();
        facts.orphans.retain(|it| it.path.parent().is_none_or(|parent| !deployed.contains(&parent)));
    }

    fn collect(&mut self, layout: &Layout, places: &Places, facts: &mut RenderFacts) -> Drafts {
        let mut drafts = Drafts::default();
        let mut directory = TreePath::top();
        for at in 0..self.parsed.len() {
            let text = &self.intake.texts[self.parsed[at].text];
            // Most files stand beside the one before them.
            if !text.path.is_directly_in(&directory) {
                directory = text.path.parent().unwrap_or_else(TreePath::top);
            }
            if text.role != FileRole::Chart || layout.charts.binary_search(&directory).is_err() {
                self.add_file(at, &directory, places, &mut drafts, facts);
            }
        }
        drafts
    }

    /// What builds need not do twice: bases, and what was parsed already.
    fn shared(&self, request: &Request<'_>, links: &walk::Links) -> Shared {
        let named = self.kustomizations.iter().flat_map(|it| &it.named);
        let bases = named.filter(|it| it.part == Part::Resource).map(|it| links.resolve(&it.path));
        let is_alike = request.limits.yaml == seatrial_yaml::Limits::default();
        let is_built = !self.kustomizations.is_empty() || self.parsed.iter().any(|it| it.is_gitops);
        let streams = self.parsed.iter().filter(|_| is_alike && is_built).map(|it| Arc::clone(&it.stream));
        Shared::new(bases, streams)
    }

    /// Builds every kustomization. What serves others is judged through those.
    fn build_kustomizations(
        &mut self,
        maker: &Maker<'_>,
        origins: Option<&Origins>,
        places: &Places,
        drafts: &mut Drafts,
        facts: &mut RenderFacts,
    ) -> Kustomizations {
        let standings = standings(&self.kustomizations, maker.links, |it| places.is_example(it));
        let mut asks: Vec<(Ask, UnitRole)> = Vec::new();
        // Flux reads files outside the directory, of bases as well.
        let applied = self.applied_by_flux(origins);
        let directories = self.kustomizations.iter().map(|it| &it.directory).collect();
        let of_flux = reached(&self.kustomizations, maker.links, |it| applied.has(it, &directories));
        for (kustomization, standing) in self.kustomizations.iter().zip(standings) {
            let directory = &kustomization.directory;
            let role = match standing {
                Service::Own => role_of(directory, places),
                Service::Served => UnitRole::Base,
                Service::Component => continue,
            };
            if asks.last().is_none_or(|(it, _)| it.directory != *directory) {
                let is_unrestricted = of_flux.contains(directory);
                let ask = Ask { service: standing, is_unrestricted, ..Ask::plain(directory.clone()) };
                asks.push((ask, role));
            }
        }
        let (asks, roles): (Vec<Ask>, Vec<UnitRole>) = asks.into_iter().unzip();
        let mut all = Kustomizations::default();
        let is_broken = is_broken(&self.parsed);
        let by_directory: FxHashMap<&TreePath, &Kustomization> =
            self.kustomizations.iter().map(|it| (&it.directory, it)).collect();
        for (built, role) in maker.build(asks, &mut self.intake.sources).into_iter().zip(roles) {
            let path = built.ask.directory.clone();
            if let Some(own) = by_directory.get(&path) {
                facts.uneven_patches.extend(uneven_patches(&built, own, &self.intake.sources, maker.links));
            }
            let objects = built.objects(&is_broken);
            facts.paths.extend(built.made.iter().map(|it| (it.file(), path.clone())));
            built.note(facts);
            // Who asks about a base is told what comes of it.
            let directories = built.build.files.iter().skip(1).filter_map(TreePath::parent).collect();
            let made = vec![Made::Kustomization(all.add(built))];
            drafts.add(Draft { objects, made, directories, ..Draft::new(UnitKind::Kustomize, path, role) });
        }
        all
    }

    /// What the Kustomizations of Flux apply, as they write it.
    fn applied_by_flux(&self, origins: Option<&Origins>) -> gitops::flux::Directories<'_> {
        let mut applied = gitops::flux::Applied::default();
        for it in self.parsed.iter().filter(|it| it.is_gitops) {
            let path = &self.intake.texts[it.text].path;
            it.stream.roots().for_each(|root| applied.add(path, root));
        }
        applied.directories(origins)
    }

    /// Builds the components that nothing takes in by themselves: nobody else
    /// reads their files.
    fn build_components(&mut self, maker: &Maker<'_>, drafts: &mut Drafts, all: &mut Kustomizations) {
        let used = all.files();
        let components = self.kustomizations.iter().enumerate().filter(|(_, it)| it.is_component);
        let unused: Vec<usize> =
            components.filter(|(_, it)| !used.contains(&it.path)).map(|(at, _)| at).collect();
        let ask = |at: &usize| Ask {
            service: Service::Component,
            ..Ask::plain(self.kustomizations[*at].directory.clone())
        };
        let asks = unused.iter().map(ask).collect();
        for (built, at) in maker.build(asks, &mut self.intake.sources).into_iter().zip(unused) {
            let path = built.ask.directory.clone();
            let made = vec![Made::Kustomization(all.add(built))];
            let objects = self.parts_of(at);
            let draft = Draft::new(UnitKind::Kustomize, path, UnitRole::Base);
            drafts.add(Draft { objects, made, is_partial: true, ..draft });
        }
    }

    /// What stands in the resources and patches of a kustomization.
    fn parts_of(&self, kustomization: usize) -> Vec<DraftObject> {
        let is_part = |it: &&Parsed| {
            let owner = self.ownership.of_file(&self.intake.texts[it.text].path);
            owner.is_some_and(|(at, part)| at == kustomization && part <= Part::Patch)
        };
        self.parsed.iter().filter(is_part).flat_map(Parsed::objects).collect()
    }

    /// Renders every chart with each set of values that it may have.
    fn render_charts(
        &mut self,
        request: &Request<'_>,
        layout: &Layout,
        places: &Places,
        kustomizations: &Kustomizations,
        drafts: &mut Drafts,
        facts: &mut RenderFacts,
    ) -> (Charts, Vec<Arc<Stream>>) {
        let found = self.charts(layout);
        let mut stated = self.statements();
        let mut charts = Charts::default();
        for (path, file) in found {
            let Intake { texts, sources, .. } = &mut self.intake;
            let values = values_files(&path, &layout.charts, texts, &self.parsed);
            let chart = charts::load(&charts::Found { path, file, values }, request, sources);
            let remotes = chart.remotes.iter();
            let path = chart.metadata_path();
            let of = |it: &RemoteDependency| RemoteUse {
                path: path.clone(),
                span: it.span,
                source: it.source.clone(),
            };
            facts.remotes.extend(remotes.map(of));
            charts.all.push(chart);
        }
        charts.render(&self.intake.sources, &request.target, &stated);
        let helmfiles = self.intake.helmfiles();
        let mut streams = Vec::new();
        let mut all = Vec::new();
        let mut definitions = charts::Definitions::default();
        for at in 0..charts.units.len() {
            let unit = &mut charts.units[at];
            let chart = &charts.all[unit.chart];
            let sources = &mut self.intake.sources;
            let made = charts::make(unit, chart, sources, &mut definitions, &request.limits.yaml);
            let objects = charts::objects(&unit.rendered, &made);
            // Applications of Argo CD may be made by a chart, too.
            stated.extend(statements(&objects));
            all.push(objects);
            for (text, it) in made.into_iter().enumerate() {
                if it.stream.file() != it.template {
                    charts.by_text.insert(it.stream.file(), (at, text));
                }
                facts.paths.push((it.stream.file(), sources.file(it.template).path().clone()));
                streams.push(it.stream);
            }
        }
        let inflated = kustomizations.inflated();
        let parts = charts.parts_of_others();
        for (at, mut objects) in all.into_iter().enumerate() {
            let unit = &charts.units[at];
            let chart = &charts.all[unit.chart];
            let (suffix, path) = (chart.suffix(&unit.files), chart.path.clone());
            let mut role = role_of_chart(&charts, &parts, unit, places, &stated);
            // Helmfile has values of its own for them.
            if helmfiles.iter().any(|it| path.is_within(it)) {
                role = role.max(UnitRole::Candidate);
            }
            // With its own values it is deployed only where something else says so; what
            // stands in files beside them nobody else looks at.
            let is_stated = || !unit.files.is_empty() || stated.iter().any(|it| it.chart == chart.path);
            if let Some(kustomization) = inflated.get(&chart.path).filter(|_| !is_stated()) {
                role = UnitRole::Base;
                objects.clear();
                charts.served.insert(at);
                let reason = format!("judged through kustomize:{kustomization}, which inflates it");
                self.intake.skip(path.clone(), SkipCode::ServesOthers, reason);
            }
            drafts.add(Draft {
                suffix,
                objects,
                made: vec![Made::Chart(at)],
                ..Draft::new(UnitKind::Helm, path, role)
            });
        }
        (charts, streams)
    }

    /// The directories of charts with their metadata's file.
    fn charts(&self, layout: &Layout) -> Vec<(TreePath, FileId)> {
        let texts = self.parsed.iter().map(|it| (&self.intake.texts[it.text], it.file));
        let of_charts = texts.filter(|(text, _)| text.role == FileRole::Chart);
        let found = of_charts.filter_map(|(text, file)| Some((text.path.parent()?, file)));
        found.filter(|(path, _)| layout.charts.binary_search(path).is_ok()).collect()
    }

    /// How the tree says that its charts are deployed.
    fn statements(&self) -> Vec<Statement> {
        self.parsed.iter().filter(|it| it.is_gitops).flat_map(|it| statements(&it.objects())).collect()
    }

    fn add_file(
        &mut self,
        at: usize,
        directory: &TreePath,
        places: &Places,
        drafts: &mut Drafts,
        facts: &mut RenderFacts,
    ) {
        let parsed = &mut self.parsed[at];
        let (objects, skips) = (std::mem::take(&mut parsed.free), std::mem::take(&mut parsed.skips));
        let parsed = &self.parsed[at];
        let text = &self.intake.texts[parsed.text];
        let path = text.path.clone();
        if text.role == FileRole::Compose && is_compose(&parsed.stream) {
            drafts.at(UnitKind::Compose, path.clone(), || role_of(&path, places));
            self.intake.skip(
                path,
                SkipCode::NotRendered,
                "of a Compose file only a part of what Compose refuses is judged",
            );
            return;
        }
        let part = self.ownership.of_file(&path).map(|(_, part)| part);
        for (code, reason) in skips.into_iter().filter(|_| !part.is_some_and(Part::is_partial)) {
            self.intake.skip(path.clone(), code, reason);
        }
        if objects.is_empty() {
            return;
        }
        if part == Some(Part::Wrapped) && self.ownership.wrapper(directory).is_some() {
            let draft = drafts.at(UnitKind::Manifests, directory.clone(), || UnitRole::Base);
            draft.is_partial = true;
            draft.objects.extend(objects);
            return;
        }
        // Those of others are what the kustomization makes of them.
        if part.is_some() {
            return;
        }
        let owner = self.ownership.of_directory(directory);
        let put_away = self.ownership.put_away(&path);
        if let Some(at) = put_away.or(owner) {
            let kustomization = self.kustomizations[at].path.clone();
            facts.orphans.push(Orphan {
                path: path.clone(),
                file: parsed.file,
                kustomization,
                named_in: None,
                is_put_away: put_away.is_some(),
                listed: None,
            });
        }
        let role = || if owner.is_some() { UnitRole::Candidate } else { role_of(directory, places) };
        let draft = drafts.at(UnitKind::Manifests, directory.clone(), role);
        draft.objects.extend(objects);
    }

    /// What Compose would refuse; of examples nobody knows how they are run.
    fn notice_compose(&mut self, places: &Places) {
        let texts = &self.intake.texts;
        let role = |path| role_of(path, places);
        let compose = self.parsed.iter().filter_map(|it| {
            let text = &texts[it.text];
            let is_one = text.role == FileRole::Compose && is_compose(&it.stream);
            is_one.then(|| ComposeFile { path: &text.path, stream: &it.stream })
        });
        let (deployed, examples): (Vec<_>, Vec<_>) =
            compose.partition(|it| role(it.path) == UnitRole::Deployed);
        let examples = compose::notices(&examples).into_iter().map(|it| it.at_most(Severity::Warning));
        let notices: Vec<Notice> = compose::notices(&deployed).into_iter().chain(examples).collect();
        self.intake.notices.extend(notices);
    }

    fn name_texts(&self, facts: &mut RenderFacts) {
        let path = |it: &Parsed| self.intake.texts[it.text].path.clone();
        if !facts.orphans.is_empty() {
            let texts: Vec<Text<'_>> = (self.parsed.iter())
                .map(|it| (&self.intake.texts[it.text].path, &**it.stream.text()))
                .collect();
            mentions::find(&mut facts.orphans, &texts);
        }
        facts.paths.extend(self.parsed.iter().map(|it| (it.file, path(it))));
        facts.paths.sort();
        facts.paths.dedup_by_key(|it| it.0);
    }

    /// Notes in each orphan the object of the same name that is listed instead.
    fn find_listed(&self, orphans: &mut [Orphan]) {
        type Key<'k> = (&'k TreePath, &'k str, &'k str, &'k str, &'k str);
        fn key<'k>(kustomization: &'k TreePath, root: Node<'k>) -> Key<'k> {
            let word = |key: &str| root.get(key).and_then(Node::as_str).unwrap_or_default();
            let named =
                |key: &str| root.get("metadata").and_then(|it| it.get(key)?.as_str()).unwrap_or_default();
            let group = word("apiVersion").split_once('/').map_or("", |(group, _)| group);
            (kustomization, group, word("kind"), named("namespace"), named("name"))
        }
        if orphans.is_empty() {
            return;
        }
        let mut listed: FxHashMap<Key<'_>, Span> = FxHashMap::default();
        for parsed in &self.parsed {
            let path = &self.intake.texts[parsed.text].path;
            let Some((owner, Part::Resource)) = self.ownership.of_file(path) else { continue };
            for root in parsed.stream.roots() {
                let Some(kind) = root.entry("kind") else { continue };
                listed.entry(key(&self.kustomizations[owner].path, root)).or_insert(kind.span());
            }
        }
        for orphan in orphans {
            let parsed = self.parsed.iter().find(|it| it.file == orphan.file);
            let root = parsed.and_then(|it| it.stream.roots().find(|root| root.entry("kind").is_some()));
            orphan.listed = root.and_then(|root| listed.get(&key(&orphan.kustomization, root)).copied());
        }
    }

    /// What kustomization files say, for those who compare them.
    fn kustomization_facts(&self) -> Vec<seatrial_model::KustomizationFacts> {
        let files = self.parsed.iter().map(|it| (&self.intake.texts[it.text], &it.stream));
        let own = files.filter(|(text, stream)| text.role == FileRole::Kustomization && is_kustomize(stream));
        let facts =
            own.filter_map(|(text, stream)| seatrial_model::KustomizationFacts::read(&text.path, stream));
        let mut facts: Vec<seatrial_model::KustomizationFacts> = facts.collect();
        if facts.iter().any(|it| !it.transformers.is_empty()) {
            let streams = self.parsed.iter().map(|it| (&self.intake.texts[it.text].path, &it.stream));
            let streams: FxHashMap<&TreePath, &Arc<Stream>> = streams.collect();
            for it in facts.iter_mut().filter(|it| !it.transformers.is_empty()) {
                it.read_label_transformers(|path| streams.get(path).map(|it| &***it));
            }
        }
        facts
    }

    fn built_from(&self) -> Vec<FileId> {
        let is_needed = |path: &TreePath| {
            let part = self.ownership.of_file(path).map(|(_, part)| part);
            part.is_some_and(|part| part != Part::Data)
                || self.kustomizations.binary_search_by(|it| it.path.cmp(path)).is_ok()
        };
        let texts = self.intake.texts.iter().filter(|text| is_needed(&text.path));
        let mut files: Vec<FileId> = texts.map(|text| text.id).collect();
        files.sort();
        files
    }

    fn notice_outside(&mut self) {
        for kustomization in &self.kustomizations {
            for (span, text) in &kustomization.outside {
                let message = format!("`{text}` leads outside the repository");
                self.intake.notices.push(Notice::new(&PATH_OUTSIDE_TREE, Location::text(*span), message));
                let path = kustomization.path.clone();
                self.intake.skip(path, SkipCode::Outside, format!("`{text}` leads outside the repository"));
            }
        }
    }

    fn into_rendering(
        self,
        request: Request<'_>,
        built: Built,
        mut facts: RenderFacts,
        rendered: Rendered,
    ) -> Rendering {
        let Self { mut intake, parsed, kustomizations: kustomization_lists, .. } = self;
        let Rendered { mut charts, mut kustomizations, streams: made, generated } = rendered;
        charts.name(&built.charts);
        facts.partial.extend(&built.partial);
        kustomizations.name(&built.kustomizations);
        facts.deliveries.clone_from(&built.deliveries);
        let broken = is_broken(&parsed);
        let why = |it: &Parsed| {
            let mut all = it.documents.iter();
            all.find_map(|it| if let DocumentKind::Foreign(why) = it { Some(*why) } else { None })
        };
        let foreign: LazyCell<FxHashMap<FileId, &str>, _> =
            LazyCell::new(|| parsed.iter().filter_map(|it| Some((it.file, why(it)?))).collect());
        let found = kustomizations.notices(&Context {
            sources: &intake.sources,
            role: &|unit| built.units[unit.0 as usize].role,
            is_broken: &broken,
            has_gap: &|path| {
                kustomization_lists.iter().any(|it| it.path == *path && lists_a_gap(it, &intake.sources))
            },
            foreign: &|file| foreign.get(&file).copied(),
            is_ignored: &|path| request.revisions.is_some_and(|it| it.is_ignored(path, false)),
            names: &|directory| names_in(request.files, directory),
        });
        intake.notices.extend(found);
        facts.incomplete.extend(kustomizations.incomplete());
        intake.skipped.extend(kustomizations.skips());
        let of_charts = charts.notices(&intake.sources, &request.target, &made);
        let unreadable: FxHashSet<Option<(FileId, u32)>> =
            intake.notices.iter().filter(|it| it.check.id == INVALID_YAML.id).map(place).collect();
        // That a chart cannot be loaded is told where one of its files is no YAML.
        let is_news = |it: &Notice| it.check.id != INVALID_CHART.id || !unreadable.contains(&place(it));
        intake.notices.extend(of_charts.into_iter().filter(is_news));
        let (of_branches, parts, cut) = charts.branches(&request.target);
        intake.notices.extend(of_branches);
        intake.skipped.extend(cut);
        let optional = Optional::new(parts, &charts, &built, &request.target, &request.limits.yaml);
        intake.skipped.extend(charts.skips());
        let mut streams = vec![None; intake.sources.next_id().0 as usize];
        for Parsed { file, stream, .. } in parsed {
            streams[file.0 as usize] = Some(stream);
        }
        for stream in made.into_iter().chain(kustomizations.streams().cloned()) {
            let file = stream.file();
            streams[file.0 as usize] = Some(stream);
        }
        intake.notices.extend(charts.hints(&intake.sources, &request.target, &streams));
        facts.charts = charts.facts(&intake.sources, &streams);
        let mut skipped = std::mem::take(&mut intake.skipped);
        skipped.sort();
        skipped.dedup();
        let Built { whole, serving, gaps, .. } = built;
        let made = Makers { charts, optional, kustomizations, generated, whole, serving, gaps };
        let repository = Repository {
            target: request.target,
            units: built.units,
            bundles: built.bundles,
            facts,
            coverage: Coverage { found: 0, rendered: 0, skipped },
            external: request.external,
            origins: request.origins,
        };
        Rendering::new(repository, intake, built.broken, streams, made, request.scope)
    }
}

/// Whether a kustomization lists a file in which there is nothing but comments:
/// somebody fills it in later.
fn lists_a_gap(kustomization: &Kustomization, sources: &SourceMap) -> bool {
    let listed = kustomization.named.iter().filter(|it| it.part == Part::Resource);
    let mut texts = listed.filter_map(|it| Some(sources.file(sources.find(&it.path)?).text()));
    texts
        .any(|text| text.lines().map(str::trim).all(|it| it.is_empty() || it == "---" || it.starts_with('#')))
}

/// What stands in a directory, by name.
fn names_in(files: &dyn Files, directory: &TreePath) -> Vec<String> {
    let entries = files.list(directory).unwrap_or_default();
    entries.iter().map(|it| it.path.name().to_owned()).collect()
}

/// Whether a document does not parse, of which a place in a file is a part.
fn is_broken(parsed: &[Parsed]) -> impl Fn(Span) -> bool + use<> {
    let broken: FxHashMap<FileId, Vec<Span>> = parsed
        .iter()
        .filter(|it| !it.is_accepted)
        .map(|it| {
            let documents = it.stream.documents().iter().filter(|it| !it.is_accepted());
            (it.file, documents.map(|it| it.span).collect())
        })
        .collect();
    move |span| broken.get(&span.file).is_some_and(|all| all.iter().any(|it| it.contains(span)))
}

/// Reads what the configurations of plugins name, each of them once.
fn read_plugins(
    kustomizations: &mut [Kustomization],
    intake: &Intake,
    limits: &seatrial_yaml::Limits,
    links: &walk::Links,
) {
    let mut streams: FxHashMap<FileId, Stream> = FxHashMap::default();
    for kustomization in kustomizations {
        for plugin in kustomization.plugins() {
            let Some(file) = intake.sources.find(&links.resolve(&plugin)) else { continue };
            let stream = streams.entry(file).or_insert_with(|| {
                let text = Arc::clone(intake.sources.file(file).text());
                seatrial_yaml::parse(file, text, Dialect::GoYaml3, limits)
            });
            kustomization.read_plugin(stream);
        }
    }
}

/// Whether a file with a kustomization's name is one, and not an object of
/// another API that happens to be called so.
fn is_kustomize(stream: &Stream) -> bool {
    let foreign = |root: Node<'_>| {
        root.get("apiVersion")
            .and_then(Node::as_str)
            .is_some_and(|it| !it.starts_with("kustomize.config.k8s.io/"))
    };
    !stream.roots().any(foreign)
}

fn is_gitops(root: Node<'_>) -> bool {
    root.get("apiVersion").and_then(Node::as_str).is_some_and(gitops::has_group)
}

fn dialect(text: &TextFile, ownership: &Ownership) -> Dialect {
    match text.role {
        FileRole::Compose => Dialect::GoYaml3,
        FileRole::Manifest if text.path.extension() == "json" => Dialect::Json,
        FileRole::Manifest if ownership.of_file(&text.path).is_some() => Dialect::GoYaml3,
        _ => Dialect::GoYaml2,
    }
}

/// Of a file that is named by itself, what does not parse is a broken manifest, whatever
/// can be seen of it.
fn documents(text: &TextFile, stream: &Stream, is_resource: bool, is_named: bool) -> Vec<DocumentKind> {
    let by_content = match text.role {
        FileRole::Manifest => true,
        FileRole::Kustomization => !is_kustomize(stream),
        FileRole::Compose => !is_compose(stream),
        _ => false,
    };
    if by_content {
        return classify(stream, !is_resource, is_named);
    }
    // A template of one of these is the other program's, too.
    let foreign = if stream.is_accepted() { None } else { foreign::template(stream) };
    foreign.map(DocumentKind::Foreign).into_iter().collect()
}

fn objects(stream: &Arc<Stream>, kinds: &[DocumentKind]) -> Vec<DraftObject> {
    let documents = stream.documents().iter().zip(kinds);
    documents
        .flat_map(|(document, kind)| DraftObject::of_document(stream, kind, document.is_accepted()))
        .collect()
}

fn skips(stream: &Stream, kinds: &[DocumentKind]) -> Vec<(SkipCode, String)> {
    let mut found: Vec<(SkipCode, String)> = Vec::new();
    for (document, kind) in stream.documents().iter().zip(kinds) {
        let skip = match kind {
            DocumentKind::Objects(held) => {
                let lost = || is_partly_lost(document).then(|| "a part of it does not parse".to_owned());
                let Some(reason) = held.iter().find_map(reason_of).or_else(lost) else { continue };
                (SkipCode::Unparsable, reason)
            }
            DocumentKind::Client(purpose) => (SkipCode::NotAnObject, format!("it {purpose}")),
            DocumentKind::Foreign(reason) => (SkipCode::ForeignTemplate, (*reason).to_owned()),
            DocumentKind::Broken => (SkipCode::Unparsable, "it does not parse".to_owned()),
            DocumentKind::Untyped(absent) => (SkipCode::Unparsable, format!("it has no {absent}")),
            DocumentKind::Other => continue,
        };
        if !found.contains(&skip) {
            found.push(skip);
        }
    }
    found
}

/// Whether what was read of a document is less than what stands there, and not
/// only something that a program refuses.
fn is_partly_lost(document: &Document) -> bool {
    let is_refused_only = |kind| {
        matches!(kind, ProblemKind::DuplicateKey | ProblemKind::Key | ProblemKind::Value | ProblemKind::Merge)
    };
    document.problems.iter().any(|problem| problem.is_fatal() && !is_refused_only(problem.kind))
}

/// Why an object has no type.
fn reason_of(held: &Held) -> Option<String> {
    match held.typing {
        Typing::Absent(absent) => Some(format!("an item of a list has no {absent}")),
        Typing::WrongCase => Some("its kind is written in the wrong letter case".to_owned()),
        Typing::Written | Typing::OfList(_) => None,
    }
}

/// The values files of a chart, without those of another one inside it.
fn values_files<'a>(
    chart: &TreePath,
    charts: &[TreePath],
    texts: &'a [TextFile],
    parsed: &'a [Parsed],
) -> Vec<ValuesFile<'a>> {
    let is_own = |path: &TreePath| {
        let above = std::iter::successors(path.parent(), TreePath::parent);
        above.take_while(|it| it != chart).all(|it| charts.binary_search(&it).is_err())
    };
    let texts = parsed.iter().map(|it| (&texts[it.text], it));
    let values = texts.filter(|(text, _)| text.role == FileRole::Values && text.path.is_within(chart));
    let values = values.filter(|(text, it)| is_own(&text.path) && !is_made_into_values(&text.path, it));
    values.map(|(text, it)| ValuesFile { path: &text.path, stream: &it.stream }).collect()
}

/// Whether another program makes the values out of a file beside the chart's own.
fn is_made_into_values(path: &TreePath, parsed: &Parsed) -> bool {
    let is_foreign = |kind: &DocumentKind| matches!(kind, DocumentKind::Foreign(_));
    let is_jinja = || parsed.stream.text().contains("{%");
    let is_called_so = || ["template", "tmpl", "tpl"].iter().any(|it| path.name().contains(it));
    path.name() != "values.yaml" && parsed.documents.iter().any(is_foreign) && (is_jinja() || is_called_so())
}

/// A library serves other charts, and so does one that another chart of the
/// tree takes in from its directory.
fn role_of_chart(
    charts: &Charts,
    parts: &FxHashSet<usize>,
    unit: &ChartUnit,
    places: &Places,
    stated: &[Statement],
) -> UnitRole {
    let chart = &charts.all[unit.chart];
    if chart.is_library() || parts.contains(&unit.chart) {
        return UnitRole::Base;
    }
    let files: Vec<&str> = unit.files.iter().map(|it| it.name.as_str()).collect();
    match standing(&chart.path, &files, stated) {
        Standing::Stated => role_of(&chart.path, places),
        Standing::Possible => UnitRole::Candidate,
    }
}

/// Where the text starts that a notice is about.
fn place(notice: &Notice) -> Option<(FileId, u32)> {
    match notice.at {
        Location::Text { span } => Some((span.file, span.start)),
        Location::Field { .. } => None,
    }
}

fn role_of(path: &TreePath, places: &Places) -> UnitRole {
    if places.is_example(path) { UnitRole::Candidate } else { UnitRole::Deployed }
}

fn problems(text: &TextFile, stream: &Stream, documents: &[DocumentKind], is_patch: bool) -> Vec<Notice> {
    let by_content = text.role == FileRole::Manifest || !documents.is_empty();
    let mut found = Vec::new();
    if !by_content || documents.iter().any(DocumentKind::is_kubernetes) {
        found.extend(syntax::of_stream(stream));
    }
    for (at, document) in stream.documents().iter().enumerate() {
        let kind = documents.get(at);
        let concerns = if by_content { kind.is_some_and(DocumentKind::is_kubernetes) } else { true };
        if concerns && !document.problems.is_empty() {
            let notices = syntax::notices(stream, document, is_patch);
            found.extend(notices.into_iter().map(|it| of_reader(it, text)));
        }
        if concerns {
            found.extend(merges::notices(stream, document, by_content));
        }
        if let (Some(root), Some(kind)) = (stream.document_root(at), kind) {
            // The build says so where a patch needs a type.
            let is_left_to_build = is_patch && matches!(kind, DocumentKind::Untyped(_));
            found.extend(typing::notices(root, kind).into_iter().filter(|_| !is_left_to_build));
        }
    }
    found
}

/// What the program that reads a file makes of a key that stands twice. Helm takes
/// the last value without a word: something is lost, and the chart is installed.
fn of_reader(mut notice: Notice, text: &TextFile) -> Notice {
    if notice.check.id != DUPLICATE_KEY.id {
        return notice;
    }
    match text.role {
        FileRole::Values => notice
            .at_most(Severity::Warning)
            .because("Helm takes the last value and does not mention the first"),
        FileRole::Compose => {
            notice.derivation.clear();
            notice.because("Compose refuses a file with a key that stands twice")
        }
        _ => notice,
    }
}
