//! From an operation to edits, and to what is meant to differ.

use super::children::Children;
use super::content::Content;
use super::ground::{Ground, Mark, Slot};
use super::proof::Difference;
use super::replace::replace;
use super::scalar::{self, Surroundings};
use super::style::{BlockLayout, quotes};
use super::target::Target;
use super::write_block::{BlockWriter, Written};
use super::write_flow::FlowLayout;
use super::{Edit, Edits, Manner, Operation, Refusal, change_block, change_flow};
use crate::entries::is_merge_key;
use crate::{Dialect, Node, PathStep, Style};

/// Edits that are not proven yet.
pub(super) struct Plan {
    pub(super) edits: Vec<Edit>,
    pub(super) difference: Difference,
    /// Whether the manner made a difference.
    pub(super) is_apt: bool,
}

type Planned = Result<Option<Plan>, Refusal>;

/// None where the text says already what it should.
pub(super) fn of(root: Node<'_>, operation: &Operation, manner: Manner) -> Planned {
    let (Operation::Set { path, .. }
    | Operation::Insert { path, .. }
    | Operation::Remove { path }
    | Operation::Rename { path, .. }) = operation;
    let target = Target::find(root, path)?;
    let planner = Planner { ground: Ground::of(root.stream()), target, manner };
    match operation {
        Operation::Set { content, .. } => planner.set(check(content)?),
        Operation::Insert { content, path } => planner.insert(path.last(), check(content)?),
        Operation::Remove { .. } => planner.remove(),
        Operation::Rename { path, name } => planner.rename(path.last(), name),
    }
}

fn check(content: &Content) -> Result<&Content, Refusal> {
    if content.is_too_deep() {
        return Err(Refusal::new("the new value is nested too deep"));
    }
    if content.repeats_key() {
        return Err(Refusal::new("the new value has a key twice"));
    }
    Ok(content)
}

struct Planner<'a> {
    ground: Ground<'a>,
    target: Target<'a>,
    manner: Manner,
}

impl<'a> Planner<'a> {
    fn edits(&self) -> Edits {
        Edits { file: self.target.node().stream().file(), list: Vec::new() }
    }

    fn children(&self, node: Node<'a>) -> Children<'a> {
        Children::new(self.ground, node)
    }

    fn plan(&self, edits: Edits, difference: Difference) -> Plan {
        let mut edits = edits.finish();
        let is_apt = match (self.manner, edits.last_mut()) {
            (Manner::Usual, _) | (_, None) => true,
            (Manner::Closed, Some(last)) => close(self.ground, last),
            (Manner::OneLine, _) => difference.content().is_some_and(Content::has_lines),
        };
        Plan { edits: joined(edits), difference, is_apt }
    }

    fn set(&self, content: &Content) -> Planned {
        if !self.target.missing.is_empty() {
            return Err(Refusal::new("the field is not written"));
        }
        let node = self.target.node();
        if content.is_held_by(node) {
            return Ok(None);
        }
        self.target.refuse_shared(true)?;
        self.target.refuse_needed_anchors()?;
        let mut edits = self.edits();
        let is_in_flow = match self.target.parent() {
            Some((parent, _)) => parent.style() == Style::Flow,
            None => node.stream().dialect() == Dialect::Json,
        };
        if is_in_flow {
            self.set_in_flow(&mut edits, content);
        } else {
            let slot = self.target.slot(self.ground).ok_or_else(|| Refusal::new("the key has no `:`"))?;
            drop_tag(&mut edits, self.ground, &slot, node, content);
            replace(&mut edits, self.ground, &slot, node, &self.written(content, &slot));
        }
        let difference = Difference::Value { node: node.written_id(), content: content.clone() };
        Ok(Some(self.plan(edits, difference)))
    }

    fn set_in_flow(&self, edits: &mut Edits, content: &Content) {
        let node = self.target.node();
        let range = node.written_span().range();
        let mut layout = FlowLayout::near(self.ground, &self.target.chain, range.start);
        let is_one_line = self.ground.line_end(range.start) >= range.end;
        if is_one_line && node.style() == Style::Flow && !node.is_empty() && !node.is_alias() {
            layout = layout.on_one_line();
        }
        let text = layout.value(content, style_of(node), self.ground.indentation(range.start));
        match self.target.slot(self.ground) {
            None => edits.insert(range.start, format!(": {text}")),
            Some(slot) => {
                drop_tag(edits, self.ground, &slot, node, content);
                if range.is_empty() {
                    edits.insert(slot.at, format!(" {text}"));
                } else {
                    edits.replace(range, text);
                }
            }
        }
    }

    /// A value for a slot of a block.
    fn written(&self, content: &Content, slot: &Slot) -> Written {
        let node = self.target.node();
        let keeps_flow = node.style() == Style::Flow && !node.is_empty() && !node.is_alias();
        if keeps_flow && content.is_collection() {
            let start = node.span().range().start;
            let layout = FlowLayout::near(self.ground, &self.target.chain, start);
            let head = layout.value(content, Style::Plain, self.ground.indentation(start));
            return Written { head, tail: String::new() };
        }
        let column = match self.target.parent() {
            Some((parent, _)) => self.ground.column(parent.span().range().start),
            None if slot.mark == Mark::Document => self.ground.column(slot.at),
            None => 0,
        };
        let mut writer = self.writer(slot.at, style_of(node));
        writer.layout.text_step = text_step(self.ground, node, column);
        if slot.mark == Mark::Dash {
            // The value begins where the old one did, or one blank behind the dash.
            let start = node.written_span().range().start;
            let is_there = start > slot.at && !self.ground.text[slot.at..start].contains(['\n', '\r']);
            writer.layout.item_step = if is_there { self.ground.column(start) - column } else { 2 };
        }
        writer.value(content, slot.mark, column)
    }

    fn writer(&self, at: usize, wanted: Style) -> BlockWriter<'a> {
        let layout = BlockLayout::near(self.ground, &self.target.chain);
        BlockWriter {
            layout,
            newline: self.ground.newline(at),
            wanted,
            lines: self.manner != Manner::OneLine,
        }
    }

