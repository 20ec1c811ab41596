//! A policy, with the rules that are made of its own.

use std::fmt;

use seatrial_schema::Value;
use seatrial_yaml::FieldPath;
use smol_str::SmolStr;

use super::{Failure, Outcome, autogen, cel, wildcard};
use crate::denial::{Cause, Denial, PolicyObject, WEBHOOKS};
use crate::objection::{Action, Objection};
use crate::validating_policy::{self, Asked};

/// Policies have fewer rules than this.
const RULES_MAX: usize = 200;

/// A policy that was read.
pub struct Policy {
    kind: SmolStr,
    pub(super) name: SmolStr,
    /// Of one that is in a namespace, else empty.
    pub(super) namespace: SmolStr,
    pub(super) spec: Value,
    rules: Vec<Rule>,
    not_evaluated: Vec<String>,
}

/// One rule that validates.
pub struct Rule {
    pub(super) name: SmolStr,
    pub(super) value: Value,
    /// Where it stands among the policy's own.
    pub(super) at: u32,
    pub(super) cel: Option<validating_policy::Policy>,
    /// Whether rules were made of it for the controllers of pods.
    pub(super) is_model: bool,
    /// Whether the policy is a `ValidatingPolicy`.
    pub(super) is_whole: bool,
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Policy").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Rule {
    /// Its name; one that was made begins with `autogen-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the rule that it was made of, or its own.
    pub fn written_name(&self) -> &str {
        self.name.trim_start_matches("autogen-cronjob-").trim_start_matches("autogen-")
    }

    /// Where it stands among the policy's own rules; none in a policy that is one.
    pub fn at(&self) -> Option<u32> {
        (!self.is_whole).then_some(self.at)
    }

    /// Whether rules were made of it for the controllers of pods.
    pub fn is_model(&self) -> bool {
        self.is_model
    }
}

impl Policy {
    /// Reads a policy; the error says why none of it is evaluated.
    pub fn read(policy: &Value) -> Result<Self, String> {
        let metadata = policy.at("metadata");
        let namespace = match policy.str("kind") {
            "Policy" => metadata.str("namespace"),
            _ => "",
        };
        let mut read = Self {
            kind: policy.str("kind").into(),
            name: metadata.str("name").into(),
            namespace: namespace.into(),
            spec: policy.at("spec").clone(),
            rules: Vec::new(),
            not_evaluated: Vec::new(),
        };
        if policy.str("apiVersion").starts_with("policies.kyverno.io/") {
            read.read_whole(policy)?;
            return Ok(read);
        }
        if !read.spec.at("webhookConfiguration").items("matchConditions").is_empty() {
            return Err("its webhook has conditions of its own".to_owned());
        }
        if read.spec.items("rules").len() > RULES_MAX {
            return Err("it has too many rules".to_owned());
        }
        for (rule, at) in policy.at("spec").items("rules").iter().zip(0..) {
            read.read_rule(policy, rule, at);
        }
        Ok(read)
    }

    fn read_whole(&mut self, policy: &Value) -> Result<(), String> {
        if !matches!(policy.str("kind"), "ValidatingPolicy" | "NamespacedValidatingPolicy") {
            return Err(format!("a {} is not evaluated", policy.str("kind")));
        }
        if policy.at("spec").at("evaluation").str("mode") == "JSON" {
            return Err("it is about JSON and not about objects".to_owned());
        }
        let all = cel::of_policy(policy)?;
        let is_model = all.len() > 1;
        for (name, compiled) in all {
            let is_made = !name.is_empty();
            self.rules.push(Rule {
                name: if is_made { name } else { self.name.clone() },
                value: Value::Null,
                at: 0,
                cel: Some(compiled),
                is_model: is_model && !is_made,
                is_whole: true,
            });
        }
        Ok(())
    }

