//! Names of objects that were renamed, corrected where others use them
//! (`api/filters/nameref`, v0.21.2).

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::Role;
use smol_str::SmolStr;

use crate::fields::{Config, FieldSpec, Make, visit};
use crate::id::{Gvk, ResourceId};
use crate::node::{Content, Node};
use crate::origin::Origins;
use crate::resource::{Resource, set_text};

/// What is known of an object that may be named. Names do not change while
/// references are corrected.
struct Candidate {
    now: ResourceId,
    first: ResourceId,
    previous: Vec<ResourceId>,
    name: SmolStr,
    namespace: SmolStr,
    resource: Resource,
    renamed_at: crate::OriginId,
}

/// Corrects all references.
pub(crate) fn fix(resources: &mut [Resource], config: &Config, origins: &mut Origins) -> Result<(), String> {
    for resource in resources.iter() {
        blank_namespace(resource)?;
    }
    let candidates: Vec<Candidate> =
        resources.iter().filter(|it| !it.previous.is_empty()).map(candidate).collect();
    if candidates.is_empty() {
        return Ok(());
    }
    let mut by_name: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
    for (at, candidate) in candidates.iter().enumerate() {
        let mut names: Vec<&SmolStr> = candidate.previous.iter().map(|id| &id.name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            by_name.entry(name.clone()).or_default().push(at);
        }
    }
    let mut by_namespace: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
    for (at, candidate) in candidates.iter().enumerate() {
        by_namespace.entry(candidate.first.effective_namespace().into()).or_default().push(at);
    }
    for resource in resources {
        let first = resource.original_id();
        let mut fix = Fix {
            referrer: candidate(resource),
            role: role(&resource.node),
            service_account_namespaces: service_account_namespaces(resource),
            candidates: &candidates,
            by_name: &by_name,
            by_namespace: &by_namespace,
        };
        for references in config.name_references.iter() {
            for field in references.referrers.iter().filter(|field| first.gvk.is_selected(&field.gvk)) {
                let field = FieldSpec { gvk: Gvk::default(), ..field.clone() };
                fix.field(&mut resource.node, &field, &references.target, origins)?;
            }
        }
    }
    Ok(())
}

fn candidate(resource: &Resource) -> Candidate {
    let ids: Vec<ResourceId> = resource.ids().collect();
    let (now, previous) = ids.split_last().expect("everything is called something");
    let name = resource.node.at(&["metadata", "name"]);
    Candidate {
        now: now.clone(),
        first: ids[0].clone(),
        previous: previous.to_vec(),
        name: now.name.clone(),
        namespace: now.namespace.clone(),
        resource: Resource {
            node: Node::map(crate::OriginId::NONE),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            ..Resource::new(Node::map(crate::OriginId::NONE))
        },
        renamed_at: name.map_or(crate::OriginId::NONE, |node| node.origin),
    }
}

/// A `RoleBinding` may name service accounts of other namespaces.
fn service_account_namespaces(resource: &Resource) -> FxHashSet<SmolStr> {
    if resource.kind() != "RoleBinding" {
        return FxHashSet::default();
    }
    let subjects = resource.node.get("subjects").map_or(&[][..], Node::items);
    let accounts = subjects.iter().filter(|it| it.text_at(&["kind"]) == "ServiceAccount");
    accounts.filter_map(|it| it.get("namespace")).map(|namespace| namespace.text().into()).collect()
}

fn blank_namespace(resource: &Resource) -> Result<(), String> {
    let subjects = resource.node.get("subjects").map_or(&[][..], Node::items);
    let mut accounts = subjects.iter().filter(|it| it.text_at(&["kind"]) == "ServiceAccount");
    if resource.kind() == "RoleBinding" && accounts.any(|it| it.get("namespace").is_some_and(Node::is_null)) {
        return Err(format!("Invalid Input: namespace is blank for resource \"{}\"", resource.id()));
    }
    Ok(())
}

fn role(object: &Node) -> Option<Gvk> {
    let reference = object.get("roleRef")?;
    let (group, kind) = (reference.get("apiGroup")?, reference.get("kind")?);
    Some(Gvk { group: group.text().into(), version: SmolStr::default(), kind: kind.text().into() })
}

struct Fix<'a> {
    referrer: Candidate,
    /// What a binding says of its role.
    role: Option<Gvk>,
    service_account_namespaces: FxHashSet<SmolStr>,
    candidates: &'a [Candidate],
    by_name: &'a FxHashMap<SmolStr, Vec<usize>>,
    /// By the namespace in which they were first.
    by_namespace: &'a FxHashMap<SmolStr, Vec<usize>>,
}

