//! Writing to the terminal and to files.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use seatrial_diagnostics::terminal::Style;

use crate::args::Color;
use crate::failure::Failure;

/// Columns when stdout is no terminal.
const WIDTH: usize = 100;
/// Longer lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 140;

/// How to print on stdout.
pub(crate) fn style(color: Color) -> Style {
    Style { color: choice(color) != ColorChoice::Never, width: width() }
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        // NO_COLOR, CLICOLOR, TERM and whether it is a terminal.
        Color::Auto => AutoStream::choice(&io::stdout()),
    }
}

fn width() -> usize {
    if !io::stdout().is_terminal() {
        return WIDTH;
    }
    let size = terminal_size::terminal_size_of(io::stdout());
    size.map_or(WIDTH, |(width, _)| usize::from(width.0).min(WIDTH_MAX))
}

/// Writes to stdout. A reader that closed its end has seen enough.
pub(crate) fn print(text: &str, color: Color) -> Result<(), Failure> {
    let mut stdout = AutoStream::new(io::stdout().lock(), choice(color));
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a file whole.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())))
}
