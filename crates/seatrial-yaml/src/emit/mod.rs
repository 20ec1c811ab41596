//! Values as YAML text, byte for byte as `go.yaml.in/yaml` v2 (v2.4.5) and v3
//! (v3.0.6) print them for Kubernetes' tools. It never reads YAML back, and
//! keeps nothing of the text in memory.

mod analysis;
mod emitter;
mod key_order;
mod letters;
mod options;
mod output;
mod scalars;
mod strings;
mod tree;

use std::fmt;

use crate::{Dialect, Node};

pub use emitter::Emitter;
pub use options::EmitOptions;
pub use strings::{is_plain_in_flow, is_plain_string};

/// Sorts by keys as `Marshal` of the dialect does: `a2` before `a10`.
pub fn sort_by_key<T>(items: Vec<T>, key: impl Fn(&T) -> &str, dialect: Dialect) -> Vec<T> {
    key_order::sort(items, key, dialect == Dialect::GoYaml3)
}

/// Prints a value: keys sorted, aliases and merges written out.
///
/// ```
/// use seatrial_source::FileId;
/// use seatrial_yaml::emit::{EmitOptions, emit};
/// use seatrial_yaml::{Dialect, Limits, parse};
///
/// let text = "{b: [{y: 'yes'}, 1.0], a2: \"two\\nlines\", a10: ~}";
/// let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
/// let root = stream.document_root(0).expect("one document");
/// assert_eq!(
///     emit(root, &EmitOptions::new(Dialect::GoYaml2)),
///     "a2: |-\n  two\n  lines\na10: null\nb:\n- \"true\": \"yes\"\n- 1\n"
/// );
/// ```
pub fn emit(node: Node<'_>, options: &EmitOptions) -> String {
    let mut text = String::new();
    emit_to(node, options, &mut text).expect("a string takes everything");
    text
}

/// Like [`emit`], to anything that takes text. Aliases may make the text far
/// longer than the source: who needs a bound lets `out` fail.
pub fn emit_to(node: Node<'_>, options: &EmitOptions, out: impl fmt::Write) -> fmt::Result {
    let mut emitter = Emitter::new(out, options);
    tree::write(node, options, &mut emitter)?;
    emitter.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests;
