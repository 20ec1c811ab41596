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
