//! As much of Go's syntax as table tests are written in: declarations,
//! assignments, calls, composite and function literals, loops over ranges.
//! What is not understood becomes [`Expression::Unknown`], never an error.

use std::rc::Rc;

/// A word, a sign or a literal, and its line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name or a keyword.
    Word(String),
    /// A string, its escapes resolved.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Anything else; `;` also where a line ends a statement.
    Sign(&'static str),
}

const SIGNS: [&str; 32] = [
    ":=", "==", "!=", "<=", ">=", "&&", "||", "...", "+=", "-=", "++", "--", "<-", "(", ")", "{", "}", "[",
    "]", ",", ";", ":", ".", "=", "+", "-", "*", "/", "&", "!", "<", ">",
];

/// The tokens of a file with their lines.
pub(crate) fn tokens(text: &str) -> Vec<(Token, usize)> {
    let (mut found, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(letter) = rest.chars().next() {
        let (token, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else if letter == '\n' {
            (ends_statement(&found).then_some(Token::Sign(";")), 1)
        } else {
            token(rest, letter)
        };
        found.extend(token.map(|token| (token, line)));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

fn ends_statement(found: &[(Token, usize)]) -> bool {
    match found.last().map(|(token, _)| token) {
        None => false,
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "}" | "++" | "--"),
        Some(_) => true,
    }
}

fn token(rest: &str, letter: char) -> (Option<Token>, usize) {
    let span = |is_part: fn(char) -> bool| rest.find(|it| !is_part(it)).unwrap_or(rest.len());
    if letter == '`' {
        let end = rest[1..].find('`').map_or(rest.len(), |at| at + 1);
        return (Some(Token::Text(rest[1..end].replace('\r', ""))), (end + 1).min(rest.len()));
    }
    if letter == '"' || letter == '\'' {
        return quoted(rest, letter);
    }
    if letter.is_ascii_digit() {
        let length = span(|it| it.is_ascii_alphanumeric() || it == '_' || it == '.');
        return (Some(Token::Number(rest[..length].parse().unwrap_or_default())), length);
    }
    if letter.is_alphabetic() || letter == '_' {
        let length = span(|it| it.is_alphanumeric() || it == '_');
        return (Some(Token::Word(rest[..length].to_owned())), length);
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => (Some(Token::Sign(sign)), sign.len()),
        None => (None, letter.len_utf8()),
    }
}

fn quoted(rest: &str, quote: char) -> (Option<Token>, usize) {
    let (mut text, mut letters) = (String::new(), rest.char_indices().skip(1));
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next().map(|(_, letter)| letter) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => break,
            },
            it if it == quote => return (Some(Token::Text(text)), at + 1),
            it => text.push(it),
        }
    }
    (Some(Token::Text(text)), rest.len())
}

/// A type, as far as composite literals need it.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    /// The names of the fields.
    Struct(Vec<String>),
    List(Box<Type>),
    Map(Box<Type>),
    Named(String),
    Other,
}

#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Text(String),
    Number(i64),
    Name(String),
    Field(Box<Expression>, String),
    Call(Box<Expression>, Vec<Expression>, usize),
    Index(Box<Expression>, Box<Expression>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Composite(Type, Vec<(Option<Expression>, Expression)>),
    Function(Rc<Function>),
    Unknown,
}

/// A function or a literal of one.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub(crate) parameters: Vec<String>,
    pub(crate) body: Vec<Statement>,
}

#[derive(Clone, Debug)]
pub(crate) enum Statement {
    /// `a, b := x`, `a = x`, `a += x`.
    Assign(Vec<Expression>, &'static str, Vec<Expression>),
    Do(Expression),
    If(Box<Statement>, Expression, Vec<Statement>, Vec<Statement>),
    Range(Vec<String>, Expression, Vec<Statement>),
    Return(Vec<Expression>),
    Block(Vec<Statement>),
    Type(String, Type),
    Nothing,
}

/// A file's functions, constants, variables and types.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) functions: Vec<(String, Rc<Function>, usize)>,
    pub(crate) statements: Vec<Statement>,
}

