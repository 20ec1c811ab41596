//! Values of secrets, kept out of everything that is printed.
//!
//! Two nets, with two promises:
//! - The bytes of a secret span are masked in the source texts that excerpts are cut
//!   from, whatever they hold: a word, a number, a single letter.
//! - The values of the spans, decoded or not, are masked wherever a text of a finding or
//!   an excerpt has them once more. This holds for values that tell themselves from other
//!   words. Left alone elsewhere are values below four bytes, words of up to six letters,
//!   words of YAML, of templates and of forms (`enabled: true`, `include`, `password`),
//!   what a reference puts another value in the place of (`$(NAME)`, in capitals), names
//!   of something public (objects, hosts, keys), and words that templates or names of
//!   files have anyway. In doubt a value is masked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::Finding;
use seatrial_render::stands_for_another;
use seatrial_source::{FileId, SourceMap, Span};
use seatrial_yaml::decode_any_base64;

/// Shorter values are left alone: they would blot out ordinary words.
const VALUE_BYTES_MIN: usize = 4;
/// Up to here a value of letters only is a word like any other (`value`,
/// `secret`): no check quotes values, and words of its message would be lost.
const WORD_BYTES_MAX: usize = 6;
/// No name of the DNS is longer.
const NAME_BYTES_MAX: usize = 253;
/// A longer value is recognised by its beginning.
const NEEDLE_BYTES_MAX: usize = 48;
/// A value of this length is masked wherever it stands.
const UNMISTAKABLE_BYTES_MIN: usize = 20;
/// What stands for a value in a message.
const MASK: &str = "********";

/// The same files with the bytes of the given spans replaced by `*`; lines
/// stay where they are.
pub(crate) fn mask(sources: &SourceMap, secrets: &[Span]) -> SourceMap {
    let mut by_file: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for &span in secrets {
        by_file.entry(span.file).or_default().push(span);
    }
    let ids: Vec<FileId> = sources.ids().collect();
    let texts = ids.par_iter().map(|id| {
        let text = sources.file(*id).text();
        by_file.get(id).map_or_else(|| text.clone(), |spans| masked_text(text, spans).into())
    });
    let texts: Vec<Arc<str>> = texts.collect();
    let mut masked = SourceMap::new();
    for (id, text) in ids.into_iter().zip(texts) {
        masked.add(sources.file(id).path().clone(), text);
    }
    masked
}

fn masked_text(text: &str, spans: &[Span]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        let Some(secret) = bytes.get_mut(whole_characters(text, *span)) else { continue };
        for byte in secret.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            *byte = b'*';
        }
    }
    String::from_utf8(bytes).expect("whole characters were replaced by ASCII")
}

