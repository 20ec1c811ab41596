//! The tests of `api/krusty` in a clone of Kustomize: the files they write are
//! built, and what they expect is compared. Nothing of theirs is kept here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use seatrial_helm::HelmVersion;
use seatrial_kustomize::{Additions, Build, Loader, Options, Order, ProblemKind, build_with_charts};
use seatrial_render::HelmCharts;
use seatrial_source::{FileId, MemoryFiles, SourceMap, TreePath};

use super::go::{self, File};
use super::interpreter::{Comparison, Interpreter, Tree, Value};
use crate::{Disagreement, Family, Report};

/// Said of what would have to be run or fetched.
const OUT_OF_REACH: &str = "out of reach: ";

/// A name for the top of a tree, beside which its directories lie as well.
const TOP: &str = "top-of-all";

/// Where a clone keeps the tests, if the folder is one.
pub(crate) fn folder(clone: &Path) -> Option<PathBuf> {
    let folder = clone.join("api/krusty");
    folder.join("simple_test.go").is_file().then_some(folder)
}

/// Runs all tests of a clone.
pub(crate) fn run(folder: &Path) -> anyhow::Result<Report> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|it| it.map(|it| it.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with("_test.go"));
    paths.sort();
    let texts = paths.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    let files: Vec<File> = texts.iter().map(|text| go::parse(text)).collect();
    let mut interpreter = Interpreter::new(&files, folder.to_owned(), &printed);
    let mut families = Vec::new();
    for ((path, text), file) in paths.iter().zip(&texts).zip(&files) {
        let name = path.file_stem().context("a file has a name")?.to_string_lossy();
        let mut family = Family::new(name.trim_end_matches("_test"));
        let mut sites = sites(text);
        for (test, function, _) in file.functions.iter().filter(|(name, ..)| name.starts_with("Test")) {
            interpreter.test(function);
            for comparison in interpreter.comparisons.drain(..) {
                sites.remove(&comparison.line);
                count(&mut family, format!("{name}.go:{} {test}", comparison.line), comparison);
            }
        }
        family.not_run += sites.len();
        family.notes.extend(sites.iter().map(|line| format!("  {name}.go:{line}: needs more than files")));
        families.push(family);
    }
    Ok(Report { suite: "kustomize", families })
}

/// The lines on which a file compares an outcome.
fn sites(text: &str) -> BTreeSet<usize> {
    let is_site = |line: &str| {
        let line = line.trim();
        !line.starts_with("//")
            && (line.contains("th.AssertActualEqualsExpected") || line.contains("th.RunWithErr("))
    };
    text.lines().enumerate().filter(|(_, line)| is_site(line)).map(|(at, _)| at + 1).collect()
}

fn count(family: &mut Family, id: String, comparison: Comparison) {
    let Comparison { expected, ours, tree, .. } = comparison;
    let expected = expected.map(|text| text.replace("kustomize-(test)", "kustomize-v5.8.2"));
    let agrees = match (&expected, &ours) {
        (Some(expected), Ok(ours)) => expected == ours,
        (None, Err(_)) => true,
        _ => false,
    };
    match &ours {
        Err(error) if expected.is_some() && error.starts_with(OUT_OF_REACH) => {
            family.not_run += 1;
            family.notes.push(format!("  {id}: {}", &error[OUT_OF_REACH.len()..]));
        }
        _ => family.count((!agrees).then(|| disagreement(id, &tree, expected, ours))),
    }
}

fn disagreement(
    id: String,
    tree: &Tree,
    expected: Option<String>,
    ours: Result<String, String>,
) -> Disagreement {
    let files = tree.iter().map(|(path, bytes)| format!("=== {path}\n{}", String::from_utf8_lossy(bytes)));
    Disagreement {
        id,
        input: files.collect(),
        recorded: expected.unwrap_or_else(|| "an error".to_owned()),
        ours: ours.unwrap_or_else(|error| format!("refused: {error}")),
    }
}

/// What we make of a test's files.
fn printed(tree: &Tree, path: &str, options: &BTreeMap<String, Value>) -> Result<String, String> {
    // Nothing lies above a root that is the top: there, `..` is the top itself.
    let path = if clean(path).is_empty() { TOP.to_owned() } else { clean(path) };
    let below = |top: &str| {
        let top = top.to_owned();
        tree.iter().map(move |(path, bytes)| (clean(&format!("{top}/{path}")), bytes.clone()))
    };
    let files: MemoryFiles = below("").chain(below(TOP)).collect();
    let mut sources = SourceMap::new();
    let mut known: HashMap<TreePath, FileId> = HashMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| {
        *known.entry(path.clone()).or_insert_with(|| sources.add(path.clone(), text.clone()))
    };
    let is = |name: &str, value: &str| matches!(options.get(name), Some(Value::Unknown(it)) if it.ends_with(value));
    let is_unrestricted = is("LoadRestrictions", "LoadRestrictionsNone");
    let is_sorted = is("Reorder", "ReorderOptionLegacy") || is("Reorder", "ReorderOptionUnspecified");
    let order = if is_sorted { Order::Legacy } else { Order::Fifo };
    let mut loader = Loader::new(&files, &mut register).unrestricted(is_unrestricted);
    let adds_managed_by_label = matches!(options.get("AddManagedbyLabel"), Some(Value::Bool(true)));
    let options = Options { order, adds_managed_by_label, ..Options::default() };
    let mut charts = HelmCharts { files: &files, helm: HelmVersion::default() };
    let nothing = Additions::default();
    outcome(&build_with_charts(&TreePath::new(&path), &mut loader, &options, &nothing, &mut charts))
}

fn clean(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

fn outcome(built: &Build) -> Result<String, String> {
    let far = |kind| matches!(kind, ProblemKind::Unsupported | ProblemKind::Remote);
    let fatal = || built.problems.iter().filter(|problem| problem.is_fatal);
    match fatal().find(|it| far(it.kind)).or_else(|| fatal().next()) {
        Some(problem) if far(problem.kind) => Err(format!("{OUT_OF_REACH}{}", problem.message)),
        Some(problem) => Err(problem.message.clone()),
        None => Ok(built.text()),
    }
}
