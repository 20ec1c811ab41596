//! A name, an image or a host still holds a variable that was to be replaced.
//!
//! ## Why
//! Kubernetes replaces no variables in manifests. If `${TAG}` reaches the cluster as
//! it is, the API server refuses it in a name, a namespace or a host, and the
//! kubelet reports `InvalidImageName` for it in an image. Whether a script, a
//! pipeline or `envsubst` replaces it first cannot be seen in the manifests; what
//! Flux substitutes is passed over.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers: [{name: app, image: "registry.example.com/app:${TAG}"}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers: [{name: app, image: "registry.example.com/app:1.4.2"}]
//! ```

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};

use crate::placeholder::{
    Filler, Placeholder, Tokens, kustomize_variable, placeholder, token, word_for_scripts,
};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unsubstituted-variable",
        title: "A name, an image or a host still holds a variable that was to be replaced",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["template.syntax", "template.placeholder"],
        page: include_str!("unsubstituted_variable.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let substituted = Substituted::new(context.world());
    // A token of a whole tree is told where it stands first.
    let mut tokens: Tokens<'_> = Tokens::default();
    for object in context.objects().filter(|it| !is_template(it)) {
        let mut known: FxHashSet<&str> = FxHashSet::default();
        for place in places(object) {
            let Some(found) = place.field.as_str().and_then(|text| open_part(&place, text)) else { continue };
            if substituted.includes(&found) || !known.insert(found.text) {
                continue;
            }
            if found.filler == Filler::Script || token(found.text).is_some() {
                tokens.add(found.text, || notice(object, &place, &found));
            } else {
                report.add(notice(object, &place, &found));
            }
        }
    }
    tokens.told("objects").for_each(|it| report.add(it));
}

/// The part of a field that stands for another text. Names and hosts are written in
/// small letters, so that what is not is a word for scripts.
fn open_part<'a>(place: &Place<'a>, text: &'a str) -> Option<Placeholder<'a>> {
    let for_scripts = || {
        let word = word_for_scripts(text).filter(|_| !place.is_image)?;
        let start = text.find(word)?;
        Some(Placeholder { filler: Filler::Script, text: word, name: word, part: start..start + word.len() })
    };
    let argument = || kustomize_variable(text).filter(|_| place.is_image);
    placeholder(text).or_else(argument).or_else(for_scripts)
}

/// Cluster API's templates are filled in by `clusterctl`.
fn is_template(object: &Object) -> bool {
    object.group().ends_with("cluster.x-k8s.io")
}

/// A field that is refused with a variable in it.
struct Place<'a> {
    what: String,
    field: Field<'a>,
    is_image: bool,
}

impl<'a> Place<'a> {
    fn new(what: &str, field: Field<'a>) -> Self {
        Self { what: what.to_owned(), field, is_image: false }
    }
}

fn places(object: &Object) -> Vec<Place<'_>> {
    let root = Field::root(object);
    let mut places = Vec::new();
    places.extend(root.keys(&["metadata", "name"]).map(|it| Place::new("its name", it)));
    places.extend(root.keys(&["metadata", "namespace"]).map(|it| Place::new("its namespace", it)));
    places.extend(hosts(&root).into_iter().map(|it| Place::new("a host", it)));
    for container in PodTemplate::of(object).into_iter().flat_map(|it| it.containers().collect::<Vec<_>>()) {
        let what = container
            .name()
            .map_or("the image of a container".to_owned(), |it| format!("the image of container {it}"));
        places.extend(container.field.key("image").map(|field| Place { what, field, is_image: true }));
    }
    places
}

/// The hosts that an object serves.
pub(super) fn hosts<'a>(root: &Field<'a>) -> Vec<Field<'a>> {
    let Some(spec) = root.key("spec") else { return Vec::new() };
    match (root.object().group(), root.object().kind()) {
        ("networking.k8s.io" | "extensions", "Ingress") => {
            let rules = spec.list("rules").filter_map(|it| it.key("host"));
            rules.chain(spec.list("tls").flat_map(|it| it.list("hosts"))).collect()
        }
        ("gateway.networking.k8s.io", "Gateway") => {
            spec.list("listeners").filter_map(|it| it.key("hostname")).collect()
        }
        ("gateway.networking.k8s.io", _) => spec.list("hostnames").collect(),
        ("networking.istio.io", "VirtualService") => spec.list("hosts").collect(),
        ("networking.istio.io", "Gateway") => spec.list("servers").flat_map(|it| it.list("hosts")).collect(),
        _ => Vec::new(),
    }
}

/// What a controller that is set up in the tree replaces.
#[derive(Default)]
struct Substituted<'a> {
    names: FxHashSet<&'a str>,
    /// Not all the names are known.
    any: bool,
}

impl<'a> Substituted<'a> {
    fn new(world: &World<'a>) -> Self {
        let mut found = Self::default();
        for object in world.repository.objects() {
            let root = Field::root(object);
            match (object.group(), object.kind()) {
                ("kustomize.toolkit.fluxcd.io", "Kustomization") => found.add_flux(&root),
                ("argoproj.io", "Application" | "ApplicationSet") => found.any |= has_plugin(&root),
                _ => {}
            }
        }
        found
    }

    fn add_flux(&mut self, root: &Field<'a>) {
        let Some(spec) = root.key("spec") else { return };
        // A patch may bring `postBuild` into further Kustomizations.
        self.any |= spec.key("patches").is_some() || spec.keys(&["postBuild", "substituteFrom"]).is_some();
        let named = spec.keys(&["postBuild", "substitute"]);
        let entries = named.into_iter().flat_map(|it| it.node().entries());
        self.names.extend(entries.filter_map(|entry| entry.key.as_str()));
    }

    fn includes(&self, found: &Placeholder<'_>) -> bool {
        found.filler == Filler::Shell && (self.any || self.names.contains(found.name))
    }
}

/// Whether an application's manifests are made by a plugin.
fn has_plugin(root: &Field<'_>) -> bool {
    let spec = root.keys(&["spec", "template", "spec"]).or_else(|| root.key("spec"));
    let sources = spec.into_iter().flat_map(|it| it.key("source").into_iter().chain(it.list("sources")));
    sources.into_iter().any(|it| it.key("plugin").is_some())
}

fn notice(object: &Object, place: &Place<'_>, found: &Placeholder<'_>) -> Notice {
    let (title, text, what) = (object.title(), found.text, &place.what);
    let message = format!("{title} still has `{text}` in {what}");
    let part = found.part.start as u32..found.part.end as u32;
    let help = match found.filler {
        Filler::Shell => {
            "write the value, or have Flux, Kustomize or a chart fill it in; ignore this where a script does"
        }
        Filler::Template => {
            "write the value, or make the file part of a chart; ignore this where a program fills it in"
        }
        Filler::Kustomize => {
            "name it in `vars` or `replacements` of the kustomization, or write the value; ignore this where a script does"
        }
        Filler::Person | Filler::Script => "write the value; ignore this where a program does",
    };
    Notice::new(&CHECK.info, place.field.location().part(part), message).help(help)
}
