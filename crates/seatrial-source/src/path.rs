//! Paths inside the tree: relative to its top, with `/`, never leaving it.

use std::fmt;
use std::sync::Arc;

/// A normal path below the top of a tree: no `.`, no `..`, no leading or
/// trailing `/`. The top itself is the empty path, and the default.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Arc<str>);

impl TreePath {
    /// The path in normal form. Steps that would leave the top are dropped;
    /// use [`TreePath::join`] where leaving must be noticed.
    pub fn new(path: &str) -> Self {
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                _ => parts.push(part),
            }
        }
        Self(parts.join("/").into())
    }

    /// The top of the tree.
    pub fn top() -> Self {
        Self("".into())
    }

    /// `relative`, read from this directory, or none when it is absolute or
    /// climbs above the top.
    pub fn join(&self, relative: &str) -> Option<Self> {
        if relative.starts_with('/') {
            return None;
        }
        if !relative.contains('/') && !matches!(relative, "" | "." | "..") {
            let text =
                if self.0.is_empty() { relative.into() } else { format!("{}/{relative}", self.0).into() };
            return Some(Self(text));
        }
        let mut parts: Vec<&str> = self.parts().collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                _ => parts.push(part),
            }
        }
        Some(Self(parts.join("/").into()))
    }

    /// The steps from the top.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The directory that holds this path; none for the top.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).into()))
    }

    /// Whether this directory is the one that holds the path.
    pub fn is_directly_in(&self, directory: &TreePath) -> bool {
        let above = self.0.rsplit_once('/').map_or("", |(above, _)| above);
        above == &*directory.0 && !self.0.is_empty()
    }

    /// The last step; empty for the top.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// The name's ending after its last dot, in lower case; empty without one.
    pub fn extension(&self) -> String {
        self.name().rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase())
    }

    /// Whether this path is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &TreePath) -> bool {
        ancestor.0.is_empty()
            || self.0.strip_prefix(&*ancestor.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path below `ancestor`, or none when it does not lie there.
    pub fn below(&self, ancestor: &TreePath) -> Option<&str> {
        self.is_within(ancestor).then(|| self.0[ancestor.0.len()..].trim_start_matches('/'))
    }

    /// The path as text; empty for the top.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normal() {
        assert_eq!(TreePath::new("./a//b/../c/").as_str(), "a/c");
        assert_eq!(TreePath::new(".").to_string(), ".");
        assert_eq!(TreePath::new("a/b.YAML").extension(), "yaml");
    }

    #[test]
    fn a_file_is_directly_in_its_parent() {
        for path in ["a", "a/b", "a/b/c.yaml", "a/bc"].map(TreePath::new) {
            let parent = path.parent();
            for directory in ["", "a", "a/b", "b"].map(TreePath::new) {
                let is_parent = parent.as_ref() == Some(&directory);
                assert_eq!(path.is_directly_in(&directory), is_parent, "{path} in {directory}");
            }
        }
        assert!(!TreePath::top().is_directly_in(&TreePath::top()));
    }

    #[test]
    fn leaving_the_top_is_noticed() {
        let overlay = TreePath::new("k8s/overlay");
        assert_eq!(overlay.join("../base"), Some(TreePath::new("k8s/base")));
        assert_eq!(overlay.join("../../.."), None);
        assert_eq!(overlay.join("/etc/passwd"), None);
    }

    #[test]
    fn within_compares_whole_steps() {
        let path = TreePath::new("charts/api/values.yaml");
        assert!(path.is_within(&TreePath::new("charts/api")));
        assert!(!path.is_within(&TreePath::new("charts/ap")));
        assert_eq!(path.below(&TreePath::new("charts")), Some("api/values.yaml"));
        assert_eq!(path.below(&TreePath::top()), Some("charts/api/values.yaml"));
    }
}
