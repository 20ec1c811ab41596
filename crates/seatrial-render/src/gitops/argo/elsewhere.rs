//! A source of an Application that lies in a git tree which was fetched.

use seatrial_kustomize::Additions;
use seatrial_model::{NameGlob, SkipCode};
use seatrial_source::{TreePath, without_credentials};

use super::super::Deliverer;
use super::super::away::{Away, AwayBuild};
use super::expand::Environment;
use super::source::{Source, SourceType};
use super::{Call, Yield, flag, kustomize, word};
use crate::units::Made;

impl Deliverer<'_> {
    /// What a source of another repository makes.
    pub(super) fn fetched_tree(
        &mut self,
        call: &Call<'_>,
        source: &Source<'_>,
        at: usize,
        tree: &TreePath,
    ) -> Yield {
        let url = without_credentials(source.url.unwrap_or_default());
        let path = source.path.unwrap_or(".");
        let missing = |why: String| {
            let reason = format!("of {url}, which Application {} deploys, {why}", call.app.name);
            Yield::gap(SkipCode::NotRendered, reason)
        };
        let away = match Away::open(self.request.files, tree.clone(), path) {
            Ok(away) => away,
            Err(why) => return missing(why),
        };
        match source.kind(&away.directory, &away.here()) {
            SourceType::Helm => self.chart_away(call, source, at, (&away.directory, Some(tree)), path),
            SourceType::Plugin => missing("manifests are made by a plugin, and no program is run".to_owned()),
            SourceType::Kustomize => self.built_away(call, source, at, &away, &[]),
            SourceType::Directory => {
                let files = manifests(source, &away);
                if files.is_empty() {
                    return missing(format!("`{path}` holds no manifest"));
                }
                self.built_away(call, source, at, &away, &files)
            }
        }
    }

    fn built_away(
        &mut self,
        call: &Call<'_>,
        source: &Source<'_>,
        at: usize,
        away: &Away,
        resources: &[String],
    ) -> Yield {
        let mut additions = Additions::new(call.file);
        if let Some(node) = source.kustomize {
            kustomize::add(&mut additions, node, &Environment::new(call.app, source));
        }
        let place = self.build_away(AwayBuild {
            away,
            additions,
            resources,
            entry: (source.url.unwrap_or_default(), source.node.span()),
            label: &format!("{} {at}", call.unit),
            substitute: None,
            home: call.file,
        });
        Yield {
            objects: self.kustomizations.built(place).objects(self.is_broken),
            made: vec![Made::Kustomization(place)],
            ..Yield::default()
        }
    }
}

/// The manifests that a source takes of a directory.
fn manifests(source: &Source<'_>, away: &Away) -> Vec<String> {
    let options = source.directory;
    let recurses = options.is_some_and(|it| flag(it, "recurse"));
    let glob = |key| options.and_then(|it| word(it, key)).and_then(|it| NameGlob::new(it).ok());
    let (include, exclude) = (glob("include"), glob("exclude"));
    let is_taken = |name: &&str| {
        let is_manifest = name.rsplit_once('.').is_some_and(|(_, it)| matches!(it, "yaml" | "yml" | "json"));
        is_manifest
            && (recurses || !name.contains('/'))
            && include.as_ref().is_none_or(|it| it.is_match(name))
            && !exclude.as_ref().is_some_and(|it| it.is_match(name))
    };
    let names = away.files.iter().filter_map(|it| it.below(&away.directory));
    names.filter(is_taken).map(ToOwned::to_owned).collect()
}
