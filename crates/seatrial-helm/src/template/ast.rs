//! The parsed form of a template. Each node knows its bytes in the text, the
//! place that Go names in errors (`at`), and how Go prints it.

use std::sync::Arc;

use super::function::Function;
use super::quote::quote;

/// A text that was parsed, under the name that errors give it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: Arc<str>,
    pub(super) text: Arc<str>,
    /// Its nodes, perhaps with those of other texts.
    pub(super) tree: Arc<Tree>,
    /// The numbers of its first constant text and its first stretch of text.
    pub(super) first: Literals,
}

impl Source {
    /// `NAME:LINE:COLUMN` as Go counts: lines from 1, columns in bytes from 0.
    pub(super) fn location(&self, at: u32) -> String {
        let before = &self.text.as_bytes()[..at as usize];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column =
            before.iter().rposition(|it| *it == b'\n').map_or(before.len(), |it| before.len() - it - 1);
        format!("{}:{line}:{column}", self.name)
    }
}

/// All nodes of a text, or of many, side by side: charts have thousands, most of
/// them small, and are parsed for each render.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) branches: Vec<Branch>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) pipes: Vec<Pipe>,
    pub(super) declared: Vec<Declared>,
    pub(super) commands: Vec<Command>,
    pub(super) operands: Vec<Operand>,
    pub(super) numbers: Vec<Number>,
}

/// A stretch of one of the lists of a [`Tree`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    start: u32,
    end: u32,
}

impl Run {
    /// Moves what lies in `from` from the `first` on to the end of a list.
    pub(super) fn of<T>(list: &mut Vec<T>, from: &mut Vec<T>, first: usize) -> Self {
        let start = list.len() as u32;
        // Most have one: that one is moved without a loop.
        if from.len() == first + 1 {
            if let Some(only) = from.pop() {
                list.push(only);
            }
        } else {
            list.extend(from.drain(first..));
        }
        Self { start, end: list.len() as u32 }
    }

    pub(super) fn in_list<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..self.end as usize]
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Adds to a list of a [`Tree`]; the place is the name of what was added.
pub(super) fn add<T>(list: &mut Vec<T>, item: T) -> u32 {
    list.push(item);
    list.len() as u32 - 1
}

/// How many nodes of each kind a [`Tree`] has.
#[derive(Clone, Copy, Default)]
pub(super) struct Lengths([usize; 8]);

impl Tree {
    /// With room for the nodes of most charts. Memory that nobody touches costs
    /// nothing, but lists that grow are copied.
    pub(super) fn with_room() -> Self {
        const MANY: usize = 1 << 16;
        const FEW: usize = 1 << 12;
        Self {
            nodes: Vec::with_capacity(MANY),
            branches: Vec::with_capacity(FEW),
            invocations: Vec::new(),
            pipes: Vec::with_capacity(FEW),
            declared: Vec::with_capacity(FEW),
            commands: Vec::with_capacity(MANY),
            operands: Vec::with_capacity(MANY),
            numbers: Vec::new(),
        }
    }

    pub(super) fn lengths(&self) -> Lengths {
        Lengths([
            self.nodes.len(),
            self.branches.len(),
            self.invocations.len(),
            self.pipes.len(),
            self.declared.len(),
            self.commands.len(),
            self.operands.len(),
            self.numbers.len(),
        ])
    }

    /// Takes out what was added since it had these lengths.
    pub(super) fn truncate(&mut self, Lengths(lengths): Lengths) {
        let [nodes, branches, invocations, pipes, declared, commands, operands, numbers] = lengths;
        self.nodes.truncate(nodes);
        self.branches.truncate(branches);
        self.invocations.truncate(invocations);
        self.pipes.truncate(pipes);
        self.declared.truncate(declared);
        self.commands.truncate(commands);
        self.operands.truncate(operands);
        self.numbers.truncate(numbers);
    }

    /// Takes the nodes out, with no room for more; the lists keep theirs for
    /// the next text.
    pub(super) fn take(&mut self) -> Self {
        #[expect(clippy::drain_collect, reason = "the list keeps its room")]
        fn exact<T>(list: &mut Vec<T>) -> Vec<T> {
            list.drain(..).collect()
        }
        Self {
            nodes: exact(&mut self.nodes),
            branches: exact(&mut self.branches),
            invocations: exact(&mut self.invocations),
            pipes: exact(&mut self.pipes),
            declared: exact(&mut self.declared),
            commands: exact(&mut self.commands),
            operands: exact(&mut self.operands),
            numbers: exact(&mut self.numbers),
        }
    }

