//! Which tag an image name ends up with, as far as the pull policy depends on it
//! (`pkg/util/parsers`, which reads names with `distribution/reference` 0.6).

/// A repository's name with its folders.
const NAME_MAX: usize = 255;

/// `Always` for the tag `latest`, written or implied; a name that cannot be
/// read has no tag.
pub(super) fn pull_policy(image: &str) -> &'static str {
    if is_latest(image) == Some(true) { "Always" } else { "IfNotPresent" }
}

/// Whether the name means `latest`; none where it cannot be read.
fn is_latest(image: &str) -> Option<bool> {
    if image.len() == 64 && image.bytes().all(is_lower_hex) {
        return None;
    }
    let (domain, rest) = split_domain(image);
    if domain.is_some_and(|it| !is_domain(it)) {
        return None;
    }
    let (rest, digest) = rest.split_once('@').map_or((rest, None), |(rest, digest)| (rest, Some(digest)));
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));
    // What names no registry and no folder is in `library/`.
    let folder = if domain.is_none() && !path.contains('/') { "library/".len() } else { 0 };
    let readable = folder + path.len() <= NAME_MAX
        && is_path(path)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest);
    readable.then(|| tag.map_or(digest.is_none(), |it| it == "latest"))
}

/// A first part counts as a registry when it looks like a host.
fn split_domain(image: &str) -> (Option<&str>, &str) {
    match image.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.bytes().any(|it| it.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, image),
    }
}

fn is_domain(text: &str) -> bool {
    if let Some((address, port)) = text.strip_prefix('[').and_then(|it| it.split_once(']')) {
        let port = port.strip_prefix(':').is_none_or(is_digits);
        return port && !address.is_empty() && address.bytes().all(|it| it.is_ascii_hexdigit() || it == b':');
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let label = |it: &str| {
        let ends = |byte: Option<u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric());
        ends(it.bytes().next())
            && ends(it.bytes().last())
            && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(label) && port.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

fn is_path(path: &str) -> bool {
    path.split('/').all(is_path_component)
}

/// Lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(part: &str) -> bool {
    let word = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let mut bytes = part.bytes().peekable();
    loop {
        if !bytes.next_if(|it| word(*it)).is_some_and(word) {
            return false;
        }
        while bytes.next_if(|it| word(*it)).is_some() {}
        match bytes.next() {
            None => return true,
            Some(b'.') => {}
            Some(b'_') => {
                bytes.next_if_eq(&b'_');
            }
            Some(b'-') => while bytes.next_if_eq(&b'-').is_some() {},
            Some(_) => return false,
        }
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|it| word(it) || it == b'.' || it == b'-')
}

/// Only the algorithms that the server knows.
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(is_lower_hex)
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_decides_the_pull_policy() {
        for image in ["tea", "tea:latest", "a.example:5000/b/tea", "tea__pot/a--b", "localhost/x"] {
            assert_eq!(pull_policy(image), "Always", "{image}");
        }
        let digest = format!("tea@sha256:{}", "0a".repeat(32));
        for image in ["tea:1", "", "Tea", "tea:", "tea-", "a//b", " tea", "tea@sha256:0", &digest] {
            assert_eq!(pull_policy(image), "IfNotPresent", "{image}");
        }
        // With `library/` before it the name has 255 letters, then one more.
        assert_eq!(["a".repeat(247), "a".repeat(248)].map(|it| pull_policy(&it)), ["Always", "IfNotPresent"]);
    }
}
