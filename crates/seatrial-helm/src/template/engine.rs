//! One render: a set of templates, what functions may ask for, and its bounds.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_source::Span;

use super::ast::Literals;
use super::error::{ExecError, ParseError};
use super::exec::{NO_VALUE, Reflect, execute};
use super::parse::{Parsed, Workbench, parse};
use super::set::{Functions, Home, Set};
use super::trace::{FrameId, OriginId, Piece, Trace};
use super::value::{Data, Value};

/// What a cluster holds, for `lookup`.
pub trait Lookup: Send + Sync {
    /// An object, a list, or an empty map.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Value;
}

/// Fills bytes with what nobody can foretell.
pub type Entropy = fn(&mut [u8]);

/// How a render is done.
#[derive(Clone)]
pub struct Options {
    /// A missing key is an error (`missingkey=error`, Helm's strict mode).
    pub is_strict: bool,
    /// Takes `<no value>` out of finished texts, as is always done with what
    /// `tpl` gives.
    pub removes_no_value: bool,
    /// What random functions start from.
    pub seed: u64,
    /// Where random bytes come from instead of the seed.
    pub entropy: Option<Entropy>,
    /// Seconds and nanoseconds since 1970.
    pub now: (i64, u32),
    /// What a cluster holds; nothing when none.
    pub lookup: Option<Arc<dyn Lookup>>,
    /// What may be spent.
    pub limits: Limits,
}

/// What one [`Engine`] may spend, over all its executions.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps: nodes evaluated, items walked, bytes copied and made by functions;
    /// slow functions take as many as they last.
    pub steps: u64,
    /// Bytes that one execution may write, and all together where texts are kept.
    pub output_bytes: usize,
    /// How deep evaluation may nest, includes and blocks and brackets together.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        // About a second. The dearest public chart that is known takes five million.
        Self { steps: 80_000_000, output_bytes: 64 << 20, depth: 20_000 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_strict: false,
            removes_no_value: true,
            seed: 0,
            entropy: None,
            now: (0, 0),
            lookup: None,
            limits: Limits::default(),
        }
    }
}

/// A finished text.
#[derive(Clone, Debug)]
pub struct Output {
    /// The text.
    pub text: Arc<str>,
    /// Where its bytes came from, in order; empty while tracing is off.
    pub pieces: Vec<Piece>,
}

/// Which origins were read: keys that a template looked at.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    bits: Vec<u64>,
}

impl Reads {
    /// Says that the value with this origin was looked at.
    pub fn mark(&mut self, origin: OriginId) {
        if origin.is_none() {
            return;
        }
        let (word, bit) = (origin.index() / 64, origin.index() % 64);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << bit;
    }

    /// Says that a value was looked at with all that is in it.
    pub fn mark_whole(&mut self, value: &Value) {
        if !matches!(value.data, Data::List(_) | Data::Map(_)) {
            self.mark(value.origin);
            return;
        }
        let mut queue = vec![value.clone()];
        let mut left = WALK_MAX;
        while let (Some(value), 1..) = (queue.pop(), left) {
            left -= 1;
            self.mark(value.origin);
            match &value.data {
                Data::List(list) => queue.extend(list.items.iter().cloned()),
                Data::Map(map) => queue.extend(map.entries().values().cloned()),
                _ => {}
            }
        }
    }

    /// Whether any template looked at it.
    pub fn has(&self, origin: OriginId) -> bool {
        let word = self.bits.get(origin.index() / 64).copied().unwrap_or_default();
        word >> (origin.index() % 64) & 1 == 1
    }
}

/// How many values are marked at once: maps may hold themselves.
const WALK_MAX: u32 = 1_000_000;

/// Executes templates of a set. Keeps what is shared between executions: the
/// trace, what was read, what is left to spend, parsed texts of `tpl`.
pub struct Engine {
    /// Where things came from.
    pub trace: Trace,
    /// Which values were looked at.
    pub reads: Reads,
    pub(super) options: Options,
    pub(super) steps: u64,
    pub(super) depth: u32,
    /// The text in the making, that of includes on top.
    pub(super) text: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
    /// The variables of all invocations, each by the number of its name.
    pub(super) variables: Vec<(u32, Reflect)>,
    /// Lists of arguments to use again.
    pub(super) arguments: Vec<Vec<Value>>,
    /// How often each template is being included.
    pub(super) included: FxHashMap<Arc<str>, u32>,
    /// The error inside a template that a function has yet to hand on.
    pub(super) pending: Option<Box<ExecError>>,
    pub(super) random: Random,
    set: Arc<Set>,
    /// The values of constant texts, and where constants and texts stand in
    /// their files, by their numbers.
    pub(super) strings: Vec<Option<Rc<str>>>,
    pub(super) string_origins: Vec<OriginId>,
    pub(super) text_origins: Vec<OriginId>,
    next_literals: Literals,
    texts: FxHashMap<Rc<str>, Rc<Parsed>>,
    bench: Workbench,
    text_bytes: usize,
}

/// How many bytes of texts given to `tpl` are kept parsed.
const KEPT_TEXT_BYTES: usize = 32 << 20;

