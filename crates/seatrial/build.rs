//! Links the program at a fixed address where that is the default of the tools
//! beside it, too.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Forty thousand addresses would have to be corrected at each start: up to
    // half a millisecond, a tenth of what a small chart takes. Go links its
    // programs likewise. The price is that the program's own addresses are not
    // random: input is read by code without `unsafe`, but for the allocator and
    // what libraries hold.
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|it| it == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
