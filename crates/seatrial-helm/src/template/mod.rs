//! Go's `text/template` (go1.26): values as Go's templates see them, functions,
//! and where each piece of the text came from.

pub mod ahead;
mod ast;
mod builtins;
pub mod engine;
pub mod error;
mod exec;
pub mod float;
pub mod function;
mod items;
mod lex;
mod loops;
mod number;
mod parse;
pub mod print;
mod quote;
pub(crate) mod runes;
pub mod set;
pub mod table;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub mod trace;
pub mod value;

pub use ahead::Ahead;
pub use engine::{Engine, Limits, Lookup, Options, Output, Reads, on_deep_stack};
pub use error::{ExecError, ParseError, Place};
pub use function::{Call, Fault, Function, Type};
pub use items::{HandedItem, ItemField};
pub use loops::{Loop, LoopLine};
pub use set::{Go, Home, Set, Unparsed};
pub use table::Table;
pub use trace::{OriginId, Trace};
pub use value::{Data, Element, IntKind, Items, List, Map, Object, Value};
