//! The volumes that mounts of a pod can name, and mounts that name none only because
//! of a mistake that is told where the volume stands.

use rustc_hash::FxHashSet;
use seatrial_diagnostics::is_slip;
use seatrial_model::Field;
use seatrial_model::views::PodTemplate;
use seatrial_schema::rules::names;

/// So many names that are refused are held against a mount; nobody writes more.
const REFUSED_MAX: usize = 100;

/// What the pods of a template can mount.
pub(crate) struct Volumes {
    names: Vec<String>,
    known: FxHashSet<String>,
    refused: Vec<String>,
    has_misspelt: bool,
}

impl Volumes {
    /// Those of the pod and of the claim templates.
    pub(crate) fn of(template: &PodTemplate<'_>) -> Self {
        let mut names: Vec<String> =
            template.volumes().filter_map(|it| Some(it.name()?.to_owned())).collect();
        names.extend(template.claim_templates().map(|it| it.to_string()));
        let known = names.iter().cloned().collect();
        let is_refused = |it: &&String| !names::dns1123_label(it).is_empty();
        let refused = names.iter().filter(is_refused).take(REFUSED_MAX).cloned().collect();
        Self { names, known, refused, has_misspelt: has_misspelt(template) }
    }

    /// Their names as they are written.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether one of the name is written.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// Whether another mistake may be why none has the name: the server refuses the
    /// name of one, or volumes stand where it does not look.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.has_misspelt || self.refused.iter().any(|it| is_slip(it, name))
    }
}

/// Whether volumes stand under a name that is told as a slip, or have none.
fn has_misspelt(template: &PodTemplate<'_>) -> bool {
    let has = |field: &Field<'_>, wanted: &str| {
        field.key(wanted).is_none() && field.entries().any(|(key, _)| is_slip(&key, wanted))
    };
    let is_nameless = |it: &Field<'_>| it.node().is_mapping() && it.key("name").is_none();
    let is_nameless_claim = |it: &Field<'_>| it.key("metadata").is_none_or(|it| it.key("name").is_none());
    let claims = Field::root(template.object()).key("spec");
    let claims = claims.filter(|_| template.object().kind() == "StatefulSet");
    has(&template.spec, "volumes")
        || template.spec.list("volumes").any(|it| is_nameless(&it))
        || claims.is_some_and(|it| {
            has(&it, "volumeClaimTemplates")
                || it.list("volumeClaimTemplates").any(|it| is_nameless_claim(&it))
        })
}
