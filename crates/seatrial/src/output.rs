//! Writing to the terminal and to files.

use std::env;
use std::fs;
use std::io::{self, BufWriter, IoSlice, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use seatrial_diagnostics::terminal::{Base, Style};

use crate::args::Color;
use crate::failure::Failure;

/// Longer lines are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 140;
/// Bytes that are kept before they are written.
const BUFFER: usize = 1 << 16;
/// Links followed to where a file is written, which may lead in a circle.
const LINKS_MAX: usize = 16;

/// How to print on stdout, with paths that are read from this base.
pub(crate) fn style(color: Color, base: Base) -> Style {
    Style { color: choice(color) != ColorChoice::Never, width: width(), base }
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        // NO_COLOR, CLICOLOR, TERM and whether it is a terminal.
        Color::Auto => AutoStream::choice(&io::stdout()),
    }
}

/// Columns of the terminal, or what `COLUMNS` says; none where neither does.
fn width() -> Option<usize> {
    let wanted = env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok()).filter(|it| *it > 0);
    let terminal = || {
        let size = io::stdout().is_terminal().then(|| terminal_size::terminal_size_of(io::stdout()));
        size.flatten().map(|(width, _)| usize::from(width.0))
    };
    wanted.or_else(terminal).map(|width| width.min(WIDTH_MAX))
}

/// Writes to stdout, colours as they are wanted.
pub(crate) fn print(text: &str, color: Color) -> Result<(), Failure> {
    ended(print_to(AutoStream::new(io::stdout().lock(), choice(color)), text))
}

/// Writes to stdout what has no colours that would have to be taken out.
pub(crate) fn print_plain(text: &str) -> Result<(), Failure> {
    ended(print_to(io::stdout().lock(), text))
}

/// The same for a text that is made part by part: each is handed to what `make` is given.
pub(crate) fn print_parts(make: impl FnOnce(&mut dyn FnMut(&str))) -> Result<(), Failure> {
    print_by(|stdout| {
        let mut written = Ok(());
        make(&mut |part| {
            if written.is_ok() {
                written = stdout.write_all(part.as_bytes());
            }
        });
        written
    })
}

/// The same for a text that is written as it is made.
pub(crate) fn print_by(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut stdout = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    ended(write(&mut stdout).and_then(|()| stdout.flush()))
}

/// The same for a text that lies in pieces.
pub(crate) fn print_stretches(stretches: &[&str]) -> Result<(), Failure> {
    let mut slices: Vec<IoSlice<'_>> = stretches.iter().map(|it| IoSlice::new(it.as_bytes())).collect();
    ended(print_all(&mut slices))
}

fn print_all(mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    // What is empty is taken off, so that something is written in each turn.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match stdout.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    stdout.flush()
}

fn print_to(mut stdout: impl Write, text: &str) -> io::Result<()> {
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// A reader that closed its end has seen enough.
fn ended(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to stderr. When it is gone there is nobody to tell.
pub(crate) fn say(text: &str) {
    let mut stderr = anstream::stderr().lock();
    if stderr.write_all(text.as_bytes()).is_ok() {
        let _ = stderr.flush();
    }
}

/// Says beforehand that a file cannot be written.
pub(crate) fn refuse_unwritable(file: &Path) -> Result<(), Failure> {
    if file.is_dir() {
        return Err(Failure::new(format!("`{}` is a directory", file.display()))
            .hint("--output takes the name of a file"));
    }
    let directory = file.parent().filter(|it| !it.as_os_str().is_empty());
    match directory {
        Some(directory) if !directory.is_dir() => Err(Failure::new(format!(
            "`{}` cannot be written: there is no directory `{}`",
            file.display(),
            directory.display()
        ))),
        _ => Ok(()),
    }
}

/// Where a file comes to lie, which need not be there yet: one file has many
/// names.
pub(crate) fn real_place(file: &Path) -> PathBuf {
    let mut file = file.to_owned();
    for _ in 0..LINKS_MAX {
        let parent = file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Ok(target) = fs::read_link(&file) else {
            let parent = parent.canonicalize().unwrap_or_else(|_| parent.to_owned());
            return file.file_name().map_or(parent.clone(), |name| parent.join(name));
        };
        file = parent.join(target);
    }
    file
}

/// Writes a file whole.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())))
}
