//! Tables of field paths, made into a tree per kind so that each object is
//! walked once, and only where something can stand.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use crate::references::GroupKind;
use crate::references::site::Rule;
use crate::references::tables;
use crate::views::POD_TEMPLATES;

/// Fields of some kinds, and what they refer to.
pub(super) struct Table {
    /// The kinds that have the fields.
    pub(super) kinds: &'static [GroupKind],
    /// Paths from the root of the object. `[*]` is every item, `{*}` every
    /// entry, `[x/y]` an entry whose name has dots.
    pub(super) fields: &'static [(&'static str, Rule)],
}

/// What to look for below a node.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) rules: Vec<Rule>,
    pub(super) keys: Vec<(&'static str, Tree)>,
    pub(super) items: Option<Box<Tree>>,
    pub(super) entries: Option<Box<Tree>>,
}

/// What to look for in an object of this kind; made when the first one comes.
pub(super) fn tree<'a>(group: &'a str, kind: &'a str) -> Option<&'a Tree> {
    static TREES: LazyLock<FxHashMap<GroupKind, OnceLock<Tree>>> = LazyLock::new(kinds);
    let trees: &'a FxHashMap<(&'a str, &'a str), OnceLock<Tree>> = &TREES;
    Some(trees.get(&(group, kind))?.get_or_init(|| tree_of((group, kind))))
}

/// The kinds that something is to be looked for in.
fn kinds() -> FxHashMap<GroupKind, OnceLock<Tree>> {
    let tables = tables::ALL.iter().copied().flatten();
    let kinds = tables.flat_map(|table| table.kinds).copied();
    let workloads = POD_TEMPLATES.iter().map(|&(group, kind, _)| (group, kind));
    kinds.chain(workloads).map(|kind| (kind, OnceLock::new())).collect()
}

fn tree_of(kind: (&str, &str)) -> Tree {
    let mut tree = Tree::default();
    for table in tables::ALL.iter().copied().flatten().filter(|it| it.kinds.contains(&kind)) {
        for (path, rule) in table.fields {
            tree.add(path, *rule);
        }
    }
    for (.., path) in POD_TEMPLATES.iter().filter(|it| (it.0, it.1) == kind) {
        let template = path.iter().fold(&mut tree, |tree, key| tree.child(key));
        for (path, rule) in tables::POD_TEMPLATE {
            template.add(path, *rule);
        }
    }
    tree
}

impl Tree {
    fn add(&mut self, path: &'static str, rule: Rule) {
        let mut tree = self;
        let mut rest = path;
        while !rest.is_empty() {
            let (step, after) = step(rest);
            tree = match step {
                Step::Key(name) => tree.child(name),
                Step::Items => tree.items.get_or_insert_default(),
                Step::Entries => tree.entries.get_or_insert_default(),
            };
            rest = after;
        }
        tree.rules.push(rule);
    }

    fn child(&mut self, name: &'static str) -> &mut Self {
        let place = self.keys.iter().position(|it| it.0 == name).unwrap_or_else(|| {
            self.keys.push((name, Self::default()));
            self.keys.len() - 1
        });
        &mut self.keys[place].1
    }
}

enum Step {
    Key(&'static str),
    Items,
    Entries,
}

fn step(path: &'static str) -> (Step, &'static str) {
    let path = path.strip_prefix('.').unwrap_or(path);
    if let Some(rest) = path.strip_prefix("{*}") {
        return (Step::Entries, rest);
    }
    if let Some((inside, rest)) = path.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return (if inside == "*" { Step::Items } else { Step::Key(inside) }, rest);
    }
    let end = path.find(['.', '[', '{']).unwrap_or(path.len());
    (Step::Key(&path[..end]), &path[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(mut path: &'static str) -> Vec<String> {
        let mut steps = Vec::new();
        while !path.is_empty() {
            let (step, rest) = step(path);
            steps.push(match step {
                Step::Key(name) => name.to_owned(),
                Step::Items => "*".to_owned(),
                Step::Entries => "{}".to_owned(),
            });
            path = rest;
        }
        steps
    }

    #[test]
    fn paths_are_taken_apart_at_dots_and_brackets() {
        assert_eq!(steps("spec.rules[*].http"), ["spec", "rules", "*", "http"]);
        assert_eq!(steps("metadata.annotations[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(steps("spec.http{*}.name"), ["spec", "http", "{}", "name"]);
    }
}
