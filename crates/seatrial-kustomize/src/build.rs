//! One build: resources, generators, components, transformers, and at the root
//! hashes, references, variables, order (`api/internal/target`, v0.21.2).

use std::sync::Arc;

use rustc_hash::FxHashSet;
use seatrial_source::{RemoteSource, Span, TreePath, without_credentials_at_revision};
use seatrial_yaml::Dialect;
use smol_str::SmolStr;

use crate::additions::{Additions, Section};
use crate::build_metadata::Maker;
use crate::charts::{Charts, Inflation};
use crate::fields::{Config, FieldSpec};
use crate::generators::{Generator, Made, merge_data};
use crate::id::ResourceId;
use crate::kustomization::{
    self, At, GeneratorArgs, GeneratorOptions, Kustomization, Text, Variable, read_configuration,
};
use crate::loader::{Loaded, Loader, Refusal};
use crate::open_api::{self, OpenApi};
use crate::order::{self, Order};
use crate::origin::{Origins, bound};
use crate::problem::{Problem, ProblemKind};
use crate::repo_spec::RemoteName;
use crate::resource::{Behavior, Resource};
use crate::shared::Watch;
use crate::{crds, hash, name_reference, output, resources, transform, variables};

/// Most directories of one build.
const DIRECTORIES_MAX: usize = 5_000;
/// Most kustomizations that build on each other in a row.
const NESTED_MAX: usize = 100;
/// Most objects of one build.
const OBJECTS_MAX: usize = 200_000;

/// How a build is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The order, unless the kustomization says one (`--reorder`).
    pub order: Order,
    /// The Kustomize that is imitated.
    pub version: Version,
    /// `--enable-managedby-label`
    pub adds_managed_by_label: bool,
}

/// Versions of Kustomize that differ in what they accept or print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 5.0, in kubectl 1.27. It accepts a kustomization without content.
    V5_0,
    /// 5.6, in kubectl 1.33.
    V5_6,
    /// 5.8.
    #[default]
    V5_8,
}

impl Version {
    /// All of them, by the names they go by.
    pub const ALL: [(&str, Self); 3] = [("5.0", Self::V5_0), ("5.6", Self::V5_6), ("5.8", Self::V5_8)];

    /// The one that is called so: `5.6`, `v5.6.0`.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix('v').unwrap_or(name).split('.');
        let wanted = format!("{}.{}", parts.next()?, parts.next()?);
        Self::ALL.into_iter().find(|(name, _)| *name == wanted).map(|(_, version)| version)
    }

    /// What objects are labelled with that it manages.
    fn label(self) -> &'static str {
        match self {
            Self::V5_0 => "kustomize-v5.0.1",
            Self::V5_6 => "kustomize-v5.6.0",
            Self::V5_8 => "kustomize-v5.8.2",
        }
    }
}

/// What a build gives.
#[derive(Debug)]
pub struct Build {
    /// The objects in the order of the output.
    pub resources: Vec<Resource>,
    /// All that is wrong; the build went on behind each.
    pub problems: Vec<Problem>,
    /// Where the fields come from.
    pub origins: Origins,
    /// The kustomization files that took part.
    pub files: Vec<TreePath>,
    /// What it needs of other hosts, whether it was fetched before or not.
    pub remotes: Vec<Remote>,
    /// The directories of the charts that were inflated, sorted.
    pub charts: Vec<TreePath>,
    /// What charts made here; what another build of the tree made stands there.
    pub inflations: Vec<Inflation>,
}

/// Something of another host that a build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The file of this tree that names it.
    pub path: TreePath,
    /// Where it names it.
    pub span: Span,
    /// What it names.
    pub source: RemoteSource,
}

impl Build {
    /// The text that `kustomize build` prints.
    pub fn text(&self) -> String {
        self.marked_text().0
    }

    /// The text, and what set each scalar of it.
    pub fn marked_text(&self) -> (String, Vec<output::Mark>) {
        let (mut text, mut marks) = (String::new(), Vec::new());
        for resource in &self.resources {
            text.push_str(if text.is_empty() { "" } else { "---\n" });
            let (object, found) = output::marked_yaml(&resource.node);
            let start = text.len();
            marks.extend(found.into_iter().map(|(from, to, origin)| (start + from, start + to, origin)));
            text.push_str(&object);
        }
        (text, marks)
    }
}

