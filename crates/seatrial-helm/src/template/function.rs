//! Functions that templates call: their signatures, and what they may ask of
//! the engine.

use super::trace::Trace;
use super::value::Value;

/// What a function or method may ask of the engine that calls it.
pub trait Call {
    /// Renders a named template (`include`); the text carries its pieces.
    fn include(&mut self, name: &str, context: Value) -> Result<Value, Fault>;
    /// Renders a text as a template (`tpl`).
    fn tpl(&mut self, text: &Value, context: Value) -> Result<Value, Fault>;
    /// Where things came from.
    fn trace(&mut self) -> &mut Trace;
    /// Random bytes, from the seed or from what the system gives.
    fn random(&mut self, bytes: &mut [u8]);
    /// Whether [`Call::random`] follows from a seed that anybody may know. Keys
    /// are then made the cheap way.
    fn is_seeded(&self) -> bool;
    /// Seconds and nanoseconds since 1970: the date that was given.
    fn now(&self) -> (i64, u32);
    /// What a cluster holds (`lookup`): an object, a list, or an empty map.
    fn lookup(&mut self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, Fault>;
    /// Says that a value was looked into as a whole (printed, compared,
    /// converted), with everything in it.
    fn read_whole(&mut self, value: &Value);
    /// Takes from what the render may still spend, in bytes or items; a fault
    /// when nothing is left.
    fn spend(&mut self, amount: u64) -> Result<(), Fault>;
}

/// Why a function gave no value: the text of the Go function's error, without
/// the words `text/template` puts in front of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The function returned an error.
    #[error("{0}")]
    Error(String),
    /// An error inside a template that the function rendered, already in the
    /// engine's words, with the chain of templates.
    #[error("{0}")]
    Nested(String),
    /// A bound of ours ended the render: nothing more is evaluated.
    #[error("{0}")]
    Bound(String),
}

impl Fault {
    /// An error with these words.
    pub fn error(message: impl Into<String>) -> Self {
        Self::Error(message.into())
    }
}

/// The type of a parameter in the Go function's signature, for the engine's own
/// type errors and for constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are Go's names")]
pub enum Type {
    Any,
    Str,
    Bool,
    Int,
    Int64,
    Uint32,
    Float64,
    Map,
    AnyList,
    StrList,
    Bytes,
    /// `reflect.Value`: any value, also none (`and`, `eq`, `index`).
    Reflect,
    /// `time.Time`
    Time,
    /// `error`-free custom types by their Go name.
    Named(&'static str),
}

impl Type {
    /// The type as Go prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Str => "string",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float64 => "float64",
            Self::Map => "map[string]interface {}",
            Self::AnyList => "[]interface {}",
            Self::StrList => "[]string",
            Self::Bytes => "[]uint8",
            Self::Reflect => "reflect.Value",
            Self::Time => "time.Time",
            Self::Named(name) => name,
        }
    }
}

/// A function as a template knows it.
#[derive(Clone, Copy)]
pub struct Function {
    /// The name in templates.
    pub name: &'static str,
    /// The types of the parameters; with `is_variadic` the last one repeats.
    pub parameters: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub is_variadic: bool,
    /// What it does, with arguments that were held against the signature.
    pub body: fn(&mut dyn Call, &[Value]) -> Result<Value, Fault>,
}
