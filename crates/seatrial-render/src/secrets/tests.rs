//! Canaries in every place a secret can stand: none may be left in sight.

use std::sync::Arc;

use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, parse};

use super::{of_file, written};

/// The text with every secret span taken out.
fn visible(text: &str) -> String {
    let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
    without(text, of_file(FileId(0), text, Some(&stream)))
}

fn without(text: &str, spans: Vec<Span>) -> String {
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
fn objects_beside_a_secret_in_a_template_are_shown() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shown\ndata:\n  {{- range .Values.all }}\n  \
                  {{ .key }}: {{ .value }}\n  a: canary\n  {{- end }}\n";
    let other =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: other\nspec:\n  image: also/shown\n";
    hides(&format!("{secret}---\n{other}"));
    shows(&format!("{secret}---\n{other}"), "name: shown");
    shows(&format!("{secret}---\n{other}"), "also/shown");
    shows(&format!("{other}---\n{secret}"), "also/shown");
}

#[test]
fn data_whose_key_or_kind_a_template_prints_is_hidden() {
    let head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shown\n";
    let included =
        format!("{head}{{{{ include \"shown.too\" . }}}}\n  one: canary\n  two: {{{{ .Values.a }}}}\n");
    hides(&included);
    shows(&included, "name: shown");
    shows(&included, "shown.too");
    hides(&format!("{head}{{{{ include \"k\" . }}}}\n  one: canary\n---\nkind: Role\n"));
    hides(&format!("{head}{{{{ .Values.key }}}}:\n  one: canary\ndata:\n  {{{{ .a }}}}: canary\n"));
    hides(&format!("{head}{{{{ if .a }}}}{{{{ .b }}}}{{{{ end }}}}\n  one: canary\n"));
    hides(&format!("{head}  {{{{ if .a }}}}\none: canary\n  {{{{ end }}}}\n"));
    hides(
        "{{ if .a }}\n  kind: Secret\n  {{ include \"k\" . }}\n    one: canary\n  metadata: {name: a}\n{{ end }}\n",
    );
    hides("{\"kind\": \"Secret\", \"metadata\": {}, {{ include \"k\" . }} \"a\": \"canary\"\n");
    let chosen = format!(
        "{head}data:\n  a: canary\n---\napiVersion: v1\nkind: {{{{ .a }}}}\nmetadata: {{name: b}}\ndata:\n  b: canary\n"
    );
    assert!(!without(&chosen, of_file(FileId(0), &chosen, None)).contains("canary"));
}

#[test]
fn a_kind_that_may_be_secret_hides_data() {
    for kind in [
        "kind: {{ if .x }}SealedSecret{{ else }}Secret{{ end }}",
        "{{ if .x }}kind: SealedSecret{{ else }}kind: Secret{{ end }}",
        "kind: {{ .Values.kind }}",
        "kind: {{ ternary \"SealedSecret\" \"Secret\" .x }}",
        "kind: {{ if .x }}\n  SealedSecret\n  {{ else }}\n  Secret\n  {{ end }}",
    ] {
        let text = format!("apiVersion: v1\n{kind}\nmetadata:\n  name: a\ndata:\n  user: canary\n");
        hides(&text);
        assert!(!without(&text, of_file(FileId(0), &text, None)).contains("canary"));
    }
    let workload = "kind: {{ .Values.kind }}\nmetadata: {name: a}\nspec:\n  data:\n    a: shown\n";
    assert!(without(workload, of_file(FileId(0), workload, None)).contains("shown"));
}

