//! One render: a set of templates, what functions may ask for, and its bounds.

use std::rc::Rc;
use std::sync::Arc;

use super::error::ExecError;
use super::set::Set;
use super::trace::{OriginId, Piece, Trace};
use super::value::Value;

/// What a cluster holds, for `lookup`.
pub trait Lookup {
    /// An object, a list, or an empty map.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Value;
}

/// How a render is done.
#[derive(Clone)]
pub struct Options {
    /// A missing key is an error (`missingkey=error`, Helm's strict mode).
    pub is_strict: bool,
    /// Takes `<no value>` out of finished texts and of what `tpl` gives.
    pub removes_no_value: bool,
    /// What random functions start from.
    pub seed: u64,
    /// Seconds and nanoseconds since 1970.
    pub now: (i64, u32),
    /// What a cluster holds; nothing when none.
    pub lookup: Option<Rc<dyn Lookup>>,
    /// What may be spent.
    pub limits: Limits,
}

/// What one [`Engine`] may spend, over all its executions.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps: nodes evaluated, items walked, bytes copied by functions.
    pub steps: u64,
    /// Bytes that one execution may write.
    pub output_bytes: usize,
    /// How deep evaluation may nest, includes and blocks and brackets together.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000_000, output_bytes: 256 << 20, depth: 20_000 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            is_strict: false,
            removes_no_value: true,
            seed: 0,
            now: (0, 0),
            lookup: None,
            limits: Limits::default(),
        }
    }
}

/// A finished text.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The text.
    pub text: String,
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
        let (word, bit) = (origin.index() / 64, origin.index() % 64);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << bit;
    }

    /// Whether any template looked at it.
    pub fn has(&self, origin: OriginId) -> bool {
        let word = self.bits.get(origin.index() / 64).copied().unwrap_or_default();
        word >> (origin.index() % 64) & 1 == 1
    }
}

/// Executes templates of a set. Keeps what is shared between executions: the
/// trace, what was read, what is left to spend, parsed texts of `tpl`.
pub struct Engine {
    /// Where things came from.
    pub trace: Trace,
    /// Which values were looked at.
    pub reads: Reads,
    pub(super) set: Arc<Set>,
    pub(super) options: Options,
}

impl Engine {
    /// An engine over a set; `trace` has the origins of the values.
    pub fn new(set: Arc<Set>, trace: Trace, options: Options) -> Self {
        Self { trace, reads: Reads::default(), set, options }
    }

    /// Renders a template.
    pub fn execute(&mut self, name: &str, context: Value) -> Result<Output, ExecError> {
        let _ = context;
        Err(ExecError::missing(name))
    }
}
