//! Makes templates of tokens, as Go's `text/template/parse` does, with its
//! words for what is wrong.

mod quick;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ast::{
    Branch, Command, Declared, Invocation, Lengths, List, Literal, Literals, Node, Operand, OperandKind,
    Pipe, Run, Source, Template, Tree, add,
};
use super::error::{ParseError, Place};
use super::lex::{Kind, Lexer, Token};
use super::number::number;
use super::quote::{quote, unquote, verbatim};
use super::set::{Functions, Go, Home};

/// How deep actions and brackets may nest. Go takes 10,000 brackets; no chart
/// comes near, and every level costs stack.
const MAX_DEPTH: u32 = 400;

/// What one text gave: its own template first, then those it defines; and the
/// numbers that come next.
pub(super) struct Parsed {
    pub(super) templates: Vec<Arc<Template>>,
    pub(super) literals: Literals,
}

/// Lists that are filled while a text is parsed. The next text uses them again:
/// that they grow takes longer than that they are filled.
#[derive(Default)]
pub(super) struct Workbench {
    tree: Tree,
    /// What is being collected, that of outer lists below.
    nodes: Vec<Node>,
    commands: Vec<Command>,
    operands: Vec<Operand>,
    declared: Vec<Declared>,
}

impl Workbench {
    /// One for many texts, whose nodes are kept side by side.
    pub(super) fn with_room() -> Self {
        Self { tree: Tree::with_room(), ..Self::default() }
    }

    /// The nodes of all texts.
    pub(super) fn into_tree(self) -> Arc<Tree> {
        Arc::new(self.tree)
    }

    /// Puts away what a text left that could not be parsed.
    fn reset(&mut self, lengths: Lengths) {
        self.tree.truncate(lengths);
        self.nodes.clear();
        self.commands.clear();
        self.operands.clear();
        self.declared.clear();
    }
}

/// A text's nodes, before it has a name. They lie in the tree of the
/// [`Workbench`].
#[derive(Debug)]
pub(super) struct Nodes {
    root: List,
    defined: Vec<(Arc<str>, List)>,
    literals: Literals,
}

impl Nodes {
    /// Of a text that parses under any name; none of one that does not.
    pub(super) fn of(text: &str, functions: &Functions, bench: &mut Workbench) -> Option<Self> {
        let nodes = read("".into(), text, functions, Home::None, bench, true).ok()?;
        // One that has no name either was taken for the text's own.
        (!nodes.defines("")).then_some(nodes)
    }

    /// Whether the text has a template of this name apart from its own.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.defined.iter().any(|it| *it.0 == *name)
    }

    /// The templates. The text's own is parsed last but stands first.
    pub(super) fn named(self, name: Arc<str>, text: &Arc<str>, first: Literals, tree: Arc<Tree>) -> Parsed {
        let Self { root, mut defined, literals } = self;
        let own = defined.iter().position(|it| it.0 == name).unwrap_or(defined.len());
        if own == defined.len() {
            defined.push((Arc::clone(&name), root));
        }
        defined.swap(0, own);
        let source = Arc::new(Source { name, text: Arc::clone(text), tree, first });
        let template = |(name, root)| Arc::new(Template { name, source: Arc::clone(&source), root });
        Parsed { templates: defined.into_iter().map(template).collect(), literals: first + literals }
    }
}

/// Parses a text. Its constants and texts are numbered from `first` on.
pub(super) fn parse(
    name: Arc<str>,
    text: &Arc<str>,
    functions: &Functions,
    first: Literals,
    home: Home,
    bench: &mut Workbench,
) -> Result<Parsed, ParseError> {
    let nodes = read(Arc::clone(&name), text, functions, home, bench, true)?;
    Ok(nodes.named(name, text, first, Arc::new(bench.tree.take())))
}

