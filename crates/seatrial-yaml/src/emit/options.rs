//! Which program's way of printing is asked for.

use crate::Dialect;

/// Up to this column a line of v2 may grow before a space ends it.
const WIDTH: usize = 80;

/// How to print. The defaults of a dialect are those of its `Marshal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitOptions {
    dialect: Dialect,
    indent: usize,
    width: Option<usize>,
    compact_sequences: bool,
    is_direct: bool,
}

impl EmitOptions {
    /// As `sigs.k8s.io/yaml.Marshal` prints over the library of the dialect;
    /// over v2 that is Helm's `toYaml`, `kubectl -o yaml` and `kustomize build`.
    /// [`Dialect::Json`] counts as v2.
    pub fn new(dialect: Dialect) -> Self {
        let (dialect, indent, width) = match dialect {
            Dialect::GoYaml3 => (Dialect::GoYaml3, 4, None),
            Dialect::GoYaml2 | Dialect::Json => (Dialect::GoYaml2, 2, Some(WIDTH)),
        };
        Self { dialect, indent, width, compact_sequences: false, is_direct: false }
    }

    /// With this many columns a level; the libraries take 2 to 9, else 2.
    pub fn indent(self, columns: usize) -> Self {
        let indent = if (2..=9).contains(&columns) { columns } else { 2 };
        Self { indent, ..self }.width(self.width)
    }

    /// With long lines folded at the first lone space behind this column, or
    /// never. The libraries take a width that two levels fill for 80.
    pub fn width(self, columns: Option<usize>) -> Self {
        let width = columns.map(|columns| if columns <= self.indent * 2 { WIDTH } else { columns });
        Self { width, ..self }
    }

    /// With the dash of a sequence counted as part of its indentation, as the
    /// encoder of kyaml has it. v2 never indents sequences below their key.
    pub fn compact_sequences(self, compact: bool) -> Self {
        Self { compact_sequences: compact, ..self }
    }

    /// As the library's own `Marshal` prints the decoded value, not by way of
    /// JSON: `1e6` stays a float. Helm's `toYamlPretty` is this over v3 with
    /// an indent of 2.
    pub fn direct(self) -> Self {
        Self { is_direct: true, ..self }
    }

    /// The library that is followed.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(super) fn is_v3(&self) -> bool {
        self.dialect == Dialect::GoYaml3
    }

    pub(super) fn is_direct(&self) -> bool {
        self.is_direct
    }

    pub(super) fn level_columns(&self) -> usize {
        self.indent
    }

    /// The column behind which a line is folded.
    pub(super) fn fold_column(&self) -> usize {
        self.width.unwrap_or(usize::MAX)
    }

    pub(super) fn has_compact_sequences(&self) -> bool {
        self.compact_sequences
    }
}
