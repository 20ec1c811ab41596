//! What of an object is written otherwise in the version that takes its place.

use seatrial_model::Object;
use seatrial_schema::removed::{self, Move};
use seatrial_yaml::Node;

/// One line for each field of the object that changes, or that is asked for
/// anew, with what takes its place.
pub(crate) fn lines(object: &Object) -> Vec<String> {
    let Some(fate) = removed::fate(object.api_version(), object.kind()) else { return Vec::new() };
    fate.moves.iter().filter_map(|it| line(object.root(), it)).collect()
}

fn line(root: Node<'_>, moved: &Move) -> Option<String> {
    let Move { from, to, note } = *moved;
    let is_told = match (from, to) {
        ("", to) => is_lacking(root, &steps(to)),
        // What is not written gets another default.
        (from, to) if from == to => is_lacking(root, &steps(from)),
        (from, _) => is_there(root, &steps(from)),
    };
    let said = match (from, to) {
        ("", to) => format!("there it has to have `{to}`"),
        (from, to) if from == to => format!("there `{from}` has another default"),
        (from, "") => format!("`{from}` is gone there"),
        (from, to) => format!("there `{from}` is `{to}`"),
    };
    is_told.then(|| if note.is_empty() { said } else { format!("{said}: {note}") })
}

/// The steps of a path: names, keys in brackets, and `*` for the items of a list.
fn steps(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        found.push(step);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    found
}

fn is_there(node: Node<'_>, steps: &[&str]) -> bool {
    match steps {
        [] => true,
        ["*", rest @ ..] => node.items().any(|item| is_there(item, rest)),
        [name, rest @ ..] => node.get(name).is_some_and(|it| is_there(it, rest)),
    }
}

/// Whether something that should have the field does not.
fn is_lacking(node: Node<'_>, steps: &[&str]) -> bool {
    match steps {
        [] => false,
        ["*", rest @ ..] => node.items().any(|item| is_lacking(item, rest)),
        [name] => node.get(name).is_none(),
        [name, rest @ ..] => node.get(name).is_some_and(|it| is_lacking(it, rest)),
    }
}

#[cfg(test)]
mod tests {
    use seatrial_source::FileId;
    use seatrial_yaml::{Dialect, Limits};

    use super::*;

    const OLD: &str = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  rules:\n  \
                       - http: {paths: [{path: /, backend: {serviceName: web}}, {path: /a, pathType: Exact}]}\n";

    #[test]
    fn only_what_an_object_writes_or_lacks_is_told() {
        let stream = seatrial_yaml::parse(FileId(0), OLD.into(), Dialect::GoYaml2, &Limits::default());
        let root = stream.document_root(0).expect("the text holds an object");
        let moves = removed::fate("networking.k8s.io/v1beta1", "Ingress").expect("its end is known").moves;
        let told: Vec<String> = moves.iter().filter_map(|it| line(root, it)).collect();
        assert_eq!(
            told,
            [
                "there `spec.rules[*].http.paths[*].backend.serviceName` is `spec.rules[*].http.paths[*].backend.service.name`",
                "there it has to have `spec.rules[*].http.paths[*].pathType`: required: Prefix, Exact or ImplementationSpecific",
            ]
        );
    }

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(
            steps("spec.rules[*].http.paths[*].host"),
            ["spec", "rules", "*", "http", "paths", "*", "host"]
        );
        assert_eq!(
            steps("metadata.annotations[kubernetes.io/ingress.class]"),
            ["metadata", "annotations", "kubernetes.io/ingress.class"]
        );
        assert_eq!(steps("[open"), ["open"]);
    }
}
