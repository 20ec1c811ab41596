//! What programs read besides the JSON report: each format is held against
//! what its readers accept.

mod github;
mod junit;
mod markdown;
mod sarif;

use crate::support::{SOUND, TWICE, Tree, run};

/// Every word that `--format` takes.
pub(crate) const FORMATS: [&str; 6] = ["terminal", "json", "sarif", "junit", "markdown", "github"];

#[test]
fn two_runs_print_the_same_bytes() {
    let tree = Tree::new(&[("web/web.yaml", SOUND), ("seatrial.toml", "")]);
    for number in 0..20 {
        tree.write(&format!("many/{number}.yaml"), TWICE.replace("settings", &format!("settings-{number}")));
    }
    for format in FORMATS {
        let first = tree.check(&["--format", format]);
        assert_eq!((first.code, first.stderr.as_str()), (1, ""), "{format}");
        assert_eq!(first.stdout, tree.check(&["--format", format]).stdout, "{format}");
    }
}

#[test]
fn stdin_is_read_for_every_format() {
    let tree = Tree::new(&[]);
    for format in FORMATS {
        let done = run(tree.path(), &["check", "-", "--format", format], TWICE.as_bytes());
        assert_eq!(done.code, 1, "{format}: {}", done.stderr);
        assert!(done.stdout.contains("stdin.yaml"), "{format}: {}", done.stdout);
    }
}

#[test]
fn several_documents_are_written_at_once() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let words = ["--output", "sarif=a.sarif", "--output", "json=b.json", "--output", "./c=d"];
    let done = tree.check(&words);
    let written = |name: &str| std::fs::read_to_string(tree.path().join(name)).expect("it was written");
    assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{}", done.stderr);
    assert_eq!(written("a.sarif"), tree.check(&["--format", "sarif"]).stdout);
    assert_eq!(written("b.json"), tree.check(&["--format", "json"]).stdout);
    assert_eq!(written("c=d"), tree.check(&[]).stdout);
    let both = tree.check(&["--format", "github", "--output", "junit=e.xml"]);
    assert_eq!(both.stdout, tree.check(&["--format", "github"]).stdout);
    assert!(written("e.xml").starts_with("<?xml"));
    assert_eq!(tree.check(&["--output", "-", "--format", "json"]).stdout, written("b.json"));
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE)]);
    let said = |words: &[&str]| {
        let done = tree.check(words);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{words:?}");
        assert!(!tree.path().join("a.json").exists());
        done.stderr
    };
    insta::assert_snapshot!(said(&["--output", "json=a.json", "--output", "sarif=no/such/b"]), @"error: `no/such/b` cannot be written: there is no directory `no/such`");
    insta::assert_snapshot!(said(&["--output", "json=a.json", "--output", "sarif=a.json"]), @"
    error: `a.json` would be written twice
    hint: give every --output a file of its own
    ");
    insta::assert_snapshot!(said(&["--output", "json=-"]), @"
    error: stdout would be written twice
    hint: choose what it gets with --format, and give every --output a file
    ");
    insta::assert_snapshot!(said(&["--output", "k8s"]), @"
    error: `k8s` is a directory
    hint: --output takes the name of a file
    ");
}

#[test]
fn statistics_are_said_on_stderr_and_change_no_report() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", SOUND)]);
    let done = tree.check(&["--stats", "--format", "json"]);
    assert_eq!(done.stdout, tree.check(&["--format", "json"]).stdout);
    let value = |name: &str| {
        let line = done.stderr.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        line.and_then(|it| it.split_whitespace().nth(1)).expect("it is told").to_owned()
    };
    let told = ["files", "documents", "objects", "units", "findings", "duplicate-key"].map(value);
    assert_eq!(told, ["2", "3", "3", "1", "1", "1"]);
    assert_eq!(value("bytes"), (TWICE.len() + SOUND.len()).to_string());
    assert!(done.stderr.lines().last().is_some_and(|it| it.starts_with("total") && it.ends_with(" ms")));
}

#[test]
fn one_file_is_recognised_by_all_its_names() {
    let tree = Tree::new(&[("a.yaml", SOUND), ("deep/keep.txt", "")]);
    let outputs =
        |second: &str| tree.check(&["--output", "json=o.json", "--output", &format!("sarif={second}")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("o.json", tree.path().join("link.json")).expect("a link can be made");
    for second in [
        "./o.json",
        "deep/../o.json",
        #[cfg(unix)]
        "link.json",
    ] {
        let run = outputs(second);
        assert_eq!(run.code, 2, "{second}: {}", run.stderr);
        assert!(run.stderr.contains("would be written twice"), "{second}: {}", run.stderr);
        assert!(!tree.path().join("o.json").exists(), "it is refused before anything is written");
    }
    assert_eq!(outputs("deep/o.json").code, 0);
}
