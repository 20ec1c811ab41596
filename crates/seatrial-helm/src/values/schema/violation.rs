//! What is wrong with a value, as a tree.

use super::numbers;
use crate::go;

/// One thing that is wrong. Where several alternatives failed, each is a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where in the values: keys and indexes.
    pub path: Vec<String>,
    /// The keyword of the schema that was broken.
    pub keyword: &'static str,
    /// What is wrong, in the library's words.
    pub message: String,
    /// What went wrong inside.
    pub causes: Vec<Violation>,
}

impl Violation {
    /// The violations that no other one explains further.
    pub fn leaves(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(violation) = open.pop() {
            if violation.causes.is_empty() {
                found.push(violation);
            }
            open.extend(violation.causes.iter().rev());
        }
        found
    }

    /// The path as a JSON pointer.
    pub fn pointer(&self) -> String {
        self.path.iter().flat_map(|it| ["/".to_owned(), it.replace('~', "~0").replace('/', "~1")]).collect()
    }

    /// A reference that has one cause is passed over.
    fn is_skipped(&self) -> bool {
        is_reference(self.keyword) && self.causes.len() == 1
    }

    /// Adds the lines that the library prints. The depth of schemas is bounded,
    /// and so is this.
    pub(super) fn write(&self, out: &mut String, indent: usize) {
        let mut inner = indent;
        if !self.is_skipped() {
            out.push('\n');
            out.push_str(&"  ".repeat(indent));
            crate::go::push(out, format_args!("- at {}: {}", quote(&self.pointer()), self.message));
            inner += 1;
        }
        for cause in &self.causes {
            cause.write(out, inner);
        }
    }
}

pub(super) fn is_reference(keyword: &str) -> bool {
    matches!(keyword, "$ref" | "$dynamicRef" | "$recursiveRef")
}

/// A text as the library quotes it.
pub(super) fn quote(text: &str) -> String {
    let quoted = go::quote(text);
    format!("'{}'", quoted[1..quoted.len() - 1].replace("\\\"", "\"").replace('\'', "\\'"))
}

pub(super) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// `got 1,000, want 2,000`
pub(super) fn counts(keyword: &str, got: usize, wanted: usize) -> String {
    format!("{keyword}: got {}, want {}", numbers::shown(got as f64), numbers::shown(wanted as f64))
}
