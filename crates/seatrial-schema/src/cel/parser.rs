//! Tokens to a tree, by the grammar of the language definition; macros are
//! expanded on the way, as cel-go's `parser/parser.go` (v0.26.0) does.

use smol_str::{SmolStr, format_smolstr};

use super::ast::{Call, Element, Expr, Id, Kind, Literal, MapEntry, StructField};
use super::issue::Issue;
use super::lexer::{self, Lexeme, Token};
use super::macros;

/// How deep operators, selections and calls may be nested; cel-go's default.
const DEEPEST: u16 = 250;
/// How deep brackets may be nested. Less than upstream's 250, so that the stack
/// of any thread is large enough.
const DEEPEST_BRACKETS: u16 = 100;
/// How long an expression may be, in characters; cel-go's default.
const LONGEST: usize = 100_000;
/// How many nodes macros may make of an expression. A limit of ours: some
/// macros repeat their operand, so that a chain of them doubles at each link.
const MOST_NODES: usize = 200_000;
/// As many issues as are worth reporting.
const MOST_ISSUES: usize = 100;

/// What may start an operand.
const OPERANDS: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, \
                        STRING, BYTES, IDENTIFIER}";
/// Words that name nothing.
pub(crate) const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// How tightly operators bind, and the functions they stand for.
const OPERATORS: [(usize, &str, &str); 14] = [
    (0, "||", "_||_"),
    (1, "&&", "_&&_"),
    (2, "<", "_<_"),
    (2, "<=", "_<=_"),
    (2, ">=", "_>=_"),
    (2, ">", "_>_"),
    (2, "==", "_==_"),
    (2, "!=", "_!=_"),
    (2, "in", "@in"),
    (3, "+", "_+_"),
    (3, "-", "_-_"),
    (4, "*", "_*_"),
    (4, "/", "_/_"),
    (4, "%", "_%_"),
];

/// A tree and where its nodes stand.
pub(super) struct Parsed {
    pub(super) root: Expr,
    pub(super) places: Places,
}

/// Where each node stands, by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<(u32, u32)>);

impl Places {
    pub(super) fn range(&self, id: Id) -> std::ops::Range<u32> {
        let (start, end) = self.0.get(id as usize).copied().unwrap_or_default();
        start..end
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The text cannot be parsed further; the issue is recorded.
pub(super) struct Abort;

type Parse<T> = Result<T, Abort>;

pub(super) fn parse(text: &str) -> Result<Parsed, Vec<Issue>> {
    let length = text.chars().count();
    if length > LONGEST {
        let message = format!("expression code point size exceeds limit: size: {length}, limit {LONGEST}");
        return Err(vec![Issue { range: 0..0, message }]);
    }
    let tokens = lexer::tokens(text).map_err(|error| {
        let message = format!("Syntax error: {}", error.message);
        vec![Issue { range: error.at..error.at + 1, message }]
    })?;
    let mut parser = Parser::new(text, tokens);
    let root = parser.whole();
    match root {
        Ok(root) if parser.issues.is_empty() => Ok(Parsed { root, places: parser.places }),
        _ => Err(parser.issues),
    }
}

pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Lexeme>,
    next: usize,
    places: Places,
    /// How deep the tree below each node is.
    depths: Vec<u16>,
    nesting: u16,
    issues: Vec<Issue>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: Vec<Lexeme>) -> Self {
        let places = Places::default();
        Self { text, tokens, next: 0, places, depths: Vec::new(), nesting: 0, issues: Vec::new() }
    }

    fn whole(&mut self) -> Parse<Expr> {
        let root = self.expr()?;
        if self.peek() != &Token::End {
            return self.unexpected("<EOF>");
        }
        Ok(root)
    }

    // Tokens.

