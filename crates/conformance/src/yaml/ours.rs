//! Our answer to what the Go libraries were asked.

use std::panic;
use std::str;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::{Limits, Stream};

use super::{Answer, Dialect};
use crate::json;

/// A panic is an answer too: a wrong one, where the real program refuses or not.
pub(super) fn answer(dialect: Dialect, input: &[u8]) -> Result<Answer, String> {
    panic::catch_unwind(|| read(dialect, input)).map_err(|_| "a panic".to_owned())
}

fn read(dialect: Dialect, input: &[u8]) -> Answer {
    let text: Arc<str> = str::from_utf8(input).map_err(|error| error.to_string())?.into();
    let stream = seatrial_yaml::parse(FileId(0), text, dialect.into(), &Limits::default());
    if !stream.is_accepted() {
        return Err(problems(&stream));
    }
    let documents = 0..stream.documents().len();
    documents
        .map(|index| {
            let root = stream.document_root(index).ok_or("an accepted document without a root")?;
            json::read(&root.to_json()).map_err(|error| format!("not JSON: {error}: {}", root.to_json()))
        })
        .collect()
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
