//! Values copied from one object's field into others'
//! (`api/filters/replacement`, v0.21.2).

use regex::Regex;
use seatrial_diagnostics::Role;
use seatrial_source::Span;
use seatrial_yaml::{Dialect, Limits, Plain, Problem, parse};
use smol_str::SmolStr;

use crate::build::Version;
use crate::fields::{PARTS_MAX, split_path};
use crate::id::ResourceId;
use crate::kustomization::{FieldOptions, Replacement, Source, Target, Text};
use crate::node::{Content, Node, Scalar, Tag, entry_mut};
use crate::origin::Origins;
use crate::output;
use crate::resource::Resource;
use crate::select::{Patterns, Selector};

const DEFAULT_FIELD: &str = "metadata.name";

/// Carries out one replacement. Gives whether any field was set.
pub(crate) fn apply(
    resources: &mut [Resource],
    replacement: &Replacement,
    span: Span,
    version: Version,
    origins: &mut Origins,
) -> Result<bool, String> {
    let (Some(targets), true) =
        (&replacement.targets, replacement.source.is_some() || replacement.source_value.is_some())
    else {
        return Err("replacements must specify a source and at least one target".to_owned());
    };
    let value = value(resources, replacement, origins)?;
    let mut is_used = false;
    for target in targets {
        is_used |= apply_to(resources, target, &value, (span, version), origins)?;
    }
    Ok(is_used)
}

fn value(resources: &[Resource], replacement: &Replacement, origins: &mut Origins) -> Result<Node, String> {
    match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => Err("value and resource selectors are mutually exclusive".to_owned()),
        (Some(source), None) => source_value(resources, source),
        (None, text) => {
            let text = text.as_ref().expect("one of the two is there");
            let origin = origins.set(text.span, Role::Transformer, crate::OriginId::NONE);
            Ok(Node::scalar(Scalar::implicit(text.value.clone()), origin))
        }
    }
}

fn source_value(resources: &[Resource], source: &Source) -> Result<Node, String> {
    let name = &source.id.name;
    let named = resources.iter().filter(|it| name.is_empty() || it.has_name(name));
    let mut found = named.filter(|it| it.ids().any(|id| id.is_selected_by(&source.id)));
    let named = || format!("{}:{}", source.id, source.field_path);
    let resource = found.next().ok_or_else(|| format!("nothing selected by {}", named()))?;
    if found.next().is_some() {
        return Err(format!("multiple matches for selector {}", named()));
    }
    let path = if source.field_path.is_empty() { DEFAULT_FIELD } else { &source.field_path };
    let missing = || format!("fieldPath `{path}` is missing for replacement source {}", source.id);
    // A text may be empty.
    let is_there = |node: &&Node| !node.is_empty() || !node.is_null() && node.kind_name() == "ScalarNode";
    let node = look_up(&resource.node, &split_field_path(path)).filter(is_there).ok_or_else(missing)?;
    refined(node.clone(), &source.options)
}

/// The part of a text that the options ask for.
fn refined(mut node: Node, options: &FieldOptions) -> Result<Node, String> {
    if options.delimiter.is_empty() {
        return Ok(node);
    }
    let Content::Scalar(scalar) = &mut node.content else {
        return Err("delimiter option can only be used with scalar nodes".to_owned());
    };
    let part = usize::try_from(options.index)
        .ok()
        .and_then(|at| scalar.text.split(options.delimiter.as_str()).nth(at));
    let out_of_bounds =
        || format!("options.index {} is out of bounds for value {}", options.index, scalar.text);
    scalar.text = SmolStr::new(part.ok_or_else(out_of_bounds)?);
    Ok(node)
}

