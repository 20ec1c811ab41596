//! Functions over paths: base, dir, clean, ...

use super::{args, fixed};
use crate::template::Type::Str;
use crate::template::text::slice;
use crate::template::{Call, Fault, Function, Value};

/// The functions of this file. Those of the operating system are Linux's.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("base", &[Str], base),
    fixed("clean", &[Str], |_, args| Ok(cleaned(args::text(args, 0)))),
    fixed("dir", &[Str], |_, args| Ok(dir(args::text(args, 0)))),
    fixed("ext", &[Str], ext),
    fixed("isAbs", &[Str], |_, args| Ok(Value::from(args::text(args, 0).starts_with(b"/")))),
    fixed("osBase", &[Str], base),
    fixed("osClean", &[Str], |_, args| Ok(cleaned(args::text(args, 0)))),
    fixed("osDir", &[Str], |_, args| Ok(dir(args::text(args, 0)))),
    fixed("osExt", &[Str], ext),
    fixed("osIsAbs", &[Str], |_, args| Ok(Value::from(args::text(args, 0).starts_with(b"/")))),
];

fn base(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let path = args::text(args, 0);
    let end = path.iter().rposition(|it| *it != b'/').map_or(0, |it| it + 1);
    let start = path[..end].iter().rposition(|it| *it == b'/').map_or(0, |it| it + 1);
    match (path.is_empty(), end) {
        (true, _) => Ok(Value::from(".")),
        (false, 0) => Ok(Value::from("/")),
        _ => slice(call, &args[0], start, end),
    }
}

fn ext(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let path = args::text(args, 0);
    let last = path.iter().rposition(|it| matches!(it, b'.' | b'/'));
    match last.filter(|it| path[*it] == b'.') {
        Some(start) => slice(call, &args[0], start, path.len()),
        None => Ok(Value::from("")),
    }
}

fn dir(path: &[u8]) -> Value {
    let end = path.iter().rposition(|it| *it == b'/').map_or(0, |it| it + 1);
    cleaned(&path[..end])
}

/// `path.Clean`
fn cleaned(path: &[u8]) -> Value {
    let is_rooted = path.starts_with(b"/");
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|it| *it == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|it| *it != b"..") => {
                kept.pop();
            }
            b".." if is_rooted => {}
            _ => kept.push(element),
        }
    }
    let joined = kept.join(&b'/');
    Value::bytes_as_str(match (is_rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    })
}
