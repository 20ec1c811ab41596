//! Git as a source of files, refs and ignore rules.
