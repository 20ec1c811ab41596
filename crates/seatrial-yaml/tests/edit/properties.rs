//! What holds for every edit that is given, whatever the text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use seatrial_yaml::edit::{Content, Edit, Operation, apply, edit};
use seatrial_yaml::{Dialect, FieldPath, Node, PathStep, Stream, Value};

use crate::read;

/// A value as its readers see it; numbers as JSON prints them.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Scalar(String),
    List(Vec<Model>),
    Map(BTreeMap<String, Model>),
}

impl Model {
    fn of(node: Node<'_>) -> Self {
        match node.value() {
            Value::Sequence => Self::List(node.items().map(Self::of).collect()),
            Value::Mapping => {
                Self::Map(node.entries().map(|it| (it.name().into_owned(), Self::of(it.value))).collect())
            }
            _ => Self::Scalar(node.to_json()),
        }
    }

    fn of_content(content: &Content) -> Self {
        match content {
            Content::List(items) => Self::List(items.iter().map(Self::of_content).collect()),
            Content::Map(entries) => {
                Self::Map(entries.iter().map(|(name, it)| (name.clone(), Self::of_content(it))).collect())
            }
            Content::Null => Self::Scalar("null".to_owned()),
            Content::Bool(value) => Self::Scalar(value.to_string()),
            Content::Int(value) => Self::Scalar(value.to_string()),
            Content::Text(text) => Self::Scalar(json_string(text)),
        }
    }

    fn at(&mut self, steps: &[PathStep]) -> &mut Self {
        let Some((step, below)) = steps.split_first() else { return self };
        let inner = match (self, step) {
            (Self::Map(entries), PathStep::Key(name)) => entries.get_mut(name.as_str()).expect("an entry"),
            (Self::List(items), PathStep::Index(index)) => &mut items[*index as usize],
            (other, step) => panic!("no {step:?} in {other:?}"),
        };
        inner.at(below)
    }

    fn insert(&mut self, steps: &[PathStep], new: Self) {
        let Some((step, below)) = steps.split_first() else {
            *self = new;
            return;
        };
        if *self == Self::Scalar("null".to_owned()) {
            let is_key = matches!(step, PathStep::Key(_));
            *self = if is_key { Self::Map(BTreeMap::new()) } else { Self::List(Vec::new()) };
        }
        let null = || Self::Scalar("null".to_owned());
        match (self, step) {
            (Self::Map(entries), PathStep::Key(name)) => {
                entries.entry(name.to_string()).or_insert_with(null).insert(below, new);
            }
            (Self::List(items), PathStep::Index(index)) => {
                let index = *index as usize;
                if below.is_empty() {
                    return items.insert(index, new);
                }
                if index == items.len() {
                    items.push(null());
                }
                items[index].insert(below, new);
            }
            (other, step) => panic!("no {step:?} in {other:?}"),
        }
    }

    fn change(&mut self, operation: &Operation) {
        match operation {
            Operation::Set { path, content } => *self.at(path.steps()) = Self::of_content(content),
            Operation::Insert { path, content } => self.insert(path.steps(), Self::of_content(content)),
            Operation::Remove { path } | Operation::Rename { path, .. } => {
                let (last, above) = path.steps().split_last().expect("no root");
                match (self.at(above), last) {
                    (Self::Map(entries), PathStep::Key(key)) => {
                        let moved = entries.remove(key.as_str()).expect("an entry");
                        if let Operation::Rename { name, .. } = operation {
                            assert!(entries.insert(name.clone(), moved).is_none(), "it was taken");
                        }
                    }
                    (Self::List(items), PathStep::Index(index)) => drop(items.remove(*index as usize)),
                    (other, step) => panic!("no {step:?} in {other:?}"),
                }
            }
        }
    }
}

fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter < ' ' => {
                write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes everything");
            }
            letter => out.push(letter),
        }
    }
    out + "\""
}

fn models(stream: &Stream) -> Vec<Option<Model>> {
    (0..stream.documents().len()).map(|index| stream.document_root(index).map(Model::of)).collect()
}

/// Every field of a document, as its readers see it.
fn fields(root: Node<'_>) -> Vec<FieldPath> {
    let mut found = Vec::new();
    let mut open = vec![(FieldPath::root(), root)];
    while let Some((path, node)) = open.pop() {
        open.extend(node.items().enumerate().map(|(index, item)| (path.index(index as u32), item)));
        open.extend(node.entries().map(|entry| (path.key(&entry.name()), entry.value)));
        found.push(path);
        if found.len() > 200 {
            break;
        }
    }
    found
}

fn scalars() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "x",
        "'it''s'",
        "\"a\\tb\"",
        "1",
        "0x1F",
        "true",
        "~",
        "",
        "yes",
        "2001-01-01",
        "a b",
        "a#b",
        "http://a:1/b",
        "!!str 5",
        "&a x",
        "*a",
        "&b {c: d}",
        "*b",
        "[]",
        "{}",
        "[a, b]",
        "[a, 'b',]",
        "{a: b, c: [d]}",
        "{ \"a\": 1, \"b\": \"c\" }",
        "[\n    a,\n    b # c\n  ]",
        "|\n    one\n     two\n",
        "|-\n    one\n\n",
        ">+\n    one\n\n",
        "a\n    b",
        "\"a\n    b\"",
        "# c\n    x",
    ])
    .prop_map(str::to_owned)
}

