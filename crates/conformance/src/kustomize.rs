//! Suite `kustomize`: what `kustomize build` prints, against
//! `seatrial_kustomize`; of a clone of Kustomize, its own tests.

pub(crate) mod go;
mod interpreter;
mod krusty;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};
use seatrial_helm::HelmVersion;
use seatrial_kustomize::{
    Additions, Loader, Options as BuildOptions, Order, Version, build, build_with_charts,
};
use seatrial_render::HelmCharts;
use seatrial_source::{DiskFiles, FileId, SourceMap, TreePath};

use crate::rendered::{Answer, Renderer};
use crate::{Options, Report, Suite};

pub(crate) const SUITE: Suite =
    Suite { name: "kustomize", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/kustomize"), run };

fn run(options: &Options) -> anyhow::Result<Report> {
    if let Some(folder) = krusty::folder(&options.dir) {
        return krusty::run(&folder);
    }
    Renderer { suite: SUITE.name, command: "build", answer, redraw: None }.run(options)
}

/// What is printed, or why nothing is. The arguments are read from `root`.
fn answer(root: &Path, tool: &str, args: &[String]) -> Answer {
    let start = Instant::now();
    let text = printed(root, tool, args);
    Answer { text: text.map_err(|error| format!("{error:#}")), took: start.elapsed() }
}

fn printed(root: &Path, tool: &str, args: &[String]) -> anyhow::Result<String> {
    let mut directory = None;
    let mut options = BuildOptions { version: version(tool), ..BuildOptions::default() };
    let mut is_unrestricted = false;
    let mut has_helm = false;
    let mut rest = args.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        match argument {
            "build" => {}
            "--load-restrictor" => is_unrestricted = rest.next() == Some("LoadRestrictionsNone"),
            "--reorder" => {
                let is_none = rest.next() == Some("none");
                options.order = if is_none { Order::Fifo } else { Order::Legacy };
            }
            "--enable-helm" => has_helm = true,
            flag if flag.starts_with('-') => bail!("{flag} is not known"),
            path => directory = Some(path),
        }
    }
    let directory = fs::canonicalize(root.join(directory.unwrap_or(".")))?;
    // A relative root may be left by its kustomizations; one of the set's own
    // folders may not.
    let top = if root.as_os_str() == "." { directory.ancestors().last().unwrap_or(&directory) } else { root };
    let top = fs::canonicalize(top)?;
    let below = directory.strip_prefix(&top).context("the directory lies outside")?;
    let files = DiskFiles::open(&top)?;
    let mut sources = SourceMap::new();
    let mut known: HashMap<TreePath, FileId> = HashMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| {
        *known.entry(path.clone()).or_insert_with(|| sources.add(path.clone(), text.clone()))
    };
    let mut loader = Loader::new(&files, &mut register).unrestricted(is_unrestricted);
    let directory = TreePath::new(&below.to_string_lossy());
    let built = if has_helm {
        let mut charts = HelmCharts { files: &files, helm: HelmVersion::default() };
        build_with_charts(&directory, &mut loader, &options, &Additions::default(), &mut charts)
    } else {
        build(&directory, &mut loader, &options)
    };
    match built.problems.iter().find(|problem| problem.is_fatal) {
        Some(problem) => bail!("Error: {}", problem.message),
        None => Ok(built.text()),
    }
}

fn version(tool: &str) -> Version {
    match tool {
        it if it.contains(" 5.0") => Version::V5_0,
        it if it.contains(" 5.6") => Version::V5_6,
        _ => Version::V5_8,
    }
}
