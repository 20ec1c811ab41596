//! What a crate notices, in terms of objects and fields.

use crate::{Change, CheckInfo, Location, Role, Severity, UnitId};

/// Another place that belongs to a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub at: Location,
    /// What is there, in a short phrase.
    pub label: String,
    /// The part it plays.
    pub role: Role,
}

/// One defect, as the crate that saw it tells it.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The check it belongs to.
    pub check: &'static CheckInfo,
    /// How bad it is here.
    pub severity: Severity,
    /// Where.
    pub at: Location,
    /// The unit it shows in, where a text alone does not tell.
    pub unit: Option<UnitId>,
    /// What is wrong, in one lower-case phrase that names the object, the
    /// value or the missing name; no line, unit, count or moving quantity.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// How the conclusion was reached, a step each; numbers go here.
    pub derivation: Vec<String>,
    /// A repair.
    pub change: Option<Change>,
    /// The field that was meant, where what is written stands in the wrong place or
    /// under the wrong name: that it is missing is the same mistake.
    pub meant: Option<Location>,
    /// What is not there, where it belongs to the whole cluster and is made
    /// once for all that miss it: `ClusterIssuer letsencrypt`.
    pub lacks: Option<String>,
    /// Whether it shows only with other values than those that are deployed.
    pub latent: bool,
}

impl Notice {
    /// A notice with the check's own severity.
    pub fn new(check: &'static CheckInfo, at: Location, message: impl Into<String>) -> Self {
        Self {
            check,
            severity: check.severity,
            at,
            unit: None,
            message: message.into(),
            help: None,
            related: Vec::new(),
            derivation: Vec::new(),
            change: None,
            meant: None,
            lacks: None,
            latent: false,
        }
    }

    /// With another severity than the check's own.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// No graver than this.
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// As one unit shows it.
    pub fn in_unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }

    /// With what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place.
    pub fn related(mut self, at: Location, role: Role, label: impl Into<String>) -> Self {
        self.related.push(Related { at, label: label.into(), role });
        self
    }

    /// With a step of the derivation.
    pub fn because(mut self, step: impl Into<String>) -> Self {
        self.derivation.push(step.into());
        self
    }

    /// With the field that was meant.
    pub fn meant(mut self, at: Location) -> Self {
        self.meant = Some(at);
        self
    }

    /// With what the cluster lacks.
    pub fn lacks(mut self, what: impl Into<String>) -> Self {
        self.lacks = Some(what.into());
        self
    }

    /// As what shows only with other values than those that are deployed: no verdict
    /// rests on it.
    pub fn latent(mut self) -> Self {
        self.latent = true;
        self
    }

    /// With a repair.
    pub fn change(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }
}