/// Builds the kustomization of a directory; charts are refused.
pub fn build(directory: &TreePath, loader: &mut Loader<'_>, options: &Options) -> Build {
    run(directory, loader, options, &Additions::default(), None)
}

/// Builds the kustomization of a directory, with what is added to its file.
pub fn build_with(
    directory: &TreePath,
    loader: &mut Loader<'_>,
    options: &Options,
    additions: &Additions,
) -> Build {
    run(directory, loader, options, additions, None)
}

/// Builds the kustomization of a directory, charts included (`--enable-helm`).
pub fn build_with_charts<'r>(
    directory: &TreePath,
    loader: &'r mut Loader<'_>,
    options: &Options,
    additions: &Additions,
    charts: &'r mut dyn Charts,
) -> Build {
    run(directory, loader, options, additions, Some(charts))
}

fn run<'r>(
    directory: &TreePath,
    loader: &'r mut Loader<'_>,
    options: &Options,
    additions: &Additions,
    charts: Option<&'r mut dyn Charts>,
) -> Build {
    let mut run = Run {
        loader,
        charts,
        chart_namespace: SmolStr::default(),
        trail: None,
        open_api: None,
        has_schema: false,
        has_merged: false,
        origins: Origins::default(),
        problems: Vec::new(),
        files: Vec::new(),
        roots: Vec::new(),
        away: None,
        reached: Vec::new(),
        remotes: Vec::new(),
        inflated: Vec::new(),
        inflations: Vec::new(),
        objects: 0,
        height: 0,
        has_charts: false,
        version: options.version,
    };
    if let Some((repository, entry, path)) = additions.home() {
        run.origins.stand_in(Some(entry.span));
        run.away =
            Some(Away { entry: entry.clone(), path: path.clone(), repository: Some(repository.clone()) });
    }
    let mut accumulated = Accumulated::default();
    let mut order = options.order.clone();
    let watch = additions.is_empty().then(|| run.watch(directory)).flatten();
    if let Some(mut kustomization) = run.load_root(directory, additions) {
        run.problems.extend(additions.apply(&mut kustomization));
        if let Some(own) = &kustomization.order {
            order = own.clone();
        }
        run.trail = (!kustomization.build_metadata.is_empty()).then(Vec::new);
        accumulated = match watch.as_ref().and_then(|it| run.shared_root(directory, it)) {
            Some(shared) => shared,
            None => run.accumulate_root(&kustomization, directory, watch),
        };
        run.finish(&mut accumulated, &kustomization, &order, options);
        run.add_metadata(&mut accumulated.resources, &kustomization, additions);
    }
    run.remotes.sort_by(|a, b| (&a.path, a.span, &a.source).cmp(&(&b.path, b.span, &b.source)));
    run.remotes.dedup();
    run.inflated.sort();
    run.inflated.dedup();
    Build {
        resources: accumulated.resources,
        problems: run.problems,
        origins: run.origins,
        files: run.files,
        remotes: run.remotes,
        charts: run.inflated,
        inflations: run.inflations,
    }
}

/// What has come together so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accumulated {
    pub(crate) resources: Vec<Resource>,
    pub(crate) config: Arc<Config>,
    pub(crate) variables: Vec<At<Variable>>,
    /// The identities of the resources, as long as nothing changes them.
    pub(crate) known: Option<FxHashSet<Identity>>,
}

/// Type, name and namespace.
type Identity = (String, SmolStr, String);

