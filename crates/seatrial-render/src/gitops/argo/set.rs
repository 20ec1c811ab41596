//! An `ApplicationSet`: a unit that holds the Applications it makes.

use std::sync::Arc;

use seatrial_diagnostics::{Location, Notice, Severity};
use seatrial_model::{Identity, ObjectSource, OpenApplication, OpenCluster, SkipCode, UnitKind};
use seatrial_source::{FileId, Span, TreePath};
use seatrial_yaml::{Dialect, parse};

use super::super::{Deliverer, Found, suffix_of};
use super::fill::Filler;
use super::generators::{Generation, Openness, PARAMS_MAX, Params};
use super::item::{Data, Item};
use crate::checks::ARGOCD_MISSING_PARAMETER;
use crate::units::{Draft, DraftObject};

impl Deliverer<'_> {
    /// The unit of a set; gives the Applications that it makes.
    pub(in super::super) fn set(&mut self, found: &Found) -> Vec<Found> {
        let stream = Arc::clone(&found.object.source.stream);
        let root = stream.node(found.object.source.root);
        let mut draft = Draft {
            suffix: suffix_of(root),
            is_whole: true,
            by: Some(root.span()),
            ..Draft::new(UnitKind::ArgoCd, found.file.clone(), found.role)
        };
        let set = Item::of(root);
        let spec = set.get("spec").cloned().unwrap_or_else(|| Item::map(Vec::new()));
        let filler = Filler::new(&spec);
        let Some(unit) = self.claim(&mut draft, root, found) else { return Vec::new() };
        let mut count = 0;
        let mut open = Vec::new();
        for generator in spec.list("generators") {
            let mut generation = Generation { tree: self, filler: &filler, gaps: Vec::new() };
            let all = generation.params(generator, None, 0);
            let Generation { mut gaps, .. } = generation;
            let span = generator.span.unwrap_or(root.span());
            let template = template(generator, &spec);
            let mut lacks = Lacks { found: Vec::new(), left: TEXTS_MAX };
            for params in all {
                count += 1;
                if count > PARAMS_MAX {
                    gaps.push((SkipCode::Limit, format!("more than {PARAMS_MAX} Applications of one set")));
                    break;
                }
                match application(&filler, &set, &spec, &template, &params) {
                    Ok(app) => {
                        let object = self.generated_object(&unit, count, &app, found, span);
                        if params.openness != Openness::Settled {
                            open.push((object.source.stream.file(), params.openness, app));
                        }
                        draft.objects.push(object);
                    }
                    Err(error) => {
                        if params.openness == Openness::Settled {
                            lacks.add(&filler, &template, &params);
                        }
                        gaps.push((SkipCode::NotRendered, error));
                    }
                }
            }
            for lack in &lacks.found {
                self.note_lack(lack, &set, generator, found);
            }
            gaps.sort();
            gaps.dedup();
            for (code, reason) in gaps {
                draft.is_whole = false;
                draft.gaps.push(reason.clone());
                self.skip(found, span, code, reason);
            }
        }
        if !draft.objects.is_empty() {
            self.facts.filled_sets.push(root.span());
        }
        let is_open = |object: &DraftObject| open.iter().any(|it| it.0 == object.source.stream.file());
        let more = draft.objects.iter().map(|object| Found {
            object: object.clone(),
            file: found.file.clone(),
            holder: found.holder.clone(),
            role: found.role,
            depth: found.depth + 1,
            is_open: is_open(object),
        });
        let more = more.collect();
        self.note_open(&open);
        self.drafts.add(draft);
        more
    }

    /// Tells what a template asks for and does not get, where the tree says all that is given.
    fn note_lack(&mut self, lack: &Lack, set: &Item, generator: &Item, found: &Found) {
        let at = self.kustomizations.written(lack.at).or_else(|| self.in_file(&found.file, lack.at));
        let Some(at) = at.filter(|_| gives_what_is_here(generator)) else { return };
        let name = set.at(&["metadata", "name"]).and_then(Item::as_str).unwrap_or_default();
        let message =
            format!("ApplicationSet {name} asks for `{}`, which its generators do not give", lack.key);
        // What git holds may be of another revision.
        let is_all_here = generator.entries().iter().all(|(kind, _)| kind == "list");
        let notice = Notice::new(&ARGOCD_MISSING_PARAMETER, Location::text(at), message)
            .at_most(if is_all_here { Severity::Error } else { Severity::Warning })
            .because("with `missingkey=error` Argo CD makes none of the set's Applications")
            .help("let the generator give it, or name one that it gives");
        if !self.notices.iter().any(|it| it.at == notice.at && it.message == notice.message) {
            self.notices.push(notice);
        }
    }

    /// Applications that hang on a cluster: whether what they deploy is there
    /// says something only where it is there for none of their name.
    fn note_open(&mut self, open: &[(FileId, Openness, Item)]) {
        let standing: Vec<bool> = open.iter().map(|it| self.is_there(&it.2)).collect();
        // Where nothing of a set is there, the rest is no exception.
        let names_all = open.iter().any(|it| it.1 == Openness::Named) && standing.contains(&true);
        for ((file, openness, app), is_there) in open.iter().zip(standing) {
            let name = app.at(&["metadata", "name"]).and_then(Item::as_str).unwrap_or_default();
            self.facts.open_applications.push(OpenApplication {
                file: *file,
                name: name.to_owned(),
                cluster: match openness {
                    Openness::Named => OpenCluster::Named,
                    _ if names_all => OpenCluster::Rest,
                    _ => OpenCluster::Any,
                },
                is_there,
            });
        }
    }

    /// Whether every directory that an Application deploys is in the tree.
    fn is_there(&self, app: &Item) -> bool {
        let Some(spec) = app.get("spec") else { return false };
        let sources = spec.get("source").into_iter().chain(spec.list("sources"));
        let mut paths = sources.filter_map(|it| it.word("path")).peekable();
        let is_directory = |path: &str| self.here.path(path).is_some_and(|it| self.here.has_directory(&it));
        paths.peek().is_some() && paths.all(is_directory)
    }

    /// An Application as a text of its own.
    fn generated_object(
        &mut self,
        unit: &str,
        count: usize,
        app: &Item,
        found: &Found,
        whole: Span,
    ) -> DraftObject {
        let (text, map) = app.json();
        let path = TreePath::new(&format!("(made by {}) {count}", unit.replace('/', ":")));
        let file = self.sources.add(path, text.as_str().into());
        self.facts.paths.push((file, found.file.clone()));
        self.generated.add(file, map, whole);
        let text = Arc::clone(self.sources.file(file).text());
        let stream = Arc::new(parse(file, text, Dialect::GoYaml2, &self.request.limits.yaml));
        self.streams.push(Arc::clone(&stream));
        let root = stream.roots().next().expect("a mapping was written");
        let identity = Identity::typed(root, "argoproj.io/v1alpha1".into(), "Application".into());
        DraftObject {
            source: ObjectSource { root: root.id(), stream: Arc::clone(&stream) },
            identity: Arc::new(identity),
            accepted: true,
            is_gitops: true,
            namespace: None,
        }
    }
}

