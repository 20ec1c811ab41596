//! The transformers that change fields: namespace, prefix and suffix, labels,
//! annotations, images, replicas (`api/internal/builtins`, v0.21.2).

use regex::Regex;
use seatrial_diagnostics::Role;
use seatrial_source::Span;
use smol_str::SmolStr;

use crate::fields::{Config, FieldSpec, Fields, Make, merge_fields, visit};
use crate::id::ResourceId;
use crate::kustomization::{At, Image, Label, Replica, Text};
use crate::node::{Content, Node, Scalar};
use crate::origin::Origins;
use crate::resource::Resource;

/// Puts a text into a scalar, whose quotes and past it keeps.
fn put(node: &mut Node, scalar: Scalar, span: Span, origins: &mut Origins) -> Result<(), String> {
    origins.spend_text(&scalar.text)?;
    let origin = origins.set(span, Role::Transformer, node.origin);
    match &mut node.content {
        Content::Scalar(old) => {
            let is_quoted = old.is_quoted && !old.is_null();
            *old = Scalar { is_quoted, is_folded: old.is_folded, ..scalar };
            node.origin = origin;
            Ok(())
        }
        _ => Err(format!("wrong node kind: expected ScalarNode but got {}", node.kind_name())),
    }
}

/// Which subjects of bindings are given a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subjects {
    /// Those called `default`.
    #[default]
    Default,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    None,
}

impl Subjects {
    /// By the word for it in `setRoleBindingSubjects`.
    pub(crate) fn named(word: &str) -> Result<Self, String> {
        Ok(match word {
            "" | "defaultOnly" => Self::Default,
            "allServiceAccounts" => Self::ServiceAccounts,
            "none" => Self::None,
            _ => {
                return Err(format!(
                    "invalid value {word:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \"allServiceAccounts\""
                ));
            }
        })
    }
}

/// A namespace, and where it is put.
pub(crate) struct NamespaceChange<'a> {
    pub(crate) namespace: &'a Text,
    pub(crate) subjects: Subjects,
    /// Whether a namespace that is there stays.
    pub(crate) is_unset_only: bool,
}

impl<'a> NamespaceChange<'a> {
    /// What the field `namespace` does.
    pub(crate) fn of(namespace: &'a Text) -> Self {
        Self { namespace, subjects: Subjects::Default, is_unset_only: false }
    }

    /// Sets the namespace of everything that has one.
    pub(crate) fn apply(
        &self,
        resources: &mut [Resource],
        config: &Config,
        origins: &mut Origins,
    ) -> Result<(), String> {
        for resource in resources.iter_mut().filter(|it| !it.is_from_chart) {
            resource.remember();
            self.set(&mut resource.node, config, origins)
                .map_err(|error| format!("namespace transformation failed: {error}"))?;
        }
        let mut ids: Vec<ResourceId> = resources.iter().map(Resource::id).collect();
        ids.sort_by_cached_key(key);
        match ids.windows(2).find(|pair| pair[0].is_same(&pair[1])) {
            Some(pair) => Err(format!("namespace transformation produces ID conflict: {}", pair[0])),
            None => Ok(()),
        }
    }

