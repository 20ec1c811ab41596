//! Text that another program turns into manifests, recognised by its marks.

/// The most lines that are looked at for marks.
const LINES: usize = 20_000;

/// Which program's template a text is, when it does not parse as it stands.
pub(crate) fn template(text: &str) -> Option<&'static str> {
    let mut braces = false;
    for line in text.lines().take(LINES) {
        let code = line.trim_start();
        if code.starts_with('#') {
            continue;
        }
        if code.contains("{%") || code.contains("{#") && code.contains("#}") {
            return Some("Jinja templates are not rendered");
        }
        if code.contains("<%") && code.contains("%>") {
            return Some("ERB templates are not rendered");
        }
        if has_named_brace(code) {
            braces = true;
        }
        if code.contains("{{") {
            if is_helm(code) {
                return Some("it is written as a Helm template, and no chart holds it");
            }
            braces = braces || is_unquoted(code);
        }
    }
    braces.then_some("templates of another program are not rendered")
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

    #[test]
    fn templates_are_told_apart() {
        let jinja = Some("Jinja templates are not rendered");
        assert_eq!(template("a: 1\n{% if x %}\nb: 2\n{% endif %}\n"), jinja);
        let helm = Some("it is written as a Helm template, and no chart holds it");
        assert_eq!(template("name: {{ .Values.name }}\n"), helm);
        let other = Some("templates of another program are not rendered");
        assert_eq!(template("name: {{ name }}\n"), other);
        assert_eq!(template("name: \"{{ name }}\"\n"), None);
        assert_eq!(template("# {{ name }}\na: [\n"), None);
    }

    #[test]
    fn placeholders_are_whole_pairs() {
        assert!(is_placeholder("web-{{ stage }}"));
        assert!(is_placeholder("${{ values.name }}"));
        assert!(!is_placeholder("a{{b"));
    }
}
