//! One build: resources, generators, components, transformers, and at the root
//! hashes, references, variables, order (`api/internal/target`, v0.21.2).

use rustc_hash::FxHashSet;
use seatrial_diagnostics::Role;
use seatrial_source::{RemoteSource, Span, TreePath};
use smol_str::SmolStr;

use crate::additions::Additions;
use crate::fields::{Config, FieldSpec};
use crate::generators::{Generator, Made, merge_data};
use crate::id::ResourceId;
use crate::kustomization::{
    self, At, GeneratorArgs, GeneratorOptions, Kustomization, PatchEntry, ReplacementEntry, Text, Variable,
    read_configuration, read_replacements,
};
use crate::loader::{Loaded, Loader, Refusal};
use crate::order::{self, Order};
use crate::origin::Origins;
use crate::patches::{self, Patch};
use crate::problem::{Problem, ProblemKind};
use crate::repo_spec::RemoteName;
use crate::resource::{Behavior, Resource};
use crate::transform::{self, Affix, ImageChange};
use crate::{hash, name_reference, output, replacement, resources, variables};

/// Most directories of one build.
const DIRECTORIES_MAX: usize = 5_000;
/// Most objects of one build.
const OBJECTS_MAX: usize = 200_000;

/// How a build is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The order, unless the kustomization says one (`--reorder`).
    pub order: Order,
    /// The Kustomize that is imitated.
    pub version: Version,
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

/// Builds the kustomization of a directory.
pub fn build(directory: &TreePath, loader: &mut Loader<'_>, options: &Options) -> Build {
    build_with(directory, loader, options, &Additions::default())
}

/// Builds the kustomization of a directory, with what is added to its file.
pub fn build_with(
    directory: &TreePath,
    loader: &mut Loader<'_>,
    options: &Options,
    additions: &Additions,
) -> Build {
    let mut run = Run {
        loader,
        origins: Origins::default(),
        problems: Vec::new(),
        files: Vec::new(),
        roots: Vec::new(),
        away: None,
        remotes: Vec::new(),
        objects: 0,
        version: options.version,
    };
    let mut accumulated = Accumulated::default();
    let mut order = options.order.clone();
    if let Some(mut kustomization) = run.load_root(directory, additions) {
        run.problems.extend(additions.apply(&mut kustomization));
        if let Some(own) = &kustomization.order {
            order = own.clone();
        }
        run.roots.push(directory.clone());
        accumulated = run.accumulate(&kustomization, directory, accumulated);
        run.finish(&mut accumulated, &kustomization, &order);
    }
    run.remotes.sort_by(|a, b| (&a.path, a.span, &a.source).cmp(&(&b.path, b.span, &b.source)));
    run.remotes.dedup();
    Build {
        resources: accumulated.resources,
        problems: run.problems,
        origins: run.origins,
        files: run.files,
        remotes: run.remotes,
    }
}

/// What has come together so far.
#[derive(Default)]
pub(crate) struct Accumulated {
    pub(crate) resources: Vec<Resource>,
    pub(crate) config: Config,
    variables: Vec<At<Variable>>,
}

pub(crate) struct Run<'r, 'a> {
    loader: &'r mut Loader<'a>,
    pub(crate) origins: Origins,
    pub(crate) problems: Vec<Problem>,
    files: Vec<TreePath>,
    /// The directories that are being built, the outermost first.
    roots: Vec<TreePath>,
    /// While something of another host takes part.
    away: Option<Away>,
    remotes: Vec<Remote>,
    objects: usize,
    version: Version,
}

/// Where a build is that has left its own tree.
#[derive(Clone, Debug)]
struct Away {
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

    /// What is wrong elsewhere is told at the entry that leads there.
    fn say(&mut self, mut problem: Problem) {
        if let Some(away) = self.away.as_ref().filter(|away| problem.span != Some(away.entry.span)) {
            problem.message = format!("in '{}': {}", away.entry.value, problem.message);
            problem.path = away.path.clone();
            problem.span = Some(away.entry.span);
        }
        self.problems.push(problem);
    }

