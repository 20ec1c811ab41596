//! Speed of reading and printing about 5 MB of manifests, the same in every run.

use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use seatrial_source::FileId;
use seatrial_yaml::emit::{EmitOptions, emit};
use seatrial_yaml::events::Parser;
use seatrial_yaml::{Dialect, Limits, Node, parse};

const BYTES: usize = 5 << 20;

/// Documents as people write them: comments, lists, block scalars, quotes.
fn manifests() -> String {
    let mut text = String::with_capacity(BYTES + 4096);
    let mut number = 0;
    while text.len() < BYTES {
        deployment(&mut text, number);
        service(&mut text, number);
        config_map(&mut text, number);
        number += 1;
    }
    text
}

fn deployment(text: &mut String, number: usize) {
    let port = 8000 + number % 1000;
    write!(
        text,
        r#"---
# Deployment {number}, owned by team-{team}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-api-{number}
  namespace: shop-{team}
  labels: {{app: shop-api-{number}, tier: backend}}
  annotations:
    example.com/owner: "team {team}"
    example.com/docs: https://docs.example.com/shop/{number}?from=manifest
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: shop-api-{number}
  template:
    metadata:
      labels:
        app: shop-api-{number}
        version: "1.{replicas}.0"
    spec:
      serviceAccountName: shop-api
      containers:
        - name: api
          image: registry.example.com/shop/api:1.{replicas}.{number}
          ports:
            - name: http
              containerPort: {port}
          env:
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef: {{name: shop-db, key: url}}
            - name: GREETING
              value: 'it''s open'  # shown on the front page
            - {{name: LOG_LEVEL, value: "info\n"}}
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              cpu: "1"
              memory: 512Mi
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 5
            periodSeconds: 10
          securityContext:
            runAsNonRoot: true
            readOnlyRootFilesystem: yes
"#,
        team = number % 7,
        replicas = 1 + number % 9,
    )
    .expect("a string takes everything");
}

fn service(text: &mut String, number: usize) {
    write!(
        text,
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop-api-{number}\nspec:\n  selector:\n    \
         app: shop-api-{number}\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n  \
         - name: metrics\n    port: 9090\n    targetPort: 9090\n"
    )
    .expect("a string takes everything");
}

fn config_map(text: &mut String, number: usize) {
    write!(
        text,
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop-config-{number}\ndata:\n  \
         timeout: \"30\"\n  start.sh: |\n    #!/bin/sh\n    set -eu\n    \
         echo \"starting shop {number}\"\n\n    exec /usr/local/bin/shop --port 8080 \\\n      \
         --verbose\n  motd: >-\n    Welcome to the shop,\n    number {number}.\n"
    )
    .expect("a string takes everything");
}

fn bench(criterion: &mut Criterion) {
    let text: Arc<str> = manifests().into();
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("manifests");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    for (name, dialect) in [("goyaml2", Dialect::GoYaml2), ("goyaml3", Dialect::GoYaml3)] {
        group.bench_function(format!("events/{name}"), |bencher| {
            bencher.iter(|| {
                let mut parser = Parser::new(&text, dialect, &limits);
                let mut events = 0;
                while let Some(event) = parser.next() {
                    black_box(event);
                    events += 1;
                }
                events
            });
        });
        group.bench_function(format!("values/{name}"), |bencher| {
            bencher.iter(|| parse(FileId(0), Arc::clone(&text), dialect, &limits));
        });
    }
    group.finish();
    bench_emission(criterion, &text);

    let json: Arc<str> = parse(FileId(0), text, Dialect::GoYaml2, &limits)
        .roots()
        .map(Node::to_json)
        .collect::<Vec<_>>()
        .join("\n")
        .into();
    let mut group = criterion.benchmark_group("json");
    group.throughput(Throughput::Bytes(json.len() as u64)).sample_size(20);
    group.bench_function("values", |bencher| {
        bencher.iter(|| parse(FileId(0), Arc::clone(&json), Dialect::Json, &limits));
    });
    group.finish();
}

/// Throughput in bytes of the printed text.
fn bench_emission(criterion: &mut Criterion, text: &Arc<str>) {
    let mut group = criterion.benchmark_group("emission");
    for (name, dialect) in [("goyaml2", Dialect::GoYaml2), ("goyaml3", Dialect::GoYaml3)] {
        let stream = parse(FileId(0), Arc::clone(text), dialect, &Limits::default());
        let options = EmitOptions::new(dialect);
        let print = || stream.roots().map(|root| emit(root, &options).len()).sum::<usize>();
        group.throughput(Throughput::Bytes(print() as u64)).sample_size(20);
        group.bench_function(name, |bencher| bencher.iter(print));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
