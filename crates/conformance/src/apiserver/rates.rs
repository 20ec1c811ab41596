//! How often each part of the answers agrees.

use std::collections::BTreeMap;

/// Which parts of one answer agree; none where a part does not apply.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Agreement {
    /// Accepted or refused.
    pub(super) verdict: Option<bool>,
    /// The fields and reasons of a 422.
    pub(super) causes: Option<bool>,
    /// The reason of any other Status.
    pub(super) reason: Option<bool>,
    /// The object returned.
    pub(super) object: Option<bool>,
    /// Beyond what makes a case agree: the message.
    pub(super) message: Option<bool>,
    /// Beyond what makes a case agree: the warnings.
    pub(super) warnings: Option<bool>,
}

impl Agreement {
    /// Nothing agrees with a crash.
    pub(super) fn crash() -> Self {
        Self { verdict: Some(false), ..Self::default() }
    }

    /// Whether the case agrees.
    pub(super) fn whole(&self) -> bool {
        [self.verdict, self.causes, self.reason, self.object].iter().all(|part| *part != Some(false))
    }

    /// What does not agree, in a word.
    pub(super) fn wrong(&self) -> &'static str {
        match self {
            Self { verdict: Some(false), .. } => "verdict",
            Self { reason: Some(false), .. } => "reason",
            Self { causes: Some(false), .. } => "causes",
            Self { object: Some(false), .. } => "object",
            _ => "nothing",
        }
    }

    fn parts(&self) -> [Option<bool>; 6] {
        [self.verdict, self.causes, self.reason, self.object, self.message, self.warnings]
    }
}

const PARTS: [&str; 6] = [
    "accepted or refused",
    "fields and reasons of 422",
    "reason of other refusals",
    "objects returned",
    "(messages, not counted)",
    "(warnings, not counted)",
];

#[derive(Clone, Copy, Debug, Default)]
struct Share {
    agree: usize,
    compared: usize,
}

impl Share {
    fn count(&mut self, agrees: Option<bool>) {
        self.compared += usize::from(agrees.is_some());
        self.agree += usize::from(agrees == Some(true));
    }
}

/// The shares of a file, or of all of them.
#[derive(Debug, Default)]
pub(super) struct Rates {
    parts: [Share; 6],
    kinds: BTreeMap<String, (Share, [Share; 6])>,
}

impl Rates {
    pub(super) fn count(&mut self, kind: &str, agreement: Agreement) {
        let (whole, parts) = self.kinds.entry(kind.to_owned()).or_default();
        whole.count(Some(agreement.whole()));
        for (at, part) in agreement.parts().into_iter().enumerate() {
            self.parts[at].count(part);
            parts[at].count(part);
        }
    }

    /// A line for each part.
    pub(super) fn lines(&self, indent: &str) -> Vec<String> {
        let parts = PARTS.iter().zip(&self.parts).filter(|(_, share)| share.compared > 0);
        parts
            .map(|(name, share)| {
                let percent = share.agree as f64 * 100.0 / share.compared as f64;
                format!("{indent}{name}: {} of {} ({percent:.1} %)", share.agree, share.compared)
            })
            .collect()
    }

    /// A line for each kind.
    pub(super) fn by_kind(&self) -> Vec<String> {
        let line = |(kind, (whole, parts)): (&String, &(Share, [Share; 6]))| {
            let [verdict, causes, _, object, ..] =
                parts.map(|share| format!("{}/{}", share.agree, share.compared));
            format!(
                "{kind}: {} of {} (verdict {verdict}, causes {causes}, object {object})",
                whole.agree, whole.compared
            )
        };
        self.kinds.iter().map(line).collect()
    }
}
