//! Runs Go test functions as far as they write files, build them and compare
//! the outcome. What is not known stays [`Value::Unknown`] and is passed on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use super::go::{Expression, File, Function, Statement, Type};

/// Deepest nesting of calls.
const DEPTH_MAX: usize = 60;

/// What an expression is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Nil,
    Text(String),
    Number(i64),
    Bool(bool),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Struct(BTreeMap<String, Value>),
    Function(Rc<Function>, Scope),
    /// A tree of files that is built.
    Harness(Rc<RefCell<Tree>>),
    /// What a build gave.
    Built(Rc<Result<String, String>>),
    /// The message of a failed build.
    Error(String),
    Several(Vec<Value>),
    /// What it is called, where that is a name.
    Unknown(String),
}

pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

impl Value {
    fn unknown() -> Self {
        Self::Unknown(String::new())
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Error(text) => Some(text),
            _ => None,
        }
    }
}

/// Variables, those of the surrounding blocks behind them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    variables: Rc<RefCell<BTreeMap<String, Value>>>,
    outer: Option<Rc<Scope>>,
}

impl Scope {
    fn inner(&self) -> Self {
        Self { variables: Rc::default(), outer: Some(Rc::new(self.clone())) }
    }

    fn find(&self, name: &str) -> Option<Value> {
        let own = self.variables.borrow().get(name).cloned();
        own.or_else(|| self.outer.as_ref()?.find(name))
    }

    fn define(&self, name: &str, value: Value) {
        if name != "_" {
            self.variables.borrow_mut().insert(name.to_owned(), value);
        }
    }

    fn assign(&self, name: &str, value: Value) {
        if let (false, Some(outer)) = (self.variables.borrow().contains_key(name), &self.outer) {
            return outer.assign(name, value);
        }
        self.define(name, value);
    }
}

/// A comparison that a test makes.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The line of the call.
    pub(crate) line: usize,
    /// The text that was expected, an error by none.
    pub(crate) expected: Option<String>,
    pub(crate) ours: Result<String, String>,
    /// What was built.
    pub(crate) tree: Tree,
}

/// How a tree is built: directory, options by their names.
pub(crate) type Build<'a> = &'a dyn Fn(&Tree, &str, &BTreeMap<String, Value>) -> Result<String, String>;

/// The functions, constants and types of a package, and what its tests say.
pub(crate) struct Interpreter<'a> {
    build: Build<'a>,
    /// Where files of the test data are read from.
    folder: PathBuf,
    globals: Scope,
    types: BTreeMap<String, Type>,
    depth: usize,
    pub(crate) comparisons: Vec<Comparison>,
    /// What was built last.
    built: Tree,
}

type Flow = Option<Value>;

impl<'a> Interpreter<'a> {
    pub(crate) fn new(files: &[File], folder: PathBuf, build: Build<'a>) -> Self {
        let mut new = Self {
            build,
            folder,
            globals: Scope::default(),
            types: BTreeMap::new(),
            depth: 0,
            comparisons: Vec::new(),
            built: Tree::new(),
        };
        let globals = new.globals.clone();
        for file in files {
            for (name, function, _) in &file.functions {
                globals.define(name, Value::Function(function.clone(), globals.clone()));
            }
        }
        for file in files {
            new.statements(&file.statements, &globals);
        }
        new
    }

    /// Runs a test; what it compares is kept.
    pub(crate) fn test(&mut self, function: &Function) {
        let scope = self.globals.inner();
        self.statements(&function.body, &scope);
    }

    fn statements(&mut self, statements: &[Statement], scope: &Scope) -> Flow {
        statements.iter().find_map(|statement| self.statement(statement, scope))
    }

    fn statement(&mut self, statement: &Statement, scope: &Scope) -> Flow {
        match statement {
            Statement::Assign(left, sign, right) => self.assign(left, sign, right, scope),
            Statement::Do(expression) => drop(self.value(expression, scope)),
            Statement::If(first, condition, then, otherwise) => {
                let scope = scope.inner();
                self.statement(first, &scope);
                return match self.value(condition, &scope) {
                    Value::Bool(true) => self.statements(then, &scope.inner()),
                    Value::Bool(false) => self.statements(otherwise, &scope.inner()),
                    _ => None,
                };
            }
            Statement::Range(names, over, body) => {
                let items: Vec<(Value, Value)> = match self.value(over, scope) {
                    Value::Map(entries) => entries,
                    Value::List(items) => {
                        items.into_iter().enumerate().map(|(at, it)| (number(at), it)).collect()
                    }
                    _ => Vec::new(),
                };
                for (key, item) in items {
                    let scope = scope.inner();
                    for (name, value) in names.iter().zip([key, item]) {
                        scope.define(name, value);
                    }
                    let flow = self.statements(body, &scope);
                    if flow.is_some() {
                        return flow;
                    }
                }
            }
            Statement::Return(values) => {
                let mut values: Vec<Value> = values.iter().map(|it| self.value(it, scope)).collect();
                return Some(if values.len() == 1 { values.remove(0) } else { Value::Several(values) });
            }
            Statement::Block(statements) => {
                // A group of declarations is no block of its own.
                return self.statements(statements, scope);
            }
            Statement::Type(name, ty) => drop(self.types.insert(name.clone(), ty.clone())),
            Statement::Nothing => {}
        }
        None
    }

