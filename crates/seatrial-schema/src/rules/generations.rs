//! The generation, which counts changes of `spec`, and the status, which clients
//! do not set: what most strategies do before they validate (`pkg/registry`, 1.36).

use crate::value::{By, Value};

/// A new object has no status and is the first of its generations.
pub fn begin(object: &mut Value) {
    object.remove("status");
    object.struct_mut("metadata").set("generation", 1, By::Server);
}

/// An update keeps the status and counts a change of `spec`.
pub fn count(new: &mut Value, old: &Value) {
    keep(new, old, "status");
    count_if(new, old, !new.at("spec").semantically_equals(old.at("spec")));
}

/// Sets the generation: the stored one, one more after a change.
pub fn count_if(new: &mut Value, old: &Value, is_changed: bool) {
    let generation = old.at("metadata").int("generation").saturating_add(is_changed.into());
    new.struct_mut("metadata").set("generation", generation, By::Server);
}

/// Gives a field of `new` what `old` holds there, also nothing.
pub fn keep(new: &mut Value, old: &Value, field: &'static str) {
    match old.opt(field) {
        Some(value) => new.set(field, value.clone(), By::Server),
        None => drop(new.remove(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn a_change_of_the_spec_is_counted() {
        let old = value("{metadata: {generation: 3}, spec: {a: 1}, status: {b: 1}}");
        for (text, generation) in [("{spec: {a: 1}, status: {b: 2}}", 3), ("{spec: {a: 2}}", 4)] {
            let mut new = value(text);
            count(&mut new, &old);
            assert_eq!(new.at("metadata").int("generation"), generation);
            assert_eq!(new.at("status"), old.at("status"));
        }
    }
}