    fn read_rule(&mut self, policy: &Value, rule: &Value, at: u32) {
        let name = rule.str("name");
        for (field, what) in [
            ("mutate", "changes objects"),
            ("generate", "makes objects"),
            ("verifyImages", "verifies images"),
        ] {
            if rule.has(field) {
                self.not_evaluated.push(format!("its rule {name} {what}"));
            }
        }
        let validate = rule.at("validate");
        if validate.is_null() {
            return;
        }
        for (field, what) in [("manifests", "verifies signatures"), ("assert", "asserts")] {
            if validate.has(field) {
                self.not_evaluated.push(format!("its rule {name} {what}"));
                return;
            }
        }
        let made = autogen::made_from(policy, rule);
        let is_model = !made.is_empty();
        for (at_all, value) in std::iter::once(rule.clone()).chain(made).enumerate() {
            let cel = value.at("validate").has("cel").then(|| cel::of_rule(&value)).transpose();
            match cel {
                Ok(cel) => self.rules.push(Rule {
                    name: value.str("name").into(),
                    value,
                    at,
                    cel,
                    is_model: is_model && at_all == 0,
                    is_whole: false,
                }),
                Err(why) if at_all == 0 => self.not_evaluated.push(format!("its rule {name}: {why}")),
                Err(_) => {}
            }
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules that validate, and those made of them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What of it is never evaluated, and why.
    pub fn not_evaluated(&self) -> &[String] {
        &self.not_evaluated
    }

    /// What a rule does with an object that breaks it.
    pub(super) fn action(&self, rule: &Rule, asked: Asked<'_>) -> Action {
        if rule.is_whole {
            return self.whole_action();
        }
        let validate = rule.value.at("validate");
        let stated = match validate.str("failureAction") {
            "" => self.spec.str("validationFailureAction"),
            action => action,
        };
        let overrides = match validate.items("failureActionOverrides") {
            [] => self.spec.items("validationFailureActionOverrides"),
            overrides => overrides,
        };
        let is_meant = |it: &&Value| {
            let namespaces = it.items("namespaces");
            let is_named =
                namespaces.iter().any(|it| wildcard::matches(it.as_str(), asked.request.namespace));
            let selector = it.opt("namespaceSelector");
            let is_selected = selector.is_none_or(|it| validating_policy::selects_namespace_of(it, asked));
            (namespaces.is_empty() || is_named)
                && is_selected
                && (!namespaces.is_empty() || selector.is_some())
        };
        let action = overrides.iter().find(is_meant).map_or(stated, |it| it.str("action"));
        let is_admitted = self.spec.opt("admission").is_none_or(|it| *it == Value::Bool(true));
        match action.to_lowercase().as_str() {
            "enforce" if is_admitted => Action::Deny,
            _ if self.spec.bool("emitWarning") => Action::Warn,
            _ => Action::Note,
        }
    }

    fn whole_action(&self) -> Action {
        let actions = self.spec.items("validationActions");
        let has = |word: &str| actions.iter().any(|it| it.as_str() == word);
        match () {
            () if has("Deny") || actions.is_empty() => Action::Deny,
            () if has("Warn") => Action::Warn,
            () => Action::Note,
        }
    }

    /// What a rule has against an object that breaks it, or for which Kyverno itself
    /// cannot tell.
    pub fn objection(&self, rule: &Rule, asked: Asked<'_>, outcome: Outcome) -> Option<Objection> {
        let (failure, hangs_on) = match outcome {
            Outcome::Fail(failure) => {
                let hangs_on = failure.hangs_on_user.then_some("who makes the request could be exempt");
                (failure, hangs_on)
            }
            Outcome::Error(message) if self.refuses_failures() => {
                let hangs_on = Some("Kyverno itself fails at the rule");
                (Failure { message, ..Failure::default() }, hangs_on)
            }
            _ => return None,
        };
        let said = match failure.message.as_str() {
            "" => format!("rule {} failed", rule.name()),
            said => said.to_owned(),
        };
        let causes = vec![Cause::own(&failure.path), self.stated(rule)];
        let message = self.refusal(rule, asked, &said);
        let denial = Denial { plugin: WEBHOOKS, reason: "", message, causes };
        let warning = format!("policy {}.{}: {said}", self.name, rule.name());
        Some(Objection { action: self.action(rule, asked), said, warning, denial, hangs_on })
    }

    fn stated(&self, rule: &Rule) -> Cause {
        let spec = FieldPath::root().key("spec");
        let path = rule.at().map_or(spec.clone(), |at| spec.key("rules").index(at));
        let (namespace, name) = (self.namespace.to_string(), self.name.to_string());
        Cause { of: Some(PolicyObject { kind: self.kind.clone(), namespace, name }), path }
    }

    /// What the server answers.
    fn refusal(&self, rule: &Rule, asked: Asked<'_>, said: &str) -> String {
        let webhook = if self.refuses_failures() { "fail" } else { "ignore" };
        let (kind, namespace) = (asked.request.kind, asked.request.namespace);
        let name = asked.object.at("metadata").str("name");
        format!(
            "admission webhook \"validate.kyverno.svc-{webhook}\" denied the request: \n\n\
             resource {kind}/{namespace}/{name} was blocked due to the following policies \n\n\
             {}:\n  {}: '{said}'\n",
            self.name,
            rule.name()
        )
    }

    /// Whether an object is refused if a rule itself fails.
    fn refuses_failures(&self) -> bool {
        self.spec.str("failurePolicy") != "Ignore"
    }
}
