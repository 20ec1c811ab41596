//! A cluster's directory deploys the path or the values of another environment.
//!
//! ## Why
//! A file for one environment that was copied from another and still names the other's
//! path: staging runs with the settings, the hosts and the secrets of production, or
//! production with those of staging. Both are there, so nothing fails. Where no directory
//! says what an object is for, its own name and that of its file do.
//!
//! ## Bad
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! apps/production/kustomization.yaml
//! apps/staging/kustomization.yaml
//! ```
//! ```yaml file:clusters/staging/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/production, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```
//!
//! ## Good
//! ```text refs
//! url https://github.com/example/fleet
//! main
//! ```
//! ```text files
//! apps/production/kustomization.yaml
//! apps/staging/kustomization.yaml
//! ```
//! ```yaml file:clusters/staging/apps.yaml
//! apiVersion: kustomize.toolkit.fluxcd.io/v1
//! kind: Kustomization
//! metadata: {name: apps, namespace: flux-system}
//! spec: {path: ./apps/staging, sourceRef: {kind: GitRepository, name: flux-system}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::{Field, Object};
use seatrial_source::TreePath;

use crate::environments::{Environment, only};
use crate::flux::HELM;
use crate::gitops::{Holder, NamedValues, Source, Standing, is_literal, standing, stands};
use crate::{Check, Context, Report, World};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "path-of-other-environment",
        title: "A cluster's directory deploys the path or the values of another environment",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["flux.path", "argo.path"],
        page: include_str!("path_of_other_environment.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let world = context.world();
    for object in context.objects() {
        let Some(file) = world.repository.facts.path(object.span().file) else { continue };
        let Some(told) = Told::of(object, file) else { continue };
        if object.is("kustomize.toolkit.fluxcd.io", "Kustomization") {
            let path = Field::root(object).keys(&["spec", "path"]);
            report.add_some(path.and_then(|it| told.path(world, &it)));
        }
        let files = release_files(object);
        let is_file = |it: &str| standing(world, it).is_some_and(|it| it.1 == Standing::File);
        told.values(&files, is_file, report);
        let sources = Source::of(world.repository, object);
        for source in sources.iter().filter(|it| !it.is_chart()) {
            report.add_some(source.field.key("path").and_then(|it| told.path(world, &it)));
        }
        for source in &sources {
            let named = NamedValues::of(source);
            let fields: Vec<Field<'_>> = named.iter().map(|it| it.field.clone()).collect();
            let is_file = |written: &str| {
                let values = NamedValues { field: source.field.clone(), written };
                let Holder::Source(holder) = values.holder(source, &sources) else { return false };
                let path = holder.own_repository(world).and_then(|(origins, _)| values.path(origins, holder));
                path.is_some_and(|it| stands(world, &it) == Standing::File)
            };
            told.values(&fields, is_file, report);
        }
    }
}

/// The values files that a release of Flux names.
fn release_files(object: &Object) -> Vec<Field<'_>> {
    let spec =
        Field::root(object).keys(&["spec", "chart", "spec"]).filter(|_| object.is(HELM, "HelmRelease"));
    spec.iter().flat_map(|it| it.list("valuesFiles")).collect()
}

/// An object that is for one environment.
struct Told<'o> {
    object: &'o Object,
    /// The word for it.
    home: String,
    /// What the word is to the object.
    verb: &'static str,
}

impl<'o> Told<'o> {
    /// By the directory, or else by the names of the file and of the object: what speaks of
    /// several belongs to none.
    fn of(object: &'o Object, file: &TreePath) -> Option<Self> {
        let is_environment = |it: &&str| Environment::named(it).is_some();
        let directory = file.parent()?.as_str().to_ascii_lowercase();
        let homes: Vec<&str> = directory.split('/').filter(is_environment).collect();
        if let [home] = homes[..] {
            return Some(Self { object, home: home.to_owned(), verb: "stands below" });
        }
        let names = format!("{} {}", file.name(), object.name()).to_ascii_lowercase();
        let words: Vec<&str> = Environment::sure_words(&names).filter(|_| homes.is_empty()).collect();
        only(words.iter().filter_map(|it| Environment::named(it)))?;
        Some(Self { object, home: (*words.first()?).to_owned(), verb: "is for" })
    }

    fn path(&self, world: &World<'_>, field: &Field<'_>) -> Option<Notice> {
        let written = field.as_str().filter(|it| is_literal(it))?;
        let is_there = |it: &str| standing(world, it).is_some_and(|it| it.1 == Standing::Directory);
        let is_part = |it: char| it != '/';
        Some(self.notice(field, written, "deploys", self.right(written, is_part, is_there)?))
    }

    /// Of values files those of another environment; beside those of the own they may
    /// be a layer below.
    fn values(&self, files: &[Field<'_>], is_there: impl Fn(&str) -> bool, report: &mut Report) {
        let is_part = |it: char| it.is_ascii_alphanumeric();
        for field in files {
            let Some(written) = field.as_str() else { continue };
            let right = self.right(written, is_part, &is_there);
            let right = right.filter(|right| files.iter().all(|it| it.as_str() != Some(right)));
            report.add_some(right.map(|it| self.notice(field, written, "takes values from", it)));
        }
    }

    /// What a path would be in the own environment, where it names another and both
    /// are there.
    fn right(
        &self,
        written: &str,
        is_part: impl Fn(char) -> bool,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let mut named = written.split(|it| !is_part(it)).filter(|it| Environment::named(it).is_some());
        let (named, None) = (named.next()?, named.next()) else { return None };
        let own = Environment::named(&self.home)?;
        if Environment::named(named) == Some(own) || !is_there(written) {
            return None;
        }
        let ends = |text: &str, last: Option<char>| text.is_empty() || last.is_some_and(|it| !is_part(it));
        let is_whole = |at: &usize| {
            let (before, behind) = (&written[..*at], &written[*at + named.len()..]);
            ends(before, before.chars().next_back()) && ends(behind, behind.chars().next())
        };
        let at = written.match_indices(named).map(|it| it.0).find(is_whole)?;
        let with = |name: &str| format!("{}{name}{}", &written[..at], &written[at + named.len()..]);
        let names = std::iter::once(self.home.as_str()).chain(own.names().iter().copied());
        names.map(with).find(|it| is_there(it))
    }

    fn notice(&self, field: &Field<'_>, written: &str, does: &str, right: String) -> Notice {
        let message = format!("{} {} `{}` and {does} `{written}`", self.object.title(), self.verb, self.home);
        let notice = Notice::new(&CHECK.info, field.location(), message)
            .because(format!("`{right}` is there, too"))
            .help(format!("write `{right}`"));
        notice.change(Change::Set { at: field.location(), content: Content::Text(right) })
    }
}