    fn say_all(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.say(problem);
        }
    }

    /// Notes an entry that names something of another host.
    fn note_remote(&mut self, entry: &Text, path: &TreePath, source: RemoteSource) {
        let (path, span) = match &self.away {
            Some(away) => (away.path.clone(), away.entry.span),
            None => (path.clone(), entry.span),
        };
        self.remotes.push(Remote { path, span, source });
    }

    /// A file that an entry names.
    fn file(&mut self, own: &Kustomization, root: &TreePath, entry: &Text) -> Result<Loaded, Refusal> {
        let loaded = self.loader.file(root, &entry.value)?;
        if let Some(remote) = RemoteName::file(&entry.value) {
            self.note_remote(entry, &own.path, remote.source);
            let entry = self.away.as_ref().map_or(entry.span, |away| away.entry.span);
            self.origins.stand_for(loaded.file, entry);
        }
        Ok(loaded)
    }

    /// Does something with what an entry names; what comes from another host
    /// stands there as that entry.
    fn visit<T>(&mut self, entry: &Text, path: &TreePath, visit: impl FnOnce(&mut Self) -> T) -> T {
        let Some(remote) = RemoteName::read(&entry.value) else { return visit(self) };
        let repository = self.loader.repository(&remote);
        self.note_remote(entry, path, remote.source);
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
            self.note_remote(at, path, remote.0.clone());
        }
        let (kind, message) = match refusal {
            Refusal::Missing(message) => (ProblemKind::Missing, message),
            Refusal::Outside(message) => (ProblemKind::Outside, message),
            Refusal::Remote(remote) => {
                (ProblemKind::Remote, format!("'{}' is not read: {}", at.value, remote.1))
            }
        };
        self.problem(kind, path, Some(at.span), message);
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
                let (kustomization, problems) = Kustomization::read(&loaded.path, loaded.file, &loaded.text);
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
        let stream = loaded.stream();
        match resources::read(&stream, &mut self.origins) {
            Ok(found) => self.append(found, into, &own.path, entry.span),
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
        let Some(base) = self.enter(own, directory, entry) else { return };
        if base.is_component {
            let message = format!("expected kind != 'Component' for path '{}'", directory.as_str());
            return self.problem(ProblemKind::Kustomization, &own.path, Some(entry.span), message);
        }
        self.roots.push(directory.clone());
        let built = self.accumulate(&base, directory, Accumulated::default());
        self.roots.pop();
        self.append(built.resources, into, &own.path, entry.span);
        self.merge_config(built.config, into, own, Some(entry.span));
        self.merge_variables(built.variables, into, own);
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
        self.roots.push(directory.clone());
        let built = self.accumulate(&component, &directory, into);
        self.roots.pop();
        built
    }

    /// Adds objects, each identity once.
    fn append(&mut self, more: Vec<Resource>, into: &mut Accumulated, path: &TreePath, span: Span) {
        let mut known: FxHashSet<(String, SmolStr, String)> =
            into.resources.iter().map(|resource| identity(&resource.id())).collect();
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
            into.resources.push(resource);
        }
    }

    fn merge_config(
        &mut self,
        config: Config,
        into: &mut Accumulated,
        own: &Kustomization,
        span: Option<Span>,
    ) {
        if let Err(message) = into.config.merge(config) {
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
                    self.merge_config(config, into, own, Some(entry.span));
                }
            }
        }
        self.merge_config(Config::builtin().clone(), into, own, own.start);
        for entry in &own.crds {
            if let Err(refusal) = self.file(own, root, entry) {
                self.refused(refusal, entry, &own.path);
            }
        }
        for span in own.helm_charts.clone() {
            self.problem(
                ProblemKind::Unsupported,
                &own.path,
                Some(span),
                "charts in a kustomization are not rendered",
            );
        }
        if let Some(span) = own.open_api {
            self.problem(
                ProblemKind::Unsupported,
                &own.path,
                Some(span),
                "schemas of one's own are not read",
            );
        }
    }

    fn generate(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        let maps = own.config_maps.iter().map(|args| (Made::ConfigMap, args));
        let secrets = own.secrets.iter().map(|args| (Made::Secret, args));
        for (made, args) in maps.chain(secrets) {
            self.make(own, root, made, args, &own.generator_options, into);
        }
        self.run_generators(own, root, into);
    }

    pub(crate) fn make(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        made: Made,
        args: &At<GeneratorArgs>,
        options: &GeneratorOptions,
        into: &mut Accumulated,
    ) {
        let mut generator = Generator { loader: self.loader, root, origins: &mut self.origins };
        match generator.make(made, args, options) {
            Ok(resource) => self.absorb(resource, into, own, args.span),
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
    fn absorb(&mut self, mut new: Resource, into: &mut Accumulated, own: &Kustomization, span: Span) {
        let id = new.id();
        let matches: Vec<usize> = (0..into.resources.len())
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
                if behavior == Behavior::Merge {
                    merge_data(&mut new.node, &old.node);
                }
                into.resources[at] = new;
                return;
            }
            _ => format!("found multiple objects that could accept merge of {id}"),
        };
        self.problem(ProblemKind::Generator, &own.path, Some(span), message);
    }

    fn transform(&mut self, own: &Kustomization, root: &TreePath, into: &mut Accumulated) {
        let mut found = 0;
        for inline in &own.patches_strategic_merge {
            found += self.merge_patch(own, root, inline, into);
        }
        if let (Some(first), 0) = (own.patches_strategic_merge.first(), found) {
            let message = "patch appears to be empty";
            self.problem(ProblemKind::Patch, &own.path, Some(first.text.span), message);
        }
        for entry in &own.patches {
            self.patch(own, root, entry, into, false);
        }
        let config = into.config.clone();
        let all = &mut into.resources;
        if let Some(namespace) = &own.namespace {
            let result = transform::namespace(all, namespace, &config, &mut self.origins);
            self.transformed(result, own, Some(namespace.span));
        }
        for (affix, text) in [(Affix::Prefix, &own.name_prefix), (Affix::Suffix, &own.name_suffix)] {
            if let Some(text) = text {
                let result = transform::affix(all, affix, text, &config, &mut self.origins);
                self.transformed(result, own, Some(text.span));
            }
        }
        for label in &own.labels {
            let result = transform::labels(all, label, &config, &mut self.origins);
            let span = label.pairs.first().map(|(_, value)| value.span);
            self.transformed(result, own, span);
        }
        for (pairs, fields) in [
            (&own.common_labels, &config.common_labels),
            (&own.common_annotations, &config.common_annotations),
        ] {
            let result = transform::pairs(all, pairs, fields, &mut self.origins);
            let span = pairs.first().map(|(_, value)| value.span);
            self.transformed(result, own, span);
        }
        for entry in &own.patches_json6902 {
            self.patch(own, root, entry, into, true);
        }
        let all = &mut into.resources;
        for entry in &own.replicas {
            let result = transform::replicas(all, entry, &config, &mut self.origins);
            self.transformed(result, own, Some(entry.span));
        }
        for entry in &own.images {
            let mut change = ImageChange::new(entry);
            let result = change.apply(all, &config, &mut self.origins);
            if !change.is_used && result.is_ok() {
                let message = format!("no image is called '{}'", entry.value.name);
                self.problem(ProblemKind::Unused, &own.path, Some(entry.span), message);
            }
            self.transformed(result, own, Some(entry.span));
        }
        self.replace(own, root, &own.replacements, into);
        self.run_transformers(own, root, into);
        into.resources.retain(|resource| !resource.node.is_empty());
    }

    pub(crate) fn transformed(
        &mut self,
        result: Result<(), String>,
        own: &Kustomization,
        span: Option<Span>,
    ) {
        if let Err(message) = result {
            self.problem(ProblemKind::Transformer, &own.path, span, message);
        }
    }

    /// An entry of `patchesStrategicMerge`: a text, or a path. Gives the number
    /// of patches in it; what fails counts as one.
    pub(crate) fn merge_patch(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        inline: &crate::kustomization::Inline,
        into: &mut Accumulated,
    ) -> usize {
        let entry = &inline.text;
        let stream = patches::inline(inline);
        let read = self.origins.in_text(inline, |origins| {
            origins.in_role(Role::Patch, |origins| resources::read(&stream, origins))
        });
        let found = match read {
            Ok(found) if !found.is_empty() => Ok(found),
            _ => match self.file(own, root, entry) {
                Err(refusal) => {
                    self.refused(refusal, entry, &own.path);
                    return 1;
                }
                Ok(loaded) => {
                    let stream = loaded.stream();
                    let read = self.origins.in_role(Role::Patch, |origins| resources::read(&stream, origins));
                    read.map_err(|fault| (fault, loaded.path))
                }
            },
        };
        let patches = match found {
            Ok(patches) => patches,
            Err((fault, path)) => {
                self.problem(ProblemKind::Patch, &path, fault.span, fault.message);
                return 1;
            }
        };
        for patch in &patches {
            let options = patches::Options::default();
            if let Err(fault) = patches::merge_by_id(&mut into.resources, patch, options, &mut self.origins) {
                self.problem(ProblemKind::Patch, &own.path, Some(entry.span), fault.message);
            }
        }
        patches.len()
    }

    /// An entry of `patches` or `patchesJson6902`.
    pub(crate) fn patch(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entry: &At<PatchEntry>,
        into: &mut Accumulated,
        is_json: bool,
    ) {
        let At { value: patch, span } = entry;
        let read = match (&patch.patch, &patch.path) {
            (None, None) => Err(("must specify one of patch and path".to_owned(), None)),
            (Some(_), Some(_)) => Err(("patch and path can't be set at the same time".to_owned(), None)),
            (Some(inline), None) => {
                let stream = patches::inline(inline);
                let source = "[patch: inline]";
                self.origins
                    .in_text(inline, |origins| read_patch(&stream, source, is_json, origins))
                    .map_err(|fault| (fault.message, None))
            }
            (None, Some(path)) => match self.file(own, root, path) {
                Err(refusal) => return self.refused(refusal, path, &own.path),
                Ok(loaded) => {
                    let source = format!("[path: {:?}]", path.value);
                    read_patch(&loaded.stream(), &source, is_json, &mut self.origins)
                        .map_err(|fault| (fault.message, fault.span.map(|span| (loaded.path, span))))
                }
            },
        };
        let read = match read {
            Ok(read) => read,
            Err((message, place)) => {
                let (path, span) = place.unwrap_or_else(|| (own.path.clone(), *span));
                return self.problem(ProblemKind::Patch, &path, Some(span), message);
            }
        };
        let options = patches::Options {
            may_change_name: patch.allow_name_change,
            may_change_kind: patch.allow_kind_change,
        };
        match patches::apply(&mut into.resources, &read, patch.target.as_ref(), options, &mut self.origins) {
            Ok(0) => {
                let message = "the patch's target is no object";
                self.problem(ProblemKind::Unused, &own.path, Some(*span), message);
            }
            Ok(_) => {}
            Err(fault) => self.problem(ProblemKind::Patch, &own.path, Some(*span), fault.message),
        }
    }

    pub(crate) fn replace(
        &mut self,
        own: &Kustomization,
        root: &TreePath,
        entries: &[At<ReplacementEntry>],
        into: &mut Accumulated,
    ) {
        for entry in entries {
            let mut found = Vec::new();
            match &entry.value.path {
                None => found.push(entry.value.replacement.clone()),
                Some(path) => match self.file(own, root, path) {
                    Err(refusal) => self.refused(refusal, path, &own.path),
                    Ok(loaded) => {
                        let (more, problems) = read_replacements(&loaded.path, loaded.file, &loaded.text);
                        self.say_all(problems);
                        found = more;
                    }
                },
            }
            for one in &found {
                match replacement::apply(&mut into.resources, one, entry.span, &mut self.origins) {
                    Ok(true) => {}
                    Ok(false) => {
                        let message = "the replacement's targets are no objects";
                        self.problem(ProblemKind::Unused, &own.path, Some(entry.span), message);
                    }
                    Err(message) => {
                        self.problem(ProblemKind::Replacement, &own.path, Some(entry.span), message);
                    }
                }
            }
        }
    }

    /// `MergeVars`: remembers which object a variable takes its value from.
    fn add_variables(&mut self, own: &Kustomization, into: &mut Accumulated) {
        for variable in &own.vars {
            let wanted = &variable.value.object;
            let is_exact = !wanted.namespace.is_empty() || wanted.is_cluster_scoped;
            let fits = |id: ResourceId| {
                if is_exact { id.is_same(wanted) } else { id.name == wanted.name && id.gvk == wanted.gvk }
            };
            let mut found = into.resources.iter_mut().filter(|it| it.ids().any(fits));
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

    fn finish(&mut self, all: &mut Accumulated, own: &Kustomization, order: &Order) {
        for resource in all.resources.iter_mut().filter(|it| it.needs_hash) {
            let name = format!("{}-{}", resource.name(), hash::suffix(&resource.node));
            let origin =
                resource.node.at(&["metadata", "name"]).map_or(crate::OriginId::NONE, |node| node.origin);
            resource.remember();
            resource.set_name(&name, origin);
        }
        let span = own.vars.first().map(|it| it.span);
        let fixed = name_reference::fix(&mut all.resources, &all.config, &mut self.origins);
        self.transformed(fixed, own, own.start);
        let resolved = variables::resolve(&mut all.resources, &all.variables, &all.config, &mut self.origins);
        self.transformed(resolved, own, span);
        all.resources.retain(|resource| !is_local(resource));
        order::sort(&mut all.resources, order);
        if let Some(entry) = own.build_metadata.iter().find(|it| it.value == "managedByLabel") {
            self.add_managed_by(&mut all.resources, own, entry.span);
        }
        for entry in own.build_metadata.iter().filter(|it| it.value != "managedByLabel") {
            self.problem(
                ProblemKind::Unsupported,
                &own.path,
                Some(entry.span),
                "annotations of origins are not written",
            );
        }
        all.resources.iter_mut().for_each(Resource::settle);
    }

    fn add_managed_by(&mut self, resources: &mut [Resource], own: &Kustomization, span: Span) {
        let value = At { value: SmolStr::new("kustomize-v5.8.2"), span };
        let pairs = [(SmolStr::new("app.kubernetes.io/managed-by"), value)];
        let fields = [FieldSpec::everywhere("metadata/labels")];
        let result = transform::pairs(resources, &pairs, &fields, &mut self.origins);
        self.transformed(result, own, Some(span));
    }
}

fn read_patch(
    stream: &seatrial_yaml::Stream,
    source: &str,
    is_json: bool,
    origins: &mut Origins,
) -> Result<Patch, patches::Fault> {
    if is_json {
        let operations = origins.in_role(Role::Patch, |origins| patches::read_json(stream, origins))?;
        return Ok(Patch::Json(operations));
    }
    patches::read(stream, source, origins)
}

fn identity(id: &ResourceId) -> (String, SmolStr, String) {
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
