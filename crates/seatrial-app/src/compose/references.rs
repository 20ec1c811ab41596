//! What services name: other services, networks, volumes, secrets, configs.

use seatrial_diagnostics::{Location, Notice};
use seatrial_yaml::Node;

use super::names::{Kind, Names};
use super::{ComposeFile, Service};
use crate::checks::MISSING_COMPOSE_REFERENCE;

/// A name, and where it is written.
struct Reference<'a> {
    kind: Kind,
    name: String,
    at: Node<'a>,
    /// The key of the service that names it.
    by: &'static str,
}

/// Judges the services of a file that is whole by itself: one that completes
/// others leaves open with which it is put together, and one that includes others
/// may include what is not called a Compose file.
pub(super) fn judge(file: &ComposeFile<'_>, root: Node<'_>, names: &Names, found: &mut Vec<Notice>) {
    let is_alone = root.get("services").is_some() && !names.is_open(file);
    if !is_alone || !file.services().all(|it| it.is_whole()) {
        return;
    }
    for service in file.services() {
        for it in references(&service).iter().filter(|it| !names.has(file, it.kind, &it.name)) {
            found.push(notice(file, &service, it, names));
        }
    }
}

fn references<'a>(service: &Service<'a>) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    let mut add = |kind, name: &str, at, by| {
        if !name.is_empty() && !name.contains('$') {
            found.push(Reference { kind, name: name.to_owned(), at, by });
        }
    };
    for (key, kind) in [("depends_on", Kind::Service), ("networks", Kind::Network)] {
        for (name, at) in names_of(service.node.get(key)) {
            if !(kind == Kind::Network && name == "default") {
                add(kind, &name, at, key);
            }
        }
    }
    for (name, at) in names_of(service.node.get("links")) {
        add(Kind::Service, name.split(':').next().unwrap_or(&name), at, "links");
    }
    for key in ["network_mode", "ipc", "pid"] {
        let text = service.node.get(key).and_then(|it| Some((it, it.as_str()?.strip_prefix("service:")?)));
        if let Some((at, name)) = text {
            add(Kind::Service, name, at, key);
        }
    }
    let base = service.node.get("extends").filter(|it| it.get("file").is_none());
    if let Some(at) = base.map(|it| it.get("service").unwrap_or(it)) {
        add(Kind::Service, at.as_str().unwrap_or_default(), at, "extends");
    }
    for (key, kind) in [("secrets", Kind::Secret), ("configs", Kind::Config)] {
        for item in service.node.get(key).into_iter().flat_map(Node::items) {
            let named = item.get("source").unwrap_or(item);
            add(kind, named.as_str().unwrap_or_default(), named, key);
        }
    }
    for item in service.node.get("volumes").into_iter().flat_map(Node::items) {
        let is_volume = item.get("type").and_then(Node::as_str) == Some("volume");
        match item.as_str() {
            Some(text) => add(Kind::Volume, volume(text).unwrap_or_default(), item, "volumes"),
            None if is_volume => {
                let source = item.get("source").unwrap_or(item);
                add(Kind::Volume, source.as_str().unwrap_or_default(), source, "volumes");
            }
            None => {}
        }
    }
    found
}

/// The names of a list, or the keys of a mapping.
fn names_of(node: Option<Node<'_>>) -> Vec<(String, Node<'_>)> {
    let Some(node) = node else { return Vec::new() };
    if node.is_mapping() {
        return node.entries().map(|it| (it.name().into_owned(), it.key)).collect();
    }
    node.items().filter_map(|it| Some((it.as_str()?.to_owned(), it))).collect()
}

/// The named volume of `NAME:/path`; none where it is a path of the host.
fn volume(text: &str) -> Option<&str> {
    let (source, target) = text.split_once(':')?;
    let is_drive = source.len() == 1 && target.starts_with(['\\', '/']) && !target[1..].starts_with('/');
    let is_path = source.starts_with(['.', '/', '~', '\\']) || (is_drive && target.contains(':'));
    (!is_path).then_some(source)
}

fn notice(file: &ComposeFile<'_>, service: &Service<'_>, it: &Reference<'_>, names: &Names) -> Notice {
    let (word, name) = (it.kind.word(), &it.name);
    let message = format!(
        "service {} names {word} `{name}` under `{}`, which nothing here defines",
        service.name, it.by
    );
    let meant = names.meant(file, it.kind, name);
    let help = match (meant, it.kind) {
        (Some(meant), _) => format!("write `{meant}`"),
        (None, Kind::Volume) if name.contains('/') => {
            format!("write `./{name}`, if a directory of the host is meant")
        }
        (None, _) => format!("define it under `{}`, or take it out", it.kind.key()),
    };
    Notice::new(&MISSING_COMPOSE_REFERENCE, Location::text(it.at.written_span()), message)
        .because("Compose refuses the project")
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::volume;

    #[test]
    fn paths_of_the_host_are_no_volumes() {
        for text in ["/a:/b", "./a:/b", "../a:/b", "~/a:/b", "/data", "C:\\a:/b", "\\\\a:/b"] {
            assert_eq!(volume(text), None, "{text}");
        }
        assert_eq!(volume("db:/data:ro"), Some("db"));
        assert_eq!(volume("data/db:/data"), Some("data/db"));
    }
}
