//! Volumes, claims on them, their classes and drivers.

mod attachments;
pub(crate) mod claims;
mod classes;
mod drivers;
pub(crate) mod sources;
mod volumes;

use crate::kinds::Strategy;

/// What the server does with storage.
pub(crate) const KINDS: &[Strategy] = &[
    volumes::STRATEGY,
    claims::STRATEGY,
    classes::STORAGE_CLASS,
    classes::ATTRIBUTES_CLASS,
    drivers::DRIVER,
    drivers::NODE,
    drivers::CAPACITY,
    attachments::STRATEGY,
    beta(classes::STORAGE_CLASS),
    beta(classes::ATTRIBUTES_CLASS),
    beta(drivers::DRIVER),
    beta(drivers::NODE),
    beta(drivers::CAPACITY),
    beta(attachments::STRATEGY),
];

/// The same in `v1beta1`.
const fn beta(kind: Strategy) -> Strategy {
    Strategy { version: "v1beta1", ..kind }
}
