//! What is written, with where it came from.

use super::{Exec, State};
use crate::template::print;
use crate::template::trace::{OriginId, Piece};
use crate::template::value::{Data, Value};

impl State<'_, '_> {
    /// Prints what an action gave.
    pub(super) fn print(&mut self, value: &Value) -> Exec<()> {
        match &value.data {
            Data::Str(text) => {
                self.engine.reads.mark(value.origin);
                self.write(text.as_bytes(), value.origin)
            }
            Data::Nil => self.write(b"<no value>", value.origin),
            // A field is printed where it lies: Go finds its pointer's methods.
            Data::Object(object) if object.show_in_place() != object.show() => {
                self.engine.reads.mark(value.origin);
                self.write(object.show_in_place().as_bytes(), value.origin)
            }
            _ => {
                self.engine.reads.mark_whole(value);
                let left = self.engine.room();
                let mut printer = print::Printer::new(left, self.engine.trace.is_on());
                let printed = printer.value(value);
                let (bytes, pieces) = printer.finish();
                // What is too large was made all the same.
                let paid = self.step(print::cost(std::slice::from_ref(value), bytes.len()));
                if printed.is_err() {
                    return Err(self.bound("printed text is too large or too deep"));
                }
                paid?;
                self.write_pieces(&bytes, pieces)
            }
        }
    }

    pub(super) fn write_pieces(&mut self, bytes: &[u8], pieces: Vec<(u32, OriginId)>) -> Exec<()> {
        if !self.engine.trace.is_on() {
            return self.write(bytes, OriginId::NONE);
        }
        let mut at = 0;
        for (length, origin) in pieces {
            let end = at + length as usize;
            self.write(&bytes[at..end], origin)?;
            at = end;
        }
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8], origin: OriginId) -> Exec<()> {
        if bytes.len() > self.engine.room() {
            return Err(self.bound("the text is too large"));
        }
        self.engine.text.extend_from_slice(bytes);
        if self.engine.trace.is_on() && !bytes.is_empty() {
            let piece = Piece { length: bytes.len() as u32, origin, frame: self.frame };
            self.engine.pieces.push(piece);
        }
        Ok(())
    }
}
