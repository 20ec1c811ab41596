//! The house rules of checks: list and folder agree, pages are whole and
//! their examples behave, fixtures say what is noticed and where.

mod charts;
mod fixture;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::ALL;
use fixture::{Case, cases_of_fixture, cases_of_page};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks")
}

fn stems(extension: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder()).expect("the folder of checks is there");
    let files = entries.map(|entry| entry.expect("an entry can be read").path());
    files
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.replace('_', "-")))
        .filter(|stem| stem != "mod" && stem != "tests")
        .collect()
}

#[test]
fn list_folder_and_fixtures_agree() {
    let listed: Vec<String> = ALL.iter().map(|check| check.info.id.to_owned()).collect();
    let sorted: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed, sorted.iter().cloned().collect::<Vec<_>>(), "sorted, no id twice");
    assert_eq!(sorted, stems("rs"), "one file per check, one line in ALL");
    assert_eq!(sorted, stems("md"), "one fixture per check");
}

#[test]
fn pages_have_their_sections() {
    for check in ALL {
        let page = check.info.page_text();
        for section in ["\n## Why\n", "\n## Bad\n", "\n## Good\n"] {
            assert!(page.contains(section), "{}: no section {section:?}", check.info.id);
        }
        let title = page.lines().next().unwrap_or_default();
        assert!(title.ends_with('.'), "{}: a page opens with a sentence", check.info.id);
        assert!(!check.info.title.ends_with('.'), "{}: titles have no full stop", check.info.id);
        assert!(!check.info.families.is_empty(), "{}: no family", check.info.id);
    }
}

#[test]
fn page_examples_behave() {
    let mut failures = Vec::new();
    for check in ALL {
        let page = check.info.page_text();
        for (section, expected) in [("Bad", 1), ("Good", 0)] {
            let cases = cases_of_page(&page, section);
            assert!(!cases.is_empty(), "{}: no example under {section}", check.info.id);
            for case in cases {
                let notices = case.run(check);
                if notices.len() != expected {
                    failures.push(format!("{} {section}: {notices:#?}", check.info.id));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn fixtures_behave() {
    let mut failures = Vec::new();
    for check in ALL {
        let path = folder().join(check.info.id.replace('-', "_")).with_extension("md");
        let text = fs::read_to_string(&path).expect("the fixture can be read");
        let cases: Vec<Case> = cases_of_fixture(&text);
        assert!(!cases.is_empty(), "{}: a fixture without a case", check.info.id);
        for case in cases {
            failures.extend(
                case.compare(check).map(|diff| format!("{} / {}\n{diff}", check.info.id, case.title)),
            );
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A page is the whole file of its check, so that it tells what the check offers.
#[test]
fn a_change_that_is_offered_is_shown() {
    let mut silent = Vec::new();
    for check in ALL.iter().filter(|it| it.info.page.contains(".change(")) {
        let path = folder().join(check.info.id.replace('-', "_")).with_extension("md");
        let text = fs::read_to_string(&path).expect("the fixture can be read");
        let mut cases = cases_of_page(&check.info.page_text(), "Bad");
        cases.extend(cases_of_fixture(&text));
        let mut notices = cases.iter().flat_map(|case| case.run(check));
        if !notices.any(|it| it.change.is_some()) {
            silent.push(check.info.id);
        }
    }
    assert!(silent.is_empty(), "no case offers the change of {silent:?}");
}

#[test]
fn messages_keep_their_form() {
    for check in ALL {
        for case in cases_of_page(&check.info.page_text(), "Bad") {
            for notice in case.run(check) {
                let message = &notice.message;
                assert!(!message.ends_with('.') && !message.contains('\n'), "{}: {message}", check.info.id);
            }
        }
    }
}