/// A span widened to character boundaries.
fn whole_characters(text: &str, span: Span) -> Range<usize> {
    let (mut start, mut end) = (span.range().start.min(text.len()), span.range().end.min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Finds secret values in texts that checks wrote.
#[derive(Clone, Debug)]
pub(crate) struct Scrubber {
    needles: Option<AhoCorasick>,
    values: Vec<String>,
    /// By value: whether it names something public.
    public: Vec<bool>,
}

impl Scrubber {
    /// Learns the values in the given spans, and others that stand in no file.
    pub(crate) fn new(sources: &SourceMap, secrets: &[Span], others: &[String]) -> Self {
        let mut values: BTreeSet<String> =
            others.iter().flat_map(|it| forms(it)).filter(|value| is_telling(value)).collect();
        for &span in secrets {
            let text = sources.file(span.file).text();
            let raw = text.get(whole_characters(text, span)).unwrap_or_default();
            values.extend(forms(raw).filter(|value| is_telling(value)));
        }
        let values: Vec<String> = values.into_iter().collect();
        let needles = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(values.iter().map(|value| needle(value)))
            .ok()
            .filter(|_| !values.is_empty());
        let public = vec![false; values.len()];
        Self { needles, values, public }
    }

    /// Whether it knows no values at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Takes words that name something public (an object, a host) for no secrets,
    /// and long values that are a part of one.
    pub(crate) fn with_public(mut self, words: &FxHashSet<&str>) -> Self {
        let Some(needles) = &self.needles else { return self };
        for (value, is_public) in self.values.iter().zip(&mut self.public) {
            *is_public |= words.contains(value.as_str());
        }
        for word in
            words.iter().filter(|it| (UNMISTAKABLE_BYTES_MIN + 1..=NAME_BYTES_MAX).contains(&it.len()))
        {
            for found in needles.find_overlapping_iter(word) {
                let value = self.values[found.pattern().as_usize()].as_str();
                let end = found.start() + value.len();
                let is_part = is_unmistakable(value) && word[found.start()..].starts_with(value);
                // Whole labels of it, not any stretch of letters.
                let is_bounded = |before: Option<u8>| before.is_none_or(|it| it == b'.');
                let bytes = word.as_bytes();
                let before = found.start().checked_sub(1).map(|it| bytes[it]);
                self.public[found.pattern().as_usize()] |=
                    is_part && is_bounded(before) && is_bounded(bytes.get(end).copied());
            }
        }
        self
    }

    /// Takes words for no secrets that texts use anyway: those of letters that
    /// stand in what is no secret of a template, or in the name of a file.
    pub(crate) fn with_common(
        mut self,
        sources: &SourceMap,
        secrets: &[Span],
        is_made: &(dyn Fn(FileId) -> bool + Sync),
    ) -> Self {
        let candidates: FxHashMap<String, usize> = self
            .values
            .iter()
            .enumerate()
            .filter(|(_, value)| value.len() < UNMISTAKABLE_BYTES_MIN && value.bytes().all(is_word_byte))
            .map(|(at, value)| (value.clone(), at))
            .collect();
        if candidates.is_empty() {
            return self;
        }
        let mut hidden: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
        for span in secrets {
            hidden.entry(span.file).or_default().push(*span);
        }
        let ids: Vec<FileId> = sources.ids().filter(|it| !is_made(*it)).collect();
        let found = ids.into_par_iter().flat_map_iter(|id| {
            let spans = hidden.get(&id).map_or(&[][..], Vec::as_slice);
            open_words(sources, id, spans).filter_map(|word| candidates.get(word).copied())
        });
        for at in found.collect::<Vec<usize>>() {
            self.public[at] = true;
        }
        self
    }

    #[cfg(test)]
    fn scrub(&self, text: &mut String) {
        self.scrub_except(text, &[]);
    }

    /// The text with every secret value masked.
    pub(crate) fn scrubbed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        self.scrub_except(&mut text, &[]);
        text
    }

    /// The text with every secret value masked, but for some words.
    fn scrub_except(&self, text: &mut String, words: &[&str]) {
        let found = self.found(text, words);
        if found.is_empty() {
            return;
        }
        let mut clean = String::new();
        let mut done = 0;
        for range in found {
            if range.start >= done {
                clean.push_str(&text[done..range.start]);
                clean.push_str(MASK);
            }
            done = done.max(range.end);
        }
        clean.push_str(&text[done..]);
        *text = clean;
    }

    /// Where values stand in a text, in order; they may overlap.
    fn found(&self, text: &str, words: &[&str]) -> Vec<Range<usize>> {
        let Some(needles) = &self.needles else { return Vec::new() };
        let whole = |start: usize, value: &str| start..start + shared_bytes(&text[start..], value);
        // By long value: how far the text was compared with it. One that repeats
        // itself is found at every letter.
        let mut compared: FxHashMap<usize, usize> = FxHashMap::default();
        let ranges = needles.find_overlapping_iter(text).filter_map(|found| {
            let pattern = found.pattern().as_usize();
            let value = self.values[pattern].as_str();
            if self.public[pattern] || words.contains(&value) {
                return None;
            }
            let is_long = value.len() > NEEDLE_BYTES_MAX;
            if is_long && compared.get(&pattern).is_some_and(|&end| found.end() <= end) {
                return None;
            }
            let range = whole(found.start(), value);
            if is_long {
                compared.insert(pattern, range.end);
            }
            (is_unmistakable(value) || stands_alone(text, &range)).then_some(range)
        });
        let mut ranges: Vec<Range<usize>> = ranges.collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges
    }

    /// Where values stand in a file's text.
    pub(crate) fn spans(&self, file: FileId, text: &str) -> Vec<Span> {
        let ranges = self.found(text, &[]).into_iter();
        ranges.map(|range| Span::new(file, range.start as u32, range.end as u32)).collect()
    }

    /// Every text of a finding that is not a file's own. The keys that lead to
    /// its field are no secrets.
    pub(crate) fn scrub_finding(&self, finding: &mut Finding) {
        let mut keys: Vec<&str> = finding.field.split(['.', '[', ']']).collect();
        keys.push(&finding.field);
        let scrub = |text: &mut String| self.scrub_except(text, &keys);
        scrub(&mut finding.message);
        finding.derivation.iter_mut().for_each(scrub);
        finding.related.iter_mut().for_each(|related| scrub(&mut related.label));
        finding.help.iter_mut().for_each(scrub);
        if let Some(fix) = &mut finding.fix {
            scrub(&mut fix.title);
            fix.edits.iter_mut().for_each(|edit| scrub(&mut edit.text));
        }
    }
}

/// The words of a file's name, and of what is no secret of a template. The spans are in order.
fn open_words<'a>(sources: &'a SourceMap, id: FileId, spans: &'a [Span]) -> impl Iterator<Item = &'a str> {
    let file = sources.file(id);
    let is_template = file.path().parts().any(|it| it == "templates");
    let text = if is_template { &**file.text() } else { "" };
    let starts = [0].into_iter().chain(spans.iter().map(|it| it.end as usize));
    let ends = spans.iter().map(|it| it.start as usize).chain([text.len()]);
    let open = starts.zip(ends).map(|(start, end)| text.get(start..end).unwrap_or_default());
    words(file.path().as_str()).chain(open.flat_map(words))
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'-'
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphabetic() && it != '-').filter(|it| !it.is_empty())
}

