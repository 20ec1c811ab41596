//! How much a server may send, and how long it may take.

use std::time::Duration;

/// Bounds on what is downloaded.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a file that is named by its address.
    pub file_bytes: u64,
    /// Bytes of the index of a Helm repository.
    pub index_bytes: u64,
    /// Bytes of a packed chart.
    pub chart_bytes: u64,
    /// Bytes of a token, a manifest, a list of tags or refs.
    pub answer_bytes: u64,
    /// Bytes of a git pack as it is sent.
    pub pack_bytes: u64,
    /// Bytes of all objects of a pack, and of all files of a commit.
    pub tree_bytes: u64,
    /// Objects of a pack, and files of a commit.
    pub objects: usize,
    /// Bytes of all downloads of a run.
    pub total_bytes: u64,
    /// Redirects from one address.
    pub redirects: usize,
    /// Pages of a list of tags.
    pub pages: usize,
    /// Downloads of a run.
    pub sources: usize,
    /// How often the tree is looked at anew for what the last downloads name.
    pub rounds: usize,
    /// Until a connection stands, its name found and its keys exchanged.
    pub connect: Duration,
    /// Without a byte from the server.
    pub idle: Duration,
    /// For one answer as a whole.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 << 20,
            index_bytes: 128 << 20,
            chart_bytes: 100 << 20,
            answer_bytes: 32 << 20,
            pack_bytes: 512 << 20,
            tree_bytes: 1 << 30,
            objects: 500_000,
            total_bytes: 4 << 30,
            redirects: 10,
            pages: 100,
            sources: 1_000,
            rounds: 20,
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            whole: Duration::from_mins(10),
        }
    }
}
