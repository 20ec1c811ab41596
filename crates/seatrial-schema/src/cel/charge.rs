//! What calls cost at run time: cel-go's `interpreter/runtimecost.go` and
//! `ext/{lists,sets}.go` (v0.26.0), `apiserver/pkg/cel/library/cost.go` (v0.36.2).

use super::library::is_sort;
use super::value::{Library, Value};

/// What looking at each character of a text costs, per character.
pub(super) const PER_CHARACTER: f64 = 0.1;
/// What a pattern costs per character.
pub(super) const PER_PATTERN_CHARACTER: f64 = 0.25;
/// What making a list costs.
pub(super) const LIST: u64 = 10;
/// What making a map costs.
pub(super) const MAP: u64 = 30;

/// How the cost of a call comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    One,
    /// The authorizer is asked.
    Check,
    /// A selector is parsed.
    Selector,
    /// The first argument is looked at as a tree.
    Tree,
    /// The first argument is looked at once, or twice.
    First(u8),
    /// The result is looked at twice.
    Joined,
    /// A pattern, which is the second argument, is tried on the first.
    Pattern,
    ContainsIp {
        parse: bool,
    },
    ContainsCidr {
        parse: bool,
    },
    Format,
    Equality,
    /// The shorter of both is looked at.
    Shorter,
    /// Both are copied.
    Both,
    /// Every item of the second is looked at.
    Items,
    /// Each place of the first is compared with the second.
    Search,
    /// Each item of one list is looked up in the other, or both ways.
    Sets(u8),
    /// A list is made.
    Made,
    Flattened,
    /// Each item of a list, which is that argument, is compared with each other.
    Compared(usize),
}

/// How a call costs; without a single overload the function's name decides.
pub(super) fn charge(function: &str, overload: Option<&str>) -> Charge {
    overload.and_then(by_overload).or_else(|| by_function(function, overload)).unwrap_or(Charge::One)
}

/// What the libraries of cel-go say, before Kubernetes is asked.
fn by_overload(overload: &str) -> Option<Charge> {
    Some(match overload {
        "list_sets_contains_list" | "list_sets_intersects_list" => Charge::Sets(1),
        "list_sets_equivalent_list" => Charge::Sets(2),
        "list_slice" | "lists_range" | "list_reverse" => Charge::Made,
        "list_flatten" | "list_flatten_int" => Charge::Flattened,
        "list_distinct" => Charge::Compared(0),
        _ if is_sort(overload) => Charge::Compared(usize::from(overload.ends_with("Keys"))),
        _ => return None,
    })
}

fn by_function(function: &str, overload: Option<&str>) -> Option<Charge> {
    let is = |id: &str| overload == Some(id);
    Some(match function {
        "check" => Charge::Check,
        "fieldSelector" | "labelSelector" => Charge::Selector,
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" => Charge::Tree,
        "ip" if is("cidr_ip") => Charge::One,
        "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" | "cidr" | "isIP" | "isCIDR"
        | "quantity" | "isQuantity" | "semver" | "isSemver" | "ip" => Charge::First(1),
        "replace" | "split" | "ip.isCanonical" => Charge::First(2),
        "join" => Charge::Joined,
        "find" | "findAll" => Charge::Pattern,
        "containsIP" => Charge::ContainsIp { parse: is("cidr_contains_ip_string") },
        "containsCIDR" => Charge::ContainsCidr { parse: is("cidr_contains_cidr_string") },
        "validate" => Charge::Format,
        "_==_" => Charge::Equality,
        _ => return standard(overload?),
    })
}