    fn peek(&self) -> &Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.next + count).min(last)].token
    }

    fn at(&self, symbol: &'static str) -> bool {
        self.peek() == &Token::Symbol(symbol)
    }

    /// Takes the next token and answers where it stands.
    fn take(&mut self) -> (u32, u32) {
        let lexeme = &self.tokens[self.next.min(self.tokens.len() - 1)];
        self.next += 1;
        (lexeme.start, lexeme.end)
    }

    fn take_if(&mut self, symbol: &'static str) -> Option<(u32, u32)> {
        self.at(symbol).then(|| self.take())
    }

    fn expect(&mut self, symbol: &'static str) -> Parse<(u32, u32)> {
        match self.take_if(symbol) {
            Some(place) => Ok(place),
            None => self.unexpected(&format!("'{symbol}'")),
        }
    }

    fn text_at(&self, place: (u32, u32)) -> &'a str {
        &self.text[place.0 as usize..place.1 as usize]
    }

    /// The next token is none of those wanted. The words depend on what the
    /// generated parser would try: leaving it out, or putting one in.
    fn unexpected<T>(&mut self, wanted: &str) -> Parse<T> {
        let behind = self.ahead(1).clone();
        let fits_behind = match wanted {
            "<EOF>" => behind == Token::End,
            OPERANDS => starts_operand(&behind),
            _ => matches!(&behind, Token::Symbol(symbol) if wanted == format!("'{symbol}'")),
        };
        let place = self.take();
        let found = self.text_at(place);
        let found = if found.is_empty() { "<EOF>" } else { found };
        let message = if fits_behind && found != "<EOF>" {
            format!("extraneous input '{found}' expecting {wanted}")
        } else if wanted == "')'" && found == "<EOF>" {
            format!("missing {wanted} at '{found}'")
        } else {
            format!("mismatched input '{found}' expecting {wanted}")
        };
        self.report(place, format!("Syntax error: {message}"));
        Err(Abort)
    }

    // Nodes and issues.

    fn report(&mut self, place: (u32, u32), message: impl Into<String>) {
        if self.issues.len() < MOST_ISSUES {
            self.issues.push(Issue { range: place.0..place.1, message: message.into() });
        }
    }

    /// A place for a node, and its id.
    fn id(&mut self, place: (u32, u32)) -> Parse<Id> {
        if self.places.0.len() >= MOST_NODES {
            self.report((0, 0), "expression is too large");
            return Err(Abort);
        }
        self.places.0.push(place);
        self.depths.push(0);
        Ok(self.places.0.len() as Id - 1)
    }

    fn depth_below(&self, kind: &Kind) -> u16 {
        let mut deepest = 0;
        kind.each_child(&mut |child| deepest = deepest.max(self.depths[child.id as usize]));
        deepest
    }

    /// A node that does not count as a level of nesting.
    fn flat(&mut self, place: (u32, u32), kind: Kind) -> Parse<Expr> {
        let id = self.id(place)?;
        self.depths[id as usize] = self.depth_below(&kind);
        Ok(Expr { id, kind })
    }

    /// A node that counts as a level of nesting.
    fn deep(&mut self, place: (u32, u32), kind: Kind) -> Parse<Expr> {
        let expr = self.flat(place, kind)?;
        let depth = &mut self.depths[expr.id as usize];
        *depth += 1;
        if *depth > DEEPEST {
            self.report((0, 0), "max recursion depth exceeded");
            return Err(Abort);
        }
        Ok(expr)
    }

    // The grammar, from the loosest operator to the tightest.

    fn expr(&mut self) -> Parse<Expr> {
        self.nesting += 1;
        if self.nesting > DEEPEST_BRACKETS {
            self.report((0, 0), format!("expression recursion limit exceeded: {DEEPEST_BRACKETS}"));
            return Err(Abort);
        }
        let mut expr = self.binary(0)?;
        if self.at("?") {
            expr = self.ternary(expr)?;
        }
        self.nesting -= 1;
        Ok(expr)
    }

    fn ternary(&mut self, condition: Expr) -> Parse<Expr> {
        let place = self.take();
        let yes = self.binary(0)?;
        self.expect(":")?;
        let no = self.expr()?;
        self.deep(place, call("_?_:_", vec![condition, yes, no]))
    }

    /// Operands joined by operators that bind at least that tightly.
    fn binary(&mut self, least: usize) -> Parse<Expr> {
        let mut left = self.unary()?;
        while let Some((tightness, symbol, function)) = self.operator(least) {
            left = match symbol {
                "&&" | "||" => self.joined(left, symbol, tightness, function)?,
                _ => {
                    let place = self.take();
                    let right = self.binary(tightness + 1)?;
                    self.deep(place, call(function, vec![left, right]))?
                }
            };
        }
        Ok(left)
    }

    fn operator(&self, least: usize) -> Option<(usize, &'static str, &'static str)> {
        let Token::Symbol(symbol) = self.peek() else {
            return None;
        };
        let (tightness, symbol, function) = OPERATORS.into_iter().find(|(_, other, _)| other == symbol)?;
        (tightness >= least).then_some((tightness, symbol, function))
    }

    /// `a || b || c` is one node with three operands.
    fn joined(
        &mut self,
        first: Expr,
        symbol: &'static str,
        tightness: usize,
        function: &'static str,
    ) -> Parse<Expr> {
        let mut operands = vec![first];
        let mut place = None;
        while let Some(at) = self.take_if(symbol) {
            place.get_or_insert(at);
            operands.push(self.binary(tightness + 1)?);
        }
        self.flat(place.unwrap_or_default(), call(function, operands))
    }

    fn unary(&mut self) -> Parse<Expr> {
        let negative_number = self.at("-") && matches!(self.ahead(1), Token::Int | Token::Float);
        let (symbol, function) = match self.peek() {
            Token::Symbol("!") => ("!", "!_"),
            Token::Symbol("-") if !negative_number => ("-", "-_"),
            _ => return self.member(),
        };
        let place = self.take();
        let mut count = 1;
        while self.take_if(symbol).is_some() {
            count += 1;
        }
        let operand = self.member()?;
        if count % 2 == 0 {
            return Ok(operand);
        }
        self.flat(place, call(function, vec![operand]))
    }

    fn member(&mut self) -> Parse<Expr> {
        let mut operand = self.primary()?;
        loop {
            operand = match self.peek() {
                Token::Symbol(".") => self.selection(operand)?,
                Token::Symbol("[") => self.index(operand)?,
                _ => return Ok(operand),
            };
        }
    }

    fn selection(&mut self, operand: Expr) -> Parse<Expr> {
        let dot = self.take();
        let optional = self.take_if("?").is_some();
        let escaped = self.peek() == &Token::EscapedIdent;
        if !escaped && self.peek() != &Token::Ident {
            return self.unexpected("IDENTIFIER");
        }
        let name_place = self.take();
        if escaped {
            self.report(name_place, "unsupported syntax: '`'");
        }
        let name = SmolStr::new(self.text_at(name_place));
        if optional {
            let field = self.flat(name_place, Kind::Literal(Literal::Text(name)))?;
            return self.deep(dot, call("_?._", vec![operand, field]));
        }
        if !escaped && self.at("(") {
            let open = self.take();
            let args = self.arguments()?;
            return self.call_or_macro(open, name, Some(operand), args);
        }
        self.deep(dot, Kind::Select { operand: Box::new(operand), field: name, test: false })
    }

    fn index(&mut self, operand: Expr) -> Parse<Expr> {
        let open = self.take();
        let optional = self.take_if("?").is_some();
        let index = self.expr()?;
        self.expect("]")?;
        let function = if optional { "_[?_]" } else { "_[_]" };
        self.deep(open, call(function, vec![operand, index]))
    }

    fn primary(&mut self) -> Parse<Expr> {
        match self.peek() {
            Token::Symbol("(") => {
                self.take();
                let inner = self.expr()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => self.list(),
            Token::Symbol("{") => self.map(),
            Token::Symbol(".") | Token::Ident => self.name(),
            _ => self.literal(),
        }
    }

    fn name(&mut self) -> Parse<Expr> {
        if let Some(symbols) = self.message_name() {
            return self.message(symbols);
        }
        let dot = self.take_if(".");
        if self.peek() != &Token::Ident {
            return self.unexpected("IDENTIFIER");
        }
        let place = self.take();
        let word = self.text_at(place);
        if RESERVED.contains(&word) {
            self.report(dot.unwrap_or(place), format!("reserved identifier: {word}"));
        }
        let name = if dot.is_some() { format_smolstr!(".{word}") } else { SmolStr::new(word) };
        if self.at("(") {
            let open = self.take();
            let args = self.arguments()?;
            return self.call_or_macro(open, name, None, args);
        }
        self.flat(place, Kind::Ident(name))
    }

    /// How many tokens the name before `{` has, where a message starts here.
    fn message_name(&self) -> Option<usize> {
        let mut count = usize::from(self.at("."));
        loop {
            if self.ahead(count) != &Token::Ident {
                return None;
            }
            match self.ahead(count + 1) {
                Token::Symbol("{") => return Some(count + 1),
                Token::Symbol(".") => count += 2,
                _ => return None,
            }
        }
    }

    fn message(&mut self, name_tokens: usize) -> Parse<Expr> {
        let mut name = String::new();
        for _ in 0..name_tokens {
            let place = self.take();
            name.push_str(self.text_at(place));
        }
        let open = self.expect("{")?;
        let mut fields = Vec::new();
        while !self.at("}") {
            self.take_if("?");
            if !matches!(self.peek(), Token::Ident | Token::EscapedIdent) {
                return self.unexpected("IDENTIFIER");
            }
            self.take();
            self.expect(":")?;
            fields.push(StructField { value: self.expr()? });
            if self.take_if(",").is_none() {
                break;
            }
        }
        self.expect("}")?;
        self.flat(open, Kind::Struct(name.into(), fields))
    }

    fn arguments(&mut self) -> Parse<Vec<Expr>> {
        let mut args = Vec::new();
        if self.take_if(")").is_some() {
            return Ok(args);
        }
        loop {
            args.push(self.expr()?);
            if self.take_if(",").is_none() {
                break;
            }
        }
        self.expect(")")?;
        Ok(args)
    }

    /// Ends a list of things that commas separate.
    fn close(&mut self, symbol: &'static str) -> Parse<()> {
        match self.take_if(symbol) {
            Some(_) => Ok(()),
            None if symbol == "]" => self.unexpected("{']', ','}"),
            None => self.unexpected("{'}', ','}"),
        }
    }

    fn list(&mut self) -> Parse<Expr> {
        let open = self.take();
        let mut items = Vec::new();
        while !self.at("]") {
            if items.is_empty() && self.at(",") {
                self.take();
                break;
            }
            let optional = self.take_if("?").is_some();
            items.push(Element { value: self.expr()?, optional });
            if self.take_if(",").is_none() {
                break;
            }
        }
        self.close("]")?;
        self.flat(open, Kind::List(items))
    }

    fn map(&mut self) -> Parse<Expr> {
        let open = self.take();
        let mut entries = Vec::new();
        while !self.at("}") {
            if entries.is_empty() && self.at(",") {
                self.take();
                break;
            }
            let optional = self.take_if("?").is_some();
            let key = self.expr()?;
            self.expect(":")?;
            entries.push(MapEntry { key, value: self.expr()?, optional });
            if self.take_if(",").is_none() {
                break;
            }
        }
        self.close("}")?;
        self.flat(open, Kind::Map(entries))
    }

    fn literal(&mut self) -> Parse<Expr> {
        let sign = self.take_if("-");
        let token = self.peek().clone();
        let signed = matches!(token, Token::Int | Token::Float);
        if sign.is_some() && !signed
            || matches!(token, Token::Symbol(it) if !["true", "false", "null"].contains(&it))
        {
            return self.unexpected(OPERANDS);
        }
        if matches!(token, Token::End | Token::EscapedIdent | Token::Ident) {
            return self.unexpected(OPERANDS);
        }
        let place = self.take();
        let place = (sign.map_or(place.0, |sign| sign.0), place.1);
        let digits = self.text_at(place);
        match literal(&token, digits) {
            Ok(literal) => self.flat(place, Kind::Literal(literal)),
            Err(message) => {
                self.report(place, message);
                self.flat(place, Kind::Literal(Literal::Null))
            }
        }
    }

    // Calls and macros.

    fn call_or_macro(
        &mut self,
        open: (u32, u32),
        function: SmolStr,
        target: Option<Expr>,
        args: Vec<Expr>,
    ) -> Parse<Expr> {
        let method = target.is_some();
        let call = match macros::expand(self, open, Call { target, function, args })? {
            macros::Expansion::Done(expr) => return Ok(expr),
            macros::Expansion::Wrong(id, message) => {
                let range = self.places.range(id);
                self.report((range.start, range.end), message);
                return self.flat(open, Kind::Literal(Literal::Null));
            }
            macros::Expansion::NoMacro(call) => Kind::Call(Box::new(call)),
        };
        if method { self.deep(open, call) } else { self.flat(open, call) }
    }

    /// A node that a macro makes.
    pub(super) fn made(&mut self, place: (u32, u32), kind: Kind) -> Parse<Expr> {
        self.flat(place, kind)
    }

    /// The same expression with ids of its own.
    pub(super) fn copy(&mut self, expr: &Expr) -> Parse<Expr> {
        let mut copy = expr.clone();
        self.renumber(&mut copy)?;
        Ok(copy)
    }

    fn renumber(&mut self, expr: &mut Expr) -> Parse<()> {
        let range = self.places.range(expr.id);
        let depth = self.depths[expr.id as usize];
        expr.id = self.id((range.start, range.end))?;
        self.depths[expr.id as usize] = depth;
        let children: Vec<&mut Expr> = match &mut expr.kind {
            Kind::Literal(_) | Kind::Ident(_) => Vec::new(),
            Kind::Select { operand, .. } => vec![operand],
            Kind::Call(call) => call.target.iter_mut().chain(&mut call.args).collect(),
            Kind::List(items) => items.iter_mut().map(|item| &mut item.value).collect(),
            Kind::Map(entries) => {
                entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value]).collect()
            }
            Kind::Struct(_, fields) => fields.iter_mut().map(|field| &mut field.value).collect(),
            Kind::Fold(fold) => {
                let fold = &mut **fold;
                vec![&mut fold.range, &mut fold.start, &mut fold.condition, &mut fold.step, &mut fold.result]
            }
        };
        children.into_iter().try_for_each(|child| self.renumber(child))
    }
}