    /// Sets the namespace of one object.
    pub(crate) fn set(
        &self,
        object: &mut Node,
        config: &Config,
        origins: &mut Origins,
    ) -> Result<(), String> {
        let id = ResourceId::of(object);
        let Text { value: namespace, span } = self.namespace;
        let made = origins.set(*span, Role::Transformer, crate::OriginId::NONE);
        let mut set = |node: &mut Node| {
            if self.is_unset_only && !node.text().is_empty() && !node.is_null() {
                return Ok(());
            }
            put(node, Scalar::string(namespace.clone()), *span, origins)
        };
        if !id.is_cluster_scoped {
            visit(object, &FieldSpec::everywhere("metadata/namespace"), Make::Scalar, made, &mut set)?;
        }
        let is_binding = matches!(id.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if is_binding {
            self.set_subjects(object, made, &mut set)?;
        }
        for field in config.namespace.iter() {
            let is_own_name = field.path == "metadata/name" && id.gvk.api_version() != "v1";
            let is_subject = is_binding
                && matches!(field.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
                && field.path == "subjects/namespace";
            if field.path == "metadata/namespace" || is_own_name || is_subject {
                continue;
            }
            visit(object, field, Make::Scalar, made, &mut set)?;
        }
        Ok(())
    }

    /// Subjects move along with the service accounts that they stand for.
    fn set_subjects(
        &self,
        object: &mut Node,
        made: crate::OriginId,
        set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
    ) -> Result<(), String> {
        let moves = |subject: &Node| match self.subjects {
            Subjects::None => false,
            Subjects::Default => subject.text_at(&["name"]) == "default",
            Subjects::ServiceAccounts => subject.text_at(&["kind"]) == "ServiceAccount",
        };
        let Some(subjects) = object.get_mut("subjects") else { return Ok(()) };
        let Content::List(items) = &mut subjects.content else { return Ok(()) };
        for subject in items.iter_mut().filter(|it| moves(it)) {
            if subject.get("namespace").is_none() {
                subject.set("namespace", Node::scalar(Scalar::implicit(""), made));
            }
            subject.get_mut("namespace").map_or(Ok(()), &mut *set)?;
        }
        Ok(())
    }
}

fn key(id: &ResourceId) -> String {
    format!("{}/{}/{}", id.gvk, id.effective_namespace(), id.name)
}

/// Whether a name is given a prefix or a suffix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

/// Whether all names that an affix is put to have it already.
pub(crate) fn is_doubled(resources: &[Resource], affix: Affix, text: &str) -> bool {
    let has_affix = |name: &str| match affix {
        Affix::Prefix => name.len() > text.len() && name.starts_with(text),
        Affix::Suffix => name.len() > text.len() && name.ends_with(text),
    };
    let mut named = resources.iter().filter(|it| !keeps_name(&it.original_id())).peekable();
    named.peek().is_some() && named.all(|it| has_affix(it.name()))
}

fn keeps_name(id: &ResourceId) -> bool {
    let is_service_of_api = id.gvk.group == "apiregistration.k8s.io" && id.gvk.kind == "APIService";
    matches!(id.gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace") || is_service_of_api
}

/// Adds a prefix or suffix to names.
pub(crate) fn affix(
    resources: &mut [Resource],
    affix: Affix,
    text: &Text,
    config: &Config,
    origins: &mut Origins,
) -> Result<(), String> {
    let fields = if affix == Affix::Prefix { &config.name_prefix } else { &config.name_suffix };
    for resource in resources {
        let id = resource.original_id();
        if keeps_name(&id) {
            continue;
        }
        for field in fields.iter().filter(|field| id.gvk.is_selected(&field.gvk)) {
            if field.path == "metadata/name" {
                let texts =
                    if affix == Affix::Prefix { &mut resource.prefixes } else { &mut resource.suffixes };
                texts.push(text.value.clone());
                resource.remember();
            }
            let made = origins.set(text.span, Role::Transformer, crate::OriginId::NONE);
            visit(&mut resource.node, field, Make::Scalar, made, &mut |node| {
                let name = match affix {
                    Affix::Prefix => format!("{}{}", text.value, node.text()),
                    Affix::Suffix => format!("{}{}", node.text(), text.value),
                };
                put(node, Scalar::implicit(name), text.span, origins)
            })?;
        }
    }
    Ok(())
}

/// Adds the labels of one entry of `labels`.
pub(crate) fn labels(
    resources: &mut [Resource],
    label: &Label,
    config: &Config,
    origins: &mut Origins,
) -> Result<(), String> {
    let mut fields = Fields::from(label.fields.clone());
    merge_fields(&mut fields, config.labels.clone())?;
    if label.include_selectors {
        merge_fields(&mut fields, config.common_labels.clone())?;
    } else {
        if label.include_templates {
            merge_fields(&mut fields, config.template_labels.clone())?;
        }
        if label.include_volume_claim_templates {
            merge_fields(&mut fields, config.volume_claim_template_labels.clone())?;
        }
        merge_fields(&mut fields, vec![FieldSpec::everywhere("metadata/labels")].into())?;
    }
    pairs(resources, &label.pairs, &fields, origins)
}

/// Sets keys in the maps at some fields.
pub(crate) fn pairs(
    resources: &mut [Resource],
    pairs: &[(SmolStr, Text)],
    fields: &[FieldSpec],
    origins: &mut Origins,
) -> Result<(), String> {
    for resource in resources {
        for (key, value) in pairs {
            for field in fields {
                let made = origins.set(value.span, Role::Transformer, crate::OriginId::NONE);
                visit(&mut resource.node, field, Make::Map, made, &mut |node| {
                    set_pair(node, key, value, origins)
                })?;
            }
        }
    }
    Ok(())
}

fn set_pair(node: &mut Node, key: &str, value: &Text, origins: &mut Origins) -> Result<(), String> {
    if !matches!(node.content, Content::Map(_)) {
        return Err(format!("wrong node kind: expected MappingNode but got {}", node.kind_name()));
    }
    origins.spend_text(&value.value)?;
    let before = node.get(key).map_or(crate::OriginId::NONE, |old| old.origin);
    let origin = origins.set(value.span, Role::Transformer, before);
    node.set(key, Node::scalar(Scalar::string(value.value.clone()), origin));
    Ok(())
}

/// An entry of `images`, ready to be applied.
pub(crate) struct ImageChange<'a> {
    image: &'a Image,
    span: Span,
    pattern: Option<Regex>,
    /// Whether anything was called so.
    pub(crate) is_used: bool,
}

impl<'a> ImageChange<'a> {
    pub(crate) fn new(entry: &'a At<Image>) -> Self {
        let image = &entry.value;
        let pattern = format!(
            "^{}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$",
            image.name
        );
        Self {
            image,
            span: entry.span,
            pattern: seatrial_schema::cel::re2::compile(&pattern).ok(),
            is_used: false,
        }
    }

    pub(crate) fn apply(
        &mut self,
        resources: &mut [Resource],
        config: &Config,
        origins: &mut Origins,
    ) -> Result<(), String> {
        for resource in resources.iter_mut().filter(|it| it.kind() != "CustomResourceDefinition") {
            self.walk(&mut resource.node, origins)?;
        }
        for resource in resources.iter_mut().filter(|it| it.kind() != "CustomResourceDefinition") {
            for field in config.images.iter() {
                visit(&mut resource.node, field, Make::Nothing, crate::OriginId::NONE, &mut |node| {
                    self.set(node, origins)
                })?;
            }
        }
        Ok(())
    }

    /// `containers` and `initContainers` wherever they are, in objects of any
    /// kind.
    fn walk(&mut self, node: &mut Node, origins: &mut Origins) -> Result<(), String> {
        match &mut node.content {
            Content::Scalar(_) => Ok(()),
            Content::List(items) => items.iter_mut().try_for_each(|item| self.walk(item, origins)),
            Content::Map(entries) => {
                for (key, value) in entries {
                    self.walk(value, origins)?;
                    if matches!(key.as_str(), "containers" | "initContainers") {
                        self.containers(value, origins)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn containers(&mut self, node: &mut Node, origins: &mut Origins) -> Result<(), String> {
        let Content::List(items) = &mut node.content else { return Ok(()) };
        items
            .iter_mut()
            .filter_map(|item| item.get_mut("image"))
            .try_for_each(|image| self.set(image, origins))
    }

    fn set(&mut self, node: &mut Node, origins: &mut Origins) -> Result<(), String> {
        if node.is_null() {
            return Ok(());
        }
        let Content::Scalar(scalar) = &node.content else {
            return Err(format!("wrong node kind: expected ScalarNode but got {}", node.kind_name()));
        };
        if !self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(&scalar.text)) {
            return Ok(());
        }
        self.is_used = true;
        let changed = self.changed(&scalar.text);
        if changed == scalar.text {
            return Ok(());
        }
        let said = [&self.image.new_tag, &self.image.digest, &self.image.tag_suffix, &self.image.new_name];
        let span = said.into_iter().flatten().next().map_or(self.span, |text| text.span);
        put(node, Scalar::implicit(changed), span, origins)
    }

    fn changed(&self, image: &str) -> String {
        let (mut name, mut tag, mut digest) = split_image(image);
        let text = |text: &Option<Text>| text.as_ref().map(|it| it.value.to_string());
        if let Some(new) = text(&self.image.new_name) {
            name = new;
        }
        match (text(&self.image.new_tag), text(&self.image.digest), text(&self.image.tag_suffix)) {
            (Some(new_tag), new_digest, _) => (tag, digest) = (new_tag, new_digest.unwrap_or_default()),
            (None, Some(new_digest), _) => (tag, digest) = (String::new(), new_digest),
            (None, None, Some(suffix)) => (tag, digest) = (tag + &suffix, String::new()),
            (None, None, None) => {}
        }
        for (sign, part) in [(":", &tag), ("@", &digest)] {
            if !part.is_empty() {
                name = name + sign + part;
            }
        }
        name
    }
}

/// Name, tag and digest (`image.Split`).
fn split_image(image: &str) -> (String, String, String) {
    let slash = image.find('/').unwrap_or(0);
    let at = image[slash..].find('@').map(|at| at + slash);
    let colon = image[slash..].find(':').map(|at| at + slash);
    let part = |text: &str| text[1..].to_owned();
    match (colon, at) {
        (None, None) => (image.to_owned(), String::new(), String::new()),
        (Some(colon), Some(at)) if colon < at => {
            (image[..colon].to_owned(), part(&image[colon..at]), part(&image[at..]))
        }
        (_, Some(at)) => (image[..at].to_owned(), String::new(), part(&image[at..])),
        (Some(colon), None) => (image[..colon].to_owned(), part(&image[colon..]), String::new()),
    }
}

/// Sets the replicas of the workloads with a name.
pub(crate) fn replicas(
    resources: &mut [Resource],
    entry: &At<Replica>,
    config: &Config,
    origins: &mut Origins,
) -> Result<(), String> {
    let mut is_found = false;
    for field in config.replicas.iter() {
        for resource in resources.iter_mut() {
            if !resource.has_name(&entry.value.name) {
                continue;
            }
            let fits = |id: ResourceId| id.name == entry.value.name && id.gvk.is_selected(&field.gvk);
            if !resource.ids().any(fits) {
                continue;
            }
            is_found = true;
            let made = origins.set(entry.span, Role::Transformer, crate::OriginId::NONE);
            visit(&mut resource.node, field, Make::Scalar, made, &mut |node| {
                let count = Scalar::plain(entry.value.count.to_string());
                put(node, count, entry.span, origins)
            })?;
        }
    }
    if is_found {
        return Ok(());
    }
    let kinds: Vec<String> = config.replicas.iter().map(|field| field.gvk.to_string()).collect();
    Err(format!(
        "resource with name {} does not match a config with the following GVK [{}]",
        entry.value.name,
        kinds.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_split_at_their_tag_and_digest() {
        let split = |text| {
            let (name, tag, digest) = split_image(text);
            format!("{name}|{tag}|{digest}")
        };
        assert_eq!(split("nginx"), "nginx||");
        assert_eq!(split("localhost:5000/app"), "localhost:5000/app||");
        assert_eq!(split("localhost:5000/app:1@sha256:abc"), "localhost:5000/app|1|sha256:abc");
        assert_eq!(split("app@sha256:abc"), "app||sha256:abc");
    }
}
