//! Go's `text/template` (go1.26): values as Go's templates see them, functions,
//! and where each piece of the text came from.

pub mod engine;
pub mod error;
pub mod function;
pub mod print;
pub(crate) mod runes;
pub mod set;
pub(crate) mod text;
pub mod trace;
pub mod value;

pub use engine::{Engine, Limits, Lookup, Options, Output, Reads};
pub use error::{ExecError, ParseError, Place};
pub use function::{Call, Fault, Function, Type};
pub use set::{Home, Set};
pub use trace::{OriginId, Trace};
pub use value::{Data, Element, IntKind, Items, List, Map, Object, Value};
