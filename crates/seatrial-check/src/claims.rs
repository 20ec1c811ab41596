//! Claims that only one node or one pod can mount, and the pods that mount them.

use rustc_hash::FxHashSet;
use seatrial_model::references::Relation;
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object, Resolution};
use seatrial_yaml::Node;

use crate::World;
use crate::scaling::place;

/// Who can mount a claim at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sole {
    /// `ReadWriteOnce`: the pods of one node.
    Node,
    /// `ReadWriteOncePod`: one pod.
    Pod,
}

/// A claim that a pod template mounts.
#[derive(Clone, Debug)]
pub(crate) struct Claimed<'a> {
    /// Where the template names it.
    pub(crate) field: Field<'a>,
    /// The claim.
    pub(crate) claim: &'a Object,
    /// Who can mount it.
    pub(crate) sole: Sole,
}

/// What the tree says of storage.
#[derive(Debug, Default)]
pub(crate) struct Storage<'a> {
    /// Classes whose volumes are not attached to a node, or keep pods on theirs.
    unattached: FxHashSet<&'a str>,
}

impl Sole {
    /// `node` or `pod`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Pod => "pod",
        }
    }

    /// The access mode.
    pub(crate) fn mode(self) -> &'static str {
        match self {
            Self::Node => "ReadWriteOnce",
            Self::Pod => "ReadWriteOncePod",
        }
    }
}

impl<'a> Storage<'a> {
    pub(crate) fn new(world: &World<'a>) -> Self {
        let mut unattached = FxHashSet::default();
        for object in world.repository.objects() {
            let text = |path: &[&str]| object.field(path).and_then(Node::as_str);
            if object.is("storage.k8s.io", "StorageClass")
                && text(&["provisioner"]).is_some_and(is_unattached)
            {
                unattached.insert(object.name());
            }
            if object.is("", "PersistentVolume") && is_unattached_volume(object) {
                unattached.insert(text(&["spec", "storageClassName"]).unwrap_or_default());
            }
        }
        Self { unattached }
    }

    /// The claims of the tree that the pods of a template share and that one node
    /// or one pod alone can mount. Where a volume is a directory of a node, pods
    /// follow it there; where it is a network file system, it is not attached.
    pub(crate) fn claimed(&self, world: &World<'a>, template: &PodTemplate<'a>) -> Vec<Claimed<'a>> {
        let stays = stays_on_one_node(template);
        let volumes =
            template.volumes().filter_map(|it| it.field.keys(&["persistentVolumeClaim", "claimName"]));
        let claimed = volumes.filter_map(|field| {
            let claim = claim(world, &field)?;
            let sole = sole(claim)?;
            let is_free = sole == Sole::Node && (stays || self.is_unattached(claim));
            (!is_free).then_some(Claimed { field, claim, sole })
        });
        claimed.collect()
    }

    fn is_unattached(&self, claim: &Object) -> bool {
        let class = claim.field(&["spec", "storageClassName"]).and_then(Node::as_str);
        let old = &["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"];
        let class = class.or_else(|| claim.field(old).and_then(Node::as_str)).unwrap_or_default();
        self.unattached.contains(class) || is_unattached(class)
    }
}

/// The claim of the same unit that a field names.
fn claim<'a>(world: &World<'a>, field: &Field<'a>) -> Option<&'a Object> {
    let path = field.path();
    let mut links = world.graph.of(place(field.object())).iter();
    let link = links.find(|it| it.relation == Relation::Storage && it.path == path)?;
    let Resolution::Found { places, .. } = &link.resolution else { return None };
    let [only] = places.as_slice() else { return None };
    let claim = world.repository.object(*only);
    (claim.is("", "PersistentVolumeClaim") && only.unit == field.object().unit()).then_some(claim)
}

fn sole(claim: &Object) -> Option<Sole> {
    let modes: Vec<&str> = claim.field(&["spec", "accessModes"])?.items().filter_map(Node::as_str).collect();
    match modes.as_slice() {
        ["ReadWriteOncePod"] => Some(Sole::Pod),
        ["ReadWriteOnce"] => Some(Sole::Node),
        _ => None,
    }
}

/// Whether a provisioner or class of this name makes directories of a node or
/// of a network file system.
fn is_unattached(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "local",
        "no-provisioner",
        "hostpath",
        "host-path",
        "manual",
        "nfs",
        "efs",
        "azurefile",
        "azure-file",
        "file.csi.azure",
        "cephfs",
        "filestore",
        "glusterfs",
        "smb",
        "cifs",
        "fsx",
        "lustre",
        "juicefs",
        "s3",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

fn is_unattached_volume(volume: &Object) -> bool {
    let kinds = ["hostPath", "local", "nfs", "cephfs", "glusterfs", "azureFile"];
    let has = |kind: &&str| volume.field(&["spec", kind]).is_some();
    let driver = volume.field(&["spec", "csi", "driver"]).and_then(Node::as_str);
    kinds.iter().any(has) || driver.is_some_and(is_unattached)
}

/// Whether all pods of a template run on the same node.
pub(crate) fn stays_on_one_node(template: &PodTemplate<'_>) -> bool {
    const HOSTNAME: &str = "kubernetes.io/hostname";
    let spec = template.spec.node();
    let affinity = |kind: &str| {
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        spec.get("affinity").and_then(|it| it.get(kind)).and_then(|it| it.get(required))
    };
    let beside = affinity("podAffinity").into_iter().flat_map(Node::items);
    let terms = affinity("nodeAffinity").and_then(|it| it.get("nodeSelectorTerms"));
    let expressions = terms.into_iter().flat_map(Node::items).filter_map(|it| it.get("matchExpressions"));
    let key = |it: Node<'_>, name: &str| it.get(name).and_then(Node::as_str) == Some(HOSTNAME);
    spec.get("nodeName").is_some()
        || spec.get("nodeSelector").is_some_and(|it| it.get(HOSTNAME).is_some())
        || beside.into_iter().any(|it| key(it, "topologyKey"))
        || expressions.flat_map(Node::items).any(|it| key(it, "key"))
}
