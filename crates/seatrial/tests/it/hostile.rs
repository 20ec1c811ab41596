//! Input that nobody should write: every run ends with a sentence.

#[cfg(unix)]
#[path = "../hostile/mod.rs"]
mod cases;

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

/// `check path` of every finding.
fn found(done: &Run) -> Vec<String> {
    let report = done.json();
    let findings = report["findings"].as_array().expect("findings are a list");
    findings.iter().map(|it| words(&it["check"], &it["primary"]["path"])).collect()
}

/// `code path` of everything that was not judged.
fn skipped(done: &Run) -> Vec<String> {
    let report = done.json();
    let skipped = report["coverage"]["skipped"].as_array().expect("what was skipped is a list");
    skipped.iter().map(|it| words(&it["code"], &it["path"])).collect()
}

fn words(what: &serde_json::Value, path: &serde_json::Value) -> String {
    format!("{} {}", what.as_str().unwrap_or_default(), path.as_str().unwrap_or_default())
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
    tree.write("k8s/utf16.yaml", b"\xff\xfek\0i\0n\0d\0:\0");
    let done = json(&tree);
    assert_eq!(done.code, 0, "{}", done.stdout);
    let names = ["k8s/binary.yaml", "k8s/latin1.yaml", "k8s/nul.yaml", "k8s/utf16.yaml"];
    assert_eq!(found(&done), names.map(|name| format!("unreadable-file {name}")));
    assert_eq!(skipped(&done), names.map(|name| format!("unreadable {name}")));
    let report = done.json();
    assert_eq!((&report["verdict"], &report["coverage"]["rendered"]), (&"unknown".into(), &0.into()));
    assert_eq!(report["units"][0]["workloads"][0]["object"]["name"], "web");
    assert_eq!(tree.check(&["--fail-on", "warning"]).code, 1);
}

#[test]
fn nothing_but_bytes_is_unknown() {
    let tree = Tree::new(&[]);
    tree.write("a.yaml", b"kind: a\0");
    let done = json(&tree);
    assert_eq!((done.code, found(&done)), (0, vec!["unreadable-file a.yaml".to_owned()]));
    assert_eq!(done.json()["verdict"], "unknown");
}

#[test]
fn an_empty_directory_is_nothing_to_judge() {
    let done = Tree::new(&[]).check(&[]);
    assert_eq!(ended(&done).code, 2);
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::support::run;

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
        let outside = ["k8s/link.yaml", "k8s/more"];
        assert_eq!(found(&done), outside.map(|name| format!("path-outside-tree {name}")));
        assert_eq!(skipped(&done), outside.map(|name| format!("outside-tree {name}")));
    }

    #[test]
    fn a_link_out_of_a_kustomization_is_refused_as_what_it_leads_to() {
        let tree = Tree::new(&[
            ("base/web.yaml", SOUND),
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("app/kustomization.yaml", "resources: [web.yaml]\n"),
            ("within/real.yaml", SOUND),
            ("within/kustomization.yaml", "resources: [web.yaml]\n"),
        ]);
        symlink("../base/web.yaml", tree.path().join("app/web.yaml")).expect("a link can be made");
        symlink("real.yaml", tree.path().join("within/web.yaml")).expect("a link can be made");
        symlink("base", tree.path().join("again")).expect("a link can be made");
        let done = json(&tree);
        assert_eq!(
            (done.code, found(&done)),
            (1, vec!["path-outside-root app/kustomization.yaml".to_owned()])
        );
        let render =
            |words: &[&str]| run(tree.path(), &[&["render", "--root", "."], words].concat(), b"").code;
        assert_eq!([render(&["app"]), render(&["within"]), render(&["again"])], [1, 0, 0]);
        assert_eq!(render(&["app", "--load-restrictor", "LoadRestrictionsNone"]), 0);
        let said = |words: &[&str]| run(tree.path(), &[&["render"], words].concat(), b"").stderr;
        let message = "'web.yaml' is not in or below 'app': it is a link to 'base/web.yaml'";
        assert!(said(&["--root", ".", "app"]).contains(message));
        // What the link leads to lies outside all that may be read.
        let message = "'web.yaml' is not in or below '': it is a link out of the tree";
        assert!(said(&["app"]).contains(message), "{}", said(&["app"]));
    }

    #[test]
    fn a_file_that_may_not_be_read_is_reported() {
        let tree = Tree::new(&[("k8s/web.yaml", SOUND), ("k8s/shut.yaml", SOUND)]);
        let shut = tree.path().join("k8s/shut.yaml");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).expect("permissions can be changed");
        if fs::read(&shut).is_ok() {
            // The super-user may read everything; a tree that refuses stands
            // in the renderer's tests.
            return;
        }
        let done = json(&tree);
        assert_eq!((done.code, found(&done)), (0, vec!["unreadable-file k8s/shut.yaml".to_owned()]));
        assert_eq!(skipped(&done), ["unreadable k8s/shut.yaml"]);
    }

    #[test]
    fn links_that_lead_nowhere_are_reported() {
        let tree = Tree::new(&[("k8s/web.yaml", SOUND)]);
        symlink("nowhere.yaml", tree.path().join("k8s/d.yaml")).expect("a link can be made");
        symlink("l.yaml", tree.path().join("k8s/l.yaml")).expect("a link can be made");
        let done = json(&tree);
        assert_eq!(done.code, 0);
        assert_eq!(found(&done), ["unreadable-file k8s/d.yaml", "unreadable-file k8s/l.yaml"]);
        assert_eq!(skipped(&done), ["unreadable k8s/d.yaml", "unreadable k8s/l.yaml"]);
        assert_eq!(done.json()["verdict"], "unknown");
    }
}

/// Every case of the table. What each takes is measured elsewhere; here only
/// the time of a program that hangs, on a machine that does much else, fails.
#[cfg(unix)]
#[test]
fn every_hostile_tree_ends_as_it_must() {
    use std::path::Path;
    use std::sync::Mutex;
    use std::time::Duration;

    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/cases"));
    let program = assert_cmd::cargo::cargo_bin!("seatrial");
    let waiting: Vec<_> = cases::tables(directory).into_iter().flat_map(|(_, cases)| cases).collect();
    assert!(waiting.len() >= 60);
    let waiting = Mutex::new(waiting);
    let next = || waiting.lock().expect("no case panics").pop();
    let failed = Mutex::new(Vec::new());
    let work = || {
        while let Some(case) = next() {
            let outcome = case.run(program, Duration::from_mins(2));
            if !outcome.wrong.is_empty() {
                let cases::Outcome { elapsed, peak_kib, told, wrong } = outcome;
                let cost = format!("{elapsed:?}, {} KiB", peak_kib.unwrap_or_default());
                let text = format!("{} ({cost}, {told}):\n  {}", case.name, wrong.join("\n  "));
                failed.lock().expect("no case panics").push(text);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let failed = failed.into_inner().expect("no case panics");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
