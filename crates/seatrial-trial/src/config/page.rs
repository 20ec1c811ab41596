//! The page about configuration, with every key of the table.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Shape};

/// What stands around the keys.
const FRAME: &str = include_str!("../pages/config.md");

/// The page in Markdown.
pub fn page() -> String {
    FRAME.replace("{example}\n", &example()).replace("{keys}\n", &sections())
}

/// A file that holds every key.
pub fn example() -> String {
    let mut text = String::new();
    for key in KEYS {
        match key.shape {
            Shape::Table(keys) => table(&mut text, &format!("[{}]", key.name), keys),
            Shape::Tables(keys) => table(&mut text, &format!("[[{}]]", key.name), keys),
            Shape::Levels => {
                let _ = writeln!(text, "\n[{}]\n{}", key.name, key.example);
            }
            _ => line(&mut text, key),
        }
    }
    text
}

fn table(text: &mut String, head: &str, keys: &[Key]) {
    let _ = writeln!(text, "\n{head}");
    for key in keys {
        line(text, key);
    }
}

fn line(text: &mut String, key: &Key) {
    let _ = writeln!(text, "{} = {}", key.name, key.example);
}

fn sections() -> String {
    let mut text = String::new();
    for key in KEYS {
        let head = match key.shape {
            Shape::Table(_) | Shape::Levels => format!("[{}]", key.name),
            Shape::Tables(_) => format!("[[{}]]", key.name),
            _ => key.name.to_owned(),
        };
        let _ = writeln!(text, "### `{head}`\n{}\n", key.doc);
        match key.shape {
            Shape::Table(keys) | Shape::Tables(keys) => text.push_str(&rows(keys)),
            Shape::Levels => {}
            shape => {
                let _ = writeln!(text, "A {}: `{} = {}`\n", shape.words(), key.name, key.example);
            }
        }
    }
    text
}

fn rows(keys: &[Key]) -> String {
    let mut text = "| key | holds | example | |\n|---|---|---|---|\n".to_owned();
    for key in keys {
        let (name, holds, example) = (key.name, key.shape.words(), key.example);
        let need = if key.is_required { "Needed. " } else { "" };
        let _ = writeln!(text, "| `{name}` | {holds} | `{example}` | {need}{} |", key.doc);
    }
    text + "\n"
}
