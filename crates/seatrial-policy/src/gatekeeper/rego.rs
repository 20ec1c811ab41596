//! Templates in Rego, run by `regorus` under a bound of work.

use std::thread;

use regorus::{Engine, Value as Rego};
use seatrial_schema::Value;
use smol_str::SmolStr;

use super::builtins;
use super::calls;
use super::convert::{object, to_rego};
use super::growth;
use super::source::{for_engine, mentions, references, tokens};
use super::steps::{SOURCE_BYTES_MAX, STEPS_MAX, bounded_engine, limit, spent};
use super::{Answer, Inventory, Review, Violation, Work};
use crate::objection::shortened;
use crate::validating_policy::{Asked, looked_at};

/// Evaluation has so much stack.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// A reference has fewer words and dots than this.
const WORDS_MAX: usize = 64;
/// More violations than this are not told.
const VIOLATIONS_MAX: usize = 100;

/// What hangs on who asks, or can grow without the engine's counting it: the words
/// and signs of a reference.
const UNKNOWN: &[(&[&str], &str)] = &[
    (&[".", "userInfo"], "it asks who makes the request"),
    (&["\"userInfo\""], "it asks who makes the request"),
    (&["external_data", "("], "it asks an external program"),
    (&["http", ".", "send"], "it opens a connection"),
    (&["base64", ".", "encode"], "it calls base64.encode"),
    (&["base64url", ".", "encode"], "it calls base64url.encode"),
    (&["base64url", ".", "encode_no_pad"], "it calls base64url.encode_no_pad"),
    (&["bits", ".", "lsh"], "it calls bits.lsh"),
    (&["net", ".", "cidr_expand"], "it calls net.cidr_expand"),
    (&["glob", ".", "quote_meta"], "it calls glob.quote_meta"),
    (&["numbers", ".", "range_step"], "it calls numbers.range_step"),
    (&["time", "."], "it asks for the time"),
];

/// A program in Rego.
#[derive(Clone)]
pub(super) struct Program {
    engine: Engine,
    query: String,
    looked_at: Vec<SmolStr>,
    /// Whether it asks for other objects.
    pub(super) needs_inventory: bool,
}

impl Program {
    /// Reads a source and its libraries; the error says why they are not run.
    pub(super) fn read(source: &str, libraries: &[Value], is_v1: bool) -> Result<Self, String> {
        let all = || std::iter::once(source).chain(libraries.iter().map(Value::as_str));
        if all().map(str::len).sum::<usize>() > SOURCE_BYTES_MAX {
            return Err("its source is too large".to_owned());
        }
        let modules: Vec<_> = all().map(tokens).collect();
        let words: Vec<_> = modules.iter().map(|it| references(it)).collect();
        let mentioned = |steps: &[&str]| words.iter().any(|it| mentions(it, steps));
        if let Some((_, why)) = UNKNOWN.iter().find(|(steps, _)| mentioned(steps)) {
            return Err((*why).to_owned());
        }
        let needs_inventory = mentioned(&["data", ".", "inventory"]);
        let looked_at = words.first().map(|it| first_looked_at(it)).unwrap_or_default();
        if growth::is_too_much(&modules) {
            return Err("its rules build too much of each other".to_owned());
        }
        if let Some(why) = calls::problem(modules) {
            return Err(why);
        }
        let mut engine = bounded_engine();
        engine.set_rego_v0(!is_v1);
        builtins::add(&mut engine)?;
        for (at, library) in libraries.iter().enumerate() {
            add(&mut engine, format!("lib{at}.rego"), library.as_str())?;
        }
        let package = add(&mut engine, "template.rego".to_owned(), source)?;
        Ok(Self { engine, query: format!("{package}.violation"), looked_at, needs_inventory })
    }

    /// The violations of each object; an error says what kept one from an answer.
    pub(super) fn judge(
        &self,
        parameters: &Value,
        reviews: &[&Review],
        inventory: Option<&Inventory>,
        work: &mut Work,
    ) -> Vec<Answer> {
        let mut engine = self.engine.clone();
        if let Some(Inventory(inventory)) = inventory.filter(|_| self.needs_inventory) {
            let added = engine.add_data(object([("inventory", inventory.clone())]));
            if let Err(error) = added {
                return vec![Err(told(&error.to_string())); reviews.len()];
            }
        }
        let parameters = to_rego(parameters);
        let input = |Review(review): &&Review| {
            object([("review", review.clone()), ("parameters", parameters.clone())])
        };
        let inputs = reviews.iter().map(input).collect();
        let answers = run(engine, self.query.clone(), inputs, work);
        answers.into_iter().map(|it| it.map(|messages| self.violations(messages))).collect()
    }

