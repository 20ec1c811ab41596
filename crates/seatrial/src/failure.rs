//! Why the job could not be done, in plain sentences.

use std::fmt::Display;
use std::io::Write;

use seatrial_diagnostics::terminal::plain;

use crate::COULD_NOT_RUN;

/// What went wrong, and what to try.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Says it on stderr and gives the exit code.
    pub(crate) fn report(&self) -> u8 {
        say("error", &self.message);
        if let Some(hint) = &self.hint {
            say("hint", hint);
        }
        COULD_NOT_RUN
    }
}

/// A line on stderr that does not change the exit code.
pub(crate) fn warn(message: &str) {
    say("warning", message);
}

/// What was done besides the report.
pub(crate) fn note(message: &str) {
    say("note", message);
}

/// Something that keeps a part from being done, with its place where it has one.
pub(crate) fn problem(place: &str, message: &str) {
    let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
    say("error", &format!("{place}{message}"));
}

/// Each line of a message on its own. When stderr is gone there is nobody to tell.
fn say(word: &str, message: &str) {
    let style = match word {
        "error" => "\x1b[1;91m",
        "warning" => "\x1b[1;33m",
        _ => "\x1b[1;96m",
    };
    let mut stderr = anstream::stderr().lock();
    for line in message.lines() {
        if writeln!(stderr, "{style}{word}\x1b[0m: {}", plain(line)).is_err() {
            return;
        }
    }
}
