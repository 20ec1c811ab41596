//! IP addresses and CIDR blocks as the server reads them: a sloppy parser that
//! takes what old releases took, and the stricter forms behind it
//! (`apimachinery` `pkg/util/validation/ip.go` 0.36, `utils/net`).

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::errors::Errors;
use crate::path::Path;
use crate::value::Value;

/// The texts of a stored object that its update may hold again.
pub type Stored<'a> = BTreeSet<&'a str>;

const NO_ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NO_BLOCK: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// An address as Go's old parser reads it: zeros may lead, and an IPv4 address
/// written as IPv6 is an IPv4 address.
pub fn sloppy_ip(text: &str) -> Option<IpAddr> {
    let first = text.bytes().find(|byte| matches!(byte, b'.' | b':'))?;
    match first {
        b'.' => sloppy_v4(text).map(IpAddr::V4),
        _ => sloppy_v6(text).map(|address| IpAddr::V6(address).to_canonical()),
    }
}

/// Whether the text reads as an IPv6 address that is no IPv4 address.
pub fn is_v6(text: &str) -> bool {
    matches!(sloppy_ip(text), Some(IpAddr::V6(_)))
}

/// Refuses what is no address in a field that is older than the strict rules.
/// Answers whether it is accepted.
pub fn legacy_ip(at: &Path<'_>, value: &str, errors: &mut Errors) -> bool {
    let detail = match (sloppy_ip(value), value.parse::<IpAddr>()) {
        (None, _) => NO_ADDRESS,
        (_, Err(_)) => "must not have leading 0s",
        (_, Ok(address)) if is_mapped(&address) => "must not be an IPv4-mapped IPv6 address",
        _ => return true,
    };
    errors.invalid(at, value, detail);
    false
}

/// The same for an update: what the stored object holds may stay.
pub fn kept_ip(at: &Path<'_>, value: &str, stored: &Stored<'_>, errors: &mut Errors) -> bool {
    stored.contains(value) || legacy_ip(at, value, errors)
}

/// Refuses what is no address in its canonical form. Answers whether it is accepted.
pub fn canonical_ip(at: &Path<'_>, value: &str, errors: &mut Errors) -> bool {
    if !legacy_ip(at, value, errors) {
        return false;
    }
    let canonical = sloppy_ip(value).map(|address| address.to_string()).unwrap_or_default();
    let is_canonical = canonical == value;
    if !is_canonical {
        let detail = format!("must be in canonical form ({canonical:?})");
        errors.invalid(at, Value::text(value), detail);
    }
    is_canonical
}

/// Refuses what is no block in a field that is older than the strict rules.
pub fn legacy_cidr(at: &Path<'_>, value: &str, errors: &mut Errors) -> bool {
    let detail = match (Cidr::sloppy(value), strict_prefix(value)) {
        (None, _) => NO_BLOCK,
        (_, None) => "must not have leading 0s in IP or prefix length",
        (_, Some(address)) if is_mapped(&address) => "must not have an IPv4-mapped IPv6 address",
        (Some(block), _) if block.has_host_bits() => "must not have bits set beyond the prefix length",
        _ => return true,
    };
    errors.invalid(at, value, detail);
    false
}

/// The same for an update: what the stored object holds may stay.
pub fn kept_cidr(at: &Path<'_>, value: &str, stored: &Stored<'_>, errors: &mut Errors) -> bool {
    stored.contains(value) || legacy_cidr(at, value, errors)
}

/// Refuses what is no block in its canonical form. Answers whether it is accepted.
pub fn canonical_cidr(at: &Path<'_>, value: &str, errors: &mut Errors) -> bool {
    if !legacy_cidr(at, value, errors) {
        return false;
    }
    let canonical = Cidr::sloppy(value).map(|block| block.to_string()).unwrap_or_default();
    let is_canonical = canonical == value;
    if !is_canonical {
        let detail = format!("must be in canonical form ({canonical:?})");
        errors.invalid(at, Value::text(value), detail);
    }
    is_canonical
}

/// What the server warns of in an address that [`legacy_ip`] takes.
pub fn ip_warning(at: &Path<'_>, value: &str) -> Option<String> {
    let address = sloppy_ip(value)?;
    match value.parse::<IpAddr>() {
        Ok(strict) if !is_mapped(&strict) => (strict.is_ipv6() && strict.to_string() != value).then(|| {
            format!(
                "{at}: IPv6 address {value:?} should be in RFC 5952 canonical format ({:?})",
                strict.to_string()
            )
        }),
        _ => {
            Some(format!("{at}: non-standard IP address {value:?} is invalid: use {:?}", address.to_string()))
        }
    }
}

