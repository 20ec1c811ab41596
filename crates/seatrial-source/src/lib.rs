//! Files, spans and line numbers: where every byte of the input came from.
//!
//! This crate never parses. Everything above it speaks of places as [`Span`]s
//! and of files as [`TreePath`]s, whatever holds them: a disk, a git revision,
//! memory.

mod address;
mod files;
mod lines;
mod path;
mod remote;
mod sources;
mod text_map;

pub use address::{normalize_url, without_credentials, without_credentials_at_revision};
pub use files::{DiskFiles, Entry, EntryKind, Files, MemoryFiles, ReadError};
pub use lines::{LineIndex, Position};
pub use path::TreePath;
pub use remote::{NotFetched, RemoteKind, RemoteSource};
pub use revisions::{Commit, Completeness, Ref, RevisionError, Revisions};
pub use sources::{FileId, SourceFile, SourceMap, Span};
pub use text_map::{TextMap, TextOrigin};

mod revisions;
