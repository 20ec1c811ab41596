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
    /// Names under another key than `name`.
    slips: FxHashSet<String>,
    has_misspelt: bool,
    /// How many have no name at all.
    nameless: usize,
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
        let (slips, nameless): (Vec<_>, Vec<_>) = nameless(template).into_iter().partition(Option::is_some);
        Self {
            names,
            known,
            refused,
            slips: slips.into_iter().flatten().collect(),
            has_misspelt: has_misspelt(template),
            nameless: nameless.len(),
        }
    }

    /// Their names as they are written.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether one of the name is written.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// How many have no name at all, and so may be what mounts that name none are about.
    pub(crate) fn nameless(&self) -> usize {
        self.nameless
    }

    /// Whether another mistake may be why none has the name: the server refuses the
    /// name of one, or volumes stand where it does not look.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.has_misspelt || self.slips.contains(name) || self.refused.iter().any(|it| is_slip(it, name))
    }
}

/// The text that volumes without a name have under another key; none for those
/// without any: all else in a volume is a mapping.
fn nameless(template: &PodTemplate<'_>) -> Vec<Option<String>> {
    let slip = |it: &Field<'_>| it.entries().find_map(|(_, value)| value.as_str().map(ToOwned::to_owned));
    let claims = claims(template);
    let claims = claims.iter().flat_map(|it| it.list("volumeClaimTemplates").collect::<Vec<_>>());
    let claims = claims.map(|it| it.key("metadata").unwrap_or(it));
    let volumes = template.spec.list("volumes").filter(|it| it.node().is_mapping());
    volumes.chain(claims).filter(|it| it.key("name").is_none()).map(|it| slip(&it)).collect()
}

/// Where the templates of claims stand.
fn claims<'a>(template: &PodTemplate<'a>) -> Option<Field<'a>> {
    let spec = Field::root(template.object()).key("spec");
    spec.filter(|_| template.object().kind() == "StatefulSet")
}

/// Whether volumes stand under a name that is told as a slip.
fn has_misspelt(template: &PodTemplate<'_>) -> bool {
    let has = |field: &Field<'_>, wanted: &str| {
        field.key(wanted).is_none() && field.entries().any(|(key, _)| is_slip(&key, wanted))
    };
    has(&template.spec, "volumes") || claims(template).is_some_and(|it| has(&it, "volumeClaimTemplates"))
}
