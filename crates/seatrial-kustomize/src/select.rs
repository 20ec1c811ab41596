//! Which objects a patch or a replacement is for (`types.Selector`).

use std::fmt;

use regex::Regex;
use seatrial_model::LabelSelector;
use smol_str::SmolStr;

use crate::id::{Gvk, ResourceId};
use crate::resource::Resource;

/// Patterns over an object's identity, labels and annotations; what is not said
/// fits anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    /// Patterns for group, version, kind, name, namespace.
    pub id: ResourceId,
    /// Labels that an object must have.
    pub labels: SmolStr,
    /// Annotations that an object must have.
    pub annotations: SmolStr,
}

impl Selector {
    /// Whether it names a type and leaves open which of its objects.
    pub(crate) fn is_of_type_alone(&self) -> bool {
        self.parts().iter().all(|(name, part)| part.is_empty() || ["group", "version", "kind"].contains(name))
    }

    fn parts(&self) -> [(&'static str, &str); 7] {
        let ResourceId { gvk, name, namespace, .. } = &self.id;
        [
            ("kind", gvk.kind.as_str()),
            ("name", name.as_str()),
            ("namespace", namespace.as_str()),
            ("group", gvk.group.as_str()),
            ("version", gvk.version.as_str()),
            ("labels", self.labels.as_str()),
            ("annotations", self.annotations.as_str()),
        ]
    }
}

/// What is asked, one by one: `kind Deployment, name web`.
impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, part) in self.parts().into_iter().filter(|(_, part)| !part.is_empty()) {
            write!(formatter, "{separator}{name} {part}")?;
            separator = ", ";
        }
        Ok(())
    }
}

/// A selector with its patterns compiled.
pub(crate) struct Patterns<'a> {
    selector: &'a Selector,
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
}

/// What a whole text must be; most are plain names, which are compared.
enum Pattern {
    Plain(SmolStr),
    Regex(Regex),
}

impl<'a> Patterns<'a> {
    pub(crate) fn new(selector: &'a Selector) -> Result<Self, String> {
        let id = &selector.id;
        Ok(Self {
            selector,
            group: anchored(&id.gvk.group)?,
            version: anchored(&id.gvk.version)?,
            kind: anchored(&id.gvk.kind)?,
            name: anchored(&id.name)?,
            namespace: anchored(&id.namespace)?,
        })
    }

    pub(crate) fn fits_type(&self, gvk: &Gvk) -> bool {
        fits(self.group.as_ref(), &gvk.group)
            && fits(self.version.as_ref(), &gvk.version)
            && fits(self.kind.as_ref(), &gvk.kind)
    }

    /// Whether one identity fits, by its namespace as written.
    pub(crate) fn fits_id(&self, id: &ResourceId) -> bool {
        self.fits_type(&id.gvk)
            && fits(self.name.as_ref(), &id.name)
            && fits(self.namespace.as_ref(), &id.namespace)
    }

    /// What is asked of an identity, as it is written.
    pub(crate) fn id(&self) -> &ResourceId {
        &self.selector.id
    }

    /// Whether nothing is asked of an identity.
    pub(crate) fn is_open(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace].iter().all(|it| it.is_none())
    }

    /// Whether anything is asked of labels or annotations.
    pub(crate) fn asks_metadata(&self) -> bool {
        !self.selector.labels.is_empty() || !self.selector.annotations.is_empty()
    }

    /// Whether a patch's target is this object, as it was or as it is.
    pub(crate) fn fits(&self, resource: &Resource) -> Result<bool, String> {
        if !fits(self.kind.as_ref(), resource.kind()) {
            return Ok(false);
        }
        let (now, first) = (resource.id(), resource.original_id());
        let either =
            |pattern: Option<&Pattern>, left: &str, right: &str| fits(pattern, left) || fits(pattern, right);
        Ok(either(self.namespace.as_ref(), first.effective_namespace(), now.effective_namespace())
            && either(self.name.as_ref(), &first.name, &now.name)
            && self.fits_type(&now.gvk)
            && self.fits_metadata(resource)?)
    }

    /// Whether the labels and annotations fit.
    pub(crate) fn fits_metadata(&self, resource: &Resource) -> Result<bool, String> {
        Ok(has(&self.selector.labels, resource, "labels")?
            && has(&self.selector.annotations, resource, "annotations")?)
    }
}

fn has(selector: &str, resource: &Resource, section: &str) -> Result<bool, String> {
    if selector.is_empty() {
        return Ok(true);
    }
    let parsed =
        LabelSelector::parse(selector).ok_or_else(|| format!("unable to parse requirement: '{selector}'"))?;
    let value = |key: &str| resource.metadata(section).find(|(name, _)| *name == key).map(|(_, value)| value);
    Ok(parsed.requirements.iter().all(|it| it.accepts(value(&it.key))))
}

fn fits(pattern: Option<&Pattern>, text: &str) -> bool {
    pattern.is_none_or(|pattern| match pattern {
        Pattern::Plain(name) => name == text,
        Pattern::Regex(regex) => regex.is_match(text),
    })
}

fn anchored(pattern: &SmolStr) -> Result<Option<Pattern>, String> {
    if pattern.is_empty() {
        return Ok(None);
    }
    if pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(Some(Pattern::Plain(pattern.clone())));
    }
    seatrial_schema::cel::re2::compile(&format!("^(?:{pattern})$")).map(|it| Some(Pattern::Regex(it)))
}
