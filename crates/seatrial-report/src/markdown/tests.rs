use seatrial_source::{MemoryFiles, TreePath};
use seatrial_trial::{Config, Date, TrialRequest, check};

use super::*;

fn trial(files: &[(String, String)]) -> Trial {
    let files: MemoryFiles = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    check(&TrialRequest {
        cluster: None,
        files: &files,
        revisions: None,
        git_problem: None,
        root: TreePath::top(),
        scope: TreePath::top(),
        config: Config::default(),
        config_text: None,
        today: "2026-11-21".parse::<Date>().expect("the day exists"),
        units: None,
    })
}

fn twice(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  a: b\n  a: c\n")
}

#[test]
fn findings_are_linked_and_what_was_not_judged_is_named() {
    let files = [
        ("k8s/a b.yaml".to_owned(), twice("one")),
        ("stack/compose.yaml".to_owned(), "services:\n  web: {image: nginx}\n".to_owned()),
    ];
    insta::assert_snapshot!(markdown(&trial(&files)), @"
    ## :x: Seatrial: will fail

    **1 error** · 1 of 1 directory, 0 of 1 Compose file judged in full for Kubernetes 1.36

    ### 1 error

    | where | what | check |
    |---|---|---|
    | [`k8s/a b.yaml:6`](k8s/a%20b.yaml#L6) | key `a` stands twice in data of ConfigMap one | [`duplicate-key`](https://github.com/seatrial/seatrial/blob/HEAD/docs/checks/duplicate-key.md) |

    <details><summary>Why, and what to do</summary>

    - [`k8s/a b.yaml:6`](k8s/a%20b.yaml#L6) key `a` stands twice in data of ConfigMap one
      - help: keep one of the two, with everything that belongs to it

    </details>

    <details><summary>Not judged: 1 place</summary>

    - `stack/compose.yaml`: of a Compose file only a part of what Compose refuses is judged

    </details>

    <details><summary>Checklist</summary>

    | | |
    |---|---|
    | every manifest parses | :x: no: 1 finding |
    | every object, key and class that is referred to exists | :grey_question: not everything was judged |
    | every namespace is created or given | :grey_question: not everything was judged |
    | no object is defined twice | :grey_question: not everything was judged |

    </details>
    ");
}

#[test]
fn a_comment_holds_it_and_the_cut_is_said() {
    let files: Vec<(String, String)> =
        (0..900).map(|number| (format!("k8s/{number:04}.yaml"), twice(&format!("name-{number}")))).collect();
    let text = markdown(&trial(&files));
    assert!(characters(&text) <= CHARACTERS_MAX, "{}", characters(&text));
    assert!(text.contains("of the 900 errors are left out, as a comment holds no more."), "{text}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}
