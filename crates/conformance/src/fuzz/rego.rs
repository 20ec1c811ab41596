//! Any text as the program of a constraint template: it is refused or says
//! something of an object, within its bounds, and the same twice.

use seatrial_policy::gatekeeper::{Answer, Inventory, Review, Template, Work};
use seatrial_policy::validating_policy::Asked;
use seatrial_schema::review::stored;
use seatrial_schema::{By, Value};

use super::jmespath::{OBJECT, POD};

const TEMPLATE: &str = r#"{"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": "t"},
    "spec": {"crd": {"spec": {"names": {"kind": "T"}}}, "targets": [{"target": "admission.k8s.gatekeeper.sh"}]}}"#;

/// Runs the text as a program.
pub fn rego(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(said(&text), said(&text), "{text}");
}

fn said(program: &str) -> Result<Vec<Answer>, String> {
    let mut template = stored(TEMPLATE);
    let target = &mut template.struct_mut("spec").items_mut("targets")[0];
    target.set("rego", Value::text(program), By::Manifest);
    let template = Template::read(&template)?;
    let (object, constraint) = (stored(OBJECT), Value::default());
    let asked = Asked { request: &POD, version: "v1", object: &object, namespace: None };
    let known = Inventory::of([&object].into_iter());
    Ok(template.judge(&constraint, &[(asked, &Review::of(asked))], Some(&known), &mut Work::default()))
}
