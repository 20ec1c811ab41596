//! The template engine against Go's: each line of `templates/*.jsonl` is a
//! template and what Go made of it; the first line has the data, and the
//! templates that all of them see.

#[expect(dead_code, reason = "the rows of functions are read elsewhere")]
mod vectors;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use seatrial_helm::functions;
use seatrial_helm::json;
use seatrial_helm::template::{Engine, Home, Map, Options, OriginId, Set, Trace, on_deep_stack};

#[test]
fn templates_render_as_in_go() {
    let different = on_deep_stack(|| differences(false));
    assert!(different.is_empty(), "{} rows differ\n{}", different.len(), different.join("\n"));
}

#[test]
fn tracing_changes_no_text() {
    let different = on_deep_stack(|| differences(true));
    assert!(different.is_empty(), "{} rows differ\n{}", different.len(), different.join("\n"));
}

fn differences(is_traced: bool) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates");
    let mut files: Vec<_> = fs::read_dir(directory)
        .expect("it is in the tree")
        .map(|it| it.expect("it is listed").path())
        .collect();
    files.sort();
    let mut different = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("it is readable");
        let mut lines = text.lines();
        let head = read(lines.next().expect("the first line is there"));
        for (number, line) in lines.enumerate() {
            if let Some(difference) = difference(&head, &read(line), is_traced) {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                different.push(format!("{name}:{}: {difference}", number + 2));
            }
        }
    }
    different
}

fn difference(head: &Map, row: &Map, is_traced: bool) -> Option<String> {
    let template = text(row, "t").expect("a row has a template");
    let wanted = match (text(row, "out"), text(row, "error")) {
        (Some(out), _) => out,
        (None, Some(error)) => format!("error: {error}"),
        (None, None) => {
            let raw = row.get("raw").expect("a row has an answer").as_str().map(str::to_owned);
            let bytes = seatrial_yaml::decode_base64(&raw.unwrap_or_default()).expect("base64");
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    let got = answer(head, row, &template, is_traced).unwrap_or_else(|error| format!("error: {error}"));
    (got != wanted).then(|| format!("{template}\n   wanted {wanted}\n      got {got}"))
}

fn answer(head: &Map, row: &Map, template: &str, is_traced: bool) -> Result<String, String> {
    let is_go = template.contains("slice");
    let mut set = Set::new(functions::all().iter().filter(|it| !is_go || it.name != "slice"));
    if let Some(others) = head.get("set") {
        let others = others.as_map().expect("templates by name").clone();
        for (name, text) in others.entries().iter() {
            let text = text.as_str().expect("a template is text");
            set.parse(name, text, Home::None).map_err(|it| it.to_string())?;
        }
    }
    set.parse("t", template, Home::File(seatrial_source::FileId(0), 0)).map_err(|it| it.to_string())?;
    let trace = if is_traced { Trace::on() } else { Trace::off() };
    let is_strict = row.get("strict").is_some();
    let options = Options { is_strict, removes_no_value: false, ..Options::default() };
    let mut engine = Engine::new(Arc::new(set), trace, options);
    let context = head.get("d").map(|it| vectors::decode(&it)).unwrap_or_default();
    let output = engine.execute("t", context).map_err(|it| it.to_string())?;
    if is_traced {
        let length: u32 = output.pieces.iter().map(|it| it.length).sum();
        assert_eq!(length as usize, output.text.len(), "pieces of {template}");
    }
    Ok(output.text.to_string())
}

fn text(row: &Map, key: &str) -> Option<String> {
    row.get(key)?.as_str().map(str::to_owned)
}

fn read(line: &str) -> Map {
    let document = json::read(line, &mut |_| OriginId::NONE).expect("a row is JSON");
    document.value.as_map().expect("a row is an object").clone()
}
