//! Our answer to what the Go libraries were asked.

use std::panic;
use std::str;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::emit::{EmitOptions, emit};
use seatrial_yaml::{Limits, Node, Stream};
use serde_json::Value;

use super::{Answer, Dialect, Read};
use crate::json;

/// A panic is an answer too: a wrong one, where the real program refuses or not.
pub(super) fn answer(dialect: Dialect, input: &[u8], is_emitted: bool) -> Result<Answer, String> {
    panic::catch_unwind(|| read(dialect, input, is_emitted)).map_err(|_| "a panic".to_owned())
}

fn read(dialect: Dialect, input: &[u8], is_emitted: bool) -> Answer {
    let text: Arc<str> = str::from_utf8(input).map_err(|error| error.to_string())?.into();
    let stream = seatrial_yaml::parse(FileId(0), text, dialect.into(), &Limits::default());
    if !stream.is_accepted() {
        return Err(problems(&stream));
    }
    let roots: Vec<Node<'_>> = stream.roots().collect();
    if roots.len() < stream.documents().len() {
        return Err("an accepted document without a root".to_owned());
    }
    let values: Result<_, _> = roots.iter().map(|root| value(*root)).collect();
    let options = EmitOptions::new(stream.dialect());
    let texts = || roots.iter().map(|root| emit(*root, &options)).collect::<Vec<_>>();
    Ok(Read { values: values?, emitted: is_emitted.then(|| texts().join("---\n")) })
}

fn value(root: Node<'_>) -> Result<Value, String> {
    let text = root.to_json();
    json::read(&text).map_err(|error| format!("not JSON: {error}: {text}"))
}

fn problems(stream: &Stream) -> String {
    let fatal = stream.all_problems().filter(|problem| problem.is_fatal());
    let texts: Vec<String> = fatal
        .map(|problem| format!("{:?} at {:?}: {}", problem.kind, problem.span.range(), problem.message))
        .collect();
    texts.join("; ")
}

impl From<Dialect> for seatrial_yaml::Dialect {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::GoYaml2 => Self::GoYaml2,
            Dialect::GoYaml3 => Self::GoYaml3,
            Dialect::Json => Self::Json,
        }
    }
}
