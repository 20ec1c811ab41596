//! Go's `text/template` (go1.26): values as Go's templates see them, functions,
//! and where each piece of the text came from.

pub mod function;
pub mod trace;
pub mod value;

pub use function::{Call, Fault, Function, Type};
pub use trace::{OriginId, Trace};
pub use value::{Data, IntKind, List, Map, Object, Value};
