//! Prints what `kustomize build DIR` would print, and all that is wrong:
//! `cargo run -p seatrial-kustomize --example build -- TOP DIR [fifo]`.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_kustomize::{Loader, Options, Order, build};
use seatrial_source::{DiskFiles, FileId, SourceMap, TreePath};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "an example is a program")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(top), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("give the top of the tree and a directory in it".into());
    };
    let files = DiskFiles::open(top.as_ref())?;
    let mut sources = SourceMap::new();
    let mut known: HashMap<TreePath, FileId> = HashMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| {
        *known.entry(path.clone()).or_insert_with(|| sources.add(path.clone(), text.clone()))
    };
    let mut loader = Loader::new(&files, &mut register);
    let order = if arguments.next().is_some_and(|it| it == "fifo") { Order::Fifo } else { Order::Legacy };
    let built = build(&TreePath::new(&directory), &mut loader, &Options { order, ..Options::default() });
    print!("{}", built.text());
    for problem in &built.problems {
        let mark = if problem.is_fatal { "error" } else { "note" };
        eprintln!("{mark}: {}: {}", problem.path.as_str(), problem.message);
    }
    let is_refused = built.problems.iter().any(|problem| problem.is_fatal);
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
