//! Patches: strategic merges and JSON patches, each to the objects it is for
//! (`PatchTransformer`, `PatchStrategicMergeTransformer`, api v0.21.2).

use std::sync::Arc;

use seatrial_diagnostics::Role;
use seatrial_source::{FileId, Span};
use seatrial_yaml::{Dialect, Limits, Stream, parse};

use crate::id::ResourceId;
use crate::kustomization::Inline;
use crate::node::Node;
use crate::open_api::OpenApi;
use crate::origin::Origins;
use crate::output::settle_folded;
use crate::resource::{Resource, plain_strings, set_text};
use crate::select::{Patterns, Selector};
use crate::{json_patch, resources, strategic_merge};

/// A patch as it was read.
pub(crate) enum Patch {
    Merge(Vec<Resource>),
    Json(Vec<json_patch::Operation>),
}

/// What is wrong with a patch, and where if not at its entry.
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self { message, span: None }
    }
}

/// Reads a text that must be one of the two.
pub(crate) fn read(text: &Source, name: &str, origins: &mut Origins) -> Result<Patch, Fault> {
    origins.in_role(Role::Patch, |origins| {
        let stream = text.stream();
        let merge = resources::read(&stream, origins);
        let may_be_json =
            merge.is_err() || stream.document_root(0).is_some_and(seatrial_yaml::Node::is_sequence);
        let json = if may_be_json { read_json(text, origins) } else { Err(String::new()) };
        match (merge, json) {
            (Ok(merge), Ok(json)) if !merge.is_empty() && !json.is_empty() => {
                Err(format!("illegally qualifies as both an SM and JSON patch: {name}").into())
            }
            (Ok(merge), _) => Ok(Patch::Merge(merge)),
            (Err(_), Ok(json)) => Ok(Patch::Json(json)),
            (Err(fault), Err(_)) => {
                let message = format!("unable to parse SM or JSON patch from {name}: {}", fault.message);
                Err(Fault { message, span: fault.span })
            }
        }
    })
}

/// Reads a JSON patch, in JSON or YAML.
pub(crate) fn read_json(text: &Source, origins: &mut Origins) -> Result<Vec<json_patch::Operation>, String> {
    let stream = parse(text.file, text.text.clone(), Dialect::GoYaml2, &Limits::default());
    if let Some(problem) = stream.all_problems().find(|it| it.is_fatal()) {
        return Err(problem.message.clone());
    }
    let root = stream.document_root(0).ok_or("empty json patch operations")?;
    let node = Node::decoded(root, origins).ok_or("nests too deep")?;
    json_patch::read(&node)
}

/// A patch's text.
pub(crate) struct Source {
    pub(crate) file: FileId,
    pub(crate) text: Arc<str>,
}

impl Source {
    /// A text that stands in a field.
    pub(crate) fn inline(inline: &Inline) -> Self {
        Self { file: inline.text.span.file, text: inline.text.value.trim_end().into() }
    }

    /// Its documents, as resources are read.
    pub(crate) fn stream(&self) -> Stream {
        parse(self.file, self.text.clone(), Dialect::GoYaml3, &Limits::default())
    }
}

/// Applies a patch; gives the number of objects it changed.
pub(crate) fn apply(
    all: &mut Vec<Resource>,
    patch: &Patch,
    target: Option<&Selector>,
    options: Options<'_>,
    remembers: bool,
    origins: &mut Origins,
) -> Result<usize, Fault> {
    match (patch, target) {
        (Patch::Json(_), None) => Err("must specify a target for JSON patch".to_owned().into()),
        (Patch::Json(operations), Some(target)) => {
            let patterns = Patterns::new(target)?;
            let mut changed = 0;
            for resource in all.iter_mut() {
                if patterns.fits(resource)? {
                    changed += 1;
                    if remembers {
                        resource.remember();
                    }
                    apply_json(resource, operations, origins)?;
                }
            }
            Ok(changed)
        }
        (Patch::Merge(patches), Some(_)) if patches.len() > 1 => {
            let message = "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field";
            Err(message.to_owned().into())
        }
        (Patch::Merge(patches), Some(target)) => {
            let Some(patch) = patches.first() else { return Ok(0) };
            let patterns = Patterns::new(target)?;
            let mut selected = Vec::new();
            for resource in all.iter() {
                selected.push(patterns.fits(resource)?);
            }
            let kind = patch.kind().to_owned();
            merge_into(all, &selected, patch, Some(&kind), options, origins)
        }
        (Patch::Merge(patches), None) => {
            for patch in patches {
                merge_by_id(all, patch, options, origins)?;
            }
            Ok(patches.len())
        }
    }
}

