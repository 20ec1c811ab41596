//! Fields that are looked up in the item of a `range` or `with`, and templates that
//! are handed it: what is asked of the dot where it is no longer what was given.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ast::{Branch, List, Node, Operand, OperandKind, Pipe, Source, Template, Tree};
use super::error::Place;
use super::set::Set;

/// Longer names nobody writes; each place inside would be told with them.
const NAMES_BYTES_MAX: usize = 1_000;

/// The action that an item is of, and the fields it was taken from.
type Item = (&'static str, Rc<str>);

/// A field of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemField {
    /// Where it stands.
    pub place: Place,
    /// Its names, as written: `a.b.c`.
    pub names: String,
    /// The variable that holds the item; the dot has no name.
    pub variable: String,
    /// The fields that the item was taken from, without the first dot.
    pub taken_from: Rc<str>,
    /// `range` or `with`.
    pub action: &'static str,
}

/// A template that is called with an item as its dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedItem {
    /// Where its name stands, without the quotes.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// The fields that the item was taken from, without the first dot.
    pub taken_from: Rc<str>,
    /// `range` or `with`.
    pub action: &'static str,
}

impl Set {
    /// The templates that are called with an item, and look for one of these fields
    /// in what they are given, or hand it to one that does.
    pub fn needy_calls(&self, fields: &[&str]) -> Vec<HandedItem> {
        let (mut found, mut waiting) = (Vec::new(), Vec::new());
        let mut callers: FxHashMap<String, Vec<&str>> = FxHashMap::default();
        for (template, home) in self.templates() {
            let mut walk = Walk::new(template);
            walk.list(template.root);
            let placed = |it: HandedItem| HandedItem { place: Place { home, ..it.place }, ..it };
            found.extend(walk.handed.into_iter().map(placed));
            // Who asks whether they are there reads them only then.
            let asks = || {
                walk.given.iter().any(|it| fields.iter().any(|field| field.strip_suffix('.') == Some(*it)))
            };
            if walk.given.iter().any(|it| fields.iter().any(|field| it.starts_with(field))) && !asks() {
                waiting.push(&*template.name);
            }
            walk.passed_on.into_iter().for_each(|it| callers.entry(it).or_default().push(&template.name));
        }
        let mut needy: FxHashSet<&str> = FxHashSet::default();
        while let Some(name) = waiting.pop() {
            if needy.insert(name) {
                waiting.extend(callers.get(name).into_iter().flatten());
            }
        }
        found.retain(|it| needy.contains(&*it.name));
        found.sort_by_key(|it| (it.place.home.file(), it.place.start));
        found
    }

    /// The fields that are looked up in items which come out of fields of what
    /// the template was given, by place. What functions give is left alone.
    pub fn fields_of_items(&self) -> Vec<ItemField> {
        let mut found = Vec::new();
        for (template, home) in self.templates() {
            let mut walk = Walk::new(template);
            walk.list(template.root);
            found.extend(
                walk.found.into_iter().map(|it| ItemField { place: Place { home, ..it.place }, ..it }),
            );
        }
        found.sort_by_key(|it| (it.place.home.file(), it.place.start));
        found
    }
}

