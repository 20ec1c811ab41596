//! Names of repositories and files elsewhere, told apart from paths
//! (`api/internal/git/repospec.go`, `loader.IsRemoteFile`).

use seatrial_source::{RemoteKind, RemoteSource};

/// A git repository, a directory in it, and a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RepoSpec {
    repository: String,
    path: String,
    reference: String,
}

/// Something that would be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteName {
    pub(crate) source: RemoteSource,
    /// The directory in a git tree; empty for its top and for files.
    pub(crate) path: String,
}

impl RemoteName {
    /// What a name in a list of resources or components means; none for a path
    /// of this tree. Where upstream would try an address as a file first and as
    /// a repository then, its form decides: nothing is tried here.
    pub(crate) fn read(name: &str) -> Option<Self> {
        match RepoSpec::read(name) {
            Some(spec) if !is_written_like_file(name) => {
                Some(Self { source: RemoteSource::git(&spec.repository, &spec.reference), path: spec.path })
            }
            _ => Self::file(name),
        }
    }

    /// What a name means where only a file is wanted.
    pub(crate) fn file(name: &str) -> Option<Self> {
        has_web_scheme(name).then(|| Self { source: RemoteSource::file(name), path: String::new() })
    }

    pub(crate) fn is_file(&self) -> bool {
        self.source.kind == RemoteKind::File
    }
}

fn has_web_scheme(name: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| strip_prefix(name, scheme).is_some())
}

/// Whether an address of the web ends like a manifest and nothing in it points
/// to a repository.
fn is_written_like_file(name: &str) -> bool {
    let Some((_, rest)) = name.split_once("://").filter(|_| has_web_scheme(name)) else { return false };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending));
    let is_repository = ["//", ".git/", "_git/"].iter().any(|mark| path.contains(mark));
    let (reference, _) = reference(query);
    // GitHub answers for files under other hosts, and for releases.
    let is_release = path.contains("/releases/download/") || path.contains("/releases/latest/download/");
    is_release || (is_manifest && !is_repository && reference.is_empty())
}

impl RepoSpec {
    fn read(name: &str) -> Option<Self> {
        if name.starts_with('/') {
            return None;
        }
        let (name, query) = name.split_once('?').unwrap_or((name, ""));
        let (reference, _) = reference(query);
        let (host, rest) = host(name)?;
        let (repository, path) = parts(rest, host.starts_with("file://"))?;
        if repository.is_empty() || leaves(path) {
            return None;
        }
        Some(Self {
            repository: format!("{host}{repository}"),
            path: path.trim_start_matches('/').to_owned(),
            reference,
        })
    }
}

/// Scheme, user and host as git is given them, and what follows.
fn host(name: &str) -> Option<(String, &str)> {
    let name = strip_prefix(name, "git::").unwrap_or(name);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let (scheme, name) =
        schemes.iter().find_map(|scheme| Some((*scheme, strip_prefix(name, scheme)?))).unwrap_or(("", name));
    let (user, rest) = user(name);
    let is_github = ["github.com/", "github.com:"].iter().any(|host| strip_prefix(rest, host).is_some());
    let is_scp = scheme.is_empty() && (!user.is_empty() || is_github);
    if scheme.is_empty() && !is_scp {
        return None;
    }
    if scheme == "file://" {
        return Some((scheme.to_owned(), name));
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|&at| is_scp && at > 0 && slash.is_none_or(|slash| at < slash));
    let (host, rest) = match colon.or(slash) {
        Some(at) => rest.split_at(at + 1),
        None => (rest, ""),
    };
    if is_github {
        let is_ssh = scheme == "ssh://" || !user.is_empty();
        let host = if is_ssh { format!("{user}github.com:") } else { "https://github.com/".to_owned() };
        return Some((host, rest));
    }
    (!host.is_empty()).then(|| (format!("{scheme}{user}{host}"), rest))
}

/// The user with the `@` behind it.
fn user(name: &str) -> (&str, &str) {
    let Some(at) = name.find('@') else { return ("", name) };
    let user = &name.as_bytes()[..at];
    let is_user = user.first().is_some_and(u8::is_ascii_alphabetic)
        && user.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'-');
    if is_user { name.split_at(at + 1) } else { ("", name) }
}

