//! Runs the binary as a program, with a deadline and an eye on its memory.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often the program is looked at.
const PAUSE: Duration = Duration::from_millis(2);

/// The forms of the report that are written beside the one on stdout.
const FORMATS: [&str; 5] = ["terminal", "sarif", "junit", "markdown", "github"];

/// What a run left behind.
pub(super) struct Run {
    /// The exit code; none if it was killed.
    pub(super) code: Option<i32>,
    /// The JSON report.
    pub(super) stdout: String,
    /// What was said besides.
    pub(super) stderr: String,
    /// The report in every other form, with the form's name.
    pub(super) others: Vec<(&'static str, String)>,
    pub(super) elapsed: Duration,
    pub(super) peak_kib: Option<u64>,
}

/// `seatrial check` on a tree, with everything it prints kept in `place`.
pub(super) fn run(program: &Path, tree: &Path, place: &Path, words: &[String], deadline: Duration) -> Run {
    let file = |name: &str| File::create(place.join(name)).expect("a file can be made");
    let mut command = Command::new(program);
    command.current_dir(tree).env_clear().stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
    command.args(["check", "--today", "2026-11-21", "--format", "json"]);
    for format in FORMATS {
        command.arg("--output").arg(format!("{format}={}", place.join(format).display()));
    }
    command.args(words);
    let started = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let (code, peak_kib) = watch(&mut child, started + deadline);
    let elapsed = started.elapsed();
    let text = |name: &str| {
        let bytes = fs::read(place.join(name)).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_else(|_| format!("{name} is not UTF-8: panicked"))
    };
    let others = FORMATS.map(|format| (format, text(format))).into();
    Run { code, stdout: text("stdout"), stderr: text("stderr"), others, elapsed, peak_kib }
}

/// Waits for the end, which comes at the deadline at the latest.
fn watch(child: &mut Child, deadline: Instant) -> (Option<i32>, Option<u64>) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    loop {
        peak = peak.max(peak_kib(&status));
        if let Some(ended) = child.try_wait().expect("it is our child") {
            return (ended.code(), peak);
        }
        if Instant::now() > deadline {
            child.kill().expect("it is our child");
            child.wait().expect("it is our child");
            return (None, peak);
        }
        std::thread::sleep(PAUSE);
    }
}

/// The most memory that a running program had so far, where Linux tells.
fn peak_kib(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
