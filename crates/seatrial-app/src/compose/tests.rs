//! Compose files and what is noticed of them: severity, check, message.

use std::fmt::Write as _;

use seatrial_diagnostics::Location;
use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream, parse};

use super::{ComposeFile, notices};

/// One line for each notice: the text it stands at, its severity and message.
fn told(files: &[(&str, &str)]) -> String {
    let streams: Vec<(TreePath, Stream)> = (0..)
        .zip(files)
        .map(|(id, (path, text))| {
            let stream = parse(FileId(id), (*text).into(), Dialect::GoYaml3, &Limits::default());
            (TreePath::new(path), stream)
        })
        .collect();
    let files: Vec<ComposeFile<'_>> =
        streams.iter().map(|(path, stream)| ComposeFile { path, stream }).collect();
    let mut out = String::new();
    for it in notices(&files) {
        let Location::Text { span } = it.at else { panic!("a Compose file has no objects") };
        let text = streams[span.file.0 as usize].1.slice(span);
        writeln!(
            out,
            "{} | {}: {}",
            text.lines().next().unwrap_or_default(),
            it.severity.as_str(),
            it.message
        )
        .expect("a text takes everything");
    }
    out
}

fn told_of(text: &str) -> String {
    told(&[("compose.yaml", text)])
}

fn of_service(text: &str) -> String {
    told_of(&format!("services:\n  web:\n    image: web\n    {text}\n"))
}

#[test]
fn a_whole_file_is_silent() {
    let text = r#"
name: shop
x-common: &common {restart: always, environment: {A: 1}}
services:
  web:
    <<: *common
    build: {context: ., dockerfile: Dockerfile, args: [A=1]}
    ports: [80, "8080:80", {target: 80, published: "8081"}]
    depends_on: {db: {condition: service_healthy}}
    environment: [PORT=80, "URL=${URL:-http://${HOST:-db}}"]
    volumes: ["./web:/web", "data:/data", {type: bind, source: ., target: /x}]
    networks: [default, back]
    healthcheck: {test: [CMD, curl], interval: 30s, retries: 3}
    deploy: {resources: {limits: {cpus: 0.5, memory: 1G}}}
    secrets: [password]
    command: ["sh", "-c", "echo $$HOME"]
    labels: !reset []
  db:
    image: postgres
    environment: {POSTGRES_DB:, B: true}
    network_mode: service:web
networks: {back: , out: {external: true}}
volumes: {data: {driver: local}}
secrets: {password: {file: ./password}}
"#;
    assert_eq!(told_of(text), "");
}

#[test]
fn keys_that_compose_does_not_know_are_told() {
    assert_eq!(
        of_service("imag: x\n    port: ['80']\n    made_up: 1\n    x-own: 1"),
        "imag | error: `imag` is no key of a service at `services.web`\n\
         port | error: `port` is no key of a service at `services.web`\n\
         made_up | warning: `made_up` is no key of a service at `services.web`\n"
    );
    assert_eq!(
        told_of("service: {}\nservices: {web: {build: {contxt: .}}}\n"),
        "service | error: `service` is no key of a Compose file\n\
         contxt | error: `contxt` is no key of `build` at `services.web.build`\n"
    );
}

