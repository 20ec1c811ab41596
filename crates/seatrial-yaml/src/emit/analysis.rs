//! Which styles a text allows. Rules of `yaml_emitter_analyze_scalar` in
//! go.yaml.in/yaml v2.4.5 and v3.0.6, quirks included.

use crate::Style;

/// What was found in a text.
#[expect(clippy::struct_excessive_bools, reason = "the styles are allowed independently")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) is_multiline: bool,
    pub(super) plain_in_block: bool,
    pub(super) plain_in_flow: bool,
    pub(super) single_quoted: bool,
    pub(super) block_scalar: bool,
}

/// Where a scalar stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) in_flow: bool,
    pub(super) is_simple_key: bool,
}

/// A break to the libraries, that of v1.1.
pub(super) fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether the libraries write a letter as it is. Beyond the basic plane they
/// never do.
pub(super) fn is_printable(letter: char) -> bool {
    letter != '\u{FEFF}'
        && matches!(letter, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
}

/// What makes a text unfit for a style.
#[expect(clippy::struct_excessive_bools, reason = "each is found independently")]
#[derive(Default)]
struct Found {
    block_indicator: bool,
    flow_indicator: bool,
    line_break: bool,
    special: bool,
    tab: bool,
    /// At the start or the end, a space or a break.
    outer_space: bool,
    trailing_space: bool,
    space_after_break: bool,
    break_after_space: bool,
}

impl Analysis {
    pub(super) fn of(text: &str, is_v3: bool) -> Self {
        if text.is_empty() {
            return Self {
                is_multiline: false,
                plain_in_block: true,
                plain_in_flow: false,
                single_quoted: true,
                block_scalar: false,
            };
        }
        let found = Found::of(text, is_v3);
        let lossless = !found.break_after_space && !found.special;
        let single_quoted = lossless && !found.tab && !found.space_after_break;
        let plain = single_quoted && !found.outer_space && !found.line_break;
        Self {
            is_multiline: found.line_break,
            plain_in_block: plain && !found.block_indicator,
            plain_in_flow: plain && !found.flow_indicator,
            single_quoted,
            block_scalar: lossless && !found.trailing_space,
        }
    }

    /// The style that is used where this one is asked for.
    pub(super) fn style(self, asked: Style, is_empty: bool, place: Place) -> Style {
        let mut style = asked;
        if place.is_simple_key && self.is_multiline {
            style = Style::DoubleQuoted;
        }
        if matches!(style, Style::Plain | Style::Block | Style::Flow) {
            let allowed = if place.in_flow { self.plain_in_flow } else { self.plain_in_block };
            let vanishes = is_empty && (place.in_flow || place.is_simple_key);
            style = if allowed && !vanishes { Style::Plain } else { Style::SingleQuoted };
        }
        let block = matches!(style, Style::Literal | Style::Folded);
        let refused = match style {
            Style::SingleQuoted => !self.single_quoted,
            _ => block && (!self.block_scalar || place.in_flow || place.is_simple_key),
        };
        if refused { Style::DoubleQuoted } else { style }
    }
}

impl Found {
    fn of(text: &str, is_v3: bool) -> Self {
        let mut found = Self::default();
        if text.starts_with("---") || text.starts_with("...") {
            found.block_indicator = true;
            found.flow_indicator = true;
        }
        found.first(text);
        let mut before = '\n';
        for (at, letter) in text.char_indices() {
            // Letters and digits mean nothing anywhere.
            if !letter.is_ascii_alphanumeric() {
                found.letter(letter, before, &text[at + letter.len_utf8()..], at == 0, is_v3);
            }
            before = letter;
        }
        let is_outer = |letter: char| letter == ' ' || is_break(letter);
        found.outer_space = text.starts_with(is_outer) || text.ends_with(is_outer);
        found.trailing_space = text.ends_with(' ');
        found
    }

    /// Indicators that count at the start only.
    fn first(&mut self, text: &str) {
        let blank_follows = starts_blank(&text[text.chars().next().map_or(0, char::len_utf8)..]);
        match text.as_bytes()[0] {
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' => {
                self.flow_indicator = true;
                self.block_indicator = true;
            }
            b'?' | b':' => {
                self.flow_indicator = true;
                self.block_indicator |= blank_follows;
            }
            b'-' if blank_follows => {
                self.flow_indicator = true;
                self.block_indicator = true;
            }
            _ => {}
        }
    }

    fn letter(&mut self, letter: char, before: char, after: &str, is_first: bool, is_v3: bool) {
        match letter {
            ',' | '?' | '[' | ']' | '{' | '}' if !is_first => self.flow_indicator = true,
            ':' if !is_first => {
                self.flow_indicator = true;
                self.block_indicator |= starts_blank(after);
            }
            '#' if matches!(before, ' ' | '\t') || is_break(before) || before == '\0' => {
                self.flow_indicator = true;
                self.block_indicator = true;
            }
            ' ' => self.space_after_break |= !is_first && is_break(before),
            '\t' if is_v3 => self.tab = true,
            _ if is_break(letter) => {
                self.line_break = true;
                self.break_after_space |= before == ' ';
                self.special |= !is_printable(letter);
            }
            _ => self.special |= !is_printable(letter),
        }
    }
}

/// At its end too.
fn starts_blank(text: &str) -> bool {
    text.is_empty() || text.starts_with([' ', '\t'])
}
