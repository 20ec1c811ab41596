//! Levels, their versions, and the labels that ask for them
//! (`pod-security-admission` 0.36, `api/helpers.go`).

use std::fmt;

use seatrial_schema::{Errors, Path, Value};

/// The newest minor whose controls are known here; `latest` stands for it.
const LATEST_MINOR: u32 = 36;

const PREFIX: &str = "pod-security.kubernetes.io/";

/// How much a pod may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Privileged,
    /// No known way to the node.
    Baseline,
    /// Hardened.
    Restricted,
}

impl Level {
    fn of(word: &str) -> Option<Self> {
        match word {
            "privileged" => Some(Self::Privileged),
            "baseline" => Some(Self::Baseline),
            "restricted" => Some(Self::Restricted),
            _ => None,
        }
    }

    /// The word in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// Which minor's controls count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// The server's own.
    #[default]
    Latest,
    /// That of 1.x.
    Minor(u32),
}

/// A level as of a minor of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelVersion {
    /// The level.
    pub level: Level,
    /// The minor whose controls count.
    pub version: Version,
}

impl LevelVersion {
    /// The minor whose controls count.
    pub(crate) fn effective_minor(self) -> u32 {
        match self.version {
            Version::Latest => LATEST_MINOR,
            Version::Minor(minor) => minor.min(LATEST_MINOR),
        }
    }
}

impl fmt::Display for LevelVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Version::Latest => write!(out, "{}:latest", self.level.as_str()),
            Version::Minor(minor) => write!(out, "{}:v1.{minor}", self.level.as_str()),
        }
    }
}

/// What the labels of a namespace ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Pods below this level are refused.
    pub enforce: LevelVersion,
    /// Pods and workloads below this level are warned of.
    pub warn: LevelVersion,
}

impl Labels {
    /// Reads a namespace. A label that means nothing counts as `restricted` for
    /// enforcement and as `privileged` for warnings; a version that means
    /// nothing as the latest.
    pub fn of(namespace: &Value) -> Self {
        let labels = namespace.at("metadata").at("labels");
        let label = |name: &str| labels.opt(&format!("{PREFIX}{name}")).map(Value::as_str);
        let version =
            |mode: &str| label(&format!("{mode}-version")).map(|it| version(it).unwrap_or_default());
        let level = label("enforce").map(Level::of);
        let enforce = LevelVersion {
            level: level.map_or(Level::Privileged, |it| it.unwrap_or(Level::Restricted)),
            version: version("enforce").unwrap_or_default(),
        };
        let mut warn = LevelVersion {
            level: label("warn").and_then(Level::of).unwrap_or(Level::Privileged),
            version: version("warn").unwrap_or_default(),
        };
        // Without a label of its own, warning follows what is enforced.
        if label("warn").is_none() && level.flatten().is_some_and(|it| it > Level::Privileged) {
            warn = LevelVersion { level: enforce.level, version: version("warn").unwrap_or(enforce.version) };
        }
        Self { enforce, warn }
    }

    /// A level and a version in words; no version stands for the latest. None if
    /// one of them means nothing.
    pub(crate) fn level(word: &str, of: &str) -> Option<LevelVersion> {
        let version = if of.is_empty() { Version::Latest } else { version(of)? };
        Some(LevelVersion { level: Level::of(word)?, version })
    }

    /// What is wrong with the labels themselves; the server refuses the
    /// namespace.
    pub fn problems(namespace: &Value, errors: &mut Errors) {
        let labels = namespace.at("metadata").at("labels");
        let metadata = Path::new("metadata");
        let at = metadata.child("labels");
        for mode in ["enforce", "audit", "warn"] {
            let key = format!("{PREFIX}{mode}");
            if let Some(value) = labels.opt(&key).filter(|it| Level::of(it.as_str()).is_none()) {
                errors.invalid(
                    &at.key(&key),
                    value.clone(),
                    "must be one of privileged, baseline, restricted",
                );
            }
            let key = format!("{PREFIX}{mode}-version");
            if let Some(value) = labels.opt(&key).filter(|it| version(it.as_str()).is_none()) {
                errors.invalid(&at.key(&key), value.clone(), "must be \"latest\" or \"v1.x\"");
            }
        }
    }
}

/// `latest` or `v1.30`; none for anything else.
fn version(word: &str) -> Option<Version> {
    if word == "latest" {
        return Some(Version::Latest);
    }
    let digits = word.strip_prefix("v1.")?;
    let is_canonical = digits == "0" || !digits.starts_with('0');
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    (is_canonical && is_number).then(|| digits.parse().ok()).flatten().map(Version::Minor)
}
