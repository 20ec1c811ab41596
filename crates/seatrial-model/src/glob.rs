//! Globs over names and paths: one language for the configuration, the command
//! line and what is declared to exist elsewhere. Compiled once and bounded: a
//! repository's own `seatrial.toml` is input like any other.

use globset::{Glob, GlobBuilder, GlobMatcher};

/// Bytes of a pattern at most; a longer one could not be compiled.
const BYTES_MAX: usize = 1_000;

/// The signs that make a pattern more than a name.
const SIGNS: &[char] = &['*', '?', '[', ']', '{', '}', '\\'];

/// A glob over names: `*` stands for any run of characters.
#[derive(Clone, Debug)]
pub struct NameGlob {
    text: String,
    /// None for a plain name, which is only compared.
    matcher: Option<GlobMatcher>,
}

impl NameGlob {
    /// A pattern; an error says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let is_plain = !pattern.contains(SIGNS);
        let matcher = if is_plain { None } else { Some(built(pattern, false)?.compile_matcher()) };
        Ok(Self { text: pattern.to_owned(), matcher })
    }

    /// What was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name is meant.
    pub fn is_match(&self, name: &str) -> bool {
        self.matcher.as_ref().map_or(self.text == name, |glob| glob.is_match(name))
    }
}

/// A glob over paths: `*` stays inside one directory, `**` does not.
pub fn path_glob(pattern: &str) -> Result<Glob, String> {
    built(pattern, true)
}

fn built(pattern: &str, is_path: bool) -> Result<Glob, String> {
    if pattern.len() > BYTES_MAX {
        return Err(format!("it is longer than {BYTES_MAX} bytes"));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(is_path).build();
    glob.map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_for_what_a_name_may_hold() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*-tls", "web-tls", true),
            ("*-tls", "web-tls-2", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("ab*ba", "aba", false),
            ("{web,api}-tls", "api-tls", true),
            ("{web,api}-tls", "db-tls", false),
            ("web-?", "web-1", true),
            ("web-[0-9]", "web-a", false),
            ("Pod/*/web", "Pod/a/b/web", true),
        ] {
            let glob = NameGlob::new(pattern).expect("the pattern is a glob");
            assert_eq!(glob.is_match(text), expected, "{pattern} {text}");
        }
        assert!(NameGlob::new("a[").is_err() && NameGlob::new(&"*".repeat(2_000)).is_err());
        assert!(NameGlob::new(&"a".repeat(2_000)).is_ok(), "a plain name is only compared");
    }
}