pub(crate) struct Run<'r, 'a> {
    pub(crate) loader: &'r mut Loader<'a>,
    /// Who renders charts.
    pub(crate) charts: Option<&'r mut dyn Charts>,
    /// The namespace that an outer kustomization gives to charts.
    pub(crate) chart_namespace: SmolStr,
    /// The names by which the present directory was reached, where origins are
    /// asked for.
    pub(crate) trail: Option<Vec<String>>,
    /// A schema of one's own; the first one that is named stays.
    pub(crate) open_api: Option<Arc<OpenApi>>,
    pub(crate) has_schema: bool,
    /// Whether upstream had to know its built-in schema so far.
    pub(crate) has_merged: bool,
    pub(crate) origins: Origins,
    pub(crate) problems: Vec<Problem>,
    pub(crate) files: Vec<TreePath>,
    /// The directories that are being built, the outermost first.
    pub(crate) roots: Vec<TreePath>,
    /// Most of them at once so far.
    pub(crate) height: usize,
    /// While something of another host takes part.
    pub(crate) away: Option<Away>,
    /// The bounds of the whole build that were reached.
    pub(crate) reached: Vec<&'static str>,
    pub(crate) remotes: Vec<Remote>,
    pub(crate) objects: usize,
    /// Whether a chart took part so far.
    pub(crate) has_charts: bool,
    pub(crate) version: Version,
    /// The directories of the charts that were inflated.
    pub(crate) inflated: Vec<TreePath>,
    pub(crate) inflations: Vec<Inflation>,
}

/// Where a build is that has left its own tree.
#[derive(Clone, Debug)]
pub(crate) struct Away {
    /// The entry of the tree that led there, and its file.
    entry: Text,
    path: TreePath,
    /// The repository that may not be left.
    repository: Option<TreePath>,
}

impl Run<'_, '_> {
    pub(crate) fn problem(
        &mut self,
        kind: ProblemKind,
        path: &TreePath,
        span: Option<Span>,
        message: impl Into<String>,
    ) {
        self.say(Problem::new(kind, path, span, message));
    }

    /// What is wrong elsewhere is told at the entry that leads there, and a bound
    /// where it is reached.
    pub(crate) fn say(&mut self, mut problem: Problem) {
        if let Some(bound) = bound(&problem.message) {
            if self.reached.contains(&bound) {
                return;
            }
            self.reached.push(bound);
        }
        if let Some(away) = self.away.as_ref().filter(|away| problem.span != Some(away.entry.span)) {
            let name = without_credentials_at_revision(&away.entry.value);
            problem.message = format!("in '{name}': {}", problem.message);
            problem.path = away.path.clone();
            problem.span = Some(away.entry.span);
        }
        self.problems.push(problem);
    }