    pub(super) fn nodes(&self, list: List) -> &[Node] {
        list.0.in_list(&self.nodes)
    }

    pub(super) fn commands(&self, pipe: &Pipe) -> &[Command] {
        pipe.commands.in_list(&self.commands)
    }

    pub(super) fn declared(&self, pipe: &Pipe) -> &[Declared] {
        pipe.declared.in_list(&self.declared)
    }

    pub(super) fn args(&self, command: &Command) -> &[Operand] {
        command.args.in_list(&self.operands)
    }

    pub(super) fn branch(&self, at: u32) -> &Branch {
        &self.branches[at as usize]
    }

    pub(super) fn invocation(&self, at: u32) -> &Invocation {
        &self.invocations[at as usize]
    }

    pub(super) fn pipe(&self, at: u32) -> &Pipe {
        &self.pipes[at as usize]
    }

    pub(super) fn operand(&self, at: u32) -> &Operand {
        &self.operands[at as usize]
    }

    pub(super) fn number(&self, at: u32) -> &Number {
        &self.numbers[at as usize]
    }
}

/// A template: a file's own, or one that a text defines.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<Source>,
    pub(super) root: List,
}

impl Template {
    /// Whether it is nothing but space.
    pub(super) fn is_empty(&self) -> bool {
        self.source.tree.is_empty(self.root, &self.source.text)
    }
}

/// Nodes in order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct List(pub(super) Run);

/// The number of a constant text, or of a stretch of text, within its source.
pub(super) type Literal = u32;

/// How many of each kind there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Literals {
    pub(super) strings: Literal,
    pub(super) texts: Literal,
}

impl std::ops::Add for Literals {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { strings: self.strings + other.strings, texts: self.texts + other.texts }
    }
}

/// Branches and invocations by their places.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Text { start: u32, end: u32, literal: Literal },
    Action(Pipe),
    If(u32),
    With(u32),
    Range(u32),
    Template(u32),
    Break,
    Continue,
}

/// An `if`, `with` or `range`.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) pipe: Pipe,
    pub(super) list: List,
    pub(super) other: Option<List>,
}

/// A `template` or `block` action.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) at: u32,
    pub(super) end: u32,
    pub(super) name: Arc<str>,
    pub(super) pipe: Option<Pipe>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Pipe {
    pub(super) at: u32,
    pub(super) end: u32,
    pub(super) is_assign: bool,
    pub(super) declared: Run,
    pub(super) commands: Run,
}

/// A variable to the left of `:=` or `=`.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) variable: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Declared {
    /// Its name with the dollar sign.
    pub(super) fn name<'s>(&self, source: &'s Source) -> &'s str {
        &source.text[self.start as usize..self.end as usize]
    }
}

#[derive(Debug)]
pub(super) struct Command {
    pub(super) at: u32,
    pub(super) end: u32,
    pub(super) args: Run,
}

/// An operand with its bytes; `at` is the place Go names.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) at: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: OperandKind,
}

/// Numbers, pipes and other operands by their places.
#[derive(Clone, Copy, Debug)]
pub(super) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(u32),
    /// Its value is what its bytes, quotes and all, say.
    String(Literal),
    Field,
    /// `$name.fields`
    Variable(u32),
    /// The number of a function.
    Function(u32),
    /// `(term).fields`; the fields begin at `at`.
    Chain(u32),
    Pipe(u32),
}

