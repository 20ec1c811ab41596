//! A commit's files as one archive. Submodules are left out, and so are names
//! that no manifest could write.

use std::collections::BTreeMap;

use seatrial_render::fetched::{TreeBlob, TreeEntry};

use super::ObjectId;
use super::pack::{Kind, Objects};
use crate::Limits;

/// How deep directories may lie in each other.
const DEPTH_MAX: usize = 64;
/// Most bytes of a link.
const LINK_BYTES_MAX: usize = 4096;
/// Most bytes of a path.
const PATH_BYTES_MAX: usize = 4096;

/// The archive of a commit.
pub(super) fn archive(objects: &Objects, commit: &ObjectId, limits: &Limits) -> Result<Vec<u8>, String> {
    let content = objects.find(commit, Kind::Commit).ok_or_else(|| format!("it sends no commit {commit}"))?;
    let tree = tree_of(content).ok_or("the commit names no tree")?;
    let mut export = Export { objects, limits, files: BTreeMap::new(), left: limits.tree_bytes, seen: 0 };
    export.tree(&tree, "", 0)?;
    TreeBlob::write(&export.files).map_err(|error| error.to_string())
}

fn tree_of(commit: &[u8]) -> Option<ObjectId> {
    let line = commit.split(|byte| *byte == b'\n').next()?;
    ObjectId::parse(std::str::from_utf8(line.strip_prefix(b"tree ")?).ok()?)
}

struct Export<'a> {
    objects: &'a Objects,
    limits: &'a Limits,
    files: BTreeMap<String, TreeEntry<Vec<u8>>>,
    /// Bytes that may still come out: one object may stand in many places.
    left: u64,
    /// Names in all directories together.
    seen: usize,
}

impl Export<'_> {
    fn tree(&mut self, id: &ObjectId, path: &str, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX || path.len() > PATH_BYTES_MAX {
            return Err(format!(
                "its directories lie too deep: {}",
                path.chars().take(80).collect::<String>()
            ));
        }
        let objects = self.objects;
        let mut rest = objects.find(id, Kind::Tree).ok_or_else(|| format!("it sends no tree {id}"))?;
        while !rest.is_empty() {
            let (mode, name, id, after) = entry(rest).ok_or("a tree is broken")?;
            rest = after;
            self.seen += 1;
            if self.seen > self.limits.objects {
                return Err(format!("it has more than {} files", self.limits.objects));
            }
            let Some(name) = std::str::from_utf8(name).ok().filter(|it| is_plain(it)) else { continue };
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            match mode {
                b"40000" | b"040000" => self.tree(&id, &path, depth + 1)?,
                b"120000" => {
                    let target = self.blob(&id)?;
                    let target = String::from_utf8(target).ok().filter(|it| is_target(it));
                    self.files.extend(target.map(|target| (path, TreeEntry::Symlink(target))));
                }
                mode if mode.starts_with(b"100") => {
                    let content = self.blob(&id)?;
                    self.files.insert(path, TreeEntry::File(content));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn blob(&mut self, id: &ObjectId) -> Result<Vec<u8>, String> {
        let content = self.objects.find(id, Kind::Blob).ok_or_else(|| format!("it sends no file {id}"))?;
        self.left = self.left.checked_sub(content.len() as u64).ok_or("its files are larger than allowed")?;
        Ok(content.to_vec())
    }
}

/// Mode, name, id, and what follows.
type Entry<'a> = (&'a [u8], &'a [u8], ObjectId, &'a [u8]);

/// Reads `MODE NAME\0ID`.
fn entry(bytes: &[u8]) -> Option<Entry<'_>> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    let (mode, rest) = (&bytes[..space], &bytes[space + 1..]);
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let (id, rest) = rest.split_first_chunk::<20>()?;
    Some((mode, name, ObjectId(*id), rest))
}

/// A name that is one step of a path, and nothing else.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !matches!(name, "." | "..")
        && !name.eq_ignore_ascii_case(".git")
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
}

fn is_target(target: &str) -> bool {
    !target.is_empty() && target.len() <= LINK_BYTES_MAX && !target.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_left_out() {
        assert!(is_plain("a.yaml"));
        for name in ["", ".", "..", ".git", ".GIT", "a/b", "a\\b", "a\nb"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[test]
    fn broken_trees_are_refused() {
        let id = [7; 20];
        let whole = [b"100644 a\0".as_slice(), &id].concat();
        assert!(
            entry(&whole).is_some_and(|(mode, name, _, rest)| {
                mode == b"100644" && name == b"a" && rest.is_empty()
            })
        );
        for cut in 0..whole.len() {
            assert!(entry(&whole[..cut]).is_none(), "{cut}");
        }
    }
}
