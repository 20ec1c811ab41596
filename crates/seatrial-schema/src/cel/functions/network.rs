//! URLs, addresses and networks.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::url::{self, Url};
use super::super::value::{Fault, Key, Library, Map, Outcome, Value};
use super::wrong;

pub(in super::super) fn url(args: &[Value]) -> Outcome {
    let [Value::Text(text)] = args else {
        return wrong();
    };
    match Url::parse(text) {
        Some(url) => Ok(Value::Library(Library::Url(Arc::new(url)))),
        None => Err(Fault::Error(format!("URL parse error during conversion from string: {text:?}"))),
    }
}

pub(in super::super) fn is_url(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::Bool(url::is_request_uri(text))),
        _ => wrong(),
    }
}

fn url_part(args: &[Value], part: fn(&Url) -> &str) -> Outcome {
    match args {
        [Value::Library(Library::Url(url))] => Ok(Value::text(part(url))),
        _ => wrong(),
    }
}

pub(in super::super) fn scheme(args: &[Value]) -> Outcome {
    url_part(args, Url::scheme)
}

pub(in super::super) fn host(args: &[Value]) -> Outcome {
    url_part(args, Url::host)
}

pub(in super::super) fn hostname(args: &[Value]) -> Outcome {
    url_part(args, Url::hostname)
}

pub(in super::super) fn port(args: &[Value]) -> Outcome {
    url_part(args, Url::port)
}

pub(in super::super) fn escaped_path(args: &[Value]) -> Outcome {
    match args {
        [Value::Library(Library::Url(url))] => Ok(Value::from(url.escaped_path())),
        _ => wrong(),
    }
}

pub(in super::super) fn query(args: &[Value]) -> Outcome {
    let [Value::Library(Library::Url(url))] = args else {
        return wrong();
    };
    let entry = |(key, values): (String, Vec<String>)| {
        let values = values.into_iter().map(Value::from).collect();
        (Key::Text(SmolStr::new(key)), Value::list(values))
    };
    Ok(Value::Map(Map::new(url.query().into_iter().map(entry).collect::<BTreeMap<_, _>>())))
}

fn parse_ip(text: &str) -> Result<IpAddr, Fault> {
    let Ok(ip) = text.parse::<IpAddr>() else {
        let message = format!("IP Address {text:?} parse error during conversion from string");
        return Err(Fault::Error(message));
    };
    if matches!(ip, IpAddr::V6(it) if it.to_ipv4_mapped().is_some()) {
        return Err(Fault::Error(format!("IPv4-mapped IPv6 address {text:?} is not allowed")));
    }
    Ok(ip)
}

fn parse_cidr(text: &str) -> Result<(IpAddr, u8), Fault> {
    let failed =
        || Fault::Error(format!("network address parse error during conversion from string: {text:?}"));
    let (ip, bits) = text.rsplit_once('/').ok_or_else(failed)?;
    let ip = parse_ip(ip).map_err(|_| failed())?;
    let plain = bits.bytes().all(|it| it.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0'));
    let bits = Some(bits).filter(|_| plain).and_then(|it| it.parse::<u8>().ok()).ok_or_else(failed)?;
    if bits > width(ip) { Err(failed()) } else { Ok((ip, bits)) }
}

fn width(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

/// The address with all bits beyond the first ones cleared.
fn mask(ip: IpAddr, bits: u8) -> IpAddr {
    match ip {
        IpAddr::V4(it) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits.min(32))).unwrap_or(0);
            Ipv4Addr::from_bits(it.to_bits() & mask).into()
        }
        IpAddr::V6(it) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0);
            Ipv6Addr::from_bits(it.to_bits() & mask).into()
        }
    }
}

fn within(network: (IpAddr, u8), ip: IpAddr) -> bool {
    network.0.is_ipv4() == ip.is_ipv4() && mask(network.0, network.1) == mask(ip, network.1)
}

