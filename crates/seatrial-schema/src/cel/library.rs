//! What expressions may call: every function with its overloads and what runs.
//!
//! Signatures are those of cel-go's `common/stdlib/standard.go`,
//! `cel/library.go`, `ext/{strings,lists,sets,comprehensions}.go` (v0.26.0) and
//! `apiserver/pkg/cel/library` (v0.36.2), in the versions that
//! `apiserver/pkg/cel/environment/base.go` enables.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

use super::functions::{amounts, authorizer, conversions, lists, network, operators, optionals, text, times};
use super::types::Type;
use super::value::{Outcome, Value};
use super::{format_text, formats};

/// A function with all ways to call it.
pub(super) struct Function {
    pub(super) overloads: Vec<Overload>,
    pub(super) run: Run,
}

pub(super) type Run = fn(&[Value]) -> Outcome;

/// One way to call a function.
pub(super) struct Overload {
    pub(super) id: SmolStr,
    /// Whether the first argument stands before a dot.
    pub(super) method: bool,
    pub(super) args: Vec<Type>,
    pub(super) result: Type,
    /// How many type parameters it has.
    pub(super) params: usize,
    /// The minor version of Kubernetes that has it.
    pub(super) since: u32,
}

/// The function of that name, as that minor version of Kubernetes has it.
pub(super) fn function(name: &str, minor: u32) -> Option<&'static Function> {
    let function = functions().get(name.strip_prefix('.').unwrap_or(name))?;
    function.overloads.iter().any(|overload| overload.since <= minor).then_some(function)
}

fn functions() -> &'static BTreeMap<SmolStr, Function> {
    static ALL: OnceLock<BTreeMap<SmolStr, Function>> = OnceLock::new();
    ALL.get_or_init(all_functions)
}

/// `kubernetes.Quantity` and its like are messages without a definition.
pub(super) fn is_message(name: &str) -> bool {
    name.starts_with("kubernetes.")
}

/// The type an identifier stands for, as a value of type `type`.
pub(super) fn type_named(name: &str) -> Option<Type> {
    let of = match name {
        "list" => Type::list(Type::Dyn),
        "map" => Type::map(Type::Dyn, Type::Dyn),
        "optional_type" => Type::optional(Type::Dyn),
        "type" => Type::Kind(None),
        "net.IP" => Type::Library("net.IP"),
        "net.CIDR" => Type::Library("net.CIDR"),
        _ => [Type::Bool, Type::Bytes, Type::Double, Type::Int, Type::Null, Type::String, Type::Uint]
            .into_iter()
            .chain([Type::Timestamp, Type::Duration])
            .find(|it| it.runtime_name() == Some(name))?,
    };
    Some(Type::kind(of))
}

