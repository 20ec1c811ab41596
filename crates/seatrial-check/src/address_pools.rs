//! The addresses that `MetalLB` may give to Services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use seatrial_model::{Field, Repository};

const GROUP: &str = "metallb.io";
/// Addresses and ranges that are read.
const RANGES_MAX: usize = 1_000;

/// The pools of a repository.
#[derive(Debug)]
pub(crate) struct AddressPools<'a> {
    /// Whether the repository configures `MetalLB` at all.
    pub(crate) is_metallb_here: bool,
    /// Where addresses are given, and which.
    ranges: Vec<(Field<'a>, RangeInclusive<IpAddr>)>,
    /// Whether some may be given that are not known: what another program fills in, or
    /// more than are read. What is no address at all gives none.
    has_more: bool,
}

impl<'a> AddressPools<'a> {
    pub(crate) fn of(repository: &'a Repository) -> Self {
        let mut pools = Self {
            is_metallb_here: repository.in_groups(|it| it == GROUP).next().is_some(),
            ranges: Vec::new(),
            has_more: false,
        };
        let given = repository.of_kind(GROUP, "IPAddressPool");
        for field in given.filter_map(|it| Field::root(it).keys(&["spec", "addresses"])) {
            pools.read(&field);
        }
        pools
    }

    fn read(&mut self, field: &Field<'a>) {
        for item in field.items() {
            let text = item.as_str().unwrap_or_default();
            match range(text) {
                Some(range) if self.ranges.len() < RANGES_MAX => self.ranges.push((field.clone(), range)),
                Some(_) => self.has_more = true,
                None => self.has_more |= !is_numeric(text),
            }
        }
    }

    /// The addresses of a pool in the same network as an address that no pool holds. Those
    /// of other networks may be of other clusters.
    pub(crate) fn near_without(&self, address: IpAddr) -> Option<&Field<'a>> {
        if self.has_more || self.ranges.iter().any(|(_, range)| range.contains(&address)) {
            return None;
        }
        let is_near = |it: &IpAddr| match (it, address) {
            (IpAddr::V4(it), IpAddr::V4(address)) => it.octets()[..3] == address.octets()[..3],
            _ => false,
        };
        let near = self.ranges.iter().find(|(_, range)| is_near(range.start()) && is_near(range.end()));
        near.map(|(field, _)| field)
    }
}

/// Whether a text has nothing in it but what addresses are written with: a slip, which
/// `MetalLB` refuses with its pool.
fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'/' | b'-' | b' '))
}

/// The addresses of a network, or between two.
fn range(text: &str) -> Option<RangeInclusive<IpAddr>> {
    if let Some((first, last)) = text.split_once('-') {
        return Some(first.trim().parse().ok()?..=last.trim().parse().ok()?);
    }
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.trim().parse().ok()?;
    match address.trim().parse().ok()? {
        IpAddr::V4(address) if bits <= 32 => {
            let hosts = u32::MAX.checked_shr(bits).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Some(Ipv4Addr::from_bits(first).into()..=Ipv4Addr::from_bits(first | hosts).into())
        }
        IpAddr::V6(address) if bits <= 128 => {
            let hosts = u128::MAX.checked_shr(bits).unwrap_or(0);
            let first = address.to_bits() & !hosts;
            Some(Ipv6Addr::from_bits(first).into()..=Ipv6Addr::from_bits(first | hosts).into())
        }
        _ => None,
    }
}
