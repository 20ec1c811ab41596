//! Which documents a run writes, and where.

use std::path::{Path, PathBuf};

use seatrial_diagnostics::Severity;
use seatrial_diagnostics::terminal::{Base, Style};
use seatrial_report::terminal::{ending, findings};
use seatrial_trial::Trial;

use crate::args::{Check, FailOn, Format};
use crate::failure::Failure;
use crate::output;

/// A document and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    format: Format,
    /// None for stdout.
    file: Option<PathBuf>,
}

/// What is to be written, refused before anything is read where it cannot be.
pub(crate) fn targets(arguments: &Check) -> Result<Vec<Target>, Failure> {
    let mut targets: Vec<Target> = Vec::new();
    for output in &arguments.output {
        let format = output.format.unwrap_or(arguments.format);
        let file = (output.file != Path::new("-")).then(|| output.file.clone());
        targets.push(Target { format, file });
    }
    // A file without a format stands in the place of stdout.
    if arguments.output.iter().all(|it| it.format.is_some()) {
        targets.push(Target { format: arguments.format, file: None });
    }
    let mut taken: Vec<Option<PathBuf>> = Vec::new();
    for target in &targets {
        let place = target.file.as_deref().map(output::real_place);
        if taken.contains(&place) {
            return Err(twice(target));
        }
        taken.push(place);
        if let Some(file) = &target.file {
            output::refuse_unwritable(file)?;
        }
    }
    Ok(targets)
}

fn twice(target: &Target) -> Failure {
    match &target.file {
        Some(file) => Failure::new(format!("`{}` would be written twice", file.display()))
            .hint("give every --output a file of its own"),
        None => Failure::new("stdout would be written twice")
            .hint("choose what it gets with --format, and give every --output a file"),
    }
}

/// Writes every document.
pub(crate) fn write(trial: &Trial, targets: &[Target], base: Base, arguments: &Check) -> Result<(), Failure> {
    for target in targets {
        if let Some(file) = &target.file {
            output::write(file, &document(trial, target.format, &Style::PLAIN, arguments))?;
        }
    }
    let Some(stdout) = targets.iter().find(|it| it.file.is_none()) else { return Ok(()) };
    let style = output::style(arguments.color, base);
    let text = || document(trial, stdout.format, &style, arguments);
    match stdout.format {
        // No control character stands in JSON but escaped.
        Format::Json => output::print_by(|out| seatrial_report::write_json(trial, out)),
        Format::Sarif => output::print_plain(&text()),
        _ => output::print(&text(), arguments.color),
    }
}

fn document(trial: &Trial, format: Format, style: &Style, arguments: &Check) -> String {
    let show = arguments.show.map(Severity::from);
    match format {
        Format::Json => seatrial_report::json(trial),
        Format::Sarif => seatrial_report::sarif(trial),
        Format::Junit => {
            seatrial_report::junit(trial, fails_from(arguments.fail_on).unwrap_or(Severity::Error))
        }
        Format::Markdown => seatrial_report::markdown(trial),
        Format::Github => seatrial_report::github(trial),
        Format::Terminal if arguments.quiet => findings(trial, show, style),
        Format::Terminal => findings(trial, show, style) + &ending(trial, style),
    }
}

/// The severity from which a finding counts against the tree.
pub(crate) fn fails_from(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Never => None,
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Info => Some(Severity::Info),
    }
}
