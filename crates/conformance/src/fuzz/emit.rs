//! What is printed is read again as the same value, and printed the same.

use std::fmt;
use std::sync::Arc;

use seatrial_source::FileId;
use seatrial_yaml::emit::{EmitOptions, emit, emit_to};
use seatrial_yaml::{Dialect, Node, Stream};

use super::parse::limits;

/// Nodes of a document that are looked at for what the libraries misprint.
const NODES_MAX: usize = 50_000;

/// Prints every document of a text in every way.
pub fn emit_parse(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    for dialect in [Dialect::GoYaml2, Dialect::GoYaml3] {
        let stream = read(text, dialect);
        for root in stream.roots() {
            for options in every_way(dialect) {
                // How it looks is for the recorded answers to say; it ends.
                let _ = emit_to(root, &options, Bounded { left: 1 << 20 });
            }
            if stream.is_accepted() && !is_misprinted(root, &mut { NODES_MAX }) {
                check_again(root, dialect);
            }
        }
    }
}

fn read(text: &str, dialect: Dialect) -> Stream {
    seatrial_yaml::parse(FileId(0), Arc::from(text), dialect, &limits())
}

fn every_way(dialect: Dialect) -> [EmitOptions; 4] {
    let options = EmitOptions::new(dialect);
    [options, options.direct().indent(3), options.width(Some(1)), options.compact_sequences(true)]
}

fn check_again(root: Node<'_>, dialect: Dialect) {
    let options = EmitOptions::new(dialect).direct();
    let text = emit(root, &options);
    let again = read(&text, dialect);
    assert!(again.is_accepted(), "{:?}\n{text}", again.all_problems().next());
    let value = again.document_root(0).expect("a value is printed");
    // A negative zero is printed as a whole number.
    assert_eq!(value.to_json().replace("-0", "0"), root.to_json().replace("-0", "0"), "{text:?}");
    assert_eq!(emit(value, &options).replace("-0", "0"), text.replace("-0", "0"));
}

/// Whether the libraries themselves print what they cannot read: a key `<<`,
/// and block scalars of v3 that start with a space or a break.
fn is_misprinted(node: Node<'_>, left: &mut usize) -> bool {
    if *left == 0 {
        return true;
    }
    *left -= 1;
    let is_hinted = |text: &str| text.contains('\n') && text.starts_with([' ', '\n', '\t']);
    if node.as_str().is_some_and(is_hinted) {
        return true;
    }
    node.items().any(|item| is_misprinted(item, left))
        || node.entries().any(|entry| {
            let name = entry.name();
            name == "<<" || is_hinted(&name) || is_misprinted(entry.value, left)
        })
}

/// Takes so much text and no more.
struct Bounded {
    left: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}
