//! Fills parameters into the texts of an `ApplicationSet`: `{{name}}`, or Go's
//! templates where the set asks for them.

use std::rc::Rc;
use std::sync::Arc;

use seatrial_helm::functions;
use seatrial_helm::template::{
    Call, Data as Go, Engine, Fault, Function, Home, Limits, Map, Options, Set, Trace, Type, Value,
};

use super::item::{Data, Item};

/// Steps that one text may take.
const STEPS_MAX: u64 = 1_000_000;
const OUTPUT_BYTES_MAX: usize = 1 << 20;
const NAME_BYTES_MAX: usize = 253;

/// How a set fills in.
pub(super) struct Filler {
    go: Option<Arc<Set>>,
    is_strict: bool,
}

impl Filler {
    /// As a set's `spec` says.
    pub(super) fn new(spec: &Item) -> Self {
        let all =
            functions::all().iter().filter(|it| !matches!(it.name, "env" | "expandenv" | "getHostByName"));
        let go = spec.flag("goTemplate").then(|| Arc::new(Set::new(all.chain(OWN))));
        let options = spec.list("goTemplateOptions");
        let is_strict = options.iter().any(|it| it.as_str() == Some("missingkey=error"));
        Self { go, is_strict }
    }

    pub(super) fn is_go(&self) -> bool {
        self.go.is_some()
    }

    /// A text with its parameters; an error is what Argo CD would say.
    pub(super) fn text(&self, text: &str, params: &Item) -> Result<String, String> {
        match &self.go {
            _ if !text.contains("{{") => Ok(text.to_owned()),
            None => Ok(fast(text, params)),
            Some(set) => self.execute(set, text, params),
        }
    }

    fn execute(&self, set: &Arc<Set>, text: &str, params: &Item) -> Result<String, String> {
        let mut set = Set::clone(set);
        set.parse("", text, Home::None).map_err(|error| error.to_string())?;
        let limits = Limits { steps: STEPS_MAX, output_bytes: OUTPUT_BYTES_MAX, depth: 200 };
        let options =
            Options { is_strict: self.is_strict, removes_no_value: false, limits, ..Options::default() };
        let mut engine = Engine::new(Arc::new(set), Trace::off(), options);
        engine.execute("", value(params)).map(|it| it.text.to_string()).map_err(|error| error.to_string())
    }

    /// Everything below an item with its parameters, keys included.
    pub(super) fn fill(&self, item: &Item, params: &Item) -> Result<Item, String> {
        let data = match &item.data {
            Data::Text(text) => Data::Text(self.text(text, params)?),
            Data::Plain(_) => item.data.clone(),
            Data::List(items) => {
                Data::List(items.iter().map(|it| self.fill(it, params)).collect::<Result<_, _>>()?)
            }
            Data::Map(entries) => {
                let fill = |(key, it): &(String, Item)| Ok((self.text(key, params)?, self.fill(it, params)?));
                Data::Map(entries.iter().map(fill).collect::<Result<_, String>>()?)
            }
        };
        Ok(Item { data, span: item.span })
    }
}

/// What is not known stays as it is written.
fn fast(text: &str, params: &Item) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((tag, after)) = behind.split_once("}}") else { break };
        out.push_str(before);
        if let Some(value) = params.get(tag.trim()).and_then(Item::as_str) {
            out.push_str(value);
        } else {
            out.push_str("{{");
            out.push_str(tag);
            out.push_str("}}");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Data as Go's templates see what was decoded from JSON.
fn value(item: &Item) -> Value {
    match &item.data {
        Data::Text(text) => Value::from(text.as_str()),
        Data::Plain(text) => match text.as_str() {
            "true" => Value::from(true),
            "false" => Value::from(false),
            number => number.parse::<f64>().map_or(Value::NIL, Value::from),
        },
        Data::List(items) => Value::list(items.iter().map(value).collect()),
        Data::Map(entries) => {
            let map = Map::new();
            for (key, item) in entries {
                map.set(Rc::<str>::from(key.as_str()), value(item));
            }
            Value::from(map)
        }
    }
}

/// Functions that only sets know.
static OWN: &[Function] = &[
    Function { name: "normalize", parameters: &[Type::Str], is_variadic: false, body: normalize },
    Function { name: "slugify", parameters: &[Type::Any], is_variadic: true, body: slugify },
];

#[expect(clippy::unnecessary_wraps, reason = "all functions have one type")]
fn normalize(_: &mut dyn Call, arguments: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(normalized(arguments.first().and_then(Value::as_str).unwrap_or_default())))
}

