//! Go's `fmt`: the verbs of `printf`, and `%v` and `%T` of every value.

use std::fmt::Write as _;

use super::float::{float, shortest_text};
use super::quote::{quote, quote_ascii, quote_rune};
use super::runes::{decode, is_print, runes};
use super::trace::OriginId;
use super::value::{Data, Element, IntKind, List, Map, Value};

/// How deep a value is printed; Go's own stack would end.
const MAX_DEPTH: u32 = 2_000;

/// Widths and precisions beyond are no numbers to Go.
const MAX_WIDTH: usize = 1_000_000;

/// What a text of one value at most has when no render bounds it.
const MAX_BYTES: usize = 64 << 20;

/// `fmt.Sprint` of one value: `%v`. What is too large or too deep is cut.
pub fn show(value: &Value) -> Vec<u8> {
    let mut printer = Printer::new(MAX_BYTES, false);
    let _ = printer.value(value);
    printer.out
}

/// What printing values takes from what a render may spend, by the length of the
/// text: texts are copied, all else is worked out letter by letter.
pub fn cost(values: &[Value], length: usize) -> u64 {
    let is_worked_out = |it: &Value| matches!(it.data, Data::List(_) | Data::Map(_) | Data::Object(_));
    let share = if values.iter().any(is_worked_out) { 1 } else { 8 };
    length as u64 / share
}

/// `%v` for messages.
pub fn show_lossy(value: &Value) -> String {
    String::from_utf8_lossy(&show(value)).into_owned()
}

/// `fmt.Sprint`
pub fn sprint(values: &[Value]) -> Vec<u8> {
    let mut printer = Printer::new(MAX_BYTES, false);
    let _ = printer.all(values);
    printer.out
}

/// `fmt.Sprintf`
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut printer = Printer::new(MAX_BYTES, false);
    let _ = printer.format(format, args, |_, _| OriginId::NONE);
    printer.out
}

/// The text is too large, or the value too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

type Print = Result<(), TooLarge>;

#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are fmt's flags")]
struct Flags {
    width: Option<usize>,
    precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%+v`
    plus_v: bool,
    /// `%#v`
    sharp_v: bool,
}

/// A text in the making, with the origins of its parts.
pub(super) struct Printer {
    out: Vec<u8>,
    limit: usize,
    flags: Flags,
    depth: u32,
    is_traced: bool,
    origin: OriginId,
    pieces: Vec<(u32, OriginId)>,
    from: usize,
}

impl Printer {
    /// A printer of at most `limit` bytes; `is_traced` records origins.
    pub(super) fn new(limit: usize, is_traced: bool) -> Self {
        Self {
            out: Vec::new(),
            limit,
            flags: Flags::default(),
            depth: 0,
            is_traced,
            origin: OriginId::NONE,
            pieces: Vec::new(),
            from: 0,
        }
    }