fn apply_to(
    resources: &mut [Resource],
    target: &Target,
    value: &Node,
    (span, version): (Span, Version),
    origins: &mut Origins,
) -> Result<bool, String> {
    let select = target.select.as_ref().ok_or("target must specify resources to select")?;
    let patterns = Patterns::new(select)?;
    let reject = target.reject.iter().map(Patterns::new).collect::<Result<Vec<_>, _>>()?;
    let default = [Text { value: DEFAULT_FIELD.into(), span }];
    let paths = if target.field_paths.is_empty() { &default[..] } else { &target.field_paths };
    let mut is_used = false;
    for resource in resources {
        // Until 5.6 the parts of an identity were words, no patterns.
        let has_patterns = version >= Version::V5_8;
        let is_said = |selector: &Selector, patterns: &Patterns<'_>| {
            resource
                .ids()
                .any(|id| if has_patterns { patterns.fits_id(&id) } else { id.is_selected_by(&selector.id) })
        };
        if !patterns.fits_metadata(resource)? || is_rejected(&reject, resource, has_patterns)? {
            continue;
        }
        if is_said(select, &patterns) {
            is_used = true;
            for path in paths {
                if split_field_path(&path.value).len() > PARTS_MAX {
                    return Err("the path of a field has too many parts".to_owned());
                }
                let mut set_inside = || set_inside(&mut resource.node, path, &target.options, value, origins);
                // Since 5.8.
                if version < Version::V5_8 || set_inside().is_none() {
                    set_at(&mut resource.node, path, &target.options, value, origins)?;
                }
            }
        }
    }
    Ok(is_used)
}

fn is_rejected(reject: &[Patterns<'_>], resource: &Resource, has_patterns: bool) -> Result<bool, String> {
    for patterns in reject {
        if patterns.asks_metadata() && patterns.fits_metadata(resource)? {
            return Ok(true);
        }
        let fits = |id: ResourceId| {
            if has_patterns { patterns.fits_id(&id) } else { id.is_selected_by(patterns.id()) }
        };
        if !patterns.is_open() && resource.ids().any(fits) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn set_at(
    object: &mut Node,
    path: &Text,
    options: &FieldOptions,
    value: &Node,
    origins: &mut Origins,
) -> Result<(), String> {
    let verb = if options.create { "find or create" } else { "find" };
    let missing = |why: &str| {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        format!("unable to {verb} field {:?} in replacement target{why}", path.value)
    };
    let parts = split_field_path(&path.value);
    let create = options.create.then(|| empty_like(value));
    let mut places = Vec::new();
    find(object, &parts, create.as_ref(), &mut Vec::new(), &mut places).map_err(|error| missing(&error))?;
    if places.is_empty() {
        return Err(missing(""));
    }
    for place in places {
        let Some(slot) = at_place(object, &place) else { continue };
        set_value(slot, options, value, (path.span, place.len()), origins)?;
    }
    Ok(())
}

/// A field inside a text that is YAML or JSON itself; none where the path leads
/// into no such text.
fn set_inside(
    object: &mut Node,
    path: &Text,
    options: &FieldOptions,
    value: &Node,
    origins: &mut Origins,
) -> Option<()> {
    let parts = split_field_path(&path.value);
    let at = (1..parts.len()).find(|&at| {
        look_up(object, &parts[..at]).is_some_and(|it| matches!(it.content, Content::Scalar(_)))
    })?;
    let holder = look_up(object, &parts[..at])?.text().to_owned();
    let first = holder.trim_start().chars().next()?;
    let stream = parse(path.span.file, holder.as_str().into(), Dialect::GoYaml3, &Limits::default());
    if stream.all_problems().any(Problem::is_fatal) {
        return None;
    }
    // The text stands in no file.
    let mut inside = Node::read(stream.document_root(0)?, &mut Origins::default())?;
    let create = options.create.then(|| empty_like(value));
    let mut places = Vec::new();
    find(&mut inside, &parts[at..], create.as_ref(), &mut Vec::new(), &mut places).ok()?;
    if places.is_empty() {
        return None;
    }
    for place in places {
        let slot = at_place(&mut inside, &place)?;
        set_value(slot, options, value, (path.span, place.len()), origins).ok()?;
        let is_word =
            |it: &Scalar| it.tag == Tag::Plain && Plain::of(&it.text, Dialect::GoYaml3) == Plain::Str;
        // A number that is none any more cannot be read back; nothing changes.
        if matches!(&slot.content, Content::Scalar(it) if is_word(it)) {
            return Some(());
        }
    }
    let text = match first {
        '{' | '[' if holder.contains('\n') && holder.contains("  ") => output::json_indented(&inside),
        '{' | '[' => output::json(&inside),
        _ => output::styled_yaml(&inside).trim().to_owned(),
    };
    origins.spend_text(&text).ok()?;
    let slot = look_up_mut(object, &parts[..at])?;
    slot.origin = origins.set(path.span, Role::Transformer, slot.origin);
    if let Content::Scalar(scalar) = &mut slot.content {
        scalar.text = text.into();
    }
    Some(())
}

fn set_value(
    slot: &mut Node,
    options: &FieldOptions,
    value: &Node,
    (span, depth): (Span, usize),
    origins: &mut Origins,
) -> Result<(), String> {
    let mut value = value.clone();
    if !options.delimiter.is_empty() {
        let Content::Scalar(old) = &slot.content else {
            return Err("delimiter option can only be used with scalar nodes".to_owned());
        };
        let text = spliced(&old.text, value.text(), options);
        origins.spend_text(&text)?;
        value.content = Content::Scalar(Scalar::implicit(text));
    }
    if !matches!(slot.content, Content::Scalar(_)) {
        origins.spend(&value, depth)?;
    }
    let origin = origins.set(span, Role::Transformer, slot.origin);
    match (&mut slot.content, value.content) {
        // The text changes, its type does not.
        (Content::Scalar(old), Content::Scalar(new)) => old.text = new.text,
        (Content::Scalar(old), _) => old.text = SmolStr::default(),
        (slot, new) => *slot = new,
    }
    slot.origin = origin;
    Ok(())
}

/// A text with one of its parts replaced, or one more before or behind.
fn spliced(text: &str, value: &str, options: &FieldOptions) -> String {
    let mut parts: Vec<&str> = text.split(options.delimiter.as_str()).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, value),
        Ok(at) if at >= parts.len() => parts.push(value),
        Ok(at) => parts[at] = value,
    }
    parts.join(&options.delimiter)
}

fn empty_like(value: &Node) -> Content {
    match &value.content {
        Content::Scalar(_) => Content::Scalar(Scalar::implicit("")),
        Content::Map(_) => Content::Map(Vec::new()),
        Content::List(_) => Content::List(Vec::new()),
    }
}

/// A step down a tree.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Item(usize),
}

