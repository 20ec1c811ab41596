//! Fuzzes `conformance::fuzz::strvals`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::strvals(bytes));
