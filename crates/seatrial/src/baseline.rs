//! Baselines on disk: read before a report, written beside it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use seatrial_trial::{Baseline, Trial};

use crate::choice::Choice;
use crate::failure::{Failure, note};
use crate::output;

/// Bytes of a baseline at most.
const BYTES_MAX: u64 = 256 << 20;

/// The baseline that findings are compared with, where one is named. It is
/// read before the check, so that a wrong name is told at once.
pub(crate) fn read(choice: &Choice) -> Result<Option<Baseline>, Failure> {
    let Some(file) = &choice.baseline else { return Ok(None) };
    let text = text(file)?;
    let baseline = Baseline::parse(&text);
    baseline.map(Some).map_err(|error| {
        Failure::new(format!("`{}` is no baseline: {error}", file.display()))
            .hint("`--write-baseline FILE` makes one; a report by `--format json` is one too")
    })
}

fn text(file: &Path) -> Result<String, Failure> {
    let name = file.display();
    let open = File::open(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(format!("the baseline `{name}` does not exist"))
            .hint(format!("`--write-baseline {name}` makes one of what is found today")),
        _ => Failure::new(format!("the baseline `{name}` cannot be opened: {error}")),
    })?;
    let mut bytes = Vec::new();
    let read = open.take(BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("the baseline `{name}` cannot be read: {error}")))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failure::new(format!("the baseline `{name}` holds more than {} MiB", BYTES_MAX >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("the baseline `{name}` is not UTF-8 text")))
}

/// Writes everything that was found, where a file is named.
pub(crate) fn write(trial: &Trial, choice: &Choice, quiet: bool) -> Result<(), Failure> {
    let Some(file) = &choice.write_baseline else { return Ok(()) };
    let baseline = Baseline::of(trial);
    output::write(file, &baseline.to_json())?;
    if !quiet {
        let name = file.display();
        let count = baseline.len();
        let findings = if count == 1 { "finding" } else { "findings" };
        note(&format!(
            "{count} {findings} written to `{name}`; `--baseline {name}` reports only what is new"
        ));
    }
    Ok(())
}