/// Texts with the forms that block and flow collections take.
fn yaml() -> impl Strategy<Value = String> {
    let line = (
        prop::sample::select(vec!["", "", "  ", "  ", "    "]),
        prop::sample::select(vec![
            "a: ", "b: ", "c: ", "d: ", "e:\t", "'f': ", "\"g\": ", "- ", "- a: ", "- - ", "? ", ": ",
            "<<: ", "h: &k ", "-   a: ", "&l i: ",
        ]),
        scalars(),
        prop::sample::select(vec!["", "", "", " # c", "  # d"]),
    )
        .prop_map(|(indent, mark, scalar, comment)| format!("{indent}{mark}{scalar}{comment}\n"));
    let other = prop::sample::select(vec![
        "\n",
        "# c\n",
        "  # c\n",
        "---\n",
        "--- # c\n",
        "...\n",
        "a:\n",
        "  b:\n",
        "-\n",
    ])
    .prop_map(str::to_owned);
    let lines = prop::collection::vec(prop_oneof![5 => line, 1 => other], 1..8);
    let head =
        prop::sample::select(vec!["", "", "x: &a 1\ny: &b {c: 1, z: 2}\n", "x: &a\n  c: 1\ny: &b\n- z\n"]);
    (head, lines, 0..8u8).prop_map(|(head, lines, form)| {
        let text = format!("{head}{}", lines.concat());
        let text = if form & 1 != 0 { text.trim_end_matches('\n').to_owned() } else { text };
        if form & 6 == 6 { text.replace('\n', "\r\n") } else { text }
    })
}

fn content() -> impl Strategy<Value = Content> {
    let leaf = prop_oneof![
        Just(Content::Null),
        any::<bool>().prop_map(Content::Bool),
        any::<i64>().prop_map(Content::Int),
        ".{0,6}".prop_map(Content::Text),
        prop::sample::select(vec![
            "",
            "a\nb\n",
            " a\n\nb",
            "a\n",
            "\n",
            "yes",
            "- a",
            "a: b",
            "a #b",
            "\ta\n b\n\n",
            "x"
        ])
        .prop_map(|text| Content::Text(text.to_owned())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Content::List),
            prop::collection::btree_map("[a-c]{1,2}|.{1,3}", inner, 0..3)
                .prop_map(|entries| Content::Map(entries.into_iter().collect())),
        ]
    })
}

fn operation(path: &FieldPath, node: Node<'_>, verb: u8, name: &str, content: &Content) -> Operation {
    let (path, content) = (path.clone(), content.clone());
    match verb {
        0 => Operation::Set { path, content },
        1 => Operation::Remove { path },
        2 => Operation::Rename { path, name: name.to_owned() },
        3 if node.is_sequence() => Operation::Insert { path: path.index(0), content },
        _ if node.is_sequence() => Operation::Insert { path: path.index(node.len() as u32), content },
        3 => Operation::Insert { path: path.key(name).key("a"), content },
        _ => Operation::Insert { path: path.key(name), content },
    }
}

fn kept_comments<'s>(stream: &'s Stream, edits: &[Edit]) -> Vec<&'s str> {
    let is_kept = |it: &&seatrial_yaml::Comment| !edits.iter().any(|edit| edit.span.contains(it.span));
    stream.comments().iter().filter(is_kept).map(|comment| stream.comment_text(*comment)).collect()
}

fn check(
    text: &str,
    dialect: Dialect,
    at: usize,
    verb: u8,
    name: &str,
    content: &Content,
) -> Result<(), TestCaseError> {
    let before = read(text, dialect);
    let document = at % before.documents().len().max(1);
    let Some(root) = before.document_root(document) else { return Ok(()) };
    let fields = fields(root);
    let path = &fields[at % fields.len()];
    let operation = operation(path, root.at(path).expect("it was found"), verb, name, content);
    let Ok(edits) = edit(root, &operation) else { return Ok(()) };
    let text = apply(text, &edits).expect("edits of one text fit together");
    let after = read(&text, dialect);
    prop_assert!(after.is_accepted(), "{operation:?} gives {text:?}");
    let mut expected = models(&before);
    if !edits.is_empty() {
        expected[document].as_mut().expect("the document is there").change(&operation);
    }
    prop_assert_eq!(&expected, &models(&after), "{:?} gives {:?}", operation, text);
    prop_assert_eq!(
        kept_comments(&before, &edits),
        kept_comments(&after, &[]),
        "{:?} gives {:?}",
        operation,
        text
    );
    let has_index = |path: &FieldPath| matches!(path.last(), Some(PathStep::Index(_)));
    let repeats = match &operation {
        Operation::Insert { path, .. } | Operation::Remove { path } => !has_index(path),
        Operation::Set { .. } | Operation::Rename { .. } => true,
    };
    if repeats {
        let root = after.document_root(document).expect("the document is there");
        prop_assert_eq!(edit(root, &operation), Ok(Vec::new()), "a second time: {:?}", text);
    }
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn only_the_field_meant_differs(
        text in yaml(), v3 in any::<bool>(), at in 0..40_usize, verb in 0..5_u8, name in "[a-e]|yes|a: b", content in content(),
    ) {
        let dialect = if v3 { Dialect::GoYaml3 } else { Dialect::GoYaml2 };
        check(&text, dialect, at, verb, &name, &content)?;
    }

    #[test]
    fn json_stays_json(
        value in content(), wide in any::<bool>(), at in 0..40_usize, verb in 0..5_u8, name in "[a-e]|.{0,3}", content in content(),
    ) {
        // Made by the editor itself, then laid out as a pretty printer would.
        let stream = read("{}", Dialect::Json);
        let root = stream.document_root(0).expect("an object");
        let edits = edit(root, &Operation::Set { path: FieldPath::root(), content: value }).expect("a whole value is set");
        let dense = apply("{}", &edits).expect("one edit");
        let text = if wide { dense.replace("{\"", "{\n  \"") } else { dense };
        check(&text, Dialect::Json, at, verb, &name, &content)?;
    }
}
