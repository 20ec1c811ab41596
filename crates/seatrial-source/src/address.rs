//! Addresses of repositories: without secrets, and in one form for comparison.

/// The address as written, without what may be a secret: user and password
/// (`git@` stays, it is everybody's), query and fragment.
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return match (scp_host(url), url.split_once('@')) {
            (Some(_), Some((user, rest))) if user != "git" => rest.to_owned(),
            _ => url.to_owned(),
        };
    };
    let rest = before_any(rest, &['?', '#']);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some(("git", _)) => authority,
        Some((_, host)) => host,
        // A password with a slash in it, which ought to be escaped.
        None if split_port(authority).1.is_none() && authority.contains(':') => {
            return format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host));
        }
        None => authority,
    };
    format!("{scheme}://{host}{path}")
}

/// The same with the revision that is asked for: `?ref=v1`.
pub fn without_credentials_at_revision(url: &str) -> String {
    let clean = without_credentials(url);
    let revision = url.split_once("?ref=").filter(|_| !clean.contains('?'));
    revision
        .map_or_else(|| clean.clone(), |(_, rest)| format!("{clean}?ref={}", before_any(rest, &['&', '#'])))
}

/// One text for all ways to write a repository's address, fit for comparison
/// only: `https://user@GitHub.com/o/r.git`, `git@github.com:o/r` and
/// `ssh://git@github.com:22/o/r/` are all `github.com/o/r`.
///
/// Case is dropped, as Argo CD does and because the large hosts ignore it.
/// A port of SSH is dropped, since it says nothing about the repository; other
/// ports stay unless they are the scheme's own. A local path stays a path.
pub fn normalize_url(url: &str) -> String {
    let url = url.trim();
    if let Some((scheme, rest)) = url.split_once("://") {
        return normalize_scheme_url(&scheme.to_ascii_lowercase(), rest);
    }
    if let Some((host, path)) = scp_host(url) {
        return join(&host.to_ascii_lowercase(), path);
    }
    // With a slash for the colon git takes it for a path, Argo CD for the same.
    if let Some((authority, path)) = url.split_once('/')
        && let Some((user, host)) = authority.split_once('@')
        && !user.is_empty()
        && host.contains('.')
    {
        return join(&host.to_ascii_lowercase(), path);
    }
    trim_path(url).to_owned()
}

fn normalize_scheme_url(scheme: &str, rest: &str) -> String {
    if scheme == "file" {
        return trim_path(rest).to_owned();
    }
    let rest = before_any(rest, &['?', '#']);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split_port(authority);
    let host = host.to_ascii_lowercase();
    // `git+ssh` and `git+https` are npm's and pip's way to write these.
    let transport = scheme.strip_prefix("git+").unwrap_or(scheme);
    let is_implied = match transport {
        "ssh" | "ssh+git" => true,
        "https" => matches!(port, None | Some("443" | "")),
        "http" => matches!(port, None | Some("80" | "")),
        "git" => matches!(port, None | Some("9418" | "")),
        _ => port.is_none(),
    };
    match port {
        Some(port) if !is_implied => join(&format!("{host}:{port}"), path),
        _ => join(&host, path),
    }
}

/// Host and path of `user@host:path`, as SSH and git write it. A letter before
/// the colon is a drive, and a slash before it makes it a local path.
fn scp_host(url: &str) -> Option<(&str, &str)> {
    let (authority, path) = match url.find("]:") {
        Some(end) => (&url[..=end], &url[end + 2..]),
        None => url.split_once(':')?,
    };
    if authority.contains('/') || authority.len() < 2 {
        return None;
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some((host.trim_start_matches('[').trim_end_matches(']'), path))
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
        }
        _ => (authority.trim_start_matches('[').trim_end_matches(']'), None),
    }
}

fn join(host: &str, path: &str) -> String {
    let parts: Vec<&str> = trim_path(path).split('/').filter(|part| !part.is_empty()).collect();
    let path = parts.join("/").to_lowercase();
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

fn trim_path(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path =
        path.strip_suffix(".git").filter(|rest| !rest.is_empty() && !rest.ends_with('/')).unwrap_or(path);
    path.trim_end_matches('/')
}

fn before_any<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_revision_stays_and_what_may_be_secret_goes() {
        for (written, shown) in [
            ("https://bob:word@git.example.com/a//k?ref=v1&token=x", "https://git.example.com/a//k?ref=v1"),
            ("git@git.example.com:a/b?ref=v1", "git@git.example.com:a/b?ref=v1"),
            ("https://git.example.com/a?token=x", "https://git.example.com/a"),
        ] {
            assert_eq!(without_credentials_at_revision(written), shown);
        }
    }

    #[test]
    fn all_ways_to_write_an_address_compare_equal() {
        let ways = [
            "https://github.com/o/r.git",
            "https://github.com/o/r",
            "https://github.com/o/r.git/",
            "http://github.com:80/o/r",
            "https://GitHub.com/O/r",
            "https://token@github.com/o/r.git",
            "https://user:p@ss@github.com:443/o/r?x=1#main",
            "git@github.com:o/r",
            "git@github.com:/o/r.git",
            "git@github.com/o/r.git",
            "github.com:o/r.git",
            "ssh://git@github.com:22/o/r/",
            "ssh://git@github.com:2222/o//r",
            "git+ssh://git@github.com/o/r",
            "git://github.com/o/r",
            " https://github.com/o/r ",
        ];
        for way in ways {
            assert_eq!(normalize_url(way), "github.com/o/r", "{way}");
        }
    }

    #[test]
    fn other_repositories_stay_apart() {
        assert_eq!(normalize_url("https://github.com/o/r2"), "github.com/o/r2");
        assert_eq!(normalize_url("https://git.example.com:8443/o/r"), "git.example.com:8443/o/r");
        assert_eq!(normalize_url("ssh://git@[::1]:22/o/r"), "::1/o/r");
        assert_eq!(normalize_url("git@[::1]:o/r"), "::1/o/r");
        assert_eq!(normalize_url("/srv/Git/r.git"), "/srv/Git/r");
        assert_eq!(normalize_url("file:///srv/Git/r.git/"), "/srv/Git/r");
        assert_eq!(normalize_url("../r"), "../r");
        assert_eq!(normalize_url("C:/r.git"), "C:/r");
        assert_eq!(normalize_url("https://github.com"), "github.com");
        assert_eq!(normalize_url(""), "");
    }

    #[test]
    fn odd_addresses_do_no_harm() {
        for odd in
            ["://", "@:", ":", "]:", "[]:", "https://", "https://@:443", ".git", "/.git", "a@b@c:d", "é:é"]
        {
            normalize_url(odd);
            without_credentials(odd);
        }
    }

    #[test]
    fn credentials_are_dropped() {
        let cases = [
            ("https://ghp_secret@github.com/o/r.git", "https://github.com/o/r.git"),
            ("https://user:secret@github.com/o/r", "https://github.com/o/r"),
            ("https://user:se@cret@github.com/o/r", "https://github.com/o/r"),
            ("https://user:se/cret@github.com/o/r", "https://github.com/o/r"),
            ("https://github.com/o/r?token=secret", "https://github.com/o/r"),
            ("ssh://git@github.com/o/r", "ssh://git@github.com/o/r"),
            ("ssh://git:secret@github.com/o/r", "ssh://github.com/o/r"),
            ("git@github.com:o/r", "git@github.com:o/r"),
            ("secret@github.com:o/r", "github.com:o/r"),
            ("/srv/git/r@2.git", "/srv/git/r@2.git"),
        ];
        for (url, bare) in cases {
            assert_eq!(without_credentials(url), bare);
        }
    }
}
