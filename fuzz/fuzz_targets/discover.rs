//! Fuzzes `conformance::fuzz::discover`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::discover(bytes));