fn standard(overload: &str) -> Option<Charge> {
    Some(match overload {
        "starts_with_string" | "ends_with_string" | "string_to_bytes" | "bytes_to_string"
        | "strings_quote" | "string_format" => Charge::First(1),
        "in_list" => Charge::Items,
        "less_string"
        | "greater_string"
        | "less_equals_string"
        | "greater_equals_string"
        | "less_bytes"
        | "greater_bytes"
        | "less_equals_bytes"
        | "greater_equals_bytes"
        | "not_equals" => Charge::Shorter,
        "add_string" | "add_bytes" => Charge::Both,
        "matches_string" => Charge::Pattern,
        "contains_string" => Charge::Search,
        _ => return None,
    })
}

/// A share of a size, rounded up.
fn share(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

impl Charge {
    /// What the call costs, now that it has been made.
    pub(super) fn cost(self, args: &[Value], result: &Value) -> u64 {
        let size = |at: usize| args.get(at).map_or(1, measured);
        match self {
            Self::One => 1,
            Self::Check => 350_000,
            Self::Selector => {
                let length = size(1);
                LIST + share(length, PER_CHARACTER) + share(share(length, 0.5), 50.0)
            }
            Self::Tree => args.first().map_or(1, tree),
            Self::First(times) => share(size(0), f64::from(times) * PER_CHARACTER),
            Self::Joined => share(result.size(), 2.0 * PER_CHARACTER),
            Self::Pattern => pattern(size(0), size(1)),
            Self::ContainsIp { parse } => {
                share(2 * size(0), PER_CHARACTER) + if parse { share(size(1), PER_CHARACTER) } else { 0 }
            }
            Self::ContainsCidr { parse } => {
                let compared = share(2 * size(0), PER_CHARACTER) + share(size(0), PER_CHARACTER) + 1;
                compared + if parse { share(size(1), PER_CHARACTER) } else { 0 }
            }
            Self::Format => match args.first() {
                Some(Value::Library(Library::Format(format))) => pattern(size(1), format.regex_size),
                _ => 1,
            },
            Self::Equality if matches!(args.first(), Some(Value::Library(_))) => 1,
            Self::Equality | Self::Shorter => share(size(0).min(size(1)), PER_CHARACTER),
            Self::Both => share(size(0) + size(1), PER_CHARACTER),
            Self::Items => size(1),
            Self::Search => share(size(0), PER_CHARACTER) * share(size(1), PER_CHARACTER),
            Self::Sets(factor) => 1 + size(0).saturating_mul(size(1)).saturating_mul(u64::from(factor)),
            Self::Made => 1 + LIST + result.size(),
            Self::Flattened => {
                let depth = match args.get(1) {
                    Some(Value::Int(depth)) => u64::try_from(*depth).unwrap_or(0),
                    _ => 1,
                };
                size(0).saturating_mul(depth).saturating_add(1 + LIST)
            }
            Self::Compared(at) => {
                let texts = match args.get(at) {
                    Some(Value::List(list)) => {
                        matches!(list.items().first(), Some(Value::Text(_) | Value::Bytes(_)))
                    }
                    _ => false,
                };
                let factor = if texts { 2.0 + PER_CHARACTER } else { 2.0 };
                (size(at).saturating_mul(size(at)) as f64 * factor) as u64 + 1 + LIST
            }
        }
    }
}

/// The size of a value, of an optional that of what is inside.
fn measured(value: &Value) -> u64 {
    match value {
        Value::Optional(Some(value)) => measured(value),
        value => value.size(),
    }
}

fn pattern(text: u64, pattern: u64) -> u64 {
    share(text + 1, PER_CHARACTER).saturating_mul(share(pattern, PER_PATTERN_CHARACTER))
}

/// What looking at everything below a value costs.
fn tree(value: &Value) -> u64 {
    match value {
        Value::Text(text) => (text.len() as f64 * PER_CHARACTER) as u64,
        Value::Bytes(bytes) => (bytes.len() as f64 * PER_CHARACTER) as u64,
        Value::List(list) => list.items().iter().map(tree).sum(),
        Value::Map(map) => map.entries.iter().map(|(key, value)| tree(&key.value()) + tree(value)).sum(),
        _ => 1,
    }
}
