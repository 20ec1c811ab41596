//! The words that Argo CD fills into a source: `$ARGOCD_APP_NAME` and its like.

use super::source::{Application, Source};

/// What the words stand for.
pub(super) struct Environment {
    words: [(&'static str, String); 6],
}

impl Environment {
    pub(super) fn new(app: &Application<'_>, source: &Source<'_>) -> Self {
        let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
        Self {
            words: [
                ("ARGOCD_APP_NAME", app.name.to_owned()),
                ("ARGOCD_APP_NAMESPACE", text(app.namespace)),
                ("ARGOCD_APP_PROJECT_NAME", app.project.to_owned()),
                ("ARGOCD_APP_SOURCE_PATH", text(source.path)),
                ("ARGOCD_APP_SOURCE_REPO_URL", text(source.url)),
                ("ARGOCD_APP_SOURCE_TARGET_REVISION", text(source.revision)),
            ],
        }
    }

    /// A text with its words filled in; none where one is only known when
    /// Argo CD runs. Other words stand for nothing, `$$` for a `$`.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (name, after) = name(rest);
            match name {
                None | Some("$") => out.push('$'),
                Some(name) => match self.words.iter().find(|it| it.0 == name) {
                    Some((_, value)) => out.push_str(value),
                    None if name.starts_with("ARGOCD_APP_REVISION") => return None,
                    None => {}
                },
            }
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }
}

/// The name behind a `$`, and what follows it; as Go's `os.Expand` reads it.
fn name(text: &str) -> (Option<&str>, &str) {
    if let Some(inner) = text.strip_prefix('{') {
        return inner.split_once('}').map_or((Some(""), inner), |(name, rest)| (Some(name), rest));
    }
    if let Some(rest) = text.strip_prefix('$') {
        return (Some("$"), rest);
    }
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let end = text.find(|it| !is_part(it)).unwrap_or(text.len());
    if end == 0 { (None, text) } else { (Some(&text[..end]), &text[end..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_as_go_does() {
        let environment = Environment {
            words: std::array::from_fn(|at| {
                [
                    ("ARGOCD_APP_NAME", "web".to_owned()),
                    ("a", String::new()),
                    ("b", String::new()),
                    ("c", String::new()),
                    ("d", String::new()),
                    ("e", String::new()),
                ][at]
                    .clone()
            }),
        };
        for (text, expected) in [
            ("plain", Some("plain")),
            ("$ARGOCD_APP_NAME.yaml", Some("web.yaml")),
            ("x-${ARGOCD_APP_NAME}-y", Some("x-web-y")),
            ("$$HOME $unknown!", Some("$HOME !")),
            ("5$", Some("5$")),
            ("$ARGOCD_APP_REVISION_SHORT", None),
        ] {
            assert_eq!(environment.expand(text).as_deref(), expected, "{text}");
        }
    }
}
