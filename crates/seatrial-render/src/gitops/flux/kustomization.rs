//! A Kustomization of Flux: a directory, what is put over it, and variables
//! that are filled in behind the build.

use std::sync::Arc;

use seatrial_kustomize::{Additions, Section};
use seatrial_model::{RemoteUse, SkipCode, UnitKind};
use seatrial_source::{RemoteSource, TreePath, without_credentials};
use seatrial_yaml::Node;

use super::super::away::{Away, AwayBuild};
use super::super::{Deliverer, add_names};
use super::sources::Lead;
use super::substitute::{self, Variables};
use super::{Call, Gap, Yield, is_literal, scan, word};
use crate::kustomizations::{Ask, Substitute};
use crate::units::{DraftObject, Made};

impl Deliverer<'_> {
    pub(super) fn kustomization(&mut self, call: &Call<'_>) -> Result<Yield, Gap> {
        let assumption = match self.lead(call, call.spec.get("sourceRef"), call.namespace)? {
            Lead::Here { assumption } => assumption,
            Lead::Elsewhere(source) => {
                let tree = self.remote_tree(call, &source, "applies")?;
                return self.applied_tree(call, tree);
            }
        };
        let written = word(call.spec, "path").unwrap_or(".");
        let directory = self.here.path(written).filter(|it| self.here.has_directory(it));
        let directory = directory.or_else(|| self.in_artifact(call, written));
        let Some(directory) = directory.filter(|_| is_literal(written)) else {
            let reason = format!("`{written}`, which {} applies, is not here", call.title);
            return Err((SkipCode::NotRendered, reason));
        };
        let variables = self.variables(call);
        let place = self.build_for_flux(call, &directory, variables.as_ref());
        if let Some(variables) = &variables {
            let built = self.kustomizations.built(place);
            let found = substitute::notices(built, variables, &call.title, self.sources);
            self.notices.extend(found);
        }
        self.take_over(&directory, call.unit);
        let unfilled = variables.as_ref().and_then(|it| it.unfilled(self.kustomizations.built(place)));
        Ok(Yield {
            objects: self.kustomizations.built(place).objects(self.is_broken),
            made: vec![Made::Kustomization(place)],
            assumptions: assumption.into_iter().chain(unfilled).collect(),
        })
    }

    /// A directory of an artifact that was made of a part of this tree: that part
    /// holds the Kustomization, too.
    fn in_artifact(&self, call: &Call<'_>, written: &str) -> Option<TreePath> {
        let source = call.spec.get("sourceRef")?;
        if word(source, "kind") != Some("OCIRepository") {
            return None;
        }
        let parts = std::iter::successors(call.found.file.parent(), TreePath::parent);
        let inside = parts.filter_map(|part| part.join(written.trim_start_matches('/')));
        inside.filter(|it| self.here.has_directory(it)).last()
    }

    fn build_for_flux(
        &mut self,
        call: &Call<'_>,
        directory: &TreePath,
        variables: Option<&Variables>,
    ) -> usize {
        let path = self.sources.file(call.spec.span().file).path().clone();
        let mut additions = Additions::new(&path);
        if !scan::has_kustomization(&self.here, directory) {
            additions.without_file();
            let span = call.spec.get("path").unwrap_or(call.spec).span();
            for resource in scan::resources(&self.here, directory) {
                additions.resource(&resource, span);
            }
        }
        self.add(&mut additions, call.spec, directory);
        let substitute = variables.map(|it| {
            let variables = it.clone();
            Arc::new(move |text: &str| variables.fill_in(text)) as Substitute
        });
        let ask = Ask::with(directory.clone(), call.unit, additions);
        self.build(Ask { substitute, is_unrestricted: true, ..ask }, directory)
    }

    /// What the object says, as Flux puts it into the kustomization.
    fn add(&self, additions: &mut Additions, spec: Node<'_>, directory: &TreePath) {
        add_names(additions, spec, "targetNamespace");
        for key in ["patches", "images"] {
            if let Some(value) = spec.get(key) {
                additions.field(key, value);
            }
        }
        let is_lenient = spec.get("ignoreMissingComponents").and_then(Node::as_bool) == Some(true);
        for component in spec.get("components").into_iter().flat_map(Node::items) {
            let Some(text) = component.as_str() else { continue };
            let is_there = || directory.join(text).is_some_and(|it| self.here.has_directory(&it));
            if !is_lenient || is_there() {
                additions.component(text, component.span());
            }
        }
        add_common_metadata(additions, spec);
    }

    /// What a Kustomization applies of a tree that was fetched.
    fn applied_tree(&mut self, call: &Call<'_>, tree: TreePath) -> Result<Yield, Gap> {
        let written = word(call.spec, "path").unwrap_or(".");
        let away = Away::open(self.request.files, tree, written)
            .map_err(|why| (SkipCode::NotRendered, format!("of what {} applies, {why}", call.title)))?;
        let here = away.here();
        let is_built = scan::has_kustomization(&here, &away.directory);
        let resources = if is_built { Vec::new() } else { scan::resources(&here, &away.directory) };
        let mut additions = Additions::new(&call.found.file);
        self.add(&mut additions, call.spec, &away.directory);
        let variables = self.variables(call);
        let substitute = variables
            .clone()
            .map(|variables| Arc::new(move |text: &str| variables.fill_in(text)) as Substitute);
        let span = call.spec.get("sourceRef").unwrap_or(call.spec).span();
        let place = self.build_away(AwayBuild {
            away: &away,
            additions,
            resources: &resources,
            entry: (written, span),
            label: call.unit,
            substitute,
            home: &call.found.file,
        });
        let unfilled = variables.and_then(|it| it.unfilled(self.kustomizations.built(place)));
        Ok(Yield {
            objects: self.kustomizations.built(place).objects(self.is_broken),
            made: vec![Made::Kustomization(place)],
            assumptions: unfilled.into_iter().collect(),
        })
    }

    /// A tree on another host, where it was fetched to; else it is told.
    pub(super) fn remote_tree(
        &mut self,
        call: &Call<'_>,
        source: &DraftObject,
        does: &str,
    ) -> Result<TreePath, Gap> {
        let spec = source.source.stream.node(source.source.root).get("spec");
        let url = spec.and_then(|it| word(it, "url")).unwrap_or_default();
        let reference = spec.and_then(|it| it.get("ref"));
        let named = |key| reference.and_then(|it| word(it, key));
        let exact = named("commit").or(named("name"));
        let revision = exact.or(named("tag")).or(named("semver")).or(named("branch")).unwrap_or("master");
        let shown = without_credentials(url);
        let is_git = source.identity.kind() == "GitRepository";
        if !is_git || !is_literal(url) || !is_literal(revision) {
            let what = if shown.is_empty() { "its source".into() } else { shown };
            return Err((SkipCode::Remote, format!("{} {does} what is at {what}", call.title)));
        }
        let remote = RemoteSource::git(url, revision);
        let hint = self.remember(call, &remote);
        if let Ok(tree) = self.request.files.fetched(&remote) {
            return Ok(tree);
        }
        let version = if revision.is_empty() { String::new() } else { format!(" at {revision}") };
        Err((SkipCode::Remote, format!("{} {does} {shown}{version}{hint}", call.title)))
    }

    /// Notes what is needed of another host; says what is to be done about it.
    pub(super) fn remember(&mut self, call: &Call<'_>, remote: &RemoteSource) -> String {
        let span = self.in_file(&call.found.file, call.root.span());
        let (path, source) = (call.found.file.clone(), remote.clone());
        self.facts.remotes.push(RemoteUse { path, span, source });
        self.request.files.fetched(remote).err().map(|it| format!(": {it}")).unwrap_or_default()
    }

    /// Units whose objects all stand in what is applied.
    fn take_over(&mut self, directory: &TreePath, consumer: &str) {
        let is_built = scan::has_kustomization(&self.here, directory);
        let listed: Vec<TreePath> = if is_built {
            vec![directory.clone()]
        } else {
            let all = scan::resources(&self.here, directory);
            all.iter().filter_map(|it| directory.join(it)).collect()
        };
        for draft in self.drafts.iter_mut() {
            let is_taken = match draft.kind {
                UnitKind::Kustomize => listed.contains(&draft.path),
                // Of a directory of manifests all were listed.
                UnitKind::Manifests => {
                    !is_built && listed.iter().any(|it| it.parent().as_ref() == Some(&draft.path))
                }
                _ => false,
            };
            if is_taken {
                draft.consumer.get_or_insert_with(|| consumer.to_owned());
            }
        }
    }
}

/// The labels and annotations that every object gets.
pub(super) fn add_common_metadata(additions: &mut Additions, spec: Node<'_>) {
    let Some(common) = spec.get("commonMetadata") else { return };
    for (section, key) in [(Section::Labels, "labels"), (Section::Annotations, "annotations")] {
        for pair in common.get(key).into_iter().flat_map(Node::entries) {
            if let Some(value) = pair.value.scalar_text() {
                additions.common(section, &pair.name(), &value, pair.value.span());
            }
        }
    }
}
