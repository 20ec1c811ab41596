//! urlParse, urlJoin and urlquery.

use crate::template::{Call, Data, Fault, Function, Map, Type, Value};
use crate::url::Url;

use super::{go_text, text_of};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "urlParse", parameters: &[Type::Str], is_variadic: false, body: url_parse },
    Function { name: "urlJoin", parameters: &[Type::Map], is_variadic: false, body: url_join },
];

fn url_parse(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = go_text(&args[0]);
    let url = Url::parse(&text_of(&text)).map_err(|it| Fault::error(format!("unable to parse url: {it}")))?;
    let userinfo = url.userinfo();
    let hostname = url.hostname().to_owned();
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ];
    Ok(Value::from(parts.into_iter().map(|(key, part)| (key.into(), Value::from(part))).collect::<Map>()))
}

fn url_join(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let parts = args[0].as_map().cloned().unwrap_or_default();
    let part = |key: &str| match parts.get(key) {
        None => Ok(String::new()),
        Some(value) if matches!(value.data, Data::Str(_) | Data::Raw(_)) => {
            Ok(text_of(&go_text(&value)).into_owned())
        }
        Some(value) if value.is_nil() => {
            Err(Fault::error("runtime error: invalid memory address or nil pointer dereference"))
        }
        Some(value) => Err(Fault::error(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            value.kind()
        ))),
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let userinfo = part("userinfo")?;
    if !userinfo.is_empty() {
        let read = Url::parse(&format!("proto://{userinfo}@host"));
        url.user = read.map_err(|it| Fault::error(format!("unable to parse userinfo in dict: {it}")))?.user;
    }
    Ok(Value::from(url.to_string()))
}