    /// The text and its pieces.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<(u32, OriginId)>) {
        self.switch(OriginId::NONE);
        (self.out, self.pieces)
    }

    /// What follows comes from elsewhere; gives what was before.
    fn switch(&mut self, origin: OriginId) -> OriginId {
        if self.is_traced {
            let length = self.out.len() - self.from;
            if length > 0 {
                self.pieces.push((length as u32, self.origin));
                self.from = self.out.len();
            }
        }
        std::mem::replace(&mut self.origin, origin)
    }

    /// `%v`
    pub(super) fn value(&mut self, value: &Value) -> Print {
        self.flags = Flags::default();
        self.argument(value, 'v')
    }

    /// `fmt.Sprint`: a space between two that are no strings.
    pub(super) fn all(&mut self, values: &[Value]) -> Print {
        let mut was_string = false;
        for (index, value) in values.iter().enumerate() {
            let is_string = value.as_str_bytes().is_some();
            if index > 0 && !is_string && !was_string {
                self.push(b" ")?;
            }
            self.value(value)?;
            was_string = is_string;
        }
        Ok(())
    }

    /// `fmt.Sprintln`
    pub(super) fn line(&mut self, values: &[Value]) -> Print {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.push(b" ")?;
            }
            self.value(value)?;
        }
        self.push(b"\n")
    }

    fn push(&mut self, bytes: &[u8]) -> Print {
        if self.out.len() + bytes.len() > self.limit {
            return Err(TooLarge);
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn push_char(&mut self, char: char) -> Print {
        self.push(char.encode_utf8(&mut [0; 4]).as_bytes())
    }

    /// `fmt.Sprintf`; `slice` gives the origin of a part of the format.
    pub(super) fn format(
        &mut self,
        format: &[u8],
        args: &[Value],
        mut slice: impl FnMut(usize, usize) -> OriginId,
    ) -> Print {
        let mut state = Arguments { args, next: 0, is_reordered: false, is_good: true };
        let mut at = 0;
        while at < format.len() {
            state.is_good = true;
            let end = memchr::memchr(b'%', &format[at..]).map_or(format.len(), |it| at + it);
            if end > at {
                let origin = if self.is_traced { slice(at, end) } else { OriginId::NONE };
                self.switch(origin);
                self.push(&format[at..end])?;
                self.switch(OriginId::NONE);
            }
            if end == format.len() {
                break;
            }
            at = self.verb(format, end + 1, &mut state)?;
        }
        self.extra(&state)
    }

    /// One verb; `at` is behind its percent sign. Gives where it ends.
    fn verb(&mut self, format: &[u8], mut at: usize, state: &mut Arguments<'_>) -> Result<usize, TooLarge> {
        self.flags = Flags::default();
        while let Some(byte) = format.get(at) {
            match byte {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                _ => break,
            }
            at += 1;
        }
        let mut after_index = state.index(format, &mut at);
        if format.get(at) == Some(&b'*') {
            at += 1;
            match state.int() {
                Some(width) => {
                    self.flags.minus |= width < 0;
                    self.flags.zero &= width >= 0;
                    self.flags.width = Some(width.unsigned_abs());
                }
                None => self.push(b"%!(BADWIDTH)")?,
            }
            after_index = false;
        } else {
            self.flags.width = number(format, &mut at);
            if after_index && self.flags.width.is_some() {
                state.is_good = false;
            }
        }
        if format.get(at) == Some(&b'.') && at + 1 < format.len() {
            at += 1;
            if after_index {
                state.is_good = false;
            }
            after_index = state.index(format, &mut at);
            if format.get(at) == Some(&b'*') {
                at += 1;
                self.flags.precision = state.int().and_then(|it| usize::try_from(it).ok());
                if self.flags.precision.is_none() {
                    self.push(b"%!(BADPREC)")?;
                }
                after_index = false;
            } else {
                self.flags.precision = Some(number(format, &mut at).unwrap_or(0));
            }
        }
        if !after_index {
            state.index(format, &mut at);
        }
        if at >= format.len() {
            self.push(b"%!(NOVERB)")?;
            return Ok(at);
        }
        let (verb, size) = decode(&format[at..]);
        at += size;
        self.apply(verb, state)?;
        Ok(at)
    }

    fn apply(&mut self, verb: char, state: &mut Arguments<'_>) -> Print {
        if verb == '%' {
            return self.push(b"%");
        }
        if !state.is_good {
            return self.complain(verb, "(BADINDEX)");
        }
        let Some(arg) = state.args.get(state.next) else {
            return self.complain(verb, "(MISSING)");
        };
        state.next += 1;
        if matches!(verb, 'v' | 'w') {
            self.flags.sharp_v = std::mem::take(&mut self.flags.sharp);
            self.flags.plus_v = std::mem::take(&mut self.flags.plus);
        }
        self.argument(arg, verb)
    }

    fn complain(&mut self, verb: char, what: &str) -> Print {
        self.push(b"%!")?;
        self.push_char(verb)?;
        self.push(what.as_bytes())
    }

    /// `%!(EXTRA int=1)`
    fn extra(&mut self, state: &Arguments<'_>) -> Print {
        if state.is_reordered || state.next >= state.args.len() {
            return Ok(());
        }
        self.flags = Flags::default();
        self.push(b"%!(EXTRA ")?;
        for (index, arg) in state.args[state.next..].iter().enumerate() {
            if index > 0 {
                self.push(b", ")?;
            }
            if arg.is_nil() {
                self.push(b"<nil>")?;
            } else {
                self.push(arg.type_name().as_bytes())?;
                self.push(b"=")?;
                self.argument(arg, 'v')?;
            }
        }
        self.push(b")")
    }

    /// An argument as a whole.
    fn argument(&mut self, value: &Value, verb: char) -> Print {
        let outer = self.switch(value.origin);
        match (&value.data, verb) {
            (Data::Nil, 'T' | 'v') => self.pad(b"<nil>")?,
            (Data::Nil, _) => {
                self.complain(verb, "(<nil>)")?;
            }
            (_, 'T') => self.pad_truncated(value.type_name().as_bytes())?,
            _ => self.data(value, verb)?,
        }
        self.switch(outer);
        Ok(())
    }

    /// A value inside another.
    fn nested(&mut self, value: &Value, element: Element, verb: char) -> Print {
        let outer = self.switch(value.origin);
        match &value.data {
            Data::Nil if self.flags.sharp_v => {
                self.push(element.name().as_bytes())?;
                self.push(b"(nil)")?;
            }
            Data::Nil => self.push(b"<nil>")?,
            _ => self.data(value, verb)?,
        }
        self.switch(outer);
        Ok(())
    }

    fn data(&mut self, value: &Value, verb: char) -> Print {
        match &value.data {
            // `%w` is for errors alone.
            Data::List(_) | Data::Map(_) | Data::Object(_) if verb == 'w' => self.bad_verb(value, verb),
            Data::Nil => self.push(b"<nil>"),
            Data::Bool(truth) => match verb {
                't' | 'v' => self.pad(if *truth { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Data::Int(number, kind) => self.int(value, *number, *kind, verb),
            Data::Float(number) => self.float(value, *number, verb),
            Data::Str(text) => self.string(value, text.as_bytes(), verb),
            Data::Raw(bytes) => self.string(value, bytes, verb),
            Data::Bytes(bytes) => self.bytes(value, bytes, verb),
            Data::List(list) => self.list(list, verb),
            Data::Map(map) => self.map(map, verb),
            Data::Object(object) => match verb {
                'v' if self.flags.plus_v => self.push(object.show_named().as_bytes()),
                'v' if self.flags.sharp_v
                    && let Some(text) = object.show_syntax() =>
                {
                    self.push(text.as_bytes())
                }
                'v' | 's' | 'q' | 'x' | 'X' => self.string(value, object.show().as_bytes(), verb),
                _ => self.bad_verb(value, verb),
            },
        }
    }

    /// `%!d(string=x)`
    fn bad_verb(&mut self, value: &Value, verb: char) -> Print {
        self.complain(verb, "(")?;
        self.push(value.type_name().as_bytes())?;
        self.push(b"=")?;
        self.data(value, 'v')?;
        self.push(b")")
    }

    fn deeper(&mut self, print: impl FnOnce(&mut Self) -> Print) -> Print {
        if self.depth >= MAX_DEPTH {
            return Err(TooLarge);
        }
        self.depth += 1;
        print(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, list: &List, verb: char) -> Print {
        let is_syntax = self.flags.sharp_v;
        if is_syntax {
            self.push(list.type_name().as_bytes())?;
            if list.is_nil {
                return self.push(b"(nil)");
            }
        }
        self.push(if is_syntax { b"{" } else { b"[" })?;
        self.deeper(|this| {
            for (index, item) in list.items.iter().enumerate() {
                if index > 0 {
                    this.push(if is_syntax { b", " } else { b" " })?;
                }
                this.nested(item, list.element, verb)?;
            }
            Ok(())
        })?;
        self.push(if is_syntax { b"}" } else { b"]" })
    }

    fn map(&mut self, map: &Map, verb: char) -> Print {
        let is_syntax = self.flags.sharp_v;
        if is_syntax {
            self.push(map.type_name().as_bytes())?;
            if map.is_nil {
                return self.push(b"(nil)");
            }
            self.push(b"{")?;
        } else {
            self.push(b"map[")?;
        }
        self.deeper(|this| {
            for (index, (key, value)) in map.entries().iter().enumerate() {
                if index > 0 {
                    this.push(if is_syntax { b", " } else { b" " })?;
                }
                let outer = this.switch(value.key_origin());
                let key = Value::new(Data::Str(key.clone()));
                this.data(&key, verb)?;
                this.switch(outer);
                this.push(b":")?;
                this.nested(value, map.element, verb)?;
            }
            Ok(())
        })?;
        self.push(if is_syntax { b"}" } else { b"]" })
    }

    fn string(&mut self, value: &Value, bytes: &[u8], verb: char) -> Print {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(bytes),
            'v' | 's' => self.pad_truncated(bytes),
            'x' => self.hex(bytes, false),
            'X' => self.hex(bytes, true),
            'q' => self.quoted(bytes),
            _ => self.bad_verb(value, verb),
        }
    }

    fn quoted(&mut self, bytes: &[u8]) -> Print {
        let bytes = self.truncated(bytes);
        if self.flags.sharp && can_backquote(bytes) {
            let text = [b"`", bytes, b"`"].concat();
            return self.pad(&text);
        }
        let text = if self.flags.plus { quote_ascii(bytes) } else { quote(bytes) };
        self.pad(text.as_bytes())
    }

    fn bytes(&mut self, value: &Value, bytes: &[u8], verb: char) -> Print {
        match verb {
            'v' | 'd' if self.flags.sharp_v => {
                self.push(b"[]byte{")?;
                for (index, byte) in bytes.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    self.push(format!("{comma}{byte:#x}").as_bytes())?;
                }
                self.push(b"}")
            }
            's' => self.pad_truncated(bytes),
            'x' => self.hex(bytes, false),
            'X' => self.hex(bytes, true),
            'q' => self.quoted(bytes),
            _ => {
                self.push(b"[")?;
                for (index, byte) in bytes.iter().enumerate() {
                    if index > 0 {
                        self.push(b" ")?;
                    }
                    self.int(value, (*byte).into(), IntKind::Uint8, if verb == 'v' { 'd' } else { verb })?;
                }
                self.push(b"]")
            }
        }
    }

    fn hex(&mut self, bytes: &[u8], is_upper: bool) -> Print {
        let bytes = &bytes[..bytes.len().min(self.flags.precision.unwrap_or(bytes.len()))];
        let prefix = match (self.flags.sharp, is_upper) {
            (false, _) => "",
            (true, false) => "0x",
            (true, true) => "0X",
        };
        let mut text = String::new();
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && self.flags.space {
                text.push(' ');
            }
            if index == 0 || self.flags.space {
                text.push_str(prefix);
            }
            let _ = if is_upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
            if text.len() > self.limit {
                return Err(TooLarge);
            }
        }
        self.pad(text.as_bytes())
    }

    fn int(&mut self, value: &Value, number: i64, kind: IntKind, verb: char) -> Print {
        let bits = number.cast_unsigned();
        let (is_negative, magnitude) =
            if kind.is_unsigned() { (false, bits) } else { (number < 0, number.unsigned_abs()) };
        match verb {
            'v' if self.flags.sharp_v && kind.is_unsigned() => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.integer(is_negative, magnitude, 'x')?;
                self.flags.sharp = sharp;
                Ok(())
            }
            'v' => self.integer(is_negative, magnitude, 'd'),
            'd' | 'b' | 'o' | 'O' | 'x' | 'X' => self.integer(is_negative, magnitude, verb),
            'c' => self.pad_char(bits),
            'q' => {
                let text = quote_rune(rune(bits), self.flags.plus);
                self.pad(text.as_bytes())
            }
            'U' => self.unicode(bits),
            _ => self.bad_verb(value, verb),
        }
    }

    fn pad_char(&mut self, number: u64) -> Print {
        self.pad(rune(number).encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn unicode(&mut self, number: u64) -> Print {
        let digits = self.flags.precision.unwrap_or(0).max(4);
        let mut text = format!("U+{number:0digits$X}");
        if let Some(char) = u32::try_from(number).ok().and_then(char::from_u32).filter(|it| is_print(*it))
            && self.flags.sharp
        {
            let _ = write!(text, " '{char}'");
        }
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text.as_bytes())?;
        self.flags.zero = zero;
        Ok(())
    }

    fn integer(&mut self, is_negative: bool, magnitude: u64, verb: char) -> Print {
        let flags = self.flags;
        let mut digits = match verb {
            'b' => format!("{magnitude:b}"),
            'o' | 'O' => format!("{magnitude:o}"),
            'x' => format!("{magnitude:x}"),
            'X' => format!("{magnitude:X}"),
            _ => magnitude.to_string(),
        };
        let mut wanted = 0;
        if let Some(precision) = flags.precision {
            if precision == 0 && magnitude == 0 {
                return self.padding(flags.width.unwrap_or(0), b' ');
            }
            wanted = precision;
        } else if let (true, false, Some(width)) = (flags.zero, flags.minus, flags.width) {
            wanted = width.saturating_sub(usize::from(is_negative || flags.plus || flags.space));
        }
        if digits.len() < wanted {
            digits.insert_str(0, &"0".repeat(wanted - digits.len()));
        }
        let prefix = match verb {
            'b' if flags.sharp => "0b",
            'o' if flags.sharp && !digits.starts_with('0') => "0",
            'x' if flags.sharp => "0x",
            'X' if flags.sharp => "0X",
            'O' if flags.sharp && !digits.starts_with('0') => "0o0",
            'O' => "0o",
            _ => "",
        };
        let text = format!("{}{prefix}{digits}", sign(is_negative, flags));
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text.as_bytes())?;
        self.flags.zero = zero;
        Ok(())
    }

    fn float(&mut self, value: &Value, number: f64, verb: char) -> Print {
        let (verb, default) = match verb {
            'v' if self.flags.width.is_none() && self.is_plain() => {
                return self.push(shortest_text(number).as_bytes());
            }
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = self.flags.precision.or(default);
        let text = float(number, verb, precision);
        let (is_negative, mut digits) = match text.strip_prefix(['-', '+']) {
            Some(rest) => (text.starts_with('-'), rest.to_owned()),
            None => (false, text),
        };
        let flags = self.flags;
        if digits.starts_with(['I', 'N']) {
            let is_bare = digits.starts_with('N') && !flags.space && !flags.plus;
            let sign = match sign(is_negative, flags) {
                _ if is_bare => "",
                "" if digits.starts_with('I') => "+",
                sign => sign,
            };
            let zero = std::mem::take(&mut self.flags.zero);
            // An infinity shows its sign only when asked, as any number does.
            let sign = if digits.starts_with('I') && sign == "+" && !flags.plus { "+" } else { sign };
            self.pad(format!("{sign}{digits}").as_bytes())?;
            self.flags.zero = zero;
            return Ok(());
        }
        if flags.sharp && verb != 'b' {
            digits = with_point(&digits, verb, precision);
        }
        let sign = sign(is_negative, flags);
        let width = flags.width.unwrap_or(0);
        if !sign.is_empty() && flags.zero && !flags.minus && width > digits.len() + 1 {
            self.push(sign.as_bytes())?;
            self.padding(width - digits.len() - 1, b'0')?;
            return self.push(digits.as_bytes());
        }
        self.pad(format!("{sign}{digits}").as_bytes())
    }

    /// Whether no flag changes how a number looks.
    fn is_plain(&self) -> bool {
        let flags = &self.flags;
        !flags.plus && !flags.space && !flags.sharp && !flags.sharp_v && flags.precision.is_none()
    }

    fn padding(&mut self, count: usize, byte: u8) -> Print {
        if self.out.len() + count > self.limit {
            return Err(TooLarge);
        }
        self.out.resize(self.out.len() + count, byte);
        Ok(())
    }

    fn truncated<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let Some(precision) = self.flags.precision else { return bytes };
        match runes(bytes).nth(precision) {
            Some((start, ..)) => &bytes[..start],
            None => bytes,
        }
    }

    fn pad_truncated(&mut self, bytes: &[u8]) -> Print {
        let bytes = self.truncated(bytes);
        self.pad(bytes)
    }

    fn pad(&mut self, bytes: &[u8]) -> Print {
        let Some(width) = self.flags.width.filter(|it| *it > 0) else { return self.push(bytes) };
        let missing = width.saturating_sub(runes(bytes).count());
        if self.flags.minus {
            self.push(bytes)?;
            return self.padding(missing, b' ');
        }
        self.padding(missing, if self.flags.zero { b'0' } else { b' ' })?;
        self.push(bytes)
    }
}

fn sign(is_negative: bool, flags: Flags) -> &'static str {
    match () {
        () if is_negative => "-",
        () if flags.plus => "+",
        () if flags.space => " ",
        () => "",
    }
}

