//! TOML as values: whole numbers are `int64`, tables in a row a list of maps.

use std::ops::Range;
use std::rc::Rc;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::functions::time_value;
use crate::template::value::Element;
use crate::template::{List, Map, OriginId, Value};
use crate::time::{self, Time};

/// Reads a text. The error names the line as `BurntSushi`'s does; what is wrong
/// there is told in other words.
pub(crate) fn read(text: &str, origin: &mut dyn FnMut(Range<usize>) -> OriginId) -> Result<Value, String> {
    match DeTable::parse(text) {
        Ok(table) => Ok(map(table.get_ref(), origin)),
        Err(error) => {
            let at = error.span().map_or(0, |it| it.start).min(text.len());
            let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
            Err(format!("toml: line {line}: {}", error.message()))
        }
    }
}

fn map(table: &DeTable<'_>, origin: &mut dyn FnMut(Range<usize>) -> OriginId) -> Value {
    let entries =
        table.iter().map(|(key, value)| (Rc::from(key.get_ref().as_ref()), self::value(value, origin)));
    Value::from(entries.collect::<Map>())
}

/// The crate bounds how deep a text may nest, and so how deep this goes.
fn value(spanned: &Spanned<DeValue<'_>>, origin: &mut dyn FnMut(Range<usize>) -> OriginId) -> Value {
    let at = origin(spanned.span());
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            Value::int64(parsed.unwrap_or_default())
        }
        DeValue::Float(number) => Value::from(number.as_str().parse::<f64>().unwrap_or_default()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(moment) => time_value(moment_of(&moment.to_string())),
        DeValue::Array(items) => {
            let are_tables =
                !items.is_empty() && items.iter().all(|it| matches!(it.get_ref(), DeValue::Table(_)));
            let values = items.iter().map(|it| self::value(it, origin)).collect();
            let element = if are_tables { Element::Map } else { Element::Any };
            Value::from(crate::template::Data::List(List::new(values, element)))
        }
        DeValue::Table(table) => map(table, origin),
    };
    value.with_origin(at)
}

/// A moment; one without a zone, day or hour gets those of the beginning.
fn moment_of(text: &str) -> Time {
    let layouts: [&[u8]; 4] =
        [b"2006-01-02T15:04:05Z07:00", b"2006-01-02T15:04:05", b"2006-01-02", b"15:04:05"];
    let parsed = layouts.iter().find_map(|layout| time::parse(layout, text.as_bytes()).ok());
    parsed.unwrap_or_else(|| Time::utc(0, 0))
}
