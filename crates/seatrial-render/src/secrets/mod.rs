//! Where a file holds secret values.

use seatrial_source::{FileId, Span};
use seatrial_yaml::Stream;

pub(crate) fn of_file(file: FileId, text: &str, stream: Option<&Stream>) -> Vec<Span> {
    let _ = (file, text, stream);
    Vec::new()
}
