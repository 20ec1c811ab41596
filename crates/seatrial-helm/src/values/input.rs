//! What the user gives beside the chart: values files and `--set` arguments.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_source::{FileId, Span};

use super::set::{self, Mode};
use super::text::{ValuesFault, ValuesText, merge_maps};
use crate::template::{Map, Trace};
use crate::versions::Switches;

/// A values file, as `-f` names it.
#[derive(Clone, Debug)]
pub struct ValuesFile {
    /// The name that was given, for messages.
    pub name: String,
    /// Its id.
    pub file: FileId,
    /// What it holds.
    pub text: Arc<str>,
}

/// An argument, with the id of the source that was made of its text.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its id.
    pub file: FileId,
    /// The text.
    pub text: Arc<str>,
}

/// Everything the user gives, in Helm's order: later kinds win over earlier.
#[derive(Clone, Debug, Default)]
pub struct ValuesInput {
    /// What stands in place of the chart's own values, where somebody packed
    /// the chart with others.
    pub own: Option<Vec<ValuesFile>>,
    /// `-f`
    pub files: Vec<ValuesFile>,
    /// `--set-json`
    pub set_json: Vec<Argument>,
    /// `--set`
    pub set: Vec<Argument>,
    /// `--set-string`
    pub set_string: Vec<Argument>,
    /// `--set-file`
    pub set_file: Vec<Argument>,
    /// `--set-literal`
    pub set_literal: Vec<Argument>,
    /// What the files hold that `--set-file` names ([`file_argument_paths`]),
    /// or why they could not be read, in Go's words.
    pub set_file_contents: BTreeMap<String, Result<Argument, String>>,
}

/// The paths that an argument of `--set-file` names.
pub fn file_argument_paths(argument: &str) -> Vec<String> {
    set::file_paths(argument)
}

/// The names that an argument of `--set`, `--set-string` or `--set-file` gives
/// values to, as they are written.
pub fn argument_keys(argument: &str) -> Vec<&str> {
    set::keys(argument)
}

impl ValuesInput {
    /// All of it in one map, and what could not be taken: Helm stops at the
    /// first of these.
    pub(crate) fn merge(&self, switches: &Switches, trace: &mut Trace) -> (Map, Vec<ValuesFault>) {
        let mut faults = Vec::new();
        let mut base = merge_files(&self.files, switches, trace, &mut faults);
        for argument in &self.set_json {
            match set_json(&base, argument, switches, trace) {
                Ok(merged) => base = merged,
                Err(fault) => faults.push(fault),
            }
        }
        let texts = [
            ("--set", &self.set, Mode::Typed),
            ("--set-string", &self.set_string, Mode::Text),
            ("--set-file", &self.set_file, Mode::File(&self.set_file_contents)),
            ("--set-literal", &self.set_literal, Mode::Literal),
        ];
        for (flag, arguments, mode) in texts {
            for argument in arguments {
                if let Err(reason) =
                    set::parse_into(argument, &base, mode, switches.lost_index_ends_set, trace)
                {
                    faults.push(fault(argument, format!("failed parsing {flag} data: {reason}")));
                }
            }
        }
        (base, faults)
    }

    /// What stands in place of the chart's own values.
    pub(crate) fn merge_own(
        &self,
        switches: &Switches,
        trace: &mut Trace,
        faults: &mut Vec<ValuesFault>,
    ) -> Option<Map> {
        self.own.as_ref().map(|files| merge_files(files, switches, trace, faults))
    }
}

/// Each file over those before it.
fn merge_files(
    files: &[ValuesFile],
    switches: &Switches,
    trace: &mut Trace,
    faults: &mut Vec<ValuesFault>,
) -> Map {
    let mut base = Map::new();
    for file in files {
        let values = ValuesText::parse(file.file, &file.text, switches.multi_document_values);
        if let Err(fault) = values.check() {
            let message = format!("failed to parse {}: {}", file.name, fault.message);
            faults.push(ValuesFault { message, ..fault });
        }
        base = merge_maps(&base, &values.to_map(trace));
    }
    base
}

fn set_json(
    base: &Map,
    argument: &Argument,
    switches: &Switches,
    trace: &mut Trace,
) -> Result<Map, ValuesFault> {
    let text = &argument.text;
    if !switches.set_json_takes_objects || !text.trim().starts_with('{') {
        set::parse_into(argument, base, Mode::Json, switches.lost_index_ends_set, trace)
            .map_err(|_| fault(argument, format!("failed parsing --set-json data {text}")))?;
        return Ok(base.clone());
    }
    let start = text.len() - text.trim_start().len();
    let value = set::json_value(argument, start..text.trim_end().len(), trace);
    match value.as_ref().and_then(|value| value.as_map()) {
        Some(map) => Ok(merge_maps(base, map)),
        None => Err(fault(argument, format!("failed parsing --set-json data JSON: {text}"))),
    }
}

fn fault(argument: &Argument, message: String) -> ValuesFault {
    let span = Span::new(argument.file, 0, argument.text.len() as u32);
    ValuesFault { message, span: Some(span) }
}
