//! Canaries in every place a secret can stand; no output may sing.

use crate::formats::FORMATS;
use crate::support::{Tree, run};

/// Each stands in another place; all share this word.
const CANARY: &str = "k4n4ry";

fn canary(place: &str) -> String {
    format!("{CANARY}{place}9f3c")
}

/// Base64 of a text, as Secrets hold it.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bytes = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

/// A line that makes its surroundings part of an excerpt: a key that is there twice.
const NOISE: &str = "  noise: a\n  noise: b\n";

fn tree() -> Tree {
    let data = base64(&canary("data"));
    let secret =
        |name: &str, body: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n{body}");
    let files: Vec<(&str, String)> = vec![
        ("data.yaml", secret("a", &format!("data:\n  noise: YQ==\n  p: {data}\n  noise: YQ==\n  q: \"{data}\"\n"))),
        ("invalid.yaml", secret("b", &format!("data:\n  p: \"not base64 {}\"\n{NOISE}", canary("invalid")))),
        ("plain.yaml", secret("c", &format!("stringData:\n  p: {}\n{NOISE}", canary("plain")))),
        ("twice.yaml", secret("d", &format!("stringData:\n  p: {}\n  p: {}\n", canary("one"), canary("two")))),
        (
            "block.yaml",
            secret("e", &format!("stringData:\n  p: |\n    first {}\n    {}\n{NOISE}", canary("block"), canary("last"))),
        ),
        ("flow.yaml", secret("f", &format!("stringData: {{p: {}, noise: a, noise: b}}\n", canary("flow")))),
        ("broken.yaml", secret("g", &format!("stringData:\n  p: {}\n  q: [\n", canary("broken")))),
        ("broken2.yaml", secret("h", &format!("stringData:\n  p: \"{}\n  noise: a\n", canary("open")))),
        ("broken3.yaml", format!("kind: Secret\napiVersion: v1\nstringData:\n\tp: {}\n", canary("tab"))),
        (
            "applied.yaml",
            secret("i", "stringData:\n  noise: a\n  noise: b\n").replace(
                "  name: i\n",
                &format!(
                    "  name: i\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      \
                     {{\"data\":{{\"p\":\"{}\"}}}}\n",
                    canary("applied")
                ),
            ),
        ),
        (
            "env.yaml",
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: j\nspec:\n  containers:\n    - name: c\n      image: a:1\n      \
                 env:\n        - name: DB_PASSWORD\n          value: {}\n          value: {}\n        \
                 - name: DATABASE_URL\n          value: postgres://u:{}@db/x\n          value: postgres://u:{}@db/x\n",
                canary("env"),
                canary("again"),
                canary("url"),
                canary("link")
            ),
        ),
        (
            "config.yaml",
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: k\ndata:\n  API_TOKEN: {}\n{NOISE}",
                canary("config")
            ),
        ),
        (
            "list.yaml",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: l}}\n  \
                 stringData:\n    p: {}\n    noise: a\n    noise: b\n",
                canary("list")
            ),
        ),
        (
            "json.json",
            format!(
                "{{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {{\"name\": \"m\"}},\n \"stringData\": \
                 {{\"p\": \"{}\", \"n\": \"a\", \"n\": \"b\"}}}}\n",
                canary("json")
            ),
        ),
        (
            "args.yaml",
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: n\nspec:\n  containers:\n    - name: c\n      image: a:1\n      \
                 args: [\"--db-password={}\", \"--x\"]\n      args: [\"--token\", \"{}\"]\n      command: [sh, -c, \
                 \"curl -u admin:{} https://a\"]\n      command: [\"--api-key={}\"]\n",
                canary("arg"),
                canary("flag"),
                canary("curl"),
                canary("key")
            ),
        ),
        (
            "pem.yaml",
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: o\ndata:\n  tls.key: |\n    -----BEGIN PRIVATE KEY-----\n    \
                 {}\n    -----END PRIVATE KEY-----\n{NOISE}",
                canary("pem")
            ),
        ),
        (
            "docker.yaml",
            secret(
                "p",
                &format!(
                    "type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: \
                     '{{\"auths\":{{\"r\":{{\"password\":\"{}\"}}}}}}'\n{NOISE}",
                    canary("docker")
                ),
            ),
        ),
        (
            "argo.yaml",
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: q\nspec:\n  project: default\n  source:\n    \
                 repoURL: https://bot:{}@github.com/example/charts.git\n    chart: redis\n    targetRevision: HEAD\n  \
                 destination: {{name: in-cluster, namespace: q}}\n",
                canary("repo")
            ),
        ),
        (
            "gen/kustomization.yaml",
            format!(
                "secretGenerator:\n- name: r\n  literals:\n  - password={}\n  literals:\n  - token={}\nresources: []\nresources: []\n",
                canary("literal"),
                canary("second")
            ),
        ),
        (
            "compose/docker-compose.yml",
            format!(
                "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: {}\n      \
                 POSTGRES_PASSWORD: {}\n",
                canary("compose"),
                canary("other")
            ),
        ),
        ("chart/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n".to_owned()),
        ("chart/values.yaml", format!("auth:\n  password: {}\n  password: {}\n", canary("values"), canary("more"))),
        ("kind.yaml", secret("t", &format!("stringData:\n  p: {}\n{NOISE}", canary("kind"))).replace("Secret", "secret")),
        ("key.yaml", secret("v", &format!("data:\n  p: {}\n{NOISE}", base64(&canary("data")))).replace("kind: Secret", "Kind: secret")),
        (
            "merge.yaml",
            secret(
                "u",
                &format!("stringData: &x\n  p: {}\n{NOISE}data:\n  <<: *x\n  <<: *x\n", canary("anchor")),
            ),
        ),
    ];
    let tree = Tree::new(&[]);
    for (path, text) in files {
        tree.write(&format!("k8s/{path}"), text);
    }
    tree
}

