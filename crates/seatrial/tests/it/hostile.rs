//! Input that nobody should write: every run ends with a sentence.

use std::fmt::Write as _;
use std::fs;

use crate::support::{Run, SOUND, Tree};

/// The run ended by itself, and nothing panicked.
fn ended(done: &Run) -> &Run {
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    assert!([0, 1, 2].contains(&done.code));
    done
}

fn json(tree: &Tree) -> Run {
    let done = tree.check(&["--format", "json"]);
    ended(&done);
    done
}

#[test]
fn broken_yaml_is_a_finding_and_hides_nothing_else() {
    let tree = Tree::new(&[
        ("k8s/broken.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\ndata:\n  b: [\n"),
        ("k8s/web.yaml", SOUND),
    ]);
    let done = json(&tree);
    assert_eq!(done.code, 1, "{}", done.stdout);
    let report = done.json();
    assert_eq!(report["findings"][0]["primary"]["path"], "k8s/broken.yaml");
    assert_eq!(report["units"][0]["workloads"][0]["object"]["name"], "web");
}

#[test]
fn bytes_that_are_no_text_are_reported_not_read() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    tree.write("k8s/binary.yaml", [0x89, b'P', b'N', b'G', 0, 0xff, 0xfe, 1, 2, 3]);
    tree.write("k8s/nul.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\0b\n");
    tree.write("k8s/latin1.yaml", b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: caf\xe9\n");
    let done = json(&tree);
    let text = &done.stdout;
    for name in ["k8s/nul.yaml", "k8s/latin1.yaml"] {
        assert!(text.contains(name), "{name} is not mentioned: {text}");
    }
}

#[test]
fn deep_nesting_and_alias_bombs_end() {
    let tree = Tree::new(&[]);
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    tree.write("flow.yaml", format!("{head}data: {}", "[".repeat(200_000)));
    let block: Vec<String> = (0..5_000).map(|depth| format!("{}a:", " ".repeat(depth))).collect();
    tree.write("block.yaml", format!("{head}data:\n{}", block.join("\n")));
    let mut bomb = format!("{head}data:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..60 {
        let names = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "  a{level}: &a{level} [{names}]").expect("a string can be written");
    }
    tree.write("bomb.yaml", bomb);
    tree.write("cycle.yaml", format!("{head}data: &a\n  b: *a\n"));
    let started = std::time::Instant::now();
    json(&tree);
    assert!(started.elapsed().as_secs() < 30);
}

#[test]
fn a_huge_file_is_not_read() {
    let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
    let file = fs::File::create(tree.path().join("k8s/huge.yaml")).expect("the file can be made");
    file.set_len(100 << 20).expect("a sparse file can be long");
    let done = json(&tree);
    assert!(done.stdout.contains("k8s/huge.yaml"), "{}", done.stdout);
}

#[test]
fn an_empty_directory_is_nothing_to_judge() {
    let done = Tree::new(&[]).check(&[]);
    assert_eq!(ended(&done).code, 2);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let tree = Tree::new(&[]);
    let escape = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}";
    tree.write(
        "k8s/a.yaml",
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  k: x\n  k: y # {escape}\n"),
    );
    tree.write(
        "k8s/b.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"\\e[2Jx\"}\ndata:\n  k: x\n  k: y\n",
    );
    let done = tree.check(&[]);
    ended(&done);
    let steers = |character: char| character.is_control() && character != '\n' || character == '\u{202e}';
    assert!(!done.stdout.contains(steers) && !done.stderr.contains(steers), "{:?}", done.stdout);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_out_of_the_tree_are_not_followed() {
        let outside =
            Tree::new(&[("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: stolen-name}\n")]);
        let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
        symlink(outside.path().join("secret.yaml"), tree.path().join("k8s/link.yaml"))
            .expect("a link can be made");
        symlink(outside.path(), tree.path().join("k8s/more")).expect("a link can be made");
        symlink("..", tree.path().join("k8s/loop")).expect("a link can be made");
        let done = json(&tree);
        assert!(!done.stdout.contains("stolen-name"), "{}", done.stdout);
        assert!(done.stdout.contains("k8s/link.yaml"), "{}", done.stdout);
    }

    #[test]
    fn a_file_that_may_not_be_read_is_reported() {
        let tree = Tree::new(&[("k8s/web.yaml", SOUND), ("k8s/shut.yaml", SOUND)]);
        let shut = tree.path().join("k8s/shut.yaml");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).expect("permissions can be changed");
        if fs::read(&shut).is_ok() {
            return; // The super-user may read everything.
        }
        let done = json(&tree);
        assert!(done.stdout.contains("k8s/shut.yaml"), "{}", done.stdout);
    }
}
