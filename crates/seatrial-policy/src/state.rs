//! What plugins look up in the cluster.

use seatrial_schema::Value;

/// The objects that exist when an object is admitted.
pub trait State {
    /// An object that is not in a namespace.
    fn cluster_object(&self, group: &str, kind: &str, name: &str) -> Option<&Value>;

    /// All objects of a kind, of a namespace or, with `""`, of the cluster, in
    /// an order that does not change.
    fn objects(&self, group: &str, kind: &str, namespace: &str) -> Vec<&Value>;
}