#[test]
fn what_actions_print_is_shown_and_what_stands_beside_them_hidden() {
    let seen = |text: &str| {
        let stream = parse(FileId(0), Arc::from(text), Dialect::GoYaml2, &Limits::default());
        let stream = Some(&stream).filter(|it| it.is_accepted());
        without(text, written(FileId(0), text, stream))
    };
    let secret =
        |entry: &str| seen(&format!("kind: Secret\nmetadata: {{}}\ndata:\n  {{{{ if .x }}}}\n  {entry}\n"));
    assert!(secret("a: {{ .Values.shown }}").contains(".Values.shown"));
    assert!(secret("a: {{ .Values.a | default \"canary\" | b64enc }}").contains("| default \"\" | b64enc"));
    assert!(!secret("{{ .key }}: canary").contains("canary"));
    assert!(!secret("a: \"can{{ .b }}ary\"").contains("ary"));
    assert!(secret("a: {{ include \"shown\" . }}").contains("shown"));
    let assigned = |value: &str| seen(&format!("{{{{ $password := {value} }}}}\na: {{{{ .a }}}}\n"));
    assert!(assigned("(include \"shown\" .)").contains("(include \"shown\" .)"));
    assert!(!assigned("\"canary\"").contains("canary"));
    // A plain manifest has no actions.
    assert!(!seen("kind: Secret\nstringData:\n  a: canary{{x\n  b: 'canary {{ x }}'\n").contains("canary"));
    assert!(seen("password: '{{ .shown }}'\n").contains("shown"));
}

#[test]
fn references_to_secrets_hide_nothing() {
    let release = "kind: HelmRelease\nmetadata:\n  name: a\nspec:\n  valuesFrom:\n  - kind: Secret\n    name: b\n  \
                   {{ if .x }}\n  chart: shown\n";
    shows(release, "chart: shown");
}

#[test]
fn blanks_of_a_form_are_shown() {
    for blank in ["<PASSWORD>", "<your password>", "${DB_PASSWORD}", "$(X)"] {
        shows(&format!("kind: Secret\nstringData:\n  a: {blank}\n"), blank);
        shows(&format!("env: [{{name: PASSWORD, value: \"{blank}\"}}]\n"), blank);
    }
    hides("kind: Secret\nstringData:\n  a: <canary1>\n  b: ${canary\n  c: canary\n");
}

