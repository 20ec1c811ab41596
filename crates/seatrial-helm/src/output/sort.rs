//! Documents of all files: which are hooks, and in what order they come.

use std::ops::Range;

use super::head::Head;
use super::order::compare;
use super::split::split;
use super::{Hook, Manifest};
use crate::render::RenderedFile;
use crate::versions::Switches;

const EVENTS: [&str; 9] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
];

/// The documents in Helm's order.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// What is installed.
    pub(crate) manifests: Vec<Manifest>,
    /// What Helm runs by itself.
    pub(crate) hooks: Vec<Manifest>,
    /// Documents that no one ever applies: their hooks are unknown.
    pub(crate) dropped: Vec<Manifest>,
    /// Documents that are no YAML: the file, the place in it, Helm's words.
    pub(crate) errors: Vec<(usize, Range<usize>, String)>,
}

/// Documents of which a second thread reads half.
const LARGE_BYTES: usize = 300_000;

/// Splits and sorts the texts of files, which come by their paths.
pub(crate) fn sort(files: &[RenderedFile], switches: &Switches, is_alone: bool) -> Sorted {
    let mut documents = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let name = file.path.rsplit_once('/').map_or(&*file.path, |(_, name)| name);
        if file.is_crd || name.starts_with('_') {
            continue;
        }
        documents.extend(split(&file.text, switches.splits_at_lines).into_iter().map(|range| (index, range)));
    }
    let read = |all: &[(usize, Range<usize>)]| -> Vec<Result<Head, String>> {
        all.iter().map(|(at, range)| Head::read(&files[*at].text[range.clone()], switches)).collect()
    };
    let is_large = documents.iter().map(|(_, range)| range.len()).sum::<usize>() > LARGE_BYTES;
    let heads = if is_large && is_alone { read_in_two(&documents, &read) } else { read(&documents) };
    let mut sorted = Sorted::default();
    for ((index, range), head) in documents.into_iter().zip(heads) {
        sorted.add(index, &files[index], range, head);
    }
    let by_kind = |left: &Manifest, right: &Manifest| compare(&left.kind, &right.kind, switches);
    sorted.manifests.sort_by(by_kind);
    sorted.hooks.sort_by(by_kind);
    sorted
}

type Documents = [(usize, Range<usize>)];

/// Reads half of all bytes on a second thread.
fn read_in_two(
    documents: &Documents,
    read: &(dyn Fn(&Documents) -> Vec<Result<Head, String>> + Sync),
) -> Vec<Result<Head, String>> {
    let all: usize = documents.iter().map(|(_, range)| range.len()).sum();
    let mut bytes = 0;
    let is_within = |(_, range): &(usize, Range<usize>)| {
        bytes += range.len();
        bytes <= all / 2
    };
    let middle = documents.iter().map(is_within).take_while(|it| *it).count();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| read(&documents[middle..]));
        let mut heads = read(&documents[..middle]);
        heads.extend(second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        heads
    })
}

impl Sorted {
    fn add(&mut self, index: usize, file: &RenderedFile, range: Range<usize>, head: Result<Head, String>) {
        let head = match head {
            Ok(head) => head,
            Err(reason) => {
                let message = format!("YAML parse error on {}: {reason}", file.path);
                self.errors.push((index, range.clone(), message));
                // Helm stops here; whoever goes on has the text all the same.
                Head::default()
            }
        };
        let mut manifest = Manifest { file: index, range, kind: head.kind, hook: None };
        let Some(events) = head.hook else { return self.manifests.push(manifest) };
        match known_events(&events) {
            Some(events) => {
                let weight = head.weight.and_then(|it| it.parse().ok()).unwrap_or(0);
                manifest.hook = Some(Hook { events, weight });
                self.hooks.push(manifest);
            }
            None => self.dropped.push(manifest),
        }
    }
}

/// The events of an annotation; none when one is unknown.
fn known_events(text: &str) -> Option<Vec<&'static str>> {
    let known = text.split(',').map(|event| {
        let event = event.trim().to_lowercase();
        let event = if event == "test-success" { "test" } else { event.as_str() };
        EVENTS.into_iter().find(|known| *known == event)
    });
    known.collect()
}
