//! The text for a terminal: grouped by what happens, the worst last.

use std::fmt::Write as _;

use seatrial_diagnostics::terminal::{Style, plain};
use seatrial_trial::upgrade::{Action, Effect, FieldChange, Line, ObjectChange, Upgrade};
use serde_json::Value as Json;

use super::Trees;
use crate::words;

/// Fields of an object before the rest is only counted.
const FIELDS_MAX: usize = 20;
/// Objects that are only made or go without a trace, before the rest is counted.
const PLAIN_MAX: usize = 50;
/// Letters of a value.
const VALUE_MAX: usize = 72;
/// Reasons for what was not compared.
const SKIPS_MAX: usize = 5;

/// What becomes of every object, and what to do next; `is_quiet` leaves out
/// all but the objects.
pub fn text(upgrade: &Upgrade, trees: &Trees, is_quiet: bool, style: &Style) -> String {
    let mut out = String::new();
    for (effect, heading) in HEADINGS {
        let changes: Vec<&ObjectChange> =
            upgrade.objects.iter().filter(|it| it.effect() == *effect).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{heading}");
        let most = if matches!(effect, Effect::Added | Effect::Deleted) { PLAIN_MAX } else { usize::MAX };
        for change in changes.iter().take(most) {
            object(&mut out, change, trees, style);
        }
        if changes.len() > most {
            let _ = writeln!(out, "  and {} more", changes.len() - most);
        }
        out.push('\n');
    }
    if !is_quiet {
        ending(&mut out, upgrade, trees, style);
    }
    out
}

const HEADINGS: &[(Effect, &str)] = &[
    (Effect::Added, "Added"),
    (Effect::Changed, "Changed in place"),
    (Effect::Deleted, "Deleted, if whoever applies it prunes"),
    (Effect::Recreated, "Deleted and made again"),
    (Effect::Restarted, "Pods are replaced"),
    (Effect::Lost, "Data is lost"),
    (Effect::Refused, "Cannot be changed in place"),
];

fn object(out: &mut String, change: &ObjectChange, trees: &Trees, style: &Style) {
    let sign = match change.action {
        Action::Added => '+',
        Action::Changed => '~',
        Action::Deleted => '-',
    };
    let it = &change.object;
    let namespace = it.namespace.as_ref().map_or_else(String::new, |name| format!(" (namespace {name})"));
    // What is deleted stands only in the earlier tree.
    let place = match (&change.after, &change.before) {
        (Some(after), _) => at(after, style),
        (None, Some(before)) => format!("{}:{} of {}", before.path, before.line, plain(&trees.before)),
        (None, None) => String::new(),
    };
    let _ = writeln!(out, "  {sign} {} {}{}  {place}", plain(&it.kind), plain(&it.name), plain(&namespace));
    for field in change.fields.iter().take(FIELDS_MAX) {
        let _ = writeln!(out, "      {}", field_line(field));
    }
    let more = change.fields.len().saturating_sub(FIELDS_MAX) + change.more_fields;
    if more > 0 {
        let _ = writeln!(out, "      and {}", words::count(more, "more field", "more fields"));
    }
    for refused in &change.refused {
        let field = plain(&refused.field).into_owned();
        line(out, &format!("refused: {field}: {}", plain(&refused.message)), style);
        let place = refused.after.as_ref().map_or_else(String::new, |it| format!(" ({})", at(it, style)));
        line(out, &format!("help: {}{place}", refused.remedy), style);
    }
    for lost in &change.lost {
        line(out, &format!("lost: {}", plain(lost)), style);
    }
    for note in &change.notes {
        line(out, &format!("note: {}", plain(note)), style);
    }
}

fn line(out: &mut String, text: &str, style: &Style) {
    let _ = writeln!(out, "      {}", style.wrap(text, 8));
}

fn field_line(field: &FieldChange) -> String {
    let by = if field.by_default { " (by default)" } else { "" };
    let path = plain(&field.path);
    if field.hidden && field.before == field.after {
        return format!("{path}: hidden, and changed");
    }
    if field.is_order {
        return format!("{path}: order changed: {} -> {}", value(&field.before), value(&field.after));
    }
    match (&field.before, &field.after) {
        (Json::Null, after) => format!("{path}: added {}{by}", value(after)),
        (before, Json::Null) => format!("{path}: removed {}{by}", value(before)),
        (before, after) => format!("{path}: {} -> {}{by}", value(before), value(after)),
    }
}

/// A value in one line, cut where it is long.
fn value(value: &Json) -> String {
    let text = value.to_string();
    let text = plain(&text);
    match text.char_indices().nth(VALUE_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}

fn at(line: &Line, style: &Style) -> String {
    format!("{}:{}", style.path(&line.path), line.line)
}

fn ending(out: &mut String, upgrade: &Upgrade, trees: &Trees, style: &Style) {
    let summary = &upgrade.summary;
    let counts = [
        (summary.added, "added"),
        (summary.changed, "changed"),
        (summary.deleted, "deleted"),
        (summary.unchanged, "unchanged"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|it| it.0 > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let counts = if counts.is_empty() { "no objects".to_owned() } else { counts.join(", ") };
    let line = format!("From {} to {}: {counts}", plain(&trees.before), plain(&trees.after));
    let _ = writeln!(out, "{}", style.wrap(&line, 2));
    let worse = [
        (summary.restarted, "workload gets new pods", "workloads get new pods"),
        (summary.lost, "object takes data along", "objects take data along"),
        (summary.refused, "object cannot be changed in place", "objects cannot be changed in place"),
    ];
    for (number, one, many) in worse.into_iter().filter(|it| it.0 > 0) {
        let _ = writeln!(out, "  {}", words::count(number, one, many));
    }
    let mut reasons: Vec<String> = Vec::new();
    for (_, skipped) in &upgrade.skipped {
        let reason = format!("{}: {}", style.name(&skipped.path), plain(words::common(skipped)));
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    if !reasons.is_empty() {
        let _ = writeln!(
            out,
            "  {}",
            words::count(reasons.len(), "place was not compared:", "places were not compared:")
        );
        for reason in reasons.iter().take(SKIPS_MAX) {
            let _ = writeln!(out, "    {}", style.wrap(reason, 6));
        }
        if reasons.len() > SKIPS_MAX {
            let _ = writeln!(out, "    and {} more (`--format json` lists them)", reasons.len() - SKIPS_MAX);
        }
    }
    let _ = writeln!(out, "{}", style.wrap(next(upgrade), 2));
}

fn next(upgrade: &Upgrade) -> &'static str {
    let summary = &upgrade.summary;
    if summary.refused > 0 {
        "Next: apply nothing before each refused change is taken back or prepared as its help says."
    } else if summary.lost > 0 {
        "Next: save the data, or keep the objects, before this is applied with pruning."
    } else if summary.restarted > 0 {
        "Next: apply it when new pods do no harm; `seatrial check` says whether they come up."
    } else if upgrade.objects.is_empty() && summary.unchanged == 0 {
        "Nothing was compared, so nothing is known about it."
    } else if !upgrade.skipped.is_empty() {
        "Next: what was compared can be applied. What was not may hold anything: see the places above."
    } else {
        "Next: nothing speaks against the change; `seatrial check` says whether the objects are right."
    }
}