/// The nodes of a text; without `is_quick` all of it goes through tokens.
fn read(
    name: Arc<str>,
    text: &str,
    functions: &Functions,
    home: Home,
    bench: &mut Workbench,
    is_quick: bool,
) -> Result<Nodes, ParseError> {
    let before = bench.tree.lengths();
    let mut parser = Parser {
        lexer: Lexer::new(text),
        text,
        name,
        functions,
        scope: Scope::new(),
        names: Names::new(),
        literals: Literals::default(),
        defined: Vec::new(),
        depth: 0,
        last_end: 0,
        bench: &mut *bench,
        is_quick,
    };
    match parser.file().and_then(|root| parser.settle(root)) {
        Ok(root) => {
            let Parser { literals, defined, .. } = parser;
            Ok(Nodes { root, defined, literals })
        }
        Err(message) => {
            let error = parser.error(&message, home);
            bench.reset(before);
            Err(error)
        }
    }
}

/// What Go keeps for each template that is being parsed.
#[derive(Default)]
struct Scope {
    tokens: [Token; 3],
    peeked: usize,
    variables: Vec<u32>,
    action: Option<u32>,
    range_depth: u32,
}

impl Scope {
    fn new() -> Self {
        Self { variables: vec![0], ..Self::default() }
    }
}

struct Parser<'b, 't> {
    lexer: Lexer<'t>,
    text: &'t str,
    name: Arc<str>,
    functions: &'t Functions,
    scope: Scope,
    names: Names<'t>,
    literals: Literals,
    defined: Vec<(Arc<str>, List)>,
    depth: u32,
    last_end: u32,
    bench: &'b mut Workbench,
    is_quick: bool,
}

/// The variables' names by number; `$` is the first.
struct Names<'t>(FxHashMap<&'t str, u32>);

impl<'t> Names<'t> {
    fn new() -> Self {
        Self(std::iter::once(("$", 0)).collect())
    }

    fn number(&mut self, name: &'t str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(name).or_insert(next)
    }
}

/// What ends a list.
enum End {
    End,
    Else,
}

