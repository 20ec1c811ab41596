//! An object has a field that its kind does not have.
//!
//! ## Why
//! A misspelt field, or one at the wrong level, is not taken in: `kubectl`, Argo CD and
//! Flux refuse the object, and a client that does not validate drops the field without a
//! word, so that a limit, a probe or a selector is not there. The same becomes of a field
//! that came with a later version of Kubernetes than the target's.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: web:1
//!       livenesProbe: {httpGet: {path: /, port: 80}}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Pod
//! metadata: {name: web}
//! spec:
//!   containers:
//!     - name: web
//!       image: web:1
//!       livenessProbe: {httpGet: {path: /, port: 80}}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, FieldPart, Level, Location, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_schema::decode::{Meant, Problem, ProblemKind};
use seatrial_yaml::{FieldPath, Node, PathStep};
use smol_str::SmolStr;

use crate::known_slips::{Advice, advice};
use crate::review::location;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "unknown-field",
        title: "An object has a field that its kind does not have",
        severity: Severity::Error,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["schema.unknown-field"],
        page: include_str!("unknown_field.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        for review in context.review_of(object).all() {
            for problem in &review.problems {
                if let ProblemKind::UnknownField { meant } = &problem.kind
                    && !is_directive(context, &problem.path)
                {
                    let target = context.world().repository.target.kubernetes.minor;
                    report.add(review.weighed(judge(object, problem, meant.as_ref(), target)));
                }
            }
        }
    }
}

/// Whether a field tells a patch how it is merged.
fn is_directive(context: &Context<'_>, path: &FieldPath) -> bool {
    let is_said = |name: &str| name.starts_with('$');
    let is_named = matches!(path.last(), Some(PathStep::Key(name)) if is_said(name));
    is_named && context.is_partial()
}

fn judge(object: &Object, problem: &Problem, meant: Option<&Meant>, target: u32) -> Notice {
    let parent = problem.path.parent().unwrap_or_default();
    let name = match problem.path.last() {
        Some(PathStep::Key(name)) => name.as_str(),
        _ => "",
    };
    let whole = if parent.is_empty() { String::new() } else { format!("`{parent}` of ") };
    let why = match meant {
        Some(Meant::Later(minor)) => format!("came with 1.{minor} (the target is 1.{target})"),
        Some(Meant::Earlier(minor)) => format!("went with 1.{minor} (the target is 1.{target})"),
        _ => "there is not".to_owned(),
    };
    let message = format!("{whole}{} has a field `{name}`, which {why}", object.title());
    let at = location(object, &problem.path);
    let mut notice = Notice::new(&CHECK.info, key_of(object, &problem.path), message);
    if problem.unseen {
        notice = notice
            .severity(Severity::Warning)
            .because("the API server does not look for unknown fields here");
    } else {
        notice = notice.because(format!("the API server says: {}", problem.message));
    }
    match advice(object, &parent, name, matches!(meant, Some(Meant::Spelling(_)))) {
        Some(Advice::Rename(right)) => return renamed(notice, object, &parent, at, right),
        Some(Advice::Say(help)) => return notice.help(help),
        None => {}
    }
    match meant {
        None => notice.help("remove it, or look up how the field is called"),
        Some(Meant::Spelling(near)) => renamed(notice, object, &parent, at, near),
        Some(Meant::Elsewhere { up, down }) => {
            let place = place(object.root(), &parent, *up, down);
            let is_said = |node: Node<'_>| !node.is_mapping() && !node.is_sequence() && !node.is_null();
            match standing(object.root(), place.steps()) {
                Some(node) if is_said(node) => notice.help(format!("remove it: `{place}` is there already")),
                _ => notice.help(format!("move it to `{place}`")).meant(location(object, &place)),
            }
        }
        Some(Meant::Later(_)) => notice.help("remove it, or check for the version that has it"),
        Some(Meant::Earlier(_)) => notice.help("remove it"),
    }
}

/// What stands at a place of a field.
fn standing<'a>(root: Node<'a>, steps: &[PathStep]) -> Option<Node<'a>> {
    steps.iter().try_fold(root, |node, step| match step {
        PathStep::Key(key) => node.get(key),
        PathStep::Index(index) => node.index(*index as usize),
    })
}

/// A notice with the name that the field has.
fn renamed(notice: Notice, object: &Object, parent: &FieldPath, at: Location, name: &str) -> Notice {
    if object.root().at(&parent.key(name)).is_some() {
        return notice.help(format!("remove it: `{name}` is there already"));
    }
    let change = Change::Rename { at, name: name.to_owned() };
    let meant = location(object, &parent.key(name));
    notice.help(format!("rename it to `{name}`")).change(change).meant(meant)
}

/// The name of a field.
fn key_of(object: &Object, path: &FieldPath) -> Location {
    let (unit, path) = (object.unit(), path.clone());
    Location::Field { unit, object: object.id(), path, part: Some(FieldPart::Key) }
}

/// The place of a field so many levels up and then down, in the first item of each
/// list that is written on the way.
fn place(root: Node<'_>, parent: &FieldPath, up: usize, down: &[SmolStr]) -> FieldPath {
    let mut steps = parent.steps().to_vec();
    for _ in 0..up {
        while matches!(steps.last(), Some(PathStep::Index(_))) {
            steps.pop();
        }
        steps.pop();
    }
    for field in down {
        let list = standing(root, &steps).filter(|it| it.is_sequence() && !it.is_empty());
        steps.extend(list.map(|_| PathStep::Index(0)));
        steps.push(PathStep::Key(field.clone()));
    }
    FieldPath::from(steps)
}
