//! Text, actions, conditions, loops and templates.

use std::rc::Rc;

use super::{At, Exec, Flow, Reflect, State, execute};
use crate::template::ast::{Branch, Invocation, List as Nodes, Node};
use crate::template::error::ExecError;
use crate::template::print;
use crate::template::quote::quote;
use crate::template::set::Go;
use crate::template::trace::{Frame, FrameKind, OriginId, Piece};
use crate::template::value::{Data, Element, IntKind, Value};

impl<'t> State<'_, 't> {
    pub(super) fn list(&mut self, dot: &Reflect, list: Nodes) -> Exec<Flow> {
        self.deeper()?;
        for node in self.tree().nodes(list) {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                self.engine.depth -= 1;
                return Ok(flow);
            }
        }
        self.engine.depth -= 1;
        Ok(Flow::Next)
    }

    pub(super) fn node(&mut self, dot: &Reflect, node: &'t Node) -> Exec<Flow> {
        self.step(1)?;
        self.at = Some(At::Node(node));
        match node {
            Node::Text { start, end, literal } => {
                let number = self.template.source.first.texts + *literal;
                let origin = self.literal_origin(|it| &mut it.text_origins, number, (*start, *end));
                let text = &self.template.source.text.as_bytes()[*start as usize..*end as usize];
                self.write(text, origin)?;
            }
            Node::Action(pipe) => {
                if let Some(text) = self.lone_text(pipe) {
                    self.step(1)?;
                    self.write(text.as_bytes(), OriginId::NONE)?;
                    return Ok(Flow::Next);
                }
                let value = self.pipeline(dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at = Some(At::Node(node));
                    let frame = self.frame;
                    self.frame = self.frame_at(FrameKind::Action, At::Node(node), OriginId::NONE);
                    let printed = self.print(&value.value);
                    self.frame = frame;
                    printed?;
                }
            }
            Node::If(branch) => return self.if_or_with(dot, self.tree().branch(*branch), FrameKind::If),
            Node::With(branch) => {
                return self.if_or_with(dot, self.tree().branch(*branch), FrameKind::With);
            }
            Node::Range(branch) => self.range(dot, self.tree().branch(*branch))?,
            Node::Template(invocation) => self.invoke(dot, self.tree().invocation(*invocation))?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    pub(super) fn if_or_with(&mut self, dot: &Reflect, branch: &'t Branch, kind: FrameKind) -> Exec<Flow> {
        let mark = self.engine.variables.len();
        let value = self.pipeline(dot, &branch.pipe)?;
        let frame = self.frame;
        let known = self.engine.pieces.len();
        self.open(kind, branch, value.value.origin);
        let flow = match (branch.other, value.value.is_true()) {
            (_, true) if kind == FrameKind::With => self.list(&value, branch.list)?,
            (_, true) => self.list(dot, branch.list)?,
            (Some(other), false) => self.list(dot, other)?,
            (None, false) => Flow::Next,
        };
        self.leave_mark(known);
        self.frame = frame;
        self.engine.variables.truncate(mark);
        Ok(flow)
    }

    /// Says where a branch wrote nothing, and might have.
    fn leave_mark(&mut self, known: usize) {
        if self.engine.trace.is_on() && self.engine.pieces.len() == known {
            self.engine.pieces.push(Piece { length: 0, origin: OriginId::NONE, frame: self.frame });
        }
    }

    /// Opens the frame of a branch.
    pub(super) fn open(&mut self, kind: FrameKind, branch: &Branch, input: OriginId) {
        if self.engine.trace.is_on() {
            let action = self.place_origin(branch.pipe.at, branch.pipe.end);
            self.frame = self.engine.trace.frame(Frame { parent: self.frame, kind, action, input });
        }
    }

    pub(super) fn range(&mut self, dot: &Reflect, branch: &'t Branch) -> Exec<()> {
        let mark = self.engine.variables.len();
        let over = self.pipeline(dot, &branch.pipe)?.value;
        let body = self.engine.variables.len();
        let frame = self.frame;
        self.open(FrameKind::Range, branch, over.origin);
        let known = self.engine.pieces.len();
        let has_run = self.iterate(branch, body, &over)?;
        if let (false, Some(other)) = (has_run, branch.other) {
            // Go leaves a loop on `break` here too: of this one, not of an outer.
            self.list(dot, other)?;
        }
        self.leave_mark(known);
        self.frame = frame;
        self.engine.variables.truncate(mark);
        Ok(())
    }

    /// Runs the body for each item; whether there was any.
    pub(super) fn iterate(&mut self, branch: &'t Branch, body: usize, over: &Value) -> Exec<bool> {
        match &over.data {
            Data::Int(count, kind) if self.set.functions.go > Go::V1_18 => {
                if self.tree().declared(&branch.pipe).len() > 1 {
                    let count = print::show_lossy(over);
                    return Err(
                        self.fail(format!("can't use {count} to iterate over more than one variable"))
                    );
                }
                let count =
                    if kind.is_unsigned() { count.cast_unsigned() } else { (*count).max(0).cast_unsigned() };
                for number in 0..count {
                    let item = Value::new(Data::Int(number.cast_signed(), *kind)).with_origin(over.origin);
                    if !self.iteration(branch, body, Value::NIL, &item.into())? {
                        break;
                    }
                }
                Ok(count > 0)
            }
            Data::List(list) => {
                let is_boxed = list.element == Element::Any;
                self.items(branch, body, list.items.iter().cloned(), is_boxed)?;
                Ok(!list.items.is_empty())
            }
            Data::Bytes(bytes) => {
                let items = bytes.iter().map(|it| Value::new(Data::Int((*it).into(), IntKind::Uint8)));
                self.items(branch, body, items, false)?;
                Ok(!bytes.is_empty())
            }
            Data::Map(map) => {
                let is_boxed = map.element == Element::Any;
                let entries: Vec<_> = map.entries().iter().map(|it| (it.0.clone(), it.1.clone())).collect();
                self.entries(branch, body, &entries, is_boxed)?;
                Ok(!entries.is_empty())
            }
            Data::Nil => Ok(false),
            Data::Object(object) => {
                if let Some(entries) = object.entries() {
                    self.entries(branch, body, &entries, false)?;
                    return Ok(!entries.is_empty());
                }
                if let Some(items) = object.items() {
                    let has_items = !items.is_empty();
                    self.items(branch, body, items.into_iter(), false)?;
                    return Ok(has_items);
                }
                Err(self.cannot_iterate(over))
            }
            _ => Err(self.cannot_iterate(over)),
        }
    }

    pub(super) fn cannot_iterate(&mut self, over: &Value) -> Box<ExecError> {
        self.fail(format!("range can't iterate over {}", print::show_lossy(over)))
    }

    pub(super) fn items(
        &mut self,
        branch: &'t Branch,
        body: usize,
        items: impl Iterator<Item = Value>,
        is_boxed: bool,
    ) -> Exec<()> {
        for (index, value) in (0..).zip(items) {
            self.engine.reads.mark(value.origin);
            if !self.iteration(branch, body, Value::int(index), &Reflect { value, is_boxed })? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn entries(
        &mut self,
        branch: &'t Branch,
        body: usize,
        entries: &[(Rc<str>, Value)],
        is_boxed: bool,
    ) -> Exec<()> {
        for (key, value) in entries {
            self.engine.reads.mark(value.origin);
            let key = Value::new(Data::Str(Rc::clone(key))).with_origin(value.key_origin());
            let value = Reflect { value: value.clone(), is_boxed };
            if !self.iteration(branch, body, key, &value)? {
                break;
            }
        }
        Ok(())
    }

    /// One turn of a loop; whether there may be another.
    pub(super) fn iteration(
        &mut self,
        branch: &'t Branch,
        body: usize,
        index: Value,
        item: &Reflect,
    ) -> Exec<bool> {
        self.step(1)?;
        match self.tree().declared(&branch.pipe) {
            [] => {}
            [only] => self.set_range_variable(branch, only.variable, body - 1, item.clone())?,
            [first, second, ..] => {
                self.set_range_variable(branch, first.variable, body - 2, index.into())?;
                self.set_range_variable(branch, second.variable, body - 1, item.clone())?;
            }
        }
        let flow = self.list(item, branch.list)?;
        self.engine.variables.truncate(body);
        Ok(flow != Flow::Break)
    }

    pub(super) fn set_range_variable(
        &mut self,
        branch: &'t Branch,
        variable: u32,
        slot: usize,
        value: Reflect,
    ) -> Exec<()> {
        if branch.pipe.is_assign {
            return self.assign(branch, variable, value);
        }
        self.engine.variables[slot].1 = value;
        Ok(())
    }

    pub(super) fn assign(&mut self, branch: &'t Branch, variable: u32, value: Reflect) -> Exec<()> {
        let Some(slot) = self.variable(variable) else {
            let declared = self.tree().declared(&branch.pipe).iter().find(|it| it.variable == variable);
            let name = declared.map(|it| it.name(&self.template.source)).unwrap_or_default();
            return Err(self.fail(format!("undefined variable: {name}")));
        };
        self.engine.variables[slot].1 = self.decided(value);
        Ok(())
    }

    /// A value that is kept only because the branches around were taken.
    pub(super) fn decided(&mut self, mut value: Reflect) -> Reflect {
        if self.engine.trace.is_on() {
            let by = self.engine.trace.deciders(self.frame);
            value.value.origin = self.engine.trace.chosen(value.value.origin, by);
        }
        value
    }

    pub(super) fn invoke(&mut self, dot: &Reflect, invocation: &'t Invocation) -> Exec<()> {
        let Some(entry) = self.set.find(&invocation.name) else {
            let name = quote(invocation.name.as_bytes());
            return Err(self.fail(format!("template {name} not defined")));
        };
        let context = match &invocation.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?.value,
            None => Value::NIL,
        };
        self.deeper()?;
        let frame = self.frame_at(FrameKind::Template, At::Invocation(invocation), context.origin);
        let executed = execute(self.engine, self.set, &entry.template, entry.home, frame, context);
        self.engine.depth -= 1;
        executed.map_err(|error| {
            if !error.is_bound {
                return error;
            }
            self.at = Some(At::Invocation(invocation));
            self.placed(error)
        })
    }
}
