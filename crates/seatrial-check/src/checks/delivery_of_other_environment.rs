//! What is applied for one environment goes to, or comes from, another.
//!
//! ## Why
//! An Application, a `Kustomization` or a release of production that was copied from
//! staging's and still names its cluster, its namespace, its branch or its values: it is
//! applied, and nothing fails. Staging is then deployed twice and production not at all, or
//! production runs with staging's settings.
//!
//! Told of objects whose directory, file and name speak of one environment alone. What they
//! name must be called after the other one, and proven to be its: an object of that
//! environment names the same, or one of the own environment has the counterpart. A cluster
//! or a branch of production that staging uses as well is left alone.
//!
//! ## Bad
//! ```yaml file:apps/production/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, path: deploy}
//!   destination: {name: staging, namespace: shop}
//! ```
//! ```yaml file:apps/staging/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, path: deploy}
//!   destination: {name: staging, namespace: shop}
//! ```
//!
//! ## Good
//! ```yaml file:apps/production/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, path: deploy}
//!   destination: {name: production, namespace: shop}
//! ```
//! ```yaml file:apps/staging/shop.yaml
//! apiVersion: argoproj.io/v1alpha1
//! kind: Application
//! metadata: {name: shop, namespace: argocd}
//! spec:
//!   source: {repoURL: https://github.com/example/shop, path: deploy}
//!   destination: {name: staging, namespace: shop}
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Notice, Role, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_source::TreePath;

use crate::environments::{Environment, only};
use crate::flux::{HELM, KUSTOMIZE, SOURCE};
use crate::gitops::{ARGO, Source, is_literal, short_name};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "delivery-of-other-environment",
        title: "What is applied for one environment goes to, or comes from, another",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["env.leak", "argo.destination"],
        page: include_str!("delivery_of_other_environment.rs"),
    },
    run,
};

/// What a field says about a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Cluster,
    Namespace,
    Revision,
    Source,
    Values,
}

impl Part {
    /// What an object does with it.
    fn verb(self) -> &'static str {
        match self {
            Self::Cluster => "goes to the cluster",
            Self::Namespace => "goes to the namespace",
            Self::Revision => "follows the revision",
            Self::Source => "comes from the source",
            Self::Values => "takes values from",
        }
    }

    /// Whether one environment that takes it from the other is wrong: several that are not
    /// production may share a cluster, and staging may follow what production does.
    fn is_wrong(self, home: Environment, named: Environment) -> bool {
        let is_shared = matches!(self, Self::Cluster | Self::Revision | Self::Source);
        home == Environment::PRODUCTION || named == Environment::PRODUCTION && !is_shared
    }
}

/// One field of an object of one environment.
struct Named<'a> {
    object: &'a Object,
    home: Environment,
    part: Part,
    field: Field<'a>,
    text: &'a str,
}

fn run(context: &Context<'_>, report: &mut Report) {
    let repository = context.world().repository;
    let mut all: Vec<Named<'_>> = Vec::new();
    for object in repository.objects() {
        let fields = fields(object);
        if fields.is_empty() {
            continue;
        }
        let path = repository.facts.path(object.span().file).map_or("", TreePath::as_str);
        let Some(home) = Environment::of_object(path, object.name()) else { continue };
        let literal = fields.into_iter().filter_map(|(part, field)| {
            let text = field.as_str().filter(|it| is_literal(it))?;
            Some(Named { object, home, part, field, text })
        });
        all.extend(literal);
    }
    let mut homes: BTreeMap<(Part, &str, Environment), &Named<'_>> = BTreeMap::new();
    for named in &all {
        homes.entry((named.part, named.text, named.home)).or_insert(named);
    }
    for named in &all {
        report.add_some(judge(named, &homes));
    }
}

fn judge(named: &Named<'_>, homes: &BTreeMap<(Part, &str, Environment), &Named<'_>>) -> Option<Notice> {
    let &Named { object, home, part, text, .. } = named;
    let other = other_environment(part, text).filter(|it| *it != home && part.is_wrong(home, *it))?;
    let (own, theirs) = (home.names()[0], other.names()[0]);
    let message = format!("{} is for {own} and {} `{text}`", object.title(), part.verb());
    let notice = Notice::new(&CHECK.info, named.field.location(), message)
        .help(format!("name what belongs to {own}; ignore this where it is meant"));
    // `dev-tools` may be anybody's, `shop-dev` is not.
    let is_proof = part != Part::Namespace || ends_with(text, other);
    if let Some(same) = homes.get(&(part, text, other)).filter(|_| is_proof) {
        let why = format!("{}, which is for {theirs}, names the same", same.object.title());
        return Some(notice.because(why).related(same.field.location(), Role::Application, "the other one"));
    }
    let own_words = home.names().iter().map(|it| replaced(text, other, it));
    let right = own_words.flatten().find_map(|it| homes.get(&(part, it.as_str(), home)).copied())?;
    let why = format!("{}, which is for {own}, names `{}`", right.object.title(), right.text);
    Some(notice.because(why).related(right.field.location(), Role::Application, "the counterpart"))
}