#[test]
fn no_output_holds_a_secret_value() {
    let tree = tree();
    let encoded = base64(&canary("data"));
    let formats = FORMATS.map(|format| vec!["--format", format]);
    for words in formats.into_iter().chain([vec!["--color", "always"], vec!["--quiet"]]) {
        let done = tree.check(&words);
        assert_eq!(done.code, 1, "{}", done.stderr);
        for text in [&done.stdout, &done.stderr] {
            let sings = text.lines().find(|line| line.contains(CANARY) || line.contains(&encoded[..10]));
            assert_eq!(sings, None, "in {words:?}");
        }
    }
}

#[test]
fn manifests_from_stdin_are_redacted_too() {
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  p: {}\n{NOISE}",
        canary("in")
    );
    let done = run(tree().path(), &["check", "-"], text.as_bytes());
    assert_eq!(done.code, 1);
    assert!(!done.stdout.contains(CANARY), "{}", done.stdout);
}

#[test]
fn the_places_with_canaries_are_shown_otherwise_the_test_proves_nothing() {
    let report = tree().check(&["--format", "json"]).json();
    let findings = report["findings"].as_array().expect("findings are a list");
    let paths: std::collections::BTreeSet<&str> =
        findings.iter().filter_map(|it| it["primary"]["path"].as_str()).collect();
    assert!(paths.len() >= 12, "{paths:?}");
}

/// A value is known once it stands in a Secret: it is hidden in the excerpts of
/// other objects too, but a name that one equals stays readable.
#[test]
fn values_that_stand_elsewhere_again_are_hidden_in_excerpts() {
    let value = canary("again");
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData: {{p: {value}, q: postgres}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations: {{note: \"it is {value}\"}}\n\
         spec:\n  containers:\n    - name: postgres # {value}\n      image: \"postgres:17:1\" # once {value}\n      \
         command: [sh, -c, \"login {value}\"]\n"
    );
    let tree = Tree::new(&[("a.yaml", &text)]);
    for format in FORMATS {
        let done = tree.check(&["--format", format]);
        assert!(!done.stdout.contains(CANARY), "{format}: {}", done.stdout);
    }
    let shown = tree.check(&[]).stdout;
    assert!(shown.contains("container postgres") && shown.contains("\"postgres:17:1\""), "{shown}");
}

/// A slip in the word `value` must not open what it names.
#[test]
fn misspelt_values_and_passwords_of_users_are_hidden() {
    let lines = [
        format!("env: [{{name: DB_PASSWORD, values: {}}}]", canary("values")),
        format!("env: [{{name: DB_PASSWORD, Value: {}}}]", canary("Value")),
        format!("env: [{{Name: DB_PASSWORD, value: {}}}]", canary("Name")),
        format!("args: [\"-u\", \"root:{}\"]", canary("user")),
    ];
    for line in lines {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n    - name: web\n      \
             {line}\n      image: \"web:1:2\"\n"
        );
        let shown = Tree::new(&[("a.yaml", &text)]).check(&[]).stdout;
        assert!(shown.contains("****"), "{shown}");
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

/// A name that a slip keeps from being a secret's still has a secret's value.
#[test]
fn values_of_misspelt_variables_of_compose_files_are_hidden() {
    let (one, two) = (canary("slip"), canary("elsewhere"));
    let environments = [
        format!("[DATABASE_PASSWROD={one}]"),
        format!("[\"DATABASE_PASSWROD={one}\"]"),
        format!("{{DATABASE_PASSWROD: {one}}}"),
        format!("\n      DATABASE_PASSWROD: {one}"),
        format!("\n      - DATABASE_PASSWROD={one}"),
        format!("{{<<: {{DATABASE_PASSWROD: {one}}}}}"),
    ];
    for environment in environments {
        let text = format!(
            "services:\n  a:\n    image: a\n    environment: {environment}\n  b:\n    image: a\n    \
             environment: [DATABASE_PASSWORD={two}]\n  c:\n    image: a\n    \
             environment: {{DATABASE_PASSWORD: {two}}}\n"
        );
        let tree = Tree::new(&[("compose.yaml", &text)]);
        for format in FORMATS {
            let shown = tree.check(&["--format", format]).stdout;
            assert!(shown.contains("DATABASE_PASSWROD"), "{environment}, {format}: {shown}");
            assert!(!shown.contains(CANARY), "{environment}, {format}: {shown}");
        }
    }
}
