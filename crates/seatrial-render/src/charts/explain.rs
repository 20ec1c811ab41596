//! Why a rendered text is no YAML, in words: what an action gives stands at the
//! wrong depth, or is not quoted.

use seatrial_source::Span;

/// What to write instead of an action whose text broke the YAML around it.
/// `template` is the whole text, `action` stands in it.
pub(super) fn explanation(template: &str, action: Span) -> Option<String> {
    let (start, end) = (action.start as usize, action.end as usize);
    let words = template.get(start..end)?;
    let line_start = template[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &template[line_start..start];
    let inner = words.trim_start_matches(['{', '-', ' ']).trim_end_matches(['}', '-', ' ']);
    let has_lines = ["toYaml", "include ", "tpl ", "toJson", "range"].iter().any(|it| inner.starts_with(it))
        || inner.contains("| toYaml");
    let depth = number_after(inner, "nindent");
    if let Some(depth) = depth {
        let (key, wanted) = key_above(template, line_start, before)?;
        // Items of a list may stand as deep as its key.
        return (depth < wanted).then(|| {
            format!("`nindent {depth}` is not deep enough below `{key}`: write `nindent {wanted}`")
        });
    }
    if let Some(depth) = number_after(inner, "indent") {
        return (!before.is_empty()).then(|| {
            format!(
                "`indent {depth}` adds to the blanks before its first line: write `{{{{- ... | nindent \
                 {depth} }}}}`"
            )
        });
    }
    if has_lines && before.trim_end().ends_with(':') {
        let depth = blanks(before) + 2;
        return Some(format!(
            "it gives several lines, and only the first is where it should be: write `{{{{- ... | nindent \
             {depth} }}}}`"
        ));
    }
    if has_lines {
        return None;
    }
    let is_open = before.trim_end().ends_with([':', '-']) && !inner.contains("quote");
    is_open.then(|| format!("quote what it gives, it means something in YAML: `{{{{ {inner} | quote }}}}`"))
}

/// What to write where a formatter put blanks into the braces of an action: `line` is the
/// line of a rendered text that is no YAML.
pub(super) fn torn_action(line: &str) -> Option<String> {
    let (_, inner) = line.split_once("{ {")?;
    let is_action = |it: &&str| inner.trim_start_matches(['-', ' ']).starts_with(it);
    let begins = [".Values", ".Chart", ".Release", ".Capabilities", ".Files", "include ", "toYaml ", "tpl "];
    begins
        .iter()
        .any(is_action)
        .then(|| "write the braces of the action without blanks between them: `{{` and `}}`".to_owned())
}

/// The key that an action's lines stand below, and how deep they are to stand.
fn key_above<'a>(template: &'a str, line_start: usize, before: &'a str) -> Option<(&'a str, usize)> {
    let own = before.trim();
    if own.ends_with(':') {
        return Some((own.trim_end_matches(':'), blanks(before) + 2));
    }
    let line = template[..line_start].lines().rev().find(|it| !it.trim().is_empty())?;
    let key = line.trim().strip_suffix(':')?;
    Some((key, blanks(line) + 2))
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The number behind a function's name, where it is that function.
fn number_after(words: &str, name: &str) -> Option<usize> {
    let at = words.match_indices(name).map(|(at, _)| at);
    let mut own = at.filter(|at| !words[..*at].ends_with(|it: char| it.is_ascii_alphanumeric()));
    let rest = words[own.next()? + name.len()..].trim_start();
    rest.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use seatrial_source::FileId;

    use super::*;

    fn explained(template: &str) -> Option<String> {
        let start = template.find("{{")? as u32;
        let end = template.find("}}")? as u32 + 2;
        explanation(template, Span::new(FileId(0), start, end))
    }

    #[test]
    fn torn_braces_are_explained() {
        for line in ["  name: { { .Chart.Name } }", "{ {- include \"web.name\" . } }"] {
            assert!(torn_action(line).is_some(), "{line}");
        }
        for line in ["{ {a: b}: c }", "name: { .Chart.Name }", "{ { Values } }"] {
            assert_eq!(torn_action(line), None, "{line}");
        }
    }

    #[test]
    fn depths_are_explained() {
        for (template, words) in [
            ("spec:\n  a: {{ toYaml .Values.a }}\n", "nindent 4"),
            ("spec:\n  a:\n    {{ toYaml .Values.a | indent 4 }}\n", "adds to the blanks"),
            ("spec:\n  a:\n    {{- toYaml .Values.a | nindent 2 }}\n", "write `nindent 4`"),
            ("spec:\n  a:\n    {{- toYaml .Values.a | nindent 4 }}\n", ""),
            ("a: {{ .Values.a }}\n", "`{{ .Values.a | quote }}`"),
            ("a: \"{{ .Values.a }}\"\n", ""),
        ] {
            let found = explained(template).unwrap_or_default();
            assert!(found.contains(words) && found.is_empty() == words.is_empty(), "{template}: {found}");
        }
    }
}
