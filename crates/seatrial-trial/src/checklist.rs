//! Questions a reviewer asks, answered from the findings.

use seatrial_diagnostics::{CheckInfo, Finding, Severity};
use seatrial_model::Object;

/// What a question is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Every check about it passed on everything there is.
    Yes,
    /// A finding speaks against it.
    No,
    /// Nothing speaks against it, but not everything was judged.
    Unknown,
}

impl Answer {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// The statement that is true or not.
    pub item: &'static str,
    /// Whether it is.
    pub answer: Answer,
    /// The findings that speak against it, by id.
    pub evidence: Vec<String>,
}

/// A statement, the checks that could contradict it, and what it is about.
struct Question {
    item: &'static str,
    /// Beginnings of `FixBench` families.
    families: &'static [&'static str],
    /// Words of check ids.
    words: &'static [&'static str],
    /// Kinds of which one must be there; empty for any object.
    kinds: &'static [&'static str],
}

const QUESTIONS: &[Question] = &[
    Question { item: "every manifest parses", families: &["yaml."], words: &["yaml"], kinds: &[] },
    Question {
        item: "every object, key and class that is referred to exists",
        families: &["ref.secret", "ref.configmap", "ref.service-missing", "ref.pvc", "ref.serviceaccount"],
        words: &["missing"],
        kinds: &[],
    },
    Question {
        item: "ports line up from routes to containers",
        families: &["ref.service-port", "ref.servicemonitor-port"],
        words: &["port", "ports"],
        kinds: &["Service", "Ingress", "HTTPRoute", "IngressRoute"],
    },
    Question {
        item: "selectors match the pods they are meant for",
        families: &["ref.service-selector", "ref.servicemonitor-selector"],
        words: &["selector", "selectors", "selects"],
        kinds: &["Service", "Deployment", "StatefulSet", "DaemonSet", "PodDisruptionBudget", "NetworkPolicy"],
    },
    Question {
        item: "every namespace is created or given",
        families: &["ref.namespace"],
        words: &["namespace"],
        kinds: &[],
    },
    Question {
        item: "no object is defined twice",
        families: &["duplicate-identity"],
        words: &[],
        kinds: &[],
    },
    Question {
        item: "Secrets hold real values",
        families: &["env.empty-secret", "secret."],
        words: &["placeholder"],
        kinds: &["Secret"],
    },
    Question {
        item: "scaling targets exist and can scale",
        families: &["ref.hpa"],
        words: &["autoscaler", "autoscalers"],
        kinds: &["HorizontalPodAutoscaler", "ScaledObject"],
    },
    Question {
        item: "updates and drains can proceed",
        families: &[],
        words: &["disruption", "rollout", "update"],
        kinds: &["Deployment", "StatefulSet", "DaemonSet", "PodDisruptionBudget"],
    },
];

impl Question {
    fn is_about(&self, check: &CheckInfo) -> bool {
        let by_family =
            check.families.iter().any(|family| self.families.iter().any(|start| family.starts_with(start)));
        by_family || check.id.split('-').any(|word| self.words.contains(&word))
    }

    fn applies(&self, objects: &[&Object]) -> bool {
        if self.kinds.is_empty() {
            !objects.is_empty()
        } else {
            objects.iter().any(|it| self.kinds.contains(&it.kind()))
        }
    }
}

/// The questions that concern the objects at hand and that a check answers.
pub(crate) fn checklist(
    checks: &[&'static CheckInfo],
    objects: &[&Object],
    findings: &[&Finding],
    everything_was_judged: bool,
) -> Vec<ChecklistItem> {
    let asked = QUESTIONS
        .iter()
        .filter(|question| checks.iter().any(|check| question.is_about(check)) && question.applies(objects));
    asked.map(|question| answer(question, findings, everything_was_judged)).collect()
}

fn answer(question: &Question, findings: &[&Finding], everything_was_judged: bool) -> ChecklistItem {
    let against = findings.iter().filter(|it| it.severity > Severity::Info && question.is_about(it.check));
    let evidence: Vec<String> = against.map(|it| it.id.clone()).collect();
    let answer = match (evidence.is_empty(), everything_was_judged) {
        (false, _) => Answer::No,
        (true, true) => Answer::Yes,
        (true, false) => Answer::Unknown,
    };
    ChecklistItem { item: question.item, answer, evidence }
}
