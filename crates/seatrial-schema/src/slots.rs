//! Looking names up in a list that does not change, with one comparison as a rule.

/// Where each item of a list stands by its name, and 0 where none does: one more than
/// its place, at the slot of its name or at the next one that was free.
#[derive(Debug)]
pub(crate) struct Slots<S = Vec<u16>>(S);

impl Slots {
    /// Of the names of a list, which may be there several times.
    pub(crate) fn of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let mut slots = vec![0; slots_for(names.len())];
        for (name, place) in names.zip(1..) {
            put(&mut slots, name, place);
        }
        Self(slots)
    }
}

impl<const N: usize> Slots<[u16; N]> {
    /// None are taken; `N` is what [`slots_for`] says.
    pub(crate) const EMPTY: Self = Self([0; N]);

    /// Adds the name of the item at a place.
    pub(crate) const fn add(&mut self, name: &str, place: usize) {
        put(&mut self.0, name, place as u16 + 1);
    }
}

impl<S: AsRef<[u16]>> Slots<S> {
    /// The first place of an item of a name that is the one that is meant.
    #[inline]
    pub(crate) fn find(&self, name: &str, is_meant: impl Fn(usize) -> bool) -> Option<usize> {
        let slots = self.0.as_ref();
        let mut at = first(name, slots.len());
        loop {
            // Half of all are free, so that the search ends.
            let place = usize::from(slots[at]).checked_sub(1)?;
            if is_meant(place) {
                return Some(place);
            }
            at = (at + 1) % slots.len();
        }
    }
}

/// How many slots a list of that length takes.
pub(crate) const fn slots_for(length: usize) -> usize {
    2 * length.next_power_of_two()
}

const fn put(slots: &mut [u16], name: &str, place: u16) {
    let mut at = first(name, slots.len());
    while slots[at] != 0 {
        at = (at + 1) % slots.len();
    }
    slots[at] = place;
}

/// What tells most names apart, for little.
#[inline]
pub(crate) const fn hash(name: &str) -> u32 {
    let (length, name) = (name.len() as u32, name.as_bytes());
    match name {
        [] => 0,
        [first, .., last] | [first @ last] => {
            (length << 16 | (*first as u32) << 8 | *last as u32).wrapping_mul(0x9e37_79b1)
        }
    }
}

/// Whether two names are the same: short ones are two numbers each, which costs less
/// than the call that compares texts.
#[inline]
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        0..4 => one.iter().zip(other).all(|(a, b)| a == b),
        4..8 => ends::<4>(one) == ends::<4>(other),
        8..=16 => ends::<8>(one) == ends::<8>(other),
        _ => one == other,
    }
}

/// The first and the last bytes of a name, which may be the same ones.
#[inline]
fn ends<const N: usize>(name: &[u8]) -> Option<([u8; N], [u8; N])> {
    Some((*name.first_chunk()?, *name.last_chunk()?))
}

/// The slot where a name is looked for first; their number is a power of two.
#[inline]
const fn first(name: &str, slots: usize) -> usize {
    (hash(name) >> 16) as usize & (slots - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_all_their_letters() {
        let text = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..text.len() {
            let name = &text[..length];
            assert!(is_same(name, name));
            assert!(!is_same(name, &text[..=length]));
            for at in 0..length {
                let mut other = name.to_owned();
                other.replace_range(at..=at, "-");
                assert!(!is_same(name, &other) && !is_same(&other, name), "{other}");
            }
        }
    }

    #[test]
    fn names_are_found_among_others_with_their_hash() {
        let names = ["cab", "cob", "cub", "", "c", "cob"];
        let slots = Slots::of(names.iter().copied());
        let place = |name: &str| slots.find(name, |at| names[at] == name);
        assert_eq!(["cab", "cob", "cub", "", "c"].map(place), [Some(0), Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(["cib", "d"].map(place), [None, None]);
        assert_eq!(slots.find("cob", |at| at == 5), Some(5));
    }
}
