//! Places in a text that a person or a program was to fill in.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Location, Notice};
use seatrial_model::{Place, Repository};

/// Who fills a placeholder in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filler {
    /// `${NAME}`, `$NAME`: a shell, envsubst, Flux.
    Shell,
    /// `{{ name }}`: a template engine.
    Template,
    /// `<name>`: the reader.
    Person,
    /// `$(NAME)` where the kubelet replaces nothing: `vars` of a kustomization.
    Kustomize,
    /// `NAME_OF_IT` among small letters.
    Script,
}

/// A part of a text that stands for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    /// Who fills it in.
    pub(crate) filler: Filler,
    /// As it is written: `${NAME}`.
    pub(crate) text: &'a str,
    /// Its name: `NAME`.
    pub(crate) name: &'a str,
    /// Where it stands.
    pub(crate) part: Range<usize>,
}

/// The first placeholder of a text.
pub(crate) fn placeholder(text: &str) -> Option<Placeholder<'_>> {
    let marks = [("${", "}", Filler::Shell), ("{{", "}}", Filler::Template), ("<", ">", Filler::Person)];
    let found = marks.into_iter().filter_map(|(open, close, filler)| between(text, open, close, filler));
    found.chain(bare(text)).min_by_key(|it| it.part.start)
}

/// Whether another program has yet to fill in a part of it, in whatever syntax:
/// enough to say nothing about the rest.
pub(crate) fn is_filled_in_later(text: &str) -> bool {
    text.contains("{{")
        || text.contains("${")
        || text.contains("$(")
        || is_variable(text)
        || is_encrypted(text)
        || is_of_plugin(text)
}

/// The first `$(NAME)` of a text, in capitals: Tekton has others.
pub(crate) fn kustomize_variable(text: &str) -> Option<Placeholder<'_>> {
    let is_part = |it: u8| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_';
    between(text, "$(", ")", Filler::Kustomize).filter(|it| it.name.bytes().all(is_part))
}

/// A word in capitals between `<` and `>`, which a program puts another in for.
pub(crate) fn token(text: &str) -> Option<&str> {
    let is_part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    text.split('<').skip(1).find_map(|rest| {
        let name = rest.split_once('>')?.0;
        (name.len() > 1 && name.chars().all(is_part)).then_some(name)
    })
}

/// `<secret:name>`, `<path:place#key>`: plugins of Argo CD look these up.
fn is_of_plugin(text: &str) -> bool {
    ["<secret:", "<path:"].iter().any(|start| text.split_once(start).is_some_and(|it| it.1.contains('>')))
}

/// What programs put something else in for, as far as names and namespaces of objects
/// hold it: `unsubstituted-variable` tells it there.
pub(crate) fn tokens_of_names(repository: &Repository) -> FxHashSet<&str> {
    let names = repository.objects().flat_map(|it| [Some(it.name()), it.namespace()]).flatten();
    names.filter_map(open_word).collect()
}

/// Checks that tell of what is still to be filled in.
const OF_PLACEHOLDERS: &[&str] = &["placeholder-secret-value", "placeholder-value", "unsubstituted-variable"];

/// Whether a notice only follows from what a person has yet to fill in: the object's
/// name is a `<NAME>`, which is told, and something of the kind stands in the field.
pub(crate) fn awaits_person(repository: &Repository, notice: &Notice) -> bool {
    let Location::Field { unit, object, path, .. } = &notice.at else { return false };
    let object = repository.object(Place { unit: *unit, object: *object });
    let has_blank = |it: &str| placeholder(it).is_some_and(|it| it.filler == Filler::Person);
    has_blank(object.name())
        && !OF_PLACEHOLDERS.contains(&notice.check.id)
        && object.at(path).is_some_and(|it| has_blank(it.source_text()))
}

/// What is told of tokens, each once, where it stands first.
#[derive(Default)]
pub(crate) struct Tokens<'a> {
    places: FxHashMap<&'a str, usize>,
    /// In the order in which they were met, with the number of their places.
    found: Vec<(Notice, usize)>,
}

impl<'a> Tokens<'a> {
    /// Counts a place; the notice of the first one is kept.
    pub(crate) fn add(&mut self, token: &'a str, notice: impl FnOnce() -> Notice) {
        let at = *self.places.entry(token).or_insert_with(|| {
            self.found.push((notice(), 0));
            self.found.len() - 1
        });
        self.found[at].1 += 1;
    }

    /// The notices, with how many `places` there are.
    pub(crate) fn told(self, places: &str) -> impl Iterator<Item = Notice> + use<'_, 'a> {
        self.found.into_iter().map(move |(notice, count)| match count {
            1 => notice,
            _ => notice.because(format!("it stands in {count} {places} of the tree")),
        })
    }
}

/// The token or the word for scripts in a text.
pub(crate) fn open_word(text: &str) -> Option<&str> {
    token(text).or_else(|| word_for_scripts(text))
}

/// A word in capitals with an underscore that is a part of a name in small letters,
/// or says itself that it stands for another: a script replaces it.
pub(crate) fn word_for_scripts(name: &str) -> Option<&str> {
    let is_part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let word = name.split(|it| !is_part(it)).find(|it| it.trim_matches('_').contains('_'))?;
    let rest = name.replace(word, "");
    let is_part_of_name = rest.contains(|it: char| it.is_ascii_lowercase())
        && rest.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.".contains(it));
    (is_part_of_name || word.contains("PLACEHOLDER")).then_some(word)
}