/// `slugify LENGTH SMART NAME`: words with dashes between, cut at a word.
fn slugify(_: &mut dyn Call, arguments: &[Value]) -> Result<Value, Fault> {
    let Some((name, rest)) = arguments.split_last() else { return Ok(Value::from("")) };
    let name = name.as_str().ok_or_else(|| Fault::error("interface conversion: the name is not a string"))?;
    let length = match rest.first().map(|it| &it.data) {
        Some(Go::Int(length, _)) => usize::try_from(*length).unwrap_or(0),
        _ => 50,
    };
    let is_smart = rest.get(1).is_none_or(Value::is_true);
    let words = normalized(name);
    let words: Vec<&str> =
        words.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()).collect();
    Ok(Value::from(cut(&words, length, is_smart)))
}

fn cut(words: &[&str], length: usize, is_smart: bool) -> String {
    let whole = words.join("-");
    if length == 0 || whole.len() <= length {
        return whole;
    }
    let mut kept = String::new();
    for word in words {
        let next = if kept.is_empty() { (*word).to_owned() } else { format!("{kept}-{word}") };
        if next.len() > length {
            break;
        }
        kept = next;
    }
    if is_smart && !kept.is_empty() { kept } else { whole[..length].trim_matches('-').to_owned() }
}

/// A name that Kubernetes takes, as Argo CD makes one.
pub(super) fn normalized(name: &str) -> String {
    let is_allowed = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '-' | '.');
    let name: String = name.to_lowercase().chars().map(|it| if is_allowed(it) { it } else { '-' }).collect();
    name[..name.len().min(NAME_BYTES_MAX)].trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Item {
        Item::map(pairs.iter().map(|(key, value)| ((*key).to_owned(), Item::text(*value))).collect())
    }

    #[test]
    fn braces_hold_names_of_parameters() {
        let filler = Filler::new(&Item::map(Vec::new()));
        let params = params(&[("path.basename", "web"), ("empty", "")]);
        for (text, expected) in [
            ("a-{{path.basename}}-{{ path.basename }}", "a-web-web"),
            ("{{name}}", "{{name}}"),
            ("x{{empty}}y", "xy"),
            ("{{open", "{{open"),
            ("é{{path.basename}}", "éweb"),
        ] {
            assert_eq!(filler.text(text, &params).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn go_templates_know_what_sets_know() {
        let mut spec = Item::map(Vec::new());
        spec.set("goTemplate", Item { data: Data::Plain("true".to_owned()), span: None });
        let filler = Filler::new(&spec);
        let inner = params(&[("basename", "My_App")]);
        let params = Item::map(vec![
            ("path".to_owned(), inner),
            ("n".to_owned(), Item { data: Data::Plain("3".to_owned()), span: None }),
        ]);
        for (text, expected) in [
            ("{{ .path.basename | normalize }}", "my-app"),
            ("{{ .path.basename | lower | replace \"_\" \"-\" }}-{{ .n }}", "my-app-3"),
            ("{{ .none }}", "<no value>"),
            ("{{ slugify 8 true \"feature one two\" }}", "feature"),
        ] {
            assert_eq!(filler.text(text, &params).as_deref(), Ok(expected), "{text}");
        }
        assert!(filler.text("{{ .path.basename | nosuch }}", &params).is_err());
        assert!(filler.text("{{ range", &params).is_err());
    }
}
