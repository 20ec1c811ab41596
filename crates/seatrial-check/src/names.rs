//! The grammar of names, labels and annotations, as the API server has it.

/// What a name has to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// Lower-case letters, digits, `-` and `.`; at most 253 characters.
    Subdomain,
    /// Lower-case letters, digits and `-`; at most 63 characters.
    Label,
    /// Anything that can be a part of a path.
    PathSegment,
}

/// How a text fails its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    TooLong(usize),
    Letters,
}

impl Grammar {
    /// What the grammar allows, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Subdomain => {
                "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends and around every `.`"
            }
            Self::Label => "lower-case letters, digits and `-`, with a letter or digit at both ends",
            Self::PathSegment => "anything but `/`, `%`, and the names `.` and `..`",
        }
    }

    /// What is wrong with a name, if anything.
    pub(crate) fn flaw(self, name: &str) -> Option<Flaw> {
        let (fits, longest) = match self {
            Self::Subdomain => (name.split('.').all(is_label), 253),
            Self::Label => (is_label(name), 63),
            Self::PathSegment => (!matches!(name, "." | "..") && !name.contains(['/', '%']), usize::MAX),
        };
        if name.len() > longest {
            return Some(Flaw::TooLong(longest));
        }
        (!fits).then_some(Flaw::Letters)
    }
}

/// Lower-case letters, digits and `-`, of any length.
fn is_label(text: &str) -> bool {
    let inner = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
fn is_qualified(text: &str) -> bool {
    let end = |it: Option<char>| it.is_some_and(|it| it.is_ascii_alphanumeric());
    end(text.chars().next())
        && end(text.chars().next_back())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
}

/// What is wrong with the key of a label or annotation, if anything.
pub(crate) fn key_flaw(key: &str, is_annotation: bool) -> Option<Flaw> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if name.len() > 63 {
        return Some(Flaw::TooLong(63));
    }
    // Prefixes of annotations are compared in lower case.
    let fits = |it: &str| {
        let lower = it.to_ascii_lowercase();
        Grammar::Subdomain.flaw(if is_annotation { &lower } else { it }).is_none()
    };
    (!is_qualified(name) || !prefix.is_none_or(fits)).then_some(Flaw::Letters)
}

/// What is wrong with the value of a label, if anything.
pub(crate) fn value_flaw(value: &str) -> Option<Flaw> {
    if value.len() > 63 {
        return Some(Flaw::TooLong(63));
    }
    (!value.is_empty() && !is_qualified(value)).then_some(Flaw::Letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_are_labels_with_dots() {
        for good in ["a", "a-b.c", "0", "a.b"] {
            assert_eq!(Grammar::Subdomain.flaw(good), None, "{good}");
        }
        for bad in ["", "-a", "a-", "a..b", "A", "a_b", "a.", "é"] {
            assert_eq!(Grammar::Subdomain.flaw(bad), Some(Flaw::Letters), "{bad}");
        }
        assert_eq!(Grammar::Label.flaw("a.b"), Some(Flaw::Letters));
        assert_eq!(Grammar::Label.flaw(&"a".repeat(64)), Some(Flaw::TooLong(63)));
        assert_eq!(Grammar::PathSegment.flaw("system:node"), None);
        assert_eq!(Grammar::PathSegment.flaw("a/b"), Some(Flaw::Letters));
    }

    #[test]
    fn keys_may_have_a_prefix() {
        for good in ["app", "app.kubernetes.io/name", "a_B.c-d", "1"] {
            assert_eq!(key_flaw(good, false), None, "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "-a", "a b", "A.io/x", "_a"] {
            assert_eq!(key_flaw(bad, false), Some(Flaw::Letters), "{bad}");
        }
        assert_eq!(key_flaw("A.io/x", true), None);
    }

    #[test]
    fn values_may_be_empty() {
        assert_eq!(value_flaw(""), None);
        assert_eq!(value_flaw("v1.2_3-x"), None);
        assert_eq!(value_flaw("a b"), Some(Flaw::Letters));
        assert_eq!(value_flaw("a/b"), Some(Flaw::Letters));
        assert_eq!(value_flaw(&"a".repeat(64)), Some(Flaw::TooLong(63)));
    }
}
