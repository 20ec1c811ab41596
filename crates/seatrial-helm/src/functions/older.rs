//! What sprig 3.2.2 with its libraries did differently, for Helm 3.10.

use super::casing::pascal_case;
use super::merging::{Rules, merged};
use super::numbers::without_zero_decimals;
use super::{args, find, fixed, variadic};
use crate::template::Type::{Any, Map as Dict, Str};
use crate::template::{Call, Fault, Function, Value};

/// The functions that come in the place of those of today.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("add", &[Any], |call, args| unrounded(call, args, "add")),
    fixed("add1", &[Any], |call, args| unrounded(call, args, "add1")),
    variadic("biggest", &[Any, Any], |call, args| unrounded(call, args, "max")),
    fixed("camelcase", &[Str], |_, args| Ok(Value::from(pascal_case(args::text(args, 0), false)))),
    fixed("div", &[Any, Any], |call, args| unrounded(call, args, "div")),
    fixed("int", &[Any], |call, args| unrounded(call, args, "int")),
    fixed("int64", &[Any], |call, args| unrounded(call, args, "int64")),
    variadic("max", &[Any, Any], |call, args| unrounded(call, args, "max")),
    variadic("mergeOverwrite", &[Dict, Dict], |call, args| merged(call, args, Rules::OLD_OVERWRITE)),
    variadic("min", &[Any, Any], |call, args| unrounded(call, args, "min")),
    fixed("mod", &[Any, Any], |call, args| unrounded(call, args, "mod")),
    variadic("mul", &[Any, Any], |call, args| unrounded(call, args, "mul")),
    variadic("mustMergeOverwrite", &[Dict, Dict], |call, args| merged(call, args, Rules::OLD_OVERWRITE)),
    variadic("mustSlice", &[Any, Any], |call, args| unrounded(call, args, "slice")),
    variadic("slice", &[Any, Any], |call, args| unrounded(call, args, "slice")),
    fixed("sub", &[Any, Any], |call, args| unrounded(call, args, "sub")),
    fixed("tpl", &[Str, Dict], tpl),
];

/// A text takes the place of the template that is being rendered: what it is
/// given has to say which one that is.
fn tpl(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = || String::from_utf8_lossy(args::text(args, 0)).into_owned();
    let template = args[1].as_map().and_then(|it| it.get("Template"));
    let template = template.as_ref().and_then(Value::as_map);
    let field = |key: &str| {
        let found = template.and_then(|it| it.get(key)).filter(|it| it.as_map().is_none());
        found.ok_or_else(|| {
            let wanted = if key == "Name" { key } else { "Basepath" };
            let text = text();
            Fault::Error(format!(
                "cannot retrieve Template.{wanted} from values inside tpl function: {text}: {key:?} is not a value"
            ))
        })
    };
    field("BasePath")?;
    let name = field("Name")?;
    call.tpl(&args[0], args[1].clone()).map_err(|fault| match (fault, name.as_str()) {
        (Fault::Nested(message), Some(name)) => Fault::Nested(under_name(&message, name)),
        (fault, _) => fault,
    })
}

/// An error inside `tpl`, with the name that its text goes by.
fn under_name(message: &str, name: &str) -> String {
    if let Some(quoted) = message.strip_prefix("cannot parse template ")
        && let Some((text, error)) = quoted.rsplit_once(": template: gotpl:")
        && let Some((line, error)) = error.split_once(": ")
    {
        let place = format!("{name}:{line}");
        return format!("error during tpl function execution for {text}: parse error at ({place}): {error}");
    }
    let message = message.replace("template: gotpl:", &format!("template: {name}:"));
    message.replace("executing \"gotpl\"", &format!("executing \"{name}\""))
}

/// Calls a function of today for which `"5.0"` is no integer yet: spf13/cast took
/// it for zero, as any text that is no number.
fn unrounded(call: &mut dyn Call, args: &[Value], name: &str) -> Result<Value, Fault> {
    let function = find(name).expect("it is a function of today");
    let args: Vec<Value> = args.iter().map(integers_only).collect();
    (function.body)(call, &args)
}

fn integers_only(value: &Value) -> Value {
    match value.as_str_bytes() {
        Some(text) if without_zero_decimals(text).len() < text.len() => {
            Value::from("").with_origin(value.origin)
        }
        _ => value.clone(),
    }
}
