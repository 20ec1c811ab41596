//! A policy, with the rules that are made of its own.

use std::fmt;

use seatrial_schema::Value;
use smol_str::SmolStr;

use super::{autogen, cel, wildcard};
use crate::validating_policy::{self, Asked};

/// Policies have fewer rules than this.
const RULES_MAX: usize = 200;

/// A policy that was read.
pub struct Policy {
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

/// What a rule does with an object that breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object is refused.
    Enforce,
    /// The server warns.
    Warn,
    /// It is written into a report.
    Audit,
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

    /// Its rules that validate, and those made of them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What of it is never evaluated, and why.
    pub fn not_evaluated(&self) -> &[String] {
        &self.not_evaluated
    }

    /// What a rule does with an object that breaks it.
    pub fn action(&self, rule: &Rule, asked: Asked<'_>) -> Action {
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
            "enforce" if is_admitted => Action::Enforce,
            _ if self.spec.bool("emitWarning") => Action::Warn,
            _ => Action::Audit,
        }
    }

    fn whole_action(&self) -> Action {
        let actions = self.spec.items("validationActions");
        let has = |word: &str| actions.iter().any(|it| it.as_str() == word);
        match () {
            () if has("Deny") || actions.is_empty() => Action::Enforce,
            () if has("Warn") => Action::Warn,
            () => Action::Audit,
        }
    }

    /// Whether an object is refused if a rule itself fails.
    pub fn refuses_failures(&self) -> bool {
        self.spec.str("failurePolicy") != "Ignore"
    }
}