/// Upstream's own annotations make a map of annotations where there was none.
fn apply_json(
    resource: &mut Resource,
    operations: &[json_patch::Operation],
    origins: &mut Origins,
) -> Result<(), String> {
    let has_map = |node: &Node| node.at(&["metadata", "annotations"]).is_some_and(|it| !it.is_null());
    if resource.was_annotated && !has_map(&resource.node) && resource.node.get("metadata").is_some() {
        let origin = resource.node.origin;
        let metadata = resource.node.map_at("metadata", origin);
        metadata.set("annotations", Node::map(origin));
    }
    if resource.was_annotated
        && let Some(annotations) = resource.node.get_mut("metadata").and_then(|it| it.get_mut("annotations"))
    {
        plain_strings(annotations);
    }
    // The object goes through JSON.
    settle_folded(&mut resource.node);
    json_patch::apply(&mut resource.node, operations, origins)
}

/// What a patch may do beside.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'s> {
    pub(crate) may_change_name: bool,
    pub(crate) may_change_kind: bool,
    /// A schema that says how lists merge.
    pub(crate) schema: Option<&'s OpenApi>,
}

/// Merges a patch into the one object that it names.
pub(crate) fn merge_by_id(
    all: &mut Vec<Resource>,
    patch: &Resource,
    options: Options<'_>,
    origins: &mut Origins,
) -> Result<(), Fault> {
    let span = origins.get(patch.node.origin).map(|origin| origin.span);
    let fault = |message: String| Fault { message, span };
    let id = patch.id();
    let at = unique(all, &id)
        .map_err(|error| fault(format!("{error}; failed to find unique target for patch {id}")))?;
    let resource = std::mem::replace(&mut all[at], Resource::new(Node::map(crate::OriginId::NONE)));
    match merge(resource, &patch.node, options, origins).map_err(fault)? {
        Some(resource) => all[at] = resource,
        None => drop(all.remove(at)),
    }
    Ok(())
}

/// The one object that is or was called so.
fn unique(all: &[Resource], id: &ResourceId) -> Result<usize, String> {
    let is_meant = |it: &Resource| it.has_name(&id.name) && it.ids().any(|it| it.is_same(id));
    let mut found = (0..all.len()).filter(|&at| is_meant(&all[at]));
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => Err(format!("multiple matches for Id {id}")),
        (None, _) => Err(format!("no matches for Id {id}")),
    }
}

/// Merges a patch into the selected objects, whatever the patch calls them.
fn merge_into(
    all: &mut Vec<Resource>,
    selected: &[bool],
    patch: &Resource,
    kind: Option<&str>,
    options: Options<'_>,
    origins: &mut Origins,
) -> Result<usize, Fault> {
    let mut kept = Vec::with_capacity(all.len());
    let mut changed = 0;
    for (resource, is_selected) in std::mem::take(all).into_iter().zip(selected) {
        if !is_selected {
            kept.push(resource);
            continue;
        }
        changed += 1;
        let mut node = patch.node.clone();
        let origin = node.origin;
        set_text(&mut node, "apiVersion", &resource.id().gvk.api_version(), origin);
        set_text(&mut node, "kind", kind.unwrap_or(resource.kind()), origin);
        kept.extend(merge(resource, &node, options, origins)?);
    }
    *all = kept;
    Ok(changed)
}

fn merge(
    mut resource: Resource,
    patch: &Node,
    options: Options<'_>,
    origins: &mut Origins,
) -> Result<Option<Resource>, String> {
    if options.may_change_name || options.may_change_kind {
        resource.remember();
    }
    let before = resource.node.clone();
    let Some(node) = strategic_merge::merge(
        std::mem::replace(&mut resource.node, Node::map(before.origin)),
        patch,
        options.schema,
        origins,
    )?
    .filter(|node| !node.is_empty()) else {
        return Ok(None);
    };
    resource.node = node;
    keep(&mut resource.node, &before, options);
    Ok(Some(resource))
}

/// A patch changes kind and name only where it may, and the namespace never.
fn keep(node: &mut Node, before: &Node, options: Options<'_>) {
    if !options.may_change_kind
        && let Some(kind) = before.get("kind")
    {
        node.set("kind", kind.clone());
    }
    let Some(old) = before.get("metadata") else { return };
    let metadata = node.map_at("metadata", old.origin);
    if !options.may_change_name
        && let Some(name) = old.get("name")
    {
        metadata.set("name", name.clone());
    }
    match old.get("namespace").filter(|it| !it.text().is_empty()) {
        Some(namespace) => metadata.set("namespace", namespace.clone()),
        None => drop(metadata.remove("namespace")),
    }
}
