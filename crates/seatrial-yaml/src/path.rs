//! Field paths, printed as the Kubernetes API server prints them.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

/// One step of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathStep {
    /// Into the entry of a mapping with this name.
    Key(SmolStr),
    /// Into an item of a sequence, counted from 0.
    Index(u32),
}

/// The way from a document's root to a field:
/// `spec.template.spec.containers[0].image`,
/// `metadata.annotations[example.com/owner]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Vec<PathStep>);

impl FieldPath {
    /// The path of the root itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Its steps, from the root.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is the root's path.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This path and one step into a mapping.
    pub fn key(&self, name: &str) -> Self {
        self.with(PathStep::Key(name.into()))
    }

    /// This path and one step into a sequence.
    pub fn index(&self, index: u32) -> Self {
        self.with(PathStep::Index(index))
    }

    fn with(&self, step: PathStep) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// Appends a step in place.
    pub fn push(&mut self, step: PathStep) {
        self.0.push(step);
    }

    /// Takes the last step away.
    pub fn pop(&mut self) -> Option<PathStep> {
        self.0.pop()
    }

    /// This path, then `rest`.
    pub fn join(&self, rest: &FieldPath) -> Self {
        Self([self.steps(), rest.steps()].concat())
    }

    /// The path without its last step; none for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, steps) = self.0.split_last()?;
        Some(Self(steps.to_vec()))
    }

    /// The last step.
    pub fn last(&self) -> Option<&PathStep> {
        self.0.last()
    }

    /// Whether `other` is this path or a path above it.
    pub fn starts_with(&self, other: &FieldPath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The steps below `base`, if this path lies below it.
    pub fn strip_prefix(&self, base: &FieldPath) -> Option<Self> {
        self.0.strip_prefix(base.steps()).map(|steps| Self(steps.to_vec()))
    }
}

impl FromIterator<PathStep> for FieldPath {
    fn from_iter<I: IntoIterator<Item = PathStep>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl From<Vec<PathStep>> for FieldPath {
    fn from(steps: Vec<PathStep>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Key(name) if is_bare(name) => {
                    let dot = if at == 0 { "" } else { "." };
                    write!(f, "{dot}{name}")?;
                }
                PathStep::Key(name) if needs_quotes(name) => write_quoted(f, name)?,
                PathStep::Key(name) => write!(f, "[{name}]")?,
            }
        }
        Ok(())
    }
}

fn is_bare(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}

fn needs_quotes(name: &str) -> bool {
    name.is_empty() || name.contains(['[', ']', '"', '\\']) || name.contains(char::is_control)
}

fn write_quoted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.write_str("[\"")?;
    for letter in name.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            letter if letter.is_control() => write!(f, "\\u{{{:x}}}", u32::from(letter))?,
            letter => write!(f, "{letter}")?,
        }
    }
    f.write_str("\"]")
}

/// A text that is not a field path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// The byte at which reading stopped.
    pub at: usize,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a field path from byte {}", self.at)
    }
}

impl std::error::Error for PathError {}

impl FromStr for FieldPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let (step, after) = read_step(rest, at == 0).ok_or(PathError { at })?;
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }
}

fn read_step(text: &str, first: bool) -> Option<(PathStep, &str)> {
    if let Some(quoted) = text.strip_prefix("[\"") {
        return read_quoted(quoted);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, rest) = bracketed.split_once(']')?;
        let is_number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
        let step =
            if is_number { PathStep::Index(inside.parse().ok()?) } else { PathStep::Key(inside.into()) };
        return Some((step, rest));
    }
    let name = if first { text } else { text.strip_prefix('.')? };
    let end = name.find(['.', '[']).unwrap_or(name.len());
    (end > 0).then(|| (PathStep::Key(name[..end].into()), &name[end..]))
}

fn read_quoted(text: &str) -> Option<(PathStep, &str)> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return text[at + 1..].strip_prefix(']').map(|rest| (PathStep::Key(name.into()), rest)),
            '\\' => match letters.next()? {
                (open, 'u') => {
                    let code = text[open + 1..].strip_prefix('{')?.split_once('}')?.0;
                    name.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                    letters.nth(code.len() + 1)?;
                }
                (_, escaped) => name.push(escaped),
            },
            letter => name.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(text: &str) -> FieldPath {
        text.parse().expect("a field path")
    }

    #[test]
    fn prints_as_the_api_server_does() {
        let image = FieldPath::root().key("spec").key("containers").index(0).key("image");
        assert_eq!(image.to_string(), "spec.containers[0].image");
        let owner = path("metadata.annotations").key("example.com/owner");
        assert_eq!(owner.to_string(), "metadata.annotations[example.com/owner]");
        assert_eq!(FieldPath::root().key("a]b").key("").to_string(), "[\"a]b\"][\"\"]");
    }

    #[test]
    fn a_number_in_brackets_is_an_index_and_after_a_dot_a_key() {
        assert_eq!(path("a[0]").last(), Some(&PathStep::Index(0)));
        assert_eq!(path("a.0").last(), Some(&PathStep::Key("0".into())));
    }

    #[test]
    fn refuses_what_is_no_path() {
        for (text, at) in [(".a", 0), ("a..b", 1), ("a[0", 1), ("a[0]b", 4), ("a.", 1)] {
            assert_eq!(text.parse::<FieldPath>(), Err(PathError { at }), "{text}");
        }
    }

    #[test]
    fn parents_and_prefixes() {
        let port = path("spec.ports[1].port");
        assert_eq!(port.parent(), Some(path("spec.ports[1]")));
        assert!(port.starts_with(&path("spec.ports")));
        assert!(!port.starts_with(&path("spec.port")));
        assert_eq!(port.strip_prefix(&path("spec")), Some(path("ports[1].port")));
        assert_eq!(path("spec").join(&path("ports[1]")), path("spec.ports[1]"));
        assert_eq!(FieldPath::root().parent(), None);
    }

    proptest! {
        #[test]
        fn reads_back_what_it_prints(steps in prop::collection::vec(
            prop_oneof![any::<u32>().prop_map(PathStep::Index), ".*".prop_map(|name| PathStep::Key(name.into()))],
            0..6,
        )) {
            let path = FieldPath::from(steps);
            prop_assert_eq!(path.to_string().parse::<FieldPath>(), Ok(path));
        }
    }
}
