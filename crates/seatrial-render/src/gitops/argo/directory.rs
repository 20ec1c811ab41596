//! A directory of manifests as Argo CD reads it.

use rustc_hash::FxHashSet;
use seatrial_model::{NameGlob, SkipCode, UnitKind};
use seatrial_source::TreePath;

use super::super::Deliverer;
use super::source::Source;
use super::{Call, Yield, flag, word};

/// A file with this in it is passed over.
const SKIP_MARK: &str = "+argocd:skip-file-rendering";

impl Deliverer<'_> {
    pub(super) fn directory(&mut self, call: &Call<'_>, source: &Source<'_>, directory: &TreePath) -> Yield {
        let options = source.directory;
        let recurses = options.is_some_and(|it| flag(it, "recurse"));
        let glob = |key| options.and_then(|it| word(it, key)).map(NameGlob::new);
        let (include, exclude) = (glob("include"), glob("exclude"));
        if [&include, &exclude].into_iter().flatten().any(Result::is_err) {
            let reason = format!("the pattern of Application {}'s directory cannot be read", call.app.name);
            return Yield::gap(SkipCode::NotRendered, reason);
        }
        let fits = |glob: &Option<Result<NameGlob, String>>, name: &str| {
            glob.as_ref().and_then(|it| it.as_ref().ok()).map(|it| it.is_match(name))
        };
        let is_taken = |path: &TreePath| {
            let Some(name) = path.below(directory) else { return false };
            (recurses || !name.contains('/'))
                && fits(&exclude, name) != Some(true)
                && fits(&include, name) != Some(false)
        };
        let mut made = Yield::default();
        let mut taken: FxHashSet<&TreePath> = FxHashSet::default();
        for manifest in self.manifests.iter().filter(|it| is_taken(&it.path)) {
            let text = manifest.objects.first().map(|it| it.source.stream.text());
            if text.is_some_and(|it| it.contains(SKIP_MARK)) {
                continue;
            }
            taken.insert(&manifest.path);
            made.objects.extend(manifest.objects.iter().cloned());
        }
        let has_jsonnet =
            self.here.below(directory).iter().any(|it| it.extension() == "jsonnet" && is_taken(it));
        if has_jsonnet {
            made.gaps.push((SkipCode::NotRendered, "Jsonnet is not evaluated".to_owned()));
        }
        let whole: Vec<TreePath> = self.whole_units(&taken);
        for path in whole {
            self.consume(UnitKind::Manifests, &path, call.unit);
        }
        made
    }

    /// The directories of manifests of which every file was taken.
    fn whole_units(&self, taken: &FxHashSet<&TreePath>) -> Vec<TreePath> {
        let mut open: Vec<TreePath> = taken.iter().filter_map(|it| it.parent()).collect();
        open.sort();
        open.dedup();
        let rest = self.manifests.iter().filter(|it| !taken.contains(&it.path));
        let kept: FxHashSet<TreePath> = rest.filter_map(|it| it.path.parent()).collect();
        open.retain(|it| !kept.contains(it));
        open
    }
}
