//! What a suite found, and how it is printed.

use std::io::{self, Write};

/// A case on which we and the real program differ.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The case's id.
    pub id: String,
    /// What both were asked.
    pub input: String,
    /// The recorded answer.
    pub recorded: String,
    /// Our answer.
    pub ours: String,
}

/// The cases of one file or folder.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// The file or folder, without its ending.
    pub name: String,
    /// How many cases agree.
    pub agree: usize,
    /// How many cases were compared.
    pub compared: usize,
    /// How many cases lack their input; they count nowhere.
    pub not_run: usize,
    /// The cases that do not agree.
    pub disagreements: Vec<Disagreement>,
    /// Lines to print after its own.
    pub notes: Vec<String>,
}

impl Family {
    /// A family without a case yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Counts a case that was compared.
    pub fn count(&mut self, disagreement: Option<Disagreement>) {
        self.compared += 1;
        match disagreement {
            None => self.agree += 1,
            Some(disagreement) => self.disagreements.push(disagreement),
        }
    }
}

/// Everything a suite found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The suite's name.
    pub suite: &'static str,
    /// One entry for each file or folder, in the order of their names.
    pub families: Vec<Family>,
}

impl Report {
    /// How many cases agree.
    pub fn agree(&self) -> usize {
        self.families.iter().map(|family| family.agree).sum()
    }

    /// How many cases were compared.
    pub fn compared(&self) -> usize {
        self.families.iter().map(|family| family.compared).sum()
    }

    /// Prints one line for each family and the sum as the last line; with
    /// `list` every disagreement before its family.
    pub fn print(&self, out: &mut dyn Write, list: bool) -> io::Result<()> {
        for family in &self.families {
            if list {
                print_disagreements(out, &family.disagreements)?;
            }
            print_family(out, family)?;
        }
        writeln!(out, "{}: {} of {} agree", self.suite, self.agree(), self.compared())
    }
}

fn print_disagreements(out: &mut dyn Write, disagreements: &[Disagreement]) -> io::Result<()> {
    for it in disagreements {
        writeln!(out, "{}", it.id)?;
        writeln!(out, "  input    {}", it.input)?;
        writeln!(out, "  recorded {}", it.recorded)?;
        writeln!(out, "  ours     {}", it.ours)?;
    }
    Ok(())
}

fn print_family(out: &mut dyn Write, family: &Family) -> io::Result<()> {
    if family.compared > 0 || family.not_run == 0 {
        writeln!(out, "{}: {} of {}", family.name, family.agree, family.compared)?;
    }
    if family.not_run > 0 {
        writeln!(out, "{}: {} not run, their inputs are not here", family.name, family.not_run)?;
    }
    for note in &family.notes {
        writeln!(out, "{note}")?;
    }
    Ok(())
}
