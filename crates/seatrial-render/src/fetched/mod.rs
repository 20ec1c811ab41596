//! What was fetched before from other hosts: named by `seatrial.lock`, held by
//! a cache, and read like files of the tree. Nothing is downloaded here.

mod digest;
mod lock;
mod mount;
mod tree;

#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use lock::{LOCK_FILE, Lock, LockError, Pin};
pub use mount::Fetched;
pub use tree::{TreeBlob, TreeEntry, TreeError};
