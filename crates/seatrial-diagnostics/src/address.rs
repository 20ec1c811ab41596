//! Paths and positions as other programs read them.

use std::fmt::Write as _;

use seatrial_source::{Position, SourceMap, TreePath};

use crate::Place;

/// A path as a relative URI: what is no plain letter, digit or slash is
/// escaped, so that no name is taken for a scheme, a query or a parent.
pub fn uri(path: &TreePath) -> String {
    let mut out = String::new();
    for &byte in path.as_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

/// The ends of a place, on lines that viewers have: behind the last line break
/// of a file there is none.
pub(crate) fn ends(place: &Place, sources: &SourceMap) -> (Position, Position) {
    let file = sources.file(place.span.file);
    let is_past = |position: Position| {
        position.line > 1
            && position.column == 1
            && file.lines().start(position.line) == Some(file.text().len() as u32)
    };
    if !is_past(place.start) {
        return (place.start, place.end);
    }
    let start = file.lines().start(place.start.line - 1).unwrap_or(0) as usize;
    let line = file.text().get(start..).unwrap_or_default().trim_end_matches(['\n', '\r']);
    let last = Position { line: place.start.line - 1, column: line.chars().count() as u32 + 1 };
    (last, last)
}

#[cfg(test)]
mod tests {
    use seatrial_source::Span;

    use super::*;

    #[test]
    fn a_path_is_no_scheme_query_or_fragment() {
        assert_eq!(uri(&TreePath::new("a b/c:d/%41?#é.yaml")), "a%20b/c%3Ad/%2541%3F%23%C3%A9.yaml");
        assert_eq!(uri(&TreePath::top()), ".");
    }

    #[test]
    fn the_end_of_a_file_is_on_its_last_line() {
        let mut sources = SourceMap::new();
        let file = sources.add(TreePath::new("a.yaml"), "kind: X\nname: ä\r\n".into());
        let span = Span::new(file, 18, 18);
        let (start, end) = sources.positions(span);
        let place = Place { span, path: TreePath::new("a.yaml"), start, end };
        assert_eq!(place.start.line, 3);
        let last = Position { line: 2, column: 8 };
        assert_eq!(ends(&place, &sources), (last, last));
    }
}
