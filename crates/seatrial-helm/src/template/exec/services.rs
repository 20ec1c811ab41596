//! What functions may ask of the engine: `include`, `tpl`, and the rest.

use std::sync::Arc;

use super::{NO_VALUE, State, TOO_MANY_STEPS, execute};
use crate::template::ast::Template;
use crate::template::error::ExecError;
use crate::template::function::{Call, Fault};
use crate::template::quote::quote;
use crate::template::set::{Home, Set};
use crate::template::trace::{FrameId, FrameKind, OriginId, Piece, Trace};
use crate::template::value::{Map, Value};

impl Call for State<'_, '_> {
    fn include(&mut self, name: &str, context: Value) -> Result<Value, Fault> {
        if self.engine.included.get(name).is_some_and(|it| *it > MAX_INCLUDES) {
            return Err(Fault::Error(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        let Some(entry) = self.set.find(name) else {
            return Err(self.nest(Box::new(ExecError::missing(name))));
        };
        let known = Arc::clone(&entry.template.name);
        *self.engine.included.entry(known).or_default() += 1;
        let result =
            self.render(&entry.template, self.set, entry.home, FrameKind::Include, context.origin, context);
        if let Some(count) = self.engine.included.get_mut(name) {
            *count -= 1;
        }
        result
    }

    fn tpl(&mut self, text: &Value, context: Value) -> Result<Value, Fault> {
        let Some(template) = text.as_str() else {
            let lossy = String::from_utf8_lossy(text.as_str_bytes().unwrap_or_default()).into_owned();
            return self.tpl(&Value::from(lossy).with_origin(text.origin), context);
        };
        self.engine.reads.mark(text.origin);
        if !template.contains("{{") {
            return Ok(self.without_no_value(text.clone()));
        }
        let home = Home::Text(text.origin);
        let parsed = match self.engine.parse_text(text, template, home, &self.set.functions) {
            Ok(parsed) => parsed,
            Err(error) => {
                let message = format!("cannot parse template {}: {error}", quote(template.as_bytes()));
                let cause = ExecError {
                    place: Some(error.place),
                    ..ExecError::new(error.message.clone(), error.message)
                };
                self.engine.pending = Some(Box::new(cause));
                return Err(Fault::Nested(message));
            }
        };
        let set = Set::child(self.set, &parsed, home);
        let own = &parsed.templates[0];
        match self.render(own, &set, home, FrameKind::Tpl, text.origin, context) {
            Ok(value) => Ok(self.without_no_value(value)),
            Err(Fault::Nested(message)) => {
                let text = quote(template.as_bytes());
                Err(Fault::Nested(format!("error during tpl function execution for {text}: {message}")))
            }
            Err(fault) => Err(fault),
        }
    }

    fn trace(&mut self) -> &mut Trace {
        &mut self.engine.trace
    }

    fn random(&mut self, bytes: &mut [u8]) {
        match self.engine.options.entropy {
            Some(entropy) => entropy(bytes),
            None => self.engine.random.fill(bytes),
        }
    }

    fn is_seeded(&self) -> bool {
        self.engine.options.entropy.is_none()
    }

    fn now(&self) -> (i64, u32) {
        self.engine.options.now
    }

    fn lookup(&mut self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, Fault> {
        Ok(match self.engine.options.lookup.clone() {
            Some(lookup) => lookup.lookup(api_version, kind, namespace, name),
            None => Value::from(Map::new()),
        })
    }

    fn read_whole(&mut self, value: &Value) {
        self.engine.reads.mark_whole(value);
    }

    fn spend(&mut self, amount: u64) -> Result<(), Fault> {
        if self.engine.spend(amount) {
            return Ok(());
        }
        Err(Fault::Bound(TOO_MANY_STEPS.into()))
    }
}

/// How often a template may be including itself.
const MAX_INCLUDES: u32 = 1000;

impl State<'_, '_> {
    /// Renders a template into a text of its own.
    fn render(
        &mut self,
        template: &Template,
        set: &Arc<Set>,
        home: Home,
        kind: FrameKind,
        input: OriginId,
        context: Value,
    ) -> Result<Value, Fault> {
        if self.deeper().is_err() {
            return Err(Fault::Bound("templates are nested too deep".into()));
        }
        let frame = match self.at {
            Some(at) => self.frame_at(kind, at, input),
            None => FrameId::ROOT,
        };
        let (start, first) = (self.engine.text.len(), self.engine.pieces.len());
        let executed = execute(self.engine, set, template, home, frame, context);
        self.engine.depth -= 1;
        let text = self.engine.take_text(start);
        let pieces: Vec<Piece> = self.engine.pieces.drain(first..).collect();
        if let Err(error) = executed {
            return Err(self.nest(error));
        }
        self.spend(length_of(&text) / 8)?;
        let origin = self.engine.trace.pieces(pieces);
        Ok(text.with_origin(origin))
    }

    /// Keeps an error until the function that met it hands it on.
    fn nest(&mut self, error: Box<ExecError>) -> Fault {
        let message = error.message.clone();
        self.engine.pending = Some(error);
        Fault::Nested(message)
    }

    fn without_no_value(&mut self, value: Value) -> Value {
        let Some(bytes) = value.as_str_bytes() else { return value };
        if memchr::memmem::find(bytes, NO_VALUE).is_none() {
            return value;
        }
        let mut kept = Vec::with_capacity(bytes.len());
        let mut pieces = Vec::new();
        let mut at = 0;
        for found in memchr::memmem::find_iter(bytes, NO_VALUE).chain([bytes.len()]) {
            kept.extend_from_slice(&bytes[at..found]);
            if self.engine.trace.is_on() && found > at {
                let origin = self.engine.trace.slice(value.origin, at as u32, found as u32);
                pieces.push(Piece { length: (found - at) as u32, origin, frame: FrameId::ROOT });
            }
            at = found + NO_VALUE.len();
        }
        let origin = self.engine.trace.pieces(pieces);
        Value::bytes_as_str(kept).with_origin(origin)
    }
}

fn length_of(value: &Value) -> u64 {
    value.as_str_bytes().map_or(0, <[u8]>::len) as u64
}
