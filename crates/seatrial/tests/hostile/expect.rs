//! What must come of a case, and how the report is held against it.

use serde_json::Value;

use super::measure::Run;
use super::{Case, recipe};

/// The one flaw of the neighbour.
const KNOWN_FLAW: &str = "unresolved-target-port";
/// Most memory that a run may take.
const PEAK_KIB_MAX: u64 = 320 << 10;
/// Characters of what is told that are shown.
const TOLD_MAX: usize = 110;

/// Everything that is not as it must be.
pub(super) fn compare(case: &Case, run: &Run, neighbour: &str) -> Vec<String> {
    let mut wrong = endings(run);
    if run.code != Some(case.code) {
        wrong.push(format!("exit code {:?}, not {}: {}", run.code, case.code, shown(&run.stderr)));
    }
    wrong.extend(steered(run));
    let missing = case.stderr.iter().filter(|words| !run.stderr.contains(*words));
    wrong.extend(missing.map(|words| format!("stderr lacks `{words}`: {}", shown(&run.stderr))));
    for words in &case.never {
        let mut outputs = run.others.iter().map(|(name, text)| (*name, text));
        let found = outputs.find(|(_, text)| text.contains(words));
        let found = found.or(run.stdout.contains(words).then_some(("json", &run.stdout)));
        wrong.extend(found.map(|(name, _)| format!("{name} holds `{words}`")));
    }
    if case.code != 2 {
        wrong.extend(compare_report(case, run, neighbour));
    }
    wrong
}

fn compare_report(case: &Case, run: &Run, neighbour: &str) -> Vec<String> {
    let Ok(report) = serde_json::from_str::<Value>(&run.stdout) else {
        return vec![format!("no JSON: {}", shown(&run.stdout))];
    };
    let mut wrong = Vec::new();
    let [findings, skips] = ["/findings", "/coverage/skipped"].map(|at| list(&report, at));
    if !findings.iter().any(|it| is_at(it, "/check", KNOWN_FLAW, neighbour)) {
        wrong.push(format!("the flaw of {neighbour} is lost"));
    }
    let absent =
        case.findings.iter().filter(|it| !findings.iter().any(|found| is_meant(it, found, "/check")));
    wrong.extend(absent.map(|it| format!("no finding `{it}`")));
    let absent = case.skipped.iter().filter(|it| !skips.iter().any(|found| is_meant(it, found, "/code")));
    wrong.extend(absent.map(|it| format!("no skip `{it}`")));
    let alarms = findings.iter().filter(|it| case.harmless && is_alarm(it, neighbour));
    wrong.extend(alarms.map(|it| format!("a false alarm: {}", sentence(it))));
    if !wrong.is_empty() {
        wrong.extend(findings.iter().take(4).map(|it| format!("  found: {}", sentence(it))));
        wrong.extend(skips.iter().take(4).map(|it| format!("  skipped: {}", sentence(it))));
    }
    wrong
}

/// What a person reads first of what was expected.
pub(super) fn told(case: &Case, run: &Run) -> String {
    if case.code == 2 {
        return shown(run.stderr.trim());
    }
    let Ok(report) = serde_json::from_str::<Value>(&run.stdout) else { return String::new() };
    let [findings, skips] = ["/findings", "/coverage/skipped"].map(|at| list(&report, at));
    let first = |expected: &[String], found: &[Value], key: &str| {
        let expected = expected.first()?;
        found.iter().find(|found| is_meant(expected, found, key)).map(sentence)
    };
    let told = first(&case.findings, findings, "/check").or(first(&case.skipped, skips, "/code"));
    shown(&told.unwrap_or_else(|| "nothing is wrong with it".to_owned()))
}

/// It ended by itself, in time and within its memory.
fn endings(run: &Run) -> Vec<String> {
    let mut wrong = Vec::new();
    if run.code.is_none() {
        wrong.push(format!("killed after {:?}", run.elapsed));
    }
    if run.stderr.contains("panicked") {
        wrong.push(format!("it panicked: {}", shown(&run.stderr)));
    }
    if let Some(peak) = run.peak_kib.filter(|peak| *peak > PEAK_KIB_MAX) {
        wrong.push(format!("{} MiB of memory", peak >> 10));
    }
    wrong
}

/// Nothing in a text steers the terminal or turns its letters around.
fn steered(run: &Run) -> Option<String> {
    let steers = |letter: &char| {
        letter.is_control() && *letter != '\n'
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let text = |(name, _): &&(&str, String)| ["terminal", "github", "markdown", "junit"].contains(name);
    let mut outputs = run.others.iter().filter(text);
    let found = outputs.find_map(|(name, text)| Some((*name, text.chars().find(steers)?)));
    let found = found.or(run.stderr.chars().find(steers).map(|letter| ("stderr", letter)));
    found.map(|(name, letter)| format!("{name} holds {letter:?}"))
}

fn list<'r>(report: &'r Value, pointer: &str) -> &'r [Value] {
    report.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn path(found: &Value) -> &str {
    let path = found.pointer("/primary/path").or(found.pointer("/path"));
    path.and_then(Value::as_str).unwrap_or_default()
}

fn is_at(found: &Value, key: &str, word: &str, at: &str) -> bool {
    found.pointer(key).and_then(Value::as_str) == Some(word) && path(found) == at
}

/// Whether `word path | words` describes what was found.
fn is_meant(expected: &str, found: &Value, key: &str) -> bool {
    let (head, words) = expected.split_once(" | ").unwrap_or((expected, ""));
    let Some((word, at)) = head.split_once(' ') else { return false };
    is_at(found, key, word, &recipe::multiplied(at)) && sentence(found).contains(words)
}

fn is_alarm(found: &Value, neighbour: &str) -> bool {
    found["severity"] == "error" && path(found) != neighbour
}

/// What is said about a finding or a skip, in one line.
fn sentence(found: &Value) -> String {
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    let steps = list(found, "/derivation").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let parts = [
        text("check"),
        text("code"),
        path(found).to_owned(),
        text("message"),
        text("reason"),
        steps,
        text("help"),
    ];
    shown_within(&parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" "), 2_000)
}

fn shown(text: &str) -> String {
    shown_within(text, TOLD_MAX)
}

fn shown_within(text: &str, most: usize) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