/// A function: its name, what runs, and its overloads written as
/// `id(arguments) result`, with brackets where the first argument is a receiver.
type Row = (&'static str, Run, &'static [&'static str]);

/// Rows by the minor version that introduced them; what is older than any
/// version we speak of is 0.
const GROUPS: &[(u32, &[Row])] = &[
    (0, OPERATORS),
    (0, CONVERSIONS),
    (0, TIMES),
    (0, TEXTS),
    (0, KUBERNETES),
    (27, AUTHORIZER),
    (28, QUANTITIES),
    (28, OPTIONALS),
    (29, SETS),
    (30, NETWORK),
    (31, FORMATS),
    (31, SELECTORS),
    (32, TWO_VARIABLES),
    (33, SEMVER),
    (34, LISTS),
];

const OPERATORS: &[Row] = &[
    ("_?_:_", operators::special, &["conditional(bool A A) A"]),
    ("_&&_", operators::special, &["logical_and(bool bool) bool"]),
    ("_||_", operators::special, &["logical_or(bool bool) bool"]),
    ("!_", operators::not, &["logical_not(bool) bool"]),
    ("@not_strictly_false", operators::special, &["not_strictly_false(bool) bool"]),
    ("_==_", operators::equals, &["equals(A A) bool"]),
    ("_!=_", operators::not_equals, &["not_equals(A A) bool"]),
    (
        "_+_",
        operators::add,
        &[
            "add_bytes(bytes bytes) bytes",
            "add_double(double double) double",
            "add_duration_duration(duration duration) duration",
            "add_duration_timestamp(duration timestamp) timestamp",
            "add_timestamp_duration(timestamp duration) timestamp",
            "add_int64(int int) int",
            "add_list(list(A) list(A)) list(A)",
            "add_string(string string) string",
            "add_uint64(uint uint) uint",
        ],
    ),
    (
        "_-_",
        operators::subtract,
        &[
            "subtract_double(double double) double",
            "subtract_duration_duration(duration duration) duration",
            "subtract_int64(int int) int",
            "subtract_timestamp_duration(timestamp duration) timestamp",
            "subtract_timestamp_timestamp(timestamp timestamp) duration",
            "subtract_uint64(uint uint) uint",
        ],
    ),
    (
        "_*_",
        operators::multiply,
        &[
            "multiply_double(double double) double",
            "multiply_int64(int int) int",
            "multiply_uint64(uint uint) uint",
        ],
    ),
    (
        "_/_",
        operators::divide,
        &[
            "divide_double(double double) double",
            "divide_int64(int int) int",
            "divide_uint64(uint uint) uint",
        ],
    ),
    ("_%_", operators::modulo, &["modulo_int64(int int) int", "modulo_uint64(uint uint) uint"]),
    ("-_", operators::negate, &["negate_double(double) double", "negate_int64(int) int"]),
    ("_[_]", operators::special, &["index_list(list(A) int) A", "index_map(map(A,B) A) B"]),
    ("@in", operators::contained, &["in_list(A list(A)) bool", "in_map(A map(A,B)) bool"]),
    (
        "size",
        operators::size,
        &[
            "size_bytes(bytes) int",
            "bytes_size[bytes] int",
            "size_list(list(A)) int",
            "list_size[list(A)] int",
            "size_map(map(A,B)) int",
            "map_size[map(A,B)] int",
            "size_string(string) int",
            "string_size[string] int",
        ],
    ),
];

const CONVERSIONS: &[Row] = &[
    ("type", conversions::kind, &["type(A) type(A)"]),
    ("bool", conversions::bool, &["bool_to_bool(bool) bool", "string_to_bool(string) bool"]),
    ("bytes", conversions::bytes, &["bytes_to_bytes(bytes) bytes", "string_to_bytes(string) bytes"]),
    (
        "double",
        conversions::double,
        &[
            "double_to_double(double) double",
            "int64_to_double(int) double",
            "string_to_double(string) double",
            "uint64_to_double(uint) double",
        ],
    ),
    (
        "duration",
        conversions::duration,
        &[
            "duration_to_duration(duration) duration",
            "int64_to_duration(int) duration",
            "string_to_duration(string) duration",
        ],
    ),
    ("dyn", conversions::dynamic, &["to_dyn(A) dyn"]),
    (
        "int",
        conversions::int,
        &[
            "int64_to_int64(int) int",
            "double_to_int64(double) int",
            "duration_to_int64(duration) int",
            "string_to_int64(string) int",
            "timestamp_to_int64(timestamp) int",
            "uint64_to_int64(uint) int",
        ],
    ),
    (
        "string",
        conversions::text,
        &[
            "string_to_string(string) string",
            "bool_to_string(bool) string",
            "bytes_to_string(bytes) string",
            "double_to_string(double) string",
            "duration_to_string(duration) string",
            "int64_to_string(int) string",
            "timestamp_to_string(timestamp) string",
            "uint64_to_string(uint) string",
        ],
    ),
    (
        "timestamp",
        conversions::timestamp,
        &[
            "timestamp_to_timestamp(timestamp) timestamp",
            "int64_to_timestamp(int) timestamp",
            "string_to_timestamp(string) timestamp",
        ],
    ),
    (
        "uint",
        conversions::uint,
        &[
            "uint64_to_uint64(uint) uint",
            "double_to_uint64(double) uint",
            "int64_to_uint64(int) uint",
            "string_to_uint64(string) uint",
        ],
    ),
];

const TIMES: &[Row] = &[
    (
        "getFullYear",
        times::full_year,
        &["timestamp_to_year[timestamp] int", "timestamp_to_year_with_tz[timestamp string] int"],
    ),
    (
        "getMonth",
        times::month,
        &["timestamp_to_month[timestamp] int", "timestamp_to_month_with_tz[timestamp string] int"],
    ),
    (
        "getDayOfYear",
        times::day_of_year,
        &[
            "timestamp_to_day_of_year[timestamp] int",
            "timestamp_to_day_of_year_with_tz[timestamp string] int",
        ],
    ),
    (
        "getDayOfMonth",
        times::day_of_month,
        &[
            "timestamp_to_day_of_month[timestamp] int",
            "timestamp_to_day_of_month_with_tz[timestamp string] int",
        ],
    ),
    (
        "getDate",
        times::date,
        &[
            "timestamp_to_day_of_month_1_based[timestamp] int",
            "timestamp_to_day_of_month_1_based_with_tz[timestamp string] int",
        ],
    ),
    (
        "getDayOfWeek",
        times::day_of_week,
        &[
            "timestamp_to_day_of_week[timestamp] int",
            "timestamp_to_day_of_week_with_tz[timestamp string] int",
        ],
    ),
    (
        "getHours",
        times::hours,
        &[
            "timestamp_to_hours[timestamp] int",
            "timestamp_to_hours_with_tz[timestamp string] int",
            "duration_to_hours[duration] int",
        ],
    ),
    (
        "getMinutes",
        times::minutes,
        &[
            "timestamp_to_minutes[timestamp] int",
            "timestamp_to_minutes_with_tz[timestamp string] int",
            "duration_to_minutes[duration] int",
        ],
    ),
    (
        "getSeconds",
        times::seconds,
        &[
            "timestamp_to_seconds[timestamp] int",
            "timestamp_to_seconds_tz[timestamp string] int",
            "duration_to_seconds[duration] int",
        ],
    ),
    (
        "getMilliseconds",
        times::milliseconds,
        &[
            "timestamp_to_milliseconds[timestamp] int",
            "timestamp_to_milliseconds_with_tz[timestamp string] int",
            "duration_to_milliseconds[duration] int",
        ],
    ),
];

const TEXTS: &[Row] = &[
    ("contains", text::contains, &["contains_string[string string] bool"]),
    ("endsWith", text::ends_with, &["ends_with_string[string string] bool"]),
    ("startsWith", text::starts_with, &["starts_with_string[string string] bool"]),
    ("matches", text::matches, &["matches(string string) bool", "matches_string[string string] bool"]),
    ("charAt", text::char_at, &["string_char_at_int[string int] string"]),
    (
        "indexOf",
        text::index_of,
        &["string_index_of_string[string string] int", "string_index_of_string_int[string string int] int"],
    ),
    (
        "lastIndexOf",
        text::last_index_of,
        &[
            "string_last_index_of_string[string string] int",
            "string_last_index_of_string_int[string string int] int",
        ],
    ),
    ("lowerAscii", text::lower, &["string_lower_ascii[string] string"]),
    ("upperAscii", text::upper, &["string_upper_ascii[string] string"]),
    (
        "replace",
        text::replace,
        &[
            "string_replace_string_string[string string string] string",
            "string_replace_string_string_int[string string string int] string",
        ],
    ),
    (
        "split",
        text::split,
        &[
            "string_split_string[string string] list(string)",
            "string_split_string_int[string string int] list(string)",
        ],
    ),
    (
        "substring",
        text::substring,
        &["string_substring_int[string int] string", "string_substring_int_int[string int int] string"],
    ),
    ("trim", text::trim, &["string_trim[string] string"]),
    ("join", text::join, &["list_join[list(string)] string", "list_join_string[list(string) string] string"]),
    ("format", format_text::format, &["string_format[string list(dyn)] string"]),
    ("strings.quote", text::quote, &["strings_quote(string) string"]),
];

/// The libraries for lists, regular expressions and URLs, there from the start.
const KUBERNETES: &[Row] = &[
    ("find", text::find, &["string_find_string[string string] string"]),
    (
        "findAll",
        text::find_all,
        &[
            "string_find_all_string[string string] list(string)",
            "string_find_all_string_int[string string int] list(string)",
        ],
    ),
    ("indexOf", text::index_of, &["list_a_index_of_int[list(A) A] int"]),
    ("lastIndexOf", text::last_index_of, &["list_a_last_index_of_int[list(A) A] int"]),
    (
        "sum",
        lists::sum,
        &[
            "list_int_sum_int[list(int)] int",
            "list_uint_sum_uint[list(uint)] uint",
            "list_double_sum_double[list(double)] double",
            "list_duration_sum_duration[list(duration)] duration",
        ],
    ),
    ("url", network::url, &["string_to_url(string) kubernetes.URL"]),
    ("isURL", network::is_url, &["is_url_string(string) bool"]),
    ("getScheme", network::scheme, &["url_get_scheme[kubernetes.URL] string"]),
    ("getHost", network::host, &["url_get_host[kubernetes.URL] string"]),
    ("getHostname", network::hostname, &["url_get_hostname[kubernetes.URL] string"]),
    ("getPort", network::port, &["url_get_port[kubernetes.URL] string"]),
    ("getEscapedPath", network::escaped_path, &["url_get_escaped_path[kubernetes.URL] string"]),
    ("getQuery", network::query, &["url_get_query[kubernetes.URL] map(string,list(string))"]),
];

const AUTHORIZER: &[Row] = &[
    ("path", authorizer::path, &["authorizer_path[authz.Authorizer string] authz.PathCheck"]),
    ("group", authorizer::group, &["authorizer_group[authz.Authorizer string] authz.GroupCheck"]),
    (
        "serviceAccount",
        authorizer::service_account,
        &["authorizer_serviceaccount[authz.Authorizer string string] authz.Authorizer"],
    ),
    ("resource", authorizer::resource, &["groupcheck_resource[authz.GroupCheck string] authz.ResourceCheck"]),
    (
        "subresource",
        authorizer::narrowed,
        &["resourcecheck_subresource[authz.ResourceCheck string] authz.ResourceCheck"],
    ),
    (
        "namespace",
        authorizer::narrowed,
        &["resourcecheck_namespace[authz.ResourceCheck string] authz.ResourceCheck"],
    ),
    ("name", authorizer::narrowed, &["resourcecheck_name[authz.ResourceCheck string] authz.ResourceCheck"]),
    (
        "check",
        authorizer::unknown,
        &[
            "pathcheck_check[authz.PathCheck string] authz.Decision",
            "resourcecheck_check[authz.ResourceCheck string] authz.Decision",
        ],
    ),
    ("errored", authorizer::unknown, &["decision_errored[authz.Decision] bool"]),
    ("error", authorizer::unknown, &["decision_error[authz.Decision] string"]),
    ("allowed", authorizer::unknown, &["decision_allowed[authz.Decision] bool"]),
    ("reason", authorizer::unknown, &["decision_reason[authz.Decision] string"]),
];

const SELECTORS: &[Row] = &[
    (
        "fieldSelector",
        authorizer::narrowed,
        &["authorizer_fieldselector[authz.ResourceCheck string] authz.ResourceCheck"],
    ),
    (
        "labelSelector",
        authorizer::narrowed,
        &["authorizer_labelselector[authz.ResourceCheck string] authz.ResourceCheck"],
    ),
];

const QUANTITIES: &[Row] = &[
    ("quantity", amounts::quantity, &["string_to_quantity(string) kubernetes.Quantity"]),
    ("isQuantity", amounts::is_quantity, &["is_quantity_string(string) bool"]),
    ("sign", amounts::sign, &["quantity_sign(kubernetes.Quantity) int"]),
    (
        "isGreaterThan",
        amounts::is_greater_than,
        &["quantity_is_greater_than[kubernetes.Quantity kubernetes.Quantity] bool"],
    ),
    (
        "isLessThan",
        amounts::is_less_than,
        &["quantity_is_less_than[kubernetes.Quantity kubernetes.Quantity] bool"],
    ),
    ("compareTo", amounts::compare_to, &["quantity_compare_to[kubernetes.Quantity kubernetes.Quantity] int"]),
    ("asApproximateFloat", amounts::as_float, &["quantity_get_float[kubernetes.Quantity] double"]),
    ("asInteger", amounts::as_integer, &["quantity_get_int[kubernetes.Quantity] int"]),
    ("isInteger", amounts::is_integer, &["quantity_is_integer[kubernetes.Quantity] bool"]),
    (
        "add",
        amounts::add,
        &[
            "quantity_add[kubernetes.Quantity kubernetes.Quantity] kubernetes.Quantity",
            "quantity_add_int[kubernetes.Quantity int] kubernetes.Quantity",
        ],
    ),
    (
        "sub",
        amounts::sub,
        &[
            "quantity_sub[kubernetes.Quantity kubernetes.Quantity] kubernetes.Quantity",
            "quantity_sub_int[kubernetes.Quantity int] kubernetes.Quantity",
        ],
    ),
];

const OPTIONALS: &[Row] = &[
    ("optional.of", optionals::of, &["optional_of(A) opt(A)"]),
    ("optional.ofNonZeroValue", optionals::of_non_zero, &["optional_ofNonZeroValue(A) opt(A)"]),
    ("optional.none", optionals::none, &["optional_none() opt(A)"]),
    ("value", optionals::value, &["optional_value[opt(A)] A"]),
    ("hasValue", optionals::has_value, &["optional_hasValue[opt(A)] bool"]),
    ("or", operators::special, &["optional_or_optional[opt(A) opt(A)] opt(A)"]),
    ("orValue", operators::special, &["optional_orValue_value[opt(A) A] A"]),
    ("_?._", operators::special, &["select_optional_field(dyn string) opt(A)"]),
    (
        "_[?_]",
        operators::special,
        &[
            "list_optindex_optional_int(list(A) int) opt(A)",
            "optional_list_optindex_optional_int(opt(list(A)) int) opt(A)",
            "map_optindex_optional_value(map(B,A) B) opt(A)",
            "optional_map_optindex_optional_value(opt(map(B,A)) B) opt(A)",
        ],
    ),
    (
        "_[_]",
        operators::special,
        &[
            "optional_list_index_int(opt(list(A)) int) opt(A)",
            "optional_map_index_value(opt(map(B,A)) B) opt(A)",
        ],
    ),
    ("last", optionals::last, &["list_last[list(A)] opt(A)"]),
    ("first", optionals::first, &["list_first[list(A)] opt(A)"]),
    ("optional.unwrap", optionals::unwrap, &["optional_unwrap(list(opt(A))) list(A)"]),
    ("unwrapOpt", optionals::unwrap, &["optional_unwrapOpt[list(opt(A))] list(A)"]),
];

const SETS: &[Row] = &[
    ("sets.contains", lists::set_contains, &["list_sets_contains_list(list(A) list(A)) bool"]),
    ("sets.equivalent", lists::set_equivalent, &["list_sets_equivalent_list(list(A) list(A)) bool"]),
    ("sets.intersects", lists::set_intersects, &["list_sets_intersects_list(list(A) list(A)) bool"]),
];

const NETWORK: &[Row] = &[
    ("ip", network::ip, &["string_to_ip(string) net.IP", "cidr_ip[net.CIDR] net.IP"]),
    ("isIP", network::is_ip, &["is_ip(string) bool"]),
    ("ip.isCanonical", network::is_canonical, &["ip_is_canonical(string) bool"]),
    ("family", network::family, &["ip_family[net.IP] int"]),
    ("isUnspecified", network::is_unspecified, &["ip_is_unspecified[net.IP] bool"]),
    ("isLoopback", network::is_loopback, &["ip_is_loopback[net.IP] bool"]),
    ("isLinkLocalMulticast", network::is_link_local_multicast, &["ip_is_link_local_multicast[net.IP] bool"]),
    ("isLinkLocalUnicast", network::is_link_local_unicast, &["ip_is_link_local_unicast[net.IP] bool"]),
    ("isGlobalUnicast", network::is_global_unicast, &["ip_is_global_unicast[net.IP] bool"]),
    ("string", conversions::text, &["ip_to_string(net.IP) string", "cidr_to_string(net.CIDR) string"]),
    ("cidr", network::cidr, &["string_to_cidr(string) net.CIDR"]),
    ("isCIDR", network::is_cidr, &["is_cidr(string) bool"]),
    (
        "containsIP",
        network::contains_ip,
        &["cidr_contains_ip_string[net.CIDR string] bool", "cidr_contains_ip_ip[net.CIDR net.IP] bool"],
    ),
    (
        "containsCIDR",
        network::contains_cidr,
        &["cidr_contains_cidr_string[net.CIDR string] bool", "cidr_contains_cidr[net.CIDR net.CIDR] bool"],
    ),
    ("prefixLength", network::prefix_length, &["cidr_prefix_length[net.CIDR] int"]),
    ("masked", network::masked, &["cidr_masked[net.CIDR] net.CIDR"]),
];

const FORMATS: &[Row] = &[
    ("validate", text::validate, &["format-validate[kubernetes.NamedFormat string] opt(list(string))"]),
    ("format.named", text::named_format, &["format-named(string) opt(kubernetes.NamedFormat)"]),
];

const TWO_VARIABLES: &[Row] = &[(
    "cel.@mapInsert",
    operators::map_insert,
    &["@mapInsert_map_key_value(map(A,B) A B) map(A,B)", "@mapInsert_map_map(map(A,B) map(A,B)) map(A,B)"],
)];

const SEMVER: &[Row] = &[
    (
        "semver",
        amounts::semver,
        &[
            "string_to_semver(string) kubernetes.Semver",
            "string_bool_to_semver(string bool) kubernetes.Semver",
        ],
    ),
    (
        "isSemver",
        amounts::is_semver,
        &["is_semver_string(string) bool", "is_semver_string_bool(string bool) bool"],
    ),
    (
        "isGreaterThan",
        amounts::is_greater_than,
        &["semver_is_greater_than[kubernetes.Semver kubernetes.Semver] bool"],
    ),
    ("isLessThan", amounts::is_less_than, &["semver_is_less_than[kubernetes.Semver kubernetes.Semver] bool"]),
    ("compareTo", amounts::compare_to, &["semver_compare_to[kubernetes.Semver kubernetes.Semver] int"]),
    ("major", amounts::major, &["semver_major[kubernetes.Semver] int"]),
    ("minor", amounts::minor, &["semver_minor[kubernetes.Semver] int"]),
    ("patch", amounts::patch, &["semver_patch[kubernetes.Semver] int"]),
];

const LISTS: &[Row] = &[
    ("slice", lists::slice, &["list_slice[list(A) int int] list(A)"]),
    (
        "flatten",
        lists::flatten,
        &["list_flatten[list(list(A))] list(A)", "list_flatten_int[list(dyn) int] list(dyn)"],
    ),
    ("lists.range", lists::range, &["lists_range(int) list(int)"]),
    ("reverse", lists::reverse, &["list_reverse[list(A)] list(A)"]),
    ("distinct", lists::distinct, &["list_distinct[list(A)] list(A)"]),
];

/// Types whose values have an order, by the names overload ids use.
const COMPARABLE: [&str; 8] = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];

fn all_functions() -> BTreeMap<SmolStr, Function> {
    let mut all = BTreeMap::new();
    for (since, rows) in GROUPS {
        for (name, run, overloads) in *rows {
            for overload in *overloads {
                declare(&mut all, name, *run, read(overload, *since));
            }
        }
    }
    declare_orders(&mut all);
    for kind in COMPARABLE {
        let method = |signature: String, since| read(&signature, since);
        let row = |id: &str, result: &str| format!("list_{kind}_{id}[list({kind})] {result}");
        declare(&mut all, "isSorted", lists::is_sorted, method(row("is_sorted_bool", "bool"), 0));
        declare(&mut all, "max", lists::max, method(row(&format!("max_{kind}"), kind), 0));
        declare(&mut all, "min", lists::min, method(row(&format!("min_{kind}"), kind), 0));
        let name = Type::runtime_name(&Signature::new(kind).kind()).unwrap_or(kind);
        let sort = format!("list_{name}_sort[list({kind})] list({kind})");
        declare(&mut all, "sort", lists::sort, method(sort, 34));
        let keys = format!("list_{name}_sortByAssociatedKeys[list(A) list({kind})] list(A)");
        declare(&mut all, "@sortByAssociatedKeys", lists::sort_by_keys, method(keys, 34));
    }
    for format in formats::all() {
        let name = format!("format.{}", format.function);
        declare(
            &mut all,
            &name,
            text::constant_format,
            read(&format!("{name}() kubernetes.NamedFormat"), 31),
        );
    }
    all
}

fn declare(all: &mut BTreeMap<SmolStr, Function>, name: &str, run: Run, overload: Overload) {
    let function = all.entry(SmolStr::new(name)).or_insert_with(|| Function { overloads: Vec::new(), run });
    function.overloads.push(overload);
}

/// The order operators, also between numbers of different types.
fn declare_orders(all: &mut BTreeMap<SmolStr, Function>) {
    let operators: [(&str, &str, Run); 4] = [
        ("_<_", "less", operators::less),
        ("_<=_", "less_equals", operators::less_equals),
        ("_>_", "greater", operators::greater),
        ("_>=_", "greater_equals", operators::greater_equals),
    ];
    let numbers = [("int64", "int"), ("uint64", "uint"), ("double", "double")];
    for (name, id, run) in operators {
        for kind in ["bool", "string", "bytes", "timestamp", "duration"] {
            declare(all, name, run, read(&format!("{id}_{kind}({kind} {kind}) bool"), 0));
        }
        for (left_id, left) in numbers {
            for (right_id, right) in numbers {
                let (suffix, since) =
                    if left == right { (String::new(), 0) } else { (format!("_{right_id}"), 28) };
                declare(all, name, run, read(&format!("{id}_{left_id}{suffix}({left} {right}) bool"), since));
            }
        }
    }
}

/// Reads `id(arguments) result`.
fn read(text: &str, since: u32) -> Overload {
    let id_end = text.find(['(', '[']).expect("a signature has arguments");
    let method = text[id_end..].starts_with('[');
    let mut signature = Signature { rest: &text[id_end + 1..], params: 0 };
    let mut args = Vec::new();
    while !signature.rest.starts_with([')', ']']) {
        args.push(signature.kind());
        signature.rest = signature.rest.trim_start();
    }
    signature.rest = signature.rest[1..].trim_start();
    let result = signature.kind();
    Overload { id: SmolStr::new(&text[..id_end]), method, args, result, params: signature.params, since }
}

struct Signature<'a> {
    rest: &'a str,
    params: usize,
}

