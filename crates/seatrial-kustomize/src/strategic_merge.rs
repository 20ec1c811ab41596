//! Strategic merge as Kustomize does it (kyaml v0.21.2, `yaml/walk` and
//! `yaml/merge2`): lists merge by the keys of the built-in API, new items come
//! first, `$patch` replaces or deletes.

use seatrial_schema::table::{Field, Patch, Shape, Table, Type};
use smol_str::SmolStr;

use crate::id::Gvk;
use crate::node::{Content, Node, Scalar};
use crate::open_api::{Found, OpenApi};
use crate::origin::Origins;

/// Merges a patch into an object; none when nothing is left of it. A schema of
/// one's own says how lists merge before the built-in one does.
pub(crate) fn merge(
    object: Node,
    patch: &Node,
    own: Option<&OpenApi>,
    origins: &mut Origins,
) -> Result<Option<Node>, String> {
    Merge { origins, own, depth: 0 }.walk(Some(object), Some(patch), None)
}

/// The API whose merge keys Kustomize knows: that of Kubernetes 1.21.
const MERGE_MINOR: u8 = 21;

/// What the API says of a place.
#[derive(Clone, Copy)]
enum Schema<'s> {
    Builtin {
        table: &'static Table,
        holds: Holds,
        /// The field that holds it, for lists.
        field: Option<&'static Field>,
    },
    Own(&'s OpenApi, seatrial_yaml::Node<'s>),
}

#[derive(Clone, Copy)]
enum Holds {
    Struct(&'static Type),
    Shape(&'static Shape),
}

impl<'s> Schema<'s> {
    fn of(node: &Node, own: Option<&'s OpenApi>) -> Option<Self> {
        let gvk = Gvk::new(node.text_at(&["apiVersion"]), node.text_at(&["kind"]));
        if gvk.kind.is_empty() || gvk.version.is_empty() {
            return None;
        }
        if let Some(found) = own.and_then(|own| Some(Self::Own(own, own.kind(&gvk)?))) {
            return Some(found);
        }
        if own.is_some_and(|own| !own.has_builtin) {
            return None;
        }
        let table = Table::of(MERGE_MINOR)?;
        let kind = table.kind(&gvk.group, &gvk.version, &gvk.kind)?;
        Some(Self::Builtin { table, holds: Holds::Struct(table.ty(kind.type_id)), field: None })
    }

    fn field(self, name: &str) -> Option<Self> {
        let (table, holds) = match self {
            Self::Own(own, schema) => return Self::found(own, own.field(schema, name)?),
            Self::Builtin { table, holds, .. } => (table, holds),
        };
        let of = |ty: &'static Type| {
            let field = ty.field(name)?;
            Some(Self::Builtin { table, holds: Holds::Shape(&field.shape), field: Some(field) })
        };
        match holds {
            Holds::Struct(ty) => of(ty),
            Holds::Shape(&Shape::Struct(id)) => of(table.ty(id)),
            Holds::Shape(Shape::Map(value)) => {
                Some(Self::Builtin { table, holds: Holds::Shape(value), field: None })
            }
            Holds::Shape(_) => None,
        }
    }

    fn found(own: &'s OpenApi, found: Found<'s>) -> Option<Self> {
        match found {
            Found::Own(schema) => Some(Self::Own(own, schema)),
            Found::Builtin(name) => {
                let table = Table::of(MERGE_MINOR)?;
                let holds = Holds::Struct(table.type_named(name)?);
                Some(Self::Builtin { table, holds, field: None })
            }
        }
    }

    fn items(self) -> Option<Self> {
        match self {
            Self::Own(own, schema) => Self::found(own, own.items(schema)?),
            Self::Builtin { table, holds: Holds::Shape(Shape::List(item)), .. } => {
                Some(Self::Builtin { table, holds: Holds::Shape(item), field: None })
            }
            Self::Builtin { .. } => None,
        }
    }

    /// The keys that items merge by; none for lists that are replaced, empty
    /// for lists of plain values.
    fn merge_keys(self) -> Option<Vec<&'s str>> {
        let field = match self {
            Self::Own(_, schema) => return OpenApi::merge_keys(schema),
            Self::Builtin { field, .. } => field?,
        };
        let Patch { merge: true, merge_key, .. } = field.patch else { return None };
        if !field.map_keys.is_empty() {
            return Some(field.map_keys.to_vec());
        }
        Some(if merge_key.is_empty() { Vec::new() } else { vec![merge_key] })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

const DIRECTIVE: &str = "$patch";

struct Merge<'a> {
    origins: &'a mut Origins,
    own: Option<&'a OpenApi>,
    depth: usize,
}

impl<'a> Merge<'a> {
    fn walk(
        &mut self,
        dest: Option<Node>,
        patch: Option<&Node>,
        schema: Option<Schema<'a>>,
    ) -> Result<Option<Node>, String> {
        self.depth += 1;
        if self.depth > crate::DEPTH_MAX {
            return Err("the patch nests too deep".to_owned());
        }
        let is_present = |node: &&Node| !node.is_null();
        let schema = schema.or_else(|| {
            let mut sources = dest.as_ref().filter(is_present).into_iter().chain(patch.filter(is_present));
            sources.find_map(|node| Schema::of(node, self.own))
        });
        let lead = dest.as_ref().filter(is_present).or_else(|| patch.filter(is_present));
        let merged = match lead.map(|node| &node.content) {
            None | Some(Content::Map(_)) => {
                same_kind("MappingNode", dest.as_ref(), patch)?;
                self.map(dest, patch, schema)
            }
            Some(Content::Scalar(_)) => {
                same_kind("ScalarNode", dest.as_ref(), patch)?;
                Ok(self.replaced(dest, patch))
            }
            Some(Content::List(_)) => {
                same_kind("SequenceNode", dest.as_ref(), patch)?;
                match schema.and_then(Schema::merge_keys) {
                    Some(keys) => self.list(dest, patch, schema, &keys),
                    None => Ok(self.replaced(dest, patch)),
                }
            }
        };
        self.depth -= 1;
        merged
    }