/// What the server warns of in a block that [`legacy_cidr`] takes.
pub fn cidr_warnings(at: &Path<'_>, value: &str) -> Vec<String> {
    let Some(block) = Cidr::sloppy(value) else { return Vec::new() };
    let canonical = block.to_string();
    let mut warnings = Vec::new();
    if block.has_host_bits() {
        let single = format!("{}/{}", block.address(), block.width);
        warnings.push(format!(
            "{at}: CIDR value {value:?} is ambiguous in this context (should be {canonical:?} or {single:?}?)"
        ));
    }
    match strict_prefix(value) {
        Some(strict) if !is_mapped(&strict) => {
            let written = format!("{strict}/{}", block.prefix);
            if warnings.is_empty() && strict.is_ipv6() && written != value {
                warnings.push(format!(
                    "{at}: IPv6 CIDR value {value:?} should be in RFC 5952 canonical format ({written:?})"
                ));
            }
        }
        _ => warnings.push(format!("{at}: non-standard CIDR value {value:?} is invalid: use {canonical:?}")),
    }
    warnings
}

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// The address as 16 bytes; IPv4 is mapped.
    bits: u128,
    prefix: u32,
    /// 32, or 128 where the address was written as IPv6.
    width: u32,
}

impl Cidr {
    /// A block as Go's old parser reads it: zeros may lead and bits may be set
    /// behind the prefix.
    pub fn sloppy(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (bits, width) = match sloppy_v4(address) {
            Some(address) => (address.to_ipv6_mapped().to_bits(), 32),
            None => (sloppy_v6(address)?.to_bits(), 128),
        };
        let (prefix, rest) = number(length, 10)?;
        (rest.is_empty() && prefix <= width).then_some(Self { bits, prefix, width })
    }

    /// A block as Go's new parser reads it; bits may be set behind the prefix.
    pub fn strict(text: &str) -> Option<Self> {
        strict_prefix(text).and_then(|_| Self::sloppy(text))
    }

    /// Whether its addresses are IPv6.
    pub fn is_v6(&self) -> bool {
        self.address().is_ipv6()
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = match address {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) => address.to_bits(),
        };
        (bits ^ self.bits) & self.mask() == 0
    }

    /// Whether every address of `other` lies in it and it is larger.
    pub fn strictly_contains(&self, other: &Self) -> bool {
        self.mask().count_ones() < other.mask().count_ones() && (other.bits ^ self.bits) & self.mask() == 0
    }

    fn mask(&self) -> u128 {
        let host = self.width - self.prefix;
        if host == 128 { 0 } else { u128::MAX << host }
    }

    /// Whether bits are set behind the prefix.
    pub fn has_host_bits(&self) -> bool {
        self.bits & !self.mask() != 0
    }

    fn address(&self) -> IpAddr {
        IpAddr::V6(Ipv6Addr::from_bits(self.bits)).to_canonical()
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let network = IpAddr::V6(Ipv6Addr::from_bits(self.bits & self.mask())).to_canonical();
        let host = self.width - self.prefix;
        match network {
            IpAddr::V4(network) => write!(out, "{network}/{}", 32_u32.saturating_sub(host)),
            IpAddr::V6(network) => write!(out, "{network}/{}", 128 - host),
        }
    }
}

/// The address of a block that has no leading zeros, bits behind the prefix or not.
fn strict_prefix(value: &str) -> Option<IpAddr> {
    let (address, length) = value.split_once('/')?;
    let leads = length.len() > 1 && length.starts_with('0');
    address.parse().ok().filter(|_| !leads)
}

fn is_mapped(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}

fn sloppy_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut rest = text;
    for (at, octet) in octets.iter_mut().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix('.')?;
        }
        let (value, behind) = number(rest, 10)?;
        *octet = u8::try_from(value).ok()?;
        rest = behind;
    }
    rest.is_empty().then(|| Ipv4Addr::from(octets))
}

fn sloppy_v6(text: &str) -> Option<Ipv6Addr> {
    let (before, after) = match text.split_once("::") {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    };
    let mut head = [0_u16; 8];
    let mut tail = [0_u16; 8];
    let ends_here = after.is_none();
    let front = groups(before, &mut head, ends_here)?;
    let Some(after) = after else {
        return (front == 8).then(|| Ipv6Addr::from(head));
    };
    let back = groups(after, &mut tail, true)?;
    if front + back > 7 {
        return None;
    }
    head[8 - back..].copy_from_slice(&tail[..back]);
    Some(Ipv6Addr::from(head))
}

