//! Expressions read by the strength of their signs.

use seatrial_schema::Value;

use super::lexer::{Token, tokens};

/// Expressions are no longer than this.
const BYTES_MAX: usize = 64 * 1024;
/// Parts stand in each other no deeper than this.
const DEPTH_MAX: usize = 60;
/// Expressions have fewer parts than this: chains are as deep as they are long.
const PARTS_MAX: usize = 500;

/// One part of an expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Compare(&'static str, Box<Node>, Box<Node>),
    Reference(Box<Node>),
    Call(String, Vec<Node>),
    Field(String),
    Filter(Box<Node>, Box<Node>, Box<Node>),
    Flatten(Box<Node>),
    Current,
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    Hash(Vec<(String, Node)>),
    List(Vec<Node>),
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Pipe(Box<Node>, Box<Node>),
    /// What the right makes of each item of the left.
    Project(Box<Node>, Box<Node>),
    /// The same of each value.
    ProjectValues(Box<Node>, Box<Node>),
    /// What the right makes of the left.
    Chain(Box<Node>, Box<Node>),
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    if text.len() > BYTES_MAX {
        return Err("an expression is too long".to_owned());
    }
    let tokens = tokens(text)?;
    if tokens.len() > PARTS_MAX {
        return Err("an expression is too long".to_owned());
    }
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let tree = parser.expression(0)?;
    match parser.current() {
        Token::End => Ok(tree),
        other => Err(format!("unexpected {other:?}")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

const PROJECTION_STOP: u8 = 10;

fn strength(token: &Token) -> u8 {
    let Token::Sign(sign) = token else { return 0 };
    match *sign {
        "|" => 1,
        "||" => 2,
        "&&" => 3,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => 5,
        "[]" => 9,
        "*" => 20,
        "[?" => 21,
        "." => 40,
        "!" => 45,
        "{" => 50,
        "[" => 55,
        "(" => 60,
        _ => 0,
    }
}

fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}

impl Parser {
    fn current(&self) -> &Token {
        self.ahead(0)
    }

    fn ahead(&self, by: usize) -> &Token {
        self.tokens.get(self.at + by).unwrap_or(&Token::End)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.current(), Token::Sign(it) if *it == sign)
    }

    fn advance(&mut self) -> Token {
        let token = self.current().clone();
        self.at += 1;
        token
    }

    fn skip(&mut self, sign: &str) -> Result<(), String> {
        if !self.is(sign) {
            return Err(format!("expected {sign:?}, found {:?}", self.current()));
        }
        self.at += 1;
        Ok(())
    }

    fn expression(&mut self, power: u8) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("an expression is too deep".to_owned());
        }
        let token = self.advance();
        let mut left = self.start(token)?;
        while power < strength(self.current()) {
            let token = self.advance();
            left = self.extend(&token, left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What a part begins with.
    fn start(&mut self, token: Token) -> Result<Node, String> {
        let sign = match token {
            Token::Literal(value) => return Ok(Node::Literal(value)),
            Token::Quoted(_) if self.is("(") => return Err("a function has no quotes".to_owned()),
            Token::Name(name) | Token::Quoted(name) => return Ok(Node::Field(name)),
            Token::Number(_) | Token::End => return Err("an expression is not complete".to_owned()),
            Token::Sign(sign) => sign,
        };
        match sign {
            "*" => {
                let right = if self.is("]") { Node::Current } else { self.projected(20)? };
                Ok(Node::ProjectValues(boxed(Node::Current), boxed(right)))
            }
            "[?" => self.filter(Node::Current),
            "{" => self.hash(),
            "[]" => {
                let right = self.projected(9)?;
                Ok(Node::Project(boxed(Node::Flatten(boxed(Node::Current))), boxed(right)))
            }
            "[" => self.bracket(),
            "@" => Ok(Node::Current),
            "&" => Ok(Node::Reference(boxed(self.expression(0)?))),
            "!" => Ok(Node::Not(boxed(self.expression(45)?))),
            "(" => {
                let inner = self.expression(0)?;
                self.skip(")")?;
                Ok(inner)
            }
            other => Err(format!("unexpected {other:?}")),
        }
    }

    fn bracket(&mut self) -> Result<Node, String> {
        if matches!(self.current(), Token::Number(_)) || self.is(":") {
            let right = self.index()?;
            return self.projected_slice(Node::Current, right);
        }
        if self.is("*") && matches!(self.ahead(1), Token::Sign("]")) {
            self.at += 2;
            let right = self.projected(20)?;
            return Ok(Node::Project(boxed(Node::Current), boxed(right)));
        }
        self.list()
    }

    /// What follows on a part.
    fn extend(&mut self, token: &Token, left: Node) -> Result<Node, String> {
        let Token::Sign(sign) = token else { return Err(format!("unexpected {token:?}")) };
        match *sign {
            "." if self.is("*") => {
                self.at += 1;
                let right = self.projected(40)?;
                Ok(Node::ProjectValues(boxed(left), boxed(right)))
            }
            "." => {
                let right = self.behind_dot(40)?;
                Ok(Node::Chain(boxed(left), boxed(right)))
            }
            "|" => Ok(Node::Pipe(boxed(left), boxed(self.expression(1)?))),
            "||" => Ok(Node::Or(boxed(left), boxed(self.expression(2)?))),
            "&&" => Ok(Node::And(boxed(left), boxed(self.expression(3)?))),
            "(" => {
                let Node::Field(name) = left else { return Err("only a name can be called".to_owned()) };
                self.call(name)
            }
            "[?" => self.filter(left),
            "[]" => {
                let right = self.projected(9)?;
                Ok(Node::Project(boxed(Node::Flatten(boxed(left))), boxed(right)))
            }
            "[" if matches!(self.current(), Token::Number(_)) || self.is(":") => {
                let right = self.index()?;
                self.projected_slice(left, right)
            }
            "[" => {
                self.skip("*")?;
                self.skip("]")?;
                let right = self.projected(20)?;
                Ok(Node::Project(boxed(left), boxed(right)))
            }
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                Ok(Node::Compare(sign, boxed(left), boxed(self.expression(5)?)))
            }
            other => Err(format!("unexpected {other:?}")),
        }
    }

    fn call(&mut self, name: String) -> Result<Node, String> {
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.expression(0)?);
            if self.is(",") {
                self.at += 1;
            } else if !self.is(")") {
                return Err(format!("unexpected {:?}", self.current()));
            }
        }
        self.at += 1;
        Ok(Node::Call(name, arguments))
    }

    fn filter(&mut self, left: Node) -> Result<Node, String> {
        let condition = self.expression(0)?;
        self.skip("]")?;
        let right = if self.is("[]") { Node::Current } else { self.projected(21)? };
        Ok(Node::Filter(boxed(left), boxed(right), boxed(condition)))
    }

    fn index(&mut self) -> Result<Node, String> {
        let is_slice = self.is(":") || matches!(self.ahead(1), Token::Sign(":"));
        if !is_slice {
            let Token::Number(number) = self.advance() else { return Err("an index is a number".to_owned()) };
            self.skip("]")?;
            return Ok(Node::Index(number));
        }
        let mut parts = [None; 3];
        let mut at = 0;
        while !self.is("]") {
            match self.advance() {
                Token::Sign(":") if at < 2 => at += 1,
                Token::Number(number) => parts[at] = Some(number),
                other => return Err(format!("unexpected {other:?}")),
            }
        }
        self.at += 1;
        Ok(Node::Slice(parts))
    }

    fn projected_slice(&mut self, left: Node, right: Node) -> Result<Node, String> {
        let is_slice = matches!(right, Node::Slice(_));
        let indexed = Node::Chain(boxed(left), boxed(right));
        if !is_slice {
            return Ok(indexed);
        }
        let right = self.projected(20)?;
        Ok(Node::Project(boxed(indexed), boxed(right)))
    }

    /// What is done with each item that is projected.
    fn projected(&mut self, power: u8) -> Result<Node, String> {
        if strength(self.current()) < PROJECTION_STOP {
            return Ok(Node::Current);
        }
        if self.is("[") || self.is("[?") {
            return self.expression(power);
        }
        self.skip(".")?;
        self.behind_dot(power)
    }

    fn behind_dot(&mut self, power: u8) -> Result<Node, String> {
        match self.current() {
            Token::Name(_) | Token::Quoted(_) | Token::Sign("*") => self.expression(power),
            Token::Sign("[") => {
                self.at += 1;
                self.list()
            }
            Token::Sign("{") => {
                self.at += 1;
                self.hash()
            }
            other => Err(format!("unexpected {other:?} behind a dot")),
        }
    }

    fn list(&mut self) -> Result<Node, String> {
        let mut items = Vec::new();
        loop {
            items.push(self.expression(0)?);
            if self.is("]") {
                self.at += 1;
                return Ok(Node::List(items));
            }
            self.skip(",")?;
        }
    }

    fn hash(&mut self) -> Result<Node, String> {
        let mut entries = Vec::new();
        loop {
            let (Token::Name(key) | Token::Quoted(key)) = self.advance() else {
                return Err("a key is a name".to_owned());
            };
            self.skip(":")?;
            entries.push((key, self.expression(0)?));
            if self.is("}") {
                self.at += 1;
                return Ok(Node::Hash(entries));
            }
            self.skip(",")?;
        }
    }
}
