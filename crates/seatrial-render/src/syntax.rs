//! From what the parser found wrong to what a person reads.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::{CheckInfo, Location, Notice, Role, Severity};
use seatrial_source::Span;
use seatrial_yaml::{Document, Limits, Node, Problem, ProblemKind, Stream, parse};

use crate::checks::{DUPLICATE_KEY, INVALID_KEY, INVALID_YAML};
use crate::duplicates::Duplicates;

/// The notices of one document: of errors in form the first, because what
/// follows may only be its echo; of two objects run together one for all the
/// keys they share.
pub(crate) fn notices(stream: &Stream, document: &Document, is_patch: bool) -> Vec<Notice> {
    let root = document.root.map(|root| stream.node(root));
    let mut form_reported = false;
    let mut joined_reported = false;
    let mut duplicates = root.map(|root| Duplicates::new(root, &document.problems));
    let mut known: FxHashSet<String> = FxHashSet::default();
    let mut found = Vec::new();
    for problem in &document.problems {
        match problem.kind {
            ProblemKind::DuplicateKey => {
                let Some(duplicates) = &mut duplicates else { continue };
                let joined = duplicates.is_joined(problem);
                let twice = Twice::of(problem, is_patch && duplicates.is_of_mapping());
                if !(joined && joined_reported) {
                    let notice = duplicate_key(stream, duplicates, problem, joined, twice);
                    // A key that stands there a third time is the same defect.
                    found.extend(notice.filter(|notice| known.insert(notice.message.clone())));
                }
                joined_reported |= joined;
            }
            ProblemKind::Key | ProblemKind::Value | ProblemKind::Merge if problem.is_fatal() => {
                found.push(plain(stream, &INVALID_KEY, problem));
            }
            _ if problem.is_fatal() && !form_reported => {
                form_reported = true;
                found.push(plain(stream, &INVALID_YAML, problem));
            }
            _ => {}
        }
    }
    found
}

/// What comes of a key that stands twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twice {
    /// The second value replaces the first.
    LastCounts,
    /// A patch of kustomize is applied with the first value.
    FirstCounts,
    /// Kustomize refuses the file, whatever the values.
    Refused,
}

impl Twice {
    fn of(problem: &Problem, is_patch: bool) -> Self {
        match (is_patch, problem.is_fatal()) {
            (true, _) => Self::FirstCounts,
            (false, true) => Self::Refused,
            (false, false) => Self::LastCounts,
        }
    }

    /// What a reader should know of the first of the two.
    fn first(self) -> &'static str {
        match self {
            Self::LastCounts => "the first one, which is lost",
            Self::FirstCounts => "the first one, which counts",
            Self::Refused => "the first one",
        }
    }
}

/// A problem that belongs to no document.
pub(crate) fn of_stream(stream: &Stream) -> Option<Notice> {
    let problem = stream.problems().iter().find(|problem| problem.is_fatal())?;
    Some(plain(stream, &INVALID_YAML, problem))
}

fn plain(stream: &Stream, check: &'static CheckInfo, problem: &Problem) -> Notice {
    let mut notice = Notice::new(check, Location::text(problem.span), problem.message.clone());
    if let Some(token) = token_line(stream, problem.span) {
        notice =
            notice.severity(Severity::Info).because(format!("a program is to put lines in for `{token}`"));
    }
    match problem.related {
        Some(span) => notice.related(Location::text(span), Role::Cause, label(stream, problem.span, span)),
        None => notice,
    }
}

/// The line of a place, or the one before, where it is nothing but `<A_TOKEN>` and
/// such lines are all that is wrong.
fn token_line(stream: &Stream, at: Span) -> Option<&str> {
    let text = stream.text();
    let (before, behind) = text.split_at_checked(at.start as usize)?;
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    let end = at.start as usize + behind.find('\n').unwrap_or(behind.len());
    let previous = before[..start].trim_end_matches('\n').rsplit('\n').next();
    let mut lines = [Some(&text[start..end]), previous].into_iter().flatten().map(str::trim);
    lines.find(|line| is_token(line)).filter(|_| {
        let others = text.split_inclusive('\n').filter(|line| !is_token(line.trim())).collect::<String>();
        parse(stream.file(), others.into(), stream.dialect(), &Limits::default()).is_accepted()
    })
}

fn is_token(line: &str) -> bool {
    let name = line.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    let is_part = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_';
    name.is_some_and(|it| it.contains('_') && it.bytes().all(is_part))
}

/// What a place is to a problem: what it ran into, or what it belongs to.
fn label(stream: &Stream, problem: Span, related: Span) -> &'static str {
    match stream.slice(related) {
        "---" | "..." => "the document ends here",
        _ if related.start > problem.start => "it goes on until here",
        _ => "this belongs to it",
    }
}

/// The texts of two keys that are one and are written in different words.
fn unlike<'s>(stream: &'s Stream, first: Node<'_>, second: Node<'_>) -> Option<[&'s str; 2]> {
    let written = [first, second].map(|key| stream.slice(key.written_span()));
    let [one, other] = written.map(|it| it.trim_matches(['"', '\'']));
    let are_words = written.iter().all(|it| it.len() <= 8 && it.bytes().all(|it| it.is_ascii_alphabetic()));
    (one != other && are_words).then_some(written)
}

fn duplicate_key(
    stream: &Stream,
    duplicates: &mut Duplicates<'_>,
    problem: &Problem,
    joined: bool,
    twice: Twice,
) -> Option<Notice> {
    let second = duplicates.entry_at(problem.span)?;
    let first = problem.related.and_then(|span| duplicates.entry_at(span));
    let notice = if joined {
        let [first, .., last] = &duplicates.heads[..] else { return None };
        let outcome =
            if twice == Twice::Refused { "kustomize refuses the file" } else { "only one object is left" };
        let message = format!("a `---` is missing between {first} and {last}: {outcome}");
        Notice::new(&DUPLICATE_KEY, Location::text(problem.span), message)
            .help("put a line `---` between the two objects")
    } else if let Some(written) = first.and_then(|first| unlike(stream, first.entry.key, second.entry.key)) {
        let message = duplicates.message_of_unlike(second, written);
        Notice::new(&DUPLICATE_KEY, Location::text(problem.span), message)
            .because("without quotes `y`, `yes`, `on`, `n`, `no` and `off` are truth values")
            .help("put the keys into quotes")
    } else {
        Notice::new(&DUPLICATE_KEY, Location::text(problem.span), duplicates.message(second))
            .help("keep one of the two, with everything that belongs to it")
    };
    let same = first.is_some_and(|first| first.entry.value.is_same(second.entry.value));
    let notice = match twice {
        Twice::Refused if !joined => {
            notice.because("kustomize refuses a key that stands twice, also with equal values")
        }
        Twice::LastCounts | Twice::FirstCounts if same && !joined => notice.severity(Severity::Warning),
        _ => notice,
    };
    Some(match problem.related {
        Some(span) => notice.related(Location::text(span), Role::Cause, twice.first()),
        None => notice,
    })
}
