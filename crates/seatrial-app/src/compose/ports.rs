//! `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, as Compose reads it.

use std::net::IpAddr;

/// What is wrong with a port, in words that follow a colon; nothing is said of
/// one that has variables.
pub(super) fn flaw(text: &str) -> Option<&'static str> {
    if text.contains('$') {
        return None;
    }
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str()) {
        return Some("the protocol is none of `tcp`, `udp` and `sctp`");
    }
    let (rest, container) = ports.rsplit_once(':').unwrap_or(("", ports));
    let (address, host) = rest.rsplit_once(':').unwrap_or(("", rest));
    if container.is_empty() {
        return Some("it names no port of the container");
    }
    let address = address.trim_start_matches('[').trim_end_matches(']');
    if !address.is_empty() && address.parse::<IpAddr>().is_err() {
        return Some("what stands before the ports is no address");
    }
    let Some(container) = range(container) else { return Some("the port of the container is none") };
    if host.is_empty() {
        return None;
    }
    let Some(host) = range(host) else { return Some("the port of the host is none") };
    // Several ports of the host may be offered for one of the container.
    let is_choice = container.0 == container.1;
    (!is_choice && host.1 - host.0 != container.1 - container.0)
        .then_some("the ranges of host and container differ in length")
}

fn range(text: &str) -> Option<(u32, u32)> {
    let port = |it: &str| it.parse::<u16>().ok().map(u32::from);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((port(first)?, port(last)?)).filter(|(first, last)| first <= last)
}

#[cfg(test)]
mod tests {
    use super::flaw;

    #[test]
    fn ports_are_read_as_compose_reads_them() {
        for text in [
            "80",
            "8080:80",
            ":80",
            "127.0.0.1:80:80",
            "127.0.0.1::80",
            "[::1]:80:80",
            "80/udp",
            "80/TCP",
            "0:80",
            "3000-3005:3000-3005",
            "3000-3005:3000",
            "$PORT:80",
            "${A:-x}:b",
        ] {
            assert_eq!(flaw(text), None, "{text}");
        }
        for text in ["", "80:", "a:80", "80:a", "80:80:80", "70000:80", "80/foo", "8000:80-81", "82-81"] {
            assert!(flaw(text).is_some(), "{text}");
        }
    }
}
