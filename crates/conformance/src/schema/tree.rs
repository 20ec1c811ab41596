//! The files of one question as a tree, with the definitions of custom kinds
//! that stand where its schemas are.

use std::fs;
use std::path::Path;

use anyhow::Context;
use seatrial_model::KubernetesVersion;
use seatrial_source::{FileId, Files, MemoryFiles, TreePath};
use seatrial_trial::{Config, Date, Trial, TrialRequest};
use seatrial_yaml::{Dialect, Limits, Node, parse};
use serde_json::{Value, json};

use super::bats::Question;

/// Where the files that are asked about stand.
const ASKED: &str = "asked";
/// Where definitions stand.
const DEFINED: &str = "defined";

pub(super) struct Tree {
    files: MemoryFiles,
    texts: Vec<String>,
    definitions: usize,
}

impl Tree {
    /// Reads the files of a question.
    pub(super) fn of(dir: &Path, question: &Question) -> anyhow::Result<Self> {
        let mut tree = Self { files: MemoryFiles::new(), texts: Vec::new(), definitions: 0 };
        for file in &question.files {
            tree.ask(&dir.join(file), file, question)?;
        }
        for schema in &question.schemas {
            tree.define(dir, schema)?;
        }
        Ok(tree)
    }

    fn ask(&mut self, path: &Path, name: &str, question: &Question) -> anyhow::Result<()> {
        if question.left_out.iter().any(|part| name.contains(part)) {
            return Ok(());
        }
        if path.is_dir() {
            let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
            for entry in entries {
                let entry = entry?;
                let name = format!("{name}/{}", entry.file_name().to_string_lossy());
                self.ask(&entry.path(), &name, question)?;
            }
            return Ok(());
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = name.trim_start_matches("fixtures/");
        self.files.insert(&format!("{ASKED}/{name}"), text.clone());
        self.texts.push(text);
        Ok(())
    }

    /// Definitions beside schemas of their kinds; a schema by itself becomes one.
    fn define(&mut self, dir: &Path, schema: &str) -> anyhow::Result<()> {
        let path = dir.join(schema);
        if path.is_file() {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            return self.wrap(&text);
        }
        let folder = path.parent().filter(|it| it.is_dir());
        let Some(folder) = folder else { return Ok(()) };
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            let text = if path.is_file() { fs::read_to_string(&path).unwrap_or_default() } else { continue };
            if text.lines().any(|line| line == "kind: CustomResourceDefinition") {
                self.add_definition(text);
            }
        }
        Ok(())
    }

    fn wrap(&mut self, schema: &str) -> anyhow::Result<()> {
        let schema: Value = serde_json::from_str(schema).context("a schema that is no JSON")?;
        for text in self.texts.clone() {
            for (group, version, kind) in kinds(&text) {
                let plural = format!("{}s", kind.to_lowercase());
                let definition = json!({
                    "apiVersion": "apiextensions.k8s.io/v1",
                    "kind": "CustomResourceDefinition",
                    "metadata": {"name": format!("{plural}.{group}")},
                    "spec": {
                        "group": group,
                        "scope": "Namespaced",
                        "names": {"kind": kind, "plural": plural},
                        "versions": [{
                            "name": version, "served": true, "storage": true,
                            "schema": {"openAPIV3Schema": schema},
                        }],
                    },
                });
                self.add_definition(definition.to_string());
            }
        }
        Ok(())
    }

    fn add_definition(&mut self, text: String) {
        self.definitions += 1;
        let at = self.definitions;
        self.files.insert(&format!("{DEFINED}/{at}.yaml"), text);
    }

    /// How many definitions were added.
    pub(super) fn definitions(&self) -> usize {
        self.definitions
    }

    /// Whether the files hold more than blanks, comments and empty lists.
    pub(super) fn holds_something(&self) -> bool {
        let is_something = |node: Node<'_>| {
            let items = node.get("items").filter(|it| it.is_sequence());
            !node.is_null() && items.is_none_or(|it| !it.is_empty())
        };
        self.texts.iter().any(|text| {
            let stream = parse(FileId(0), text.as_str().into(), Dialect::GoYaml2, &Limits::default());
            !stream.is_accepted() || stream.roots().any(is_something)
        })
    }

    /// What the pipeline says of the tree.
    pub(super) fn judge(&self, minor: Option<u32>) -> Trial {
        let kubernetes = minor.map(|minor| KubernetesVersion { major: 1, minor });
        seatrial_trial::check(&TrialRequest {
            cluster: None,
            files: &self.files as &dyn Files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config { kubernetes, ..Config::default() },
            config_text: None,
            today: Date::new(2026, 11, 21).expect("the day exists"),
            units: None,
        })
    }
}

/// Whether a file is one that is asked about.
pub(super) fn is_asked(path: &TreePath) -> bool {
    path.as_str().starts_with(ASKED)
}

/// Group, version and kind of the objects of a text.
fn kinds(text: &str) -> Vec<(String, String, String)> {
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let kind = |node: Node<'_>| {
        let word = |name: &str| node.get(name).and_then(Node::as_str).map(str::to_owned);
        let (version, kind) = (word("apiVersion")?, word("kind")?);
        let (group, version) = version.split_once('/')?;
        Some((group.to_owned(), version.to_owned(), kind))
    };
    stream.roots().filter_map(kind).collect()
}
