//! The functions of charts: sprig 3.3 without `env` and `expandenv`, and Helm's
//! own. Each file has its table; Go's builtins are the engine's, and what stands
//! here goes before them (`slice`).
#![expect(clippy::unnecessary_wraps, reason = "all functions of a table have one type")]

use std::sync::LazyLock;

use crate::HelmVersion;
use crate::template::{Call, Fault, Function, Type, Value};

mod args;
mod base;
mod casing;
mod certificates;
mod conversions;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod durations;
mod equality;
mod hashes;
mod helm;
mod json;
mod lists;
mod math;
mod merging;
mod network;
mod numbers;
mod older;
mod paths;
mod random;
mod reflection;
mod regex;
mod semver;
mod strings;
mod toml;
mod urls;
mod yaml;

pub(crate) use args::{go_text, text_of};
pub(crate) use base::{base64, encode_with, from_base64};
pub(crate) use dates::time_value;

/// A map that nothing was decoded into.
fn no_map() -> crate::template::Value {
    crate::template::Value::from(crate::template::Map::new())
}

/// All functions, by name.
pub fn all() -> &'static [Function] {
    static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| {
        let mut all: Vec<Function> = TABLES.concat();
        all.sort_by_key(|it| it.name);
        all
    });
    &ALL
}

/// The functions of a version of Helm.
pub fn of(version: HelmVersion) -> impl Iterator<Item = &'static Function> {
    let switches = version.switches();
    let older = if switches.has_old_sprig { older::FUNCTIONS } else { &[] };
    all().iter().filter(move |it| !switches.missing_functions.contains(&it.name)).chain(older)
}

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    let index = all().binary_search_by_key(&name, |it| it.name).ok()?;
    all().get(index)
}

type Body = fn(&mut dyn Call, &[Value]) -> Result<Value, Fault>;

/// A function of so many parameters.
const fn fixed(name: &'static str, parameters: &'static [Type], body: Body) -> Function {
    Function { name, parameters, is_variadic: false, body }
}

/// A function whose last parameter takes any number of arguments.
const fn variadic(name: &'static str, parameters: &'static [Type], body: Body) -> Function {
    Function { name, parameters, is_variadic: true, body }
}

/// Pays for items that are copied or made: each takes room as well as time.
fn pay_for_items(call: &mut dyn Call, count: usize) -> Result<(), Fault> {
    const MOST: usize = 5_000_000;
    if count > MOST {
        return Err(Fault::Bound(format!("a list of {count} items; the most is {MOST}")));
    }
    call.spend(count as u64 * 40)
}

/// What Go's runtime says when a nil is used as if it were not.
fn nil_dereference() -> Fault {
    Fault::error("runtime error: invalid memory address or nil pointer dereference")
}

const TABLES: &[&[Function]] = &[
    base::FUNCTIONS,
    casing::FUNCTIONS,
    certificates::FUNCTIONS,
    conversions::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    durations::FUNCTIONS,
    hashes::FUNCTIONS,
    helm::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    merging::FUNCTIONS,
    network::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflection::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
    strings::FUNCTIONS,
    toml::FUNCTIONS,
    urls::FUNCTIONS,
    yaml::FUNCTIONS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_taken_twice() {
        let twice: Vec<_> =
            all().windows(2).filter(|it| it[0].name == it[1].name).map(|it| it[0].name).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn every_function_is_found_by_its_name() {
        assert!(all().iter().all(|it| find(it.name).is_some_and(|found| found.name == it.name)));
        assert!(find("nope").is_none());
    }
}
