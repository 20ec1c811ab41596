//! Numbers as Go's JSON prints them.

use seatrial_yaml::{Node, Value as Written};

/// A number as `sigs.k8s.io/yaml` turns it into JSON.
pub(super) fn json(node: Node<'_>) -> String {
    match node.value() {
        Written::Int(number) => number.to_string(),
        Written::Uint(number) => number.to_string(),
        _ => node.to_json(),
    }
}