    /// The patch where it says something, in the quotes of what was there.
    fn replaced(&mut self, dest: Option<Node>, patch: Option<&Node>) -> Option<Node> {
        let Some(patch) = patch else { return dest };
        let mut node = patch.clone();
        if let Some(dest) = dest {
            node.origin = self.origins.after(node.origin, dest.origin);
            if let (Content::Scalar(new), Content::Scalar(old)) = (&mut node.content, &dest.content)
                && !old.is_null()
            {
                new.is_quoted = old.is_quoted;
                new.is_folded = old.is_folded;
            }
        }
        Some(node)
    }

    fn map(
        &mut self,
        dest: Option<Node>,
        patch: Option<&Node>,
        schema: Option<Schema<'a>>,
    ) -> Result<Option<Node>, String> {
        let mut dest = match (dest.filter(|node| !node.is_null()), patch) {
            // What nobody patches stays, `null` included, but for a key without
            // any value.
            (None, None) => return Ok(None),
            (None, Some(patch)) if patch.is_null() => return Ok(None),
            (None, Some(patch)) => match directive_of_map(patch) {
                Ok(Some(Directive::Delete)) => return Ok(None),
                _ => without_directive(patch.clone()),
            },
            (Some(_), Some(patch)) if patch.is_null() => return Ok(None),
            (Some(dest), Some(patch)) => match directive_of_map(patch)? {
                Some(Directive::Delete) => return Ok(None),
                Some(Directive::Replace) => {
                    let mut new = without_directive(patch.clone());
                    new.origin = self.origins.after(new.origin, dest.origin);
                    new
                }
                Some(Directive::Merge) | None => dest,
            },
            (Some(dest), None) => dest,
        };
        for name in field_names(&dest, patch) {
            let before = dest.get(&name).cloned();
            let change = patch.and_then(|patch| patch.get(&name));
            let field = schema.and_then(|schema| schema.field(&name));
            if change.is_none() && before.as_ref().is_some_and(is_kept_null) {
                continue;
            }
            match self.walk(before, change, field)? {
                Some(value) if !value.is_null() => dest.set(&name, value),
                _ => drop(dest.remove(&name)),
            }
        }
        Ok(Some(dest))
    }

    fn list(
        &mut self,
        dest: Option<Node>,
        patch: Option<&Node>,
        schema: Option<Schema<'a>>,
        keys: &[&str],
    ) -> Result<Option<Node>, String> {
        let (dest, patch) = match (dest.filter(|node| !node.is_null()), patch) {
            (None, None) => return Ok(None),
            (None, Some(patch)) => (without_directive(patch.clone()), Some(without_directive(patch.clone()))),
            (Some(_), Some(patch)) if patch.is_null() => return Ok(None),
            (Some(dest), Some(patch)) => match directive_of_list(patch)? {
                Some(Directive::Delete) => return Ok(None),
                Some(Directive::Replace) => {
                    let new = without_directive(patch.clone());
                    (new.clone(), Some(new))
                }
                Some(Directive::Merge) | None => (dest, Some(without_directive(patch.clone()))),
            },
            (Some(dest), None) => (dest, None),
        };
        let keys = if keys.is_empty() { &[""] } else { keys };
        self.items(dest, patch.as_ref(), schema.and_then(Schema::items), keys).map(Some)
    }

