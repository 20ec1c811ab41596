//! Links the program so that it starts quickly: at a fixed address, and with the C
//! library inside where that has it for linking.

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
    // What looks names of hosts up loads modules of the system's own C library.
    if env::var_os("CARGO_FEATURE_FETCH").is_some() {
        return;
    }
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else { return };
    let Some(scripts) = users(&out).and_then(|it| static_libraries(&it)) else { return };
    if scripts.iter().all(|(name, script)| fs::write(out.join(name), script).is_ok()) {
        // For the program alone: with a search path tests would take the archives, too.
        println!("cargo:rustc-link-arg-bins=-L{}", out.display());
        println!("cargo:rustc-link-arg-bins=-static");
    }
}

/// What links, which also compiles.
fn compiler() -> Command {
    Command::new(env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into()))
}

/// The answers to the C library's questions about users, none of which it may ask.
fn users(out: &Path) -> Option<String> {
    println!("cargo:rerun-if-changed=users.c");
    let object = out.join("users.o");
    let compiled = compiler().args(["-c", "-O2", "users.c", "-o"]).arg(&object).status().ok()?;
    object.into_os_string().into_string().ok().filter(|it| compiled.success() && is_plain(it))
}

/// Whether a path can stand in a script as it is.
fn is_plain(path: &str) -> bool {
    path.bytes().all(|it| it.is_ascii_alphanumeric() || b"/._+-".contains(&it))
}

/// Libraries to find and relocate at each start are a fifth of what a small build
/// takes. Rust asks for the shared ones by name, so each name leads to the
/// archive: linker scripts with their file names. None where this was not tried, or
/// where the compiler that links lacks an archive, as it does on systems that
/// have a package of its own for them.
fn static_libraries(users: &str) -> Option<Vec<(String, String)>> {
    let target = env::var("TARGET").ok()?;
    if target != "x86_64-unknown-linux-gnu" || env::var("HOST").ok()? != target {
        return None;
    }
    let archive = |name: &str| {
        let said = compiler().arg(format!("-print-file-name=lib{name}.a")).output().ok()?;
        let path = String::from_utf8(said.stdout).ok()?.trim().to_owned();
        if !Path::new(&path).is_absolute() || !Path::new(&path).is_file() || !is_plain(&path) {
            return None;
        }
        // Another compiler has it elsewhere.
        println!("cargo:rerun-if-changed={path}");
        Some(path)
    };
    let unwinder = archive("gcc_eh")?;
    let mut scripts = Vec::new();
    for name in ["m", "dl", "pthread", "rt", "util"] {
        scripts.push((format!("lib{name}.so"), format!("INPUT({})\n", archive(name)?)));
    }
    // What comes first is taken.
    scripts.push(("libc.so".to_owned(), format!("INPUT({users} {})\n", archive("c")?)));
    scripts.push(("libgcc_s.so".to_owned(), format!("INPUT({unwinder})\n")));
    Some(scripts)
}
