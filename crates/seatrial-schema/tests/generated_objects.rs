//! Objects drawn at random from the types themselves, with values made to hurt:
//! whatever they hold, the server's answer is an answer.

use std::fmt::Write;

use seatrial_schema::review::{Body, FieldValidation, Operation, Request, review, stored};
use seatrial_schema::table::{Kind, Shape, Table, Type};

/// How many objects of each kind are drawn.
const ROUNDS: u64 = 4;
/// Deeper than this only scalars are drawn.
const DEPTH_MAX: usize = 9;

/// Texts that rules stumble over.
const TEXTS: [&str; 24] = [
    "",
    "a",
    "-",
    "A.b",
    "é",
    "\u{1F600}",
    "0",
    "-1",
    "10%",
    "150%",
    "1.2.3.4",
    "10.0.0.0/8",
    "fd00::/8",
    "a/b",
    "/",
    "../a",
    "*/5 * * * *",
    "@every 1s",
    "2024-01-01T00:00:00Z",
    "1Gi",
    "0.0001n",
    "{{}}",
    "$(A)",
    "self.x > 1",
];

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn text(&mut self) -> &'static str {
        TEXTS[self.roll(TEXTS.len() as u64) as usize]
    }
}

struct Draw<'t> {
    table: &'t Table,
    dice: Dice,
    json: String,
}

impl Draw<'_> {
    fn structure(&mut self, of: &Type, depth: usize) {
        self.json.push('{');
        let mut first = true;
        for field in of.fields() {
            let chance = if field.required { 9 } else { 4 };
            if depth > DEPTH_MAX || self.dice.roll(10) >= chance {
                continue;
            }
            if !std::mem::take(&mut first) {
                self.json.push(',');
            }
            let _ = write!(self.json, "{:?}:", field.name);
            if !field.values.is_empty() && self.dice.roll(3) > 0 {
                let value = field.values[self.dice.roll(field.values.len() as u64) as usize];
                let listed = matches!(field.shape, Shape::List(_));
                let _ =
                    if listed { write!(self.json, "[{value:?}]") } else { write!(self.json, "{value:?}") };
            } else {
                self.value(&field.shape, depth + 1);
            }
        }
        self.json.push('}');
    }

    fn value(&mut self, shape: &Shape, depth: usize) {
        match shape {
            Shape::Bool => self.json.push_str(if self.dice.roll(2) == 0 { "true" } else { "false" }),
            Shape::Int32 | Shape::Int64 | Shape::Float => {
                let number = ["0", "1", "-1", "2", "80", "65536", "2147483647", "-2147483648"]
                    [self.dice.roll(8) as usize];
                self.json.push_str(number);
            }
            Shape::Quantity => {
                let amount = ["0", "1", "-1", "100m", "1Gi", "1e3", "9223372036854775807", "1n"]
                    [self.dice.roll(8) as usize];
                let _ = write!(self.json, "{amount:?}");
            }
            Shape::Time => self.json.push_str(r#""2024-02-29T00:00:00Z""#),
            Shape::MicroTime => self.json.push_str(r#""2024-02-29T00:00:00.000001Z""#),
            Shape::Bytes => self.json.push_str(["\"\"", "\"AA==\"", "\"e30=\""][self.dice.roll(3) as usize]),
            Shape::IntOrString if self.dice.roll(2) == 0 => self.json.push_str("50"),
            Shape::Struct(id) => self.structure(self.table.ty(*id), depth),
            Shape::SchemaOrBool(id) | Shape::SchemaOrList(id) | Shape::SchemaOrTexts(id) => {
                self.structure(self.table.ty(*id), depth);
            }
            Shape::List(of) => self.many(of, depth, false),
            Shape::Map(of) => self.many(of, depth, true),
            _ => {
                let _ = write!(self.json, "{:?}", self.dice.text());
            }
        }
    }

    fn many(&mut self, of: &Shape, depth: usize, keyed: bool) {
        self.json.push(if keyed { '{' } else { '[' });
        for at in 0..self.dice.roll(3) {
            if at > 0 {
                self.json.push(',');
            }
            if keyed {
                let _ = write!(self.json, "{:?}:", self.dice.text());
            }
            self.value(of, depth);
        }
        self.json.push(if keyed { '}' } else { ']' });
    }
}

/// An object that at least gets as far as the rules.
fn object(table: &Table, kind: &Kind, seed: u64) -> String {
    let mut draw = Draw { table, dice: Dice(seed), json: String::new() };
    draw.structure(table.ty(kind.type_id), 0);
    let meta = format!(
        r#"{{"apiVersion":{:?},"kind":{:?},"metadata":{{"name":"a"}}"#,
        kind.api_version(),
        kind.kind
    );
    let rest: Vec<_> = draw.json.strip_prefix('{').into_iter().filter(|rest| *rest != "}").collect();
    // Where the drawn part has a field of these too, that one counts.
    rest.first().map_or(format!("{meta}}}"), |rest| format!("{meta},{rest}"))
}

#[test]
fn every_drawn_object_gets_an_answer() {
    let table = Table::default_minor();
    let (mut accepted, mut asked) = (0, 0);
    for (number, kind) in
        table.kinds().filter(|kind| kind.is_served(table.minor()) && !kind.is_list()).enumerate()
    {
        for round in 0..ROUNDS {
            let json = object(table, kind, number as u64 * 1000 + round);
            let old = stored(&object(table, kind, round));
            let top = if kind.group.is_empty() { "api" } else { "apis" };
            let namespace = if kind.is_cluster_scoped { "" } else { "namespaces/a/" };
            let path = format!("/{top}/{}/{namespace}{}", kind.api_version(), kind.plural());
            let create = Request {
                operation: Operation::Create,
                path: &path,
                field_validation: FieldValidation::Ignore,
                body: Body::Json(&json),
            };
            let path = format!("{path}/a");
            let update = Request { operation: Operation::Update(&old), path: &path, ..create.clone() };
            for request in [create, update] {
                let answer = review(&request);
                assert!(answer.accepted() || !answer.message.is_empty(), "{json}");
                asked += 1;
                accepted += usize::from(answer.accepted());
            }
        }
    }
    assert!(asked > 500 && accepted > 0, "{accepted} of {asked}");
}