/// Whether all that a generator gives stands in the tree: a cluster has labels that do not.
fn gives_what_is_here(generator: &Item) -> bool {
    generator.entries().iter().all(|(kind, part)| match kind.as_str() {
        "list" | "git" | "selector" | "template" => true,
        "matrix" | "merge" => part.list("generators").iter().all(gives_what_is_here),
        _ => false,
    })
}

/// Of more parameters that one generator does not give, only the first are told.
const LACKS_MAX: usize = 100;

/// Texts of a template that are filled in once more for one generator, to see what they lack.
const TEXTS_MAX: usize = 20_000;

/// A parameter that a template asks for and that is not given.
struct Lack {
    key: String,
    /// The first text that asks for it.
    at: Span,
}

/// What one generator does not give.
struct Lacks {
    found: Vec<Lack>,
    /// How many texts may still be looked at.
    left: usize,
}

impl Lacks {
    /// Adds what is missing for each text of a template: another one that fails for a
    /// reason of its own hides none.
    fn add(&mut self, filler: &Filler, item: &Item, params: &Params) {
        match &item.data {
            Data::Text(text) if self.left > 0 => {
                self.left -= 1;
                let Some(at) = item.span else { return };
                let Err(error) = filler.text(text, &params.item) else { return };
                let key = error.split_once("map has no entry for key \"").and_then(|it| it.1.split_once('"'));
                let Some((key, _)) = key else { return };
                if self.found.len() < LACKS_MAX && self.found.iter().all(|it| it.key != key) {
                    self.found.push(Lack { key: key.to_owned(), at });
                }
            }
            Data::Text(_) | Data::Plain(_) => {}
            Data::List(items) => items.iter().for_each(|it| self.add(filler, it, params)),
            Data::Map(entries) => entries.iter().for_each(|it| self.add(filler, &it.1, params)),
        }
    }
}