struct Walk<'a> {
    template: &'a Template,
    /// What the dot is, where it is an item.
    item: Option<Item>,
    /// The variables that are items.
    variables: FxHashMap<u32, Item>,
    /// Whether the dot is what the template was called with.
    is_given: bool,
    found: Vec<ItemField>,
    handed: Vec<HandedItem>,
    /// The fields that are looked up in what the template was called with.
    given: Vec<&'a str>,
    /// The templates that are called with the same.
    passed_on: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(template: &'a Template) -> Self {
        Self {
            template,
            item: None,
            variables: FxHashMap::default(),
            is_given: true,
            found: Vec::new(),
            handed: Vec::new(),
            given: Vec::new(),
            passed_on: Vec::new(),
        }
    }

    fn source(&self) -> &'a Source {
        &self.template.source
    }

    fn tree(&self) -> &'a Tree {
        &self.source().tree
    }

    fn list(&mut self, list: List) {
        let tree = self.tree();
        for node in tree.nodes(list) {
            match node {
                Node::Action(pipe) => self.pipe(pipe),
                Node::If(branch) => {
                    let branch = tree.branch(*branch);
                    self.pipe(&branch.pipe);
                    self.list(branch.list);
                    self.other(branch);
                }
                Node::With(branch) => self.inside("with", tree.branch(*branch)),
                Node::Range(branch) => self.inside("range", tree.branch(*branch)),
                Node::Template(it) => {
                    let it = tree.invocation(*it);
                    it.pipe.iter().for_each(|it| self.pipe(it));
                    if let Some(given) = it.pipe.as_ref().and_then(|it| self.single(it)) {
                        self.call(&it.name, given, it.at, it.end);
                    }
                }
                Node::Text { .. } | Node::Break | Node::Continue => {}
            }
        }
    }

    fn other(&mut self, branch: &'a Branch) {
        if let Some(other) = branch.other {
            self.list(other);
        }
    }

    /// The list of a `range` or `with`: its dot is another one.
    fn inside(&mut self, action: &'static str, branch: &'a Branch) {
        // The last variable of a loop is the item, the one before it its key.
        let own = self.tree().declared(&branch.pipe).last().map(|it| it.variable);
        let hidden = own.and_then(|it| self.variables.remove(&it));
        self.pipe(&branch.pipe);
        let item = self.taken_from(&branch.pipe).map(|from| (action, from));
        if let (Some(own), Some(item)) = (own, &item) {
            self.variables.insert(own, item.clone());
        }
        let outer = (std::mem::replace(&mut self.item, item), std::mem::replace(&mut self.is_given, false));
        self.list(branch.list);
        (self.item, self.is_given) = outer;
        self.other(branch);
        if let Some(own) = own {
            // One of the same name outside is in sight again.
            self.variables.remove(&own);
            self.variables.extend(hidden.map(|it| (own, it)));
        }
    }

    /// The fields that a pipe is nothing but.
    fn taken_from(&self, pipe: &'a Pipe) -> Option<Rc<str>> {
        let operand = self.single(pipe)?;
        let names = operand.names(self.source());
        let outer = match operand.kind {
            OperandKind::Variable(variable) => self.variables.get(&variable),
            _ => self.item.as_ref(),
        };
        let from: Rc<str> = match (&operand.kind, outer) {
            (OperandKind::Field, None) => names.into(),
            (OperandKind::Dot, Some((_, outer))) => Rc::clone(outer),
            (OperandKind::Variable(0), _) if !names.is_empty() => names.into(),
            (OperandKind::Variable(_), Some((_, outer))) if names.is_empty() => Rc::clone(outer),
            (OperandKind::Field | OperandKind::Variable(_), Some((_, outer))) => {
                format!("{outer}.{names}").into()
            }
            _ => return None,
        };
        Some(from).filter(|it| it.len() <= NAMES_BYTES_MAX)
    }

    fn pipe(&mut self, pipe: &'a Pipe) {
        let tree = self.tree();
        for declared in tree.declared(pipe) {
            self.variables.remove(&declared.variable);
        }
        for command in tree.commands(pipe) {
            let args = tree.args(command);
            if let [callee, name, given] = args
                && matches!(callee.kind, OperandKind::Function(_))
                && self.text(callee) == "include"
                && let Some(text) = self.text(name).strip_prefix('"').and_then(|it| it.strip_suffix('"'))
            {
                self.call(text, given, name.start + 1, name.end - 1);
            }
            for operand in args {
                self.operand(operand);
            }
        }
    }

    fn text(&self, operand: &Operand) -> &'a str {
        &self.source().text[operand.start as usize..operand.end as usize]
    }

    /// All that a pipe is, where that is one operand.
    fn single(&self, pipe: &Pipe) -> Option<&'a Operand> {
        let tree = self.tree();
        let [command] = tree.commands(pipe) else { return None };
        let [operand] = tree.args(command) else { return None };
        Some(operand)
    }

    /// Another template is called with the dot, or with a variable.
    fn call(&mut self, name: &str, given: &Operand, start: u32, end: u32) {
        let item = match given.kind {
            OperandKind::Dot if self.is_given => {
                self.passed_on.push(name.to_owned());
                return;
            }
            OperandKind::Dot => self.item.clone(),
            OperandKind::Variable(variable) if given.names(self.source()).is_empty() => {
                self.variables.get(&variable).cloned()
            }
            _ => None,
        };
        if let Some((action, taken_from)) = item {
            let place = Place { home: super::Home::None, start, end };
            self.handed.push(HandedItem { place, name: name.to_owned(), taken_from, action });
        }
    }

    /// A field is looked up in an item.
    fn look_up(&mut self, operand: &Operand, variable: &str, item: Option<Item>) {
        let names = operand.names(self.source()).to_owned();
        if let Some((action, taken_from)) = item {
            let place = Place { home: super::Home::None, start: operand.start, end: operand.end };
            self.found.push(ItemField { place, names, variable: variable.to_owned(), taken_from, action });
        }
    }

    fn operand(&mut self, operand: &'a Operand) {
        match operand.kind {
            OperandKind::Chain(inner) => self.operand(self.tree().operand(inner)),
            OperandKind::Pipe(pipe) => self.pipe(self.tree().pipe(pipe)),
            OperandKind::Field => {
                if self.is_given {
                    self.given.push(operand.names(self.source()));
                }
                self.look_up(operand, "", self.item.clone());
            }
            OperandKind::Variable(variable) => {
                let name = self.text(operand).split('.').next().unwrap_or_default();
                self.look_up(operand, name, self.variables.get(&variable).cloned());
            }
            _ => {}
        }
    }
}
