//! Reads files in parallel and keeps the texts that matter: a text without
//! the marks of a manifest is forgotten again before it is parsed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use memchr::memmem::{self, Finder};
use rayon::prelude::*;
use seatrial_source::{EntryKind, ReadError, TreePath};

use crate::Request;
use crate::intake::PIECE;
use crate::layout::{Candidate, FileRole};
use crate::walk::Walk;

/// The most bytes of a program that are searched for signs.
const PROGRAM_BYTES: u64 = 512 << 10;

/// Words that are looked for in every file.
struct Words {
    api_version: Finder<'static>,
    kind: Finder<'static>,
    /// The same words, where a person wrote them large.
    large_kind: Finder<'static>,
    large_version: Finder<'static>,
    metadata: Finder<'static>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    api_version: Finder::new("apiVersion"),
    kind: Finder::new("kind"),
    large_kind: Finder::new("Kind"),
    large_version: Finder::new("ApiVersion"),
    metadata: Finder::new("metadata"),
});

/// What reading one file gave.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A text that matters.
    Kept(Arc<str>),
    /// Of no interest.
    Dropped,
    /// A fixture with the marks of a manifest.
    Fixture,
    /// It says that objects are made in another way.
    Provisioner,
    /// Not UTF-8 text: what could be read of it, where that ends, and what it is.
    NotText { text: Arc<str>, at: u32, what: &'static str },
    /// It has more bytes than are read of a file.
    TooLarge { size: u64, limit: u64 },
    /// It could not be read.
    Failed(ReadError),
    /// All files together are larger than is kept.
    Budget,
}

/// Files of which only afterwards is known whether all together are too large.
const BATCH: usize = 4096;

/// Reads every candidate. Of those that are too large together, the first count.
pub(crate) fn read(request: &Request<'_>, walk: &Walk, candidates: &[Candidate]) -> Vec<Outcome> {
    let mut left = request.limits.total_bytes;
    let is_named = |it: &Candidate| walk.is_named(request, &it.path);
    let mut outcomes = Vec::with_capacity(candidates.len());
    for batch in candidates.chunks(BATCH) {
        let spent = AtomicU64::new(0);
        let read = |buffer: &mut Vec<u8>, it: &Candidate| {
            if spent.load(Ordering::Relaxed) > left {
                return Outcome::Budget;
            }
            let (outcome, bytes) = read_one(request, it, is_named(it), left, buffer);
            let bytes = if matches!(outcome, Outcome::Budget) { left.saturating_add(1) } else { bytes };
            spent.fetch_add(bytes, Ordering::Relaxed);
            outcome
        };
        let together: Vec<Outcome> = batch.par_iter().with_max_len(PIECE).map_init(Vec::new, read).collect();
        let spent = spent.into_inner();
        if spent <= left {
            left -= spent;
            outcomes.extend(together);
        } else {
            // Which of them were first to be read is not for threads to say.
            drop(together);
            let mut buffer = Vec::new();
            outcomes.extend(batch.iter().map(|it| {
                let (outcome, bytes) = read_one(request, it, is_named(it), left, &mut buffer);
                left -= bytes;
                outcome
            }));
        }
    }
    outcomes
}

/// Reads one file if there is room left for it, and says how much it takes.
fn read_one(
    request: &Request<'_>,
    candidate: &Candidate,
    is_named: bool,
    left: u64,
    buffer: &mut Vec<u8>,
) -> (Outcome, u64) {
    if candidate.role == FileRole::Helmfile {
        let is_fixture = candidate.fixture.is_some();
        return (if is_fixture { Outcome::Dropped } else { Outcome::Provisioner }, 0);
    }
    let bound = match candidate.role {
        FileRole::Program | FileRole::Generator(_) => PROGRAM_BYTES.min(request.limits.file_bytes),
        _ => request.limits.file_bytes,
    };
    let most = bound.min(left);
    // What is shown through a link stands in no list.
    let length = if candidate.is_link {
        request.files.read(&candidate.path, most).map(|bytes| {
            *buffer = bytes;
            buffer.len()
        })
    } else {
        request.files.read_listed(&candidate.path, 0, most, buffer)
    };
    let outcome = match length {
        Ok(length) => return (sort_out(candidate, is_named, &buffer[..length]), length as u64),
        Err(ReadError::TooLarge { .. }) if most < bound => Outcome::Budget,
        Err(_) if matches!(candidate.role, FileRole::Program | FileRole::Generator(_)) => Outcome::Dropped,
        Err(_) if candidate.fixture.is_some() => Outcome::Dropped,
        Err(ReadError::TooLarge { limit }) => match request.files.kind(&candidate.path) {
            Some(EntryKind::File { size }) => Outcome::TooLarge { size, limit },
            _ => Outcome::Failed(ReadError::Missing),
        },
        Err(error) => Outcome::Failed(error),
    };
    (outcome, 0)
}

