//! The resource that is meant by a name which no group of a rule has: resources are
//! named in the plural and in lower case, and belong to one group each.

use seatrial_diagnostics::slips;

use crate::rbac::{GROUPS_MAX, Plurals, is_whole, known, resource, subresources};
use crate::slip::meant;

/// What a resource was probably meant to be.
pub(crate) struct MeantResource {
    pub(crate) name: String,
    /// The group, where it is another than those of the rule.
    pub(crate) group: Option<&'static str>,
}

/// What a resource of some groups was meant to be; none where one of them has it,
/// nothing like it is known, or there are more groups than a person writes.
pub(crate) fn meant_resource(plurals: &Plurals<'_>, groups: &[&str], name: &str) -> Option<MeantResource> {
    if groups.is_empty() || groups.len() > GROUPS_MAX || groups.contains(&"*") {
        return None;
    }
    if groups.iter().any(|it| resource(it, name).is_some()) {
        return None;
    }
    if groups.iter().all(|it| is_whole(it)) {
        of_built_in(groups, name)
    } else {
        of_custom(plurals, groups, name)
    }
}

/// What is meant behind the slash of a resource of the server's: none where it has that
/// part, or nothing like it.
pub(crate) fn meant_part(group: &str, name: &str, part: &str) -> Option<&'static str> {
    let own = subresources(group, name);
    let known = || own.iter().copied().chain(PARTS_OF_ALL);
    if known().any(|it| it == part) {
        return None;
    }
    let plain = part.to_ascii_lowercase().replace('-', "");
    let forms = [plain.strip_suffix('s').unwrap_or(&plain), plain.strip_suffix("es").unwrap_or(&plain)];
    let is_form = |it: &str| it == plain || forms.contains(&it) || it.strip_suffix('s') == Some(&plain);
    known().find(|it| is_form(it)).or_else(|| meant(part, known()))
}

/// Parts that every resource has, one of them for authorization only.
const PARTS_OF_ALL: [&str; 2] = ["status", "finalizers"];

/// The resource of the server that is meant, in the rule's groups or another.
fn of_built_in(groups: &[&str], name: &str) -> Option<MeantResource> {
    let lower = name.to_ascii_lowercase();
    let forms = [lower.clone(), format!("{lower}s"), format!("{lower}es"), plural_of_y(&lower)];
    let is_form = |it: &str| forms.iter().any(|form| form == it);
    if let Some(own) = known().find(|it| groups.contains(&it.group) && is_form(it.name)) {
        return Some(MeantResource { name: own.name.to_owned(), group: None });
    }
    if let Some(other) = known().find(|it| is_form(it.name)) {
        return Some(MeantResource { name: other.name.to_owned(), group: Some(other.group) });
    }
    let own = known().filter(|it| groups.contains(&it.group)).map(|it| it.name);
    Some(MeantResource { name: meant(name, own)?.to_owned(), group: None })
}

/// `networkpolicies` of `networkpolicy`.
fn plural_of_y(word: &str) -> String {
    word.strip_suffix('y').map_or_else(|| word.to_owned(), |stem| format!("{stem}ies"))
}

/// The plural as generators of definitions form it.
fn regular_plural(word: &str) -> String {
    let is_sibilant = ["x", "ch", "sh", "z"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if is_sibilant => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// The custom resource that is meant: names of resources are in lower case,
/// and definitions and other roles of the tree tell the plural.
fn of_custom(plurals: &Plurals<'_>, groups: &[&str], name: &str) -> Option<MeantResource> {
    let defined = plurals.defined(groups);
    if defined.contains(&name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let forms = [lower.clone(), format!("{lower}s"), format!("{lower}es"), plural_of_y(&lower)];
    let is_known = |it: &str| defined.contains(&it) || (it != name && plurals.is_named(groups, it));
    let known = forms.into_iter().find(|it| is_known(it));
    let is_other_case = lower != name && name.bytes().all(|it| it.is_ascii_alphanumeric());
    // Definitions of a group may be elsewhere, so that only one letter counts:
    // `tcproutes` and `udproutes` are two.
    let near =
        || meant(name, defined.iter().copied().filter(|it| slips(name, it, 1).is_some())).map(str::to_owned);
    let singular = || plurals.is_singular(groups, name).then(|| regular_plural(name));
    let name = known.or_else(|| is_other_case.then_some(lower)).or_else(near).or_else(singular)?;
    Some(MeantResource { name, group: None })
}
