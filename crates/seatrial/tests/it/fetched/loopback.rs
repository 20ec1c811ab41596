//! A git repository on this machine that Argo CD and Flux take from: fetched,
//! then judged.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::support::{Run, Tree, run};

/// A Deployment whose selector misses its pods.
const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: other}
    spec:
      containers: [{name: web, image: 'registry.example.com/web:1.2.3'}]
";

/// Git without the settings of this machine.
fn git(directory: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for (name, value) in [("NAME", "a"), ("EMAIL", "a@example.com"), ("DATE", "1700000000 +0000")] {
        git.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", directory);
    git
}

/// The repository, committed to `main`.
fn repository() -> Tree {
    let chart = WEB.replace("NAME", "'{{ .Values.name }}'");
    let tree = Tree::new(&[
        ("apps/kustomization.yaml", "resources: [web.yaml]\n"),
        ("apps/web.yaml", &WEB.replace("NAME", "web")),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("charts/web/values.yaml", "name: own\n"),
        ("charts/web/templates/web.yaml", &chart),
        ("values/production.yaml", "name: given\n"),
    ]);
    for words in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "--all"],
        &["commit", "--quiet", "--message=x"],
    ] {
        assert!(git(tree.path()).args(words).status().expect("git runs").success());
    }
    tree
}

/// Serves it over smart HTTP as long as the test runs; gives the address.
fn serve(path: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has one");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let path = path.clone();
            thread::spawn(move || answer(&stream, &path));
        }
    });
    format!("http://{address}/o/lib.git")
}

/// What `git http-backend` answers to one request.
fn answer(stream: &TcpStream, path: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let (mut first, mut length, mut protocol) = (String::new(), 0, String::new());
    lines.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "git-protocol" => value.trim().clone_into(&mut protocol),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let is_list = first.contains("/info/refs?service=git-upload-pack");
    let mut command = git(path);
    command.args(["upload-pack", "--stateless-rpc"]).args(is_list.then_some("--advertise-refs")).arg(path);
    command.env("GIT_PROTOCOL", protocol).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take()?.write_all(&body).ok()?;
    let said = child.wait_with_output().ok()?.stdout;
    let head = if is_list { "001e# service=git-upload-pack\n0000" } else { "" };
    let length = head.len() + said.len();
    let mut stream = stream;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{head}").ok()?;
    stream.write_all(&said).ok()
}

/// What of other hosts was not judged.
fn remote(run: &Run) -> Vec<String> {
    let report = run.json();
    let skipped = report["coverage"]["skipped"].as_array().expect("it is a list");
    let remote = skipped.iter().filter(|it| it["code"] == "remote");
    remote.map(|it| it["path"].as_str().unwrap_or_default().to_owned()).collect()
}

/// `path:line object` of each selector that misses its pods.
fn mismatches(run: &Run) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().expect("it is a list").iter();
    let found = findings.filter(|it| it["check"] == "selector-mismatch").map(|it| {
        let (path, line) = (&it["primary"]["path"], &it["primary"]["line"]);
        format!("{}:{line} {}", path.as_str().unwrap_or_default(), it["object"]["name"])
    });
    found.collect()
}

#[test]
fn what_argo_cd_and_flux_take_from_another_repository_is_judged_once_it_is_fetched() {
    let lib = repository();
    let url = serve(lib.path().to_owned());
    let head = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  project: default\n  destination: {{server: 'https://kubernetes.default.svc', namespace: shop}}\n"
        )
    };
    let apps =
        format!("{}  source:\n    repoURL: {url}\n    targetRevision: main\n    path: apps\n", head("apps"));
    let chart = format!(
        "{}  sources:\n  - repoURL: {url}\n    targetRevision: main\n    path: charts/web\n    helm:\n      valueFiles:\n      - $lib/values/production.yaml\n  - repoURL: {url}\n    targetRevision: main\n    ref: lib\n",
        head("chart")
    );
    let source = format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: lib, namespace: shop}}\nspec:\n  interval: 1h\n  url: {url}\n  ref: {{branch: main}}\n"
    );
    let applied = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: shop}\nspec:\n  interval: 1h\n  prune: true\n  path: ./apps\n  sourceRef: {kind: GitRepository, name: lib}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  interval: 1h\n  chart:\n    spec:\n      chart: charts/web\n      valuesFiles:\n      - charts/web/values.yaml\n      - values/production.yaml\n      sourceRef: {kind: GitRepository, name: lib}\n";
    let tree = Tree::new(&[
        ("repo/argocd/apps.yaml", &apps),
        ("repo/argocd/chart.yaml", &chart),
        ("repo/flux/source.yaml", &source),
        ("repo/flux/apps.yaml", applied),
        ("repo/flux/web.yaml", release),
    ]);
    let at = |words: &[&str]| run(&tree.path().join("repo"), words, b"");
    let words = ["check", "--root", ".", "--cache", "../cache", "--today", "2026-11-21", "--format", "json"];
    let before = at(&words);
    assert_eq!(remote(&before), ["argocd/apps.yaml", "argocd/chart.yaml", "flux/apps.yaml", "flux/web.yaml"]);
    assert!(mismatches(&before).is_empty());
    let fetched = at(&["fetch", "--root", ".", "--cache", "../cache", "--allow-private"]);
    assert_eq!(fetched.code, 0, "{}{}", fetched.stdout, fetched.stderr);
    let after = at(&words);
    assert!(remote(&after).is_empty(), "{:?}", remote(&after));
    assert_eq!(
        mismatches(&after),
        [
            "argocd/apps.yaml:8 \"web\"",
            "argocd/chart.yaml:8 \"given\"",
            "flux/apps.yaml:8 \"web\"",
            "flux/web.yaml:7 \"given\""
        ]
    );
}
