//! Which of several candidates a reference leads to.

use super::check;
use crate::references::{Graph, Resemblance};
use crate::testing::repository;
use crate::{External, NameGlob};

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{envFrom: [{configMapRef: {name: app}}]}]}
";
const NAMED_POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a}
spec: {containers: [{envFrom: [{configMapRef: {name: app}}]}]}
";
const REFERENCE: &str = "Pod web: spec.containers[0].envFrom[0].configMapRef.name -> ConfigMap app";
const PLACED: &str = "Pod web: metadata.namespace -> placement Namespace /a = missing";

fn config(rest: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app{rest}}}\n---\n")
}

#[test]
fn the_own_unit_comes_before_others() {
    let input = format!("{POD}---\n{}# Unit: other\n{}", config(""), config(""));
    check(&input, &format!("{REFERENCE} = found ConfigMap app"));
}

#[test]
fn another_unit_lends_what_the_own_lacks() {
    let input = format!("{POD}---\n# Unit: other\n{}", config(""));
    check(&input, &format!("{REFERENCE} = found? ConfigMap app@other"));
}

#[test]
fn candidates_in_several_units_are_ambiguous() {
    let input = format!("{POD}---\n# Unit: one\n{}# Unit: two\n{}", config(""), config(""));
    check(&input, &format!("{REFERENCE} = one of ConfigMap app@one, ConfigMap app@two"));
}

#[test]
fn units_that_only_serve_others_come_last() {
    let input = format!("{POD}---\n# Unit: base\n{}# Unit: two\n{}", config(""), config(""));
    check(&input, &format!("{REFERENCE} = found? ConfigMap app@two"));
}

#[test]
fn namespaces_that_are_written_and_differ_do_not_meet() {
    let input = format!("{NAMED_POD}---\n{}", config(", namespace: b"));
    check(
        &input,
        &format!(
            "{PLACED}\n{REFERENCE} = missing\nConfigMap app: metadata.namespace -> placement Namespace /b = missing"
        ),
    );
}

#[test]
fn an_unwritten_namespace_meets_any() {
    let input = format!("{NAMED_POD}---\n{}", config(""));
    check(&input, &format!("{PLACED}\n{REFERENCE} = found? ConfigMap app"));
}

#[test]
fn a_written_namespace_is_preferred() {
    let input =
        format!("{NAMED_POD}---\n{}# Unit: other\n{}", config(", namespace: b"), config(", namespace: a"));
    let placed = "ConfigMap app: metadata.namespace -> placement Namespace /b = missing";
    check(&input, &format!("{PLACED}\n{REFERENCE} = found ConfigMap app@other\n{placed}"));
}

#[test]
fn what_is_declared_elsewhere_is_external() {
    for (group, expected) in [(None, "Declared"), (Some(""), "Declared"), (Some("apps"), "missing")] {
        let mut repository = repository(POD);
        let glob = |text: &str| NameGlob::new(text).expect("it is a glob");
        let (group, kind, name) = (group.map(glob), glob("*"), glob("{a,b}*"));
        repository.external.push(External { group, kind, namespace: None, name });
        let graph = Graph::build(&repository);
        super::check_graph(&repository, &graph, &format!("{REFERENCE} = {expected}"));
    }
}

#[test]
fn referrers_are_found_from_the_other_end() {
    let repository = repository(&format!("{POD}---\n{}", config("")));
    let graph = Graph::build(&repository);
    let place = graph.index().find(&repository, "", "ConfigMap", None, "app").next().expect("it is there");
    let referrers: Vec<&str> = graph.to(place).map(|it| repository.object(it.from).name()).collect();
    assert_eq!(referrers, ["web"]);
    assert_eq!(graph.of(place), []);
    assert_eq!(graph.index().find(&repository, "", "ConfigMap", Some("a"), "app").count(), 0);
}

fn nearest(others: &str) -> Option<(String, Resemblance)> {
    let repository = repository(&format!("{NAMED_POD}---\n{others}"));
    let graph = Graph::build(&repository);
    let link = graph.links().iter().find(|it| it.name() == Some("app"))?;
    let nearest = graph.nearest(&repository, link)?;
    Some((repository.object(nearest.place).name().to_owned(), nearest.resemblance))
}

#[test]
fn the_same_name_in_another_namespace_is_near() {
    assert_eq!(nearest(&config(", namespace: b")), Some(("app".into(), Resemblance::Namespace)));
    assert_eq!(nearest("apiVersion: v1\nkind: Secret\nmetadata: {name: app}"), None);
    assert_eq!(
        nearest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: App}"),
        Some(("App".into(), Resemblance::Form))
    );
}

#[test]
fn a_key_nearly_the_same_is_near() {
    let repository = repository(
        "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{env: [{name: A, valueFrom: {configMapKeyRef: {name: app, key: DATABASE_URI}}}]}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data: {DATABASE_URL: '', DATABASE_HOST: ''}
",
    );
    let graph = Graph::build(&repository);
    let link = &graph.links()[0];
    let place = link.resolution.places()[0];
    assert_eq!(graph.nearest_part(&repository, link, place).as_deref(), Some("DATABASE_URL"));
}

#[test]
fn many_namesakes_elsewhere_do_not_hide_the_own() {
    let elsewhere = format!("# Unit: other\n{}", config("")).repeat(1_200);
    let input = format!("{elsewhere}# Unit: last\n{POD}---\n{}", config(""));
    let repository = repository(&input);
    let graph = Graph::build(&repository);
    let resolution = &graph.links()[0].resolution;
    assert_eq!(resolution.places().len(), 1);
    assert_eq!(resolution.places()[0].unit, graph.links()[0].from.unit);
}
