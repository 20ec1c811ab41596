//! The suites on the repository's own recorded answers.

use conformance::{Options, Suite};

#[test]
fn yaml_is_read_and_printed_as_the_go_libraries_do() {
    let suite = Suite::named("yaml").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the recorded answers can be read");
    assert!(report.compared() > 17_000);
    for family in &report.families {
        assert_eq!(family.agree, family.compared, "{}", family.name);
    }
}

#[test]
fn objects_are_answered_as_the_api_server_answers() {
    let suite = Suite::named("apiserver").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the recorded answers can be read");
    assert!(report.compared() > 600);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn edits_change_only_what_they_name() {
    let suite = Suite::named("edits").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the texts can be read");
    assert!(report.compared() > 3_000);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn expressions_evaluate_as_the_api_server_evaluates_them() {
    let suite = Suite::named("cel").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the recorded answers can be read");
    assert!(report.compared() > 900);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rules_of_definitions_compile_and_fit_their_schemas() {
    let suite = Suite::named("definitions").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the definitions can be read");
    assert_eq!(report.compared(), 11);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn manifests_pass_where_the_peers_tests_let_them_pass() {
    let suite = Suite::named("schema").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the tests can be read");
    assert_eq!(report.compared(), 17);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn versions_go_when_the_tables_of_peers_say() {
    let suite = Suite::named("peers").expect("the suite exists");
    let options = Options::of(suite.own_dir);
    let report = (suite.run)(&options).expect("the tables can be read");
    assert_eq!((report.families.len(), report.compared()), (6, 19));
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn charts_are_rendered_as_helm_renders_them() {
    let suite = Suite::named("helm").expect("the suite exists");
    let report = (suite.run)(&Options::of(suite.own_dir)).expect("the recorded answers can be read");
    assert_eq!(report.compared(), 382);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn directories_are_built_as_kustomize_builds_them() {
    let suite = Suite::named("kustomize").expect("the suite exists");
    let report = (suite.run)(&Options::of(suite.own_dir)).expect("the recorded answers can be read");
    assert_eq!(report.compared(), 391);
    let wrong: Vec<_> = report.families.iter().flat_map(|family| &family.disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