    /// `walk.setAssociativeSequenceElements`, new items first.
    fn items(
        &mut self,
        mut dest: Node,
        patch: Option<&Node>,
        schema: Option<Schema<'a>>,
        keys: &[&str],
    ) -> Result<Node, String> {
        let mut values = element_values(patch, &dest, keys);
        self.origins.spend_steps(values.len(), values.len())?;
        if keys.len() > 1 {
            fill_from_matches(&mut values);
        }
        let mut added = Vec::new();
        let mut valid = (keys.to_vec(), Vec::new());
        let said = keys_with_values(&values, keys);
        for element in &values {
            valid = valid_keys(&said, element, keys);
            let place = find(dest.items(), element, keys);
            let change = patch.and_then(|it| Some(&it.items()[find(it.items(), element, keys)?]));
            let old = place.map(|at| dest.items()[at].clone());
            let Some(mut merged) = self.walk(old, change, schema)?.filter(|node| {
                !node.is_null() && !matches!(&node.content, Content::Map(entries) if entries.is_empty())
            }) else {
                let Content::List(items) = &mut dest.content else { continue };
                set_element(items, None, &valid.0, &valid.1);
                continue;
            };
            for (key, value) in valid.0.iter().zip(&valid.1) {
                if !key.is_empty() && merged.get(key).is_none() && !value.is_empty() {
                    let origin = merged.origin;
                    merged.set(key, Node::scalar(Scalar::implicit(value.clone()), origin));
                }
            }
            // Upstream merges in place, and places what is in the list once more.
            let is_replaced = change.is_some_and(|it| directive_of_map(it) == Ok(Some(Directive::Replace)));
            if let (Some(at), Content::List(items), false) = (place, &mut dest.content, is_replaced) {
                items[at] = merged.clone();
            }
            set_element(&mut added, Some(merged), &valid.0, &valid.1);
        }
        if values.is_empty() {
            return Ok(dest);
        }
        let Content::List(items) = std::mem::replace(&mut dest.content, Content::List(Vec::new())) else {
            return Ok(dest);
        };
        append(&mut added, items, &valid.0);
        dest.content = Content::List(added);
        Ok(dest)
    }
}

fn same_kind(kind: &str, dest: Option<&Node>, patch: Option<&Node>) -> Result<(), String> {
    for node in dest.into_iter().chain(patch).filter(|node| !node.is_null()) {
        if node.kind_name() != kind {
            return Err(format!("wrong node kind: expected {kind} but got {}", node.kind_name()));
        }
    }
    Ok(())
}

/// `key: null` and `key: ~` stay when no patch names them; `key:` goes.
fn is_kept_null(node: &Node) -> bool {
    node.is_null() && !node.text().is_empty()
}

fn field_names(dest: &Node, patch: Option<&Node>) -> Vec<SmolStr> {
    let patched = patch.map_or(&[][..], Node::entries);
    let mut names: Vec<SmolStr> = dest
        .entries()
        .iter()
        .chain(patched)
        .map(|(name, _)| name.clone())
        .filter(|it| it != DIRECTIVE)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn without_directive(mut node: Node) -> Node {
    match &mut node.content {
        Content::Map(entries) => entries.retain(|(key, _)| key != DIRECTIVE),
        Content::List(items) => items.retain(|item| !is_directive(item)),
        Content::Scalar(_) => {}
    }
    node
}

fn is_directive(item: &Node) -> bool {
    item.entries().len() == 1 && item.get(DIRECTIVE).is_some()
}

fn directive_of_map(patch: &Node) -> Result<Option<Directive>, String> {
    if !matches!(patch.content, Content::Map(_)) {
        return Ok(None);
    }
    patch.get(DIRECTIVE).map(read_directive).transpose()
}

fn directive_of_list(patch: &Node) -> Result<Option<Directive>, String> {
    let first = patch.items().iter().find(|item| item.get(DIRECTIVE).is_some());
    first
        .filter(|item| is_directive(item))
        .and_then(|item| item.get(DIRECTIVE))
        .map(read_directive)
        .transpose()
}

fn read_directive(node: &Node) -> Result<Directive, String> {
    match node.text() {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => Err(format!("unknown patch strategy '{other}'")),
    }
}

/// The values of the keys of every item, the patch's items first, each set of
/// values once.
fn element_values(patch: Option<&Node>, dest: &Node, keys: &[&str]) -> Vec<Vec<SmolStr>> {
    let mut all: Vec<Vec<SmolStr>> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for item in patch.map_or(&[][..], Node::items).iter().chain(dest.items()) {
        let values: Vec<SmolStr> = keys.iter().map(|key| key_value(item, key)).collect();
        if seen.insert(values.clone()) {
            all.push(values);
        }
    }
    all
}

fn key_value(item: &Node, key: &str) -> SmolStr {
    if key.is_empty() { item.text().into() } else { item.get(key).map_or("", Node::text).into() }
}

/// Items that agree in one key and contradict each other in none are one.
fn fill_from_matches(all: &mut [Vec<SmolStr>]) {
    for left in 0..all.len() {
        for right in 0..all.len() {
            if let Some(joined) = joined(&all[left], &all[right]) {
                all[left].clone_from(&joined);
                all[right] = joined;
            }
        }
    }
}

fn joined(left: &[SmolStr], right: &[SmolStr]) -> Option<Vec<SmolStr>> {
    let mut is_common = false;
    let mut values = Vec::with_capacity(left.len());
    for (left, right) in left.iter().zip(right) {
        if left == right {
            is_common = true;
        } else if !left.is_empty() && !right.is_empty() {
            return None;
        }
        values.push(if left.is_empty() { right.clone() } else { left.clone() });
    }
    is_common.then_some(values)
}

/// The keys that any item has a value for.
fn keys_with_values(all: &[Vec<SmolStr>], keys: &[&str]) -> Vec<bool> {
    (0..keys.len()).map(|at| all.iter().any(|values| !values[at].is_empty())).collect()
}

fn valid_keys<'k>(said: &[bool], values: &[SmolStr], keys: &[&'k str]) -> (Vec<&'k str>, Vec<SmolStr>) {
    if !said.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let valid = |at: &usize| said[*at];
    let keep: Vec<usize> = (0..keys.len()).filter(valid).collect();
    (keep.iter().map(|&at| keys[at]).collect(), keep.iter().map(|&at| values[at].clone()).collect())
}

