//! A number in the values is printed as another text than it is written.
//!
//! ## Why
//! YAML reads `1.10` as the number 1.1, `0755` as 493 and `1000000` as a number that
//! templates may print as `1e+06`. Where the number becomes the tag of an image, a label
//! with a version or the text of a variable, that is another text than the file shows:
//! an image of another version is pulled, or none. Told are texts that differ in what
//! they say; `1.0` that a variable gets as `1` is none, unless it is a version.
//!
//! ## Bad
//! ```yaml
//! # values.yaml
//! image: {repository: registry.example/web, tag: 1.10}
//! # templates/web.yaml
//! image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"   # registry.example/web:1.1
//! ```
//!
//! ## Good
//! ```yaml
//! # values.yaml
//! image: {repository: registry.example/web, tag: "1.10"}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Severity, Strictness};

pub(crate) const NUMBER_PRINTED_UNLIKE_WRITTEN: CheckInfo = CheckInfo {
    id: "number-printed-unlike-written",
    title: "A number in the values is printed as another text than it is written",
    severity: Severity::Warning,
    level: Level::Repository,
    strictness: Strictness::Default,
    families: &["render.helm", "image.tag"],
    page: include_str!("number_printed_unlike_written.rs"),
};
