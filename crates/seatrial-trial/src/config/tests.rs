use seatrial_diagnostics::{Level, Strictness};
use serde_json::Value;

use super::keys::{KEYS, Key, Shape};

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

/// A file as editors see it: dates are texts.
fn as_json(text: &str) -> Value {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(is_so) => is_so.into(),
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(convert).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, it)| (key, convert(it))).collect(),
        }
    }
    convert(toml::Value::Table(text.parse().expect("it is TOML")))
}

fn fits_schema(text: &str) -> bool {
    let schema: Value = serde_json::from_str(&schema(&crate::catalogue())).expect("a schema is JSON");
    jsonschema::draft7::new(&schema).expect("it is a schema").is_valid(&as_json(text))
}

fn is_read(text: &str) -> bool {
    Config::parse(text, &crate::catalogue()).is_ok()
}

#[test]
fn the_example_has_every_key_and_is_read() {
    let text = example();
    let problems = Config::parse(&text, &crate::catalogue()).err();
    assert_eq!(problems, None, "{text}");
    assert!(fits_schema(&text), "{text}");
    let json = as_json(&text);
    for key in KEYS {
        let value = &json[key.name];
        let inner = value.as_array().and_then(|items| items.first()).unwrap_or(value);
        if let Shape::Table(keys) | Shape::Tables(keys) = key.shape {
            assert!(keys.iter().all(|it| !inner[it.name].is_null()), "{}", key.name);
        }
        assert!(!value.is_null(), "{}", key.name);
    }
}

/// No key holds a truth value, so one that is read objects to it.
#[test]
fn every_key_of_the_table_is_read() {
    let objects = |text: &str, key: &Key| {
        let found = Config::parse(text, &crate::catalogue()).expect_err(key.name);
        let is_named = found.iter().any(|it| it.message.starts_with(&format!("`{}` is", key.name)));
        assert!(is_named && !fits_schema(text), "{text}: {found:?}");
    };
    for key in KEYS {
        objects(&format!("{} = true", key.name), key);
        let (head, keys) = match key.shape {
            Shape::Table(keys) => (format!("[{}]", key.name), keys),
            Shape::Tables(keys) => (format!("[[{}]]", key.name), keys),
            _ => continue,
        };
        for it in keys {
            objects(&format!("{head}\n{} = true", it.name), it);
        }
    }
}

#[test]
fn what_is_wrong_is_wrong_for_editors_too() {
    for text in [
        "selct = []",
        "select = [\"missing-secert\"]",
        "select = [3]",
        "select = []",
        "exclude = \"vendor\"",
        "[target]\nkubernets = \"1.36\"",
        "[target]\nkubernetes = \"latest\"",
        "[target]\nkubernetes = \"1.15\"",
        "[target]\nkubernetes = \"1.38\"",
        "[target]\nkubernetes = \"1.30-\"",
        "[target]\nkubernetes = 1.36",
        "[target]\nprofile = \"eks\"",
        "[severity]\nmissing-secret = \"fatal\"",
        "[severity]\nmissing-secert = \"info\"",
        "[severity]\nmissing-secret = \"off\"",
        "[repository]\nrefs = \"main\"",
        "[[external]]\nkind = \"Secret\"",
        "[[external]]\nkind = \"Secret\"\nname = \" \"",
        "[external]\nkind = \"Secret\"\nname = \"a\"",
        "[[ignore]]\nreason = \"known\"",
        "[[ignore]]\ncheck = \"missing-secret\"",
        "[[ignore]]\ncheck = \"missing-secret\"\nreason = \"\"",
        "[[ignore]]\ncheck = \"missing-secret\"\nreason = \"known\"\nexpires = \"soon\"",
        "[[ignore]]\ncheck = \"missing-secret\"\nreason = \"known\"\nfile = \"a.yaml\"",
    ] {
        assert_eq!((is_read(text), fits_schema(text)), (false, false), "{text}");
    }
    for text in [
        "",
        "select = [\"strict\"]",
        "[target]\nkubernetes = \"v1.20.3\"",
        "[target]\nkubernetes = \"v1.30.4-eks-a18cd3a\"",
        "[target]\nkubernetes = \"1.30+\"",
        "[severity]\n\"missing-*\" = \"info\"",
        "[[ignore]]\ncheck = \"missing-*\"\nreason = \"known\"\nexpires = 2026-11-21",
    ] {
        assert_eq!((is_read(text), fits_schema(text)), (true, true), "{text}");
    }
    // Only the reader knows which globs match, parse and can be compiled.
    for text in ["select = [\"no-such-*\"]", "exclude = [\"a[\"]"] {
        assert_eq!((is_read(text), fits_schema(text)), (false, true), "{text}");
    }
}