/// The first item with these values.
fn find(items: &[Node], values: &[SmolStr], keys: &[&str]) -> Option<usize> {
    let said: Vec<bool> = values.iter().map(|value| !value.is_empty()).collect();
    let (keys, values) = valid_keys(&said, values, keys);
    items.iter().position(|item| {
        keys.iter().zip(&values).all(|(key, value)| {
            if key.is_empty() {
                item.text() == value
            } else {
                item.get(key).is_some_and(|field| field.text() == value)
            }
        })
    })
}

/// `yaml.ElementSetter`: puts an element in the place of those with these
/// values, or takes them out. Null and empty items go.
fn set_element(items: &mut Vec<Node>, mut element: Option<Node>, keys: &[&str], values: &[SmolStr]) {
    let is_for_maps =
        keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|it| !it.is_empty());
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut is_placed = false;
    for item in items.drain(..) {
        let is_map = matches!(item.content, Content::Map(_));
        if item.is_null() || is_map && item.entries().is_empty() {
            continue;
        }
        if !is_map && is_for_maps {
            kept.push(item);
            continue;
        }
        if !has_values(&item, keys, values) {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        if let Some(element) = &element {
            is_placed = true;
            kept.push(element.clone());
        }
    }
    if !is_placed {
        kept.extend(element.take().filter(|node| !node.is_null()));
    }
    *items = kept;
}

fn has_values(item: &Node, keys: &[&str], values: &[SmolStr]) -> bool {
    let mut is_found = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            is_found = match item.get(key) {
                _ if key.is_empty() => item.text() == value,
                Some(field) => value.is_empty() || field.text() == value,
                None => false,
            };
        }
        if !is_found {
            return false;
        }
    }
    true
}

/// `walk.appendListNode`: the items that were there, behind the new ones.
fn append(added: &mut Vec<Node>, items: Vec<Node>, keys: &[&str]) {
    for item in items {
        if keys.first().is_none_or(|key| key.is_empty()) {
            let value = SmolStr::new(item.text());
            set_element(added, Some(item), &[""], &[value]);
            continue;
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            match item.get(key) {
                Some(field) => values.push(SmolStr::new(field.text())),
                None => added.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_element(added, None, keys, &values);
        }
        set_element(added, Some(item), keys, &values);
    }
}
