//! The lines that a `range` writes for each of its items, and whether the item
//! has a part in them.

use std::collections::BTreeSet;

use super::ast::{Branch, List, Node, Operand, OperandKind, Pipe, Source, Template, Tree};
use super::error::Place;
use super::set::{Home, Set};

/// Functions whose answers differ from call to call.
const FRESH: [&str; 9] = [
    "uuidv4",
    "randAlphaNum",
    "randAlpha",
    "randAscii",
    "randNumeric",
    "randInt",
    "randBytes",
    "now",
    "shuffle",
];

/// What a `range` over fields writes each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The fields it ranges over, without the first dot or `$`.
    pub over: String,
    /// The lines of its list, those of conditions in it with them.
    pub lines: Vec<LoopLine>,
}

/// One line that is written for each item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopLine {
    /// Its text as it stands in the template, actions left out.
    pub text: String,
    /// Whether something in it depends on the item.
    pub depends_on_item: bool,
    /// Whether an action writes into it.
    pub has_action: bool,
    /// Where it stands.
    pub place: Place,
}

impl Set {
    /// The loops over fields of what a template was given, by place. Loops in
    /// loops belong to the outer one.
    pub fn loops(&self) -> Vec<Loop> {
        let mut found: Vec<Loop> = Vec::new();
        for (template, home) in self.templates() {
            collect(template.root, template, home, &mut found);
        }
        let place = |it: &Loop| it.lines.first().map(|it| (it.place.home.file(), it.place.start));
        found.sort_by_key(place);
        found
    }
}

fn collect(list: List, template: &Template, home: Home, found: &mut Vec<Loop>) {
    let tree = &template.source.tree;
    for node in tree.nodes(list) {
        let (Node::If(at) | Node::With(at) | Node::Range(at)) = node else { continue };
        let branch = tree.branch(*at);
        match (node, over(&branch.pipe, &template.source)) {
            (Node::Range(_), Some(over)) => {
                found.push(Loop { over, lines: Lines::of(branch, template, home) });
            }
            // What the dot is in there is another question.
            (Node::With(_) | Node::Range(_), _) => {}
            _ => collect(branch.list, template, home, found),
        }
        branch.other.iter().for_each(|it| collect(*it, template, home, found));
    }
}

/// The fields that a pipe is nothing but.
fn over(pipe: &Pipe, source: &Source) -> Option<String> {
    let [command] = source.tree.commands(pipe) else { return None };
    let [operand] = source.tree.args(command) else { return None };
    let is_field = matches!(operand.kind, OperandKind::Field | OperandKind::Variable(0));
    let names = operand.names(source);
    (is_field && !names.is_empty()).then(|| names.to_owned())
}

struct Lines<'a> {
    template: &'a Template,
    home: Home,
    /// Variables that may differ from item to item.
    own: BTreeSet<u32>,
    /// Whether everything that is met depends on the item.
    is_inner: bool,
    done: Vec<LoopLine>,
    open: Option<LoopLine>,
}

impl<'a> Lines<'a> {
    fn of(branch: &'a Branch, template: &'a Template, home: Home) -> Vec<LoopLine> {
        let own = BTreeSet::new();
        let mut this = Self { template, home, own, is_inner: false, done: Vec::new(), open: None };
        this.own_variables(&branch.pipe);
        this.list(branch.list);
        this.done.extend(this.open.take());
        this.done
    }

    fn tree(&self) -> &'a Tree {
        &self.template.source.tree
    }

    fn own_variables(&mut self, pipe: &Pipe) {
        self.own.extend(self.tree().declared(pipe).iter().map(|it| it.variable));
    }

    fn list(&mut self, list: List) {
        let tree = self.tree();
        for node in tree.nodes(list) {
            match node {
                Node::Text { start, end, .. } => self.text(*start, *end),
                Node::Action(pipe) => self.action(pipe),
                Node::Template(at) => {
                    let invocation = tree.invocation(*at);
                    let depends = invocation.pipe.as_ref().is_some_and(|pipe| self.depends(pipe));
                    self.written(invocation.at, invocation.end, depends);
                }
                Node::If(at) => self.branch(tree.branch(*at), false),
                Node::With(at) | Node::Range(at) => self.branch(tree.branch(*at), true),
                Node::Break | Node::Continue => {}
            }
        }
    }

    fn branch(&mut self, branch: &'a Branch, has_item: bool) {
        // What a condition on the item decides differs with it.
        let decides = self.depends(&branch.pipe);
        self.own_variables(&branch.pipe);
        let outer = self.is_inner;
        self.is_inner |= has_item || decides;
        self.list(branch.list);
        if let Some(other) = branch.other {
            self.is_inner = outer || decides;
            self.list(other);
        }
        self.is_inner = outer;
    }

    fn action(&mut self, pipe: &'a Pipe) {
        if self.tree().declared(pipe).is_empty() {
            self.written(pipe.at, pipe.end, self.depends(pipe));
        } else {
            self.own_variables(pipe);
        }
    }

    fn written(&mut self, start: u32, end: u32, depends: bool) {
        let line = self.line(start, end);
        line.has_action = true;
        line.depends_on_item |= depends;
    }

    fn text(&mut self, start: u32, end: u32) {
        let text = &self.template.source.text[start as usize..end as usize];
        let mut at = start;
        for part in text.split_inclusive('\n') {
            let is_inner = self.is_inner;
            let end = at + part.len() as u32;
            let line = self.line(at, end);
            line.text.push_str(part.trim_end_matches('\n'));
            line.depends_on_item |= is_inner && !part.trim().is_empty();
            at = end;
            if part.ends_with('\n') {
                self.done.extend(self.open.take());
            }
        }
    }

    /// The line that is being written, grown to the end of what is added.
    fn line(&mut self, start: u32, end: u32) -> &mut LoopLine {
        let place = Place { home: self.home, start, end };
        let new = || LoopLine { text: String::new(), depends_on_item: false, has_action: false, place };
        let line = self.open.get_or_insert_with(new);
        line.place.end = line.place.end.max(end);
        line
    }

    fn depends(&self, pipe: &'a Pipe) -> bool {
        let tree = self.tree();
        self.is_inner || tree.commands(pipe).iter().flat_map(|it| tree.args(it)).any(|it| self.operand(it))
    }

    fn operand(&self, operand: &'a Operand) -> bool {
        match operand.kind {
            OperandKind::Dot | OperandKind::Field => true,
            OperandKind::Variable(variable) => self.own.contains(&variable),
            OperandKind::Chain(inner) => self.operand(self.tree().operand(inner)),
            OperandKind::Pipe(pipe) => self.depends(self.tree().pipe(pipe)),
            OperandKind::Function(_) => FRESH.contains(&self.written_text(operand)),
            _ => false,
        }
    }

    fn written_text(&self, operand: &Operand) -> &'a str {
        &self.template.source.text[operand.start as usize..operand.end as usize]
    }
}