    fn violations(&self, mut messages: Vec<String>) -> Vec<Violation> {
        messages.sort();
        messages.truncate(VIOLATIONS_MAX);
        let violation = |it: &String| Violation { message: shortened(it), looked_at: self.looked_at.clone() };
        messages.iter().map(violation).collect()
    }
}

/// The messages of a set of violations.
fn messages(answer: &Rego) -> Vec<String> {
    let Rego::Set(all) = answer else { return Vec::new() };
    let message = |it: &Rego| it.as_object().ok()?.get(&Rego::from("msg"))?.as_string().ok().cloned();
    all.iter().filter_map(message).map(|it| it.to_string()).collect()
}

/// The fields of the object that a source looks at first; its names and labels, which
/// most ask to say or to leave out an object, only where it looks at nothing else.
fn first_looked_at(words: &[&str]) -> Vec<SmolStr> {
    const START: &[&str] = &["review", ".", "object", "."];
    let starts = words.windows(START.len()).enumerate().filter(|(_, it)| *it == START);
    let behind = |at: usize| words[at + 2..].iter().take(WORDS_MAX).copied().collect::<String>();
    let all = || starts.clone().map(|(at, _)| looked_at(&behind(at))).filter(|it| !it.is_empty());
    all().find(|it| it[0] != "metadata").or_else(|| all().next()).unwrap_or_default()
}

/// Asks a query of each input on a stack of its own.
fn run(
    mut engine: Engine,
    query: String,
    inputs: Vec<Rego>,
    work: &mut Work,
) -> Vec<Result<Vec<String>, String>> {
    let count = inputs.len();
    let mut left = work.steps;
    let evaluate = move || {
        let mut answer = |input| {
            if left == 0 {
                return Err("the work that is allowed for policies is used up".to_owned());
            }
            let before = spent();
            engine.set_execution_timer_config(limit(left.min(STEPS_MAX)));
            engine.set_input(input);
            let answer = engine.eval_rule(query.clone());
            left = left.saturating_sub(spent() - before);
            answer.map(|it| messages(&it)).map_err(|error| told(&error.to_string()))
        };
        let answers: Vec<_> = inputs.into_iter().map(&mut answer).collect();
        (answers, left)
    };
    let Ok(thread) = thread::Builder::new().stack_size(STACK_BYTES).spawn(evaluate) else {
        return vec![Err("no thread is left for it".to_owned()); count];
    };
    match thread.join() {
        Ok((answers, left)) => {
            work.steps = left;
            answers
        }
        Err(_) => vec![Err("its engine fails".to_owned()); count],
    }
}

fn add(engine: &mut Engine, name: String, source: &str) -> Result<String, String> {
    engine.add_policy(name, for_engine(source)).map_err(|error| told(&error.to_string()))
}

/// What is known of the request.
pub(super) fn review(asked: Asked<'_>) -> Rego {
    let Asked { request, version, object: value, namespace } = asked;
    let text = |text: &str| Rego::from(text);
    let kind =
        object([("group", text(request.group)), ("version", text(version)), ("kind", text(request.kind))]);
    let metadata = value.at("metadata");
    let namespace = namespace.map_or(Rego::Undefined, to_rego);
    let unstable = match namespace {
        Rego::Undefined => object([]),
        namespace => object([("namespace", namespace)]),
    };
    object([
        ("kind", kind),
        ("name", text(metadata.str("name"))),
        ("namespace", text(request.namespace)),
        ("operation", text(request.operation.word())),
        ("object", to_rego(value)),
        ("oldObject", request.old.map_or(Rego::Null, to_rego)),
        ("_unstable", unstable),
    ])
}

/// The last line of what the engine says, which is the reason.
fn told(error: &str) -> String {
    if error.contains("execution exceeded time limit") {
        return "it takes too many steps".to_owned();
    }
    let last = error.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    shortened(last.trim().trim_start_matches("error: "))
}
