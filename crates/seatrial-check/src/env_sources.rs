//! The variables that `envFrom` brings to containers, as far as the repository tells.

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_model::references::Relation;
use seatrial_model::views::{Container, PodTemplate};
use seatrial_model::{Link, Object, Place, Resolution};
use seatrial_yaml::{Node, PathStep};

use crate::Context;

/// What the containers of a pod template take whole objects of variables from.
pub(crate) struct EnvSources<'c, 'a> {
    context: &'c Context<'a>,
    /// By the item of `envFrom`, which stands four steps below the pod's spec.
    links: FxHashMap<&'a [PathStep], &'a Link>,
}

impl<'c, 'a> EnvSources<'c, 'a> {
    /// Those of a pod template.
    pub(crate) fn of(context: &'c Context<'a>, template: &PodTemplate<'a>) -> Self {
        let depth = template.spec.path().len() + 4;
        let links = context.links_of(template.object()).iter().filter(|it| it.relation == Relation::EnvFrom);
        let links = links.filter_map(|it| Some((it.path.steps().get(..depth)?, it))).collect();
        Self { context, links }
    }

    /// What they bring to one of the containers.
    pub(crate) fn brought_to(&self, container: &Container<'_>) -> Brought {
        let mut brought = Brought { names: Vec::new(), is_known: true };
        let mut known: FxHashSet<(Place, &str)> = FxHashSet::default();
        for source in container.env_from() {
            let link = self.links.get(source.field.path().steps());
            let places = match link.map(|it| &it.resolution) {
                Some(Resolution::Found { places, .. }) => places.as_slice(),
                Some(Resolution::Ambiguous { places }) => {
                    brought.is_known = false;
                    places.as_slice()
                }
                _ => &[],
            };
            brought.is_known &= !places.is_empty();
            let prefix = source.field.text("prefix").unwrap_or_default();
            for place in places.iter().filter(|it| known.insert((**it, prefix))) {
                brought.add(self.context.world().repository.object(*place), prefix);
            }
        }
        brought
    }
}

/// The variables that whole objects bring to a container.
pub(crate) struct Brought {
    pub(crate) names: Vec<String>,
    /// Whether these are all.
    pub(crate) is_known: bool,
}

impl Brought {
    fn add(&mut self, object: &Object, prefix: &str) {
        let lists = ["data", "stringData"].into_iter().filter_map(|it| object.field(&[it]));
        let before = self.names.len();
        self.names.extend(lists.flat_map(Node::entries).map(|it| format!("{prefix}{}", it.name())));
        // One that is empty is for another program to fill.
        self.is_known &= self.names.len() > before;
    }
}
