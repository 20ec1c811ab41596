//! How much one file may cost: a line may hold ten thousand mistakes, and every
//! repair is proven by reading the file again.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use seatrial_diagnostics::UnitId;
use seatrial_source::FileId;

/// Findings of one check in one file and unit that are listed.
pub(crate) const FINDINGS_MAX: usize = 1_000;
/// Bytes of one file that are read again to prove repairs.
const PROVEN_BYTES_MAX: usize = 16 << 20;

/// Findings of one check in one file, seen in one unit.
type Crowd = (FileId, Option<UnitId>, &'static str);

/// What was spent so far.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    findings: RefCell<FxHashMap<Crowd, usize>>,
    proven: RefCell<FxHashMap<FileId, usize>>,
}

impl Bounds {
    /// Whether one more finding is listed.
    pub(super) fn admits(&self, file: FileId, unit: Option<UnitId>, check: &'static str) -> bool {
        let mut findings = self.findings.borrow_mut();
        let count = findings.entry((file, unit, check)).or_default();
        *count += 1;
        *count <= FINDINGS_MAX
    }

    /// Whether a file of so many bytes may be read once more.
    pub(super) fn admits_proof(&self, file: FileId, bytes: usize) -> bool {
        let mut proven = self.proven.borrow_mut();
        let spent = proven.entry(file).or_default();
        // The first repair is offered in a file of any size.
        let admits = *spent == 0 || *spent + bytes <= PROVEN_BYTES_MAX;
        *spent += bytes;
        admits
    }

    /// The files and checks of which not every finding is listed, sorted.
    pub(crate) fn exceeded(&self) -> Vec<(FileId, &'static str)> {
        let findings = self.findings.borrow();
        let mut exceeded: Vec<_> = findings
            .iter()
            .filter(|it| *it.1 > FINDINGS_MAX)
            .map(|((file, _, check), _)| (*file, *check))
            .collect();
        exceeded.sort_unstable();
        exceeded.dedup();
        exceeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_beyond_the_bound_are_told_once() {
        let bounds = Bounds::default();
        let admitted = (0..FINDINGS_MAX + 5).filter(|_| bounds.admits(FileId(1), None, "a")).count();
        assert_eq!(admitted, FINDINGS_MAX);
        assert!(bounds.admits(FileId(1), None, "b") && bounds.admits(FileId(2), None, "a"));
        assert_eq!(bounds.exceeded(), [(FileId(1), "a")]);
    }

    #[test]
    fn a_large_file_is_proven_a_few_times() {
        let bounds = Bounds::default();
        let proven =
            |bytes: usize| (0..1_000).filter(|_| bounds.admits_proof(FileId(bytes as u32), bytes)).count();
        assert_eq!((proven(1 << 10), proven(1 << 20), proven(64 << 20)), (1_000, 16, 1));
    }
}
