//! What holding values against a schema may cost: work, and room for what is
//! told. Both texts may be hostile.

/// How many schemas are held against values, and what costs as much, before it
/// is enough.
const WORK: usize = 2_000_000;
/// How many bytes all that is told may take.
const ROOM: usize = 16 << 20;
/// About what one violation takes besides its letters.
const VIOLATION: usize = 200;
/// What one step of a path takes besides its letters.
const STEP: usize = 40;
/// This many letters that are written or searched cost as much as one schema.
const LETTERS: usize = 64;

/// What is left of both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    work: usize,
    room: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work: WORK, room: ROOM }
    }
}

impl Budget {
    /// What is said once it is spent, and nothing else: what was found until
    /// then need not be all.
    pub(super) const SPENT: &str = "the schema asks too much of these values";

    pub(super) fn is_spent(self) -> bool {
        self.work == 0 || self.room == 0
    }

    /// Pays for looking at this many entries.
    pub(super) fn work(&mut self, entries: usize) {
        self.work = self.work.saturating_sub(1 + entries / 8);
    }

    /// Pays for searching a text.
    pub(super) fn search(&mut self, letters: usize) {
        self.work = self.work.saturating_sub(1 + letters / LETTERS);
    }

    /// Pays for a violation, which nobody keeps if `is_kept` is false.
    pub(super) fn tell(&mut self, path: &[String], message: &str, is_kept: bool) {
        let letters = message.len() + path.iter().map(String::len).sum::<usize>();
        self.search(letters);
        if is_kept {
            // They stand there once, and once more in the text of all.
            self.room = self.room.saturating_sub(VIOLATION + STEP * path.len() + 2 * letters);
        }
    }

    /// Gets back what was paid since `earlier` for violations that are dropped.
    pub(super) fn drop_since(&mut self, earlier: Self) {
        self.room = earlier.room;
    }
}