impl Fix<'_> {
    fn field(
        &mut self,
        object: &mut Node,
        field: &FieldSpec,
        target: &Gvk,
        origins: &mut Origins,
    ) -> Result<(), String> {
        let error = |error| {
            format!("updating name reference in '{}' field of '{}': {error}", field.path, self.referrer.now)
        };
        visit(object, field, Make::Nothing, crate::OriginId::NONE, &mut |node| {
            self.set(node, &field.path, target, origins)
        })
        .map_err(error)
    }

    fn set(&self, node: &mut Node, path: &str, target: &Gvk, origins: &mut Origins) -> Result<(), String> {
        match &mut node.content {
            Content::Scalar(scalar) if scalar.is_null() => Ok(()),
            Content::Scalar(_) => self.set_scalar(node, path, target, origins),
            Content::Map(_) => self.set_map(node, path, target, origins),
            Content::List(items) => items.iter_mut().try_for_each(|item| match item.content {
                Content::Scalar(_) => self.set_scalar(item, path, target, origins),
                Content::Map(_) => self.set_map(item, path, target, origins),
                Content::List(_) => Err("is expected to be either a string or a map of string".to_owned()),
            }),
        }
    }

    fn set_scalar(
        &self,
        node: &mut Node,
        path: &str,
        target: &Gvk,
        origins: &mut Origins,
    ) -> Result<(), String> {
        let asked = Asked { namespace: None, is_map: false };
        let Some(named) = self.select(node.text(), path, target, asked)? else { return Ok(()) };
        if named.name != node.text() {
            node.origin = renamed(named, node.origin, origins);
            if let Content::Scalar(scalar) = &mut node.content {
                scalar.text = named.name.clone();
                scalar.tag = crate::node::Tag::Implicit;
            }
        }
        Ok(())
    }

    fn set_map(
        &self,
        node: &mut Node,
        path: &str,
        target: &Gvk,
        origins: &mut Origins,
    ) -> Result<(), String> {
        let Some(name) = node.get("name") else {
            return Err("path config error; no 'name' field in node".to_owned());
        };
        let namespace = node.get("namespace").map(|it| SmolStr::new(it.text()));
        let asked = Asked { namespace: namespace.as_deref(), is_map: true };
        let Some(named) = self.select(name.text(), path, target, asked)? else { return Ok(()) };
        if named.name == name.text() && named.namespace.is_empty() {
            return Ok(());
        }
        let origin = renamed(named, name.origin, origins);
        set_text(node, "name", &named.name, origin);
        if !named.namespace.is_empty() {
            set_text(node, "namespace", &named.namespace, origin);
        }
        Ok(())
    }
}

/// What a reference says beside the name.
#[derive(Clone, Copy)]
struct Asked<'a> {
    namespace: Option<&'a str>,
    is_map: bool,
}

impl<'a> Fix<'a> {
    /// The one object that a name stands for.
    fn select(
        &self,
        name: &str,
        path: &str,
        target: &Gvk,
        asked: Asked<'_>,
    ) -> Result<Option<&'a Candidate>, String> {
        let role = self.role.as_ref().filter(|_| path.ends_with("roleRef/name"));
        let in_namespace = self.in_namespace(asked.namespace);
        let named = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<&Candidate> = named
            .iter()
            .map(|&at| &self.candidates[at])
            .filter(|it| self.may_be_named(it) && in_namespace(it))
            .filter(|it| it.previous.iter().any(|id| id.gvk.is_selected(target)))
            .filter(|it| role.is_none_or(|role| it.previous.iter().any(|id| id.gvk.is_selected(role))))
            .filter(|it| self.is_near(it))
            .collect();
        if found.len() != 1 {
            let alike = |it: &&Candidate, allows_none| {
                it.resource.has_affixes_of(&self.referrer.resource, allows_none)
            };
            found.retain(|it| alike(it, true));
            if found.len() > 1 {
                found.retain(|it| alike(it, false));
            }
        }
        let Some(first) = found.first().copied() else { return Ok(None) };
        let is_same =
            |it: &&Candidate| it.name == first.name && (!asked.is_map || it.namespace == first.namespace);
        if found.iter().all(is_same) {
            return Ok(Some(first));
        }
        let ids: Vec<String> = found.iter().map(|it| it.now.to_string()).collect();
        Err(format!("found multiple possible referrals: {}", ids.join(", ")))
    }

    /// Those of a namespace by their first names; if there are none, by their
    /// present ones.
    fn in_namespace(&self, namespace: Option<&str>) -> impl Fn(&Candidate) -> bool {
        let namespace = namespace.map(SmolStr::new);
        let first = |it: &Candidate, wanted: &str| it.first.effective_namespace() == wanted;
        let is_first = namespace.as_deref().is_some_and(|wanted| {
            let there = self.by_namespace.get(wanted).map_or(&[][..], Vec::as_slice);
            there.iter().any(|&at| self.may_be_named(&self.candidates[at]))
        });
        move |it: &Candidate| {
            let Some(wanted) = &namespace else { return true };
            if is_first { first(it, wanted) } else { it.now.effective_namespace() == wanted }
        }
    }

    /// Whether the referrer can see an object at all.
    fn may_be_named(&self, candidate: &Candidate) -> bool {
        let referrer = &self.referrer.now;
        referrer.is_cluster_scoped
            || candidate.now.is_cluster_scoped
            || candidate.now.effective_namespace() == referrer.effective_namespace()
            || self.service_account_namespaces.contains(&candidate.namespace)
    }

    fn is_near(&self, candidate: &Candidate) -> bool {
        let referrer = &self.referrer.now;
        referrer.is_cluster_scoped
            || candidate.now.is_cluster_scoped
            || candidate.now.gvk.kind == "ServiceAccount"
            || candidate.now.effective_namespace() == referrer.effective_namespace()
    }
}

/// The origin of a name that follows another one.
fn renamed(named: &Candidate, before: crate::OriginId, origins: &mut Origins) -> crate::OriginId {
    match origins.get(named.renamed_at) {
        Some(origin) => origins.set(origin.span, Role::Transformer, before),
        None => before,
    }
}