impl End {
    fn text(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

/// A node of a list, or what ends it.
enum Item {
    Node(Node),
    End(End),
}

type Parse<T> = Result<T, String>;

impl<'t> Parser<'_, 't> {
    fn error(&self, message: &str, home: Home) -> ParseError {
        let token = self.scope.tokens[0];
        let message = format!("template: {}:{}: {message}", self.name, self.line(token));
        ParseError { message, place: Place { home, start: token.start, end: token.end } }
    }

    /// The line of a token; Go's is zero before any token was read.
    fn line(&self, token: Token) -> usize {
        if token.kind == Kind::Error && token.end == 0 {
            return 0;
        }
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..token.start as usize]).count()
    }

    fn next(&mut self) -> Token {
        if self.scope.peeked > 0 {
            self.scope.peeked -= 1;
        } else {
            self.scope.tokens[0] = self.lexer.next();
        }
        let token = self.scope.tokens[self.scope.peeked];
        if !matches!(token.kind, Kind::Space | Kind::RightDelim) {
            self.last_end = token.end;
        }
        token
    }

    fn backup(&mut self) {
        self.scope.peeked += 1;
    }

    fn peek(&mut self) -> Token {
        if self.scope.peeked == 0 {
            self.scope.peeked = 1;
            self.scope.tokens[0] = self.lexer.next();
        }
        self.scope.tokens[self.scope.peeked - 1]
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let end = self.last_end;
        let token = self.next_non_space();
        self.backup();
        self.last_end = end;
        token
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parse<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    fn value(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn unexpected(&self, token: Token, context: &str) -> String {
        if token.kind == Kind::Error {
            let message = &self.lexer.error;
            let begun = self.scope.action.map(|start| self.line(Token { start, end: 1, ..Token::default() }));
            return match begun {
                Some(line) if line != self.line(token) => {
                    let noun = if message.ends_with(" action") { "" } else { " in action" };
                    format!("{message}{noun} started at {}:{line}", self.name)
                }
                _ => message.clone(),
            };
        }
        format!("unexpected {} in {context}", self.show(token))
    }

    fn show(&self, token: Token) -> String {
        let value = self.value(token);
        match token.kind {
            Kind::Eof => "EOF".into(),
            kind if kind.is_keyword() => format!("<{value}>"),
            _ if value.len() > 10 => {
                let end = value.char_indices().nth(10).map_or(value.len(), |(at, _)| at);
                format!("{}...", quote(&value.as_bytes()[..end]))
            }
            _ => quote(value.as_bytes()),
        }
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_DEPTH {
            return Err("max expression depth exceeded".into());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn text_literal(&mut self) -> Literal {
        self.literals.texts += 1;
        self.literals.texts - 1
    }

    fn string_literal(&mut self) -> Literal {
        self.literals.strings += 1;
        self.literals.strings - 1
    }

    fn file(&mut self) -> Parse<List> {
        let first = self.bench.nodes.len();
        self.peek();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim && self.lexer.is_at_definition() {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Item::End(end) => return Err(format!("unexpected {}", end.text())),
                Item::Node(node) => self.bench.nodes.push(node),
            }
        }
        Ok(self.list(first))
    }

    /// The nodes that were collected from the `first` on.
    fn list(&mut self, first: usize) -> List {
        List(Run::of(&mut self.bench.tree.nodes, &mut self.bench.nodes, first))
    }

    fn backup2(&mut self, token: Token) {
        self.scope.tokens[1] = token;
        self.scope.peeked = 2;
    }

    fn backup3(&mut self, first: Token, second: Token) {
        self.scope.tokens[1] = second;
        self.scope.tokens[2] = first;
        self.scope.peeked = 3;
    }

    /// Parses as a template of its own, with none of the variables in sight.
    fn apart<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let parsed = self.deeper(parse)?;
        self.scope = outer;
        Ok(parsed)
    }

    fn definition(&mut self) -> Parse<()> {
        self.apart(|this| {
            const CONTEXT: &str = "define clause";
            let token = this.next_non_space();
            let name = this.template_name(token, CONTEXT)?;
            this.expect(Kind::RightDelim, CONTEXT)?;
            this.body(name, CONTEXT)
        })
    }

    fn body(&mut self, name: Arc<str>, context: &str) -> Parse<()> {
        let (root, end) = self.item_list()?;
        match end {
            End::End => self.define(name, root),
            End::Else => Err(format!("unexpected {} in {context}", end.text())),
        }
    }

    /// Adds a template of this text. A second one may stand only for one that
    /// is empty.
    fn define(&mut self, name: Arc<str>, root: List) -> Parse<()> {
        let known = self.defined.iter().position(|it| it.0 == name);
        match known {
            None => self.defined.push((name, root)),
            Some(at) if self.bench.tree.is_empty(self.defined[at].1, self.text) => self.defined[at].1 = root,
            Some(_) if self.bench.tree.is_empty(root, self.text) => {}
            Some(_) => {
                let name = quote(name.as_bytes());
                return Err(format!("template: multiple definition of template {name}"));
            }
        }
        Ok(())
    }

    /// Holds the text's own nodes against a template of its name that it
    /// defines.
    fn settle(&mut self, root: List) -> Parse<List> {
        if self.defined.iter().any(|it| it.0 == self.name) {
            self.define(Arc::clone(&self.name), root)?;
        }
        Ok(root)
    }

    fn item_list(&mut self) -> Parse<(List, End)> {
        let first = self.bench.nodes.len();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Item::End(end) => return Ok((self.list(first), end)),
                Item::Node(node) => self.bench.nodes.push(node),
            }
        }
        Err("unexpected EOF".into())
    }

    fn text_or_action(&mut self) -> Parse<Item> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                let literal = self.text_literal();
                Ok(Item::Node(Node::Text { start: token.start, end: token.end, literal }))
            }
            Kind::LeftDelim => {
                if self.may_be_quick()
                    && let Some(item) = self.quick_action()
                {
                    self.scope.action = None;
                    return Ok(item);
                }
                self.scope.action = Some(token.start);
                let item = self.action()?;
                self.scope.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Parse<Item> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.jump("{{break}}").map(|()| Node::Break)?,
            Kind::Continue => self.jump("{{continue}}").map(|()| Node::Continue)?,
            Kind::Else => return self.else_control(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Item::End(End::End));
            }
            Kind::If => Node::If(self.deeper(|it| it.control("if", Kind::If))?),
            Kind::Range => Node::Range(self.deeper(|it| it.control("range", Kind::Error))?),
            Kind::Template => self.template()?,
            Kind::With => Node::With(self.deeper(|it| it.control("with", Kind::With))?),
            _ => {
                self.backup();
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Item::Node(node))
    }

    fn jump(&mut self, text: &str) -> Parse<()> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, text));
        }
        if self.scope.range_depth == 0 {
            return Err(format!("{text} outside {{{{range}}}}"));
        }
        Ok(())
    }

    /// `{{else}}`; of `{{else if` and `{{else with` the second word is left.
    fn else_control(&mut self) -> Parse<Item> {
        let next = self.peek_non_space().kind;
        if next != Kind::If && (next != Kind::With || self.functions.go == Go::V1_18) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Item::End(End::Else))
    }

    /// The place of the branch.
    fn control(&mut self, context: &str, chained: Kind) -> Parse<u32> {
        let outer = self.scope.variables.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        self.scope.range_depth += u32::from(context == "range");
        let (list, end) = self.item_list()?;
        self.scope.range_depth -= u32::from(context == "range");
        let other = match end {
            End::End => None,
            End::Else if chained != Kind::Error && self.peek().kind == chained => {
                self.next();
                let branch = self.deeper(|it| it.control(context, chained))?;
                let node = if chained == Kind::If { Node::If(branch) } else { Node::With(branch) };
                let first = self.bench.nodes.len();
                self.bench.nodes.push(node);
                Some(self.list(first))
            }
            End::Else => {
                let (other, end) = self.item_list()?;
                if let End::Else = end {
                    return Err(format!("expected end; found {}", end.text()));
                }
                Some(other)
            }
        };
        self.scope.variables.truncate(outer);
        Ok(add(&mut self.bench.tree.branches, Branch { pipe, list, other }))
    }

    fn block(&mut self) -> Parse<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let end = pipe.end;
        self.apart(|this| this.body(Arc::clone(&name), CONTEXT))?;
        Ok(self.invocation(Invocation { at: token.start, end, name, pipe: Some(pipe) }))
    }

    fn template(&mut self) -> Parse<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let mut end = token.end;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            let given = self.pipeline(CONTEXT, Kind::RightDelim)?;
            end = given.end;
            pipe = Some(given);
        }
        Ok(self.invocation(Invocation { at: token.start, end, name, pipe }))
    }

    fn invocation(&mut self, invocation: Invocation) -> Node {
        Node::Template(add(&mut self.bench.tree.invocations, invocation))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parse<Arc<str>> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let name = unquote(self.value(token)).ok_or("invalid syntax")?;
        Ok(String::from_utf8_lossy(&name).into())
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Parse<Pipe> {
        if end == Kind::RightDelim
            && self.may_be_quick()
            && let Some(pipe) = self.quick_pipeline()
        {
            return Ok(pipe);
        }
        let token = self.peek_non_space();
        let mut pipe = Pipe {
            at: token.start,
            end: token.start,
            is_assign: false,
            declared: Run::default(),
            commands: Run::default(),
        };
        let first = self.bench.commands.len();
        self.declarations(context, &mut pipe)?;
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    pipe.commands = Run::of(&mut self.bench.tree.commands, &mut self.bench.commands, first);
                    check_pipeline(&self.bench.tree, &pipe, context)?;
                    pipe.end = self.bench.tree.commands(&pipe).last().map_or(pipe.at, |it| it.end);
                    return Ok(pipe);
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.bench.commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
    }

    /// `$x :=`, `$x =`, and in a range `$k, $v :=`.
    fn declarations(&mut self, context: &str, pipe: &mut Pipe) -> Parse<()> {
        let first = self.bench.declared.len();
        let declared = self.declarations_from(first, context, pipe);
        pipe.declared = Run::of(&mut self.bench.tree.declared, &mut self.bench.declared, first);
        declared
    }

    fn declarations_from(&mut self, first: usize, context: &str, pipe: &mut Pipe) -> Parse<()> {
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            self.next();
            // A space is a token: `$x foo` needs both to be put back.
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.is_assign = next.kind == Kind::Assign;
                    self.next_non_space();
                    self.declare(variable);
                    return Ok(());
                }
                Kind::Char if self.value(next) == "," => {
                    self.next_non_space();
                    self.declare(variable);
                    if context != "range" || self.bench.declared.len() - first >= 2 {
                        return Err(format!("too many declarations in {context}"));
                    }
                    let kind = self.peek_non_space().kind;
                    if !matches!(kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                        return Err("range can only initialize variables".into());
                    }
                }
                _ if after.kind == Kind::Space => {
                    self.backup3(variable, after);
                    return Ok(());
                }
                _ => {
                    self.backup2(variable);
                    return Ok(());
                }
            }
        }
    }

    fn declare(&mut self, token: Token) {
        let variable = self.names.number(self.value(token));
        self.scope.variables.push(variable);
        self.bench.declared.push(Declared { variable, start: token.start, end: token.end });
    }

    fn command(&mut self) -> Parse<Command> {
        let at = self.peek_non_space().start;
        let first = self.bench.operands.len();
        loop {
            self.peek_non_space();
            let operand = self.operand()?;
            self.bench.operands.extend(operand);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        let Some(end) = self.bench.operands[first..].last().map(|it| it.end) else {
            return Err("empty command".into());
        };
        let args = Run::of(&mut self.bench.tree.operands, &mut self.bench.operands, first);
        Ok(Command { at, end, args })
    }

    /// A term and the fields after it.
    fn operand(&mut self) -> Parse<Option<Operand>> {
        let Some(mut node) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(node));
        }
        let at = self.peek().start;
        while self.peek().kind == Kind::Field {
            self.next();
        }
        let end = self.last_end;
        match node.kind {
            OperandKind::Field | OperandKind::Variable(_) => {
                node.at = at;
                node.end = end;
                Ok(Some(node))
            }
            OperandKind::Bool(_)
            | OperandKind::String(_)
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                let text = quote(&self.text.as_bytes()[node.start as usize..node.end as usize]);
                Err(format!("unexpected . after term {text}"))
            }
            _ => {
                let start = node.start;
                let kind = OperandKind::Chain(add(&mut self.bench.tree.operands, node));
                Ok(Some(Operand { at, start, end, kind }))
            }
        }
    }

    fn term(&mut self) -> Parse<Option<Operand>> {
        let token = self.next_non_space();
        let value = self.value(token);
        let kind = match token.kind {
            Kind::Identifier => OperandKind::Function(self.function(value)?),
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable => self.use_variable(value)?,
            Kind::Field => OperandKind::Field,
            Kind::Bool => OperandKind::Bool(value == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                OperandKind::Number(add(&mut self.bench.tree.numbers, number(value, token.kind)?))
            }
            Kind::LeftParen => {
                let pipe = self.deeper(|it| it.pipeline("parenthesized pipeline", Kind::RightParen))?;
                let at = pipe.at;
                let kind = OperandKind::Pipe(add(&mut self.bench.tree.pipes, pipe));
                return Ok(Some(Operand { at, start: token.start, end: self.last_end, kind }));
            }
            Kind::String | Kind::RawString => {
                if verbatim(value).is_none() {
                    unquote(value).ok_or("invalid syntax")?;
                }
                OperandKind::String(self.string_literal())
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.start, start: token.start, end: token.end, kind }))
    }

    fn function(&self, name: &str) -> Parse<u32> {
        let function = self.functions.find(name);
        function.ok_or_else(|| format!("function {} not defined", quote(name.as_bytes())))
    }

    fn use_variable(&mut self, name: &'t str) -> Parse<OperandKind> {
        let variable = self.names.number(name);
        if !self.scope.variables.contains(&variable) {
            return Err(format!("undefined variable {}", quote(name.as_bytes())));
        }
        Ok(OperandKind::Variable(variable))
    }
}

/// Only the first command may be a constant.
fn check_pipeline(tree: &Tree, pipe: &Pipe, context: &str) -> Parse<()> {
    if pipe.commands.is_empty() {
        return Err(format!("missing value for {context}"));
    }
    for (index, command) in tree.commands(pipe).iter().enumerate().skip(1) {
        let is_constant = matches!(
            tree.args(command)[0].kind,
            OperandKind::Bool(_)
                | OperandKind::Dot
                | OperandKind::Nil
                | OperandKind::Number(_)
                | OperandKind::String(_)
        );
        if is_constant {
            return Err(format!("non executable command in pipeline stage {}", index + 1));
        }
    }
    Ok(())
}
