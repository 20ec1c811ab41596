use seatrial_source::{Span, TreePath};

use super::*;
use crate::{CheckInfo, Level as CheckLevel, Place, RelatedPlace, Role, Strictness};

static CHECK: CheckInfo = CheckInfo {
    id: "missing-secret-key",
    title: "A key of a Secret is read that it does not have",
    severity: Severity::Error,
    level: CheckLevel::Bundle,
    strictness: Strictness::Default,
    families: &[],
    page: "",
};

fn place(sources: &SourceMap, path: &str, needle: &str) -> Place {
    let file = sources.find(&TreePath::new(path)).expect("the file was added");
    let start = sources.file(file).text().find(needle).expect("the text is there") as u32;
    let span = Span::new(file, start, start + needle.len() as u32);
    let (start, end) = sources.positions(span);
    Place { span, path: TreePath::new(path), start, end }
}

fn sample(primary: Place) -> Finding {
    Finding {
        id: "0".repeat(16),
        check: &CHECK,
        severity: Severity::Error,
        message: "Secret db has no key `PASSWORD`".to_owned(),
        help: None,
        object: None,
        field: String::new(),
        units: Vec::new(),
        primary,
        rendered: None,
        related: Vec::new(),
        derivation: Vec::new(),
        latent: false,
        fix: None,
    }
}

#[test]
fn lines_that_end_left_of_what_is_shown_are_left_out() {
    let mut sources = SourceMap::new();
    let filler = "a: 1, ".repeat(30);
    sources.add(
        TreePath::new("a.yaml"),
        format!("kind: Pod\nmetadata: {{}}\nspec: {{{filler}image: X}}\n...\n").into(),
    );
    let it = sample(place(&sources, "a.yaml", "X"));
    let style = Style { width: Some(80), ..Style::PLAIN };
    let text = finding(&it, &sources, &style);
    assert!(text.lines().all(|line| !line.ends_with("| ...")), "{text}");
    assert!(text.contains("image: X"), "{text}");
    let end = finding(&sample(place(&sources, "a.yaml", "...")), &sources, &style);
    assert!(end.contains("4 | ...\n"), "{end}");
}

#[test]
fn places_in_two_files_are_shown_with_reasons_and_help() {
    let mut sources = SourceMap::new();
    let api = "kind: Deployment\nenv:\n- valueFrom:\n    secretKeyRef:\n      name: db\n      key: PASSWORD\n# end\n";
    sources.add(TreePath::new("k8s/api.yaml"), api.into());
    sources.add(TreePath::new("k8s/db.yaml"), "kind: Secret\ndata:\n  password: ******\n".into());
    let label = |needle: &str, path: &str, label: &str| RelatedPlace {
        place: place(&sources, path, needle),
        label: label.to_owned(),
        role: Role::Definition,
    };
    let mut it = sample(place(&sources, "k8s/api.yaml", "PASSWORD"));
    it.field = "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.key".to_owned();
    it.related = vec![label("data", "k8s/db.yaml", "its keys"), label("db", "k8s/api.yaml", "the Secret")];
    it.derivation = vec!["the only key of Secret db is `password`".to_owned()];
    it.help = Some("write `password`".to_owned());
    it.units = vec!["manifests:k8s".to_owned()];
    insta::assert_snapshot!(finding(&it, &sources, &Style::PLAIN), @"
    error[missing-secret-key]: Secret db has no key `PASSWORD`
     --> k8s/api.yaml:6:12
      |
    4 |     secretKeyRef:
    5 |       name: db
      |             -- the Secret
    6 |       key: PASSWORD
      |            ^^^^^^^^ ...spec.containers[0].env[0].valueFrom.secretKeyRef.key
    7 | # end
      |
     ::: k8s/db.yaml:2:1
      |
    2 | data:
      | ---- its keys
      |
      = because: the only key of Secret db is `password`
      = help: write `password`
      = in: manifests:k8s
    ");
}

#[test]
fn a_hostile_line_steers_nothing_and_is_cut() {
    let mut sources = SourceMap::new();
    let text = format!("{}##[add-mask]\u{1b}[2J\u{9b}31m\u{202e}MARK{}\n", "x".repeat(500), "y".repeat(5000));
    sources.add(TreePath::new("a\u{1b}]0;.yaml"), text.into());
    let mut it = sample(place(&sources, "a\u{1b}]0;.yaml", "MARK"));
    it.message = "a\u{7}b".to_owned();
    let shown = finding(&it, &sources, &Style::PLAIN);
    assert!(!shown.chars().any(|character| character != '\n' && is_unsafe(character)), "{shown:?}");
    assert!(shown.contains(":1:522"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 120), "{shown}");
    assert!(shown.contains("MARK") && !shown.contains("##["));
}

#[test]
fn a_place_at_the_end_of_a_file_is_shown() {
    let mut sources = SourceMap::new();
    let file = sources.add(TreePath::new("a.yaml"), "kind: X\n".into());
    let span = Span::new(file, 8, 8);
    let (start, end) = sources.positions(span);
    let it = sample(Place { span, path: TreePath::new("a.yaml"), start, end });
    assert!(finding(&it, &sources, &Style::PLAIN).contains("a.yaml:2:1"));
    let mut empty = SourceMap::new();
    let file = empty.add(TreePath::new("b.yaml"), "".into());
    let span = Span::new(file, 0, 0);
    let (start, end) = empty.positions(span);
    let it = sample(Place { span, path: TreePath::new("b.yaml"), start, end });
    insta::assert_snapshot!(finding(&it, &empty, &Style::PLAIN), @"
    error[missing-secret-key]: Secret db has no key `PASSWORD`
    --> b.yaml
    ");
}

#[test]
fn a_narrow_terminal_gets_short_lines() {
    let mut sources = SourceMap::new();
    let line = format!("{}TARGET{}\n", "left ".repeat(30), " right".repeat(30));
    sources.add(TreePath::new("k8s/api.yaml"), format!("kind: X\n{line}").into());
    let mut it = sample(place(&sources, "k8s/api.yaml", "TARGET"));
    it.message = "a message that is much too long for a terminal of forty columns".to_owned();
    it.help = Some("so it is written in several lines, and each of them fits".to_owned());
    it.field = "spec.template.spec.containers[0].image".to_owned();
    let style = Style { width: Some(50), base: Base::Inside(TreePath::new("k8s/over")), ..Style::PLAIN };
    insta::assert_snapshot!(finding(&it, &sources, &style), @"
    error[missing-secret-key]: a message that is much
        too long for a terminal of forty columns
     --> ../api.yaml:2:151
      |
    1 | kind: X
    2 | ...t left left TARGET right right right r...
      |                ^^^^^^ ...containers[0].image
      |
      = help: so it is written in several lines, and
          each of them fits
    ");
}

#[test]
fn colour_changes_no_letter() {
    let mut sources = SourceMap::new();
    sources.add(TreePath::new("a.yaml"), "kind: X\nname: y\n".into());
    let mut it = sample(place(&sources, "a.yaml", "y"));
    it.help = Some("write `z`".to_owned());
    let colored = finding(&it, &sources, &Style { color: true, ..Style::PLAIN });
    assert_eq!(visible(&colored), finding(&it, &sources, &Style::PLAIN));
}
