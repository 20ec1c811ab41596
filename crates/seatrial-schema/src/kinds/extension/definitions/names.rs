//! The names of a custom resource: plural, singular, kind and the rest.

use crate::errors::Errors;
use crate::path::Path;
use crate::rules::names::dns1035_label;
use crate::value::Value;

/// The grammar of names; which have to be there is not asked.
pub(super) fn validate(names: &Value, at: &Path<'_>, errors: &mut Errors) {
    for field in ["plural", "singular"] {
        label(names.str(field), &at.child(field), errors);
    }
    for field in ["kind", "listKind"] {
        let name = names.str(field);
        let wrong = dns1035_label(&name.to_lowercase());
        if !name.is_empty() && !wrong.is_empty() {
            let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
            errors.invalid(&at.child(field), name, detail);
        }
    }
    each_label(names, "shortNames", at, errors);
    let list = names.str("listKind");
    if !list.is_empty() && names.str("kind") == list {
        errors.invalid(&at.child("listKind"), list, "kind and listKind may not be the same");
    }
    each_label(names, "categories", at, errors);
}

fn each_label(names: &Value, field: &str, at: &Path<'_>, errors: &mut Errors) {
    let at = at.child(field);
    for (index, name) in names.items(field).iter().enumerate() {
        let wrong = dns1035_label(name.as_str());
        if !wrong.is_empty() {
            errors.invalid(&at.index(index), name.as_str(), wrong.join(","));
        }
    }
}

/// A name that may be absent; all that is wrong about it in one error.
pub(super) fn label(name: &str, at: &Path<'_>, errors: &mut Errors) {
    let wrong = dns1035_label(name);
    if !name.is_empty() && !wrong.is_empty() {
        errors.invalid(at, name, wrong.join(","));
    }
}
