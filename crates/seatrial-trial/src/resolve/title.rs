//! What a fix does, in a few words.

use seatrial_diagnostics::{Change, Content, Location};
use seatrial_yaml::emit::is_plain_string;
use seatrial_yaml::{Dialect, PathStep};

/// A longer value would push the rest of the line away.
const VALUE_CHARS_MAX: usize = 60;

/// A phrase that begins with a verb: "set `spec.replicas` to `2`".
pub(super) fn of_change(change: &Change) -> String {
    let (Location::Field { path, .. }, verb) = (change.at(), verb(change)) else {
        return verb(change).to_owned();
    };
    let value = match change {
        Change::Set { content, .. } | Change::Insert { content, .. } => shown(content),
        Change::Rename { name, .. } => Some(name.clone()),
        Change::Remove { .. } => None,
    };
    let is_item = matches!(path.last(), Some(PathStep::Index(_)));
    match (change, value) {
        (Change::Insert { .. }, value) if is_item => {
            let list = path.parent().unwrap_or_default();
            format!("add {} to `{list}`", value.map_or("an item".to_owned(), |value| format!("`{value}`")))
        }
        (Change::Insert { .. }, Some(value)) => format!("add `{path}: {value}`"),
        (_, Some(value)) => format!("{verb} `{path}` to `{value}`"),
        (_, None) => format!("{verb} `{path}`"),
    }
}

fn verb(change: &Change) -> &'static str {
    match change {
        Change::Set { .. } => "set",
        Change::Insert { .. } => "add",
        Change::Remove { .. } => "remove",
        Change::Rename { .. } => "rename",
    }
}

/// A value that fits into a line.
fn shown(content: &Content) -> Option<String> {
    let text = match content {
        Content::Null => "null".to_owned(),
        Content::Bool(value) => value.to_string(),
        Content::Int(value) => value.to_string(),
        Content::Text(text) if is_plain_string(text, Dialect::GoYaml2) => text.clone(),
        Content::Text(text) if text.is_empty() => return None,
        // Without quotes it would read as something else, such as `true`.
        Content::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Content::List(_) | Content::Map(_) => return None,
    };
    let fits = !text.is_empty() && text.chars().count() <= VALUE_CHARS_MAX;
    (fits && !text.contains(|letter: char| letter.is_control() || letter == '`')).then_some(text)
}

#[cfg(test)]
mod tests {
    use seatrial_diagnostics::{ObjectId, UnitId};

    use super::*;

    fn at(path: &str) -> Location {
        Location::field(UnitId(0), ObjectId(0), path.parse().expect("a field path"))
    }

    #[test]
    fn every_change_reads_well() {
        let text = |text: &str| Content::Text(text.to_owned());
        let set = |content| of_change(&Change::Set { at: at("spec.type"), content });
        assert_eq!(set(text("NodePort")), "set `spec.type` to `NodePort`");
        assert_eq!(set(text("true")), "set `spec.type` to `\"true\"`");
        assert_eq!(set(text("8080")), "set `spec.type` to `\"8080\"`");
        assert_eq!(set(text("a\nb")), "set `spec.type`");
        assert_eq!(set(text("")), "set `spec.type`");
        assert_eq!(set(Content::Map(Vec::new())), "set `spec.type`");
        let insert = |path: &str, content| of_change(&Change::Insert { at: at(path), content });
        assert_eq!(insert("spec.hostPID", Content::Bool(false)), "add `spec.hostPID: false`");
        assert_eq!(insert("spec.selector", Content::Map(Vec::new())), "add `spec.selector`");
        assert_eq!(insert("spec.args[2]", text("--x")), "add `--x` to `spec.args`");
        assert_eq!(insert("spec.ports[0]", Content::Map(Vec::new())), "add an item to `spec.ports`");
        assert_eq!(of_change(&Change::Remove { at: at("spec.x") }), "remove `spec.x`");
        let rename = Change::Rename { at: at("spec.replica"), name: "replicas".to_owned() };
        assert_eq!(of_change(&rename), "rename `spec.replica` to `replicas`");
    }
}
