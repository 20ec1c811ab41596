//! From what the parser found wrong to what a person reads.

use seatrial_diagnostics::{CheckInfo, Location, Notice, Role, Severity};
use seatrial_source::Span;
use seatrial_yaml::{Document, Node, Problem, ProblemKind, Stream};

use crate::checks::{DUPLICATE_KEY, INVALID_KEY, INVALID_YAML};
use crate::locate::{mapping_around, path_to};

/// The notices of one document: of errors in form the first, because what
/// follows may only be its echo; of two objects run together one for all the
/// keys they share.
pub(crate) fn notices(stream: &Stream, document: &Document, is_patch: bool) -> Vec<Notice> {
    let root = document.root.map(|root| stream.node(root));
    let mut form_reported = false;
    let mut joined_reported = false;
    let mut found = Vec::new();
    for problem in &document.problems {
        match problem.kind {
            ProblemKind::DuplicateKey => {
                let joined = root.is_some_and(|root| is_joined(root, problem));
                let wanted = root.filter(|_| !(joined && joined_reported));
                let twice = Twice::of(problem, is_patch && root.is_some_and(Node::is_mapping));
                let notice = wanted.and_then(|root| duplicate_key(root, problem, joined, twice));
                // A key that stands there a third time is the same defect.
                let is_known = |notice: &Notice| found.iter().any(|it: &Notice| it.message == notice.message);
                found.extend(notice.filter(|notice| !is_known(notice)));
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
    let notice = Notice::new(check, Location::text(problem.span), problem.message.clone());
    match problem.related {
        Some(span) => notice.related(Location::text(span), Role::Cause, label(stream, problem.span, span)),
        None => notice,
    }
}

/// What a place is to a problem: what it ran into, or what it belongs to.
fn label(stream: &Stream, problem: Span, related: Span) -> &'static str {
    match stream.slice(related) {
        "---" | "..." => "the document ends here",
        _ if related.start > problem.start => "it goes on until here",
        _ => "this belongs to it",
    }
}

/// Whether a key stands twice because two objects share one mapping.
fn is_joined(root: Node<'_>, problem: &Problem) -> bool {
    let at_top = root.written_entries().any(|it| it.key.written_span().start == problem.span.start);
    at_top && heads(root).len() > 1
}

/// The objects that the top of a document names.
fn heads(root: Node<'_>) -> Vec<String> {
    let all = |key: &'static str| {
        root.written_entries().filter(move |entry| entry.key.as_str() == Some(key)).map(|entry| entry.value)
    };
    let names = all("metadata").map(|it| it.get("name").and_then(Node::as_str));
    let mut names = names.chain(std::iter::repeat(None));
    let kinds = all("kind").filter_map(Node::as_str);
    kinds
        .map(|kind| names.next().flatten().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}")))
        .collect()
}

fn duplicate_key(root: Node<'_>, problem: &Problem, joined: bool, twice: Twice) -> Option<Notice> {
    let mapping = mapping_around(root, problem.span)?;
    let entry_at =
        |span: Span| mapping.written_entries().find(|it| it.key.written_span().start == span.start);
    let second = entry_at(problem.span)?;
    let first = problem.related.and_then(entry_at);
    let notice = if joined {
        let kinds = heads(root);
        let [first, .., last] = &kinds[..] else { return None };
        let outcome =
            if twice == Twice::Refused { "kustomize refuses the file" } else { "only one object is left" };
        let message = format!("a `---` is missing between {first} and {last}: {outcome}");
        Notice::new(&DUPLICATE_KEY, Location::text(problem.span), message)
            .help("put a line `---` between the two objects")
    } else {
        Notice::new(&DUPLICATE_KEY, Location::text(problem.span), message(root, mapping, &second.name()))
            .help("keep one of the two, with everything that belongs to it")
    };
    let same = first.is_some_and(|first| first.value.to_json() == second.value.to_json());
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

fn message(root: Node<'_>, mapping: Node<'_>, name: &str) -> String {
    let path = path_to(root, mapping).map(|path| path.to_string()).unwrap_or_default();
    let place = if path.is_empty() { "at the top".to_owned() } else { format!("in {path}") };
    match title(root) {
        Some(title) => format!("key `{name}` stands twice {place} of {title}"),
        None => format!("key `{name}` stands twice {place}"),
    }
}

fn title(root: Node<'_>) -> Option<String> {
    let kind = root.get("kind").and_then(Node::as_str)?;
    let name = root.get("metadata").and_then(|it| it.get("name")).and_then(Node::as_str);
    Some(name.map_or_else(|| format!("the {kind}"), |name| format!("{kind} {name}")))
}
