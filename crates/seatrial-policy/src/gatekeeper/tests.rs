use std::fmt::Write as _;

use seatrial_schema::admission::{Attributes, Operation};
use seatrial_schema::review::stored;
use seatrial_schema::{By, Map, Value};
use smol_str::SmolStr;

use super::{Inventory, Review, Template, Work, action_of};
use crate::objection::Action;
use crate::validating_policy::Asked;

const REQUEST: Attributes<'static> = Attributes {
    operation: Operation::Create,
    group: "",
    kind: "Pod",
    resource: "pods",
    namespace: "shop",
    old: None,
};

/// A structure of texts.
fn fields<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let mut value = Value::from(Map::default());
    for (name, field) in fields {
        value.set(name, field, By::Manifest);
    }
    value
}

fn template(rego: &str) -> Result<Template, String> {
    let target = fields([
        ("target", Value::from("admission.k8s.gatekeeper.sh")),
        ("rego", Value::from(SmolStr::new(rego))),
    ]);
    Template::read(&fields([("spec", fields([("targets", Value::from(vec![target]))]))]))
}

fn judged(rego: &str) -> Result<Vec<String>, String> {
    let template = template(rego)?;
    let constraint = stored(r#"{"spec": {"parameters": {"repos": ["good/"]}}}"#);
    let object = stored(
        r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"containers": [{"name": "web", "image": "bad/web:1"}]}}"#,
    );
    let asked = Asked { request: &REQUEST, version: "v1", object: &object, namespace: None };
    let known = Inventory::of([&object].into_iter());
    let reviewed = [(asked, &Review::of(asked))];
    let mut answers = template.judge(&constraint, &reviewed, Some(&known), &mut Work::default());
    let violations = answers.pop().expect("one was asked about")?;
    Ok(violations.into_iter().map(|it| it.message).collect())
}

