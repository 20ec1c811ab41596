//! Arguments, exit codes, and what is said when the job cannot be done.

use crate::support::{SOUND, TWICE, Tree, run};

#[test]
fn a_sound_tree_is_ready() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    let done = tree.check(&[]);
    assert_eq!(done.code, 0, "{}", done.stdout);
    insta::assert_snapshot!(done.stdout, @"
    verdict: ready
    findings: none
    coverage: 1 of 1 directory judged for Kubernetes 1.36
    next: `--select default,strict` gives advice beyond what fails
    ");
    assert_eq!(done.stderr, "");
}

#[test]
fn an_error_is_shown_on_its_line_and_exits_with_1() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let done = tree.check(&[]);
    assert_eq!(done.code, 1);
    insta::assert_snapshot!(done.stdout, @"
    error[duplicate-key]: key `level` stands twice in data of ConfigMap settings
     --> k8s/settings.yaml:7:3
      |
    5 | data:
    6 |   level: info
      |   ----- the first one, which is lost
    7 |   level: debug
      |   ^^^^^
      |
      = help: keep one of the two, with everything that belongs to it

    verdict: will fail
      k8s/: will fail: key `level` stands twice in data of ConfigMap settings (k8s/settings.yaml:7)
    findings: 1 error
    coverage: 1 of 1 directory judged for Kubernetes 1.36
    next: `seatrial explain duplicate-key` says more about a check
      `# seatrial: ignore[duplicate-key] reason` on its line or the one above accepts a finding
    ");
}

#[test]
fn the_bar_decides_the_exit_code() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let code = |bar: &str| tree.check(&["--fail-on", bar]).code;
    assert_eq!([code("never"), code("error"), code("warning"), code("info")], [0, 1, 1, 1]);
    tree.write("seatrial.toml", "[severity]\nduplicate-key = \"warning\"\n");
    assert_eq!([code("never"), code("error"), code("warning"), code("info")], [0, 0, 1, 1]);
}

#[test]
fn a_path_without_kubernetes_could_not_be_judged() {
    let tree = Tree::new(&[("README.md", "# Nothing\n")]);
    let done = tree.check(&[]);
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"
    error: this directory holds no Kubernetes file
    hint: name the directory with the manifests, or pass --allow-empty
    ");
    assert_eq!(tree.check(&["--allow-empty"]).code, 0);
}

