//! How long pods stay on a node that is not ready or cannot be reached
//! (`kubernetes` 1.36, `plugin/pkg/admission/defaulttolerationseconds`).

use seatrial_schema::{By, Value};

use crate::request::Request;

const PLUGIN: &str = "DefaultTolerationSeconds";
const SECONDS: i64 = 300;
const TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// Adds a toleration of five minutes for each taint that the pod says nothing of.
pub fn admit(request: &Request<'_>, pod: &mut Value) {
    if !request.is("", "Pod") {
        return;
    }
    let spec = pod.struct_mut("spec");
    let mut all = spec.items("tolerations").to_vec();
    let tolerates = |toleration: &Value, taint: &str| {
        matches!(toleration.str("effect"), "" | "NoExecute") && ["", taint].contains(&toleration.str("key"))
    };
    let missing = TAINTS.iter().filter(|taint| !all.iter().any(|it| tolerates(it, taint)));
    let missing: Vec<_> = missing.map(|taint| toleration(taint)).collect();
    if !missing.is_empty() {
        all.extend(missing);
        spec.set("tolerations", all, By::Admission(PLUGIN));
    }
}

fn toleration(taint: &str) -> Value {
    let mut toleration = Value::default();
    let by = By::Admission(PLUGIN);
    toleration.set("key", taint, by);
    toleration.set("operator", "Exists", by);
    toleration.set("effect", "NoExecute", by);
    toleration.set("tolerationSeconds", SECONDS, by);
    toleration
}