/// Reads groups of hexadecimal digits between colons; an IPv4 address may end
/// them where `v4` allows it. Answers how many were read.
fn groups(text: &str, into: &mut [u16; 8], v4: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut count = 0;
    let mut pieces = text.split(':').peekable();
    while let Some(piece) = pieces.next() {
        if v4 && pieces.peek().is_none() && piece.contains('.') {
            let [a, b, c, d] = sloppy_v4(piece)?.octets();
            *into.get_mut(count)? = u16::from_be_bytes([a, b]);
            *into.get_mut(count + 1)? = u16::from_be_bytes([c, d]);
            return Some(count + 2);
        }
        let (value, rest) = number(piece, 16)?;
        let value = u16::try_from(value).ok().filter(|_| rest.is_empty())?;
        *into.get_mut(count)? = value;
        count += 1;
    }
    Some(count)
}

/// The number that the text begins with, and the rest; Go stops at 2^24.
fn number(text: &str, radix: u32) -> Option<(u32, &str)> {
    const MOST: u32 = 0xFF_FFFF;
    let digits = text.bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    let (digits, rest) = text.split_at(digits);
    let mut value = 0_u32;
    for digit in digits.chars().filter_map(|digit| digit.to_digit(radix)) {
        value = value * radix + digit;
        if value >= MOST {
            return None;
        }
    }
    (!digits.is_empty()).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(check: impl Fn(&Path<'_>, &mut Errors)) -> String {
        let mut errors = Errors::new();
        check(&Path::new("f"), &mut errors);
        errors.as_slice().first().map(|error| error.detail.clone()).unwrap_or_default()
    }

    #[test]
    fn the_sloppy_parser_takes_what_old_releases_took() {
        let rows = [
            ("10.0.005.5", Some("10.0.5.5")),
            ("::ffff:1.2.3.4", Some("1.2.3.4")),
            ("2001:DB8:0::1", Some("2001:db8::1")),
            ("00001::", Some("1::")),
            ("1:2:3:4:5:6:7:8", Some("1:2:3:4:5:6:7:8")),
            ("1:2:3:4:5:6:1.2.3.4", Some("1:2:3:4:5:6:102:304")),
            ("::", Some("::")),
            ("1:2:3:4:5:6:7::8", None),
            ("1::2::3", None),
            (":1::", None),
            ("1.2.3", None),
            ("1.2.3.256", None),
            ("host", None),
            ("", None),
            ("fe80::1%eth0", None),
        ];
        for (text, expected) in rows {
            assert_eq!(sloppy_ip(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn legacy_fields_refuse_leading_zeros_and_mapped_addresses() {
        let ip = |value: &str| first(|at, errors| _ = legacy_ip(at, value, errors));
        assert_eq!(ip("10.0.0.1"), "");
        assert_eq!(ip("10.0.0.01"), "must not have leading 0s");
        assert_eq!(ip("::ffff:10.0.0.1"), "must not be an IPv4-mapped IPv6 address");
        assert_eq!(ip("x"), NO_ADDRESS);
        let cidr = |value: &str| first(|at, errors| _ = legacy_cidr(at, value, errors));
        assert_eq!(cidr("10.0.0.0/8"), "");
        assert_eq!(cidr("10.0.0.5/8"), "must not have bits set beyond the prefix length");
        assert_eq!(cidr("10.0.0.0/08"), "must not have leading 0s in IP or prefix length");
        assert_eq!(cidr("::ffff:10.0.0.0/104"), "must not have an IPv4-mapped IPv6 address");
        assert_eq!(cidr("10.0.0.0/33"), NO_BLOCK);
    }

    #[test]
    fn canonical_forms_and_warnings_name_the_better_spelling() {
        let at = Path::new("f");
        assert_eq!(
            first(|at, errors| _ = canonical_ip(at, "2001:DB8::1", errors)),
            r#"must be in canonical form ("2001:db8::1")"#
        );
        assert_eq!(
            ip_warning(&at, "010.0.0.1").as_deref(),
            Some(r#"f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1""#)
        );
        assert_eq!(
            cidr_warnings(&at, "10.0.0.5/8"),
            [
                r#"f: CIDR value "10.0.0.5/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.5/32"?)"#
            ]
        );
        assert!(cidr_warnings(&at, "2001:db8::/32").is_empty());
    }

    #[test]
    fn blocks_contain_blocks_and_addresses() {
        let block = |text| Cidr::sloppy(text).expect("it is well formed");
        assert!(block("10.0.0.0/8").strictly_contains(&block("10.1.0.0/16")));
        assert!(!block("10.0.0.0/8").strictly_contains(&block("10.0.0.0/8")));
        assert!(block("10.0.0.0/16").contains("10.0.77.7".parse().expect("an address")));
        assert!(!block("10.0.0.0/16").contains("10.1.0.1".parse().expect("an address")));
    }
}