#[test]
fn mistakes_are_told_in_plain_sentences() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    let said = |words: &[&str]| {
        let done = tree.check(words);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{words:?}");
        done.stderr
    };
    insta::assert_snapshot!(said(&["absent"]), @"
    error: `absent` does not exist
    hint: name a file or a directory that holds manifests
    ");
    insta::assert_snapshot!(said(&["--kube-version", "latest"]), @"
    error: `latest` is no Kubernetes version
    hint: write it as `1.36`
    ");
    insta::assert_snapshot!(said(&["--kube-version", "1.50"]), @"
    error: Kubernetes 1.50 is not known
    hint: 1.16 to 1.37 are
    ");
    insta::assert_snapshot!(said(&["--unit", "helm:*"]), @"
    error: no unit is called `helm:*`
    hint: without --unit, `--format json` lists them all under `units`
    ");
    insta::assert_snapshot!(said(&["--unit", "["]), @"error: --unit `[` is no glob: unclosed character class; missing ']'");
    insta::assert_snapshot!(said(&["--root", "k8s"]), @"
    error: `.` lies outside `k8s`
    hint: give --root a directory that holds the path
    ");
    insta::assert_snapshot!(said(&["--output", "no/such/directory/a.json"]), @"error: `no/such/directory/a.json` cannot be written: there is no directory `no/such/directory`");
}

#[test]
fn a_wrong_configuration_stops_the_run_with_its_lines() {
    let tree = Tree::new(&[
        ("k8s/web.yaml", SOUND),
        ("seatrial.toml", "[taget]\n\n[severity]\nduplicate-keys = \"info\"\n"),
    ]);
    let done = tree.check(&[]);
    assert_eq!(done.code, 2);
    insta::assert_snapshot!(done.stderr, @"
    error: seatrial.toml:1: unknown key `taget`; did you mean `target`?
    error: seatrial.toml:4: no check is called `duplicate-keys`; did you mean `duplicate-key`?
    ");
}

#[test]
fn accepted_findings_are_counted_and_unused_entries_told() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let entry =
        "[[ignore]]\ncheck = \"duplicate-key\"\nobject = \"ConfigMap/settings\"\nreason = \"known\"\n";
    tree.write("seatrial.toml", entry.replace("object", "path").replace("ConfigMap/settings", "k8s/*"));
    let done = tree.check(&["--format", "json"]);
    assert_eq!((done.code, &done.json()["summary"]["suppressed"]), (0, &1.into()), "{}", done.stdout);
    tree.write(
        "seatrial.toml",
        "[[ignore]]\ncheck = \"duplicate-key\"\npath = \"other/*\"\nreason = \"known\"\n",
    );
    assert_eq!(tree.check(&["--format", "json"]).checks(), ["duplicate-key", "unused-ignore"]);
    tree.write(
        "seatrial.toml",
        "[[ignore]]\ncheck = \"duplicate-key\"\nreason = \"known\"\nexpires = 2026-11-20\n",
    );
    assert_eq!(tree.check(&["--format", "json"]).checks(), ["duplicate-key", "expired-ignore"]);
}

#[test]
fn a_comment_accepts_the_line_below() {
    let tree = Tree::new(&[]);
    let line = "  level: debug\n";
    tree.write(
        "a.yaml",
        TWICE.replace(line, &format!("  # seatrial: ignore[duplicate-key] on purpose\n{line}")),
    );
    let done = tree.check(&["--format", "json"]);
    assert_eq!(
        (done.checks().len(), &done.json()["summary"]["suppressed"]),
        (0, &1.into()),
        "{}",
        done.stdout
    );
    for (comment, words) in [
        ("ignore[duplicate-keys] known", "did you mean `duplicate-key`?"),
        ("ignore[duplicate-key]", "write it as `# seatrial: ignore[check-id] reason`"),
        ("ignore on purpose", "write it as `# seatrial: ignore[check-id] reason`"),
    ] {
        tree.write("a.yaml", TWICE.replace(line, &format!("  # seatrial: {comment}\n{line}")));
        let done = tree.check(&["--format", "json"]);
        assert_eq!(done.checks(), ["unused-ignore", "duplicate-key"], "{comment}");
        assert_eq!(done.json()["findings"][0]["help"], words, "{comment}");
    }
    tree.write("a.yaml", TWICE.replace(line, &format!("  #seatrial:ignore[duplicate-key] known\n{line}")));
    assert_eq!(tree.check(&["--format", "json"]).checks(), [""; 0]);
}

#[test]
fn manifests_are_read_from_stdin() {
    let tree = Tree::new(&[]);
    let done = run(tree.path(), &["check", "-", "--format", "json"], TWICE.as_bytes());
    assert_eq!((done.code, done.checks()), (1, vec!["duplicate-key".to_owned()]));
    assert_eq!(done.json()["findings"][0]["primary"]["path"], "stdin.yaml");
    for (broken, line) in [("metadata:\n  name: a\n spec: b\n", 3), ("foo: [1\n", 1)] {
        let done = run(tree.path(), &["check", "-", "--format", "json"], broken.as_bytes());
        assert_eq!((done.code, done.checks()), (1, vec!["invalid-yaml".to_owned()]), "{broken}");
        assert_eq!(done.json()["findings"][0]["primary"]["line"], line, "{broken}");
    }
    let template = run(tree.path(), &["check", "-"], b"{{ if .Values.a }}\na: {{ .Values.b }}\n{{ end }}\n");
    assert_eq!((template.code, template.stdout.as_str()), (2, ""));
    let empty = run(tree.path(), &["check", "-"], b"");
    assert_eq!((empty.code, empty.stderr.lines().next()), (2, Some("error: stdin holds no Kubernetes file")));
    let large = run(tree.path(), &["check", "-"], &vec![b'#'; (16 << 20) + 1]);
    assert_eq!((large.code, large.stderr.as_str()), (2, "error: stdin holds more than 16 MiB\n"));
}

#[test]
fn a_path_selects_the_units_that_are_reported() {
    let tree = Tree::new(&[("a/settings.yaml", TWICE), ("b/settings.yaml", TWICE), ("b/more.yaml", SOUND)]);
    let paths = |words: &[&str]| -> Vec<String> {
        let report = tree.check(&[words, &["--format", "json"]].concat()).json();
        let findings = report["findings"].as_array().expect("findings are a list").clone();
        findings.iter().map(|it| it["primary"]["path"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(paths(&[]), ["a/settings.yaml", "b/settings.yaml"]);
    assert_eq!(paths(&["b", "--root", "."]), ["b/settings.yaml"]);
    assert_eq!(paths(&["b"]), ["settings.yaml"]);
    assert_eq!(paths(&["--unit", "manifests:a"]), ["a/settings.yaml"]);
    assert_eq!(paths(&["--unit", "manifests:*"]), ["a/settings.yaml", "b/settings.yaml"]);
}

#[test]
fn reports_go_to_files_beside_stdout_or_instead_of_it() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let beside = tree.check(&["--output", "json=a.json"]);
    assert!(beside.stdout.contains("verdict:"));
    let instead = tree.check(&["--format", "json", "--output", "b.json"]);
    assert_eq!((instead.code, instead.stdout.as_str()), (1, ""));
    let read = |name: &str| std::fs::read_to_string(tree.path().join(name)).expect("it was written");
    assert_eq!(read("a.json"), read("b.json"));
}

#[test]
fn colour_is_given_on_request_only() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    assert!(!tree.check(&[]).stdout.contains('\u{1b}'));
    assert!(tree.check(&["--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!tree.check(&["--color", "never"]).stdout.contains('\u{1b}'));
}

#[test]
fn quiet_prints_findings_only() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    let done = tree.check(&["--quiet"]);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_check_is_explained_and_a_slip_is_recognised() {
    let tree = Tree::new(&[]);
    let page = run(tree.path(), &["explain", "unused-ignore"], b"");
    assert_eq!(page.code, 0);
    assert!(
        page.stdout
            .starts_with("unused-ignore (info, looks at one repository, on by default)\n\nAn `ignore`")
    );
    let list = run(tree.path(), &["explain"], b"");
    assert!(list.stdout.lines().count() > 5 && list.stdout.contains("duplicate-key "));
    let listed = run(tree.path(), &["explain", "--format", "json"], b"").json();
    assert_eq!((&listed["version"], &listed["checks"][0]["page"]), (&1.into(), &serde_json::Value::Null));
    let one = run(tree.path(), &["explain", "duplicate-key", "--format", "json"], b"").json();
    assert_eq!(
        (&one["checks"][0]["id"], &one["checks"][1]),
        (&"duplicate-key".into(), &serde_json::Value::Null)
    );
    assert!(one["checks"][0]["page"].as_str().is_some_and(|page| page.contains("## Why")));
    let slip = run(tree.path(), &["explain", "duplicat-key"], b"");
    assert_eq!(slip.code, 2);
    insta::assert_snapshot!(slip.stderr, @"
    error: no check is called `duplicat-key`
    hint: did you mean `duplicate-key`?
    ");
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    use std::process::{Command, Stdio};
    let tree = Tree::new(&[]);
    for number in 0..300 {
        tree.write(&format!("k8s/{number}.yaml"), TWICE);
    }
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("seatrial"))
        .args(["check"])
        .current_dir(tree.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned()),
        (Some(1), String::new())
    );
}

#[test]
fn a_glob_or_a_group_is_explained_by_its_checks() {
    let tree = Tree::new(&[]);
    let ids = |word: &str| -> Vec<String> {
        let list = run(tree.path(), &["explain", word, "--format", "json"], b"").json();
        let checks = list["checks"].as_array().expect("checks are a list").iter();
        checks.map(|it| it["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let missing = ids("missing-*");
    assert!(missing.len() > 2 && missing.iter().all(|id| id.starts_with("missing-")), "{missing:?}");
    let (default, strict, all) = (ids("default"), ids("strict"), ids("*"));
    assert_eq!(default.len() + strict.len(), all.len());
    assert!(
        strict.contains(&"missing-memory-limit".to_owned()) && !strict.contains(&"duplicate-key".to_owned())
    );
    let none = run(tree.path(), &["explain", "zzz-*"], b"");
    assert!(none.code == 2 && none.stderr.contains("no check is called `zzz-*`"), "{}", none.stderr);
}

#[test]
fn a_version_of_a_vendor_counts_as_its_minor_and_charts_see_it_whole() {
    let template = "{{ if not (contains \"-eks-\" .Capabilities.KubeVersion.Version) }}{{ fail \"elsewhere\" }}{{ end }}\n\
                    apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let tree = Tree::new(&[
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/templates/a.yaml", template),
    ]);
    let check = |version: &str| {
        let done = run(tree.path(), &["check", "--kube-version", version, "--format", "json"], b"");
        let report = done.json();
        (report["target"]["kubernetes"].clone(), done.stdout.contains("elsewhere"))
    };
    assert_eq!(check("v1.30.4-eks-a18cd3a"), ("1.30".into(), false));
    assert_eq!(check("1.30+"), ("1.30".into(), true));
}

#[test]
fn a_version_gives_way_to_one_that_the_target_serves() {
    let help = |target: &str, version: &str| {
        let ingress = format!("apiVersion: {version}\nkind: Ingress\nmetadata: {{name: a}}\n");
        let tree = Tree::new(&[("a.yaml", ingress.as_str())]);
        let select = "deprecated-version,unserved-version";
        let args = ["check", "--kube-version", target, "--select", select, "--format", "json"];
        run(tree.path(), &args, b"").json()["findings"][0]["help"].clone()
    };
    assert_eq!(help("1.16", "extensions/v1beta1"), "write it for `networking.k8s.io/v1beta1`");
    assert_eq!(help("1.21", "extensions/v1beta1"), "write it for `networking.k8s.io/v1`");
    let sooner = "write it for `networking.k8s.io/v1beta1`, whose fields may differ";
    assert_eq!(help("1.18", "networking.k8s.io/v1"), sooner);
}

#[test]
fn render_imitates_the_kustomize_that_is_asked_for() {
    let tree = Tree::new(&[
        ("kustomization.yaml", "namePrefix: shop-\nresources: [policy.yaml]\n"),
        (
            "policy.yaml",
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: tags}\n---\n\
             apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: tags}\n\
             spec: {policyName: tags}\n",
        ),
    ]);
    let render = |version: &str| run(tree.path(), &["render", "--kustomize-version", version], b"");
    assert!(render("5.0").stdout.contains("policyName: tags\n"));
    assert!(render("v5.6.0").stdout.contains("policyName: shop-tags\n"));
    let refused = render("4.5");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("known are 5.0, 5.6, 5.8"), "{}", refused.stderr);
}

#[test]
fn render_refuses_what_has_no_effect_there() {
    let overlay = ("overlay/kustomization.yaml", "resources: [web.yaml]\n");
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    let tree = Tree::new(&[overlay, ("overlay/web.yaml", SOUND), chart, ("chart/templates/a.yaml", SOUND)]);
    let told = |words: &[&str]| {
        let done = run(tree.path(), &[&["render", "-q"], words].concat(), b"");
        (done.code, done.stderr)
    };
    let refused = |title: &str, flag: &str, other: &str| {
        (2, format!("error: {title} has no {flag}\nhint: {flag} is for {other}\n"))
    };
    assert_eq!(told(&["overlay", "--set", "a=b"]), refused("a kustomization", "--set", "a chart"));
    assert_eq!(
        told(&["overlay", "-n", "shop"]),
        refused("a kustomization", "--namespace", "a chart and a directory with units")
    );
    assert_eq!(
        told(&[".", "--show-only", "templates/a.yaml"]),
        refused("a directory with units", "--show-only", "a chart")
    );
    assert_eq!(told(&["chart", "--unit", "a"]), refused("a chart", "--unit", "a directory with units"));
    assert_eq!(told(&["chart", "--reorder", "none"]), refused("a chart", "--reorder", "a kustomization"));
    for words in [&["chart", "--set", "a=b"][..], &["overlay", "--enable-helm"], &[".", "--unit", "helm:*"]] {
        assert_eq!(told(words), (0, String::new()), "{words:?}");
    }
    let unknown = "error: no unit is called `zzz`\nhint: known are `helm:chart`, `kustomize:overlay`\n";
    assert_eq!(told(&[".", "--unit", "zzz"]), (2, unknown.to_owned()));
}

#[test]
fn an_overlay_that_flux_deploys_is_held_against_its_sibling() {
    let kustomization = "namespace: shop-staging\nresources: [../../base]\n";
    let applied = |environment: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
             metadata: {{name: shop, namespace: flux-system}}\n\
             spec:\n  path: ./overlays/{environment}\n  interval: 10m\n  prune: true\n  \
             sourceRef: {{kind: GitRepository, name: flux-system}}\n"
        )
    };
    let tree = Tree::new(&[
        ("base/kustomization.yaml", "resources: [config.yaml]\n"),
        ("base/config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {a: b}\n"),
        ("overlays/production/kustomization.yaml", kustomization),
        ("overlays/staging/kustomization.yaml", kustomization),
        ("clusters/production/shop.yaml", &applied("production")),
        ("clusters/staging/shop.yaml", &applied("staging")),
    ]);
    let run = tree.check(&["--select", "value-of-other-environment", "--fail-on", "never"]);
    assert!(run.stdout.contains("--> overlays/production/kustomization.yaml:1:12"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("warning[").count(), 1, "{}", run.stdout);
}

#[test]
fn a_file_outside_git_has_its_neighbours_and_nothing_below() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: web}}\nspec: {containers: [{name: a, image: 'b:1'}]}\n";
    let words = ["service.yaml", "--select", "service-selects-nothing", "--format", "json"];
    let beside = Tree::new(&[("service.yaml", service), ("pod.yaml", pod)]);
    assert!(beside.check(&words).checks().is_empty());
    let below = Tree::new(&[("service.yaml", service), ("other/pod.yaml", pod)]);
    assert_eq!(below.check(&words).checks(), ["service-selects-nothing"]);
    // What is built of a file, or configured, is a tree.
    let stated = Tree::new(&[("service.yaml", service), ("other/pod.yaml", pod), ("seatrial.toml", "")]);
    assert!(stated.check(&words).checks().is_empty());
}

#[test]
fn a_file_outside_git_has_what_its_objects_deploy() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
                spec: {interval: 1m, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: deployed, namespace: a}\n";
    let tree = Tree::new(&[("ks.yaml", flux), ("apps/map.yaml", map)]);
    let done = run(tree.path(), &["render", "ks.yaml"], b"");
    assert!(done.stdout.contains("name: deployed"), "{}{}", done.stdout, done.stderr);
}

#[test]
fn a_file_that_is_named_is_rendered_alone() {
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    let tree = Tree::new(&[("a/one.yaml", &map("one")), ("a/two.yaml", &map("two"))]);
    let done = run(tree.path(), &["render", "a/two.yaml"], b"");
    assert_eq!((done.code, &*done.stdout), (0, &*format!("---\n{}", map("two"))));
}

#[test]
fn templates_of_a_chart_lead_to_the_chart() {
    let tree = Tree::new(&[
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
    ]);
    for (words, chart) in [
        (["check", "web/templates"], "`seatrial check web`"),
        (["check", "web/templates/a.yaml"], "`seatrial check web`"),
        (["render", "web/templates/a.yaml"], "`seatrial render web`"),
    ] {
        let done = run(tree.path(), &words, b"");
        assert_eq!(done.code, 2, "{words:?}");
        assert!(done.stderr.contains(&format!("hint: {chart} is for the whole chart")), "{}", done.stderr);
    }
    assert_eq!(run(tree.path(), &["check", "web"], b"").code, 0);
}
