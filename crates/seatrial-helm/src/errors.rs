//! Why a chart does not render, in Helm's words.

use seatrial_source::Span;

use crate::template::error::{ExecError, ParseError};
use crate::template::{Home, Place};

/// One thing that keeps a chart from rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// What it is.
    pub kind: ErrorKind,
    /// Helm's words, those behind `Error: `.
    pub message: String,
    /// The words without place and chain.
    pub reason: String,
    /// The rendered template it happened in, by its full path.
    pub template: Option<String>,
    /// The place in a template, the innermost one first where templates call
    /// each other.
    pub places: Vec<Span>,
    /// What was nil when something was looked up in it.
    pub nil: Option<String>,
    /// The file and the range in its text that is no YAML.
    pub rendered: Option<(usize, std::ops::Range<usize>)>,
    /// What the schemas refuse, one by one.
    pub misfits: Vec<Misfit>,
}

/// A value that does not fit the schema of its chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The chart, under the name it has in its parent.
    pub chart: String,
    /// The way to the value in the chart's values.
    pub path: Vec<String>,
    /// What the schema says of it; for a broken schema, why.
    pub message: String,
    /// Where the value is written, or what is nearest above it.
    pub span: Option<Span>,
}

/// What begins the words about a part of a schema that another place holds.
pub(crate) const NOT_LOADED: &str = "failing loading ";

impl Misfit {
    /// The address of a part of the schema on another host, which Helm fetches and
    /// nobody does here: whether the values fit is not known.
    pub fn unread(&self) -> Option<&str> {
        let quoted = self.message.strip_prefix(NOT_LOADED)?.strip_prefix('"')?;
        let (url, _) = quoted.split_once('"')?;
        (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
    }
}

/// The families of [`RenderError`], in the order in which Helm meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// Values of the user cannot be read.
    Values,
    /// The release's name is refused.
    Name,
    /// The Kubernetes version cannot be read.
    KubeVersion,
    /// Dependencies cannot be worked out.
    Dependencies,
    /// Values do not fit the chart's schema.
    Schema,
    /// The chart is not for this Kubernetes.
    IncompatibleKubernetes,
    /// A template is no template.
    Parse,
    /// `fail` or `required` was called.
    Refused,
    /// A template failed.
    Exec,
    /// A bound of ours ended it.
    Bound,
    /// What was rendered is no YAML.
    Yaml,
}

impl RenderError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            reason: message.clone(),
            message,
            template: None,
            places: Vec::new(),
            nil: None,
            rendered: None,
            misfits: Vec::new(),
        }
    }

    /// What Helm prints behind `Error: `, with its hint.
    pub fn printed(&self) -> String {
        match self.kind {
            kind if kind < ErrorKind::IncompatibleKubernetes => self.message.clone(),
            _ => format!("{}\n\nUse --debug flag to render out invalid YAML", self.message),
        }
    }

    /// A template that does not parse.
    pub(crate) fn parse(name: &str, error: &ParseError) -> Self {
        let tokens: Vec<&str> = error.message.split(": ").collect();
        let reason = tokens.last().copied().unwrap_or_default();
        let message = match tokens.get(1) {
            Some(location) => format!("parse error at ({location}): {reason}"),
            None => format!("parse error in ({name}): {}", error.message),
        };
        Self {
            reason: reason.to_owned(),
            template: Some(name.to_owned()),
            places: place_of(&error.place).into_iter().collect(),
            ..Self::new(ErrorKind::Parse, message)
        }
    }

    /// A template that fails.
    pub(crate) fn exec(name: &str, error: &ExecError, is_traced: bool) -> Self {
        let innermost = error.innermost();
        let mut places = Vec::new();
        let mut at = Some(error);
        while let Some(error) = at {
            places.extend(error.place.as_ref().and_then(place_of));
            at = error.cause.as_deref();
        }
        places.reverse();
        let warning = warning_of(&error.message);
        let kind = match () {
            () if error.is_bound => ErrorKind::Bound,
            () if warning.is_some() => ErrorKind::Refused,
            () => ErrorKind::Exec,
        };
        Self {
            reason: warning.unwrap_or(&innermost.reason).to_owned(),
            template: Some(name.to_owned()),
            places,
            nil: innermost.nil.clone(),
            ..Self::new(kind, exec_message(name, error, is_traced))
        }
    }
}

fn place_of(place: &Place) -> Option<Span> {
    match place.home {
        Home::File(file, base) => Some(Span::new(file, base + place.start, base + place.end)),
        _ => None,
    }
}

/// The words given to `fail` or `required`.
fn warning_of(message: &str) -> Option<&str> {
    let start = message.find("HELM_ERR_START")? + "HELM_ERR_START".len();
    let end = message.rfind("HELM_ERR_END")?;
    message.get(start..end)
}

fn exec_message(name: &str, error: &ExecError, is_traced: bool) -> String {
    let message = &error.message;
    let mut tokens = message.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({name}): {message}");
    };
    if let Some(words) = warning_of(rest) {
        return format!("execution error at ({location}): {words}");
    }
    if is_traced { traced(error).unwrap_or_else(|| message.clone()) } else { message.clone() }
}

/// Helm 4's text of several lines; none when a level has another form.
fn traced(error: &ExecError) -> Option<String> {
    let mut lines = String::new();
    let mut last = None;
    for level in error.levels() {
        let level = Level::read(level)?;
        if last.as_ref() != Some(&level) {
            level.print(&mut lines);
        }
        last = Some(level);
    }
    Some(lines.trim().to_owned())
}

/// One level of the chain: where, in what, why.
#[derive(PartialEq, Eq)]
struct Level {
    location: String,
    function: String,
    message: String,
}

impl Level {
    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Self { location: String::new(), function: String::new(), message: text.to_owned() });
        }
        Self::executing(rest).or_else(|| {
            let (location, message) = rest.rsplit_once(": ")?;
            Some(Self {
                location: location.to_owned(),
                function: String::new(),
                message: without_chain(message).to_owned(),
            })
        })
    }

    /// `NAME:LINE:COLUMN: executing "X" at <...>: ...`
    fn executing(rest: &str) -> Option<Self> {
        let (location, after) = rest.split_once(": executing ")?;
        let after = after.strip_prefix('"')?;
        let (function, after) = after.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Self {
            location: location.to_owned(),
            function: format!("executing \"{function}\" at <{node}>:"),
            message: without_chain(message).to_owned(),
        })
    }

    fn print(&self, lines: &mut String) {
        for (text, end) in [(&self.location, "\n  "), (&self.function, "\n    "), (&self.message, "\n")] {
            if !text.is_empty() {
                lines.push_str(text);
                lines.push_str(end);
            }
        }
    }
}

fn without_chain(message: &str) -> &str {
    message.find(" template:").map_or(message, |at| &message[..at])
}
