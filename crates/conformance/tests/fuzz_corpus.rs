//! The inputs that fuzzing found worth keeping, replayed.

use std::fs;
use std::path::PathBuf;

use conformance::fuzz::TARGETS;

#[test]
fn the_corpus_holds_what_is_promised() {
    for target in TARGETS {
        let inputs = corpus(target.name);
        assert!(!inputs.is_empty(), "no input of `{}` is kept", target.name);
        for path in inputs {
            let bytes = fs::read(&path).expect("an input can be read");
            let outcome = std::panic::catch_unwind(|| (target.run)(&bytes));
            assert!(outcome.is_ok(), "{} breaks a promise of `{}`", path.display(), target.name);
        }
    }
}

/// The inputs of a target, sorted.
fn corpus(target: &str) -> Vec<PathBuf> {
    let directory = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus")).join(target);
    let entries = fs::read_dir(directory).expect("the corpus can be listed");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    paths
}
