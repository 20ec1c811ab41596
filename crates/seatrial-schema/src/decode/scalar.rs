//! Scalars: numbers in range, and the strings that Go reads into types of their
//! own and prints in one form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_model::{Quantity, QuantityError};
use seatrial_yaml::{Node, Value as Written};

use super::{Decoder, number, time};
use crate::table::Shape;
use crate::value::Value;

const NOT_QUANTITY: &str =
    r"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NO_SUFFIX: &str = "unable to parse quantity's suffix";

impl Decoder<'_, '_> {
    pub(super) fn scalar(&mut self, node: Node<'_>, shape: &Shape, go: &str) -> Option<Value> {
        match (shape, number::value(node)) {
            (Shape::Quantity, _) => self.quantity(node),
            (Shape::Bool, Written::Bool(truth)) => Some(Value::Bool(truth)),
            (Shape::Text | Shape::Duration | Shape::IntOrString, Written::Str(text)) => {
                Some(Value::text(text))
            }
            (Shape::Bytes, Written::Str(text)) => self.bytes(node, text),
            (Shape::Bytes, _) if node.is_sequence() => match listed_bytes(node) {
                Some(bytes) => Some(Value::text(STANDARD.encode(bytes))),
                None => self.wrong(node, go),
            },
            (Shape::Time | Shape::MicroTime, Written::Str(text)) => self.time(node, text, shape),
            (Shape::Time | Shape::MicroTime, _) => self.wrong(node, "string"),
            (Shape::Int32 | Shape::IntOrString, Written::Int(number)) if i32::try_from(number).is_ok() => {
                Some(Value::Int(number))
            }
            (Shape::Int64 | Shape::Float, Written::Int(number)) => Some(Value::Int(number)),
            (Shape::Float, Written::Float(number)) => Some(Value::Float(number)),
            (Shape::Float, Written::Uint(number)) => Some(Value::Float(number as f64)),
            (Shape::IntOrString, _) => self.wrong(node, "int32"),
            (Shape::Int32, _) if go.is_empty() => self.wrong(node, "int32"),
            (Shape::Int64, _) if go.is_empty() => self.wrong(node, "int64"),
            _ => self.wrong(node, if go.is_empty() { "string" } else { go }),
        }
    }

    fn wrong(&mut self, node: Node<'_>, go: &str) -> Option<Value> {
        let is_number = matches!(node.value(), Written::Int(_) | Written::Uint(_) | Written::Float(_));
        if is_number && go.starts_with("int") {
            self.wrong_number(node, go);
        } else {
            self.wrong_type(node, go);
        }
        None
    }

    fn quantity(&mut self, node: Node<'_>) -> Option<Value> {
        let canonical = match node.value() {
            Written::Str(text) => Quantity::canonical(text.trim()).map(Value::text),
            Written::Int(_) | Written::Uint(_) | Written::Float(_) => {
                Quantity::canonical(&number::json(node)).map(Value::text)
            }
            _ => Err(QuantityError::Format),
        };
        match canonical {
            Ok(amount) => Some(amount),
            Err(error) => {
                let words = if error == QuantityError::Suffix { NO_SUFFIX } else { NOT_QUANTITY };
                self.malformed(node, true, words.to_owned());
                None
            }
        }
    }

    fn bytes(&mut self, node: Node<'_>, text: &str) -> Option<Value> {
        let joined = text.replace(['\r', '\n'], "");
        match STANDARD.decode(&joined) {
            Ok(bytes) => Some(Value::text(STANDARD.encode(bytes))),
            Err(error) => {
                let at = base64_error_at(&joined, &error);
                self.malformed(node, false, format!("illegal base64 data at input byte {at}"));
                None
            }
        }
    }

    fn time(&mut self, node: Node<'_>, text: &str, shape: &Shape) -> Option<Value> {
        match time::canonical(text, *shape == Shape::MicroTime) {
            Ok(text) => Some(Value::text(text)),
            Err(message) => {
                self.malformed(node, true, message);
                None
            }
        }
    }
}

/// Go takes a list of numbers for bytes too.
fn listed_bytes(node: Node<'_>) -> Option<Vec<u8>> {
    let byte = |item: Node<'_>| match number::value(item) {
        Written::Int(number) => u8::try_from(number).ok(),
        Written::Null => Some(0),
        _ => None,
    };
    node.items().map(byte).collect()
}

/// Where Go's decoder gives up.
fn base64_error_at(text: &str, error: &base64::DecodeError) -> usize {
    use base64::DecodeError::{InvalidByte, InvalidLastSymbol, InvalidLength, InvalidPadding};
    match error {
        InvalidByte(at, _) | InvalidLastSymbol { offset: at, .. } => *at,
        InvalidLength(_) | InvalidPadding => {
            let data = text.trim_end_matches('=').len();
            if data == text.len() { data / 4 * 4 } else { text.len() }
        }
    }
}