#[test]
fn a_violation_tells_its_message() {
    let rego = r#"package repos
        violation[{"msg": msg}] {
            c := input.review.object.spec.containers[_]
            not startswith(c.image, input.parameters.repos[0])
            msg := sprintf("<%v> of %q is not in %v, %5d%%", [c.image, c.name, input.parameters.repos, 7])
        }"#;
    assert_eq!(judged(rego), Ok(vec![r#"<bad/web:1> of "web" is not in ["good/"],     7%"#.to_owned()]));
}

#[test]
fn other_objects_are_found() {
    let rego = r#"package other
        violation[{"msg": name}] { data.inventory.namespace.shop["v1"].Pod[name] }"#;
    assert_eq!(judged(rego), Ok(vec!["web".to_owned()]));
    assert!(template(rego).is_ok_and(|it| it.needs_inventory()));
    let in_brackets = rego.replace("data.inventory", "data[\"inventory\"]");
    assert!(template(&in_brackets).is_ok_and(|it| it.needs_inventory()));
}

#[test]
fn what_is_not_known_is_not_evaluated() {
    let asks = |body: &str| judged(&format!("package a\nviolation[{{\"msg\": \"no\"}}] {{ {body} }}"));
    assert_eq!(
        asks("input.review.userInfo.username == \"me\""),
        Err("it asks who makes the request".to_owned())
    );
    assert!(asks("external_data({\"provider\": \"x\"})").is_err());
    assert!(asks("no_such_function(1)").is_err());
    assert!(asks("x := ").is_err());
    assert!(asks("input.review[`userInfo`].username == \"me\"").is_err());
    assert!(asks("object.get(input.review, \"userInfo\", {}) != {}").is_err());
    assert!(asks("x := time.now_ns()").is_err());
    for names in [
        "true # userInfo\n",
        "x := \"# http.send(time.now_ns()) userInfo\"",
        "x := `\\\n\" # \"`; x != \"userInfo is known\"",
        "x := {\"time\": {\"zone\": 1}}; x.time.zone == 1",
        "external_data := 1; external_data == 1",
    ] {
        assert_eq!(asks(names), Ok(vec!["no".to_owned()]), "{names}");
    }
}

#[test]
fn endless_work_is_stopped() {
    let stopped = Err("it takes too many steps".to_owned());
    let many = "xs := numbers.range(1, 2000)\n";
    let loops = format!("package a\n{many}violation[{{\"msg\": \"no\"}}] {{ xs[a] + xs[b] + xs[c] == -1 }}");
    assert_eq!(judged(&loops), stopped);
    let mut calls = "package a\nf0(x) = x + 1\n".to_owned();
    for at in 1..40 {
        let below = at - 1;
        let _ = writeln!(calls, "f{at}(x) = f{below}(f{below}(x))");
    }
    assert_eq!(judged(&format!("{calls}violation[{{\"msg\": \"no\"}}] {{ f39(1) == 0 }}")), stopped);
}

#[test]
fn values_that_hold_themselves_many_times_over_are_refused() {
    let doubled = |rule: &dyn Fn(&str, usize) -> String| {
        let all: String = ["a", "b"].iter().flat_map(|it| (1..40).map(|at| rule(it, at))).collect();
        judged(&format!("package a\na0 = 1\nb0 = 1\n{all}violation[{{\"msg\": \"no\"}}] {{ a39 == b39 }}"))
    };
    let in_heads = doubled(&|name, at| format!("{name}{at} = [{name}{0}, {name}{0}]\n", at - 1));
    assert_eq!(in_heads, Err("its rules build too much of each other".to_owned()));
    let in_body = |name: &str| -> String {
        let line = |at: usize| format!("{name}{at} := [{name}{0}, {name}{0}]\n", at - 1);
        (1..40).map(line).collect::<Vec<_>>().concat()
    };
    let body = format!("a0 := 1\nb0 := 1\n{}{}a39 == b39", in_body("a"), in_body("b"));
    let large = Err("a value grows too large".to_owned());
    assert_eq!(judged(&format!("package a\nviolation[{{\"msg\": \"no\"}}] {{\n{body}\n}}")), large);
    let call = |at: usize| format!("f{at}(x) = [y, y] {{ y := f{}(x) }}\n", at - 1);
    let calls = (1..30).map(call).collect::<Vec<_>>().concat();
    let asks = "violation[{\"msg\": \"no\"}] { f29(1) == f29(1) }";
    assert_eq!(judged(&format!("package a\nf0(x) = x\n{calls}{asks}")), large);
}

#[test]
fn patterns_that_take_long_are_counted() {
    let rego = r#"package a
        xs := numbers.range(1, 3000)
        violation[{"msg": "no"}] { re_match(sprintf("(a{1000}|b?){1}%d", [xs[_]]), "a") }"#;
    assert_eq!(judged(rego), Err("it takes too many steps".to_owned()));
}

#[test]
fn work_is_bounded_over_all_objects() {
    let template = template("package a\nviolation[{\"msg\": \"no\"}] { input.review.kind.kind == \"Pod\" }");
    let template = template.expect("it compiles");
    let object = stored("{}");
    let asked = Asked { request: &REQUEST, version: "v1", object: &object, namespace: None };
    let mut work = Work { steps: 2_560 };
    let review = Review::of(asked);
    let answers = template.judge(&object, &[(asked, &review); 20], None, &mut work);
    assert_eq!(answers[0].as_ref().map(Vec::len), Ok(1));
    assert!(answers[19].as_ref().is_err_and(|why| why.contains("used up")), "{answers:?}");
}

#[test]
fn endless_recursion_is_refused() {
    let recursive = "package a\nf(x) = y { y := f(x + 1) }\nviolation[{\"msg\": \"no\"}] { f(1) == 0 }";
    let refused = Err("its rules call themselves, or each other too far down".to_owned());
    assert_eq!(judged(recursive), refused);
    assert_eq!(judged(&recursive.replace("f(x + 1)", "data.a.f(x)")), refused);
    assert!(judged("package a\na { b }\nb { a }\nviolation[{\"msg\": \"no\"}] { a }").is_err());
}

#[test]
fn values_do_not_outgrow_their_bounds() {
    let grows = |call: &str| {
        let mut rego = "package a\ng0(x) = x\n".to_owned();
        for at in 1..50 {
            let _ = writeln!(rego, "g{at}(x) = y {{ z := g{}(x); y := {call} }}", at - 1);
        }
        judged(&format!("{rego}violation[{{\"msg\": \"no\"}}] {{ g49(\"ab\") == \"\" }}"))
    };
    for call in [
        "concat(\"\", [z, z])",
        "sprintf(\"%v%v\", [z, z])",
        "replace(z, \"a\", z)",
        "regex.replace(z, \"a\", \"aa\")",
        "json.marshal([z, z])",
    ] {
        assert_eq!(grows(call), Err("a value grows too large".to_owned()), "{call}");
    }
}

#[test]
fn rules_that_call_each_other_far_down_are_no_danger() {
    let chain = |length: usize| {
        let mut rego = "package a\nf0(x) = x\n".to_owned();
        for at in 1..length {
            let _ = writeln!(rego, "f{at}(x) = y {{ z := f{}(x); y := z }}", at - 1);
        }
        judged(&format!("{rego}violation[{{\"msg\": \"no\"}}] {{ f{}(1) == 1 }}", length - 1))
    };
    assert_eq!(chain(60), Ok(vec!["no".to_owned()]));
    assert!(chain(80).is_err_and(|it| it.contains("too far down")));
    assert!(chain(3_000).is_err_and(|it| it.contains("too far down")));
}

#[test]
fn a_constraint_says_what_happens() {
    let action = |spec: &str| action_of(&stored(&format!(r#"{{"spec": {spec}}}"#)));
    assert_eq!(action("{}"), Some(Action::Deny));
    assert_eq!(action(r#"{"enforcementAction": "dryrun"}"#), Some(Action::Note));
    assert_eq!(action(r#"{"enforcementAction": "other"}"#), None);
    let scoped = |point: &str| {
        action(&format!(
            r#"{{"enforcementAction": "scoped", "scopedEnforcementActions": [
                {{"action": "warn", "enforcementPoints": [{{"name": "{point}"}}]}}]}}"#
        ))
    };
    assert_eq!(scoped("validation.gatekeeper.sh"), Some(Action::Warn));
    assert_eq!(scoped("audit.gatekeeper.sh"), None);
}