fn at_place<'n>(node: &'n mut Node, place: &[Step]) -> Option<&'n mut Node> {
    place.iter().try_fold(node, |node, step| match (step, &mut node.content) {
        (Step::Key(key), Content::Map(entries)) => entry_mut(entries, key),
        (Step::Item(at), Content::List(items)) => items.get_mut(*at),
        _ => None,
    })
}

/// All places that a path leads to (`yaml.PathMatcher`); what is absent is made
/// when asked for.
fn find(
    node: &mut Node,
    parts: &[String],
    create: Option<&Content>,
    way: &mut Vec<Step>,
    places: &mut Vec<Vec<Step>>,
) -> Result<(), String> {
    let Some((part, rest)) = parts.split_first() else {
        places.push(way.clone());
        return Ok(());
    };
    let made = || made_for(rest.first(), create);
    if let Ok(at) = part.parse::<usize>() {
        let items = list(node)?;
        if items.len() == at && create.is_some() {
            items.push(Node::new(made(), crate::OriginId::NONE));
        }
        let count = items.len();
        let item = items
            .get_mut(at)
            .ok_or_else(|| format!("index {at} specified but only {count} elements found"))?;
        return descend(item, Step::Item(at), rest, create, way, places);
    }
    if part == "*" {
        for (at, item) in list(node)?.iter_mut().enumerate() {
            descend(item, Step::Item(at), rest, create, way, places)?;
        }
        return Ok(());
    }
    if let Some(condition) = part.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return find_items(node, condition, rest, create, way, places);
    }
    if node.is_null() {
        return Ok(());
    }
    if !matches!(node.content, Content::Map(_)) {
        return Err(format!("wrong node kind: expected MappingNode but got {}", node.kind_name()));
    }
    if node.get(part).is_none() {
        if create.is_none() {
            return Ok(());
        }
        node.set(part, Node::new(made(), crate::OriginId::NONE));
    }
    let field = node.get_mut(part).expect("it is there or was made");
    descend(field, Step::Key(part.clone()), rest, create, way, places)
}

