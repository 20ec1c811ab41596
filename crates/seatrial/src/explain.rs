//! `seatrial explain`: a check's page, or the list of all checks.

use seatrial_diagnostics::terminal::{Base, list, page};
use seatrial_diagnostics::{CheckInfo, Strictness};
use seatrial_trial::catalogue;
use seatrial_trial::config::{CheckPattern, GROUPS, UnknownCheck, find_check, known_check};

use crate::args::{Explain, ListFormat};
use crate::failure::Failure;
use crate::{CLEAN, output};

pub(crate) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let asked = asked(arguments.id.as_deref())?;
    let style = output::style(arguments.color, Base::Top);
    let text = match (arguments.format, asked) {
        (ListFormat::Terminal, Asked::List(checks)) => list(&checks, &style),
        (ListFormat::Terminal, Asked::Page(check)) => page(check, &style),
        (ListFormat::Json, Asked::List(checks)) => seatrial_report::checks(&checks, false),
        (ListFormat::Json, Asked::Page(check)) => seatrial_report::checks(&[check], true),
    };
    output::print(&text, arguments.color)?;
    Ok(CLEAN)
}

/// What a person wants to see.
enum Asked {
    List(Vec<&'static CheckInfo>),
    Page(&'static CheckInfo),
}

/// An id stands for its page, a glob or a group for the list of its checks.
fn asked(id: Option<&str>) -> Result<Asked, Failure> {
    let mut checks = catalogue();
    let Some(id) = id else { return Ok(Asked::List(checks)) };
    let unknown = |unknown: UnknownCheck| Failure::new(&unknown).hint(unknown.hint());
    let is_strict = |check: &CheckInfo| check.strictness == Strictness::Strict;
    if GROUPS.contains(&id) {
        checks.retain(|check| is_strict(check) == (id == "strict"));
        return Ok(Asked::List(checks));
    }
    if !id.contains('*') {
        return find_check(id, &checks).map(Asked::Page).map_err(unknown);
    }
    known_check(id, &checks).map_err(unknown)?;
    let pattern = CheckPattern::new(id);
    checks.retain(|check| pattern.names(check.id));
    Ok(Asked::List(checks))
}
