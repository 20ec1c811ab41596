//! Fuzzes `conformance::fuzz::edit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::edit(bytes));
