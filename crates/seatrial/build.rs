//! Links the program so that it starts quickly: at a fixed address, and with the
//! unwinder inside.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let is = |key: &str, value: &str| env::var(key).is_ok_and(|it| it == value);
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return;
    }
    // Forty thousand addresses would have to be corrected at each start: up to
    // half a millisecond, a tenth of what a small chart takes. Go links its
    // programs likewise. The price is that the program's own addresses are not
    // random: input is read by code without `unsafe`, but for the allocator and
    // what libraries hold.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // A library less to find and relocate at each start, a tenth of a millisecond.
    // Rust asks for the shared unwinder by name, so that name leads to the static one.
    if let (Some(archive), Some(out)) = (static_unwinder(), env::var_os("OUT_DIR")) {
        // Another compiler has it elsewhere.
        println!("cargo:rerun-if-changed={}", archive.display());
        let script = format!("INPUT({})\n", archive.display());
        if fs::write(Path::new(&out).join("libgcc_s.so"), script).is_ok() {
            println!("cargo:rustc-link-search=native={}", Path::new(&out).display());
        }
    }
}

/// Where the compiler that links keeps its unwinder; none where this was not
/// tried, and when there is no such archive or its path cannot stand in a script.
fn static_unwinder() -> Option<PathBuf> {
    let target = env::var("TARGET").ok()?;
    if target != "x86_64-unknown-linux-gnu" || env::var("HOST").ok()? != target {
        return None;
    }
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let said = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let path = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim());
    let is_plain = path.to_str()?.bytes().all(|it| it.is_ascii_alphanumeric() || b"/._+-".contains(&it));
    (path.is_absolute() && path.is_file() && is_plain).then_some(path)
}
