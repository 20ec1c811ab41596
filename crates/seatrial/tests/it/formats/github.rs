//! Workflow commands of GitHub Actions.

use crate::support::{TWICE, Tree};

#[test]
fn every_line_is_a_command_and_the_count_is_among_them() {
    let tree = Tree::new(&[("seatrial.toml", "[severity]\nduplicate-key = \"info\"\n")]);
    for number in 0..12 {
        tree.write(&format!("k8s/{number:02}.yaml"), TWICE.replace("settings", &format!("s-{number}")));
    }
    tree.write("k8s/zzz.yaml", "apiVersion: v1\nkind: configmap\nmetadata: {name: last}\n");
    let text = tree.check(&["--format", "github"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("::error file=k8s/zzz.yaml,line=2,endLine=2,col=7,endColumn=16,title="));
    assert_eq!(
        lines[1],
        "::notice title=Seatrial::will fail: 1 error, 12 notes; 3 of them stand in the log only, as 10 of a kind are \
         annotated; 0 of 1 unit judged in full"
    );
    assert_eq!(lines.len(), 14);
    assert!(lines[2..].iter().all(|line| line.starts_with("::notice file=k8s/")), "{text}");
}

#[cfg(unix)]
#[test]
fn a_hostile_tree_gives_no_command_of_its_own() {
    let tree = Tree::new(&[]);
    tree.write("k8s/a\n::error::b,line=9.yaml", TWICE.replace("settings", "\"x\\n::stop-commands::y\""));
    let text = tree.check(&["--format", "github"]).stdout;
    for line in text.lines() {
        let named = ["::error file=", "::warning file=", "::notice file=", "::notice title=Seatrial::"];
        assert!(named.iter().any(|it| line.starts_with(it)), "{text}");
    }
    assert!(!text.contains(",line=9"), "{text}");
}
