//! Fuzzes `conformance::fuzz::chart`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::chart(bytes));
