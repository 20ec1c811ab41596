//! What is wanted: selection, severities, exclusions, declared objects and
//! baselines, from the command line and from `seatrial.toml`.

use std::fmt::Write as _;

use crate::support::{SOUND, TWICE, Tree, run};

/// A Pod that needs a Secret which nothing makes, and has a port twice.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      ports:
        - {name: a, containerPort: 80}
        - {name: b, containerPort: 80}
      envFrom: [{secretRef: {name: db-credentials}}]
";

fn checks(tree: &Tree, words: &[&str]) -> Vec<String> {
    tree.check(&[words, &["--format", "json"]].concat()).checks()
}

fn refusal(tree: &Tree, words: &[&str]) -> String {
    let done = tree.check(words);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{words:?}");
    done.stderr
}

#[test]
fn checks_are_selected_and_left_out() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", POD)]);
    assert_eq!(checks(&tree, &[]), ["duplicate-key", "duplicate-port", "missing-secret"]);
    assert_eq!(checks(&tree, &["--select", "missing-secr*"]), ["missing-secret"]);
    assert_eq!(
        checks(&tree, &["--select", "missing-secret, duplicate-key"]),
        ["duplicate-key", "missing-secret"]
    );
    assert_eq!(checks(&tree, &["--select", "default", "--ignore", "duplicate-*"]), ["missing-secret"]);
    let both = ["--ignore", "duplicate-key", "--ignore", "missing-secret"];
    assert_eq!(checks(&tree, &both), ["duplicate-port"]);
}

