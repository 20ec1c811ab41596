//! A policy as a binding makes it count: with its parameters, in the version that
//! its rules name.

use seatrial_schema::Value;
use seatrial_schema::convert::{self, Equivalent};
use seatrial_schema::rules::selectors;
use smol_str::SmolStr;

use super::{About, Asked, Judged, Open, Policy};
use crate::state::State;

/// More objects with parameters than this are not tried.
const PARAMS_MAX: usize = 64;
const GROUP: &str = "admissionregistration.k8s.io";

/// A policy with one of its bindings.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The binding as the server holds it.
    pub value: &'p Value,
}

/// Whether no policy of the server's own is asked about objects of a kind.
pub fn is_exempt(group: &str, kind: &str) -> bool {
    group == GROUP && kind.contains("AdmissionPolicy")
}

impl Binding<'_> {
    /// What the policy says of an object that the server also has in other versions.
    pub fn judge(&self, asked: Asked<'_>, others: &[Equivalent], state: &dyn State) -> Judged {
        let versions: Vec<SmolStr> = others.iter().map(|it| it.version.clone()).collect();
        match self.policy.is_about(self.value, asked, &versions) {
            About::No => Judged::default(),
            About::Open(Open::Version(version)) => self.judge_as(asked, others, &version, state),
            About::Open(why) => Judged::open(why),
            About::Yes => self.judge_itself(asked, state),
        }
    }

    /// What it says of the object in another version.
    fn judge_as(&self, asked: Asked<'_>, others: &[Equivalent], version: &str, state: &dyn State) -> Judged {
        let request = asked.request;
        let meant = others.iter().find(|it| it.version == version);
        let to = |object: &Value| convert::to(object, request.group, request.kind, meant?);
        let Some(object) = to(asked.object) else { return Judged::open(Open::Version(version.into())) };
        let old = match request.old.map(to) {
            Some(None) => return Judged::open(Open::Version(version.into())),
            Some(Some(old)) => Some(old),
            None => None,
        };
        let request = seatrial_schema::admission::Attributes { old: old.as_ref(), ..*request };
        let asked = Asked { request: &request, version, object: &object, namespace: asked.namespace };
        self.judge_itself(asked, state)
    }

    fn judge_itself(&self, asked: Asked<'_>, state: &dyn State) -> Judged {
        let params = match self.policy.params().filter(|_| self.value.at("spec").has("paramRef")) {
            None => return self.policy.judge(asked, None),
            Some((api_version, kind)) => self.params(api_version, kind, asked.request.namespace, state),
        };
        if params.is_empty() {
            return Judged::open(Open::Params);
        }
        params.into_iter().fold(Judged::default(), |mut sum, params| {
            let judged = self.policy.judge(asked, Some(params));
            sum.refused.extend(judged.refused);
            sum.open = sum.open.or(judged.open);
            sum
        })
    }

    /// The objects with parameters that are meant for objects of a namespace.
    fn params<'s>(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        state: &'s dyn State,
    ) -> Vec<&'s Value> {
        let reference = self.value.at("spec").at("paramRef");
        let wanted = match reference.str("namespace") {
            "" => namespace,
            stated => stated,
        };
        let (group, _) = api_version.split_once('/').unwrap_or(("", api_version));
        let is_named = |it: &&Value| match reference.opt("selector") {
            Some(selector) => {
                selectors::is_empty(selector) || selectors::matches(selector, it.at("metadata").at("labels"))
            }
            None => reference.str("name") == it.at("metadata").str("name"),
        };
        let mut all = state.objects(group, kind, wanted);
        if all.is_empty() && !wanted.is_empty() {
            // They may belong to no namespace.
            all = state.objects(group, kind, "");
        }
        all.into_iter().filter(is_named).take(PARAMS_MAX).collect()
    }
}