    fn insert(&self, last: Option<&PathStep>, content: &Content) -> Planned {
        let node = self.target.node();
        let Some((step, below)) = self.target.missing.split_first() else {
            return match (last, self.target.parent()) {
                (Some(PathStep::Index(_)), Some((list, index))) => {
                    let above = Planner { target: self.target.up(), ..*self };
                    above.insert_child(list, index, None, content.clone())
                }
                _ if node.is_null() && !node.is_alias() => self.set(content),
                _ if content.is_held_by(node) => Ok(None),
                _ => Err(Refusal::new("the field is there already")),
            };
        };
        if node.is_alias() {
            return Err(Refusal::new("the value is shared through an alias"));
        }
        let content = wrapped(content.clone(), below)?;
        match step {
            PathStep::Key(name) if node.is_mapping() => {
                self.insert_child(node, node.len(), Some(name), content)
            }
            PathStep::Index(index) if node.is_sequence() && *index as usize == node.len() => {
                self.insert_child(node, node.len(), None, content)
            }
            PathStep::Index(_) if node.is_sequence() => Err(Refusal::new("the list has no such place")),
            step if node.is_null() => {
                let content = wrapped(content, std::slice::from_ref(step))?;
                let above = Target { missing: &[], ..self.target.clone() };
                Planner { target: above, ..*self }.set(&content)
            }
            _ => Err(Refusal::new("the field above holds another kind of value")),
        }
    }

    /// Adds a child to the target, which is a collection.
    fn insert_child(&self, node: Node<'a>, index: usize, name: Option<&str>, content: Content) -> Planned {
        self.target.refuse_shared(true)?;
        let mut edits = self.edits();
        let children = self.children(node);
        let start = children.range().start;
        let wanted = quotes(children);
        if children.in_flow() {
            if !children.has_brackets() {
                return Err(Refusal::new("a pair without braces takes no other"));
            }
            let layout = FlowLayout::near(self.ground, &self.target.chain, start);
            change_flow::insert(&mut edits, children, &layout, index, &|layout, indentation| match name {
                Some(name) => layout.entry(name, &content, wanted, indentation),
                None => layout.value(&content, wanted, indentation),
            });
        } else {
            let (column, writer) = (self.ground.column(start), self.writer(start, wanted));
            let written = match name {
                Some(name) => writer.entry(name, &content, column),
                None => writer.item(&content, column),
            };
            let outer = self.target.outer_column(self.ground);
            change_block::insert(&mut edits, children, outer, index, &written);
        }
        let id = node.id();
        let difference = match name {
            Some(name) => Difference::Entry { mapping: id, index, name: name.to_owned(), content },
            None => Difference::Item { list: id, index, content },
        };
        Ok(Some(self.plan(edits, difference)))
    }

    fn remove(&self) -> Planned {
        if !self.target.missing.is_empty() {
            return Ok(None);
        }
        let Some((parent, index)) = self.target.parent() else {
            return Err(Refusal::new("a whole document is not taken away"));
        };
        self.target.refuse_shared(false)?;
        self.target.refuse_needed_anchors()?;
        refuse_repeated(parent, index)?;
        let mut edits = self.edits();
        let children = self.children(parent);
        if children.in_flow() {
            if !children.has_brackets() {
                return Err(Refusal::new("a pair without braces takes no other"));
            }
            change_flow::remove(&mut edits, children, index);
        } else if children.len() > 1 {
            change_block::remove(&mut edits, children, index);
        } else {
            let slot =
                self.target.up().slot(self.ground).ok_or_else(|| Refusal::new("the key has no `:`"))?;
            let head = if parent.is_mapping() { "{}" } else { "[]" };
            let written = Written { head: head.to_owned(), tail: String::new() };
            replace(&mut edits, self.ground, &slot, parent, &written);
        }
        let difference = Difference::Without { collection: parent.id(), index };
        Ok(Some(self.plan(edits, difference)))
    }

