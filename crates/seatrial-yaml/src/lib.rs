//! The YAML dialects of Kubernetes' tools, lossless and with byte spans.
//!
//! [`parse`] never fails: it returns a [`Stream`] with every document that
//! could be read, in whole or in part, and [`Problem`]s for the rest.
//!
//! ```
//! use seatrial_source::FileId;
//! use seatrial_yaml::{Dialect, Limits, parse};
//!
//! let stream = parse(FileId(0), "spec: {replicas: 2}".into(), Dialect::GoYaml2, &Limits::default());
//! let root = stream.document_root(0).expect("one document");
//! let replicas = root.at(&"spec.replicas".parse()?).expect("it is written");
//! assert_eq!(replicas.as_i64(), Some(2));
//! assert_eq!(replicas.span().range(), 17..18);
//! # Ok::<(), seatrial_yaml::PathError>(())
//! ```

mod aliases;
mod base64;
mod builder;
mod compose;
mod dialect;
pub mod edit;
pub mod emit;
mod entries;
pub mod events;
mod extent;
mod fault;
mod json_reader;
mod json_writer;
mod lines;
mod node;
mod numbers;
mod part;
mod path;
mod plain;
mod problem;
mod resolve;
mod same;
mod scanner;
mod stream;
mod timestamp;
mod tree;
mod way;

use std::sync::Arc;

use seatrial_source::FileId;

pub use crate::base64::{decode_any_base64, decode_base64};
pub use dialect::{Dialect, Limits};
pub use entries::{Entries, Entry, WrittenEntries};
pub use extent::Extent;
pub use node::{Located, Node, Value};
pub use numbers::{json_float, yaml_float};
pub use path::{FieldPath, PathError, PathStep};
pub use plain::Plain;
pub use problem::{Problem, ProblemKind};
pub use stream::{Comment, Document, Stream};
pub use tree::{NodeId, Style};

/// Reads a text. It never fails and never panics, whatever the text.
pub fn parse(file: FileId, text: Arc<str>, dialect: Dialect, limits: &Limits) -> Stream {
    // Offsets are 32 bits wide.
    let most = limits.bytes.min(u32::MAX as usize - 1);
    let mut stream = if text.len() > most {
        Stream::too_large(file, text, dialect, most)
    } else {
        let stream = Stream::new(file, text, dialect);
        match dialect {
            Dialect::Json => json_reader::read(stream, limits),
            Dialect::GoYaml2 | Dialect::GoYaml3 => compose::compose(stream, limits),
        }
    };
    let is_refused = stream.all_problems().any(Problem::is_fatal);
    stream.is_accepted = !is_refused;
    stream
}
