//! The patterns of a schema, each compiled when it is first needed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use smol_str::SmolStr;

use crate::cel::re2;
use crate::structural::Structural;

/// Compiled patterns by their text; nothing for one that cannot be used.
#[derive(Debug, Default)]
pub(crate) struct Patterns(BTreeMap<SmolStr, OnceLock<Option<Regex>>>);

impl Patterns {
    /// Those of a schema and of all below it.
    pub(crate) fn of(schema: &Structural) -> Self {
        let mut patterns = Self::default();
        patterns.collect(schema);
        patterns
    }

    fn collect(&mut self, schema: &Structural) {
        let bounds = schema.bounds();
        if !bounds.pattern.is_empty() {
            self.0.entry(bounds.pattern.clone()).or_default();
        }
        let clauses = bounds.all_of.iter().chain(&bounds.any_of).chain(&bounds.one_of);
        let below = schema.properties.values().chain(schema.items.as_deref());
        let below = below.chain(schema.additional_schema()).chain(clauses).chain(bounds.not.as_deref());
        below.for_each(|schema| self.collect(schema));
    }

    /// Whether a text matches; nothing where the pattern cannot be used.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let compiled = self.0.get(pattern)?.get_or_init(|| re2::compile(pattern).ok());
        compiled.as_ref().map(|compiled| compiled.is_match(text))
    }
}