/// What an identifier calls.
#[derive(Clone, Copy)]
pub(super) enum Callee {
    And(&'static Function),
    Or(&'static Function),
    Len(&'static Function),
    Call(&'static Function),
    Plain(&'static Function),
}

impl Callee {
    pub(super) fn function(self) -> &'static Function {
        match self {
            Self::And(it) | Self::Or(it) | Self::Len(it) | Self::Call(it) | Self::Plain(it) => it,
        }
    }
}

/// A constant under every type that can hold it, like Go's ideal constants.
#[derive(Clone, Debug, Default)]
pub(super) struct Number {
    pub(super) int: Option<i64>,
    pub(super) uint: Option<u64>,
    pub(super) float: Option<f64>,
    pub(super) text: Box<str>,
}

impl Number {
    /// Whether the syntax says that it is a float.
    pub(super) fn looks_like_float(&self) -> bool {
        let text = self.text.as_bytes();
        let is_hex = matches!(text, [b'0', b'x' | b'X', _, ..]) && !self.text.contains(['p', 'P']);
        !is_hex && text.first() != Some(&b'\'') && self.text.contains(['.', 'e', 'E', 'p', 'P'])
    }
}

impl Tree {
    /// Whether a list holds nothing but space and definitions.
    pub(super) fn is_empty(&self, list: List, text: &str) -> bool {
        self.nodes(list).iter().all(|node| match node {
            Node::Text { start, end, .. } => text[*start as usize..*end as usize].trim().is_empty(),
            _ => false,
        })
    }
}

impl Node {
    /// What is evaluated first, for errors.
    pub(super) fn print(&self, source: &Source, out: &mut String) {
        let tree = &source.tree;
        match *self {
            Self::Text { start, end, .. } => out.push_str(&source.text[start as usize..end as usize]),
            Self::Action(pipe) => {
                out.push_str("{{");
                pipe.print(source, out);
                out.push_str("}}");
            }
            Self::If(branch) => tree.branch(branch).print("if", source, out),
            Self::With(branch) => tree.branch(branch).print("with", source, out),
            Self::Range(branch) => tree.branch(branch).print("range", source, out),
            Self::Template(invocation) => tree.invocation(invocation).print(source, out),
            Self::Break => out.push_str("{{break}}"),
            Self::Continue => out.push_str("{{continue}}"),
        }
    }
}

impl List {
    fn print(self, source: &Source, out: &mut String) {
        for node in source.tree.nodes(self) {
            node.print(source, out);
        }
    }
}

impl Branch {
    pub(super) fn print(&self, word: &str, source: &Source, out: &mut String) {
        out.push_str("{{");
        out.push_str(word);
        out.push(' ');
        self.pipe.print(source, out);
        out.push_str("}}");
        self.list.print(source, out);
        if let Some(other) = &self.other {
            out.push_str("{{else}}");
            other.print(source, out);
        }
        out.push_str("{{end}}");
    }
}

impl Invocation {
    pub(super) fn print(&self, source: &Source, out: &mut String) {
        out.push_str("{{template ");
        out.push_str(&quote(self.name.as_bytes()));
        if let Some(pipe) = &self.pipe {
            out.push(' ');
            pipe.print(source, out);
        }
        out.push_str("}}");
    }
}

impl Pipe {
    pub(super) fn print(&self, source: &Source, out: &mut String) {
        for (index, declared) in source.tree.declared(self).iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str(declared.name(source));
        }
        if !self.declared.is_empty() {
            out.push_str(if self.is_assign { " = " } else { " := " });
        }
        for (index, command) in source.tree.commands(self).iter().enumerate() {
            if index > 0 {
                out.push_str(" | ");
            }
            command.print(source, out);
        }
    }
}

impl Command {
    pub(super) fn print(&self, source: &Source, out: &mut String) {
        for (index, arg) in source.tree.args(self).iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            arg.print_in_brackets(source, out);
        }
    }
}

impl Operand {
    pub(super) fn print(&self, source: &Source, out: &mut String) {
        match self.kind {
            OperandKind::Dot => out.push('.'),
            OperandKind::Nil => out.push_str("nil"),
            OperandKind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            OperandKind::Number(number) => out.push_str(&source.tree.number(number).text),
            OperandKind::String(_)
            | OperandKind::Field
            | OperandKind::Variable(_)
            | OperandKind::Function(_) => {
                out.push_str(&source.text[self.start as usize..self.end as usize]);
            }
            OperandKind::Chain(node) => {
                source.tree.operand(node).print_in_brackets(source, out);
                out.push_str(&source.text[self.at as usize..self.end as usize]);
            }
            OperandKind::Pipe(pipe) => source.tree.pipe(pipe).print(source, out),
        }
    }

    /// The names of a field, variable or chain, as they stand: `a.b.c`.
    pub(super) fn names<'s>(&self, source: &'s Source) -> &'s str {
        let start = match self.kind {
            OperandKind::Chain(_) => self.at,
            _ => self.start,
        };
        let text = &source.text[start as usize..self.end as usize];
        let dot = text.bytes().position(|it| it == b'.');
        dot.map_or("", |dot| &text[dot + 1..])
    }

    fn print_in_brackets(&self, source: &Source, out: &mut String) {
        let is_pipe = matches!(self.kind, OperandKind::Pipe(_));
        if is_pipe {
            out.push('(');
        }
        self.print(source, out);
        if is_pipe {
            out.push(')');
        }
    }
}