/// Whether a value is so long that it is no part of an ordinary word.
fn is_unmistakable(value: &str) -> bool {
    value.len() >= UNMISTAKABLE_BYTES_MIN && !value.contains('/')
}

/// Whether a range is no part of a longer name or path.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let continues = |character: char| character.is_alphanumeric() || "-_./".contains(character);
    let before = text[..range.start].chars().next_back();
    // A full stop may end a sentence.
    let mut after = text[range.end..].chars();
    let follows = match after.next() {
        Some('.') => after.next().is_some_and(continues),
        Some(character) => continues(character),
        None => false,
    };
    !before.is_some_and(continues) && !follows
}

/// Whether a value is more than an ordinary word.
fn is_telling(value: &str) -> bool {
    let is_word = value.len() <= WORD_BYTES_MAX && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_ordinary = is_word || WORDS.contains(&value.trim_start_matches('(')) || is_setting(value);
    // The value stands elsewhere.
    value.len() >= VALUE_BYTES_MIN && !is_ordinary && !stands_for_another(value)
}

/// Longer words of templates, and keys of almost every Secret.
const WORDS: [&str; 12] = [
    "contains",
    "default",
    "fromJson",
    "fromYaml",
    "hasPrefix",
    "include",
    "password",
    "required",
    "template",
    "toString",
    "trimSuffix",
    "username",
];

/// Whether a line says no more of a key than that it is on, or a small number.
fn is_setting(line: &str) -> bool {
    let Some((key, value)) = line.split_once(": ").or_else(|| line.split_once('=')) else { return false };
    let key = key.trim_start_matches("- ");
    let is_key = key.bytes().all(|byte| is_word_byte(byte) || matches!(byte, b'_' | b'.' | b'"'));
    let value = value.trim_matches(['"', '\'', ' ', ',']);
    let is_number = value.len() < VALUE_BYTES_MIN && value.bytes().all(|byte| byte.is_ascii_digit());
    is_key && (is_number || matches!(value, "true" | "false" | "null" | "yes" | "no" | "on" | "off"))
}

/// Whether a line of a longer text is a key of a mapping or the name of a manifest.
fn is_structure(line: &str) -> bool {
    let key = line.strip_suffix(':');
    let is_key = key.is_some_and(|it| it.bytes().all(|byte| is_word_byte(byte) || byte == b'_'));
    is_key || [".yaml", ".yml"].iter().any(|it| line.ends_with(it))
}

