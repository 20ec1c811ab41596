//! Repositories made by the `git` program, read by this crate. On Unix only:
//! the cases need links and pipes.
#![cfg(unix)]

mod broken;
mod discover;
mod ignore;
mod refs;
mod revision_files;
mod sandbox;
