//! Fuzzes `conformance::fuzz::emit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::emit(bytes));
