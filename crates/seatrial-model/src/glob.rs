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

/// A pattern of a git generator of Argo CD. Those of directories are Go's
/// `path.Match`, those of files git's own, in which `*` stands for slashes, too,
/// and a directory for all in it. In both, two stars are one and braces are letters.
#[derive(Clone, Debug)]
pub struct GitPattern {
    matcher: GlobMatcher,
    /// What all files in begin with, where it names a directory.
    directory: Option<String>,
}

impl GitPattern {
    /// Reads a pattern.
    pub fn new(pattern: &str, is_of_files: bool) -> Result<Self, String> {
        let written = if is_of_files { pattern.trim_start_matches("./") } else { pattern };
        let mut text = String::with_capacity(written.len());
        for letter in written.chars() {
            match letter {
                '*' if text.ends_with('*') => {}
                '{' | '}' => text.extend(['[', letter, ']']),
                _ => text.push(letter),
            }
        }
        let directory = is_of_files.then(|| format!("{}/", written.trim_end_matches('/')));
        Ok(Self { matcher: built(&text, !is_of_files)?.compile_matcher(), directory })
    }

    /// Whether a file or directory is meant.
    pub fn is_match(&self, path: &str) -> bool {
        self.matcher.is_match(path) || self.directory.as_ref().is_some_and(|it| path.starts_with(it.as_str()))
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

    #[test]
    fn git_generators_find_what_argo_cd_finds() {
        for (pattern, is_of_files, path, expected) in [
            ("apps/*", false, "apps/web", true),
            ("apps/*", false, "apps/web/base", false),
            ("apps/**", false, "apps/web", true),
            ("apps/**", false, "apps/web/base", false),
            ("apps/**/base", false, "apps/web/base", true),
            ("apps/**/base", false, "apps/a/web/base", false),
            ("apps/{web,api}", false, "apps/web", false),
            ("apps/[^w]*", false, "apps/api", true),
            ("apps/*/", false, "apps/web", false),
            ("./apps/*", false, "apps/web", false),
            ("apps/*/config.json", true, "apps/a/b/config.json", true),
            ("**/config.json", true, "config.json", false),
            ("**/config.json", true, "apps/config.json", true),
            ("apps/**/config.json", true, "apps/config.json", false),
            ("apps/**/config.json", true, "apps/a/config.json", true),
            ("./apps/*.json", true, "apps/a.json", true),
            ("apps", true, "apps/a.json", true),
            ("app", true, "apps/a.json", false),
            ("apps/{a}.json", true, "apps/{a}.json", true),
        ] {
            let glob = GitPattern::new(pattern, is_of_files).expect("the pattern is a glob");
            assert_eq!(glob.is_match(path), expected, "{pattern} {path}");
        }
    }
}
