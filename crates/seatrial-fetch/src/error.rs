//! Why something could not be fetched.

use seatrial_source::without_credentials;

/// Why a download failed. Addresses in it carry no credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Nothing here can fetch such an address.
    #[error("`{address}` cannot be fetched: {reason}")]
    Address {
        /// The address.
        address: String,
        /// Why not.
        reason: String,
    },
    /// A host that only this network knows.
    #[error("`{host}` is a private address ({found}); --allow-private lets it be asked")]
    Private {
        /// The host's name.
        host: String,
        /// What the name stands for.
        found: String,
    },
    /// No answer, or one that breaks off.
    #[error("`{address}` does not answer: {reason}")]
    Transport {
        /// The address.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// An answer that says no.
    #[error("`{address}` answers {status}{}", hint(*.status))]
    Status {
        /// The address.
        address: String,
        /// The HTTP status.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("`{address}` redirects to `{to}`, which is not followed: {reason}")]
    Redirect {
        /// The address.
        address: String,
        /// Where it leads.
        to: String,
        /// Why not.
        reason: &'static str,
    },
    /// An answer that is larger than allowed.
    #[error("`{address}` sends more than {limit} bytes")]
    TooLarge {
        /// The address.
        address: String,
        /// The bound.
        limit: u64,
    },
    /// An answer that is not what it should be.
    #[error("`{address}` is not understood: {reason}")]
    Malformed {
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The host does not have it.
    #[error("`{address}` has no {what}")]
    NotFound {
        /// The address.
        address: String,
        /// What was looked for.
        what: String,
    },
    /// Not the bytes that were promised.
    #[error("`{address}` has the digest {found}, and {by} says {expected}")]
    Digest {
        /// The address.
        address: String,
        /// Who promised.
        by: &'static str,
        /// The digest that was promised.
        expected: String,
        /// The digest of what came.
        found: String,
    },
    /// The cache cannot be written or read.
    #[error("the cache cannot be used: {reason}")]
    Cache {
        /// Why.
        reason: String,
    },
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => ": it may need credentials, which are never sent",
        404 => ": it is not there, or needs credentials, which are never sent",
        429 => ": it has been asked too often",
        _ => "",
    }
}

impl FetchError {
    pub(crate) fn malformed(address: &str, reason: impl Into<String>) -> Self {
        Self::Malformed { address: without_credentials(address), reason: reason.into() }
    }

    pub(crate) fn address(address: &str, reason: impl Into<String>) -> Self {
        Self::Address { address: without_credentials(address), reason: reason.into() }
    }

    pub(crate) fn not_found(address: &str, what: impl Into<String>) -> Self {
        Self::NotFound { address: without_credentials(address), what: what.into() }
    }
}
