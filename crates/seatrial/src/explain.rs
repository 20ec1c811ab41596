//! `seatrial explain`: a check's page, or the list of all checks.

use seatrial_diagnostics::terminal::{Base, list, page};
use seatrial_trial::catalogue;
use seatrial_trial::config::find_check;

use crate::args::{Explain, ListFormat};
use crate::failure::Failure;
use crate::{CLEAN, output};

pub(crate) fn run(arguments: &Explain) -> Result<u8, Failure> {
    let checks = catalogue();
    let one = arguments.id.as_deref().map(|id| find_check(id, &checks)).transpose();
    let one = one.map_err(|unknown| Failure::new(&unknown).hint(unknown.hint()))?;
    let style = output::style(arguments.color, Base::Top);
    let text = match (arguments.format, one) {
        (ListFormat::Terminal, None) => list(&checks, &style),
        (ListFormat::Terminal, Some(check)) => page(check, &style),
        (ListFormat::Json, None) => seatrial_report::checks(&checks, false),
        (ListFormat::Json, Some(check)) => seatrial_report::checks(&[check], true),
    };
    output::print(&text, arguments.color)?;
    Ok(CLEAN)
}
