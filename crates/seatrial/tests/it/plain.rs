//! What a person reads in a terminal: plain words, and no more than is read.

use std::fmt::Write as _;

use crate::support::{SOUND, TWICE, Tree, run, run_with};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
const COMPOSE: &str = "services:\n  web: {image: web}\n";

/// The lines after the findings.
fn ending(text: &str) -> &str {
    &text[text.find("verdict:").expect("there is a verdict")..]
}

#[test]
fn nothing_judged_is_said_in_words() {
    let tree = Tree::new(&[("a/compose.yaml", COMPOSE), ("b/compose.yaml", COMPOSE)]);
    let done = tree.check(&[]);
    assert_eq!(done.code, 0);
    insta::assert_snapshot!(done.stdout, @"
    verdict: unknown
      nothing was judged: 2 Compose files found, and the lines below say why not
    findings: none
    coverage: 0 of 2 Compose files judged in full for Kubernetes 1.36
      not judged: a/compose.yaml, b/compose.yaml: of a Compose file only a part of what Compose refuses is judged
    ");
    let empty = Tree::new(&[]).check(&["--allow-empty"]);
    insta::assert_snapshot!(empty.stdout, @"
    verdict: unknown
      nothing was judged: there is no manifest
    findings: none
    coverage: nothing judged for Kubernetes 1.36
    ");
}

#[test]
fn what_was_judged_is_told_by_kind() {
    let tree = Tree::new(&[("a/Chart.yaml", CHART), ("k8s/web.yaml", SOUND)]);
    tree.write("over/kustomization.yaml", "resources: [web.yaml]\n");
    tree.write("over/web.yaml", SOUND);
    insta::assert_snapshot!(ending(&tree.check(&[]).stdout), @"
    verdict: ready
    findings: none
    coverage: 1 of 1 directory, 1 of 1 chart, 1 of 1 kustomization judged for Kubernetes 1.36
    next: `--select default,strict` gives advice beyond what fails
    ");
    insta::assert_snapshot!(ending(&tree.check(&["k8s/web.yaml", "--root", "."]).stdout), @"
    verdict: ready
    findings: none
    coverage: k8s/web.yaml judged for Kubernetes 1.36
    next: `--select default,strict` gives advice beyond what fails
    ");
}

#[cfg(unix)]
#[test]
fn a_directory_with_a_pipe_in_it_is_not_judged_in_full() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("k8s/pipe.yaml"))
        .expect("a socket can be made");
    let done = tree.check(&[]);
    insta::assert_snapshot!(ending(&done.stdout), @"
    verdict: unknown
      not judged in full: k8s/
    findings: none
    coverage: 0 of 1 directory judged in full for Kubernetes 1.36
      not judged: k8s/pipe.yaml: it is not a regular file
    ");
    let report = tree.check(&["--format", "json"]).json();
    assert_eq!(report["coverage"]["skipped"][0]["code"], "unreadable");
    assert_eq!((&report["coverage"]["found"], &report["coverage"]["rendered"]), (&1.into(), &0.into()));
}

#[test]
fn a_file_that_is_too_large_is_named_without_an_excerpt() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    tree.write("k8s/large.yaml", format!("{SOUND}{}", "# more\n".repeat(3 << 20)));
    let text = tree.check(&[]).stdout;
    insta::assert_snapshot!(text[..text.find("verdict:").expect("there is a verdict")].trim_end(), @"
    warning[file-too-large]: `k8s/large.yaml` is too large to be read
    --> k8s/large.yaml
     = because: it has 22020541 bytes, and files of at most 16 MiB are read
    ");
}

#[test]
fn a_quote_without_an_end_shows_where_the_document_ends() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    tree.write(
        "k8s/open.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"open\ndata: {}\n---\n",
    );
    assert!(tree.check(&[]).stdout.contains("--- the document ends here"), "{}", tree.check(&[]).stdout);
}

/// Objects with a key that stands twice.
fn many(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(text, "---\n{}", TWICE.replace("settings", &format!("settings-{number}")));
    }
    text
}

#[test]
fn repeats_in_one_file_are_named_by_line() {
    let tree = Tree::new(&[]);
    tree.write("many.yaml", many(30));
    let text = tree.check(&[]).stdout;
    assert_eq!(text.matches("\nerror[duplicate-key]: key").count() + 1, 4);
    let line = text.lines().find(|line| line.contains("more like this")).expect("the rest is named");
    assert_eq!(
        line,
        "error[duplicate-key]: 26 more like this in many.yaml: lines 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, \
         128 and 14 more"
    );
    assert!(text.contains("findings: 30 errors"));
    tree.write("many.yaml", many(5));
    assert!(!tree.check(&[]).stdout.contains("more like this"));
}

#[test]
fn notes_in_great_number_take_a_line_a_check_and_the_worst_is_last() {
    let tree = Tree::new(&[("seatrial.toml", "[severity]\nduplicate-key = \"info\"\n")]);
    for number in 0..6 {
        tree.write(&format!("k8s/{number}.yaml"), TWICE.replace("settings", &format!("s-{number}")));
    }
    tree.write("k8s/bad.yaml", "apiVersion: v1\nkind: configmap\nmetadata: {name: last}\n");
    let text = tree.check(&[]).stdout;
    assert!(text.starts_with("error[wrong-letter-case]: ConfigMap last"), "{text}");
    insta::assert_snapshot!(text[text.find("info[").expect("notes are named")..], @"
    info[duplicate-key]: key `level` stands twice in data of ConfigMap s-0 (k8s/0.yaml:7) and 5 more
    notes in one line a check; `--show info` shows them like the others

    verdict: will fail
      k8s/: will fail: ConfigMap last has the kind `configmap`, which no API server knows (k8s/bad.yaml:2)
    findings: 1 error, 6 info
    coverage: 0 of 1 directory judged in full for Kubernetes 1.36
      not judged: k8s/bad.yaml: its kind is written in the wrong letter case
    next: `seatrial explain wrong-letter-case` says more about a check
      `# seatrial: ignore[wrong-letter-case] reason` on its line or the one above accepts a finding
    ");
    let text = tree.check(&["--show", "info"]).stdout;
    assert_eq!(text.matches("info[duplicate-key]: key").count(), 6);
    let (notes, error) = (text.rfind("\ninfo["), text.find("\nerror["));
    assert!(notes < error, "{text}");
    let text = tree.check(&["--show", "error", "--quiet"]).stdout;
    assert_eq!(text.matches(" --> ").count(), 1, "{text}");
    assert!(text.contains("and 5 more"), "the rest is counted even then: {text}");
}

#[test]
fn the_same_in_many_files_takes_a_line_each() {
    let tree = Tree::new(&[]);
    for number in 0..30 {
        tree.write(&format!("k8s/{number:02}.yaml"), TWICE.replace("settings", &format!("s-{number}")));
    }
    let text = tree.check(&[]).stdout;
    assert_eq!(text.matches(" --> ").count(), 5, "{text}");
    assert_eq!(tree.check(&["--show", "error"]).stdout.matches(" --> ").count(), 30);
    insta::assert_snapshot!(text[text.find("error[duplicate-key]: 25").expect("the rest is named")..], @"
    error[duplicate-key]: 25 more like this in other files
      k8s/05.yaml:7: key `level` stands twice in data of ConfigMap s-5
      k8s/06.yaml:7: key `level` stands twice in data of ConfigMap s-6
      k8s/07.yaml:7: key `level` stands twice in data of ConfigMap s-7
      k8s/08.yaml:7: key `level` stands twice in data of ConfigMap s-8
      k8s/09.yaml:7: key `level` stands twice in data of ConfigMap s-9
      k8s/10.yaml:7: key `level` stands twice in data of ConfigMap s-10
      k8s/11.yaml:7: key `level` stands twice in data of ConfigMap s-11
      k8s/12.yaml:7: key `level` stands twice in data of ConfigMap s-12
      k8s/13.yaml:7: key `level` stands twice in data of ConfigMap s-13
      k8s/14.yaml:7: key `level` stands twice in data of ConfigMap s-14
      k8s/15.yaml:7: key `level` stands twice in data of ConfigMap s-15
      k8s/16.yaml:7: key `level` stands twice in data of ConfigMap s-16
      and 13 more

    verdict: will fail
      k8s/: will fail: key `level` stands twice in data of ConfigMap s-0 (k8s/00.yaml:7) and 29 more
    findings: 30 errors
    coverage: 1 of 1 directory judged for Kubernetes 1.36
    next: `seatrial explain duplicate-key` says more about a check
      `--write-baseline FILE` accepts what is there today, `--baseline FILE` then shows what is new
    ");
}

#[test]
fn a_narrow_terminal_gets_short_lines() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let words = ["check", "--today", "2026-11-21"];
    let text = run_with(tree.path(), &words, b"", &[("COLUMNS", "60")]).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    let wide = run_with(tree.path(), &words, b"", &[("COLUMNS", "nonsense")]).stdout;
    assert_eq!(wide, tree.check(&[]).stdout);
}

#[test]
fn paths_are_those_of_the_directory_the_reader_is_in() {
    let tree = Tree::new(&[("seatrial.toml", ""), ("apps/web/settings.yaml", TWICE)]);
    tree.write("other/place/here.txt", "");
    let from = |directory: &str, words: &[&str]| {
        run(&tree.path().join(directory), &[&["check"], words].concat(), b"").stdout
    };
    assert!(from("apps", &["."]).contains(" --> web/settings.yaml:7:3\n"));
    assert!(from("apps/web", &["../.."]).contains(" --> settings.yaml:7:3\n"));
    assert!(from("other/place", &["../.."]).contains(" --> ../../apps/web/settings.yaml:7:3\n"));
    let report = from("apps", &[".", "--format", "json"]);
    assert!(report.contains("\"apps/web/settings.yaml\""), "reports start at the top: {report}");
    let outside = tree.path().parent().expect("it lies in a directory");
    let name = tree.path().file_name().and_then(|it| it.to_str()).expect("it has a name");
    let text = run(outside, &["check", name], b"").stdout;
    assert!(text.contains(&format!(" --> {name}/apps/web/settings.yaml:7:3\n")), "{text}");
}

#[test]
fn workloads_that_fail_for_one_reason_share_a_line() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {password: no-base64!}\n";
    let tree = Tree::new(&[("k8s/secret.yaml", secret)]);
    let image = "image: registry.example.com/web:1.2.3\n";
    let from = format!("{image}          envFrom: [{{secretRef: {{name: db}}}}]\n");
    for name in ["a", "b", "c", "d"] {
        let text = SOUND.replace(image, &from).replace("name: web", &format!("name: {name}"));
        tree.write(&format!("k8s/{name}.yaml"), text.replace("app: web", &format!("app: {name}")));
    }
    insta::assert_snapshot!(ending(&tree.check(&[]).stdout), @"
    verdict: will fail
      Deployment a, Deployment b, Deployment c and 1 more in k8s/: will fail: key password of Secret db is not base64 (k8s/secret.yaml:4)
    findings: 1 error
    coverage: 1 of 1 directory judged for Kubernetes 1.36
    next: `seatrial explain invalid-secret-data` says more about a check
      `# seatrial: ignore[invalid-secret-data] reason` on its line or the one above accepts a finding
    ");
}

#[test]
fn the_same_often_in_many_files_is_folded_whole() {
    let tree = Tree::new(&[]);
    for number in 0..8 {
        tree.write(&format!("k8s/{number}.yaml"), many(6));
    }
    let text = tree.check(&[]).stdout;
    assert_eq!(text.matches(" --> ").count(), 5, "{text}");
    assert!(text.contains("error[duplicate-key]: 2 more like this in k8s/0.yaml: lines "), "{text}");
    assert!(text.contains("\nerror[duplicate-key]: 41 more like this in 7 files\n"), "{text}");
    assert!(text.contains("\n  and 29 more\n"), "{text}");
    assert_eq!(text.matches("more like this").count(), 2, "{text}");
}

#[test]
fn the_file_that_was_judged_is_named_from_the_current_directory() {
    let tree = Tree::new(&[("seatrial.toml", ""), ("k8s/prod/a.yaml", SOUND)]);
    let text = run(&tree.path().join("k8s"), &["check", "prod/a.yaml"], b"").stdout;
    assert!(text.contains("coverage: prod/a.yaml judged for Kubernetes"), "{text}");
}

#[test]
fn a_reason_does_not_name_its_workload_twice() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: \"Acme/Web:1\"}]}\n";
    let tree = Tree::new(&[("k8s/web.yaml", pod)]);
    let reason = "\n  will fail: the image `Acme/Web:1` of container a of Pod web cannot be read";
    let done = tree.check(&[]).stdout;
    assert!(done.contains(reason) && !done.contains("Pod web in k8s/"), "{done}");
}