impl Engine {
    /// An engine over a set; `trace` has the origins of the values.
    pub fn new(set: Arc<Set>, trace: Trace, options: Options) -> Self {
        Self {
            trace,
            reads: Reads::default(),
            steps: options.limits.steps,
            depth: 0,
            text: Vec::new(),
            pieces: Vec::new(),
            variables: Vec::with_capacity(64),
            arguments: Vec::new(),
            included: FxHashMap::default(),
            pending: None,
            random: Random::new(options.seed),
            strings: Vec::with_capacity(set.literals.strings as usize),
            string_origins: Vec::new(),
            text_origins: Vec::new(),
            next_literals: set.literals,
            texts: FxHashMap::default(),
            bench: Workbench::default(),
            text_bytes: 0,
            options,
            set,
        }
    }

    /// Renders a template.
    pub fn execute(&mut self, name: &str, context: Value) -> Result<Output, Box<ExecError>> {
        let set = Arc::clone(&self.set);
        let Some(entry) = set.find(name) else { return Err(Box::new(ExecError::missing(name))) };
        self.text.clear();
        self.pieces.clear();
        self.variables.clear();
        self.included.clear();
        self.depth = 0;
        let executed = execute(self, &set, &entry.template, entry.home, FrameId::ROOT, context);
        let pieces = std::mem::take(&mut self.pieces);
        executed?;
        let output = Output::new(&self.text, pieces);
        Ok(if self.options.removes_no_value { output.without_no_value(&mut self.trace) } else { output })
    }

    /// Takes from what may still be spent; whether there was enough.
    pub(super) fn spend(&mut self, amount: u64) -> bool {
        let left = self.steps.checked_sub(amount);
        self.steps = left.unwrap_or(0);
        left.is_some()
    }

    /// Whether nothing is left to spend: whatever is executed now ends at once.
    pub(crate) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// Takes what was kept of a finished text from what may still be written.
    pub(crate) fn keep(&mut self, bytes: usize) {
        let left = &mut self.options.limits.output_bytes;
        *left = left.saturating_sub(bytes);
    }

    /// How many bytes may still be written.
    pub(super) fn room(&self) -> usize {
        self.options.limits.output_bytes.saturating_sub(self.text.len())
    }

    /// The origin of a range of a template's text.
    pub(super) fn place_origin(&mut self, home: Home, start: u32, end: u32) -> OriginId {
        match home {
            _ if !self.trace.is_on() => OriginId::NONE,
            Home::None => OriginId::NONE,
            Home::File(file, base) => self.trace.template(Span::new(file, base + start, base + end)),
            Home::Text(of) => self.trace.slice(of, start, end),
        }
    }

    /// Takes the text from a byte on.
    pub(super) fn take_text(&mut self, start: usize) -> Value {
        let bytes = &self.text[start..];
        let data = match std::str::from_utf8(bytes) {
            Ok(text) => Data::Str(text.into()),
            Err(_) => Data::Raw(bytes.into()),
        };
        self.text.truncate(start);
        Value::new(data)
    }

    /// The parsed form of a text given to `tpl`.
    pub(super) fn parse_text(
        &mut self,
        value: &Value,
        text: &str,
        home: Home,
        functions: &Functions,
    ) -> Result<Rc<Parsed>, ParseError> {
        if let Some(parsed) = self.texts.get(text) {
            return Ok(Rc::clone(parsed));
        }
        let (name, bench) = ("gotpl".into(), &mut self.bench);
        let parsed = Rc::new(parse(name, &text.into(), functions, self.next_literals, home, bench)?);
        self.next_literals = parsed.literals;
        self.text_bytes += text.len();
        if let (true, Data::Str(key)) = (self.text_bytes <= KEPT_TEXT_BYTES, &value.data) {
            self.texts.insert(Rc::clone(key), Rc::clone(&parsed));
        }
        Ok(parsed)
    }
}

impl Output {
    fn new(text: &[u8], pieces: Vec<Piece>) -> Self {
        if let Ok(text) = std::str::from_utf8(text) {
            return Self { text: text.into(), pieces };
        }
        // The pieces no longer fit; a rendered file that is no text is rare.
        let text: Arc<str> = String::from_utf8_lossy(text).into();
        let length = text.len() as u32;
        let piece = Piece { length, origin: OriginId::NONE, frame: FrameId::ROOT };
        Self { text, pieces: if pieces.is_empty() { pieces } else { vec![piece] } }
    }

    /// Takes every `<no value>` out, as Helm does with a finished file.
    fn without_no_value(self, trace: &mut Trace) -> Self {
        let found: Vec<usize> = memchr::memmem::find_iter(self.text.as_bytes(), NO_VALUE).collect();
        if found.is_empty() {
            return self;
        }
        let mut text = String::with_capacity(self.text.len());
        let mut pieces = Vec::new();
        let mut at = 0;
        for start in found.into_iter().chain([self.text.len()]) {
            text.push_str(&self.text[at..start]);
            if trace.is_on() {
                pieces.extend(trace.cut(&self.pieces, at as u32, start as u32));
            }
            at = start + NO_VALUE.len();
        }
        Self { text: text.into(), pieces }
    }
}

/// How much stack a render may need.
const STACK_BYTES: usize = 512 << 20;

/// Runs a render on a thread with a stack that is large enough for what
/// [`Limits::depth`] allows.
pub fn on_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        match thread.expect("a thread can be started").join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Bytes that look random and follow from a seed (`SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
