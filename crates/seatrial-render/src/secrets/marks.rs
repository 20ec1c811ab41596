//! Words and signs that say where in a text a secret may stand. One pass finds
//! them all; only lines that have one are looked at closely.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Beginnings of tokens that well-known services hand out, and how many more
/// characters make one.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("gldt-", 16),
    ("glrt-", 16),
    ("glptt-", 16),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxe-", 10),
    ("xoxe.xoxp-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("xapp-", 10),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("rk_test_", 10),
    ("whsec_", 10),
    ("sk-proj-", 16),
    ("sk-svcacct-", 16),
    ("sk-admin-", 16),
    ("sk-ant-", 16),
    ("sk-or-", 16),
    ("gsk_", 30),
    ("AIza", 30),
    ("ya29.", 20),
    ("GOCSPX-", 20),
    ("hvs.", 16),
    ("hvb.", 16),
    ("npm_", 30),
    ("pypi-", 30),
    ("hf_", 30),
    ("dckr_pat_", 16),
    ("dop_v1_", 30),
    ("doo_v1_", 30),
    ("dor_v1_", 30),
    ("nvapi-", 30),
    ("sbp_", 30),
    ("lin_api_", 30),
    ("ATATT3", 30),
    ("shpat_", 20),
    ("xkeysib-", 30),
    ("AGE-SECRET-KEY-", 30),
    ("SG.", 40),
    ("eyJ", 30),
];

/// Hosts to which whoever knows the path of an address may post.
const HOOKS: &[&str] = &[
    "hooks.slack.com",
    "discord.com/api/webhooks",
    "discordapp.com/api/webhooks",
    ".webhook.office.com",
    "outlook.office.com/webhook",
    "outlook.office365.com/webhook",
    ".logic.azure.com",
    "chat.googleapis.com/v1/spaces",
    "api.telegram.org",
    "hooks.zapier.com",
    "hooks.chime.aws",
    "maker.ifttt.com",
    "events.pagerduty.com/integration",
    "api.opsgenie.com/v1/json",
    "alert.victorops.com/integrations",
    "open.feishu.cn/open-apis/bot",
    "open.larksuite.com/open-apis/bot",
    "oapi.dingtalk.com/robot",
    "qyapi.weixin.qq.com/cgi-bin/webhook",
    "hc-ping.com",
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
    "mnemonic",
    "otp",
    "pass",
    "_pat",
    "psw",
    "pw",
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
    /// A host to whose addresses anybody may post who knows them.
    Hook,
    /// A program, and its short flag that carries a password.
    Program(&'static str),
    /// The path of a JSON patch to the data of a Secret.
    PatchPath,
    /// The beginning of a token, and how many characters follow.
    Token(&'static str, usize),
}

/// As many bytes are searched before the fast searcher is worth being built,
/// which takes four times as long.
const PLAIN_BYTES: usize = 512 << 10;

static MARKS: LazyLock<Vec<(&'static str, Mark)>> = LazyLock::new(|| {
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
    marks.extend(HOOKS.iter().map(|host| (*host, Mark::Hook)));
    marks.extend(TOKENS.iter().map(|&(prefix, length)| (prefix, Mark::Token(prefix, length))));
    marks
});

static PLAIN: LazyLock<AhoCorasick> = LazyLock::new(|| searcher(AhoCorasickKind::NoncontiguousNFA));
static FAST: LazyLock<AhoCorasick> = LazyLock::new(|| searcher(AhoCorasickKind::DFA));

/// Both kinds find the same.
fn searcher(kind: AhoCorasickKind) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(kind))
        .build(MARKS.iter().map(|(text, _)| text))
        .expect("a few short words fit")
}

/// Every mark of a text: where it starts, where it ends, and what it is.
pub(crate) fn marks(text: &str) -> impl Iterator<Item = (usize, usize, Mark)> {
    static SEARCHED: AtomicUsize = AtomicUsize::new(0);
    let is_worth_it = SEARCHED.fetch_add(text.len(), Ordering::Relaxed) + text.len() > PLAIN_BYTES;
    let searcher = if is_worth_it { &*FAST } else { &*PLAIN };
    searcher.find_iter(text).map(|found| (found.start(), found.end(), MARKS[found.pattern().as_usize()].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_searchers_find_the_same() {
        let words: Vec<&str> = MARKS.iter().map(|(text, _)| *text).collect();
        let text = words.join(" ") + &words.concat().to_uppercase();
        let found = |searcher: &AhoCorasick| -> Vec<_> { searcher.find_iter(&text).collect() };
        assert_eq!(found(&PLAIN), found(&FAST));
        assert!(found(&PLAIN).len() > words.len());
    }
}