#[test]
fn values_of_another_type_are_told() {
    for (text, expected) in [
        ("command: [sleep, 5]", "5 | error: `services.web.command.1` is a number, and Compose wants text\n"),
        ("ports: '80:80'", "'80:80' | error: `services.web.ports` is text, and Compose wants a list\n"),
        (
            "environment: {A: [1]}",
            "[1] | error: `services.web.environment.A` is a list, and Compose wants text or a number or a boolean\n",
        ),
        (
            "environment: [{A: 1}]",
            "{A: 1} | error: `services.web.environment.0` is a mapping, and Compose wants text\n",
        ),
        (
            "environment:",
            " | error: `services.web.environment` is empty, and Compose wants a mapping or a list\n",
        ),
        ("hostname: 1", "1 | error: `services.web.hostname` is a number, and Compose wants text\n"),
        ("depends_on: {db: {}}", "{} | error: `services.web.depends_on.db` has no `condition`\n"),
        (
            "healthcheck: {interval: 30}",
            "30 | error: `services.web.healthcheck.interval` is a number, and Compose wants text\n",
        ),
        (
            "healthcheck: {test: [curl]}",
            "curl | error: `services.web.healthcheck.test` begins with none of `CMD`, `CMD-SHELL` and `NONE`\n",
        ),
        ("ports: ['a:80']", "'a:80' | error: port `a:80` cannot be read: the port of the host is none\n"),
        ("deploy:", ""),
        ("command:", ""),
        ("restart: ${RESTART}", ""),
        ("cgroup: own", "own | error: `services.web.cgroup` is `own`, which is none of `host`, `private`\n"),
    ] {
        let found = of_service(text);
        let found: String =
            found.split_inclusive('\n').filter(|it| !it.contains("nothing here defines")).collect();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(told_of("version: 3.8\nservices: {web: }\n").lines().count(), 2);
}

#[test]
fn variables_that_cannot_be_read_are_told_without_what_stands_beside_them() {
    assert_eq!(
        of_service("environment: {DOMAIN: '${DOMAIN:-secret', OK: '${OK:-x}'}"),
        "${DOMAIN:-secret | error: variable `DOMAIN` is never closed\n"
    );
}

#[test]
fn names_that_nothing_defines_are_told() {
    assert_eq!(
        of_service(
            "depends_on: [api]\n    networks: [front]\n    volumes: ['data:/x', './y:/y']\n    secrets: [a]\n    network_mode: 'service:b'"
        ),
        "api | error: service web names service `api` under `depends_on`, which nothing here defines\n\
         front | error: service web names network `front` under `networks`, which nothing here defines\n\
         'service:b' | error: service web names service `b` under `network_mode`, which nothing here defines\n\
         a | error: service web names secret `a` under `secrets`, which nothing here defines\n\
         'data:/x' | error: service web names volume `data` under `volumes`, which nothing here defines\n"
    );
}

#[test]
fn files_of_one_directory_complete_each_other() {
    let base = ("a/compose.yaml", "services: {api: {image: api}}\nvolumes: {data: }\n");
    let more = "services: {web: {image: web, depends_on: [api], volumes: ['data:/x']}}\n";
    assert_eq!(told(&[base, ("a/compose.dev.yaml", more)]), "");
    assert_eq!(told(&[base, ("b/compose.yaml", more)]).lines().count(), 2);
    let partial = "services: {web: {depends_on: [api]}}\n";
    assert_eq!(told(&[("b/compose.yaml", partial)]), "");
    let including = ("compose.yaml", "include: [a/compose.yaml]\n");
    assert_eq!(told(&[base, including, ("b/compose.yaml", more)]), "");
    let unseen = format!("include: [grafana.yaml]\n{more}");
    assert_eq!(told(&[("b/compose.yaml", unseen.as_str())]), "");
}

#[test]
fn a_variable_that_differs_by_a_slip_is_told() {
    let text = "services:\n  api: {image: a, environment: {PUORT: 1, HOST: x}}\n  worker: {image: a, environment: {PORT: 1, HOST: x}}\n";
    assert_eq!(told_of(text), "", "either of the two may be the right one");
    let other = "services: {api: {image: a, environment: [PORT=1]}}\n";
    let told = told(&[("compose.yaml", text), ("compose.dev.yaml", other)]);
    assert_eq!(told, "PUORT | warning: service api sets `PUORT`, and others set `PORT`\n");
    let twice = "services: {api: {image: a, environment: {PORT: 1, A: 1, A: 2}}}\n";
    assert_eq!(self::told(&[("compose.yaml", text), ("compose.dev.yaml", twice)]), told);
    let both = "services:\n  api: {image: a, environment: [PUORT=1, PORT=1]}\n  worker: {image: a, environment: {PORT: 1}}\n  c: {image: a, environment: {PORT: 1}}\n";
    assert_eq!(told_of(both), "");
}

#[test]
fn plurals_and_protocols_are_no_slips() {
    for (one, other) in [
        ("HTTPS_PORT", "HTTP_PORT"),
        ("HTTP_PORT", "HTTPS_PORT"),
        ("DB_HOSTS", "DB_HOST"),
        ("USERS", "USER"),
        ("USER", "USERS"),
        ("HTTPSPROXY", "HTTPPROXY"),
    ] {
        let text = format!(
            "services:\n  a: {{image: a, environment: {{{one}: 1}}}}\n  b: {{image: b, environment: {{{other}: 1}}}}\n  \
             c: {{image: c, environment: {{{other}: 1}}}}\n"
        );
        assert_eq!(told_of(&text), "", "{one} {other}");
    }
    let text = "services:\n  a: {image: a, environment: [ADDRES=1]}\n  b: {image: b, environment: [ADDRESS=1]}\n  c: {image: c, environment: [ADDRESS=1]}\n";
    assert_eq!(told_of(text), "ADDRES | warning: service a sets `ADDRES`, and others set `ADDRESS`\n");
}

#[test]
fn of_a_list_only_names_are_told() {
    let text = "services:\n  a: {image: a, environment: ['PASSWROD: x']}\n  b: {image: b, environment: ['PASSWORD: x']}\n  c: {image: c, environment: ['PASSWORD: x']}\n";
    assert_eq!(told_of(text), "");
}

#[test]
fn an_override_stands_over_its_base() {
    let more = "services: {web: {image: web, depends_on: [api]}}\n";
    for (base, over) in [
        ("a/compose.yaml", "a/compose.override.yaml"),
        ("a/docker-compose.yml", "a/docker-compose.override.yml"),
    ] {
        assert_eq!(told(&[(base, "services: {api: {image: api}}\n"), (over, more)]), "");
        assert_eq!(
            told(&[(base, "include: [api.yaml]\n"), (over, more)]),
            "",
            "what is included is not seen"
        );
    }
}

#[test]
fn what_nothing_defines_is_compared_as_long_as_it_is_little_work() {
    for count in [10, 6000] {
        let mut text = "services:\n".to_owned();
        for at in 0..count {
            writeln!(text, "  web{at}: {{image: a, depends_on: [wbe{at}]}}")
                .expect("a text takes everything");
        }
        assert_eq!(told_of(&text).lines().count(), count);
    }
}

#[test]
fn what_is_no_mapping_is_left_alone() {
    for text in [
        "",
        "[]",
        "services: []\n",
        "services: {a: []}\n",
        "services: {a: {environment: 1}}\n",
        "- services\n",
    ] {
        told_of(text);
    }
}
