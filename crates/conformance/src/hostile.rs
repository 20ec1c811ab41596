//! Suite `hostile`: trees made to hurt, what comes of each, and what it took.
//! The cases belong to the tests of the binary; here they are only measured.

#[path = "../../seatrial/tests/hostile/mod.rs"]
mod cases;

use std::env;
use std::time::Duration;

use anyhow::bail;

use crate::{Disagreement, Family, Options, Report, Suite};
use cases::{Case, Outcome};

pub(crate) const SUITE: Suite = Suite {
    name: "hostile",
    own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/../seatrial/tests/hostile/cases"),
    run,
};

/// Longer than this no case may take, on the machine of a person.
const TIME_MAX: Duration = Duration::from_secs(2);
/// After this a case is ended.
const DEADLINE: Duration = Duration::from_mins(1);

fn run(options: &Options) -> anyhow::Result<Report> {
    let program = env::current_exe()?.with_file_name(format!("seatrial{}", env::consts::EXE_SUFFIX));
    if !program.is_file() {
        bail!("{} is not built; build the package `seatrial` in the same profile", program.display());
    }
    let families = cases::tables(&options.dir).into_iter().map(|(name, cases)| {
        let mut family = Family::new(name);
        for case in cases {
            let outcome = case.run(&program, DEADLINE);
            family.notes.push(line(&case, &outcome));
            family.count(disagreement(&case, outcome));
        }
        family
    });
    Ok(Report { suite: SUITE.name, families: families.collect() })
}

/// Time, memory, what the case is, and what a person is told.
fn line(case: &Case, outcome: &Outcome) -> String {
    let mib = outcome.peak_kib.map_or_else(|| "?".to_owned(), |peak| (peak >> 10).to_string());
    format!("{:>6} ms {mib:>4} MiB  {}: {}", outcome.elapsed.as_millis(), case.name, outcome.told)
}

fn disagreement(case: &Case, outcome: Outcome) -> Option<Disagreement> {
    let mut wrong = outcome.wrong;
    if outcome.elapsed > TIME_MAX {
        wrong.push(format!("it took {:?}", outcome.elapsed));
    }
    (!wrong.is_empty()).then(|| Disagreement {
        id: case.name.clone(),
        input: case.name.clone(),
        recorded: "the outcome described there, within 2 s and 256 MiB".to_owned(),
        ours: wrong.join("\n"),
    })
}