/// Parses an address, or tells that of a network.
pub(in super::super) fn ip(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => parse_ip(text).map(|ip| Value::Library(Library::Ip(ip))),
        [Value::Library(Library::Cidr(ip, _))] => Ok(Value::Library(Library::Ip(*ip))),
        _ => wrong(),
    }
}

pub(in super::super) fn is_ip(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::Bool(parse_ip(text).is_ok())),
        _ => wrong(),
    }
}

pub(in super::super) fn is_canonical(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::Bool(parse_ip(text)?.to_string() == text.as_str())),
        _ => wrong(),
    }
}

pub(in super::super) fn family(args: &[Value]) -> Outcome {
    match args {
        [Value::Library(Library::Ip(ip))] => Ok(Value::Int(if ip.is_ipv4() { 4 } else { 6 })),
        _ => wrong(),
    }
}

fn ip_is(args: &[Value], test: fn(&IpAddr) -> bool) -> Outcome {
    match args {
        [Value::Library(Library::Ip(ip))] => Ok(Value::Bool(test(ip))),
        _ => wrong(),
    }
}

pub(in super::super) fn is_unspecified(args: &[Value]) -> Outcome {
    ip_is(args, IpAddr::is_unspecified)
}

pub(in super::super) fn is_loopback(args: &[Value]) -> Outcome {
    ip_is(args, IpAddr::is_loopback)
}

pub(in super::super) fn is_link_local_multicast(args: &[Value]) -> Outcome {
    ip_is(args, |ip| match ip {
        IpAddr::V4(it) => it.octets()[..3] == [224, 0, 0],
        IpAddr::V6(it) => it.segments()[0] & 0xff0f == 0xff02,
    })
}

fn link_local_unicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.is_unicast_link_local(),
    }
}

pub(in super::super) fn is_link_local_unicast(args: &[Value]) -> Outcome {
    ip_is(args, link_local_unicast)
}

pub(in super::super) fn is_global_unicast(args: &[Value]) -> Outcome {
    ip_is(args, |ip| {
        let broadcast = matches!(ip, IpAddr::V4(it) if it.is_broadcast());
        !(broadcast || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || link_local_unicast(ip))
    })
}

pub(in super::super) fn cidr(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => parse_cidr(text).map(|(ip, bits)| Value::Library(Library::Cidr(ip, bits))),
        _ => wrong(),
    }
}

pub(in super::super) fn is_cidr(args: &[Value]) -> Outcome {
    match args {
        [Value::Text(text)] => Ok(Value::Bool(parse_cidr(text).is_ok())),
        _ => wrong(),
    }
}

pub(in super::super) fn contains_ip(args: &[Value]) -> Outcome {
    let (network, ip) = match args {
        [Value::Library(Library::Cidr(ip, bits)), Value::Text(text)] => ((*ip, *bits), parse_ip(text)?),
        [Value::Library(Library::Cidr(ip, bits)), Value::Library(Library::Ip(other))] => {
            ((*ip, *bits), *other)
        }
        _ => return wrong(),
    };
    Ok(Value::Bool(within(network, ip)))
}

pub(in super::super) fn contains_cidr(args: &[Value]) -> Outcome {
    let (network, (ip, bits)) = match args {
        [Value::Library(Library::Cidr(ip, bits)), Value::Text(text)] => ((*ip, *bits), parse_cidr(text)?),
        [Value::Library(Library::Cidr(ip, bits)), Value::Library(Library::Cidr(other, others))] => {
            ((*ip, *bits), (*other, *others))
        }
        _ => return wrong(),
    };
    Ok(Value::Bool(within(network, ip) && network.1 <= bits))
}

pub(in super::super) fn prefix_length(args: &[Value]) -> Outcome {
    match args {
        [Value::Library(Library::Cidr(_, bits))] => Ok(Value::Int(i64::from(*bits))),
        _ => wrong(),
    }
}

pub(in super::super) fn masked(args: &[Value]) -> Outcome {
    match args {
        [Value::Library(Library::Cidr(ip, bits))] => {
            Ok(Value::Library(Library::Cidr(mask(*ip, *bits), *bits)))
        }
        _ => wrong(),
    }
}
