//! Names of hosts to addresses, without those that only this network knows: a
//! repository is not to say what is asked inside it. What is connected to is
//! what was looked at, so a name cannot change in between.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// What an error of this resolver begins with.
pub(crate) const PRIVATE: &str = "private address ";

/// Looks names up as the system does, and refuses private addresses.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) allows_private: bool,
    pub(crate) inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        match found.iter().map(std::net::SocketAddr::ip).find(|ip| is_private(*ip)) {
            Some(ip) if !self.allows_private => {
                Err(Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, format!("{PRIVATE}{ip}"))))
            }
            _ => Ok(found),
        }
    }
}

/// Whether an address does not belong to the internet.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        // Carriers' own, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    // Addresses that carry one of version 4: mapped, compatible, translated.
    let segments = ip.segments();
    let carried = match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    let v4 = carried.map(|(high, low)| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || segments[0] & 0xfe00 == 0xfc00
        || segments[0] & 0xffc0 == 0xfe80
        || v4.is_some_and(is_private_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_inside_are_told_from_those_of_the_internet() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
        ];
        for text in private {
            assert!(is_private(text.parse().expect("an address")), "{text}");
        }
        for text in ["1.1.1.1", "140.82.121.3", "2606:50c0:8000::153", "::ffff:1.1.1.1"] {
            assert!(!is_private(text.parse().expect("an address")), "{text}");
        }
    }
}
