//! JUnit XML, read back by an XML parser.

use roxmltree::{Document, Node};

use crate::examples::{NAMES, copied};
use crate::support::{SOUND, TWICE, Tree, run};

fn cases<'a>(document: &'a Document<'_>) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|it| it.has_tag_name("testcase")).collect()
}

fn count(document: &Document<'_>, tag: &str) -> usize {
    document.descendants().filter(|it| it.has_tag_name(tag)).count()
}

#[test]
fn counts_agree_with_cases_and_failures_with_errors() {
    for name in NAMES {
        let tree = copied(name);
        let words = ["check", "--today", "2026-01-01", "--format"];
        let text = run(tree.path(), &[&words[..], &["junit"]].concat(), b"").stdout;
        let document = Document::parse(&text).expect("it is XML");
        let root = document.root_element();
        let number =
            |node: Node<'_, '_>, name: &str| node.attribute(name).expect("it counts").parse::<usize>();
        for suite in root.children().filter(Node::is_element) {
            let cases = suite.children().filter(Node::is_element).count();
            assert_eq!(number(suite, "tests"), Ok(cases), "{name}");
        }
        assert_eq!(number(root, "tests"), Ok(cases(&document).len()));
        assert_eq!(number(root, "failures"), Ok(count(&document, "failure")));
        assert_eq!(number(root, "skipped"), Ok(count(&document, "skipped")));
        let report = run(tree.path(), &[&words[..], &["json"]].concat(), b"").json();
        assert_eq!(report["summary"]["error"], count(&document, "failure"), "{name}");
        let mut names: Vec<_> =
            cases(&document).iter().map(|it| (it.attribute("classname"), it.attribute("name"))).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{name}: readers drop the second of two");
    }
}

#[test]
fn a_failure_names_file_and_line_and_the_bar_decides() {
    let tree = Tree::new(&[("k8s/settings.yaml", TWICE), ("k8s/web.yaml", SOUND)]);
    let text = tree.check(&["--format", "junit"]).stdout;
    let document = Document::parse(&text).expect("it is XML");
    let failure = document.descendants().find(|it| it.has_tag_name("failure")).expect("it fails");
    let case = failure.parent().expect("a failure has a case");
    assert_eq!((case.attribute("file"), case.attribute("line")), (Some("k8s/settings.yaml"), Some("7")));
    assert_eq!(failure.attribute("type"), Some("duplicate-key"));
    assert!(failure.text().is_some_and(|it| it.contains("k8s/settings.yaml:7:3")));
    let names: Vec<_> = cases(&document).iter().filter_map(|it| it.attribute("name")).collect();
    assert!(names.contains(&"Deployment web"), "{names:?}");
    tree.write("seatrial.toml", "[severity]\nduplicate-key = \"warning\"\n");
    let failures = |bar: &str| {
        let text = tree.check(&["--format", "junit", "--fail-on", bar]).stdout;
        count(&Document::parse(&text).expect("it is XML"), "failure")
    };
    assert_eq!([failures("error"), failures("warning"), failures("never")], [0, 1, 0]);
}

#[test]
fn what_is_not_judged_is_skipped() {
    let tree = Tree::new(&[("compose.yaml", "services:\n  web: {image: web}\n")]);
    let text = tree.check(&["--format", "junit"]).stdout;
    let document = Document::parse(&text).expect("it is XML");
    let reasons: Vec<_> = document
        .descendants()
        .filter(|it| it.has_tag_name("skipped"))
        .filter_map(|it| it.attribute("message"))
        .collect();
    assert_eq!(
        reasons,
        [
            "the unit could not be judged in full",
            "not-rendered: of a Compose file only a part of what Compose refuses is judged"
        ]
    );
}

#[cfg(unix)]
#[test]
fn hostile_names_stay_text() {
    let tree = Tree::new(&[]);
    tree.write("a<b>&\"'\u{1}]]>.yaml", TWICE);
    let text = tree.check(&["--format", "junit"]).stdout;
    let document = Document::parse(&text).expect("it is XML");
    let file = cases(&document).iter().find_map(|it| it.attribute("file").filter(|it| it.contains("<b>")));
    assert_eq!(file, Some("a<b>&\"'\u{FFFD}]]>.yaml"));
}
