//! TOML as `BurntSushi`'s library writes it, and as values of its types.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
