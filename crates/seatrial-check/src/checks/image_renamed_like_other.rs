//! A kustomization gives an image the name of another one.
//!
//! ## Why
//! An entry of `images` was copied, and its `newName` left as it was: the server now runs
//! the operator's image. Nothing fails while building; the pod starts the wrong program.
//! Told where two images of different names get the same new name, and another kustomization
//! of the tree gives one of them a new name that only it has.
//!
//! ## Bad
//! ```yaml file:operator/kustomization.yaml
//! images: [{name: operator, newName: quay.io/acme/shop-operator}]
//! ```
//! ```yaml file:server/kustomization.yaml
//! images: [{name: server, newName: quay.io/acme/shop-operator}]
//! ```
//! ```yaml file:overlays/staging/kustomization.yaml
//! images: [{name: server, newName: quay.io/acme/shop-server}]
//! ```
//!
//! ## Good
//! ```yaml file:operator/kustomization.yaml
//! images: [{name: operator, newName: quay.io/acme/shop-operator}]
//! ```
//! ```yaml file:server/kustomization.yaml
//! images: [{name: server, newName: quay.io/acme/shop-server}]
//! ```
//! ```yaml file:overlays/staging/kustomization.yaml
//! images: [{name: server, newName: quay.io/acme/shop-server}]
//! ```

use std::collections::BTreeMap;

use seatrial_diagnostics::{CheckInfo, Level, Location, Notice, Role, Severity, Strictness};
use seatrial_model::RenamedImage;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "image-renamed-like-other",
        title: "A kustomization gives an image the name of another one",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["image.name", "copy-paste"],
        page: include_str!("image_renamed_like_other.rs"),
    },
    run,
};

/// Further entries of one name are copies of these.
const ALIKE_MAX: usize = 50;

type ByName<'a> = BTreeMap<&'a str, Vec<&'a RenamedImage>>;

fn run(context: &Context<'_>, report: &mut Report) {
    let kustomizations = &context.world().repository.facts.kustomizations;
    let all: Vec<&RenamedImage> = kustomizations.iter().flat_map(|it| &it.renamed_images).collect();
    let (mut by_name, mut by_new_name) = (ByName::new(), ByName::new());
    for &it in &all {
        add(&mut by_name, &it.name, it);
        add(&mut by_new_name, &it.new_name, it);
    }
    for &entry in &all {
        let own = by_name[entry.name.as_str()].iter().find(|it| {
            let sharing = &by_new_name[it.new_name.as_str()];
            last(&it.new_name) != last(&entry.new_name) && sharing.iter().all(|it| it.name == entry.name)
        });
        let sharing = &by_new_name[entry.new_name.as_str()];
        let count = |name: &str| sharing.iter().filter(|it| it.name == name).count();
        // Scaffolds call the image of every operator `controller`: the owner may have
        // other new names elsewhere, if it has this one more often.
        let is_owner = |it: &RenamedImage| {
            let has_no_other = || by_name[it.name.as_str()].iter().all(|it| it.new_name == entry.new_name);
            let (own, others) = (count(&entry.name), count(&it.name));
            others > own || (others == own && has_no_other())
        };
        let mut others = sharing.iter().filter(|it| last(&it.name) != last(&entry.name));
        let owner = others.find(|it| is_owner(it));
        report.add_some(own.zip(owner).map(|(own, owner)| notice(entry, own, owner)));
    }
}

fn add<'a>(entries: &mut ByName<'a>, name: &'a str, entry: &'a RenamedImage) {
    let known = entries.entry(name).or_default();
    if known.len() < ALIKE_MAX {
        known.push(entry);
    }
}

/// The last part of an image's path.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn notice(entry: &RenamedImage, own: &RenamedImage, owner: &RenamedImage) -> Notice {
    let RenamedImage { name, new_name, span } = entry;
    let message = format!("`images` gives `{name}` the name `{new_name}`, which is that of `{}`", owner.name);
    Notice::new(&CHECK.info, Location::text(*span), message)
        .because(format!("another kustomization gives `{name}` the name `{}`", own.new_name))
        .help(format!("write `newName: {}`, if that is what it runs", own.new_name))
        .related(Location::text(owner.span), Role::Transformer, format!("`{}` gets it here", owner.name))
        .related(Location::text(own.span), Role::Transformer, "and here another")
}
