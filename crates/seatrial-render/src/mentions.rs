//! Where manifests that no kustomization lists are named all the same: in a
//! comment of the kustomization, or by another tool's file.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use seatrial_model::Orphan;
use seatrial_source::TreePath;

/// A text and its path.
pub(crate) type Text<'a> = (&'a TreePath, &'a str);

/// Notes in each orphan the first text that names it.
pub(crate) fn find(orphans: &mut [Orphan], texts: &[Text<'_>]) {
    let mut by_name: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, orphan) in orphans.iter().enumerate() {
        by_name.entry(orphan.path.name()).or_default().push(at);
    }
    let Some(endings) = Endings::of(orphans) else { return };
    let of_text = |text: &Text<'_>| -> Vec<usize> {
        let words = endings.words(text.1).filter_map(|word| Some((word, by_name.get(last(word))?)));
        let named = words.flat_map(|(word, all)| all.iter().map(move |&at| (word, at)));
        named.filter(|&(word, at)| names(word, text.0, &orphans[at])).map(|(_, at)| at).collect()
    };
    let found: Vec<Vec<usize>> = texts.par_iter().map(of_text).collect();
    for ((path, _), named) in texts.iter().zip(found) {
        for at in named {
            orphans[at].named_in.get_or_insert_with(|| (*path).clone());
        }
    }
}

/// What the names that are looked for end with. Most words of a text do not,
/// and a search for a few endings passes over them at once.
struct Endings(AhoCorasick);

impl Endings {
    /// None where nothing is looked for.
    fn of(orphans: &[Orphan]) -> Option<Self> {
        let ending = |name: &str| name.rfind('.').unwrap_or(0);
        let names = orphans.iter().map(|orphan| orphan.path.name());
        let endings: BTreeSet<&str> = names.map(|name| &name[ending(name)..]).collect();
        if endings.is_empty() {
            return None;
        }
        AhoCorasick::new(endings).ok().map(Self)
    }

    /// The words of a text that hold such an ending, in order.
    fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let mut done = 0;
        self.0.find_iter(text).filter_map(move |found| {
            if found.start() < done {
                return None;
            }
            let before = text[done..found.start()].rfind(|it| !is_part(it));
            let separator = before.and_then(|at| text[done + at..].chars().next()).map_or(0, char::len_utf8);
            let start = before.map_or(done, |at| done + at + separator);
            let end =
                text[found.start()..].find(|it| !is_part(it)).map_or(text.len(), |at| found.start() + at);
            done = end;
            Some(text[start..end].trim_end_matches('.'))
        })
    }
}

fn is_part(it: char) -> bool {
    it.is_alphanumeric() || matches!(it, '.' | '_' | '-' | '/')
}

fn last(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or_default()
}

/// Whether a word of a text means the orphan. Elsewhere than in its own
/// kustomization the directory has to be named with it: many files are called
/// `rbac.yaml`.
fn names(word: &str, path: &TreePath, orphan: &Orphan) -> bool {
    let is_own = *path == orphan.kustomization;
    let end = word.trim_start_matches("./").trim_start_matches("../");
    let is_end =
        orphan.path.as_str().strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    is_end && *path != orphan.path && (is_own || end.contains('/'))
}

#[cfg(test)]
mod tests {
    use seatrial_source::FileId;

    use super::*;

    fn named_in(texts: &[(&str, &str)]) -> Option<String> {
        let path = |text: &str| TreePath::new(text);
        let mut orphans = [Orphan {
            path: path("deploy/base/load.yaml"),
            file: FileId(0),
            kustomization: path("deploy/base/kustomization.yaml"),
            named_in: None,
            is_put_away: false,
            listed: None,
        }];
        let paths: Vec<TreePath> = texts.iter().map(|it| path(it.0)).collect();
        let texts: Vec<Text<'_>> = paths.iter().zip(texts).map(|(path, it)| (path, it.1)).collect();
        find(&mut orphans, &texts);
        orphans[0].named_in.as_ref().map(ToString::to_string)
    }

    #[test]
    fn a_comment_of_the_kustomization_names_a_file() {
        let own = "deploy/base/kustomization.yaml";
        assert_eq!(named_in(&[(own, "resources:\n# - load.yaml  # on purpose")]).as_deref(), Some(own));
        assert_eq!(named_in(&[(own, "# build . > ./load.yaml.")]).as_deref(), Some(own));
        assert_eq!(named_in(&[(own, "- upload.yaml\n- other/load.yaml\n- load.yaml.bak")]), None);
    }

    #[test]
    fn a_name_is_found_between_any_signs() {
        let own = "deploy/base/kustomization.yaml";
        for text in ["load.yaml", "a.yaml load.yaml", "é»load.yaml«", "(load.yaml...)", "./load.yaml"] {
            assert_eq!(named_in(&[(own, text)]).as_deref(), Some(own), "{text}");
        }
        for text in ["éload.yaml", "load.yaml.yaml", "load.yamlé", "load_yaml", ""] {
            assert_eq!(named_in(&[(own, text)]), None, "{text}");
        }
    }

    #[test]
    fn elsewhere_the_directory_is_named_too() {
        assert_eq!(named_in(&[("other/kustomization.yaml", "- load.yaml")]), None);
        assert_eq!(named_in(&[("deploy/base/load.yaml", "# base/load.yaml")]), None);
        let skaffold = [("skaffold.yaml", "rawYaml:\n- ./deploy/base/load.yaml")];
        assert_eq!(named_in(&skaffold).as_deref(), Some("skaffold.yaml"));
    }
}
