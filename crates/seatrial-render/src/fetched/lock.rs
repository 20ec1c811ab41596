//! `seatrial.lock`: what was fetched, and the digest that it must have.

use std::collections::BTreeMap;
use std::fmt::Write;

use seatrial_source::{Files, ReadError, RemoteKind, RemoteSource, TreePath};
use toml::{Table, Value};

use super::Digest;

/// The lock file's name; it lies in the root.
pub const LOCK_FILE: &str = "seatrial.lock";

/// The version of its format.
const VERSION: i64 = 1;
/// Most bytes of a lock file.
const BYTES_MAX: u64 = 16 << 20;
/// Most entries.
const ENTRIES_MAX: usize = 10_000;

/// What a source was when it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The commit, or the chart's version. Empty for files.
    pub resolved: String,
    /// Of the archive in the cache.
    pub digest: Digest,
}

/// Everything that a lock file names, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// By what the tree asks for.
    pub pins: BTreeMap<RemoteSource, Pin>,
}

/// Why a lock file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` cannot be used: {reason}")]
pub struct LockError {
    /// The lock file.
    pub path: TreePath,
    /// What is wrong with it.
    pub reason: String,
}

const HEADER: &str = "\
# What `seatrial fetch` downloaded, and the digest that it must have.
# Written by that command: run it again instead of editing this.
version = 1
";

const FIELDS: [&str; 6] = ["kind", "address", "name", "version", "resolved", "digest"];

impl Lock {
    /// The lock file of a root; none where there is none.
    pub fn open(files: &dyn Files, root: &TreePath) -> Result<Option<Self>, LockError> {
        let path = root.join(LOCK_FILE).expect("a name stays inside");
        let refused = |reason: String| LockError { path: path.clone(), reason };
        let bytes = match files.read(&path, BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(ReadError::Missing) => return Ok(None),
            Err(error) => return Err(refused(error.to_string())),
        };
        let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8 text".to_owned()))?;
        Self::parse(&text).map(Some).map_err(refused)
    }

    /// Reads the text of a lock file. An error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        match table.get("version").and_then(Value::as_integer) {
            Some(VERSION) => {}
            Some(other) => return Err(format!("its version is {other}, and this program reads {VERSION}")),
            None => return Err("it has no `version`".to_owned()),
        }
        if let Some(key) = table.keys().find(|key| !["version", "source"].contains(&key.as_str())) {
            return Err(format!("unknown key `{key}`"));
        }
        let sources = match table.get("source") {
            None => return Ok(Self::default()),
            Some(Value::Array(sources)) if sources.len() <= ENTRIES_MAX => sources,
            Some(Value::Array(_)) => return Err(format!("it has more than {ENTRIES_MAX} entries")),
            Some(_) => return Err("`source` is not a list of tables".to_owned()),
        };
        let mut lock = Self::default();
        for (at, source) in sources.iter().enumerate() {
            let (source, pin) = entry(source).map_err(|reason| format!("entry {}: {reason}", at + 1))?;
            if lock.pins.contains_key(&source) {
                return Err(format!("two entries for {source}"));
            }
            lock.pins.insert(source, pin);
        }
        Ok(lock)
    }

    /// The text of the file: the same for the same entries.
    pub fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (source, pin) in &self.pins {
            text.push_str("\n[[source]]\n");
            let digest = pin.digest.to_string();
            let values = [
                source.kind.as_str(),
                &source.address,
                &source.name,
                &source.version,
                &pin.resolved,
                &digest,
            ];
            for (field, value) in FIELDS.into_iter().zip(values).filter(|(_, value)| !value.is_empty()) {
                let _ = writeln!(text, "{field} = {}", Value::String(value.to_owned()));
            }
        }
        text
    }

    /// The JSON Schema of the file, with a line break at its end.
    pub fn schema() -> &'static str {
        include_str!("lock.schema.json")
    }
}

fn entry(value: &Value) -> Result<(RemoteSource, Pin), String> {
    let table = value.as_table().ok_or("it is not a table")?;
    if let Some(key) = table.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`"));
    }
    let text = |field: &str| match table.get(field) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("`{field}` is not a text")),
    };
    let kind = text("kind")?;
    let kind = RemoteKind::from_name(kind).ok_or_else(|| format!("`{kind}` is no kind of source"))?;
    let address = text("address")?;
    if address.is_empty() {
        return Err("it has no `address`".to_owned());
    }
    let digest = Digest::parse(text("digest")?).ok_or("its `digest` is not `sha256:` and 64 digits")?;
    let source = RemoteSource {
        kind,
        address: address.to_owned(),
        name: text("name")?.to_owned(),
        version: text("version")?.to_owned(),
    };
    Ok((source, Pin { resolved: text("resolved")?.to_owned(), digest }))
}
