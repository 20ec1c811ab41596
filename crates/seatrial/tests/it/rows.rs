//! Rows of the acceptance table, each reduced to a few files: all that is
//! reported of a tree is what `expected.txt` beside it says.

use std::fs;
use std::path::{Path, PathBuf};

use crate::examples::{compare, copy, listing};

fn rows() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rows")
}

fn check(row: &str) {
    let directory = tempfile::tempdir().expect("a directory can be made");
    copy(&rows().join(row).join("tree"), directory.path());
    let (report, _) = listing(directory.path());
    compare(row, &rows().join(row).join("expected.txt"), &report);
}

#[test]
fn every_row_is_tested() {
    let entries = fs::read_dir(rows()).expect("the rows can be listed");
    let names = entries.map(|it| it.expect("an entry can be read"));
    let directories = names.filter(|it| it.path().is_dir()).count();
    assert_eq!(directories, 15, "a row without a test, or a test without a row");
}

#[test]
fn s1_two_names_of_one_image() {
    check("s1");
}

#[test]
fn s2_every_revision_that_does_not_exist() {
    check("s2");
}

#[test]
fn s3_an_empty_key_fails_no_pod() {
    check("s3");
}

#[test]
fn s5_an_overlay_may_ask_for_more() {
    check("s5");
}

#[test]
fn s13_a_path_that_is_not_there() {
    check("s13");
}

#[test]
fn s23_all_that_stops_the_build() {
    check("s23");
}

#[test]
fn s24_autoscalers_without_a_workload_in_a_file_that_nothing_lists() {
    check("s24");
}

#[test]
fn s25_a_secret_beside_the_kustomization() {
    check("s25");
}

#[test]
fn s26_a_chart_in_a_git_repository() {
    check("s26");
}

#[test]
fn s27_a_policy_that_closes_too_much() {
    check("s27");
}

#[test]
fn s28_what_variables_reach_for() {
    check("s28");
}

#[test]
fn s29_a_second_deployment() {
    check("s29");
}

#[test]
fn s30_what_a_repair_leaves_behind() {
    check("s30");
}

#[test]
fn h1_a_base_that_does_not_build() {
    check("h1");
}

#[test]
fn h17_a_pin_that_fits_no_image() {
    check("h17");
}
