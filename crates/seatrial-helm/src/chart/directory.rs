//! The files of a chart in a directory, without those that `.helmignore`
//! names; links inside the tree are followed.

use std::sync::Arc;

use seatrial_source::{EntryKind, Files, ReadError, TreePath};

use super::archive::{CHART_BYTES_MAX, FILES_MAX};
use super::ignore::Rules;
use super::{Alone, Asked, Problem, ProblemKind};

/// A file as it was read: its name in the chart, its place, what it holds.
pub(super) struct RawFile {
    pub(super) name: String,
    pub(super) path: TreePath,
    pub(super) raw: Raw,
}

/// What a file holds, without a byte order mark. Text is kept in the form that
/// everybody shares, so that the buffer it was read into serves the next file.
pub(super) enum Raw {
    Text(Arc<str>),
    Bytes(Vec<u8>),
    Unread(Asked),
}

impl Raw {
    /// Helm drops a byte order mark wherever one stands.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Bytes(bytes.to_vec()),
        }
    }

    /// The text; of bytes, what comes closest.
    pub(super) fn text(&self) -> Arc<str> {
        match self {
            Self::Text(text) => Arc::clone(text),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into(),
            Self::Unread(_) => "".into(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Unread(_) => &[],
        }
    }
}

/// The deepest directory that is entered: links may lead in circles.
const DEPTH_MAX: usize = 40;

/// Room for all but the largest files: a buffer that grows is another one, and
/// memory that was not touched before is what takes long.
const BUFFER_BYTES: usize = 256 << 10;

/// All files of the chart, in the order of a walk.
pub(super) fn read(
    files: &dyn Files,
    chart: &TreePath,
    file_bytes_max: Option<u64>,
    alone: Option<&Alone>,
    problems: &mut Vec<Problem>,
) -> Vec<RawFile> {
    let mut walk = Walk {
        files,
        alone,
        chart,
        rules: rules(files, chart, problems).with_defaults(),
        left: CHART_BYTES_MAX,
        file_bytes_max,
        found: Vec::new(),
        buffer: vec![0; BUFFER_BYTES],
        problems,
    };
    walk.directory(chart, 0);
    walk.found
}

fn rules(files: &dyn Files, chart: &TreePath, problems: &mut Vec<Problem>) -> Rules {
    let Some(path) = chart.join(".helmignore") else { return Rules::default() };
    let Ok(bytes) = files.read(&path, 1 << 20) else { return Rules::default() };
    match Rules::parse(&String::from_utf8_lossy(&bytes)) {
        Ok(rules) => rules,
        Err(message) => {
            problems.push(Problem::fatal(ProblemKind::Ignore, &path, message));
            Rules::default()
        }
    }
}