#[test]
fn the_page_names_every_key_and_only_checks_that_exist() {
    let page = page();
    assert!(!page.contains("{keys}") && !page.contains("{example}"));
    let comments = page.split("ignore[").skip(1).filter_map(|rest| rest.split_once(']'));
    let ids: Vec<&str> =
        comments.flat_map(|(ids, _)| ids.split(',')).map(str::trim).filter(|it| !it.is_empty()).collect();
    assert!(ids.len() > 2);
    for id in ids {
        assert_eq!(find_check(id, &crate::catalogue()).map(|check| check.id), Ok(id));
    }
}

#[test]
fn a_hostile_file_ends_in_a_problem() {
    let many = format!("exclude = [{}]", "\"a\",".repeat(1_001));
    assert!(problems(&many).contains("more than 1000 entries"));
    let entry = "[[ignore]]\ncheck = \"advice\"\nreason = \"known\"\n";
    assert!(problems(&entry.repeat(1_001)).contains("more than 1000 entries"));
    let long = format!("exclude = [\"{}\"]", "?".repeat(200_000));
    assert!(
        problems(&long).ends_with("is no glob: it is longer than 1000 bytes") && problems(&long).len() < 200
    );
    assert!(parse(&format!("exclude = {}", "[".repeat(100_000))).is_err());
    assert!(parse(&format!("{} = 1", "a.".repeat(100_000) + "b")).is_err());
}

#[test]
fn the_pattern_that_says_more_weighs() {
    let config = parse(
        "[severity]\n\"service-*\" = \"info\"\nservice-selects-nothing = \"warning\"\n\"*\" = \"error\"\n",
    )
    .expect("the configuration is valid");
    assert_eq!(config.severity_of(&KNOWN), Some(Severity::Warning));
    assert_eq!(config.severity_of(&STRICT), Some(Severity::Error));
}

#[test]
fn paths_are_excluded_below_the_root() {
    let config = parse("exclude = [\"vendor\", \"**/fixtures\", \"/old/\"]").expect("nothing is wrong");
    let exclude = config.exclude_below(&TreePath::new("apps"));
    for path in ["apps/vendor/a/b.yaml", "apps/x/fixtures", "apps/old/a.yaml"] {
        assert!(exclude.is_match(path), "{path}");
    }
    assert!(!exclude.is_match("vendor/a.yaml") && !exclude.is_match("apps/x/vendor/a.yaml"));
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
    5: no cluster profile is called `eks`; known are `default`
    7: a severity is "error", "warning" or "info"
    8: an `ignore` entry needs a `reason`
    8: an `ignore` entry needs `check`
    9: `[` is no glob: unclosed character class; missing ']'
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

#[test]
fn an_excluded_path_may_begin_with_the_directory_it_is_read_from() {
    let mut config = Config::default();
    for pattern in ["./research", "././old/"] {
        config.leave_out(pattern).expect("it is a glob");
    }
    let globs = config.exclude_below(&TreePath::new("k8s"));
    assert!(globs.is_match("k8s/research/a.yaml") && globs.is_match("k8s/old"));
    assert!(!globs.is_match("research/a.yaml"));
}
