//! What the history of a git directory holds of schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use seatrial_schema::Value as Written;
use seatrial_schema::decode::untyped;
use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};
use serde_json::Value;

/// Folders whose definitions nobody installs as they are.
const LEFT_OUT: [&str; 10] =
    ["test", "example", "minimal", "sample", "fixture", "vendor", "docs/", "hack/", "bundle", "operatorhub"];

/// Where projects keep their definitions, apart from manifests of everything.
const KEPT: [&str; 3] = ["crd", "customresourcedefinition", "300-resources"];

/// Of files that changed more often, so many states in equal steps are read.
const STATES_MAX: usize = 8;

/// Kinds that the index of the catalogue has in small letters, one a line.
const KINDS: &str = include_str!("kinds.txt");

/// A git directory.
pub(super) struct Repository<'a>(&'a Path);

/// One version of one kind in one state of its definition.
pub(super) struct State {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) version: String,
    pub(super) schema: Value,
}

impl<'a> Repository<'a> {
    pub(super) fn at(directory: &'a Path) -> Self {
        Self(directory)
    }

    /// Year and month of its newest commit.
    pub(super) fn date(&self) -> anyhow::Result<String> {
        let date = self.git(&["log", "-1", "--format=%cI"])?;
        Ok(date.chars().take("2026-01".len()).collect())
    }

    /// All that is known of the groups, oldest first.
    pub(super) fn versions(&self, wanted: &BTreeSet<&str>) -> anyhow::Result<Vec<State>> {
        let index = self.git(&["show", "HEAD:index.yaml"]).unwrap_or_default();
        if index.contains("filename: ") { self.schemas(&index, wanted) } else { self.definitions(wanted) }
    }

    fn schemas(&self, index: &str, wanted: &BTreeSet<&str>) -> anyhow::Result<Vec<State>> {
        let index: BTreeMap<String, Vec<BTreeMap<String, String>>> = serde_json::from_value(document(index))?;
        let mut kinds = BTreeMap::new();
        for entry in index.into_values().flatten() {
            let word = |key: &str| entry.get(key).cloned().unwrap_or_default();
            let Some((group, version)) = entry.get("apiVersion").and_then(|it| it.split_once('/')) else {
                continue;
            };
            if let Some(kind) = spelled(&word("kind")).filter(|_| wanted.contains(group)) {
                kinds.insert(word("filename"), (group.to_owned(), kind, version.to_owned()));
            }
        }
        let paths: Vec<&str> = kinds.keys().map(String::as_str).collect();
        let mut versions = Vec::new();
        for (path, text) in self.states(&paths)? {
            let (Some((group, kind, version)), Ok(schema)) =
                (kinds.get(&path).cloned(), serde_json::from_str(&text))
            else {
                continue;
            };
            versions.push(State { group, kind, version, schema });
        }
        Ok(versions)
    }

