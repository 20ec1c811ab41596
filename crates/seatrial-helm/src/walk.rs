//! Values from outside to inside, for whoever writes them down. Nothing here
//! recurses: values may be nested deeper than a stack, or hold themselves.

use std::rc::Rc;

use crate::template::{Call, Data, Fault, List, Map, OriginId, Value};

/// Who is told what is met.
pub(crate) trait Visitor {
    /// Anything but a list, a map or an object.
    fn scalar(&mut self, value: &Value) -> Result<(), Fault>;
    /// A list begins, with so many items.
    fn begin_list(&mut self, origin: OriginId, len: usize) -> Result<(), Fault>;
    /// A map begins, with so many entries.
    fn begin_map(&mut self, origin: OriginId, len: usize) -> Result<(), Fault>;
    /// The key of the value to come, and where that is from.
    fn key(&mut self, key: &str, origin: OriginId) -> Result<(), Fault>;
    /// The innermost list or map ends.
    fn end(&mut self, is_map: bool) -> Result<(), Fault>;
    /// Whether the fields of a struct are written in its order.
    fn keeps_fields(&self) -> bool {
        false
    }
    /// The entries in the order in which they are wanted; they come by bytes.
    fn sort(&self, entries: Vec<(Rc<str>, Value)>) -> Vec<(Rc<str>, Value)> {
        entries
    }
}

enum Open {
    List(List, usize),
    Map(std::vec::IntoIter<(Rc<str>, Value)>),
}

/// How much may be owed between two looks at what the render may spend.
const STRIDE: u64 = 64;

/// Goes through a value.
pub(crate) fn walk(call: &mut dyn Call, value: &Value, visitor: &mut dyn Visitor) -> Result<(), Fault> {
    let mut open: Vec<Open> = Vec::new();
    let mut cycle = Cycle::default();
    let mut owed: u64 = 0;
    let mut current = Some(value.clone());
    loop {
        if let Some(value) = current.take() {
            // Lists may share what is in them: what is met is no bound for what is written.
            owed += 1 + value.as_str_bytes().map_or(0, <[u8]>::len) as u64;
            if owed >= STRIDE {
                call.spend(std::mem::take(&mut owed))?;
            }
            open.extend(begin(&value, visitor, &mut cycle, open.len())?);
        }
        match open.last_mut() {
            None => return Ok(()),
            Some(Open::List(list, next)) if *next < list.items.len() => {
                current = Some(list.items[*next].clone());
                *next += 1;
            }
            Some(Open::List(..)) => {
                open.pop();
                visitor.end(false)?;
            }
            Some(Open::Map(entries)) => {
                if let Some((key, value)) = entries.next() {
                    visitor.key(&key, value.key_origin())?;
                    current = Some(value);
                } else {
                    open.pop();
                    visitor.end(true)?;
                }
            }
        }
    }
}

fn begin(
    value: &Value,
    visitor: &mut dyn Visitor,
    cycle: &mut Cycle,
    depth: usize,
) -> Result<Option<Open>, Fault> {
    match &value.data {
        Data::List(list @ List { is_nil: false, .. }) => {
            visitor.begin_list(value.origin, list.items.len())?;
            Ok(Some(Open::List(list.clone(), 0)))
        }
        Data::Map(map) if !map.is_nil => {
            cycle.enter(map, depth)?;
            visitor.begin_map(value.origin, map.len())?;
            let entries: Vec<_> =
                map.entries().iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect();
            Ok(Some(Open::Map(visitor.sort(entries).into_iter())))
        }
        Data::Object(object) => {
            if let Some(fields) = object.json_fields().filter(|_| visitor.keeps_fields()) {
                visitor.begin_map(value.origin, fields.len())?;
                return Ok(Some(Open::Map(fields.into_iter())));
            }
            let plain = object.to_json().with_origin(value.origin);
            // What an object is made of holds no further objects.
            if matches!(plain.data, Data::Object(_)) {
                return visitor.scalar(&Value::NIL).map(|()| None);
            }
            begin(&plain, visitor, cycle, depth)
        }
        _ => visitor.scalar(value).map(|()| None),
    }
}

/// Finds maps that hold themselves: a map is kept, and asked for again further
/// down; each time the depth has doubled, the next one is kept.
#[derive(Default)]
struct Cycle {
    kept: Option<Map>,
    kept_at: usize,
}

impl Cycle {
    /// Go looks for cycles from this depth on.
    const FROM: usize = 1000;

    fn enter(&mut self, map: &Map, depth: usize) -> Result<(), Fault> {
        if depth < Self::FROM {
            self.kept = None;
            return Ok(());
        }
        // The kept map may have ended meanwhile.
        let is_kept_open = self.kept.is_some() && depth > self.kept_at;
        if is_kept_open && self.kept.as_ref().is_some_and(|kept| kept.is_identical(map)) {
            return Err(Fault::error(
                "json: unsupported value: encountered a cycle via map[string]interface {}",
            ));
        }
        if !is_kept_open || depth >= 2 * self.kept_at {
            self.kept = Some(map.clone());
            self.kept_at = depth;
        }
        Ok(())
    }
}