fn descend(
    node: &mut Node,
    step: Step,
    rest: &[String],
    create: Option<&Content>,
    way: &mut Vec<Step>,
    places: &mut Vec<Vec<Step>>,
) -> Result<(), String> {
    way.push(step);
    let found = find(node, rest, create, way, places);
    way.pop();
    found
}

fn find_items(
    node: &mut Node,
    condition: &str,
    rest: &[String],
    create: Option<&Content>,
    way: &mut Vec<Step>,
    places: &mut Vec<Vec<Step>>,
) -> Result<(), String> {
    let (field, pattern) = condition
        .split_once('=')
        .ok_or("list path element must contain fieldName=fieldValue for element to match")?;
    let regex: Regex = seatrial_schema::cel::re2::compile(pattern)?;
    let before = places.len();
    let items = list(node)?;
    for _ in 0..2 {
        for (at, item) in items.iter_mut().enumerate() {
            let text = if field.is_empty() { Some(item.text()) } else { item.get(field).map(Node::text) };
            if text.is_some_and(|text| regex.is_match(text)) {
                // A plain value is the end of the way.
                let rest = if field.is_empty() { &[] } else { rest };
                descend(item, Step::Item(at), rest, create, way, places)?;
            }
        }
        if places.len() > before || create.is_none() {
            break;
        }
        let value = Node::scalar(Scalar::implicit(pattern), crate::OriginId::NONE);
        items.push(if field.is_empty() {
            value
        } else {
            Node::new(Content::Map(vec![(field.into(), value)]), crate::OriginId::NONE)
        });
    }
    Ok(())
}

fn list(node: &mut Node) -> Result<&mut Vec<Node>, String> {
    let kind = node.kind_name();
    match &mut node.content {
        Content::List(items) => Ok(items),
        _ => Err(format!("wrong node kind: expected SequenceNode but got {kind}")),
    }
}

fn made_for(next: Option<&String>, create: Option<&Content>) -> Content {
    match next {
        None => create.cloned().unwrap_or(Content::Map(Vec::new())),
        Some(next) if next.starts_with('[') && next.ends_with(']') || next.parse::<usize>().is_ok() => {
            Content::List(Vec::new())
        }
        Some(_) => Content::Map(Vec::new()),
    }
}

/// One field by its path (`yaml.Lookup`).
pub(crate) fn look_up<'n>(node: &'n Node, parts: &[String]) -> Option<&'n Node> {
    steps(parts).try_fold(node, |node, part| {
        if is_of_list(part) { node.items().get(item_at(node.items(), part)?) } else { node.get(part) }
    })
}

/// The same, to change.
fn look_up_mut<'n>(node: &'n mut Node, parts: &[String]) -> Option<&'n mut Node> {
    steps(parts).try_fold(node, |node, part| match &mut node.content {
        Content::List(items) if is_of_list(part) => {
            let at = item_at(items, part)?;
            items.get_mut(at)
        }
        Content::Map(entries) if !is_of_list(part) => entry_mut(entries, part),
        _ => None,
    })
}

fn steps(parts: &[String]) -> impl Iterator<Item = &str> {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty())
}

/// Whether a step names an item.
fn is_of_list(part: &str) -> bool {
    part == "-" || part.parse::<usize>().is_ok() || part.starts_with('[') && part.ends_with(']')
}

fn item_at(items: &[Node], part: &str) -> Option<usize> {
    if part == "-" {
        return items.len().checked_sub(1);
    }
    let Some(condition) = part.strip_prefix('[').and_then(|it| it.strip_suffix(']')) else {
        return part.parse().ok();
    };
    let (field, value) = condition.split_once('=')?;
    items.iter().position(|item| {
        if field.is_empty() {
            item.text() == value
        } else {
            item.get(field).is_some_and(|it| it.text() == value)
        }
    })
}

/// Splits at points outside brackets; `[a.b]` is one key
/// (`kyaml/utils.SmarterPathSplitter`).
pub(crate) fn split_field_path(path: &str) -> Vec<String> {
    let mut result = Vec::new();
    let mut parts = split_path(path, '.').into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut joined = part;
        for next in parts.by_ref() {
            joined.push('.');
            joined.push_str(&next);
            if next.ends_with(']') {
                break;
            }
        }
        result.push(if joined.contains('=') { joined } else { joined.trim_matches(['[', ']']).to_owned() });
    }
    result
}
