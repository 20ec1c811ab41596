//! Words and signs that say where in a text a secret may stand. One pass finds
//! them all; only lines that have one are looked at closely.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Beginnings of tokens that well-known services hand out, and how many more
/// characters make one.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xapp-", 10),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("whsec_", 10),
    ("sk-proj-", 16),
    ("sk-ant-", 16),
    ("AIza", 30),
    ("hvs.", 16),
    ("npm_", 30),
    ("dop_v1_", 30),
    ("SG.", 40),
    ("eyJ", 30),
];

/// Beginnings of the words that make a name secret.
const STEMS: &[&str] = &[
    "auth",
    "apikey",
    "access",
    "bearer",
    "cred",
    "conn",
    "cookie",
    "dsn",
    "docker",
    "htpasswd",
    "jwt",
    "key",
    "kubeconfig",
    "masterauth",
    "otp",
    "pass",
    "pwd",
    "private",
    "pin",
    "pepper",
    "requirepass",
    "secret",
    "salt",
    "sig",
    "seed",
    "token",
];

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The beginning of a word that makes a name secret.
    Stem,
    /// `://`
    Address,
    /// `--`
    Flag,
    /// `-----BEGIN `
    KeyBlock,
    /// `Bearer ` and the like.
    Scheme,
    /// A program, and its short flag that carries a password.
    Program(&'static str),
    /// The path of a JSON patch to the data of a Secret.
    PatchPath,
    /// The beginning of a token, and how many characters follow.
    Token(&'static str, usize),
}

static MARKS: LazyLock<(AhoCorasick, Vec<Mark>)> = LazyLock::new(|| {
    let mut marks = vec![
        ("://", Mark::Address),
        ("--", Mark::Flag),
        ("-----BEGIN ", Mark::KeyBlock),
        ("Bearer ", Mark::Scheme),
        ("Basic ", Mark::Scheme),
        ("curl", Mark::Program(" -u ")),
        ("mysql", Mark::Program(" -p")),
        ("mariadb", Mark::Program(" -p")),
        ("redis-cli", Mark::Program(" -a ")),
        ("/stringData", Mark::PatchPath),
        ("/data", Mark::PatchPath),
    ];
    marks.extend(STEMS.iter().map(|stem| (*stem, Mark::Stem)));
    marks.extend(TOKENS.iter().map(|&(prefix, length)| (prefix, Mark::Token(prefix, length))));
    let searcher = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(marks.iter().map(|(text, _)| text))
        .expect("a few short words fit");
    (searcher, marks.into_iter().map(|(_, mark)| mark).collect())
});

/// Every mark of a text: where it starts, where it ends, and what it is.
pub(crate) fn marks(text: &str) -> impl Iterator<Item = (usize, usize, Mark)> {
    let (searcher, marks) = &*MARKS;
    searcher.find_iter(text).map(|found| (found.start(), found.end(), marks[found.pattern().as_usize()]))
}
