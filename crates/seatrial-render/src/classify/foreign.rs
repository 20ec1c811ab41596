//! Text that another program turns into manifests, recognised by its marks.

use seatrial_yaml::{Problem, Stream};

/// Why Helm's templates outside of charts are not judged.
pub(crate) const HELM: &str = "it is written as a Helm template, and no chart holds it";
const OTHER: &str = "templates of another program are not rendered";

/// Which program's template a text is, when its marks stand where it does not
/// parse. Marks elsewhere, as in a block scalar, explain nothing.
pub(crate) fn template(stream: &Stream) -> Option<&'static str> {
    let fatal = stream.all_problems().filter(|problem| problem.is_fatal());
    fatal
        .flat_map(|problem| lines_around(stream.text(), problem))
        .find_map(|line| marked(line, stream.text()))
}

/// The line of a problem and its neighbours.
fn lines_around<'a>(text: &'a str, problem: &Problem) -> impl Iterator<Item = &'a str> + use<'a> {
    let at = (problem.span.start as usize).min(text.len());
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rmatch_indices('\n').nth(1).map_or(0, |(at, _)| at + 1);
    let end = after.match_indices('\n').nth(1).map_or(text.len(), |(end, _)| before.len() + end);
    text[start..end].lines()
}

fn marked(line: &str, text: &str) -> Option<&'static str> {
    let code = line.trim_start();
    if code.starts_with('#') {
        return None;
    }
    if code.contains("{%") || code.contains("{#") && code.contains("#}") {
        return Some("Jinja templates are not rendered");
    }
    if code.contains("<%") && code.contains("%>") {
        return Some("ERB templates are not rendered");
    }
    if code.contains("{{") && (is_unquoted(code) || is_helm(code)) {
        return Some(if is_helm(text) { HELM } else { OTHER });
    }
    has_named_brace(code).then_some(OTHER)
}

/// Whether a text is written for ytt, whose marks are comments.
pub(crate) fn is_ytt(text: &str) -> bool {
    text.contains("#@ ")
        && ["#@ load(", "#@data/", "#@ data.", "#@overlay/"].iter().any(|it| text.contains(it))
}

/// Whether a scalar holds the place of a value that a program fills in.
pub(crate) fn is_placeholder(value: &str) -> bool {
    value.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) || value.contains("{%")
}

/// `{NAME}` as the value of a key, which a script replaces.
fn has_named_brace(code: &str) -> bool {
    let Some((_, value)) = code.split_once(": {") else { return false };
    let Some((name, _)) = value.split_once('}') else { return false };
    name.len() > 2 && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
}

fn is_helm(code: &str) -> bool {
    [".Values.", ".Release.", ".Chart.", "include \""].iter().any(|it| code.contains(it))
}

/// Whether the first `{{` of a line stands outside quotes, where YAML reads it
/// as a mapping or not at all.
fn is_unquoted(code: &str) -> bool {
    let Some(at) = code.find("{{") else { return false };
    let before = code[..at].trim_end();
    before.is_empty() || before.ends_with([':', '-', '/', ',', '[']) || !before.contains(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Option<&'static str> {
        let limits = seatrial_yaml::Limits::default();
        let dialect = seatrial_yaml::Dialect::GoYaml2;
        super::template(&seatrial_yaml::parse(seatrial_source::FileId(0), text.into(), dialect, &limits))
    }

    #[test]
    fn templates_are_told_apart() {
        let jinja = Some("Jinja templates are not rendered");
        assert_eq!(template("a: 1\n{% if x %}\nb: 2\n{% endif %}\n"), jinja);
        let helm = Some("it is written as a Helm template, and no chart holds it");
        assert_eq!(template("name: {{ .Values.name }}\n"), helm);
        assert_eq!(template("name: {{ name }}\n"), Some(OTHER));
        assert_eq!(template("name: \"{{ name }}\"\n"), None);
        assert_eq!(template("# {{ name }}\na: [\n"), None);
    }

    #[test]
    fn marks_far_from_the_fault_explain_nothing() {
        assert_eq!(template("a: |\n  {% if x %}\n  {{ y }}\nb: 1\nc: 2\nd: 3\ne: 4\nf: \"x\" y\n"), None);
    }

    #[test]
    fn placeholders_are_whole_pairs() {
        assert!(is_placeholder("web-{{ stage }}"));
        assert!(is_placeholder("${{ values.name }}"));
        assert!(!is_placeholder("a{{b"));
    }
}