/// Whether a whole text says that another is to stand there.
pub(crate) fn is_stand_in(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "changeme",
        "changethis",
        "replaceme",
        "replacethis",
        "fillmein",
        "tobereplaced",
        "placeholder",
        "insertyourvaluehere",
        "yourvaluehere",
    ];
    let letters: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect();
    let has_others = text.chars().any(|it| !(it.is_ascii_alphanumeric() || "-_ <>".contains(it)));
    // In small letters they name things: an application for to-do lists.
    let is_mark = matches!(text, "TODO" | "FIXME");
    is_mark || !has_others && (WORDS.contains(&letters.as_str()) || is_bracketed(text)) || is_of_reader(text)
}

/// `YOUR_PROJECT_ID`
fn is_of_reader(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    text.strip_prefix("YOUR_").is_some_and(|it| it.len() > 1 && it.chars().all(is_part))
}

/// `<your-domain>`
fn is_bracketed(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    inner.is_some_and(|it| {
        let words = it.split(['-', '_', ' ']).filter(|it| !it.is_empty()).count();
        let is_word = |it: char| it.is_ascii_alphanumeric() || "-_ ".contains(it);
        words > 1 && it.chars().all(is_word)
    })
}

/// A value that SOPS encrypted: whoever applies it puts the plain one there.
fn is_encrypted(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,")
}

/// `$NAME`
fn is_variable(text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or_default();
    name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
}

/// Whether `${NAME}` stands in it, in capitals.
pub(crate) fn holds_variable(text: &str) -> bool {
    let mut parts = text.split("${").skip(1);
    parts.any(|rest| {
        let name = rest.split_once('}').map_or("", |(name, _)| name);
        !name.is_empty()
            && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
    })
}

/// `$NAME`, in capitals.
fn bare(text: &str) -> Option<Placeholder<'_>> {
    let is_part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let found = text.match_indices('$').find_map(|(start, _)| {
        let rest = &text[start + 1..];
        let name = &rest[..rest.find(|it| !is_part(it)).unwrap_or(rest.len())];
        let is_name = name.len() > 1 && !name.starts_with(|it: char| it.is_ascii_digit());
        is_name.then_some((start, name))
    });
    let (start, name) = found?;
    let part = start..start + 1 + name.len();
    Some(Placeholder { filler: Filler::Shell, text: &text[part.clone()], name, part })
}

fn between<'a>(text: &'a str, open: &str, close: &str, filler: Filler) -> Option<Placeholder<'a>> {
    let start = text.find(open)?;
    let inner = start + open.len();
    let length = text[inner..].find(close)?;
    let name = name(&text[inner..inner + length], filler)?;
    let part = start..inner + length + close.len();
    Some(Placeholder { filler, text: &text[part.clone()], name, part })
}

fn name(inner: &str, filler: Filler) -> Option<&str> {
    let inner = inner.trim();
    // `${NAME:-default}`, `${NAME/a/b}`
    let name = match filler {
        Filler::Shell => inner.split([':', '-', '/', '=', '%', '#', '^', ',']).next().unwrap_or_default(),
        _ => inner,
    };
    (!name.is_empty() && !name.contains(['\n', '<', '{'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_with_their_names() {
        for (text, written, name) in [
            ("${REGISTRY}/api:1", "${REGISTRY}", "REGISTRY"),
            ("app:${TAG:-latest}", "${TAG:-latest}", "TAG"),
            ("{{ .Values.image }}", "{{ .Values.image }}", ".Values.image"),
            ("<your-registry>/api", "<your-registry>", "your-registry"),
            ("a-{{b}}-${c}", "{{b}}", "b"),
            ("app:$TAG-1", "$TAG", "TAG"),
            ("a$b$REGISTRY/app", "$REGISTRY", "REGISTRY"),
        ] {
            let found = placeholder(text).expect(text);
            assert_eq!((found.text, found.name), (written, name));
            assert_eq!(&text[found.part], written);
        }
    }

    #[test]
    fn what_programs_fill_in_or_decrypt_is_not_known_yet() {
        let texts = ["a-${B}", "$(C)", "{{ d }}", "$E", "ENC[AES256_GCM,data:eA==,type:int]"];
        for text in texts.into_iter().chain(["<secret:domain>", "<path:secret/data/a#key>"]) {
            assert!(is_filled_in_later(text), "{text}");
        }
        for text in ["encoded", "<a>", "<>", "a < B > c"] {
            assert!(!is_filled_in_later(text), "{text}");
        }
    }

    #[test]
    fn words_that_scripts_replace_are_parts_of_names() {
        for (name, word) in [("pr-PR_NUMBER", "PR_NUMBER"), ("PLACEHOLDER_NAME", "PLACEHOLDER_NAME")] {
            assert_eq!(word_for_scripts(name), Some(word));
        }
        for name in ["APP_CONFIG", "app_config", "pr-NUMBER", "My_App", "a_B"] {
            assert_eq!(word_for_scripts(name), None, "{name}");
        }
    }

    #[test]
    fn other_texts_have_none() {
        for text in ["", "api:1", "a{b}", "$home", "$1", "pa$$", "${", "${}", "a < b", "<>", "{{}}", "$(VAR)"]
        {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
