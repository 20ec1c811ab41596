//! The clusters that Argo CD is told of by Secrets of the tree. Their
//! credentials are never looked at.

use std::collections::BTreeSet;

use seatrial_model::UnitRole;

use super::fill::normalized;
use super::item::Item;
use crate::units::{DraftObject, Drafts};

/// The label that makes a Secret a cluster's.
const MARK: (&str, &str) = ("argocd.argoproj.io/secret-type", "cluster");
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// With fewer clusters a tree does not hold them all.
const CLUSTERS_MIN: usize = 2;

/// The clusters of which the tree has a Secret, as far as its units were looked
/// through: more come up while Applications are followed.
#[derive(Debug, Default)]
pub(crate) struct Clusters {
    /// The units that were looked through.
    looked_through: usize,
    found: BTreeSet<Cluster>,
}

impl Clusters {
    /// Looks through the units that have come up since.
    pub(super) fn look_through(&mut self, drafts: &Drafts) {
        let new = drafts.iter().skip(self.looked_through);
        let objects = new.filter(|it| it.role == UnitRole::Deployed).flat_map(|it| &it.objects);
        self.found.extend(objects.filter_map(Cluster::read));
        self.looked_through = drafts.iter().count();
    }

    /// In order; none where the Secret of one cluster alone says nothing about
    /// the others.
    pub(super) fn known(&self) -> Vec<Cluster> {
        let servers: BTreeSet<&str> = self.found.iter().map(|it| it.server.as_str()).collect();
        if servers.len() < CLUSTERS_MIN { Vec::new() } else { self.found.iter().cloned().collect() }
    }
}

/// A cluster as generators see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) server: String,
    pub(super) project: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) annotations: Vec<(String, String)>,
}

impl Cluster {
    /// What a Secret says of a cluster; none where it is about something else.
    pub(super) fn read(object: &DraftObject) -> Option<Self> {
        let root = object.source.stream.node(object.source.root);
        if object.identity.type_meta() != ("v1", "Secret") {
            return None;
        }
        let pairs = |key: &str| -> Vec<(String, String)> {
            let map = root.get("metadata").and_then(|it| it.get(key));
            let entries = map.into_iter().flat_map(seatrial_yaml::Node::entries);
            entries.filter_map(|it| Some((it.name().into_owned(), it.value.as_str()?.to_owned()))).collect()
        };
        let labels = pairs("labels");
        if !labels.iter().any(|(key, value)| (key.as_str(), value.as_str()) == MARK) {
            return None;
        }
        let text = |key: &str| {
            let plain = root.get("stringData").and_then(|it| it.get(key)?.as_str()).map(ToOwned::to_owned);
            plain.or_else(|| decoded(root.get("data")?.get(key)?.as_str()?))
        };
        Some(Self {
            name: text("name").or_else(|| Some(root.get("metadata")?.get("name")?.as_str()?.to_owned()))?,
            server: text("server")?,
            project: text("project").unwrap_or_default(),
            labels,
            annotations: pairs("annotations"),
        })
    }

    /// Its parameters, as the templates of a set name them.
    pub(super) fn params(&self, is_go: bool) -> Item {
        let normal = normalized(&self.name);
        let own = [
            ("name", self.name.as_str()),
            ("nameNormalized", normal.as_str()),
            ("server", self.server.as_str()),
            ("project", self.project.as_str()),
        ];
        let mut item = Item::map(own.map(|(key, text)| (key.to_owned(), Item::text(text))).to_vec());
        let maps = [("labels", &self.labels), ("annotations", &self.annotations)];
        if is_go {
            let map = |pairs: &[(String, String)]| {
                Item::map(pairs.iter().map(|(key, text)| (key.clone(), Item::text(text.as_str()))).collect())
            };
            item.set("metadata", Item::map(maps.map(|(key, pairs)| (key.to_owned(), map(pairs))).to_vec()));
            return item;
        }
        for (kind, pairs) in maps {
            for (key, text) in pairs {
                item.set(&format!("metadata.{kind}.{key}"), Item::text(text.as_str()));
            }
        }
        item
    }
}

/// A text in base64, as the `data` of Secrets holds it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut held, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|it| !it.is_ascii_whitespace() && *it != b'=') {
        let value = BASE64.iter().position(|it| *it == letter)?;
        held = (held << 6) | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn data_is_read_as_base64() {
        assert_eq!(decoded("aHR0cHM6Ly9vbmU=").as_deref(), Some("https://one"));
        assert_eq!(decoded("b25l\nMg==").as_deref(), Some("one2"));
        assert_eq!(decoded("").as_deref(), Some(""));
        assert_eq!(decoded("{{no}}"), None);
    }
}
