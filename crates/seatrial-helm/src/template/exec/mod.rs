//! Walks a parsed template as Go's `text/template` does: in its order, with its
//! types and its words for what goes wrong.

mod calls;
mod failure;
mod nodes;
mod operands;
mod output;
mod services;

use std::sync::Arc;

use crate::template::ast::{Command, Invocation, Literal, Node, Operand, Pipe, Source, Template, Tree};
use crate::template::engine::Engine;
use crate::template::error::ExecError;
use crate::template::set::{Home, Set};
use crate::template::trace::{Frame, FrameId, FrameKind, OriginId};
use crate::template::value::Value;

/// A `reflect.Value`: Go tells a nil inside an interface, as a map's entry is,
/// from no value at all, and names the type `interface {}` for the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Reflect {
    pub(super) value: Value,
    /// Whether it stands in an `interface {}`.
    is_boxed: bool,
}

impl Reflect {
    /// Whether it is no value at all.
    fn is_invalid(&self) -> bool {
        self.value.is_nil() && !self.is_boxed
    }

    fn type_name(&self) -> &str {
        if self.is_boxed { "interface {}" } else { self.value.type_name() }
    }

    fn unboxed(self) -> Self {
        Self { is_boxed: false, ..self }
    }
}

impl From<Value> for Reflect {
    fn from(value: Value) -> Self {
        Self { value, is_boxed: false }
    }
}

/// The node that errors name: the last one that evaluation came to.
#[derive(Clone, Copy)]
enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
    Invocation(&'t Invocation),
}

impl At<'_> {
    /// The place Go names, and the bytes in the text.
    fn range(self, tree: &Tree) -> (u32, u32, u32) {
        match self {
            Self::Node(Node::Text { start, end, .. }) => (*start, *start, *end),
            Self::Node(Node::Action(pipe)) | Self::Pipe(pipe) => (pipe.at, pipe.at, pipe.end),
            Self::Node(Node::If(branch) | Node::With(branch) | Node::Range(branch)) => {
                let pipe = &tree.branch(*branch).pipe;
                (pipe.at, pipe.at, pipe.end)
            }
            Self::Node(Node::Template(it)) => {
                let it = tree.invocation(*it);
                (it.at, it.at, it.end)
            }
            Self::Node(Node::Break | Node::Continue) => (0, 0, 0),
            Self::Command(command) => (command.at, command.at, command.end),
            Self::Operand(operand) => (operand.at, operand.start, operand.end),
            Self::Invocation(it) => (it.at, it.at, it.end),
        }
    }

    fn print(self, source: &Source) -> String {
        let mut out = String::new();
        match self {
            Self::Node(node) => node.print(source, &mut out),
            Self::Pipe(pipe) => pipe.print(source, &mut out),
            Self::Command(command) => command.print(source, &mut out),
            Self::Operand(operand) => operand.print(source, &mut out),
            Self::Invocation(it) => it.print(source, &mut out),
        }
        out
    }
}

/// Where evaluation goes on after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

pub(super) type Exec<T> = Result<T, Box<ExecError>>;

/// One invocation of one template.
pub(super) struct State<'e, 't> {
    engine: &'e mut Engine,
    set: &'t Arc<Set>,
    template: &'t Template,
    home: Home,
    at: Option<At<'t>>,
    /// Where this invocation's variables begin.
    base: usize,
    frame: FrameId,
}

/// Executes a template; its text lands at the end of the engine's.
pub(super) fn execute(
    engine: &mut Engine,
    set: &Arc<Set>,
    template: &Template,
    home: Home,
    frame: FrameId,
    context: Value,
) -> Exec<()> {
    let base = engine.variables.len();
    let depth = engine.depth;
    let dot = Reflect::from(context);
    engine.variables.push((0, dot.clone()));
    let mut state = State { engine, set, template, home, at: None, base, frame };
    let walked = state.list(&dot, template.root);
    engine.variables.truncate(base);
    engine.depth = depth;
    walked.map(|_| ())
}

impl<'t> State<'_, 't> {
    /// The nodes of the template's text.
    fn tree(&self) -> &'t Tree {
        &self.template.source.tree
    }

    fn deeper(&mut self) -> Exec<()> {
        self.engine.depth += 1;
        if self.engine.depth > self.engine.options.limits.depth {
            return Err(self.bound("templates are nested too deep"));
        }
        Ok(())
    }

    fn step(&mut self, amount: u64) -> Exec<()> {
        if self.engine.spend(amount) {
            return Ok(());
        }
        Err(self.bound(TOO_MANY_STEPS))
    }

    fn frame_at(&mut self, kind: FrameKind, at: At<'t>, input: OriginId) -> FrameId {
        if !self.engine.trace.is_on() {
            return FrameId::ROOT;
        }
        let (_, start, end) = at.range(self.tree());
        let action = self.place_origin(start, end);
        self.engine.trace.frame(Frame { parent: self.frame, kind, action, input })
    }

    fn place_origin(&mut self, start: u32, end: u32) -> OriginId {
        self.engine.place_origin(self.home, start, end)
    }

    /// The origin of text or of a string that stands in the template; it is
    /// kept in the list that `known` gives.
    fn literal_origin(
        &mut self,
        known: fn(&mut Engine) -> &mut Vec<OriginId>,
        literal: Literal,
        (start, end): (u32, u32),
    ) -> OriginId {
        if !self.engine.trace.is_on() {
            return OriginId::NONE;
        }
        if !matches!(self.home, Home::File(..)) {
            return self.place_origin(start, end);
        }
        let origin = *slot(known(self.engine), literal);
        if !origin.is_none() {
            return origin;
        }
        let origin = self.place_origin(start, end);
        *slot(known(self.engine), literal) = origin;
        origin
    }
}

/// What is kept of a literal.
fn slot<T: Clone + Default>(list: &mut Vec<T>, literal: Literal) -> &mut T {
    let index = literal as usize;
    if index >= list.len() {
        list.resize(index + 1, T::default());
    }
    &mut list[index]
}

/// What Go prints for a missing value.
pub(super) const NO_VALUE: &[u8] = b"<no value>";

const TOO_MANY_STEPS: &str = "rendering takes too many steps";