    fn assign(&mut self, left: &[Expression], sign: &str, right: &[Expression], scope: &Scope) {
        let mut values: Vec<Value> = right.iter().map(|it| self.value(it, scope)).collect();
        match values.pop() {
            Some(Value::Several(several)) if values.is_empty() => values = several,
            last => values.extend(last),
        }
        values.resize(left.len(), Value::Nil);
        for (place, value) in left.iter().zip(values) {
            let value = match sign {
                "+=" => sum(self.value(place, scope), value),
                _ => value,
            };
            match place {
                Expression::Name(name) if sign == ":=" => scope.define(name, value),
                Expression::Name(name) => scope.assign(name, value),
                Expression::Index(of, key) => {
                    let key = self.value(key, scope);
                    self.put(of, scope, |map| insert(map, key, value));
                }
                Expression::Field(of, name) => self.put(of, scope, |holder| {
                    if let Value::Struct(fields) = holder {
                        fields.insert(name.clone(), value);
                    }
                }),
                _ => {}
            }
        }
    }

    /// Changes the value at a place.
    fn put(&mut self, place: &Expression, scope: &Scope, change: impl FnOnce(&mut Value)) {
        let mut value = self.value(place, scope);
        change(&mut value);
        match place {
            Expression::Name(name) => scope.assign(name, value),
            Expression::Field(of, name) => {
                let name = name.clone();
                let mut holder = self.value(of, scope);
                if let (Value::Struct(fields), Expression::Name(of)) = (&mut holder, &**of) {
                    fields.insert(name, value);
                    scope.assign(of, holder);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, expression: &Expression, scope: &Scope) -> Value {
        match expression {
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Number(number) => Value::Number(*number),
            Expression::Name(name) => match name.as_str() {
                "nil" => Value::Nil,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => scope.find(name).unwrap_or_else(|| Value::Unknown(name.clone())),
            },
            Expression::Field(of, name) => match self.value(of, scope) {
                Value::Struct(fields) => fields.get(name).cloned().unwrap_or(Value::Nil),
                Value::Unknown(of) => Value::Unknown(format!("{of}.{name}")),
                _ => Value::unknown(),
            },
            Expression::Call(function, arguments, line) => self.call(function, arguments, *line, scope),
            Expression::Index(of, key) => {
                let key = self.value(key, scope);
                index(&self.value(of, scope), &key)
            }
            Expression::Binary(sign, left, right) => {
                let (left, right) = (self.value(left, scope), self.value(right, scope));
                binary(sign, left, right)
            }
            Expression::Not(of) => match self.value(of, scope) {
                Value::Bool(is) => Value::Bool(!is),
                _ => Value::unknown(),
            },
            Expression::Composite(ty, entries) => self.composite(ty, entries, scope),
            Expression::Function(function) => Value::Function(function.clone(), scope.clone()),
            Expression::Unknown => Value::unknown(),
        }
    }

    fn composite(&mut self, ty: &Type, entries: &[(Option<Expression>, Expression)], scope: &Scope) -> Value {
        let ty = match ty {
            Type::Named(name) => self.types.get(name).cloned().unwrap_or(Type::Other),
            other => other.clone(),
        };
        match ty {
            Type::List(_) => Value::List(entries.iter().map(|(_, it)| self.value(it, scope)).collect()),
            Type::Map(_) => {
                let mut pair = |(key, value): &(Option<Expression>, Expression)| {
                    Some((self.value(key.as_ref()?, scope), self.value(value, scope)))
                };
                Value::Map(entries.iter().filter_map(&mut pair).collect())
            }
            Type::Struct(names) => {
                let fields = entries.iter().enumerate().filter_map(|(at, (key, value))| {
                    let name = match key {
                        Some(Expression::Name(name)) => name.clone(),
                        _ => names.get(at)?.clone(),
                    };
                    Some((name, self.value(value, scope)))
                });
                Value::Struct(fields.collect())
            }
            Type::Named(_) | Type::Other => {
                let fields = entries.iter().filter_map(|(key, value)| match key {
                    Some(Expression::Name(name)) => Some((name.clone(), self.value(value, scope))),
                    _ => None,
                });
                Value::Struct(fields.collect())
            }
        }
    }

    fn call(&mut self, function: &Expression, arguments: &[Expression], line: usize, scope: &Scope) -> Value {
        let values: Vec<Value> = arguments.iter().map(|it| self.value(it, scope)).collect();
        if let Expression::Field(of, name) = function {
            let holder = self.value(of, scope);
            match &holder {
                Value::Harness(tree) => return self.harness(tree, name, &values, line),
                Value::Built(built) => return outcome(built, name),
                Value::Error(text) if name == "Error" => return Value::Error(text.clone()),
                Value::Unknown(of) if of == "t" && name == "Run" => {
                    return values.get(1).map_or(Value::Nil, |it| self.apply(it, &[]));
                }
                Value::Unknown(of) => return self.library(&format!("{of}.{name}"), &values, line),
                Value::Struct(fields) => {
                    return match fields.get(name) {
                        Some(function) => self.apply(&function.clone(), &values),
                        None => Value::unknown(),
                    };
                }
                _ => return Value::unknown(),
            }
        }
        match self.value(function, scope) {
            Value::Unknown(name) => self.library(&name, &values, line),
            function => self.apply(&function, &values),
        }
    }

    fn apply(&mut self, function: &Value, arguments: &[Value]) -> Value {
        let Value::Function(function, scope) = function else { return Value::unknown() };
        if self.depth >= DEPTH_MAX {
            return Value::unknown();
        }
        let scope = scope.inner();
        for (at, name) in function.parameters.iter().enumerate() {
            let given = arguments.get(at).cloned();
            scope.define(name, given.unwrap_or_else(|| Value::Unknown(name.clone())));
        }
        self.depth += 1;
        let result = self.statements(&function.body, &scope).unwrap_or(Value::Nil);
        self.depth -= 1;
        result
    }

    /// What the harness of the tests does, and the file systems it stands on.
    fn harness(&mut self, tree: &Rc<RefCell<Tree>>, name: &str, values: &[Value], line: usize) -> Value {
        let text = |at: usize| values.get(at).and_then(Value::text).map(str::to_owned);
        let write = |path: Option<String>, content: Option<String>| {
            if let (Some(path), Some(content)) = (path, content) {
                tree.borrow_mut().insert(path, content.into_bytes());
            }
            Value::Nil
        };
        match name {
            "WriteF" | "WriteFile" => write(text(0), text(1)),
            "WriteK" => write(
                text(0).map(|it| joined(&[&it, "kustomization.yaml"])),
                headed("Kustomization", text(1)),
            ),
            "WriteC" => {
                write(text(0).map(|it| joined(&[&it, "kustomization.yaml"])), headed("Component", text(1)))
            }
            "Run" | "RunWithErr" => {
                // A kustomizer's own run takes the files first.
                let (tree, at) = match values.first() {
                    Some(Value::Harness(tree)) => (tree.clone(), 1),
                    _ => (tree.clone(), 0),
                };
                let Some(path) = text(at) else { return Value::unknown() };
                let built = (self.build)(&tree.borrow(), &path, &options(values.get(at + 1)));
                self.built.clone_from(&tree.borrow());
                if name == "Run" && at == 0 {
                    return Value::Built(Rc::new(built));
                }
                let error = built.as_ref().err().map_or(Value::Nil, |it| Value::Error(it.clone()));
                if at == 1 {
                    return Value::Several(vec![Value::Built(Rc::new(built)), error]);
                }
                let tree = self.built.clone();
                self.comparisons.push(Comparison { line, expected: None, ours: built, tree });
                error
            }
            "AssertActualEqualsExpected" | "AssertActualEqualsExpectedNoIdAnnotations" => {
                self.compare(values.first(), text(1), line)
            }
            "AssertActualEqualsExpectedWithTweak" => self.compare(values.first(), text(2), line),
            "WriteLegacyConfigs" => write(text(0), Some(self.field_tables())),
            "GetRoot" => Value::Text("/".to_owned()),
            "GetFSys" => Value::Harness(tree.clone()),
            "Join" => {
                let parts: Vec<&str> = values.iter().filter_map(Value::text).collect();
                Value::Text(joined(&parts))
            }
            "MkDir" => values.first().cloned().unwrap_or(Value::Nil),
            "MakeDefaultOptions" | "MakeOptionsPluginsDisabled" => Value::Struct(BTreeMap::new()),
            "MakeOptionsPluginsEnabled" => {
                Value::Struct([("Plugins".to_owned(), Value::Bool(true))].into_iter().collect())
            }
            "ErrIfNoHelm" => Value::Nil,
            _ => Value::unknown(),
        }
    }

    fn compare(&mut self, built: Option<&Value>, expected: Option<String>, line: usize) -> Value {
        if let (Some(Value::Built(built)), Some(expected)) = (built, expected) {
            let expected = expected.strip_prefix('\n').map(str::to_owned).unwrap_or(expected);
            let (ours, tree) = ((**built).clone(), self.built.clone());
            self.comparisons.push(Comparison { line, expected: Some(expected), ours, tree });
        }
        Value::Nil
    }

    /// The tables of fields that Kustomize has built in, as one configuration.
    fn field_tables(&self) -> String {
        let Ok(entries) = fs::read_dir(self.folder.join("../internal/konfig/builtinpluginconsts")) else {
            return String::new();
        };
        let texts = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
        let tables = texts.flat_map(|text| super::go::parse(&text).statements);
        let text = |statement| match statement {
            Statement::Block(inner) => inner,
            other => vec![other],
        };
        let mut all = String::new();
        for statement in tables.flat_map(text) {
            if let Statement::Assign(_, _, values) = statement {
                for value in values {
                    if let Expression::Text(text) = value {
                        all.push_str(&text);
                    }
                }
            }
        }
        all
    }

    /// Functions of Go's and the project's libraries.
    fn library(&mut self, name: &str, values: &[Value], line: usize) -> Value {
        let text = |at: usize| values.get(at).and_then(Value::text);
        match name {
            "string" | "[]byte" => values.first().cloned().unwrap_or(Value::Nil),
            "len" => match values.first() {
                Some(Value::Text(text)) => number(text.len()),
                Some(Value::List(items)) => number(items.len()),
                _ => Value::unknown(),
            },
            "append" => match values {
                [Value::List(items), more @ ..] => Value::List(items.iter().chain(more).cloned().collect()),
                _ => Value::unknown(),
            },
            "make" => Value::Map(Vec::new()),
            "fmt.Sprintf" => formatted(values),
            "filepath.Join" | "path.Join" => {
                let parts: Option<Vec<&str>> = values.iter().map(Value::text).collect();
                parts.map_or_else(Value::unknown, |parts| Value::Text(joined(&parts)))
            }
            "strings.ReplaceAll" | "strings.Replace" => match (text(0), text(1), text(2)) {
                (Some(text), Some(old), Some(new)) => Value::Text(text.replace(old, new)),
                _ => Value::unknown(),
            },
            "strings.TrimSpace" => {
                text(0).map_or_else(Value::unknown, |it| Value::Text(it.trim().to_owned()))
            }
            "os.ReadFile" => {
                let read = text(0).and_then(|path| fs::read_to_string(self.folder.join(path)).ok());
                Value::Several(vec![read.map_or_else(Value::unknown, Value::Text), Value::Nil])
            }
            "copyutil.CopyDir" => {
                if let (Some(Value::Harness(tree)), Some(from), Some(to)) = (values.first(), text(1), text(2))
                {
                    copy(&self.folder.join(from), to, &mut tree.borrow_mut());
                }
                Value::Nil
            }
            "kusttest_test.MakeHarness"
            | "filesys.MakeFsInMemory"
            | "krusty.MakeKustomizer"
            | "kusttest_test.MakeEnhancedHarness"
            | "kusttest_test.MakeEnhancedHarnessWithTmpRoot" => Value::Harness(Rc::default()),
            "kusttest_test.MakeHarnessWithFs" => values.get(1).cloned().unwrap_or(Value::Nil),
            "krusty.MakeDefaultOptions" => Value::Struct(BTreeMap::new()),
            "assert.Equal" | "require.Equal" => {
                let found = values.iter().position(|it| matches!(it, Value::Built(_)));
                match found {
                    Some(at) => {
                        let other = text(if at == 1 { 2 } else { 1 }).map(str::to_owned);
                        self.compare(values.get(at), other, line)
                    }
                    None => Value::Nil,
                }
            }
            _ => Value::unknown(),
        }
    }
}

fn number(count: usize) -> Value {
    i64::try_from(count).map_or_else(|_| Value::unknown(), Value::Number)
}

/// What the methods of a build's outcome give.
fn outcome(built: &Rc<Result<String, String>>, method: &str) -> Value {
    match method {
        "AsYaml" => Value::Several(vec![Value::Built(built.clone()), Value::Nil]),
        _ => Value::unknown(),
    }
}

fn options(value: Option<&Value>) -> BTreeMap<String, Value> {
    match value {
        Some(Value::Struct(fields)) => fields.clone(),
        _ => BTreeMap::new(),
    }
}

fn headed(kind: &str, content: Option<String>) -> Option<String> {
    let version = if kind == "Component" { "v1alpha1" } else { "v1beta1" };
    Some(format!("\napiVersion: kustomize.config.k8s.io/{version}\nkind: {kind}\n{}", content?))
}

/// `filepath.Join`
fn joined(parts: &[&str]) -> String {
    let is_absolute = parts.iter().find(|it| !it.is_empty()).is_some_and(|it| it.starts_with('/'));
    let mut clean: Vec<&str> = Vec::new();
    for part in parts.iter().flat_map(|part| part.split('/')) {
        match part {
            "" | "." => {}
            ".." if clean.last().is_some_and(|it| *it != "..") => drop(clean.pop()),
            ".." if is_absolute => {}
            part => clean.push(part),
        }
    }
    format!("{}{}", if is_absolute { "/" } else { "" }, clean.join("/"))
}

fn copy(from: &std::path::Path, to: &str, tree: &mut Tree) {
    let Ok(entries) = fs::read_dir(from) else { return };
    for entry in entries.flatten() {
        let to = joined(&[to, &entry.file_name().to_string_lossy()]);
        match fs::read(entry.path()) {
            Ok(bytes) => drop(tree.insert(to, bytes)),
            Err(_) => copy(&entry.path(), &to, tree),
        }
    }
}

/// `%s`, `%v`, `%d`, `%q` in turn.
fn formatted(values: &[Value]) -> Value {
    let Some((format, arguments)) = values.split_first() else { return Value::unknown() };
    let Some(mut rest) = format.text() else { return Value::unknown() };
    let (mut result, mut arguments) = (String::new(), arguments.iter());
    while let Some(at) = rest.find('%') {
        result.push_str(&rest[..at]);
        match (rest[at + 1..].chars().next(), arguments.next()) {
            (Some('s' | 'v' | 'd'), Some(Value::Text(text) | Value::Error(text))) => result.push_str(text),
            (Some('q'), Some(Value::Text(text))) => {
                result.push('"');
                result.push_str(text);
                result.push('"');
            }
            (Some('s' | 'v' | 'd'), Some(Value::Number(number))) => result.push_str(&number.to_string()),
            (Some('t' | 'v'), Some(Value::Bool(is))) => result.push_str(&is.to_string()),
            _ => return Value::unknown(),
        }
        rest = &rest[at + 2..];
    }
    Value::Text(result + rest)
}

fn sum(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
        (Value::Number(left), Value::Number(right)) => Value::Number(left.saturating_add(right)),
        _ => Value::unknown(),
    }
}

fn binary(sign: &str, left: Value, right: Value) -> Value {
    let is_nil = |it: &Value| matches!(it, Value::Nil);
    let equal = match (&left, &right) {
        (Value::Text(left), Value::Text(right)) => Some(left == right),
        (Value::Number(left), Value::Number(right)) => Some(left == right),
        (Value::Bool(left), Value::Bool(right)) => Some(left == right),
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
        (left, right) if is_nil(left) || is_nil(right) => Some(is_nil(left) && is_nil(right)),
        _ => None,
    };
    match (sign, equal) {
        ("+", _) => sum(left, right),
        ("==", Some(is)) => Value::Bool(is),
        ("!=", Some(is)) => Value::Bool(!is),
        _ => match (sign, left, right) {
            ("&&", Value::Bool(left), Value::Bool(right)) => Value::Bool(left && right),
            ("||", Value::Bool(left), Value::Bool(right)) => Value::Bool(left || right),
            _ => Value::unknown(),
        },
    }
}

fn is_key(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Text(one), Value::Text(other)) if one == other)
}

fn index(of: &Value, key: &Value) -> Value {
    match (of, key) {
        (Value::Map(entries), key) => {
            let found = entries.iter().find(|(it, _)| is_key(it, key));
            found.map_or(Value::Nil, |(_, value)| value.clone())
        }
        (Value::List(items), Value::Number(at)) => {
            usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned().unwrap_or_else(Value::unknown)
        }
        _ => Value::unknown(),
    }
}

fn insert(map: &mut Value, key: Value, value: Value) {
    let Value::Map(entries) = map else { return };
    match entries.iter_mut().find(|(it, _)| is_key(it, &key)) {
        Some((_, slot)) => *slot = value,
        None => entries.push((key, value)),
    }
}