#[test]
fn the_command_line_wins_over_the_file() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", POD)]);
    tree.write(
        "seatrial.toml",
        "select = [\"duplicate-*\"]\n[severity]\n\"duplicate-*\" = \"info\"\nduplicate-key = \"warning\"\n",
    );
    let severities = |words: &[&str]| -> Vec<String> {
        let report = tree.check(&[words, &["--format", "json"]].concat()).json();
        let findings = report["findings"].as_array().expect("findings are a list").clone();
        findings.iter().map(|it| it["severity"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(severities(&[]), ["warning", "info"]);
    assert_eq!(severities(&["--severity", "duplicate-*=error"]), ["error", "error"]);
    assert_eq!(severities(&["--severity", "duplicate-*=error,duplicate-port=warning"]), ["error", "warning"]);
    assert_eq!(checks(&tree, &["--select", "missing-secret"]), ["missing-secret"]);
    assert_eq!(checks(&tree, &["--ignore", "duplicate-port"]), ["duplicate-key"]);
}

#[test]
fn words_that_name_nothing_are_told_with_the_nearest() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    insta::assert_snapshot!(refusal(&tree, &["--select", "missing-secert"]), @"
    error: --select: no check is called `missing-secert`
    hint: did you mean `missing-secret`?
    ");
    insta::assert_snapshot!(refusal(&tree, &["--select", "strcit"]), @"
    error: --select: no check is called `strcit`
    hint: did you mean `strict`?
    ");
    insta::assert_snapshot!(refusal(&tree, &["--ignore", "no-such-*"]), @"
    error: --ignore: no check is called `no-such-*`
    hint: `seatrial explain` lists the checks
    ");
    insta::assert_snapshot!(refusal(&tree, &["--ignore", "*"]), @"
    error: no check is left to run
    hint: select more, or ignore less
    ");
    insta::assert_snapshot!(refusal(&tree, &["--severity", "duplicate-key=fatal"]), @"
    error: --severity `duplicate-key=fatal` is no check with a severity
    hint: write it as `missing-secret=warning`; the severities are error, warning and info
    ");
    insta::assert_snapshot!(refusal(&tree, &["--exclude", "a["]), @"error: --exclude `a[` is no glob: unclosed character class; missing ']'");
}

#[test]
fn excluded_paths_are_not_judged_and_told() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", SOUND), ("old/a.yaml", TWICE)]);
    tree.write("seatrial.toml", "exclude = [\"old\"]\n");
    let report = tree.check(&["--exclude", "k8s/settings.yaml", "--format", "json"]).json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0));
    let skipped: Vec<(&str, &str)> = report["coverage"]["skipped"]
        .as_array()
        .expect("skips are a list")
        .iter()
        .map(|it| (it["path"].as_str().unwrap_or_default(), it["code"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(skipped, [("k8s/settings.yaml", "excluded"), ("old", "excluded")]);
}

#[test]
fn copies_of_packages_are_told_and_judged_on_request() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND), ("node_modules/chart/a.yaml", TWICE)]);
    let done = tree.check(&["--format", "json"]);
    let skipped = &done.json()["coverage"]["skipped"][0];
    assert_eq!((&skipped["path"], &skipped["code"]), (&"node_modules".into(), &"excluded".into()));
    assert_eq!((done.code, done.checks()), (0, Vec::new()));
    assert_eq!(checks(&tree, &["node_modules/chart", "--root", "."]), ["duplicate-key"]);
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let first = tree.check(&["--write-baseline", "known.json"]);
    assert_eq!(first.code, 1);
    assert_eq!(
        first.stderr,
        "note: 1 finding written to `known.json`; `--baseline known.json` reports only what is new\n"
    );
    let written = std::fs::read_to_string(tree.path().join("known.json")).expect("it was written");
    insta::assert_snapshot!(written, @r#"
    {
      "version": 1,
      "findings": [
        {"path":"k8s/settings.yaml","check":"duplicate-key","message":"key `level` stands twice in data of ConfigMap settings","id":"1289f5957a0ce8c2"}
      ]
    }
    "#);
    let same = tree.check(&["--baseline", "known.json"]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(same.stdout, @"
    verdict: will fail (known: 1 finding in the baseline)
    findings: none
    coverage: 1 of 1 directory judged for Kubernetes 1.36
      1 known from the baseline and not shown; the verdict counts them
    ");
    tree.write("k8s/web.yaml", POD);
    assert_eq!(checks(&tree, &["--baseline", "known.json"]), ["duplicate-port", "missing-secret"]);
    let more = tree.check(&["--baseline", "known.json"]).stdout;
    assert!(more.contains("in the baseline)") && !more.contains("key `level`"), "{more}");
    tree.write("k8s/settings.yaml", TWICE.replace("  level: debug\n", ""));
    let mended = tree.check(&["--baseline", "known.json"]).stdout;
    assert!(mended.contains("1 entry of the baseline is no longer found"), "{mended}");
}

#[test]
fn an_earlier_report_is_a_baseline_too() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    tree.check(&["--output", "json=main.json"]);
    tree.write("k8s/web.yaml", POD);
    let report = tree.check(&["--baseline", "main.json", "--format", "json"]);
    assert_eq!(report.checks(), ["duplicate-port", "missing-secret"]);
    assert_eq!(report.json()["summary"]["suppressed"], 1);
    let updated = ["--baseline", "main.json", "--write-baseline", "main.json", "--quiet", "--format", "json"];
    assert_eq!(tree.check(&updated).checks(), ["duplicate-port", "missing-secret"]);
    assert_eq!(checks(&tree, &["--baseline", "main.json"]), [""; 0]);
    let manifest = run(tree.path(), &["check", "-", "--baseline", "main.json", "--format", "json"], b"");
    assert_eq!(manifest.code, 2);
}

#[test]
fn what_is_no_baseline_is_told() {
    let tree =
        Tree::new(&[("k8s/settings.yaml", TWICE), ("list.json", "[]"), ("new.json", "{\"version\": 9}")]);
    insta::assert_snapshot!(refusal(&tree, &["--baseline", "absent.json"]), @"
    error: the baseline `absent.json` does not exist
    hint: `--write-baseline absent.json` makes one of what is found today
    ");
    insta::assert_snapshot!(refusal(&tree, &["--baseline", "list.json"]), @"
    error: `list.json` is no baseline: it is no JSON object
    hint: `--write-baseline FILE` makes one; a report by `--format json` is one too
    ");
    insta::assert_snapshot!(refusal(&tree, &["--baseline", "new.json"]), @"
    error: `new.json` is no baseline: it is of version 9, and only version 1 is known
    hint: `--write-baseline FILE` makes one; a report by `--format json` is one too
    ");
}

#[test]
fn comments_accept_the_line_that_they_stand_at() {
    let tree = Tree::new(&[]);
    let comment = "# seatrial: ignore[duplicate-key] known";
    let found = |text: String| {
        tree.write("a.yaml", text);
        checks(&tree, &[])
    };
    let above =
        TWICE.replace("  level: debug", &format!("  {comment}\n  # a second thought\n  level: debug"));
    assert_eq!(found(above), [""; 0]);
    let beside = TWICE.replace("level: debug", &format!("level: debug {comment}"));
    assert_eq!(found(beside), [""; 0]);
    let one_too_high = TWICE.replace("level: info", &format!("level: info {comment}"));
    assert_eq!(found(one_too_high), ["unused-ignore", "duplicate-key"]);
}

#[test]
fn a_comment_may_name_several_checks() {
    let port = "        - {name: b, containerPort: 80}\n";
    let both = |ids: &str| {
        POD.replace(port, &format!("        # seatrial: ignore[{ids}] one is for UDP soon\n{port}"))
    };
    let tree = Tree::new(&[("k8s/web.yaml", &both("duplicate-port, unnamed-service-port"))]);
    let report = tree.check(&["--format", "json"]).json();
    let unused = &report["findings"][0];
    assert_eq!(unused["message"], "the comment that ignores `unnamed-service-port` accepts no finding");
    assert_eq!((&unused["primary"]["line"], &unused["primary"]["column"]), (&10.into(), &44.into()));
    assert_eq!(report["summary"]["suppressed"], 1);
}

#[test]
fn what_a_check_that_did_not_run_would_accept_is_not_unused() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", POD)]);
    let comment = "      envFrom: # seatrial: ignore[duplicate-env] known\n        -";
    tree.write("k8s/web.yaml", POD.replace("      envFrom: [", &format!("{comment} ")).replace("}}]", "}}"));
    tree.write(
        "seatrial.toml",
        "[[ignore]]\ncheck = \"missing-role\"\nreason = \"known\"\n\
         [[ignore]]\ncheck = \"missing-configmap\"\nreason = \"known\"\nexpires = 2026-11-20\n",
    );
    let unused = checks(&tree, &[]).iter().filter(|it| *it == "unused-ignore").count();
    assert_eq!(unused, 3);
    // One that is over is told in any case.
    assert_eq!(
        checks(&tree, &["--select", "duplicate-key,unused-ignore,expired-ignore"]),
        ["duplicate-key", "expired-ignore"]
    );
}

#[test]
fn what_is_declared_elsewhere_is_not_missing_and_nothing_else_changes() {
    let tree = Tree::new(&[
        ("k8s/web.yaml", POD),
        (
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db-empty}\nstringData: {token: changeme}\n",
        ),
    ]);
    let before = checks(&tree, &[]);
    assert!(before.contains(&"missing-secret".to_owned()), "{before:?}");
    let declared = |entry: &str| {
        tree.write("seatrial.toml", format!("[[external]]\n{entry}\n"));
        checks(&tree, &["--ignore", "unmatched-entry"])
    };
    let without: Vec<String> = before.iter().filter(|it| *it != "missing-secret").cloned().collect();
    for entry in [
        "kind = \"Secret\"\nname = \"db-*\"",
        "kind = \"*\"\nname = \"*\"",
        "group = \"\"\nkind = \"Secret\"\nname = \"db-credentials\"",
        "kind = \"Secret\"\nnamespace = \"*\"\nname = \"db-credentials\"",
    ] {
        assert_eq!(declared(entry), without, "{entry}");
    }
    for entry in [
        "kind = \"ConfigMap\"\nname = \"db-*\"",
        "kind = \"Secret\"\nname = \"db\"",
        "group = \"external-secrets.io\"\nkind = \"Secret\"\nname = \"db-*\"",
    ] {
        assert_eq!(declared(entry), before, "{entry}");
    }
}

#[test]
fn entries_that_match_nothing_are_told() {
    let config = "exclude = [\"old\", \"*.md\", \"./ol*\", \"../x\", \"absent\"]\n\
        [[external]]\nkind = \"Secret\"\nname = \"db-{credentials,other}\"\n\
        [[external]]\nkind = \"secret\"\nname = \"db-*\"\n\
        [[external]]\nkind = \"Secret\"\nnamespace = \"shop\"\nname = \"login\"\n\
        [[external]]\nkind = \"Service\"\nname = \"payments\"\n";
    let tree = Tree::new(&[
        ("seatrial.toml", config),
        ("k8s/web.yaml", POD),
        ("k8s/notes.md", "notes"),
        ("old/a.yaml", POD),
        ("notes.md", "notes"),
    ]);
    let report = tree.check(&["--select", "unmatched-entry,missing-secret", "--format", "json"]).json();
    let told: Vec<(u64, &str)> = report["findings"]
        .as_array()
        .expect("findings are a list")
        .iter()
        .map(|it| (it["primary"]["line"].as_u64().unwrap_or(0), it["message"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "the `exclude` entry `../x` leaves nothing out"),
            (1, "the `exclude` entry `absent` leaves nothing out"),
            (5, "the `external` entry for secret `db-*` stands for nothing that is missing"),
            (8, "the `external` entry for Secret `login` stands for nothing that is missing"),
        ]
    );
    let part = tree.check(&["k8s/web.yaml", "--select", "unmatched-entry", "--format", "json"]).checks();
    assert!(part.is_empty(), "a part of the tree leaves entries unused: {part:?}");
}

#[test]
fn what_is_advised_about_a_missing_object_can_be_pasted_behind_any_table() {
    let mut pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - name: web\n    \
        image: registry.example.com/web:1.2.3\n    env:\n"
        .to_owned();
    for number in 0..12 {
        let _ = writeln!(
            pod,
            "    - {{name: A{number}, valueFrom: {{secretKeyRef: {{name: login, key: k{number}}}}}}}"
        );
    }
    let settings = "[repository]\nurl = \"https://git.example.com/shop.git\"\n";
    let tree = Tree::new(&[("seatrial.toml", settings), ("web.yaml", &pod)]);
    let select = ["--select", "missing-secret", "--format", "json"];
    let report = tree.check(&select).json();
    let finding = &report["findings"][0];
    let advice = "`[[external]]` table with the lines `kind = \"Secret\"`, `namespace = \"shop\"` and `name = \"login\"`";
    assert!(finding["help"].as_str().is_some_and(|help| help.contains(advice)), "{finding}");
    let derivation = finding["derivation"].as_array().expect("a derivation is a list");
    assert!(derivation.iter().any(|it| it == "3 more places that need it are not listed"), "{finding}");
    let table = "[[external]]\nkind = \"Secret\"\nnamespace = \"shop\"\nname = \"login\"\n";
    tree.write("seatrial.toml", format!("{settings}{table}"));
    let run = tree.check(&select);
    assert!(run.checks().is_empty(), "{}{}", run.stdout, run.stderr);
}

/// At most a thousand findings of one check in one file are listed; those that
/// are accepted do not push out one that is not.
#[test]
fn accepted_findings_do_not_count_towards_the_limit() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n\
             spec: {{containers: [{{name: web, image: \"web:1:2\"}}]}}\n---\n"
        )
    };
    let accepted: String = (0..1_001).map(|number| pod(&format!("old-{number}"))).collect();
    let config =
        "[[ignore]]\ncheck = \"invalid-image-reference\"\nobject = \"Pod/old-*\"\nreason = \"known\"\n";
    let tree = Tree::new(&[("seatrial.toml", config), ("a.yaml", &(accepted + &pod("new")))]);
    let done = tree.check(&["--format", "json"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.json()["summary"]["suppressed"], 1_001);
    assert_eq!(done.json()["findings"].as_array().map(Vec::len), Some(1));
}
