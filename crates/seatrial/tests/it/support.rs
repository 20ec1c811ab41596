//! A directory with files, and the binary run on it in a clean environment.

use std::cmp::Reverse;
use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A tree on disk that goes away with its value.
pub(crate) struct Tree {
    directory: TempDir,
}

impl Tree {
    /// A tree with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self { directory: tempfile::tempdir().expect("a directory can be made") };
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    /// Its directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file and the directories on the way.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().expect("a file has a directory")).expect("it can be made");
        fs::write(file, bytes).expect("the file can be written");
    }

    /// `seatrial check` in the tree, with further words.
    pub(crate) fn check(&self, words: &[&str]) -> Run {
        let mut all = vec!["check", "--today", "2026-11-21"];
        all.extend(words);
        run(self.path(), &all, b"")
    }
}

/// A text after edits as the JSON report has them.
pub(crate) fn edited(text: &str, edits: &[Value]) -> String {
    let place = |edit: &Value, end: &str| edit[end].as_u64().expect("an offset") as usize;
    let mut edits: Vec<&Value> = edits.iter().collect();
    edits.sort_by_key(|edit| Reverse(place(edit, "start")));
    let mut text = text.to_owned();
    for edit in edits {
        let new = edit["text"].as_str().expect("a text");
        text.replace_range(place(edit, "start")..place(edit, "end"), new);
    }
    text
}

/// What a run left behind.
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// What was printed.
    pub(crate) stdout: String,
    /// What was said besides.
    pub(crate) stderr: String,
}

impl Run {
    /// The JSON report.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.stdout, self.stderr))
    }

    /// The ids of the checks that found something, in order.
    pub(crate) fn checks(&self) -> Vec<String> {
        let report = self.json();
        let findings = report["findings"].as_array().expect("findings are a list");
        findings.iter().map(|it| it["check"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// The binary with an empty environment.
pub(crate) fn run(directory: &Path, words: &[&str], stdin: &[u8]) -> Run {
    run_with(directory, words, stdin, &[])
}

/// The binary with nothing but this environment.
pub(crate) fn run_with(directory: &Path, words: &[&str], stdin: &[u8], environment: &[(&str, &str)]) -> Run {
    let mut command = Command::cargo_bin("seatrial").expect("the binary was built");
    command
        .current_dir(directory)
        .env_clear()
        .envs(environment.iter().copied())
        .args(words)
        .write_stdin(stdin);
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    Run {
        code: status.code().expect("it was not killed"),
        stdout: String::from_utf8(stdout).expect("it prints UTF-8"),
        stderr: String::from_utf8(stderr).expect("it prints UTF-8"),
    }
}

/// A Service and its Deployment without a flaw.
pub(crate) const SOUND: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.2.3
          ports: [{name: http, containerPort: 8080}]
";

/// A manifest with a key that is there twice.
pub(crate) const TWICE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  level: info
  level: debug
";
