//! Fuzzes `conformance::fuzz::kustomization`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::kustomization(bytes));
