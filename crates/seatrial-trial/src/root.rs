//! Where the tree that is judged begins, and what its configuration says.

use seatrial_diagnostics::CheckInfo;
use seatrial_source::{EntryKind, Files, ReadError, TreePath};

use crate::config::{Config, ConfigProblem, FILE_NAME};

/// A configuration larger than this was not written by a person.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Why a configuration cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is there and cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: TreePath,
        /// Why.
        source: ReadError,
    },
    /// It is not UTF-8.
    #[error("{path} is not UTF-8 text")]
    NotText {
        /// The file.
        path: TreePath,
    },
    /// It says what nobody understands.
    #[error("{}", listed(.path, .problems))]
    Invalid {
        /// The file.
        path: TreePath,
        /// Everything that is wrong with it.
        problems: Vec<ConfigProblem>,
    },
}

fn listed(path: &TreePath, problems: &[ConfigProblem]) -> String {
    let lines: Vec<String> =
        problems.iter().map(|it| format!("{path}:{}: {}", it.line, it.message)).collect();
    lines.join("\n")
}

/// The nearest directory at or above a path with a configuration, else the top.
pub fn find_root(files: &dyn Files, path: &TreePath) -> TreePath {
    let start = match files.kind(path) {
        Some(EntryKind::Directory) => Some(path.clone()),
        _ => path.parent(),
    };
    let above = std::iter::successors(start, TreePath::parent);
    above
        .into_iter()
        .find(|directory| matches!(kind_of_config(files, directory), Some(EntryKind::File { .. })))
        .unwrap_or_else(TreePath::top)
}

fn config_path(root: &TreePath) -> TreePath {
    root.join(FILE_NAME).unwrap_or_else(|| TreePath::new(FILE_NAME))
}

fn kind_of_config(files: &dyn Files, root: &TreePath) -> Option<EntryKind> {
    files.kind(&config_path(root))
}

/// The configuration at a root with its text; empty when there is none.
pub fn load_config(
    files: &dyn Files,
    root: &TreePath,
    checks: &[&'static CheckInfo],
) -> Result<(Config, Option<String>), ConfigError> {
    let path = config_path(root);
    if kind_of_config(files, root).is_none() {
        return Ok((Config::default(), None));
    }
    let bytes = files
        .read(&path, CONFIG_BYTES_MAX)
        .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
    let text = String::from_utf8(bytes).map_err(|_| ConfigError::NotText { path: path.clone() })?;
    // Editors of other systems put a mark in front.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let config = Config::parse(&text, checks).map_err(|problems| ConfigError::Invalid { path, problems })?;
    Ok((config, Some(text)))
}

#[cfg(test)]
mod tests {
    use seatrial_source::MemoryFiles;

    use super::*;

    #[test]
    fn the_nearest_configuration_marks_the_root() {
        let files = MemoryFiles::from_iter([
            ("apps/shop/seatrial.toml", ""),
            ("apps/shop/k8s/a.yaml", ""),
            ("other/b.yaml", ""),
        ]);
        let root = |path: &str| find_root(&files, &TreePath::new(path)).as_str().to_owned();
        assert_eq!(root("apps/shop/k8s/a.yaml"), "apps/shop");
        assert_eq!(root("apps/shop"), "apps/shop");
        assert_eq!(root("other"), "");
        assert_eq!(root("absent/c.yaml"), "");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_key() {
        let files = MemoryFiles::from_iter([("seatrial.toml", "\u{feff}exclude = [\"vendor\"]\r\n")]);
        let (config, _) = load_config(&files, &TreePath::top(), &[]).expect("nothing is wrong");
        assert_eq!(config.exclude.len(), 1);
    }

    #[test]
    fn a_broken_configuration_names_file_and_line() {
        let files = MemoryFiles::from_iter([("seatrial.toml", "\nfoo = 1\n")]);
        let error = load_config(&files, &TreePath::top(), &[]).expect_err("`foo` is unknown");
        assert!(error.to_string().starts_with("seatrial.toml:2: unknown key `foo`"), "{error}");
    }
}
