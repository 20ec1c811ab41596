//! Errors in the words of Go, with the place and what was nil.

use super::{At, State};
use crate::template::ast::{Operand, OperandKind};
use crate::template::error::{ExecError, Place};
use crate::template::function::Fault;
use crate::template::quote::quote;
use crate::template::set::Home;

/// How long a message may be: each call that fails adds to it.
const MESSAGE_MAX: usize = 16 << 20;

impl State<'_, '_> {
    #[cold]
    pub(super) fn fail(&mut self, reason: String) -> Box<ExecError> {
        let source = &self.template.source;
        let name = quote(self.template.name.as_bytes());
        let Some(at) = self.at else {
            let message = format!("template: {}: {reason}", self.template.name);
            return Box::new(ExecError {
                template: self.template.name.to_string(),
                ..ExecError::new(message, reason)
            });
        };
        let (go, start, end) = at.range(&source.tree);
        let node = at.print(source);
        let location = source.location(go);
        let message = format!("template: {location}: executing {name} at <{node}>: {reason}");
        Box::new(ExecError {
            template: self.template.name.to_string(),
            location,
            node,
            place: Some(Place { home: self.home, start, end }),
            ..ExecError::new(message, reason)
        })
    }

    #[cold]
    pub(super) fn bound(&mut self, reason: &str) -> Box<ExecError> {
        Box::new(ExecError { is_bound: true, ..*self.fail(reason.into()) })
    }

    /// A bound that was met in no file, as what `tpl` is given lies in none, is told
    /// where a file led there.
    #[cold]
    pub(super) fn placed(&mut self, error: Box<ExecError>) -> Box<ExecError> {
        let is_in_file = |home| matches!(home, Home::File(..));
        let is_placed = error.place.as_ref().is_some_and(|it| is_in_file(it.home));
        if is_placed || !is_in_file(self.home) { error } else { self.bound(&error.reason) }
    }

    /// An error about the `index`th field of a chain: what stands before it was
    /// nil.
    #[cold]
    pub(super) fn fail_nil(&mut self, operand: &Operand, index: usize, reason: String) -> Box<ExecError> {
        let source = &self.template.source;
        let mut nil = match &operand.kind {
            OperandKind::Chain(node) => At::Operand(source.tree.operand(*node)).print(source),
            OperandKind::Variable(_) => {
                let text = At::Operand(operand).print(source);
                text.split('.').next().unwrap_or_default().to_owned()
            }
            _ => String::new(),
        };
        for name in operand.names(source).split('.').take(index) {
            nil.push('.');
            nil.push_str(name);
        }
        let mut error = self.fail(reason);
        error.nil = Some(nil);
        error
    }

    #[cold]
    pub(super) fn fault(&mut self, name: &str, fault: Fault) -> Box<ExecError> {
        let cause = self.engine.pending.take();
        let (text, mut cause) = match (fault, cause) {
            // Nothing is gained from a long chain of calls that never ended.
            (_, Some(cause)) if cause.is_bound => return self.placed(cause),
            (Fault::Bound(reason), _) => return self.bound(&reason),
            (Fault::Error(text) | Fault::Nested(text), None) => {
                let mut error = self.fail(format!("error calling {name}: {text}"));
                error.lengths.push(text.len());
                return error;
            }
            (Fault::Error(text) | Fault::Nested(text), Some(cause)) => (text, cause),
        };
        if text.len() > MESSAGE_MAX {
            return self.bound("the message of an error is too large");
        }
        let mut error = self.fail(format!("error calling {name}: {text}"));
        error.reason = format!("error calling {name}");
        error.lengths = std::mem::take(&mut cause.lengths);
        if !cause.message.is_empty() {
            error.lengths.push(cause.message.len());
        }
        error.lengths.push(text.len());
        cause.message.clear();
        error.cause = Some(cause);
        error
    }

    /// The words of a method's own checks of its arguments are the engine's.
    #[cold]
    pub(super) fn method_fault(&mut self, name: &str, fault: Fault) -> Box<ExecError> {
        match fault {
            Fault::Error(text)
                if text.starts_with("wrong number of args for")
                    || text.starts_with("wrong type for value")
                    || text.starts_with("invalid value; expected") =>
            {
                self.fail(text)
            }
            fault => self.fault(name, fault),
        }
    }
}