#[test]
fn passwords_with_signs_of_references_are_hidden() {
    for password in ["$ecret-canary", "$ecret_canary", "$(canary1)", "${canary2X}"] {
        hides(&format!("kind: Secret\nstringData:\n  a: {password}\n"));
        hides(&format!("env: [{{name: PASSWORD, value: \"{password}\"}}]\n"));
        hides(&format!("url: \"https://u:{password}@h/x\"\n"));
        hides(&format!("kind: Secret\nstringData:\n  {{{{ if .x }}}}\n  a: {password}\n"));
    }
    hides("kind: Secret\nstringData:\n  a: <correct horse canary staple>\n  b: '{{ canary }}'\n");
    hides("env: [{name: PASSWORD, value: <my canary>}]\nargs: [--password, $canary]\n");
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

/// Put together here, so that no scanner takes them for real ones.
#[test]
fn tokens_of_known_services() {
    for (prefix, length) in [
        ("AKIA", 16),
        ("ASIA", 16),
        ("ghp_", 36),
        ("gho_", 36),
        ("github_pat_", 60),
        ("glpat-", 20),
        ("xoxb-1-", 24),
        ("xoxp-1-", 24),
        ("sk_live_", 24),
        ("sk-ant-", 40),
        ("sk-proj-", 40),
        ("AIza", 35),
        ("npm_", 36),
        ("pypi-", 60),
        ("hf_", 34),
        ("dop_v1_", 64),
        ("SG.x.", 43),
        ("eyJh.eyJz.", 43),
    ] {
        let token = format!("{prefix}{}", "canary00".repeat(10).get(..length).unwrap_or_default());
        let token = if prefix.starts_with('A') { token.to_ascii_uppercase() } else { token };
        let token = token.replace("AIZA", "AIza");
        for text in [
            format!("a: {token}\n"),
            format!("a: 1 # was {token}\n"),
            format!("# ({token})\nb: 2\n"),
            format!("data:\n  x.json: |\n    {{\"a\":\"{token}\"}}\n"),
            format!("args: [--x={token}, 'y:{token}']\n"),
            format!("env:\n- name: X\n  value: \"{token}\"\n"),
        ] {
            let visible = visible(&text).to_ascii_lowercase();
            assert!(!visible.contains("canary"), "{prefix} is in sight:\n{visible}");
        }
    }
}

#[test]
fn addresses_of_webhooks() {
    for host in [
        "hooks.slack.com/services/T0/B0",
        "hooks.slack.com/triggers/T0/1",
        "discord.com/api/webhooks/1",
        "discordapp.com/api/webhooks/1",
        "shop.webhook.office.com/webhookb2",
        "prod-1.westeurope.logic.azure.com:443/workflows",
        "chat.googleapis.com/v1/spaces/a/messages?key=1&token=",
        "api.telegram.org/bot1:",
    ] {
        hides(&format!("a: https://{host}/canary33\n"));
        hides(&format!("a: [\"https://{host}/canary33\", b]\n"));
        hides(&format!("# see https://{host}/canary33\nb: 1\n"));
        hides(&format!("data:\n  a.json: |\n    {{\"url\":\"https:\\/\\/{host}\\/canary\"}}\n"));
        shows(&format!("a: https://{host}/canary33\n"), &host[..host.find('/').unwrap_or_default()]);
    }
    shows("a: https://slack.com/help\nb: https://hooks.slack.com\n", "hooks.slack.com");
    shows("a: https://slack.com/help\n", "help");
}

#[test]
fn short_names_of_variables() {
    for name in ["PW", "PASS", "DB_PW", "PASSPHRASE", "SALT", "STRIPE_KEY", "KEY", "GITLAB_PAT"] {
        hides(&format!("env:\n- name: {name}\n  value: canary\n"));
        hides(&format!("env:\n- {{value: canary, name: {name}}}\n"));
        hides(&format!("data: {{a: b}}\nenv: [sh, -c, '{name}=canary run']\n"));
        hides(&format!("data:\n  {name}: canary\n"));
    }
    shows("env:\n- name: KEYS_PATH\n  value: visible\n", "visible");
    shows("topologyKey: visible\n", "visible");
}

#[test]
fn remarks_beside_secret_values() {
    hides("password: abc # old canary\n");
    hides("password: \"abc\" # old canary\n");
    hides("env:\n- name: DB_PASSWORD\n  value: abc # canary comment\n");
    hides("env:\n- {name: DB_PASSWORD, value: 'abc'} # canary comment\n");
    hides("kind: Secret\nstringData:\n  a: 'abc'   # canary\r\n  b: c\n");
    shows("password: abc # c\nb: 1 # visible\n", "# visible");
    shows("password: |\n  abc\n# visible\nb: 1\n", "# visible");
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
    let described = "{{ if .x }}\nkind: CustomResourceDefinition\nspec:\n  group: tools.example.com\n  description: |\n    \
                     kind: Secret\n    data: {}\n{{ end }}\n";
    shows(described, "tools.example.com");
    hides(&format!("{described}---\nkind: Secret\ndata:\n  a: canary\n"));
    hides(&format!("{described}kind: Secret\ndata:\n  a: canary\n"));
    shows("kind: Secret\nstringData: {x: \"true\"}\n", "true");
    shows("# enables HTTP Basic authentication of clients\n", "authentication");
    shows("args: [\"PGPASSWORD=${DB_PASSWORD} psql\"]\n", "${DB_PASSWORD}");
    shows("password: \"\"\n", "\"\"");
    shows("image: registry.example.com:5000/a@sha256:abc\n", "sha256:abc");
}

#[test]
fn kinds_that_are_called_after_secrets_hold_none() {
    let commented =
        |kind: &str, word: &str| format!("a:\n# user: {word}\n# - apiVersion: b\n#   kind: {kind}\n");
    shows(&commented("SecretProviderClass", "IfNotPresent"), "IfNotPresent");
    shows(&commented("SecretStore", "IfNotPresent"), "IfNotPresent");
    hides(&commented("Secret", "canary"));
    hides(&commented("SecretList", "canary"));
    hides(&commented("\"Secret\"", "canary"));
}
