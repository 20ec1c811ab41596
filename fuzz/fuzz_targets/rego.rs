//! Fuzzes `conformance::fuzz::rego`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::rego(bytes));