    pub(crate) fn say_all(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.say(problem);
        }
    }

    /// Notes an entry that names something of another host.
    pub(crate) fn note_remote(&mut self, span: Span, path: &TreePath, source: RemoteSource) {
        let (path, span) = match &self.away {
            Some(away) => (away.path.clone(), away.entry.span),
            None => (path.clone(), span),
        };
        self.remotes.push(Remote { path, span, source });
    }

    /// A file that an entry names.
    pub(crate) fn file(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &Text,
    ) -> Result<Loaded, Refusal> {
        let loaded = self.loader.file(root, &entry.value)?;
        if let Some(remote) = RemoteName::file(&entry.value) {
            self.note_remote(entry.span, &own.path, remote.source);
            let entry = self.away.as_ref().map_or(entry.span, |away| away.entry.span);
            self.origins.stand_for(loaded.file, entry);
        }
        Ok(loaded)
    }

    /// What stands for an entry: where it lies on another host, the one of the
    /// tree that led there.
    pub(crate) fn at_home(&self, span: Span) -> Span {
        self.away.as_ref().map_or(span, |away| away.entry.span)
    }

    /// Does something with what an entry names; what comes from another host
    /// stands there as that entry.
    fn visit<T>(&mut self, entry: &Text, path: &TreePath, visit: impl FnOnce(&mut Self) -> T) -> T {
        let Some(remote) = RemoteName::read(&entry.value) else { return visit(self) };
        let repository = self.loader.repository(&remote);
        self.note_remote(entry.span, path, remote.source);
        let before = self.away.clone();
        let stood = self.origins.stand_in(Some(before.as_ref().map_or(entry.span, |it| it.entry.span)));
        let was_unrestricted = std::mem::replace(&mut self.loader.is_unrestricted, false);
        self.away = Some(match &before {
            Some(away) => Away { repository: repository.or_else(|| away.repository.clone()), ..away.clone() },
            None => Away { entry: entry.clone(), path: path.clone(), repository },
        });
        let result = visit(self);
        self.loader.is_unrestricted = was_unrestricted;
        self.away = before;
        self.origins.stand_in(stood);
        result
    }

    pub(crate) fn refused(&mut self, refusal: Refusal, at: &Text, path: &TreePath) {
        if let Refusal::Remote(remote) = &refusal {
            self.note_remote(at.span, path, remote.0.clone());
        }
        let name = without_credentials_at_revision(&at.value);
        let (kind, message) = match refusal {
            Refusal::Missing(message) => (ProblemKind::Missing, message.replace(&*at.value, &name)),
            Refusal::Outside(message) => (ProblemKind::Outside, message),
            Refusal::Remote(remote) => (ProblemKind::Remote, format!("'{name}' is not read: {}", remote.1)),
        };
        self.problem(kind, path, Some(at.span), message);
    }

    fn accumulate_root(&mut self, own: &Kustomization, root: &TreePath, watch: Option<Watch>) -> Accumulated {
        self.enter_root(root);
        self.set_schema(own, root);
        let found = self.accumulate(own, root, Accumulated::default());
        self.roots.pop();
        self.keep(watch, Some(&found));
        found
    }

    fn enter_root(&mut self, directory: &TreePath) {
        self.roots.push(directory.clone());
        self.height = self.height.max(self.roots.len());
    }

    /// Whether there is room for what other directories came to.
    pub(crate) fn has_room_for(&self, directories: usize, height: usize, objects: usize) -> bool {
        self.files.len() + directories <= DIRECTORIES_MAX
            && self.roots.len() + height <= NESTED_MAX
            && self.objects + objects <= OBJECTS_MAX
    }

    fn load_root(&mut self, directory: &TreePath, additions: &Additions) -> Option<Kustomization> {
        if additions.needs_no_file() && !self.loader.has_kustomization(directory) {
            let path = directory.join("kustomization.yaml").expect("a name stays inside");
            return Some(Kustomization { path, ..Kustomization::default() });
        }
        self.load(directory, None)
    }

    fn load(&mut self, directory: &TreePath, at: Option<(&Text, &TreePath)>) -> Option<Kustomization> {
        if self.files.len() >= DIRECTORIES_MAX {
            let span = at.map(|(text, _)| text.span);
            let path = at.map_or(directory, |(_, path)| path);
            self.problem(ProblemKind::Cycle, path, span, "more directories than one build may have");
            return None;
        }
        match self.loader.kustomization(directory) {
            Err(refusal) => {
                if let Some((text, path)) = at {
                    self.refused(refusal, text, path);
                } else if let Refusal::Missing(message) | Refusal::Outside(message) = refusal {
                    self.problem(ProblemKind::Missing, directory, None, message);
                }
                None
            }
            Ok(loaded) => {
                self.files.push(loaded.path.clone());
                let stream = self.loader.parsed(&loaded, Dialect::GoYaml2);
                let (kustomization, problems) = Kustomization::read(&loaded.path, &stream);
                let is_said =
                    |it: &Problem| self.version > Version::V5_0 || it.message != kustomization::EMPTY;
                let said: Vec<Problem> = problems.into_iter().filter(is_said).collect();
                self.say_all(said);
                for (field, instead) in &kustomization.deprecated {
                    let message = format!("'{}' is deprecated. Please use '{instead}' instead.", field.value);
                    self.problem(ProblemKind::Deprecated, &loaded.path, Some(field.span), message);
                }
                Some(kustomization)
            }
        }
    }

    fn accumulate(&mut self, own: &Kustomization, root: &TreePath, mut into: Accumulated) -> Accumulated {
        for entry in &own.resources {
            self.visit(entry, &own.path, |run| run.resource(own, root, entry, &mut into));
        }
        self.configure(own, root, &mut into);
        self.generate(own, root, &mut into);
        for entry in &own.components {
            into = self.visit(entry, &own.path, |run| run.component(own, root, entry, into));
        }
        self.transform(own, root, &mut into);
        self.add_variables(own, &mut into);
        into
    }

    pub(crate) fn resource(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &Text,
        into: &mut Accumulated,
    ) {
        let is_directory = match self.directory_of(root, &entry.value) {
            Ok(directory) => Some(directory),
            Err(Refusal::Missing(_)) if RemoteName::read(&entry.value).is_none_or(|it| it.is_file()) => None,
            Err(refusal) => return self.refused(refusal, entry, &own.path),
        };
        if let Some(directory) = is_directory {
            self.directory(own, &directory, entry, into);
            return;
        }
        let loaded = match self.file(own, root, entry) {
            Ok(loaded) => loaded,
            Err(refusal) => {
                let is_near = matches!(refusal, Refusal::Outside(_)) && self.away.is_none();
                self.refused(refusal, entry, &own.path);
                // What it holds is told of all the same.
                match self.loader.file_anyway(root, &entry.value) {
                    Some(loaded) if is_near => loaded,
                    _ => return,
                }
            }
        };
        let stream = self.loader.stream(&loaded);
        match resources::read(&stream, &mut self.origins) {
            Ok(mut found) => {
                self.was_read(&mut found, &entry.value);
                self.append(found, into, &own.path, entry.span);
            }
            Err(fault) => {
                let (path, span) = match fault.span {
                    Some(span) => (&loaded.path, span),
                    None => (&own.path, entry.span),
                };
                self.problem(ProblemKind::Resource, path, Some(span), fault.message);
                let rest = resources::recover(&stream, &mut self.origins);
                self.append(rest, into, &own.path, entry.span);
            }
        }
    }

    /// A directory that is named; in a repository of another host, one of that.
    fn directory_of(&self, root: &TreePath, name: &str) -> Result<TreePath, Refusal> {
        let directory = self.loader.directory(root, name)?;
        match self.away.as_ref().and_then(|away| away.repository.as_ref()) {
            Some(repository) if !directory.is_within(repository) => Err(Refusal::Outside(format!(
                "security; bases in kustomizations found in cloned git repos must be within the repo, but base '{name}' is outside"
            ))),
            _ => Ok(directory),
        }
    }

    /// Builds a directory that is named, unless it is being built already.
    fn enter(&mut self, own: &Kustomization, directory: &TreePath, entry: &Text) -> Option<Kustomization> {
        if self.roots.len() >= NESTED_MAX {
            let message = "kustomizations build on each other too deep";
            self.problem(ProblemKind::Cycle, &own.path, Some(entry.span), message);
            return None;
        }
        if let Some(visited) = self.roots.iter().find(|root| root.is_within(directory)) {
            let message = format!(
                "cycle detected: candidate root '{}' contains visited root '{}'",
                directory.as_str(),
                visited.as_str()
            );
            self.problem(ProblemKind::Cycle, &own.path, Some(entry.span), message);
            return None;
        }
        self.load(directory, Some((entry, &own.path)))
    }

    fn directory(&mut self, own: &Kustomization, directory: &TreePath, entry: &Text, into: &mut Accumulated) {
        let Some(built) = self.shared(directory).or_else(|| self.base(own, directory, entry)) else { return };
        self.append(built.resources, into, &own.path, entry.span);
        self.merge_config(&built.config, into, own, Some(entry.span));
        self.merge_variables(built.variables, into, own);
    }

    /// Builds a directory for this one, and for those who name it later.
    fn base(&mut self, own: &Kustomization, directory: &TreePath, entry: &Text) -> Option<Accumulated> {
        let watch = self.watch(directory);
        let base = self.enter(own, directory, entry);
        let found = match &base {
            Some(base) if base.is_component => {
                let message = format!("expected kind != 'Component' for path '{}'", directory.as_str());
                self.problem(ProblemKind::Kustomization, &own.path, Some(entry.span), message);
                None
            }
            Some(base) => Some(self.within(own, base, directory, entry, Accumulated::default())),
            None => None,
        };
        self.keep(watch, found.as_ref());
        found
    }

    fn component(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &Text,
        into: Accumulated,
    ) -> Accumulated {
        let directory = match self.directory_of(root, &entry.value) {
            Ok(directory) => directory,
            Err(refusal) => {
                self.refused(refusal, entry, &own.path);
                return into;
            }
        };
        let Some(component) = self.enter(own, &directory, entry) else { return into };
        if !component.is_component {
            let message = format!(
                "expected kind 'Component' for path '{}' but got 'Kustomization'",
                directory.as_str()
            );
            self.problem(ProblemKind::Kustomization, &own.path, Some(entry.span), message);
            return into;
        }
        self.within(own, &component, &directory, entry, into)
    }

    /// Accumulates a directory that another one names.
    fn within(
        &mut self,
        own: &Kustomization,
        inner: &Kustomization,
        directory: &TreePath,
        entry: &Text,
        into: Accumulated,
    ) -> Accumulated {
        self.set_schema(inner, directory);
        let namespace = own.namespace_text();
        let outer = self.chart_namespace.clone();
        if !namespace.is_empty() {
            self.chart_namespace = namespace;
        }
        if let Some(trail) = &mut self.trail {
            trail.push(entry.value.to_string());
        }
        self.enter_root(directory);
        let built = self.accumulate(inner, directory, into);
        self.roots.pop();
        if let Some(trail) = &mut self.trail {
            trail.pop();
        }
        self.chart_namespace = outer;
        built
    }

    /// `openapi.SetSchema`: the first one that is named counts.
    fn set_schema(&mut self, own: &Kustomization, root: &TreePath) {
        let Some(At { value: field, span }) = &own.open_api else { return };
        let loaded = match field.path.as_ref().map(|path| (path, self.file(own, root, path))) {
            Some((path, Err(refusal))) => return self.refused(refusal, path, &own.path),
            Some((_, Ok(loaded))) => Some(loaded),
            None => None,
        };
        if self.has_schema {
            return;
        }
        let read = match (loaded, &field.version) {
            (Some(_), Some(_)) => {
                Err("builtin version and custom schema provided, cannot use both".to_owned())
            }
            (Some(loaded), None) => OpenApi::read(loaded.file, &loaded.text, self.has_merged).map(Some),
            (None, Some(version)) if version.value != open_api::BUILTIN_VERSION => {
                Err("the specified OpenAPI version is not built in".to_owned())
            }
            (None, version) => {
                self.has_schema |= version.is_some();
                return;
            }
        };
        self.has_schema = true;
        match read {
            Ok(schema) => self.open_api = schema.map(Arc::new),
            Err(message) => self.problem(ProblemKind::Kustomization, &own.path, Some(*span), message),
        }
    }

    /// Adds objects, each identity once.
    fn append(&mut self, more: Vec<Resource>, into: &mut Accumulated, path: &TreePath, span: Span) {
        let mut known = into
            .known
            .take()
            .unwrap_or_else(|| into.resources.iter().map(|resource| identity(&resource.id())).collect());
        for resource in more {
            let id = resource.id();
            if !known.insert(identity(&id)) {
                let message = format!("may not add resource with an already registered id: {id}");
                self.problem(ProblemKind::Duplicate, path, Some(span), message);
                continue;
            }
            self.objects += 1;
            if self.objects > OBJECTS_MAX {
                return self.problem(
                    ProblemKind::Resource,
                    path,
                    Some(span),
                    "more objects than one build may have",
                );
            }
            // Upstream looks into its schema for a kind that it does not know.
            self.has_merged |= !id.gvk.is_builtin();
            into.resources.push(resource);
        }
        into.known = Some(known);
    }

    fn merge_config(
        &mut self,
        config: &Arc<Config>,
        into: &mut Accumulated,
        own: &Kustomization,
        span: Option<Span>,
    ) {
        if let Err(message) = into.config.merge_shared(config) {
            self.problem(ProblemKind::Transformer, &own.path, span, message);
        }
    }

    fn configure(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        for entry in &own.configurations {
            match self.file(own, root, entry) {
                Err(refusal) => self.refused(refusal, entry, &own.path),
                Ok(loaded) => {
                    let (config, problems) = read_configuration(&loaded.path, loaded.file, &loaded.text);
                    self.say_all(problems);
                    self.merge_config(&Arc::new(config), into, own, Some(entry.span));
                }
            }
        }
        self.merge_config(Config::builtin(self.version), into, own, own.start);
        for entry in &own.crds {
            match self.file(own, root, entry) {
                Err(refusal) => self.refused(refusal, entry, &own.path),
                Ok(loaded) => match crds::read(loaded.file, &loaded.text) {
                    Ok(config) => self.merge_config(&Arc::new(config), into, own, Some(entry.span)),
                    Err(error) => {
                        let message =
                            format!("unable to parse open API definition from '{}': {error}", entry.value);
                        self.problem(ProblemKind::Kustomization, &own.path, Some(entry.span), message);
                    }
                },
            }
        }
    }

    fn generate(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        let maps = own.config_maps.iter().map(|args| (Made::ConfigMap, args));
        let secrets = own.secrets.iter().map(|args| (Made::Secret, args));
        for (made, args) in maps.chain(secrets) {
            let by = (made, self.maker_of_field(own, made));
            self.make(own, root, by, args, &own.generator_options, into);
        }
        for entry in &own.helm_charts {
            // Each of them has its own problem; the others go on.
            self.inflate(own, root, entry, into);
        }
        self.run_generators(own, root, into);
    }

    pub(crate) fn make(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        (made, by): (Made, Option<Arc<Maker>>),
        args: &At<GeneratorArgs>,
        options: &GeneratorOptions,
        into: &mut Accumulated,
    ) {
        let mut generator = Generator { loader: self.loader, root, origins: &mut self.origins };
        match generator.make(made, args, options) {
            Ok(mut resource) => {
                resource.made_by = by;
                self.absorb(resource, into, own, args.span);
            }
            Err(fault) => match fault.refusal {
                Some(refusal) => {
                    let at = At { value: args.value.name.clone(), span: fault.span };
                    self.refused(refusal, &at, &own.path);
                }
                None => self.problem(ProblemKind::Generator, &own.path, Some(fault.span), fault.message),
            },
        }
    }

    /// `AbsorbAll`: makes, replaces or adds to what is there.
    pub(crate) fn absorb(
        &mut self,
        mut new: Resource,
        into: &mut Accumulated,
        own: &Kustomization,
        span: Span,
    ) {
        let id = new.id();
        into.known = None;
        let matches: Vec<usize> = (0..into.resources.len())
            .filter(|&at| into.resources[at].has_name(&id.name))
            .filter(|&at| into.resources[at].ids().any(|it| it.is_same(&id)))
            .collect();
        let message = match (matches.as_slice(), new.behavior) {
            ([], Behavior::Create) => {
                into.resources.push(new);
                return;
            }
            ([], _) => format!("id {id} does not exist; cannot merge or replace"),
            ([_], Behavior::Create) => {
                format!("id {id} exists; can not use behavior: 'create', behavior must be merge or replace")
            }
            (&[at], behavior) => {
                let old = &into.resources[at];
                take_metadata(&mut new, old);
                new.changed_by.clone_from(&old.changed_by);
                if behavior == Behavior::Merge {
                    merge_data(&mut new.node, &old.node);
                    new.made_by = old.made_by.clone().or(new.made_by);
                }
                into.resources[at] = new;
                return;
            }
            _ => format!("found multiple objects that could accept merge of {id}"),
        };
        self.problem(ProblemKind::Generator, &own.path, Some(span), message);
    }

    /// `MergeVars`: remembers which object a variable takes its value from.
    fn add_variables(&mut self, own: &Kustomization, into: &mut Accumulated) {
        for variable in &own.vars {
            let wanted = &variable.value.object;
            let is_exact = !wanted.namespace.is_empty() || wanted.is_cluster_scoped;
            let fits = |id: ResourceId| {
                if is_exact { id.is_same(wanted) } else { id.name == wanted.name && id.gvk == wanted.gvk }
            };
            let named = into.resources.iter_mut().filter(|it| it.has_name(&wanted.name));
            let mut found = named.filter(|it| it.ids().any(fits));
            match (found.next(), found.next()) {
                (Some(resource), None) => resource.variables.push(variable.value.name.clone()),
                (Some(_), Some(_)) => {
                    let message = format!(
                        "found several resId matches for var {} (unable to disambiguate)",
                        variable.value.name
                    );
                    self.problem(ProblemKind::Replacement, &own.path, Some(variable.span), message);
                }
                (None, _) => {}
            }
        }
        self.merge_variables(own.vars.clone(), into, own);
    }

    fn merge_variables(&mut self, more: Vec<At<Variable>>, into: &mut Accumulated, own: &Kustomization) {
        for variable in more {
            if into.variables.iter().any(|it| it.value.name == variable.value.name) {
                let message = format!("var '{}' already encountered", variable.value.name);
                self.problem(ProblemKind::Replacement, &own.path, Some(variable.span), message);
                continue;
            }
            into.variables.push(variable);
        }
    }

    fn finish(&mut self, all: &mut Accumulated, own: &Kustomization, order: &Order, options: &Options) {
        add_hashes(&mut all.resources);
        let span = own.vars.first().map(|it| it.span);
        let fixed = name_reference::fix(&mut all.resources, &all.config, &mut self.origins);
        self.transformed(fixed, own, own.start);
        let resolved = variables::resolve(&mut all.resources, &all.variables, &all.config, &mut self.origins);
        // What a variable names may be just what could not be had.
        if !self.lacks_resources() {
            self.transformed(resolved, own, span);
        }
        all.resources.retain(|resource| !is_local(resource));
        order::sort(&mut all.resources, order);
        let entry = own.build_metadata.iter().find(|it| it.value == "managedByLabel").map(|it| it.span);
        if let Some(span) = entry.or(own.start.filter(|_| options.adds_managed_by_label)) {
            self.add_managed_by(&mut all.resources, own, span);
        }
        all.resources.iter_mut().for_each(Resource::settle);
        self.write_makers(&mut all.resources, own);
    }

    /// Whether something was told of without which objects are absent.
    fn lacks_resources(&self) -> bool {
        self.problems.iter().any(|it| {
            matches!(
                it.kind,
                ProblemKind::Missing
                    | ProblemKind::Outside
                    | ProblemKind::Remote
                    | ProblemKind::Resource
                    | ProblemKind::Generator
                    | ProblemKind::Chart
                    | ProblemKind::Unsupported
            )
        })
    }

    fn add_metadata(&mut self, resources: &mut [Resource], own: &Kustomization, additions: &Additions) {
        for (section, field) in
            [(Section::Labels, "metadata/labels"), (Section::Annotations, "metadata/annotations")]
        {
            let pairs = additions.pairs(section);
            let fields = [FieldSpec::everywhere(field)];
            let result = transform::pairs(resources, &pairs, &fields, &mut self.origins);
            self.transformed(result, own, own.start);
        }
    }

    fn add_managed_by(&mut self, resources: &mut [Resource], own: &Kustomization, span: Span) {
        let value = At { value: SmolStr::new_static(self.version.label()), span };
        let pairs = [(SmolStr::new("app.kubernetes.io/managed-by"), value)];
        let fields = [FieldSpec::everywhere("metadata/labels")];
        let result = transform::pairs(resources, &pairs, &fields, &mut self.origins);
        self.transformed(result, own, Some(span));
    }
}

