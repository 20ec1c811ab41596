//! Fields that are looked up in the item of a `range` or `with`: what a template
//! asks of the dot where the dot is no longer what it was given.

use super::ast::{Branch, List, Node, Operand, OperandKind, Pipe, Source, Template, Tree};
use super::error::Place;
use super::set::Set;

/// A field of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemField {
    /// Where it stands.
    pub place: Place,
    /// Its names, as written: `a.b.c`.
    pub names: String,
    /// The fields that the item was taken from, without the first dot.
    pub taken_from: String,
    /// `range` or `with`.
    pub action: &'static str,
}

impl Set {
    /// The fields that are looked up in items which come out of fields of what
    /// the template was given, by place. What functions give is left alone.
    pub fn fields_of_items(&self) -> Vec<ItemField> {
        let mut found = Vec::new();
        for (template, home) in self.templates() {
            let mut walk = Walk { template, item: None, found: Vec::new() };
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
    /// What the dot is, where it is an item: the action, and the fields it was
    /// taken from.
    item: Option<(&'static str, String)>,
    found: Vec<ItemField>,
}

impl<'a> Walk<'a> {
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
                Node::Template(it) => tree.invocation(*it).pipe.iter().for_each(|it| self.pipe(it)),
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
        self.pipe(&branch.pipe);
        let item = self.taken_from(&branch.pipe).map(|from| (action, from));
        let outer = std::mem::replace(&mut self.item, item);
        self.list(branch.list);
        self.item = outer;
        self.other(branch);
    }

    /// The fields that a pipe is nothing but.
    fn taken_from(&self, pipe: &'a Pipe) -> Option<String> {
        let [command] = self.tree().commands(pipe) else { return None };
        let [operand] = self.tree().args(command) else { return None };
        let names = operand.names(self.source());
        match (&operand.kind, &self.item) {
            (OperandKind::Field, None) => Some(names.to_owned()),
            (OperandKind::Field, Some((_, outer))) => Some(format!("{outer}.{names}")),
            (OperandKind::Dot, Some((_, outer))) => Some(outer.clone()),
            (OperandKind::Variable(0), _) if !names.is_empty() => Some(names.to_owned()),
            _ => None,
        }
    }

    fn pipe(&mut self, pipe: &'a Pipe) {
        let tree = self.tree();
        tree.commands(pipe).iter().flat_map(|it| tree.args(it)).for_each(|it| self.operand(it));
    }

    fn operand(&mut self, operand: &'a Operand) {
        match operand.kind {
            OperandKind::Chain(inner) => self.operand(self.tree().operand(inner)),
            OperandKind::Pipe(pipe) => self.pipe(self.tree().pipe(pipe)),
            OperandKind::Field => {
                let names = operand.names(self.source()).to_owned();
                if let Some((action, taken_from)) = self.item.clone() {
                    let place = Place { home: super::Home::None, start: operand.start, end: operand.end };
                    self.found.push(ItemField { place, names, taken_from, action });
                }
            }
            _ => {}
        }
    }
}
