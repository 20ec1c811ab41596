//! Numbers as Go's JSON prints them.

use seatrial_yaml::{Dialect, Node, Value as Written};

/// What a node is once YAML has become JSON: there `1e1` reads `10`.
pub(super) fn value(node: Node<'_>) -> Written<'_> {
    match node.value() {
        Written::Float(_) if node.stream().dialect() != Dialect::Json => {
            node.to_json().parse().map_or_else(|_| node.value(), Written::Int)
        }
        value => value,
    }
}

/// A number as `sigs.k8s.io/yaml` turns it into JSON.
pub(super) fn json(node: Node<'_>) -> String {
    match node.value() {
        Written::Int(number) => number.to_string(),
        Written::Uint(number) => number.to_string(),
        _ => node.to_json(),
    }
}
