//! What plugins look up in the cluster.

use seatrial_schema::Value;

use crate::policies::Policies;

/// The objects that exist when an object is admitted.
pub trait State {
    /// An object that is not in a namespace.
    fn cluster_object(&self, group: &str, kind: &str, name: &str) -> Option<&Value>;

    /// All objects of a kind, of a namespace or, with `""`, of the cluster, in
    /// an order that does not change.
    fn objects(&self, group: &str, kind: &str, namespace: &str) -> Vec<&Value>;

    /// The policies that the chain of plugins asks; none where only what is built
    /// into the server counts, or where others ask them.
    fn policies(&self) -> Policies<'_> {
        Policies::default()
    }
}
