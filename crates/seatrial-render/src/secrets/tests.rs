//! Canaries in every place a secret can stand: none may be left in sight.

use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, parse};

use super::of_file;

/// The text with every secret span taken out.
fn visible(text: &str) -> String {
    let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    let spans = of_file(FileId(0), text, Some(&stream));
    let mut visible = String::new();
    let mut from = 0;
    for span in spans {
        visible.push_str(&text[from..span.range().start]);
        from = span.range().end;
    }
    visible.push_str(&text[from..]);
    visible
}

fn hides(text: &str) {
    let visible = visible(text);
    assert!(!visible.contains("canary"), "a canary is in sight:\n{visible}");
}

fn shows(text: &str, word: &str) {
    let visible = visible(text);
    assert!(visible.contains(word), "{word} is hidden:\n{visible}");
}

#[test]
fn data_of_secrets() {
    hides("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  user: canary\n  x: \"canary\"\n");
    hides("kind: Secret\nstringData:\n  a: |\n    canary one\n    canary two\n  b: >-\n    canary\n");
    hides("kind: Secret\nstringData:\n  a: canary1\n  a: canary2\n");
    hides("kind: List\napiVersion: v1\nitems:\n- kind: Secret\n  data: {a: canary}\n");
    hides("{\"kind\": \"Secret\", \"data\": {\"a\": \"canary\"}}");
    hides("kind: Secret\nstringData:\n  a: '{\"b\": \"canary\"}'\n  c: '#canary'\n");
    hides("kind: Secret\ndata:\n  # user: canary\n  a: b\n");
    hides("password: \"{canary\"\n");
    hides("stringData:\n  anything: canary\n");
    hides("kind: Secret\nstringData:\n  a: first\n    canary continues\n");
    hides("kind: Secret\nstringData: &all\n  a: canary\nother: *all\n");
}

#[test]
fn data_of_secrets_that_do_not_parse() {
    hides(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  user: canary\n bad: [\n  y: canary\n",
    );
    hides("apiVersion: v1\nkind: Secret\ndata:\n\tuser: canary\n");
    hides("kind: Secret\nstringData:\n  user: canary\n  b: \"canary\n");
    hides("{\"kind\": \"Secret\", \"data\": {\"a\": \"canary\", \n \"b\": \"canary\"");
}

#[test]
fn names_that_say_so() {
    hides("spec:\n  password: canary\n  dbPassword: 'canary x'\n  api_key: \"canary\"\n");
    hides("env:\n- name: DB_PASSWORD\n  value: canary\n- {name: API_KEY, value: canary}\n");
    hides("env:\n- value: canary\n  name: JWT_SECRET\n");
    hides("parameters:\n- name: postgresql.auth.password\n  value: canary\n");
    hides("httpHeaders:\n- name: Authorization\n  value: canary\n");
    hides("passwords:\n  one: canary\n  two: canary\ntokens: [canary, canary2]\n");
    hides("password: >\n  canary\n  canary\nnext: 1\n");
    hides("password:\n  canary\n");
    hides("auth:\n  password: 12345canary\n");
}

#[test]
fn commands_and_scripts() {
    hides("args: [--password=canary, --user=x]\n");
    hides("args: [\"--password=\\\"canary\\\"\"]\n");
    hides("args: [\"{\\\"password\\\": \\\"canary\\\"}\"]\n");
    hides("args:\n- --password\n- canary\n- --verbose\n");
    hides("command: [sh, -c, 'mysql -u root -pcanary db']\n");
    hides("command: [sh, -c, \"PGPASSWORD=canary psql\"]\n");
    hides("command: [redis-cli, -a, canary, ping]\n");
    hides("args: ['redis-server --requirepass canary']\n");
    hides("args: [\"curl -u admin:canary http://x\"]\n");
    hides("script: |\n  export API_TOKEN=canary\n  curl -H 'Authorization: Bearer canary-long-token' x\n");
}

#[test]
fn addresses() {
    hides("url: postgres://app:canary@db:5432/app\n");
    hides("url: \"amqp://app:can/canary@mq\"\n");
    hides("repoURL: https://canary-token@github.com/a/b\n");
    hides("# url: redis://:canary@redis:6379\n");
}

#[test]
fn files_inside_scalars() {
    hides("data:\n  app.properties: |\n    spring.datasource.password=canary\n    b=2\n");
    hides("data:\n  config.json: |\n    {\"db\": {\"password\": \"canary\", \"user\": \"x\"}}\n");
    hides("data:\n  config.yaml: |\n    auth:\n      token: canary\n");
    hides("values: |\n  database:\n    password: \"canary\"\n");
    hides("patches:\n- patch: |\n    kind: Secret\n    stringData:\n      user: canary\n");
    hides("patches:\n- patch: |-\n    - op: replace\n      path: /stringData/user\n      value: canary\n");
    hides("- op: add\n  path: /data/user\n  value: canary\n");
    hides(
        "data:\n  cert: |\n    -----BEGIN RSA PRIVATE KEY-----\n    canary\n    -----END RSA PRIVATE KEY-----\n",
    );
}

#[test]
fn other_places() {
    hides("secretGenerator:\n- name: a\n  literals:\n  - user=canary\n  - 'b=canary'\n");
    hides("configMapGenerator:\n- literals: [PASSWORD=canary]\n");
    hides(
        "metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"canary\":1}\n",
    );
    hides("data:\n  .dockerconfigjson: canary\n");
    hides("# password: canary\na: 1\n");
    hides("a: 1 # old API_KEY=canary\n");
    hides("#   DB_PASSWORD: \"canary\"\n");
}

#[test]
fn names_of_secrets_stay_in_sight() {
    shows("env:\n- name: A\n  valueFrom:\n    secretKeyRef: {name: db-creds, key: password}\n", "db-creds");
    shows("imagePullSecrets:\n- name: regcred\n", "regcred");
    shows("volumes:\n- secret:\n    secretName: tls-web\n", "tls-web");
    shows("secrets:\n- name: robot\n", "robot");
    shows("automountServiceAccountToken: false\n", "false");
    shows("data:\n- secretKey: password\n  remoteRef: {key: prod/db}\n", "password");
    shows("env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: pw}\n", "pw");
    shows("url: postgres://app:$(DB_PASSWORD)@db/app\n", "$(DB_PASSWORD)");
    shows(
        "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/auth-secret: basic-auth\n",
        "basic-auth",
    );
    shows("secretKeys: {adminPasswordKey: postgres-password}\n", "postgres-password");
    shows("# starts with -----BEGIN RSA PRIVATE KEY-----\n# and so on\nenabled: true\n", "enabled: true");
    shows("kind: CustomResourceDefinition\nspec:\n  credentials:\n    description: which one\n", "which one");
    shows("kind: Secret\nstringData: {x: \"true\"}\n", "true");
    shows("# enables HTTP Basic authentication of clients\n", "authentication");
    shows("args: [\"PGPASSWORD=${DB_PASSWORD} psql\"]\n", "${DB_PASSWORD}");
    shows("password: \"\"\n", "\"\"");
    shows("image: registry.example.com:5000/a@sha256:abc\n", "sha256:abc");
}