/// `HashTransformer`: names of what was generated end in the hash of its content.
pub(crate) fn add_hashes(resources: &mut [Resource]) {
    for resource in resources.iter_mut().filter(|it| it.needs_hash) {
        let name = format!("{}-{}", resource.name(), hash::suffix(&resource.node));
        let origin =
            resource.node.at(&["metadata", "name"]).map_or(crate::OriginId::NONE, |node| node.origin);
        resource.remember();
        resource.set_name(&name, origin);
    }
}

fn identity(id: &ResourceId) -> Identity {
    (id.gvk.to_string(), id.name.clone(), id.effective_namespace().to_owned())
}

/// Files for Kustomize's own use are no objects.
fn is_local(resource: &Resource) -> bool {
    resource
        .metadata("annotations")
        .any(|(key, value)| key == "config.kubernetes.io/local-config" && value != "false")
}

/// `CopyMergeMetaDataFieldsFrom`: labels, annotations, name and history of what
/// was there, one's own labels and annotations first.
fn take_metadata(new: &mut Resource, old: &Resource) {
    let origin = new.node.origin;
    for section in ["labels", "annotations"] {
        let Some(before) = old.node.at(&["metadata", section]) else { continue };
        for (key, value) in before.entries() {
            let into = new.node.map_at("metadata", origin).map_at(section, before.origin);
            if into.get(key).is_none() {
                into.set(key, value.clone());
            }
        }
    }
    let metadata = new.node.map_at("metadata", origin);
    for name in ["name", "namespace"] {
        match old.node.at(&["metadata", name]) {
            Some(value) => metadata.set(name, value.clone()),
            None => drop(metadata.remove(name)),
        }
    }
    new.needs_hash &= old.needs_hash;
    new.previous.clone_from(&old.previous);
    new.prefixes.clone_from(&old.prefixes);
    new.suffixes.clone_from(&old.suffixes);
    new.variables.clone_from(&old.variables);
}