/// The beginning of a value, on a character boundary.
fn needle(value: &str) -> &str {
    let mut end = value.len().min(NEEDLE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

/// How many bytes two texts share from their beginnings, in whole characters.
fn shared_bytes(a: &str, b: &str) -> usize {
    let same = a.char_indices().zip(b.chars()).take_while(|((_, x), y)| x == y);
    same.last().map_or(0, |((at, character), _)| at + character.len_utf8())
}

/// The forms a value may be quoted in: as written, without its quotes, each
/// of its lines, what its base64 holds, and its base64.
fn forms(raw: &str) -> impl Iterator<Item = String> {
    let trimmed = raw.trim();
    let bare = trimmed
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| trimmed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')))
        .unwrap_or(trimmed);
    let mut forms = vec![bare.to_owned(), unescaped(bare)];
    let telling = |text: &str| -> Vec<String> {
        let is_whole = !text.trim().contains('\n');
        let lines = text.lines().map(str::trim).filter(|it| is_whole || !is_structure(it));
        lines.map(str::to_owned).collect()
    };
    let is_block = bare.starts_with(['|', '>']);
    let content = if is_block { bare.split_once('\n').map_or("", |it| it.1) } else { bare };
    forms.extend(telling(content));
    let compact: String = bare.chars().filter(|character| !character.is_whitespace()).collect();
    // What is base64 by mistake may hide a value too.
    if let Some(decoded) = decode_any_base64(&compact).and_then(|it| String::from_utf8(it).ok()) {
        forms.extend(telling(&decoded));
        forms.push(decoded);
    }
    // Programs that ask for a text of `stringData` get it as `data` has it.
    let lines: Vec<&str> = bare.lines().skip(1).map(str::trim).collect();
    let block = bare.starts_with(['|', '>']).then(|| lines.join("\n"));
    let texts = [Some(bare.to_owned()), Some(unescaped(bare)), block.clone(), block.map(|it| it + "\n")];
    forms.extend(texts.into_iter().flatten().map(|it| BASE64.encode(it)));
    forms.into_iter()
}

/// A quoted scalar's usual escapes resolved.
fn unescaped(text: &str) -> String {
    text.replace("''", "'").replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use seatrial_source::TreePath;

    use super::*;

    fn sources(text: &str, secrets: &[&str]) -> (SourceMap, Vec<Span>) {
        let mut sources = SourceMap::new();
        let file = sources.add(TreePath::new("a.yaml"), text.into());
        let span = |secret: &&str| {
            let start = text.find(secret).expect("the text is there") as u32;
            Span::new(file, start, start + secret.len() as u32)
        };
        let spans = secrets.iter().map(span).collect();
        (sources, spans)
    }

    #[test]
    fn masked_bytes_keep_lines_and_offsets() {
        let (sources, spans) = sources("a: |\n  hünter2\n  more\nb: ok\n", &["hünter2\n  more"]);
        let masked = mask(&sources, &spans);
        let text = masked.file(FileId(0)).text();
        assert_eq!(&**text, "a: |\n  ********\n******\nb: ok\n");
    }

    #[test]
    fn values_are_scrubbed_in_every_form() {
        let secrets = ["\"hunter2 \\\"quoted\\\"\"", "c3VwZXItc2VjcmV0", "|\n  line-one\n  line-two"];
        let text = format!("a: {}\nb: {}\nc: {}\n", secrets[0], secrets[1], secrets[2]);
        let (sources, spans) = sources(&text, &secrets);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let scrubbed = |text: &str| {
            let mut text = text.to_owned();
            scrubber.scrub(&mut text);
            text
        };
        assert_eq!(scrubbed("got hunter2 \"quoted\" there"), "got ******** there");
        assert_eq!(scrubbed("c3VwZXItc2VjcmV0 is super-secret"), "******** is ********");
        assert_eq!(scrubbed("line-two, line-one"), "********, ********");
        // `line-one\nline-two\n` in base64, as a server keeps it.
        assert_eq!(scrubbed("has bGluZS1vbmUKbGluZS10d28K in it"), "has ******** in it");
        assert_eq!(scrubbed("nothing"), "nothing");
    }

    #[test]
    fn long_values_are_known_by_their_beginning() {
        let long = "k".repeat(20) + &"0123456789".repeat(20);
        let (sources, spans) = sources(&long, &[&long]);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let mut text = format!("cut {} here", &long[..100]);
        scrubber.scrub(&mut text);
        assert_eq!(text, "cut ******** here");
    }

    #[test]
    fn a_short_value_inside_a_longer_name_is_another_word() {
        let (sources, spans) = sources("a: helm\nb: hunter2\n", &["helm", "hunter2"]);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let scrubbed = |text: &str| {
            let mut text = text.to_owned();
            scrubber.scrub(&mut text);
            text
        };
        assert_eq!(scrubbed("k8s/helm/a and helmet and my-helm"), "k8s/helm/a and helmet and my-helm");
        assert_eq!(
            scrubbed("`hunter2`, --password=hunter2 and hunter2."),
            "`********`, --password=******** and ********."
        );
    }

    #[test]
    fn public_words_and_short_ones_stay() {
        let text = "a: postgres\nb: abc\nc: value\nd: valu3\n";
        let (sources, spans) = sources(text, &["postgres", "abc", "value", "valu3"]);
        let scrubber = Scrubber::new(&sources, &spans, &[]).with_public(&FxHashSet::from_iter(["postgres"]));
        let mut text = "the value of Service postgres abc valu3".to_owned();
        scrubber.scrub(&mut text);
        assert_eq!(text, "the value of Service postgres abc ********");
    }

    #[test]
    fn keys_in_texts_and_labels_of_names_stay() {
        let block = "|\n  value:\n  base.yaml";
        let values = [block, "ipam.cluster.x-k8s.io", "correct-horse-battery:", "LongLongPassword123456"];
        let text = format!("b: {block}\nc: {}\nd: {}\ne: {}\n", values[1], values[2], values[3]);
        let (sources, spans) = sources(&text, &values);
        let words = FxHashSet::from_iter(["pools.ipam.cluster.x-k8s.io", "a-LongLongPassword123456"]);
        let scrubber = Scrubber::new(&sources, &spans, &[]).with_public(&words);
        let mut text = "Required value: base.yaml of pools.ipam.cluster.x-k8s.io".to_owned();
        let before = text.clone();
        scrubber.scrub(&mut text);
        assert_eq!(text, before);
        let mut text = "correct-horse-battery: LongLongPassword123456".to_owned();
        scrubber.scrub(&mut text);
        assert_eq!(text, "******** ********");
    }

    #[test]
    fn words_that_templates_use_anyway_stay() {
        let mut sources = SourceMap::new();
        let values = sources.add(TreePath::new("web/values.yaml"), "a: required\nb: hiddenword\n".into());
        let template = "# a value is required\npassword: hiddenword\n";
        let template = sources.add(TreePath::new("web/templates/a.yaml"), template.into());
        let spans = [Span::new(values, 3, 11), Span::new(values, 15, 25), Span::new(template, 32, 42)];
        let scrubber = Scrubber::new(&sources, &spans, &[]).with_common(&sources, &spans, &|_| false);
        let mut text = "required and hiddenword".to_owned();
        scrubber.scrub(&mut text);
        assert_eq!(text, "required and ********");
    }

    #[test]
    fn keys_on_the_way_to_a_field_stay() {
        let (sources, spans) = sources("a: storageos\nb: hunter2\n", &["storageos", "hunter2"]);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let mut text = "type storageos, value hunter2".to_owned();
        scrubber.scrub_except(&mut text, &["spec", "storageos"]);
        assert_eq!(text, "type storageos, value ********");
    }

    #[test]
    fn words_of_the_language_are_masked_nowhere_else() {
        let block = "|\n  web:\n    enabled: true\n    replicas=12\n    secret: canary77";
        let values = [block, "(include", "password", "$(DB_PASSWORD)", "$(hunter2)", "admin:true"];
        let text = format!("a: {}\n", values.join("\na: "));
        let (sources, spans) = sources(&text, &values);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let same = "enabled: true, replicas=12, (include x), password $(DB_PASSWORD)";
        assert_eq!(scrubber.scrubbed(same), same);
        assert_eq!(
            scrubber.scrubbed("`$(hunter2)` secret: canary77 admin:true"),
            "`********` ******** ********"
        );
        assert_eq!(
            &**mask(&sources, &spans[2..3]).file(FileId(0)).text(),
            text.replace("a: password", "a: ********")
        );
    }

    #[test]
    fn a_value_that_repeats_itself_is_found_in_linear_time() {
        let value = "a".repeat(400_000);
        let (sources, spans) = sources(&value, &[&value]);
        let scrubber = Scrubber::new(&sources, &spans, &[]);
        let found = scrubber.spans(FileId(0), &value.repeat(2));
        assert_eq!(found.last().map(|it| it.end), Some(800_000));
        assert!(found.len() < 10);
    }
}
