//! Fuzzes `conformance::fuzz::jmespath`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::jmespath(bytes));
