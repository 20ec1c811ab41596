//! The whole pipeline over the generated tree, held in memory: a tenth and
//! two tenths of the full size, so that growth shows.

#[path = "../../../bench/tree.rs"]
mod tree;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use seatrial_source::{MemoryFiles, TreePath};
use seatrial_trial::{Config, Date, TrialRequest, check};

fn whole_pipeline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    for count in [1_000, 2_000] {
        let files: MemoryFiles = (0..count).map(tree::file).collect();
        let bytes: usize = (0..count).map(|number| tree::file(number).1.len()).sum();
        let request = TrialRequest {
            cluster: None,
            files: &files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config::default(),
            config_text: None,
            today: Date::new(2026, 1, 1).expect("a day"),
            units: None,
        };
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| black_box(check(&request)).findings.len());
        });
    }
    group.finish();
}

criterion_group!(benches, whole_pipeline);
criterion_main!(benches);
