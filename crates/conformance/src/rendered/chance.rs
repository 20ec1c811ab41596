//! What of a text is drawn: passwords, keys, certificates, times, and what is
//! computed of them.

use serde_json::Value as Json;

use super::trees;

/// Whether `theirs` and `ours` differ in nothing but what other `draws` of ours
/// make otherwise.
pub(super) fn is_all(theirs: &str, ours: &str, draws: &[String]) -> bool {
    let theirs: Vec<&str> = theirs.split("\n---\n").collect();
    let ours: Vec<&str> = ours.split("\n---\n").collect();
    let draws: Vec<Vec<&str>> = draws.iter().map(|it| it.split("\n---\n").collect()).collect();
    if theirs.len() != ours.len() || draws.iter().any(|it| it.len() != ours.len()) {
        return false;
    }
    theirs.iter().zip(&ours).enumerate().all(|(at, (theirs, ours))| {
        let draws: Vec<&str> = draws.iter().map(|it| it[at]).collect();
        theirs == ours || in_lines(theirs, ours, &draws) || in_fields(theirs, ours, &draws)
    })
}

/// The same where every draw has as many lines.
fn in_lines(theirs: &str, ours: &str, draws: &[&str]) -> bool {
    let count = ours.lines().count();
    if theirs.lines().count() != count || draws.iter().any(|it| it.lines().count() != count) {
        return false;
    }
    let draws: Vec<Vec<&str>> = draws.iter().map(|it| it.lines().collect()).collect();
    let lines = theirs.lines().zip(ours.lines()).enumerate();
    lines.into_iter().all(|(at, (theirs, ours))| theirs == ours || draws.iter().any(|it| it[at] != ours))
}

/// A certificate may take a line more: then fields are compared.
fn in_fields(theirs: &str, ours: &str, draws: &[&str]) -> bool {
    let draws: Option<Vec<Vec<Json>>> = draws.iter().map(|it| trees(it)).collect();
    let (Some(theirs), Some(ours), Some(draws)) = (trees(theirs), trees(ours), draws) else { return false };
    let draws: Vec<Json> = draws.into_iter().map(Json::from).collect();
    same(&theirs.into(), &ours.into(), &draws.iter().collect::<Vec<_>>())
}

fn same(theirs: &Json, ours: &Json, draws: &[&Json]) -> bool {
    match (theirs, ours) {
        (Json::Object(theirs), Json::Object(ours)) => {
            let below = |key: &str| -> Vec<&Json> { draws.iter().filter_map(|it| it.get(key)).collect() };
            theirs.len() == ours.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|it| same(it, ours, &below(key))))
        }
        (Json::Array(theirs), Json::Array(ours)) => {
            let below = |at: usize| -> Vec<&Json> { draws.iter().filter_map(|it| it.get(at)).collect() };
            let pairs = || theirs.iter().zip(ours).enumerate();
            theirs.len() == ours.len() && pairs().all(|(at, (theirs, ours))| same(theirs, ours, &below(at)))
        }
        _ => theirs == ours || draws.iter().any(|it| *it != ours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_chance(theirs: &str, ours: &str, draw: &str) -> bool {
        is_all(theirs, ours, &[draw.to_owned()])
    }

    #[test]
    fn lines_that_another_draw_changes_say_nothing() {
        assert!(is_chance("a: 1\nb: x\n", "a: 1\nb: y\n", "a: 1\nb: z\n"));
        assert!(!is_chance("a: 1\nb: x\n", "a: 1\nb: y\n", "a: 1\nb: y\n"));
        assert!(!is_chance("a: 2\nb: x\n", "a: 1\nb: y\n", "a: 1\nb: z\n"));
    }

    #[test]
    fn texts_of_other_lengths_are_fields() {
        let text = |rest: &str| format!("a: 1\nkey: |\n  one\n{rest}b: 2\n");
        assert!(is_chance(&text("  two\n"), &text(""), &text("  other\n")));
        assert!(!is_chance(&text("  two\n"), &text(""), &text("")));
        assert!(!is_chance(&text("  two\nc: 3\n"), &text(""), &text("  other\n")));
    }
}
