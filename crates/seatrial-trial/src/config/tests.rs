use seatrial_diagnostics::{Level, Strictness};

use super::*;

static KNOWN: CheckInfo = CheckInfo {
    id: "service-selects-nothing",
    title: "A Service selects no pod",
    severity: Severity::Error,
    level: Level::Bundle,
    strictness: Strictness::Default,
    families: &[],
    page: "",
};

static STRICT: CheckInfo = CheckInfo { id: "advice", strictness: Strictness::Strict, ..KNOWN };

fn parse(text: &str) -> Result<Config, Vec<String>> {
    Config::parse(text, &[&KNOWN, &STRICT]).map_err(|problems| {
        problems.into_iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
    })
}

fn problems(text: &str) -> String {
    parse(text).expect_err("the text has a problem").join("\n")
}

#[test]
fn everything_documented_is_read() {
    let config = parse(
        r#"
select = ["default", "adv*"]
exclude = ["vendor", "**/fixtures"]

[target]
kubernetes = "1.34"
profile = "default"

[severity]
service-selects-nothing = "info"

[repository]
url = "https://github.com/example/shop"
refs = ["main"]

[[external]]
kind = "Secret"
name = "db-*"

[[ignore]]
check = "service-selects-nothing"
path = "k8s/**"
unit = "manifests:*"
object = "Service/*"
reason = "the pods come from a script"
expires = 2026-12-24
"#,
    )
    .expect("the configuration is valid");
    assert_eq!(config.kubernetes, Some(KubernetesVersion { major: 1, minor: 34 }));
    assert_eq!(config.severity_of(&KNOWN), Some(Severity::Info));
    assert!(config.select.has(&KNOWN) && config.select.has(&STRICT));
    assert_eq!(config.repository_refs.as_deref(), Some(&["main".to_owned()][..]));
    assert_eq!(config.external.len(), 1);
    assert_eq!(config.ignore[0].expires, Date::new(2026, 12, 24).ok());
    let exclude = config.exclude_below(&TreePath::new("apps"));
    assert!(exclude.is_match("apps/vendor/a/b.yaml") && exclude.is_match("apps/x/fixtures"));
    assert!(!exclude.is_match("vendor/a.yaml"));
}

#[test]
fn the_default_selection_leaves_strict_checks_out() {
    let config = parse("").expect("nothing is wrong");
    assert!(config.select.has(&KNOWN) && !config.select.has(&STRICT));
}

#[test]
fn every_problem_is_reported_with_its_line() {
    insta::assert_snapshot!(problems(
        "selct = []\nselect = [\"service-selects-nothin\", 3]\n[target]\nkubernets = \"1.36\"\nprofile = \"eks\"\n\
         [severity]\nadvice = \"fatal\"\n[[ignore]]\npath = \"[\"\n[[external]]\nkind = \"Secret\"\n"
    ), @r#"
    1: unknown key `selct`; did you mean `select`?
    2: `select` is a list of strings
    4: unknown key `kubernets` in `target`; did you mean `kubernetes`?
    5: no cluster profile is called `eks`; the only one is `default`
    7: a severity is "error", "warning" or "info"
    8: an `ignore` entry needs `check`
    10: an `external` entry needs `kind` and `name`; `*` stands for any
    "#);
    insta::assert_snapshot!(problems("[[ignore]]\ncheck = \"advise\"\nexpires = \"soon\"\n"), @"
    1: an `ignore` entry needs a `reason`
    2: no check is called `advise`; did you mean `advice`?
    3: `expires` is a day such as 2026-11-21
    ");
    insta::assert_snapshot!(problems("a = = 1\n"), @"1: extra `=`, expected nothing");
    insta::assert_snapshot!(problems("exclude = \"vendor\"\nignore = \"all\"\n[target]\nkubernetes = 1.36\n"), @"
    1: `exclude` is a list of strings
    2: `ignore` is a list of tables: `[[ignore]]`
    4: `kubernetes` is a string
    ");
}
