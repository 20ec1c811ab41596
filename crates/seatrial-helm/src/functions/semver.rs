//! semver and semverCompare.

use std::any::Any;

use crate::semver::{Constraint, Version};
use crate::template::{Call, Data, Fault, Function, IntKind, Object, Type, Value};

use super::{go_text, text_of};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "semver", parameters: &[Type::Str], is_variadic: false, body: semver },
    Function {
        name: "semverCompare",
        parameters: &[Type::Str, Type::Str],
        is_variadic: false,
        body: semver_compare,
    },
];

fn semver(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let version = parsed(&args[0])?;
    Ok(object(version, true))
}

fn semver_compare(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let constraint = go_text(&args[0]);
    let constraint = Constraint::parse(&text_of(&constraint)).map_err(|it| Fault::error(it.to_string()))?;
    Ok(Value::from(constraint.matches(&parsed(&args[1])?)))
}

fn parsed(text: &Value) -> Result<Version, Fault> {
    Version::parse(&text_of(&go_text(text))).map_err(|it| Fault::error(it.to_string()))
}

fn object(version: Version, is_pointer: bool) -> Value {
    Value::new(Data::Object(std::rc::Rc::new(Semver { version, is_pointer })))
}

/// A `*semver.Version`, or the version itself, which has fewer methods.
#[derive(Debug)]
struct Semver {
    version: Version,
    is_pointer: bool,
}

impl Object for Semver {
    fn type_name(&self) -> &str {
        if self.is_pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn kind(&self) -> &'static str {
        if self.is_pointer { "ptr" } else { "struct" }
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(&self, _call: &mut dyn Call, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        let version = &self.version;
        let number = |it: u64| Value::new(Data::Int(it.cast_signed(), IntKind::Uint64));
        Some(Ok(match name {
            "Major" => number(version.major),
            "Minor" => number(version.minor),
            "Patch" => number(version.patch),
            "Prerelease" => Value::from(version.prerelease.as_str()),
            "Metadata" => Value::from(version.metadata.as_str()),
            "String" => Value::from(version.to_string()),
            "IncMajor" => object(version.next_major(), false),
            "IncMinor" => object(version.next_minor(), false),
            "IncPatch" => object(version.next_patch(), false),
            "Original" if self.is_pointer => Value::from(version.original.as_str()),
            _ if self.is_pointer => return self.compare(name, args),
            _ => return None,
        }))
    }

    fn show(&self) -> String {
        self.version.to_string()
    }

    fn show_syntax(&self) -> Option<String> {
        let Version { major, minor, patch, prerelease, metadata, original } = &self.version;
        let sign = if self.is_pointer { "&" } else { "" };
        let quote = crate::go::quote;
        Some(format!(
            "{sign}semver.Version{{major:{major:#x}, minor:{minor:#x}, patch:{patch:#x}, pre:{}, metadata:{}, original:{}}}",
            quote(prerelease),
            quote(metadata),
            quote(original)
        ))
    }

    fn to_json(&self) -> Value {
        Value::from(self.version.to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Semver {
    fn compare(&self, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        let decide: fn(std::cmp::Ordering) -> Value = match name {
            "Compare" => |it| Value::int(it as i64),
            "Equal" => |it| Value::from(it.is_eq()),
            "LessThan" => |it| Value::from(it.is_lt()),
            "LessThanEqual" => |it| Value::from(it.is_le()),
            "GreaterThan" => |it| Value::from(it.is_gt()),
            "GreaterThanEqual" => |it| Value::from(it.is_ge()),
            _ => return None,
        };
        let [argument] = args else {
            let message = format!("wrong number of args for {name}: want 1 got {}", args.len());
            return Some(Err(Fault::error(message)));
        };
        let other = match &argument.data {
            Data::Object(object) => object.as_any().downcast_ref::<Self>().filter(|it| it.is_pointer),
            _ => None,
        };
        Some(match other {
            Some(other) => Ok(decide(self.version.cmp(&other.version))),
            None => Err(Fault::error("wrong type for value; expected *semver.Version")),
        })
    }
}