    fn definitions(&self, wanted: &BTreeSet<&str>) -> anyhow::Result<Vec<State>> {
        let pattern = "^kind: CustomResourceDefinition";
        let found = self.git(&["grep", "-l", pattern, "HEAD", "--", "*.yaml", "*.yml"])?;
        let paths = found.lines().filter_map(|line| line.strip_prefix("HEAD:"));
        let is_installed = |path: &&str| {
            let path = path.to_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| path.contains(word));
            has(&KEPT) && !has(&LEFT_OUT)
        };
        let paths: Vec<&str> = paths.filter(is_installed).collect();
        let mut versions = Vec::new();
        for (_, text) in self.states(&paths)? {
            for definition in documents(&text) {
                let spec = &definition["spec"];
                let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let group = word(&spec["group"]);
                if !wanted.contains(group.as_str()) {
                    continue;
                }
                for version in spec["versions"].as_array().into_iter().flatten() {
                    let own = &version["schema"]["openAPIV3Schema"];
                    let shared = &spec["validation"]["openAPIV3Schema"];
                    let schema = if own.is_null() { shared } else { own };
                    versions.push(State {
                        group: group.clone(),
                        kind: word(&spec["names"]["kind"]),
                        version: word(&version["name"]),
                        schema: schema.clone(),
                    });
                }
            }
        }
        Ok(versions)
    }

    /// The states in which the files were over time, oldest first.
    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<(String, String)>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut ask = vec!["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--"];
        ask.extend(paths);
        let log = self.git(&ask)?;
        let mut by_path: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (age, line) in log.lines().enumerate() {
            let Some((about, path)) = line.split_once('\t') else { continue };
            let Some(blob) = about.split(' ').nth(3).filter(|it| !it.starts_with("00000000")) else {
                continue;
            };
            let states = by_path.entry(path).or_default();
            if states.iter().all(|(_, it)| *it != blob) {
                states.push((age, blob));
            }
        }
        let sampled = by_path.iter().flat_map(|(path, states)| {
            let every = states.len().div_ceil(STATES_MAX);
            states.iter().step_by(every).map(move |(age, blob)| (*age, *path, *blob))
        });
        let sampled: BTreeSet<_> = sampled.collect();
        let states: Vec<(&str, &str)> = sampled.iter().rev().map(|(_, path, blob)| (*path, *blob)).collect();
        let texts = self.blobs(states.iter().map(|(_, blob)| *blob))?;
        let states = states.into_iter().map(|(path, _)| path.to_owned()).zip(texts);
        Ok(states.filter_map(|(path, text)| Some((path, text?))).collect())
    }

    /// The texts of blobs; none for one that is not at hand.
    fn blobs<'b>(&self, blobs: impl Iterator<Item = &'b str>) -> anyhow::Result<Vec<Option<String>>> {
        let mut git = Command::new("git")
            .args(["cat-file", "--batch"])
            .current_dir(self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut to = git.stdin.take().context("no way to git")?;
        let mut from = BufReader::new(git.stdout.take().context("no way from git")?);
        let mut texts = Vec::new();
        for blob in blobs {
            writeln!(to, "{blob}")?;
            to.flush()?;
            let mut head = String::new();
            from.read_line(&mut head)?;
            let Some(length) = head.trim_end().rsplit(' ').next().and_then(|it| it.parse::<usize>().ok())
            else {
                texts.push(None);
                continue;
            };
            let mut bytes = vec![0; length + 1];
            from.read_exact(&mut bytes)?;
            bytes.pop();
            texts.push(String::from_utf8(bytes).ok());
        }
        drop(to);
        git.wait()?;
        Ok(texts)
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let out =
            Command::new("git").args(arguments).current_dir(self.0).output().context("cannot run git")?;
        if !out.status.success() {
            bail!("git {arguments:?} in {}: {}", self.0.display(), String::from_utf8_lossy(&out.stderr));
        }
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    }
}

/// A kind as it is written; none where that is not known.
fn spelled(kind: &str) -> Option<String> {
    if kind.chars().any(char::is_uppercase) {
        return Some(kind.to_owned());
    }
    KINDS.lines().find(|it| it.eq_ignore_ascii_case(kind)).map(str::to_owned)
}

fn documents(text: &str) -> Vec<Value> {
    // A file of definitions with templates in it is not read.
    if text.contains("{{- ") {
        return Vec::new();
    }
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    stream.roots().map(|root| plain(&untyped(root))).collect()
}

fn plain(value: &Written) -> Value {
    match value {
        Written::Null => Value::Null,
        Written::Bool(truth) => Value::from(*truth),
        Written::Int(number) => Value::from(*number),
        Written::Float(number) => Value::from(*number),
        Written::Str(text) => Value::from(text.as_str()),
        Written::List(items) => items.iter().map(plain).collect(),
        Written::Map(map) => {
            map.entries().iter().map(|entry| (entry.key.to_string(), plain(&entry.value))).collect()
        }
    }
}

fn document(text: &str) -> Value {
    documents(text).into_iter().next().unwrap_or_default()
}