/// Reads a file.
pub(crate) fn parse(text: &str) -> File {
    let mut parser = Parser { tokens: tokens(text), at: 0, may_be_composite: true };
    let mut file = File::default();
    while parser.at < parser.tokens.len() {
        if parser.eat(";") {
            continue;
        }
        match parser.word() {
            Some("func") => file.functions.extend(parser.function_declaration()),
            Some("const" | "var" | "type") => {
                let declared = parser.statement();
                file.statements.push(declared);
            }
            _ => {
                parser.at += 1;
                parser.skip_statement();
            }
        }
    }
    file
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// Not in the head of a statement with a block.
    may_be_composite: bool,
}

impl Parser {
    fn token(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |(_, line)| *line)
    }

    fn word(&self) -> Option<&str> {
        match self.token() {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token(), Some(Token::Sign(it)) if *it == sign)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let is = self.word() == Some(word);
        self.at += usize::from(is);
        is
    }

    fn name(&mut self) -> String {
        let name = self.word().unwrap_or_default().to_owned();
        self.at += 1;
        name
    }

    /// Goes behind the bracket that closes the one here.
    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.token() {
            match token {
                Token::Sign("(" | "[" | "{") => depth += 1,
                Token::Sign(")" | "]" | "}") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_statement(&mut self) {
        while let Some(token) = self.token() {
            match token {
                Token::Sign(";") => {
                    self.at += 1;
                    return;
                }
                Token::Sign("}" | ")" | "]") => return,
                Token::Sign("(" | "[" | "{") => self.skip_brackets(),
                _ => self.at += 1,
            }
        }
    }

    fn function_declaration(&mut self) -> Option<(String, Rc<Function>, usize)> {
        let line = self.line();
        self.at += 1;
        if self.is("(") {
            self.skip_statement();
            return None;
        }
        let name = self.name();
        Some((name, Rc::new(self.function()), line))
    }

    /// From the parameters on.
    fn function(&mut self) -> Function {
        let parameters = self.parameters();
        while !self.is("{") && self.token().is_some() && !self.is(";") && !self.is(")") && !self.is(",") {
            if self.is("(") || self.is("[") {
                self.skip_brackets();
            } else {
                self.at += 1;
            }
        }
        let body = if self.is("{") { self.block() } else { Vec::new() };
        Function { parameters, body }
    }

    fn parameters(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        let start = self.at;
        self.skip_brackets();
        let end = self.at;
        self.at = start + 1;
        while self.at + 1 < end {
            names.push(self.name());
            while self.at + 1 < end && !self.is(",") {
                if self.is("(") || self.is("[") { self.skip_brackets() } else { self.at += 1 }
            }
            self.eat(",");
        }
        self.at = end;
        names
    }

    fn block(&mut self) -> Vec<Statement> {
        let outer = std::mem::replace(&mut self.may_be_composite, true);
        let mut statements = Vec::new();
        self.eat("{");
        while !self.is("}") && self.token().is_some() {
            if !self.eat(";") {
                statements.push(self.statement());
            }
        }
        self.eat("}");
        self.may_be_composite = outer;
        statements
    }

    fn statement(&mut self) -> Statement {
        let start = self.at;
        let statement = match self.word() {
            Some("if") => return self.condition(),
            Some("for") => self.range(),
            Some("return") => {
                self.at += 1;
                Statement::Return(self.expressions())
            }
            Some("const" | "var") => self.declaration(),
            Some("type") => self.type_declaration(),
            Some("defer" | "go" | "switch" | "select" | "break" | "continue") => {
                self.skip_statement();
                return Statement::Nothing;
            }
            _ if self.is("{") => Statement::Block(self.block()),
            _ => self.simple(),
        };
        if !self.is(";") && !self.is("}") && !self.is(")") {
            self.at = self.at.max(start + 1);
            self.skip_statement();
        }
        statement
    }

    fn simple(&mut self) -> Statement {
        let left = self.expressions();
        for sign in [":=", "=", "+="] {
            if self.eat(sign) {
                return Statement::Assign(left, sign, self.expressions());
            }
        }
        left.into_iter().next().map_or(Statement::Nothing, Statement::Do)
    }

    fn condition(&mut self) -> Statement {
        self.at += 1;
        self.may_be_composite = false;
        let mut first = self.simple();
        let condition = if self.eat(";") {
            self.expression(0)
        } else {
            match std::mem::replace(&mut first, Statement::Nothing) {
                Statement::Do(condition) => condition,
                _ => Expression::Unknown,
            }
        };
        while !self.is("{") && self.token().is_some() {
            self.at += 1;
        }
        self.may_be_composite = true;
        let then = self.block();
        let mut otherwise = Vec::new();
        if self.eat_word("else") {
            otherwise = if self.is("{") { self.block() } else { vec![self.statement()] };
        }
        Statement::If(Box::new(first), condition, then, otherwise)
    }

    fn range(&mut self) -> Statement {
        self.at += 1;
        let mut names = Vec::new();
        while self.word().is_some_and(|word| word != "range") {
            names.push(self.name());
            self.eat(",");
        }
        if !self.eat(":=") || !self.eat_word("range") {
            self.skip_statement();
            return Statement::Nothing;
        }
        self.may_be_composite = false;
        let over = self.expression(0);
        self.may_be_composite = true;
        Statement::Range(names, over, self.block())
    }

    /// `var x = 1`, `const ( … )`.
    fn declaration(&mut self) -> Statement {
        self.at += 1;
        if !self.eat("(") {
            return self.declared();
        }
        let mut all = Vec::new();
        while !self.is(")") && self.token().is_some() {
            if !self.eat(";") {
                all.push(self.declared());
            }
        }
        self.eat(")");
        Statement::Block(all)
    }

    fn declared(&mut self) -> Statement {
        let mut names = vec![Expression::Name(self.name())];
        while self.eat(",") {
            names.push(Expression::Name(self.name()));
        }
        if !self.is("=") {
            self.ty();
        }
        let values = if self.eat("=") { self.expressions() } else { Vec::new() };
        Statement::Assign(names, ":=", values)
    }

    fn type_declaration(&mut self) -> Statement {
        self.at += 1;
        let name = self.name();
        Statement::Type(name, self.ty())
    }

    fn ty(&mut self) -> Type {
        if self.eat("*") {
            return self.ty();
        }
        if self.is("[") {
            self.skip_brackets();
            return Type::List(Box::new(self.ty()));
        }
        match self.word() {
            Some("map") => {
                self.at += 1;
                self.skip_brackets();
                Type::Map(Box::new(self.ty()))
            }
            Some("struct") => {
                self.at += 1;
                self.fields()
            }
            Some("func") => {
                self.at += 1;
                self.skip_brackets();
                if self.word().is_some() {
                    self.ty();
                } else if self.is("(") {
                    self.skip_brackets();
                }
                Type::Other
            }
            Some(_) => {
                let mut name = self.name();
                while self.eat(".") {
                    name = self.name();
                }
                Type::Named(name)
            }
            None => Type::Other,
        }
    }

    fn fields(&mut self) -> Type {
        self.eat("{");
        let mut names = Vec::new();
        while !self.is("}") && self.token().is_some() {
            if self.eat(";") {
                continue;
            }
            names.push(self.name());
            while self.eat(",") {
                names.push(self.name());
            }
            let start = self.at;
            self.ty();
            self.at = self.at.max(start + 1);
        }
        self.eat("}");
        Type::Struct(names)
    }

    fn expressions(&mut self) -> Vec<Expression> {
        let mut found = Vec::new();
        while !self.is(";") && !self.is("}") && !self.is("{") && self.token().is_some() {
            found.push(self.expression(0));
            if !self.eat(",") {
                break;
            }
        }
        found
    }

    fn expression(&mut self, level: usize) -> Expression {
        const LEVELS: [&[&str]; 4] =
            [&["||"], &["&&"], &["==", "!=", "<", "<=", ">", ">="], &["+", "-", "*", "/"]];
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.expression(level + 1);
        while let Some(sign) = signs.iter().find(|sign| self.is(sign)) {
            self.at += 1;
            let right = self.expression(level + 1);
            left = Expression::Binary(sign, Box::new(left), Box::new(right));
        }
        left
    }

    fn unary(&mut self) -> Expression {
        if self.eat("!") {
            return Expression::Not(Box::new(self.unary()));
        }
        if self.eat("&") || self.eat("*") {
            return self.unary();
        }
        if self.eat("-") {
            return match self.unary() {
                Expression::Number(number) => Expression::Number(-number),
                _ => Expression::Unknown,
            };
        }
        let first = self.primary();
        self.behind(first)
    }

    fn primary(&mut self) -> Expression {
        match self.token().cloned() {
            Some(Token::Text(text)) => {
                self.at += 1;
                Expression::Text(text)
            }
            Some(Token::Number(number)) => {
                self.at += 1;
                Expression::Number(number)
            }
            Some(Token::Sign("(")) => {
                self.at += 1;
                let outer = std::mem::replace(&mut self.may_be_composite, true);
                let inner = self.expression(0);
                self.may_be_composite = outer;
                self.eat(")");
                inner
            }
            Some(Token::Word(word)) if word == "func" => {
                self.at += 1;
                Expression::Function(Rc::new(self.function()))
            }
            Some(Token::Sign("[")) => self.typed(),
            Some(Token::Word(word)) if matches!(word.as_str(), "map" | "struct") => self.typed(),
            Some(Token::Word(word)) => {
                self.at += 1;
                Expression::Name(word)
            }
            _ => {
                self.at += 1;
                Expression::Unknown
            }
        }
    }

    /// A literal or a conversion that begins with a type.
    fn typed(&mut self) -> Expression {
        let ty = self.ty();
        if self.is("{") { self.composite(ty) } else { Expression::Name("string".to_owned()) }
    }

    fn behind(&mut self, mut left: Expression) -> Expression {
        loop {
            if self.eat(".") {
                left = if self.is("(") {
                    self.skip_brackets();
                    left
                } else {
                    Expression::Field(Box::new(left), self.name())
                };
            } else if self.is("(") {
                let line = self.line();
                left = Expression::Call(Box::new(left), self.arguments(), line);
            } else if self.eat("[") {
                let index = if self.is(":") { Expression::Unknown } else { self.expression(0) };
                let is_part = self.is(":");
                while !self.is("]") && self.token().is_some() {
                    self.at += 1;
                }
                self.eat("]");
                let index = if is_part { Expression::Unknown } else { index };
                left = Expression::Index(Box::new(left), Box::new(index));
            } else if self.is("{") && self.may_be_composite {
                let ty = match &left {
                    Expression::Name(name) | Expression::Field(_, name) => Type::Named(name.clone()),
                    _ => return left,
                };
                left = self.composite(ty);
            } else {
                return left;
            }
        }
    }

    fn arguments(&mut self) -> Vec<Expression> {
        let outer = std::mem::replace(&mut self.may_be_composite, true);
        self.eat("(");
        let mut found = Vec::new();
        while !self.is(")") && self.token().is_some() {
            found.push(self.expression(0));
            self.eat("...");
            if !self.eat(",") {
                self.eat(";");
            }
        }
        self.eat(")");
        self.may_be_composite = outer;
        found
    }

    fn composite(&mut self, ty: Type) -> Expression {
        let inner = match &ty {
            Type::List(inner) | Type::Map(inner) => (**inner).clone(),
            _ => Type::Other,
        };
        self.eat("{");
        let mut entries = Vec::new();
        while !self.is("}") && self.token().is_some() {
            let first = self.element(&inner);
            if self.eat(":") {
                let value = self.element(&inner);
                entries.push((Some(first), value));
            } else {
                entries.push((None, first));
            }
            if !self.eat(",") {
                self.eat(";");
            }
        }
        self.eat("}");
        Expression::Composite(ty, entries)
    }

    fn element(&mut self, ty: &Type) -> Expression {
        if self.is("{") { self.composite(ty.clone()) } else { self.expression(0) }
    }
}