/// The repository's path and the directory in it.
fn parts(name: &str, is_local: bool) -> Option<(&str, &str)> {
    if let Some(at) = name.find("_git/") {
        let start = at + "_git/".len();
        let end = name[start..].find('/').map_or(name.len(), |end| start + end);
        return Some((&name[..end], &name[end..]));
    }
    if let Some(at) = name.find("//") {
        return Some((&name[..at], &name[at + 2..]));
    }
    if let Some(at) = name.find(".git") {
        return Some(name.split_at(at + ".git".len()));
    }
    if is_local {
        return Some((name, ""));
    }
    let mut slashes = name.match_indices('/').map(|(at, _)| at);
    slashes.next()?;
    Some(name.split_at(slashes.next().unwrap_or(name.len())))
}

/// Whether a path climbs out of the repository.
fn leaves(path: &str) -> bool {
    let mut depth = 0_i32;
    for part in path.split('/') {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        if depth < 0 {
            return true;
        }
    }
    false
}

/// `ref`, or else `version`, of a query; nothing where it is malformed. The
/// other part says whether submodules are wanted.
fn reference(query: &str) -> (String, bool) {
    let mut found = (String::new(), String::new(), true);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if pair.contains(';') {
            return (String::new(), true);
        }
        let Some(value) = unescaped(value) else { return (String::new(), true) };
        match key {
            "ref" if found.0.is_empty() => found.0 = value,
            "version" if found.1.is_empty() => found.1 = value,
            "submodules" => found.2 = !matches!(&*value, "false" | "0" | "f" | "F" | "FALSE" | "False"),
            _ => {}
        }
    }
    let (reference, version, has_submodules) = found;
    (if reference.is_empty() { version } else { reference }, has_submodules)
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(String, String, String)> {
        RepoSpec::read(name).map(|it| (it.repository, it.path, it.reference))
    }

    #[test]
    fn repositories_are_read_in_every_form() {
        let cases = [
            ("github.com/o/r//k8s/base?ref=v1", "https://github.com/o/r", "k8s/base", "v1"),
            ("https://github.com/o/r/k8s?ref=v1", "https://github.com/o/r", "k8s", "v1"),
            ("git::https://github.com/o/r.git//k8s?version=v2", "https://github.com/o/r.git", "k8s", "v2"),
            ("git@github.com:o/r.git/k8s", "git@github.com:o/r.git", "k8s", ""),
            ("ssh://git@github.com/o/r?ref=a%2Fb", "git@github.com:o/r", "", "a/b"),
            ("GitHub.com/o/r", "https://github.com/o/r", "", ""),
            ("git@git.example.com:o/r//k8s", "git@git.example.com:o/r", "k8s", ""),
            (
                "ssh://git@git.example.com:7999/o/r.git//k8s",
                "ssh://git@git.example.com:7999/o/r.git",
                "k8s",
                "",
            ),
            (
                "https://me@dev.azure.com/o/p/_git/r/k8s/a?ref=x",
                "https://me@dev.azure.com/o/p/_git/r",
                "k8s/a",
                "x",
            ),
            ("file:///srv/r//k8s", "file:///srv/r", "k8s", ""),
            ("https://example.com/o/r?version=1&ref=2", "https://example.com/o/r", "", "2"),
        ];
        for (name, repository, path, reference) in cases {
            let wanted = Some((repository.to_owned(), path.to_owned(), reference.to_owned()));
            assert_eq!(read(name), wanted, "{name}");
        }
    }

    #[test]
    fn paths_are_no_repositories() {
        for name in [
            "../base",
            "base",
            "/base",
            "gitlab.com/o/r",
            "oci://ghcr.io/o/r",
            "me@base/k8s",
            "https://github.com/o",
            "https://github.com/o/r//../../k8s",
            "github.com/o/r.git/../..",
            "",
            "@",
            "git::",
            "https://",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn the_form_of_an_address_says_whether_it_is_a_file() {
        let is_file = |name: &str| RemoteName::read(name).map(|it| it.is_file());
        assert_eq!(is_file("https://raw.githubusercontent.com/o/r/main/a.yaml"), Some(true));
        assert_eq!(is_file("https://github.com/o/r/releases/download/v1/install.yaml"), Some(true));
        assert_eq!(is_file("https://example.com/crds"), Some(true));
        assert_eq!(is_file("https://github.com/o/r//a.yaml?ref=v1"), Some(false));
        assert_eq!(is_file("https://github.com/o/r"), Some(false));
        assert_eq!(is_file("a.yaml"), None);
    }

    #[test]
    fn a_malformed_query_names_no_ref() {
        assert_eq!(reference("ref=%zz"), (String::new(), true));
        assert_eq!(reference("ref=a;b"), (String::new(), true));
        assert_eq!(reference("ref=a&submodules=false"), ("a".to_owned(), false));
    }
}
