//! Small texts made into streams and repositories, for tests only.

use std::sync::Arc;

use seatrial_source::{SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

/// A text, parsed as kubectl would.
pub(crate) fn parse(text: &str) -> Arc<Stream> {
    let file = SourceMap::new().add(TreePath::new("test.yaml"), text.into());
    Arc::new(seatrial_yaml::parse(file, text.into(), Dialect::GoYaml2, &Limits::default()))
}