/// A number as a rune; what is none is U+FFFD.
fn rune(number: u64) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// `strconv.CanBackquote`
fn can_backquote(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars().all(|it| it != '\u{feff}' && (it >= ' ' || it == '\t') && it != '`' && it != '\u{7f}')
    })
}

/// With `#`, a point always stands, and zeros that `%g` would leave out.
fn with_point(digits: &str, verb: char, precision: Option<usize>) -> String {
    let letters: &[char] = if matches!(verb, 'x' | 'X') { &['p', 'P'] } else { &['e', 'E'] };
    let (number, tail) = digits.split_at(digits.find(letters).unwrap_or(digits.len()));
    let mut wanted = match verb {
        'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = number.chars().filter(|it| *it != '.').skip_while(|it| *it == '0').count();
    wanted = wanted.saturating_sub(significant);
    let mut out = number.to_owned();
    if !number.contains('.') {
        if number == "0" {
            wanted = wanted.saturating_sub(1);
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', wanted));
    out.push_str(tail);
    out
}

/// A decimal number in a format; too large is none.
fn number(format: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = None;
    while let Some(digit) = format.get(*at).filter(|it| it.is_ascii_digit()) {
        let known = value.unwrap_or(0);
        if known > MAX_WIDTH {
            *at = format.len();
            return None;
        }
        value = Some(known * 10 + usize::from(digit - b'0'));
        *at += 1;
    }
    value
}

/// The arguments of a format, and which is next.
struct Arguments<'a> {
    args: &'a [Value],
    next: usize,
    is_reordered: bool,
    is_good: bool,
}

impl Arguments<'_> {
    /// `[3]` in front of a verb; whether one stands there.
    fn index(&mut self, format: &[u8], at: &mut usize) -> bool {
        if format.get(*at) != Some(&b'[') {
            return false;
        }
        self.is_reordered = true;
        let Some(length) = memchr::memchr(b']', &format[*at..]).filter(|_| format.len() - *at >= 3) else {
            self.is_good = false;
            *at += 1;
            return false;
        };
        let end = *at + length;
        let mut from = *at + 1;
        let index = number(&format[..end], &mut from).filter(|_| from == end);
        *at = end + 1;
        match index.and_then(|it| it.checked_sub(1)) {
            Some(index) if index < self.args.len() => {
                self.next = index;
                true
            }
            known => {
                self.is_good = false;
                known.is_some() || index.is_some()
            }
        }
    }

    /// The next argument as a width or precision.
    fn int(&mut self) -> Option<isize> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg.data {
            Data::Int(number, _) => isize::try_from(number).ok().filter(|it| it.unsigned_abs() <= MAX_WIDTH),
            _ => None,
        }
    }
}