/// The template of a generator, over the one of the set: what is empty in it
/// stands there because it has to be written.
fn template(generator: &Item, spec: &Item) -> Item {
    let mut template = Item::map(Vec::new());
    for own in generator.entries().iter().filter_map(|(_, part)| part.get("template")) {
        template.complete(own);
    }
    if let Some(all) = spec.get("template") {
        template.complete(all);
    }
    template
}

fn application(
    filler: &Filler,
    set: &Item,
    spec: &Item,
    template: &Item,
    params: &Params,
) -> Result<Item, String> {
    let name = set.at(&["metadata", "name"]).and_then(Item::as_str).unwrap_or_default();
    let wrong = |error: String| format!("the template of ApplicationSet {name} cannot be filled in: {error}");
    let mut filled = filler.fill(template, &params.item).map_err(wrong)?;
    if let Some(patch) = spec.word("templatePatch") {
        let patch_span = spec.get("templatePatch").and_then(|it| it.span);
        let text = filler.text(patch, &params.item).map_err(wrong)?;
        let stream = parse(
            seatrial_source::FileId(0),
            text.into(),
            Dialect::GoYaml2,
            &seatrial_yaml::Limits::default(),
        );
        let root = stream.roots().next().filter(|_| stream.is_accepted());
        let mut patch = root.map(Item::of).ok_or_else(|| wrong("the patch is no YAML".to_owned()))?;
        place_all(&mut patch, patch_span);
        let project = filled.at(&["spec", "project"]).cloned();
        filled.merge(&patch, true);
        if let (Some(project), Some(Data::Map(_))) = (project, filled.get("spec").map(|it| &it.data)) {
            let mut spec = filled.get("spec").cloned().unwrap_or_else(|| Item::map(Vec::new()));
            spec.set("project", project);
            filled.set("spec", spec);
        }
    }
    let mut metadata = filled.get("metadata").cloned().unwrap_or_else(|| Item::map(Vec::new()));
    if params.openness != Openness::Settled {
        close(&mut metadata);
        mark(&mut filled);
    }
    // Sets make Applications beside themselves, whatever the template says.
    match set.at(&["metadata", "namespace"]) {
        Some(namespace) => metadata.set("namespace", namespace.clone()),
        None => metadata.remove("namespace"),
    }
    let mut app = Item { data: Data::Map(Vec::new()), span: template.span };
    app.set("apiVersion", Item { data: Data::Text("argoproj.io/v1alpha1".to_owned()), span: template.span });
    app.set("kind", Item { data: Data::Text("Application".to_owned()), span: template.span });
    app.set("metadata", metadata);
    if let Some(spec) = filled.get("spec") {
        app.set("spec", spec.clone());
    }
    Ok(app)
}

/// What hangs on a cluster that the tree does not name is any of them.
fn close(item: &mut Item) {
    each_text(item, &|text| {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let Some((_, after)) = behind.split_once("}}") else { break };
            out.push_str(before);
            out.push_str("any");
            rest = after;
        }
        out.push_str(rest);
        out.replace("<no value>", "any")
    });
}

/// What a template finds no parameter for is not known, either.
fn mark(item: &mut Item) {
    each_text(item, &|text| text.replace("<no value>", "{{?}}"));
}

fn each_text(item: &mut Item, change: &dyn Fn(&str) -> String) {
    match &mut item.data {
        Data::Text(text) => *text = change(text),
        Data::Plain(_) => {}
        Data::List(items) => items.iter_mut().for_each(|it| each_text(it, change)),
        Data::Map(entries) => entries.iter_mut().for_each(|it| each_text(&mut it.1, change)),
    }
}

fn place_all(item: &mut Item, span: Option<Span>) {
    item.span = span;
    match &mut item.data {
        Data::List(items) => items.iter_mut().for_each(|it| place_all(it, span)),
        Data::Map(entries) => entries.iter_mut().for_each(|it| place_all(&mut it.1, span)),
        Data::Text(_) | Data::Plain(_) => {}
    }
}