fn starts_operand(token: &Token) -> bool {
    match token {
        Token::Symbol(symbol) => ["[", "{", "(", ".", "-", "!", "true", "false", "null"].contains(symbol),
        Token::End | Token::EscapedIdent => false,
        _ => true,
    }
}

/// A call without a receiver.
pub(super) fn call(function: &'static str, args: Vec<Expr>) -> Kind {
    Kind::Call(Box::new(Call { target: None, function: SmolStr::new_static(function), args }))
}

fn literal(token: &Token, text: &str) -> Result<Literal, &'static str> {
    Ok(match token {
        Token::Symbol("true") => Literal::Bool(true),
        Token::Symbol("false") => Literal::Bool(false),
        Token::Int => Literal::Int(int(text).ok_or("invalid int literal")?),
        Token::Uint => Literal::Uint(uint(&text[..text.len() - 1]).ok_or("invalid uint literal")?),
        Token::Float => {
            let compact: String = text.chars().filter(|it| !it.is_whitespace()).collect();
            let number: f64 = compact.parse().map_err(|_| "invalid double literal")?;
            Literal::Double(Some(number).filter(|it| it.is_finite()).ok_or("invalid double literal")?)
        }
        Token::Text => Literal::Text(lexer::text_of(text)?.into()),
        Token::Bytes => Literal::Bytes(lexer::bytes_of(text)?),
        _ => Literal::Null,
    })
}

fn int(text: &str) -> Option<i64> {
    let digits = text.trim_start_matches('-').trim_start();
    let sign = if text.starts_with('-') { "-" } else { "" };
    match digits.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(&format!("{sign}{digits}"), 16).ok(),
        None => format!("{sign}{digits}").parse().ok(),
    }
}

fn uint(digits: &str) -> Option<u64> {
    match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}
