//! From a trial to the shapes of the report.

use seatrial_diagnostics as diagnostics;
use seatrial_source::SourceMap;
use seatrial_trial::{self as trial, Trial};

use super::{
    Answer, Applicability, ChecklistItem, Coverage, Edit, Finding, Fix, Object, Place, Related, Rendered,
    Report, Role, Severity, Skipped, Summary, Target, Unit, UnitKind, Verdict, Workload,
};

impl<'a> Report<'a> {
    /// The report on a trial.
    pub fn of(trial: &'a Trial) -> Self {
        Self {
            version: 1,
            root: trial.root.to_string(),
            today: trial.today.to_string(),
            target: Target {
                kubernetes: trial.target.kubernetes.to_string(),
                profile: &trial.target.profile,
            },
            verdict: trial.verdict.into(),
            units: trial.units.iter().map(Unit::of).collect(),
            coverage: Coverage {
                found: trial.coverage.found,
                rendered: trial.coverage.rendered,
                skipped: trial.coverage.skipped.iter().map(Skipped::of).collect(),
            },
            checklist: trial.checklist.iter().map(ChecklistItem::of).collect(),
            findings: trial.findings.iter().map(|it| Finding::of(it, &trial.sources)).collect(),
            summary: Summary {
                error: trial.summary.error,
                warning: trial.summary.warning,
                info: trial.summary.info,
                suppressed: trial.summary.suppressed,
                fixable: trial.summary.fixable,
            },
        }
    }
}

impl From<trial::Verdict> for Verdict {
    fn from(verdict: trial::Verdict) -> Self {
        match verdict {
            trial::Verdict::Ready => Self::Ready,
            trial::Verdict::AtRisk => Self::AtRisk,
            trial::Verdict::WillFail => Self::WillFail,
            trial::Verdict::Unknown => Self::Unknown,
        }
    }
}

impl<'a> Unit<'a> {
    fn of(unit: &'a trial::UnitVerdict) -> Self {
        Self {
            name: &unit.name,
            kind: match unit.kind {
                trial::UnitKind::Manifests => UnitKind::Manifests,
                trial::UnitKind::Helm => UnitKind::Helm,
                trial::UnitKind::Kustomize => UnitKind::Kustomize,
                trial::UnitKind::ArgoCd => UnitKind::ArgoCd,
                trial::UnitKind::Flux => UnitKind::Flux,
                trial::UnitKind::Compose => UnitKind::Compose,
            },
            path: unit.path.to_string(),
            verdict: unit.verdict.into(),
            workloads: unit.workloads.iter().map(Workload::of).collect(),
        }
    }
}

impl<'a> Workload<'a> {
    fn of(workload: &'a trial::WorkloadVerdict) -> Self {
        Self {
            object: Object::of(&workload.object),
            verdict: workload.verdict.into(),
            because: &workload.because,
            assumptions: &workload.assumptions,
        }
    }
}

impl<'a> Object<'a> {
    fn of(name: &'a diagnostics::ObjectName) -> Self {
        Self {
            api_version: &name.api_version,
            kind: &name.kind,
            namespace: name.namespace.as_deref(),
            name: &name.name,
        }
    }
}

impl<'a> Skipped<'a> {
    fn of(skipped: &'a trial::Skipped) -> Self {
        Self {
            path: skipped.path.to_string(),
            line: skipped.line,
            code: skipped.code.as_str(),
            reason: &skipped.reason,
        }
    }
}

impl<'a> ChecklistItem<'a> {
    fn of(item: &'a trial::ChecklistItem) -> Self {
        Self {
            item: item.item,
            answer: match item.answer {
                trial::Answer::Yes => Answer::Yes,
                trial::Answer::No => Answer::No,
                trial::Answer::Unknown => Answer::Unknown,
            },
            evidence: &item.evidence,
        }
    }
}

impl<'a> Finding<'a> {
    fn of(finding: &'a diagnostics::Finding, sources: &SourceMap) -> Self {
        Self {
            id: &finding.id,
            check: finding.check.id,
            severity: finding.severity.into(),
            message: &finding.message,
            help: finding.help.as_deref(),
            url: finding.check.page_url(),
            object: finding.object.as_ref().map(Object::of),
            field: &finding.field,
            units: &finding.units,
            primary: Place::of(&finding.primary),
            rendered: finding.rendered.as_ref().map(|it| Rendered { unit: &it.unit, line: it.line }),
            related: finding.related.iter().map(Related::of).collect(),
            derivation: &finding.derivation,
            fix: finding.fix.as_ref().map(|fix| Fix::of(fix, sources)),
        }
    }
}

impl From<diagnostics::Severity> for Severity {
    fn from(severity: diagnostics::Severity) -> Self {
        match severity {
            diagnostics::Severity::Error => Self::Error,
            diagnostics::Severity::Warning => Self::Warning,
            diagnostics::Severity::Info => Self::Info,
        }
    }
}

impl Place {
    fn of(place: &diagnostics::Place) -> Self {
        Self {
            path: place.path.to_string(),
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
        }
    }
}

impl<'a> Related<'a> {
    fn of(related: &'a diagnostics::RelatedPlace) -> Self {
        Self {
            path: related.place.path.to_string(),
            line: related.place.start.line,
            column: related.place.start.column,
            label: &related.label,
            role: related.role.into(),
        }
    }
}

impl From<diagnostics::Role> for Role {
    fn from(role: diagnostics::Role) -> Self {
        match role {
            diagnostics::Role::Template => Self::Template,
            diagnostics::Role::Values => Self::Values,
            diagnostics::Role::Base => Self::Base,
            diagnostics::Role::Patch => Self::Patch,
            diagnostics::Role::Generator => Self::Generator,
            diagnostics::Role::Transformer => Self::Transformer,
            diagnostics::Role::Application => Self::Application,
            diagnostics::Role::Definition => Self::Definition,
            diagnostics::Role::Reference => Self::Reference,
            diagnostics::Role::Cause => Self::Cause,
        }
    }
}

impl<'a> Fix<'a> {
    fn of(fix: &'a diagnostics::Fix, sources: &SourceMap) -> Self {
        let edit = |edit: &'a diagnostics::Edit| Edit {
            path: sources.file(edit.span.file).path().to_string(),
            start: edit.span.start,
            end: edit.span.end,
            text: &edit.text,
        };
        Self {
            title: &fix.title,
            applicability: match fix.applicability {
                diagnostics::Applicability::Safe => Applicability::Safe,
                diagnostics::Applicability::Unsafe => Applicability::Unsafe,
            },
            edits: fix.edits.iter().map(edit).collect(),
        }
    }
}
