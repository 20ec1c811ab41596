//! Markdown, for comments and job summaries.

use crate::examples::{NAMES, copied};
use crate::support::{TWICE, Tree, run};

#[test]
fn the_examples_fit_into_a_comment() {
    for name in NAMES {
        let words = ["check", "--today", "2026-01-01", "--format", "markdown"];
        let text = run(copied(name).path(), &words, b"").stdout;
        assert!(text.chars().count() <= 60_000, "{name}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{name}");
        assert!(text.starts_with("## :") && text.contains("\n| where | what | check |\n"), "{text}");
    }
}

#[test]
fn hostile_words_are_no_markup() {
    let tree = Tree::new(&[]);
    let name = "\"@octocat <img src=x> | [a](http://e.example) ``` </details>\"";
    tree.write("k8s/a`|]<b>.yaml", TWICE.replace("settings", name));
    let text = tree.check(&["--format", "markdown"]).stdout;
    let shown = text.replace("@\u{200B}", "");
    for markup in ["@octocat", " <img", "](http://e.", "```"] {
        assert!(!shown.contains(markup), "{markup}: {text}");
    }
    let lines = |tag: &str| text.lines().filter(|line| line.starts_with(tag)).count();
    assert_eq!(lines("<details>"), lines("</details>"), "{text}");
    assert!(text.contains("](k8s/a%60%7C%5D%3Cb%3E.yaml#L7)"), "{text}");
}
