//! Two kinds of glob: Go's `path.Match`, and `gobwas/glob` with `/` as the
//! separator, which `.Files.Glob` uses.

/// A pattern that does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadPattern;

impl BadPattern {
    /// Go's words.
    pub(crate) const MESSAGE: &'static str = "syntax error in pattern";
}

/// A pattern of Go's `path.Match`: `*` and `?` stop at slashes.
#[derive(Debug)]
pub(super) struct Pattern {
    letters: Vec<char>,
    is_literal: bool,
    /// The letter that each name ends with which fits.
    last: Option<char>,
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Result<Self, BadPattern> {
        let letters: Vec<char> = pattern.chars().collect();
        check_pattern(&letters)?;
        let last = letters.last().copied().filter(|it| !matches!(it, '*' | '?' | ']'));
        Ok(Self { is_literal: !pattern.contains(['*', '?', '[', '\\']), letters, last })
    }

    /// Whether the whole name, letter by letter, fits.
    pub(super) fn matches(&self, name: &[char]) -> bool {
        if self.last.is_some() && self.last != name.last().copied() {
            return false;
        }
        if self.is_literal { self.letters == name } else { match_here(&self.letters, name) }
    }
}

/// Go's `path.Match`.
pub(crate) fn path_match(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let name: Vec<char> = name.chars().collect();
    Pattern::new(pattern).map(|pattern| pattern.matches(&name))
}

fn check_pattern(pattern: &[char]) -> Result<(), BadPattern> {
    let mut rest = pattern;
    while let Some((&letter, tail)) = rest.split_first() {
        rest = match letter {
            '\\' => tail.get(1..).ok_or(BadPattern)?,
            '[' => class(tail, None).ok_or(BadPattern)?.1,
            _ => tail,
        };
    }
    Ok(())
}

/// Backtracks to the last star only, which is enough.
fn match_here(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(at) == Some(&'*') {
            at += 1;
            star = Some((at, of));
            continue;
        }
        let step = match (pattern.get(at), name.get(of)) {
            (None, None) => return true,
            (Some('?'), Some(&letter)) if letter != '/' => Some(1),
            (Some('['), Some(&letter)) => class(&pattern[at + 1..], Some(letter))
                .filter(|(is_in, _)| *is_in)
                .map(|(_, rest)| pattern.len() - rest.len() - at),
            (Some('\\'), Some(letter)) if pattern.get(at + 1) == Some(letter) => Some(2),
            (Some('\\' | '?'), _) => None,
            (Some(wanted), Some(letter)) if wanted == letter => Some(1),
            _ => None,
        };
        if let Some(step) = step {
            at += step;
            of += 1;
            continue;
        }
        match star {
            Some((back, taken)) if taken < name.len() && name[taken] != '/' => {
                star = Some((back, taken + 1));
                (at, of) = (back, taken + 1);
            }
            _ => return false,
        }
    }
}

/// Reads a class behind its `[`: whether the letter is in it, and the rest.
fn class(mut rest: &[char], letter: Option<char>) -> Option<(bool, &[char])> {
    let is_negated = rest.first() == Some(&'^');
    if is_negated {
        rest = &rest[1..];
    }
    let mut is_in = false;
    let mut ranges = 0;
    loop {
        if rest.first() == Some(&']') && ranges > 0 {
            return Some((is_in != is_negated, &rest[1..]));
        }
        let (low, tail) = class_letter(rest)?;
        let (high, tail) = match tail.first() {
            Some('-') => class_letter(&tail[1..])?,
            _ => (low, tail),
        };
        is_in |= letter.is_some_and(|letter| low <= letter && letter <= high);
        rest = tail;
        ranges += 1;
    }
}

/// One letter of a class; a class must go on behind it.
fn class_letter(rest: &[char]) -> Option<(char, &[char])> {
    let (&letter, tail) = rest.split_first()?;
    let (letter, tail) = match letter {
        '-' | ']' => return None,
        '\\' => tail.split_first().map(|(&letter, tail)| (letter, tail))?,
        _ => (letter, tail),
    };
    (!tail.is_empty()).then_some((letter, tail))
}

/// A compiled pattern of `gobwas/glob`.
#[derive(Clone, Debug)]
pub(crate) struct Glob(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Letter(char),
    /// `?`: any letter but a slash.
    Single,
    /// `*`: any letters but slashes.
    Any,
    /// `**`: any letters.
    Super,
    /// `[abc]`, `[!abc]`
    List(Vec<char>, bool),
    /// `[a-z]`, `[!a-z]`
    Range(char, char, bool),
    /// `{a,b}`
    AnyOf(Vec<Vec<Part>>),
}