    fn rename(&self, last: Option<&PathStep>, name: &str) -> Planned {
        let node = self.target.node();
        if !self.target.missing.is_empty() {
            let is_done =
                self.target.missing.len() == 1 && node.entry(name).is_some_and(|entry| !entry.merged);
            return if is_done { Ok(None) } else { Err(Refusal::new("the entry is not written")) };
        }
        let (Some((mapping, index)), Some(PathStep::Key(_))) = (self.target.parent(), last) else {
            return Err(Refusal::new("only entries of mappings have a name"));
        };
        let Some(entry) = mapping.written_entry(index) else {
            return Err(Refusal::new("only entries of mappings have a name"));
        };
        if entry.key.as_str() == Some(name) {
            return Ok(None);
        }
        if entry.key.is_alias() {
            return Err(Refusal::new("the value is shared through an alias"));
        }
        if mapping.entry(name).is_some_and(|other| other.key.written_id() != entry.key.written_id()) {
            return Err(Refusal::new("the mapping has that key already"));
        }
        self.target.refuse_shared(false)?;
        refuse_repeated(mapping, index)?;
        let mut edits = self.edits();
        let around = match mapping.style() {
            _ if mapping.stream().dialect() == Dialect::Json => Surroundings::Json,
            Style::Flow => Surroundings::Flow,
            _ => Surroundings::Block,
        };
        edits.replace(entry.key.span().range(), scalar::string(name, entry.key.style(), around));
        let difference = Difference::Key { mapping: mapping.id(), index, name: name.to_owned() };
        Ok(Some(self.plan(edits, difference)))
    }
}

/// Refuses where another entry of the same name would come to light.
fn refuse_repeated(mapping: Node<'_>, index: usize) -> Result<(), Refusal> {
    let Some(entry) = mapping.written_entry(index) else { return Ok(()) };
    let name = entry.name();
    let times = mapping.written_entries().filter(|other| other.name() == name).count();
    if times > 1 {
        return Err(Refusal::new("the key stands there more than once"));
    }
    let merges = mapping.written_entries().filter(|other| is_merge_key(other.key)).map(|it| it.value);
    let mut sources = merges.flat_map(|value| std::iter::once(value).chain(value.items()));
    if sources.any(|source| source.entry(&name).is_some()) {
        return Err(Refusal::new("another mapping gives the field too, through `<<`"));
    }
    Ok(())
}

/// Edits that touch as one: whoever carries them out in another order than
/// that of the text gets the same.
fn joined(edits: Vec<Edit>) -> Vec<Edit> {
    let mut apart: Vec<Edit> = Vec::new();
    for edit in edits {
        match apart.last_mut() {
            Some(last) if last.span.end == edit.span.start => {
                last.span.end = edit.span.end;
                last.text.push_str(&edit.text);
            }
            _ => apart.push(edit),
        }
    }
    apart
}

/// Lets an edit at the end of a text leave a line break there, if there is none.
fn close(ground: Ground<'_>, last: &mut Edit) -> bool {
    let range = last.span.range();
    let is_open = !ground.text.ends_with(['\n', '\r']);
    if !is_open || range.end < ground.text.len() {
        return false;
    }
    let newline = ground.newline(range.start);
    if last.text.is_empty() {
        last.span.start += ground.break_at(range.start).len() as u32;
    } else {
        last.text.push_str(newline);
    }
    true
}

/// A value with the collections around it that are absent.
fn wrapped(content: Content, steps: &[PathStep]) -> Result<Content, Refusal> {
    steps.iter().rev().try_fold(content, |content, step| match step {
        PathStep::Key(name) => Ok(Content::Map(vec![(name.to_string(), content)])),
        PathStep::Index(0) => Ok(Content::List(vec![content])),
        PathStep::Index(_) => Err(Refusal::new("the list has no such place")),
    })
}

/// The style that a new value should have.
fn style_of(node: Node<'_>) -> Style {
    if node.is_alias() { Style::Plain } else { node.style() }
}

/// A tag that does not fit the new value goes.
fn drop_tag(edits: &mut Edits, ground: Ground<'_>, slot: &Slot, old: Node<'_>, content: &Content) {
    let Some(tag) = slot.tag.clone() else { return };
    let says = &ground.text[tag.clone()];
    let fits = match content {
        Content::Text(_) => says == "!!str" || !says.starts_with("!!"),
        Content::Map(_) => old.is_mapping(),
        Content::List(_) => old.is_sequence(),
        _ => false,
    };
    if !fits {
        edits.replace(ground.trim_blanks(ground.line_start(tag.start), tag.start)..tag.end, String::new());
    }
}

/// By how much the lines of a block scalar are indented.
fn text_step(ground: Ground<'_>, node: Node<'_>, column: usize) -> Option<usize> {
    if node.is_alias() || !matches!(node.style(), Style::Literal | Style::Folded) {
        return None;
    }
    let range = node.span().range();
    let lines = ground.text[range.clone()].split_inclusive(['\n', '\r']).skip(1);
    let first = lines.map(str::trim_end).find(|line| !line.is_empty())?;
    let width = first.len() - first.trim_start_matches(' ').len();
    let has_indicator =
        ground.text[range.start..ground.line_end(range.start)].contains(|it: char| it.is_ascii_digit());
    width.checked_sub(column).filter(|step| *step > 0 && !has_indicator)
}
