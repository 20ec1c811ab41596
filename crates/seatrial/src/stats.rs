//! How much a run handled and where its time went, for `--stats`.
//!
//! Times differ from run to run, so they are said on stderr and stand in no
//! report.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use seatrial_trial::{Stage, Stages, Trial};

use crate::output;

/// Keeps when each stage was over.
pub(crate) struct Clock {
    start: Instant,
    ends: RefCell<Vec<(Stage, Instant)>>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now(), ends: RefCell::default() }
    }

    /// Says what was handled and how long it took, everything included.
    pub(crate) fn print(&self, trial: &Trial) {
        let text = volume(trial) + &findings(trial) + &self.times();
        output::say(&text);
    }

    fn times(&self) -> String {
        let mut text = String::new();
        let mut last = self.start;
        for &(stage, end) in self.ends.borrow().iter() {
            text += &line(stage.as_str(), &milliseconds(end.duration_since(last)));
            last = end;
        }
        let now = Instant::now();
        text += &line("report", &milliseconds(now.duration_since(last)));
        text + &line("total", &milliseconds(now.duration_since(self.start)))
    }
}

impl Stages for Clock {
    fn over(&self, stage: Stage) {
        self.ends.borrow_mut().push((stage, Instant::now()));
    }
}

fn volume(trial: &Trial) -> String {
    let volume = &trial.volume;
    let numbers = [
        ("files", volume.files),
        ("read", volume.read),
        ("bytes", volume.bytes),
        ("documents", volume.documents),
        ("objects", volume.objects),
        ("units", volume.units),
        ("checks", trial.checks.len()),
        ("notices", volume.notices),
        ("findings", trial.findings.len()),
    ];
    numbers.iter().map(|(name, number)| line(name, &number.to_string())).collect()
}

fn findings(trial: &Trial) -> String {
    let mut by_check: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &trial.findings {
        *by_check.entry(finding.check.id).or_default() += 1;
    }
    by_check.iter().map(|(check, count)| line(&format!("  {check}"), &count.to_string())).collect()
}

fn line(name: &str, value: &str) -> String {
    format!("{name:36} {value:>12}\n")
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
