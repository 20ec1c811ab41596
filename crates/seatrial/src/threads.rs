//! How many threads a run takes: starting them costs more than a small tree.

use seatrial_source::{EntryKind, Files, TreePath};

/// More files than this are no small tree.
const FILES_MAX: usize = 16;
/// More bytes than this are none, either.
const BYTES_MAX: u64 = 64 << 10;

/// Does without further threads where the root is a directory with a few small
/// files. Says nothing where threads run already.
///
/// The one thread is then this one: work of rayon that another thread waits for
/// while this one waits for it (a closure on a deep stack) would never be done.
pub(crate) fn spare(files: &dyn Files, root: &TreePath) {
    if is_small(files, root) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
        drop(pool.build_global());
    }
}

fn is_small(files: &dyn Files, root: &TreePath) -> bool {
    let Ok(entries) = files.list(root) else { return false };
    let sizes = entries.iter().map(|it| match it.kind {
        EntryKind::File { size } => Some(size),
        _ => None,
    });
    let bytes = sizes.sum::<Option<u64>>();
    entries.len() <= FILES_MAX && bytes.is_some_and(|bytes| bytes <= BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use seatrial_source::MemoryFiles;

    use super::*;

    #[test]
    fn a_tree_with_a_few_small_files_is_small() {
        let small = |files: &[(&str, usize)]| {
            let files = files.iter().map(|(path, bytes)| (path, vec![b' '; *bytes]));
            is_small(&files.collect::<MemoryFiles>(), &TreePath::top())
        };
        assert!(small(&[("a.yaml", 100), ("b.yaml", 100)]));
        assert!(!small(&[("a.yaml", 100), ("sub/b.yaml", 100)]));
        assert!(!small(&[("a.yaml", 100 << 10)]));
    }
}