/// The only environment that a text names, if it is one that a tree is sure to mean.
fn other_environment(part: Part, text: &str) -> Option<Environment> {
    let [staging, development] = Environment::BEFORE_PRODUCTION;
    let is_sure = |it: &Environment| [Environment::PRODUCTION, staging, development].contains(it);
    let found = match part {
        Part::Revision => Environment::named(&short_name(text).to_ascii_lowercase()),
        Part::Cluster => only(Environment::within(host(text))),
        _ => only(Environment::within(text)),
    };
    found.filter(is_sure)
}

/// The name of a cluster without what says nothing of its environment: scheme, port and the
/// top-level domain, of which `dev` is one.
fn host(cluster: &str) -> &str {
    let Some((_, address)) = cluster.split_once("://") else { return cluster };
    let host = address.split(['/', ':']).next().unwrap_or(address);
    host.rsplit_once('.').map_or(host, |it| it.0)
}

/// Whether the last word of a name is one for an environment.
fn ends_with(name: &str, environment: Environment) -> bool {
    let last = name.rsplit(|it: char| !it.is_ascii_alphanumeric()).next().unwrap_or_default();
    Environment::named(&last.to_ascii_lowercase()) == Some(environment)
}

/// A text with a word for another environment in the place of the one in it.
fn replaced(text: &str, other: Environment, word: &str) -> Option<String> {
    let is_other = |it: &&str| Environment::named(&it.to_ascii_lowercase()) == Some(other);
    let old = text.split(|it: char| !it.is_ascii_alphanumeric()).find(is_other)?;
    let is_end = |it: Option<char>| it.is_none_or(|it| !it.is_ascii_alphanumeric());
    let mut places = text.match_indices(old).map(|it| (&text[..it.0], &text[it.0 + old.len()..]));
    let (before, behind) =
        places.find(|it| is_end(it.0.chars().next_back()) && is_end(it.1.chars().next()))?;
    Some(format!("{before}{word}{behind}"))
}

/// The fields of an object of Argo CD or Flux that say where it goes and what it takes.
fn fields(object: &Object) -> Vec<(Part, Field<'_>)> {
    let root = Field::root(object);
    let at = |part: Part, keys: &[&str]| root.keys(keys).map(|it| (part, it));
    match (object.group(), object.kind()) {
        (ARGO, "Application" | "ApplicationSet") => {
            let spec: &[&str] =
                if object.kind() == "Application" { &["spec"] } else { &["spec", "template", "spec"] };
            let destination = root.keys(spec).and_then(|it| it.key("destination"));
            let keys = [("server", Part::Cluster), ("name", Part::Cluster), ("namespace", Part::Namespace)];
            let goes = keys.iter().filter_map(|(key, part)| Some((*part, destination.as_ref()?.key(key)?)));
            let sources = Source::written(object).into_iter().filter(|it| !it.is_chart());
            let follows = sources.filter_map(|it| Some((Part::Revision, it.field.key("targetRevision")?)));
            goes.chain(follows).collect()
        }
        (KUSTOMIZE, "Kustomization") => {
            let fixed = [
                at(Part::Cluster, &["spec", "kubeConfig", "secretRef", "name"]),
                at(Part::Namespace, &["spec", "targetNamespace"]),
                at(Part::Source, &["spec", "sourceRef", "name"]),
            ];
            let from = root.keys(&["spec", "postBuild"]).into_iter();
            let from = from.flat_map(|it| it.list("substituteFrom").collect::<Vec<_>>());
            let values = from.filter_map(|it| Some((Part::Values, it.key("name")?)));
            fixed.into_iter().flatten().chain(values).collect()
        }
        (HELM, "HelmRelease") => {
            let fixed = [
                at(Part::Cluster, &["spec", "kubeConfig", "secretRef", "name"]),
                at(Part::Namespace, &["spec", "targetNamespace"]),
                at(Part::Source, &["spec", "chart", "spec", "sourceRef", "name"]),
                at(Part::Source, &["spec", "chartRef", "name"]),
            ];
            let from = root.key("spec").into_iter().flat_map(|it| it.list("valuesFrom").collect::<Vec<_>>());
            let values = from.filter_map(|it| Some((Part::Values, it.key("name")?)));
            fixed.into_iter().flatten().chain(values).collect()
        }
        (SOURCE, "GitRepository") => at(Part::Revision, &["spec", "ref", "branch"]).into_iter().collect(),
        _ => Vec::new(),
    }
}