/// What is named by itself is kept also where nothing in it says what it is.
fn sort_out(candidate: &Candidate, is_named: bool, bytes: &[u8]) -> Outcome {
    match candidate.role {
        FileRole::Program if candidate.fixture.is_none() && is_provisioner(&candidate.path, bytes) => {
            Outcome::Provisioner
        }
        FileRole::Program => Outcome::Dropped,
        _ if candidate.fixture.is_some() => {
            let seen = candidate.role != FileRole::Values && has_marks(bytes);
            let is_unit = matches!(candidate.role, FileRole::Kustomization | FileRole::Chart);
            if seen || is_unit { Outcome::Fixture } else { Outcome::Dropped }
        }
        FileRole::Generator(_) => {
            if has_marks(bytes) {
                Outcome::Kept(Arc::from(""))
            } else {
                Outcome::Dropped
            }
        }
        FileRole::Manifest if !matters(bytes) => match () {
            () if is_ansible(bytes) => Outcome::Provisioner,
            () if is_named => decode(candidate, bytes),
            () => Outcome::Dropped,
        },
        _ => decode(candidate, bytes),
    }
}

/// Whether a text may hold a manifest, or nothing can be said of it.
fn matters(bytes: &[u8]) -> bool {
    let has = |word: &Finder<'_>| word.find(bytes).is_some();
    let marked = has(&WORDS.kind) && (has(&WORDS.api_version) || has(&WORDS.metadata));
    let has_kind = || has(&WORDS.kind) || has(&WORDS.large_kind);
    let is_large = || has(&WORDS.large_version) || (has(&WORDS.api_version) && has(&WORDS.large_kind));
    marked || (is_large() && has_kind()) || memchr::memchr(0, bytes).is_some()
}

/// Whether a text has the marks of a manifest.
pub(crate) fn has_marks(bytes: &[u8]) -> bool {
    WORDS.api_version.find(bytes).is_some() && WORDS.kind.find(bytes).is_some()
}

fn is_ansible(bytes: &[u8]) -> bool {
    ["kubernetes.core.", "community.kubernetes.", "community.okd."]
        .iter()
        .any(|module| memmem::find(bytes, module.as_bytes()).is_some())
}

/// Whether a program makes objects: Terraform's providers, or a command line
/// that creates objects or installs charts.
fn is_provisioner(path: &TreePath, bytes: &[u8]) -> bool {
    let signs: &[&str] = if path.extension() == "tf" {
        &["\"kubernetes_", "\"helm_release\"", "\"kubectl_manifest\"", "\"kubectl_path_documents\""]
    } else {
        &["kubectl create ", "helm install ", "helm upgrade ", "helmfile ", "pulumi up", "cdk8s synth"]
    };
    signs.iter().any(|sign| memmem::find(bytes, sign.as_bytes()).is_some())
}

fn decode(candidate: &Candidate, bytes: &[u8]) -> Outcome {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Outcome::NotText { text: Arc::from(""), at: 0, what: "UTF-16 and not UTF-8 text" };
    }
    if let Some(at) = memchr::memchr(0, bytes) {
        let text = String::from_utf8_lossy(&bytes[..at]);
        return Outcome::NotText { at: text.len() as u32, text: text.into(), what: "a binary file" };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Outcome::Kept(text.into()),
        Err(_) if candidate.role == FileRole::Manifest && !has_marks(bytes) => Outcome::Dropped,
        Err(error) => {
            let (text, at) = (String::from_utf8_lossy(bytes), error.valid_up_to() as u32);
            Outcome::NotText { text: text.into(), at, what: "not valid UTF-8 text" }
        }
    }
}