impl Glob {
    /// Compiles a pattern; what does not compile takes every name without a
    /// slash-blind star, as Helm falls back to `**`.
    pub(crate) fn new(pattern: &str) -> Self {
        let letters: Vec<char> = pattern.chars().collect();
        let mut reader = Reader { letters: &letters, at: 0 };
        match reader.sequence(0) {
            Some(parts) if reader.at == letters.len() => Self(parts),
            _ => Self(vec![Part::Super]),
        }
    }

    /// Whether the whole name fits.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        ends(&self.0, &name, &[0]).contains(&name.len())
    }
}

/// All places where a match of the parts can end, given where it can begin.
fn ends(parts: &[Part], name: &[char], starts: &[usize]) -> Vec<usize> {
    let mut places: Vec<usize> = starts.to_vec();
    for part in parts {
        let mut next: Vec<usize> = Vec::new();
        match part {
            Part::Any | Part::Super => {
                for &start in &places {
                    let run = name[start..]
                        .iter()
                        .take_while(|&&letter| matches!(part, Part::Super) || letter != '/')
                        .count();
                    next.extend(start..=start + run);
                }
            }
            Part::AnyOf(choices) => {
                for choice in choices {
                    next.extend(ends(choice, name, &places));
                }
            }
            one => next.extend(places.iter().filter_map(|&at| takes(one, *name.get(at)?).then_some(at + 1))),
        }
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    places
}

fn takes(part: &Part, letter: char) -> bool {
    match part {
        Part::Letter(wanted) => *wanted == letter,
        Part::Single => letter != '/',
        Part::List(letters, is_negated) => letters.contains(&letter) != *is_negated,
        Part::Range(low, high, is_negated) => (*low <= letter && letter <= *high) != *is_negated,
        Part::Any | Part::Super | Part::AnyOf(_) => false,
    }
}

/// The deepest braces that are read.
const DEPTH_MAX: usize = 20;

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        while let Some(letter) = self.peek() {
            if depth > 0 && matches!(letter, ',' | '}') {
                break;
            }
            self.at += 1;
            parts.push(match letter {
                '\\' => Part::Letter(self.next()?),
                '?' => Part::Single,
                '*' if self.peek() == Some('*') => {
                    while self.peek() == Some('*') {
                        self.at += 1;
                    }
                    Part::Super
                }
                '*' => Part::Any,
                '[' => self.class()?,
                '{' if depth < DEPTH_MAX => self.any_of(depth)?,
                '{' => return None,
                _ => Part::Letter(letter),
            });
        }
        Some(parts)
    }

    fn any_of(&mut self, depth: usize) -> Option<Part> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.sequence(depth + 1)?);
            match self.next()? {
                ',' => {}
                _ => return Some(Part::AnyOf(choices)),
            }
        }
    }

    fn class(&mut self) -> Option<Part> {
        let is_negated = self.peek() == Some('!');
        if is_negated {
            self.at += 1;
        }
        let rest = &self.letters[self.at..];
        if let [low, '-', high, ']', ..] = rest
            && low <= high
        {
            self.at += 4;
            return Some(Part::Range(*low, *high, is_negated));
        }
        let mut letters = Vec::new();
        loop {
            match self.next()? {
                ']' if !letters.is_empty() => return Some(Part::List(letters, is_negated)),
                ']' => return None,
                '\\' => letters.push(self.next()?),
                letter => letters.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_as_in_go() {
        let cases = [
            ("*.txt", "a.txt", true),
            ("*.txt", "a/b.txt", false),
            ("templates/.?*", "templates/.dot", true),
            ("templates/.?*", "templates/.", false),
            ("ru[c-e]?er.txt", "rudder.txt", true),
            ("[^a]b", "cb", true),
            ("[^a]b", "ab", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("", "", true),
            ("a?c", "a/c", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(path_match(pattern, name), Ok(expected), "{pattern} {name}");
        }
        for bad in ["[", "[]a]", "[a", "a\\", "[a-]", "[-x]"] {
            assert_eq!(path_match(bad, "a"), Err(BadPattern), "{bad}");
        }
    }

    #[test]
    fn globs_of_files_match_as_gobwas_does() {
        let cases = [
            ("config/*", "config/a.yaml", true),
            ("config/*", "config/sub/a.yaml", false),
            ("config/**", "config/sub/a.yaml", true),
            ("**.yaml", "config/sub/a.yaml", true),
            ("**/a.yaml", "a.yaml", false),
            ("{a,b}/*.txt", "b/x.txt", true),
            ("{a,b}/*.txt", "c/x.txt", false),
            ("{a*,b/**}", "b/c/d", true),
            ("[!a]b", "cb", true),
            ("[a-c]b", "bb", true),
            ("[abc]b", "bb", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[", "any/thing", true),
            ("", "", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }
}