struct Walk<'a> {
    files: &'a dyn Files,
    chart: &'a TreePath,
    rules: Rules,
    left: u64,
    file_bytes_max: Option<u64>,
    alone: Option<&'a Alone>,
    found: Vec<RawFile>,
    /// Where files are read into, one after the other.
    buffer: Vec<u8>,
    problems: &'a mut Vec<Problem>,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &TreePath, depth: usize) {
        let entries = match self.files.list_unsized(directory) {
            Ok(entries) => entries,
            Err(error) => return self.say(directory, &error.to_string()),
        };
        for entry in entries {
            let name = entry.path.below(self.chart).unwrap_or_default().to_owned();
            let is_link = matches!(entry.kind, EntryKind::Symlink { .. });
            let kind = match entry.kind {
                _ if is_link => self.files.kind(&entry.path),
                kind => Some(kind),
            };
            match kind {
                Some(EntryKind::Directory) => {
                    if self.rules.ignores(&name, true) {
                        continue;
                    }
                    if depth >= DEPTH_MAX {
                        self.say(&entry.path, "directories are nested too deep");
                    } else {
                        self.directory(&entry.path, depth + 1);
                    }
                }
                Some(_) if self.rules.ignores(&name, false) => {}
                Some(EntryKind::File { size }) => self.file(entry.path, name, size, is_link),
                Some(EntryKind::Unnameable { .. }) => {}
                Some(_) => {
                    let message = format!(
                        "cannot load irregular file {} as it has file mode type bits set",
                        entry.path
                    );
                    self.say(&entry.path, &message);
                }
                None => {
                    let message =
                        format!("error evaluating symlink {}: leads outside the tree or nowhere", entry.path);
                    self.say(&entry.path, &message);
                }
            }
        }
    }

    fn file(&mut self, path: TreePath, name: String, size: u64, is_link: bool) {
        let limit = self.file_bytes_max.unwrap_or(self.left).min(self.left);
        if let Some(asked) = self.alone.and_then(|it| it.leaves_unread.as_ref())
            && self.found.len() < FILES_MAX
            && is_rarely_asked_for(&name)
            && let Some(EntryKind::File { size }) = self.files.kind(&path)
            && size <= limit
        {
            self.left -= size;
            self.found.push(RawFile { name, path, raw: Raw::Unread(asked.clone()) });
            return;
        }
        let read = if is_link {
            self.files.read(&path, limit).map(|bytes| (Raw::new(&bytes), bytes.len()))
        } else {
            let length = self.files.read_listed(&path, size, limit, &mut self.buffer);
            length.map(|length| (Raw::new(&self.buffer[..length]), length))
        };
        match read {
            Ok((raw, length)) if self.found.len() < FILES_MAX => {
                self.left -= length as u64;
                if let (Some(alone), Raw::Text(text)) = (self.alone, &raw)
                    && in_own_chart(&name).starts_with("templates/")
                {
                    alone.ahead.add(text);
                }
                self.found.push(RawFile { name, path, raw });
            }
            Ok(_) | Err(ReadError::TooLarge { .. }) => {
                let message = match self.file_bytes_max {
                    Some(most) if most < self.left => {
                        format!("chart file {name:?} is larger than the maximum file size {most}")
                    }
                    _ => format!(
                        "error reading {name}: chart exceeds maximum decompressed size of {CHART_BYTES_MAX} bytes"
                    ),
                };
                self.say(&path, &message);
            }
            Err(error) => self.say(&path, &format!("error reading {name}: {error}")),
        }
    }

    fn say(&mut self, path: &TreePath, message: &str) {
        self.problems.push(Problem::fatal(ProblemKind::File, path, message));
    }
}

/// The name of a file in the innermost chart that it belongs to.
fn in_own_chart(name: &str) -> &str {
    let mut own = name;
    while let Some((_, below)) = own.strip_prefix("charts/").and_then(|it| it.split_once('/')) {
        own = below;
    }
    own
}

/// Whether it is a definition of kinds, a page for people, or packed, of the
/// chart or of one inside it.
fn is_rarely_asked_for(name: &str) -> bool {
    let own = in_own_chart(name);
    let ending = own.rsplit_once('.').map_or("", |(_, ending)| ending);
    own.starts_with("crds/")
        || !own.contains('/') && ending == "md"
        || !own.starts_with("templates/")
            && own.contains('/')
            && matches!(ending, "bz2" | "gz" | "xz" | "zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_pages_are_rarely_asked_for() {
        let rarely = [
            "crds/a.yaml",
            "charts/b/crds/a.yaml",
            "README.md",
            "charts/b/charts/c/CHANGELOG.md",
            "charts/b/files/a.bz2",
        ];
        assert!(rarely.iter().all(|it| is_rarely_asked_for(it)));
        let others = [
            "templates/crds/a.yaml",
            "files/README.md",
            "charts/b.tgz",
            "values.yaml",
            "charts/a.md",
            "templates/a.gz",
        ];
        assert!(!others.iter().any(|it| is_rarely_asked_for(it)));
    }
}
