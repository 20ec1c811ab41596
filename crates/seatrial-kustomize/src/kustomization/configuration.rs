//! What configures Kustomize itself: the order of the output, and files of
//! `configurations`.

use std::sync::Arc;

use seatrial_source::{FileId, TreePath};
use seatrial_yaml::{Dialect, Limits, Node, parse};
use smol_str::SmolStr;

use super::reader::Reader;
use crate::fields::{Config, Fields, NameReferences};
use crate::id::Gvk;
use crate::order::Order;
use crate::problem::{Problem, ProblemKind};

/// Reads a file of `configurations`.
pub(crate) fn read_configuration(path: &TreePath, file: FileId, text: &Arc<str>) -> (Config, Vec<Problem>) {
    let stream = parse(file, text.clone(), Dialect::GoYaml2, &Limits::default());
    let mut reader = Reader::new(path);
    let mut config = Config::default();
    let Some(root) = stream.document_root(0) else { return (config, Vec::new()) };
    for (name, value) in reader.fields(root) {
        if name == "nameReference" {
            config.name_references = reader.list(value, Reader::name_references).into();
            continue;
        }
        let fields = reader.list(value, Reader::field_spec);
        match config.section(&name) {
            Some(section) => *section = fields.into(),
            None => reader.unknown(&name, value),
        }
    }
    (config, reader.problems)
}

impl Reader<'_> {
    pub(super) fn order(&mut self, node: Node<'_>) -> Option<Order> {
        if node.is_null() {
            return None;
        }
        let (mut order, mut lists) = (SmolStr::default(), None);
        for (name, value) in self.named(node, &["order", "legacySortOptions"]) {
            match name {
                "order" => order = self.string(value),
                _ if value.is_null() => {}
                _ => lists = Some(self.order_lists(value)),
            }
        }
        match (order.as_str(), lists) {
            ("legacy", None) => Some(Order::Legacy),
            ("legacy", Some((first, last))) => Some(Order::Listed { first, last }),
            ("fifo", None) => Some(Order::Fifo),
            ("fifo", Some(_)) => {
                let message = "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'";
                self.problem(ProblemKind::Kustomization, node.span(), message);
                None
            }
            _ => {
                let message = "the field 'sortOptions.order' must be one of [fifo, legacy]";
                self.problem(ProblemKind::Kustomization, node.span(), message);
                None
            }
        }
    }

    pub(super) fn order_lists(&mut self, node: Node<'_>) -> (Vec<String>, Vec<String>) {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for (name, value) in self.named(node, &["orderFirst", "orderLast"]) {
            let texts = self.texts(value).into_iter().map(|it| it.value.to_string()).collect();
            *(if name == "orderFirst" { &mut first } else { &mut last }) = texts;
        }
        (first, last)
    }

    pub(super) fn name_references(&mut self, node: Node<'_>) -> NameReferences {
        let mut found = NameReferences { target: Gvk::default(), referrers: Fields::default() };
        for (name, value) in self.named(node, &["group", "version", "kind", "fieldSpecs"]) {
            match name {
                "group" => found.target.group = self.string(value),
                "version" => found.target.version = self.string(value),
                "kind" => found.target.kind = self.string(value),
                _ => found.referrers = self.list(value, Self::field_spec).into(),
            }
        }
        found
    }
}