impl<'a> Signature<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest, params: 0 }
    }

    fn kind(&mut self) -> Type {
        let end = self.rest.find(['(', ')', ']', ' ', ',']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "list" => Type::list(self.inside()),
            "opt" => Type::optional(self.inside()),
            "type" => Type::kind(self.inside()),
            "map" => {
                self.rest = &self.rest[1..];
                let key = self.kind();
                self.rest = &self.rest[1..];
                let value = self.kind();
                self.rest = &self.rest[1..];
                Type::map(key, value)
            }
            _ => self.simple(word),
        }
    }

    fn inside(&mut self) -> Type {
        self.rest = &self.rest[1..];
        let inner = self.kind();
        self.rest = &self.rest[1..];
        inner
    }

    fn simple(&mut self, word: &str) -> Type {
        const LIBRARY: [&str; 6] = [
            "net.IP",
            "net.CIDR",
            "kubernetes.URL",
            "kubernetes.Quantity",
            "kubernetes.Semver",
            "kubernetes.NamedFormat",
        ];
        match word {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "uint" => Type::Uint,
            "double" => Type::Double,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            "timestamp" => Type::Timestamp,
            "duration" => Type::Duration,
            "dyn" => Type::Dyn,
            "A" | "B" => {
                let number = u32::from(word == "B");
                self.params = self.params.max(number as usize + 1);
                Type::Param(number)
            }
            _ => {
                let library = LIBRARY.into_iter().find(|name| *name == word);
                Type::Library(library.unwrap_or_else(|| authorizer::type_named(word)))
            }
        }
    }
}

/// The overload id of a function that has one for each comparable type.
pub(super) fn is_sort(overload: &str) -> bool {
    overload.starts_with("list_")
        && (overload.ends_with("_sort") || overload.ends_with("_sortByAssociatedKeys"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read() {
        let overload = read("index_map(map(A,list(B)) A) opt(B)", 0);
        assert_eq!((overload.id.as_str(), overload.method, overload.params), ("index_map", false, 2));
        assert_eq!(overload.args[0], Type::map(Type::Param(0), Type::list(Type::Param(1))));
        assert_eq!(overload.result, Type::optional(Type::Param(1)));
    }

    #[test]
    fn functions_come_with_their_version() {
        assert!(function("isSemver", 32).is_none() && function("isSemver", 33).is_some());
        assert_eq!(function("_<_", 36).unwrap().overloads.len(), 14);
        let ids =
            |name| function(name, 36).unwrap().overloads.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids("indexOf").len(), 3);
        assert!(ids("sort").contains(&SmolStr::new("list_google.protobuf.Duration_sort")));
    }
}
