//! What must hold for every input, whatever its bytes: the bodies of the fuzz
//! targets in `fuzz/`. They panic where something does not hold. A test
//! replays the committed inputs with them, so that no fuzzer is needed for it.

mod chart;
mod discover;
mod edit;
mod emit;
mod jmespath;
mod kustomization;
mod parse;
mod rego;
mod template;

pub use chart::{chart, strvals};
pub use discover::discover;
pub use edit::edit_parse as edit;
pub use emit::emit_parse as emit;
pub use jmespath::jmespath;
pub use kustomization::{kustomization, patch};
pub use parse::parse;
pub use rego::rego;
pub use template::template;

/// One fuzz target.
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Takes any bytes; panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target there is.
pub const TARGETS: &[Target] = &[
    Target { name: "chart", run: chart },
    Target { name: "discover", run: discover },
    Target { name: "edit", run: edit },
    Target { name: "emit", run: emit },
    Target { name: "jmespath", run: jmespath },
    Target { name: "kustomization", run: kustomization },
    Target { name: "parse", run: parse },
    Target { name: "patch", run: patch },
    Target { name: "rego", run: rego },
    Target { name: "strvals", run: strvals },
    Target { name: "template", run: template },
];
