//! Blocks of YAML that a template prints with `indent` behind spaces of its own: the
//! first line stands further right than the others.

use seatrial_source::{FileId, Span};

/// An action that indents what it prints, behind spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubledIndent {
    /// The action.
    pub span: Span,
    /// What it prints: `.Values.podLabels`.
    pub value: String,
}

/// Those of a template. What prints one line only does no harm.
pub(super) fn find(text: &str, file: FileId) -> Vec<DoubledIndent> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let action = line.trim();
        let indent = line.len() - line.trim_start().len();
        if indent > 0
            && let Some(value) = indented(action)
        {
            let at = (start + indent) as u32;
            let span = Span::new(file, at, at + action.len() as u32);
            found.push(DoubledIndent { span, value: value.to_owned() });
        }
        start += line.len();
    }
    found
}

/// The value that an action prints as YAML and indents; none where the action takes
/// the spaces before it away.
fn indented(action: &str) -> Option<&str> {
    let inner = action.strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
    let (value, last) = inner.rsplit_once('|')?;
    let columns: usize = last.trim().strip_prefix("indent ")?.trim().parse().ok()?;
    let value = value.trim().strip_prefix("toYaml ")?.trim();
    let is_one = value.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'$'));
    (columns > 0 && is_one).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_before_an_indented_block_count_twice() {
        let told =
            |text: &str| -> Vec<String> { find(text, FileId(0)).into_iter().map(|it| it.value).collect() };
        assert_eq!(told("labels:\n  {{ toYaml .Values.labels | indent 2 }}\n"), [".Values.labels"]);
        let right = [
            "labels:\n{{ toYaml .Values.labels | indent 2 }}\n",
            "labels:\n  {{- toYaml .Values.labels | nindent 2 }}\n",
            "labels:\n  {{ toYaml .Values.labels | nindent 2 }}\n",
            "labels:\n  {{- toYaml .Values.labels | indent 2 }}\n",
            "a: {{ toYaml .Values.labels | indent 2 }}\n",
            "  {{ .Values.text | indent 2 }}\n",
        ];
        for text in right {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
