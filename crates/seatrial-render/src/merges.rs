//! Keys that a mapping has itself and takes over through `<<`, with two values.
//! Which of them counts hangs on the reader and on what stands first.

use seatrial_diagnostics::{Location, Notice, Role, Severity};
use seatrial_yaml::{Dialect, Document, Entry, Node, Stream};

use crate::checks::OVERLAPPING_MERGE_KEY;
use crate::duplicates::place;

/// Notices of one document.
const NOTICES_MAX: usize = 20;
/// Keys of one document that are looked up in what is merged.
const LOOKUPS_MAX: usize = 10_000;
/// Larger values are not compared, and count as other ones.
const NODES_MAX: usize = 200;

/// One notice for each `<<` that hides what stands before it, and one for the
/// first that is hidden itself, where strict readers of manifests come to see it.
pub(crate) fn notices(stream: &Stream, document: &Document, is_manifest: bool) -> Vec<Notice> {
    let root = document.root.filter(|_| document.has_merges).map(|root| stream.node(root));
    let Some(root) = root else { return Vec::new() };
    let mut overlaps = overlaps(root);
    overlaps.sort_by_key(|it| it.merge.key.written_span().start);
    let (hiding, hidden): (Vec<_>, Vec<_>) = overlaps.into_iter().partition(Overlap::hides);
    let hiding = hiding.iter().take(NOTICES_MAX).map(|it| loss(root, it));
    let hidden = hidden.first().filter(|_| is_manifest);
    hiding.chain(hidden.map(|it| double(root, it))).collect()
}

/// A key with two values in one mapping.
struct Overlap<'a> {
    mapping: Node<'a>,
    merge: Entry<'a>,
    own: Entry<'a>,
    merged: Node<'a>,
}

impl Overlap<'_> {
    /// Whether kubectl and Helm take what is merged: with them the last of two
    /// counts. Kustomize keeps to YAML, where the mapping's own counts.
    fn hides(&self) -> bool {
        let comes_last = self.own.key.written_span().start < self.merge.key.written_span().start;
        comes_last && self.mapping.stream().dialect() == Dialect::GoYaml2
    }
}

/// The first key of each kind that a `<<` shares with its mapping.
fn overlaps(root: Node<'_>) -> Vec<Overlap<'_>> {
    let mut found = Vec::new();
    let mut lookups = LOOKUPS_MAX;
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.items().filter(|item| !item.is_alias()));
        for entry in node.written_entries() {
            waiting.extend([entry.key, entry.value].into_iter().filter(|child| !child.is_alias()));
            if entry.is_merge() {
                found.extend(of_merge(node, entry, &mut lookups));
            }
        }
    }
    found
}

fn of_merge<'a>(mapping: Node<'a>, merge: Entry<'a>, lookups: &mut usize) -> Vec<Overlap<'a>> {
    let mut found: Vec<Overlap<'a>> = Vec::new();
    let Some(width) = width(merge.value, lookups) else { return found };
    for own in mapping.written_entries().filter(|it| !it.is_merge()) {
        if *lookups < width {
            break;
        }
        *lookups -= width;
        let Some(merged) = merged(merge.value, &own.name()) else { continue };
        let overlap = Overlap { mapping, merge, own, merged };
        if !is_same(own.value, merged) && found.iter().all(|it| it.hides() != overlap.hides()) {
            found.push(overlap);
        }
    }
    found
}

/// What a merge key's value has under a name: of a list the first that has it.
/// What it merges itself is not looked at: chains may be long.
fn merged<'a>(value: Node<'a>, name: &str) -> Option<Node<'a>> {
    let written = |it: Node<'a>| it.written_entries().find(|entry| entry.name() == name);
    let entry = if value.is_mapping() { written(value) } else { value.items().find_map(written) };
    entry.map(|entry| entry.value)
}

/// What one lookup in a merge key's value costs; none where the rest does not
/// do for it. Adding up a list is paid for, too: a mapping without a key is
/// looked into like any other.
fn width(value: Node<'_>, lookups: &mut usize) -> Option<usize> {
    if value.is_mapping() {
        return Some(value.len().max(1));
    }
    *lookups = lookups.checked_sub(value.len())?;
    Some((value.len() + value.items().map(Node::len).sum::<usize>()).max(1))
}

fn is_same(one: Node<'_>, other: Node<'_>) -> bool {
    let is_small = |it: Node<'_>| it.extent().is_some_and(|it| it.nodes <= NODES_MAX);
    one.id() == other.id() || is_small(one) && is_small(other) && one.is_same(other)
}

/// kubectl and Helm do not take what stands in the mapping.
fn loss(root: Node<'_>, overlap: &Overlap<'_>) -> Notice {
    let place = place(root, overlap.mapping);
    let key = overlap.own.name();
    let values = match (number(overlap.own.value), number(overlap.merged)) {
        (Some(own), Some(merged)) => format!(": {merged} and not {own}"),
        _ => String::new(),
    };
    let message = format!(
        "`<<` {place} comes after `{key}` and has it too: kubectl and Helm take the value that is merged{values}"
    );
    Notice::new(&OVERLAPPING_MERGE_KEY, Location::text(overlap.merge.key.written_span()), message)
        .because("Kustomize and YAML itself take the mapping's own value")
        .help(format!("put `<<` before `{key}`, or write the key in one of the two places only"))
        .related(Location::text(overlap.own.key.written_span()), Role::Cause, "this value is lost")
        .related(Location::text(overlap.merged.written_span()), Role::Definition, "this one counts")
}

/// All take what stands in the mapping, but the key is there twice.
fn double(root: Node<'_>, overlap: &Overlap<'_>) -> Notice {
    let place = place(root, overlap.mapping);
    let key = overlap.own.name();
    let message =
        format!("`{key}` stands {place} and in what `<<` merges there: strict readers refuse a key twice");
    // Behind the key it counts for kubectl and Helm, which do not read this text.
    let is_before = overlap.merge.key.written_span().start < overlap.own.key.written_span().start;
    let readers = if is_before { "kubectl, Helm and Kustomize take" } else { "Kustomize takes" };
    Notice::new(&OVERLAPPING_MERGE_KEY, Location::text(overlap.own.key.written_span()), message)
        .severity(Severity::Info)
        .because(format!("{readers} the mapping's own value; `kubeconform -strict` refuses the file"))
        .help("merge a mapping that has only what both share")
        .related(Location::text(overlap.merge.key.written_span()), Role::Cause, "merged here")
}

/// A number or a boolean as it is written; texts may be anybody's secret.
fn number(node: Node<'_>) -> Option<&str> {
    let is_plain = node.as_bool().is_some() || node.as_i64().is_some() || node.as_f64().is_some();
    is_plain.then(|| node.source_text())
}
