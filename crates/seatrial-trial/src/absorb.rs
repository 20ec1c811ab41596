//! One mistake, one finding: what the API server's rules say of a field that a
//! check of its own has something to say about becomes part of that.

use rustc_hash::FxHashMap;
use seatrial_check::is_from_server;
use seatrial_diagnostics::{Location, Notice};
use seatrial_model::Place;
use seatrial_yaml::FieldPath;

/// Takes away notices of the server's rules where another check tells of the
/// same field, or of the one right above or below it, and no less gravely.
pub(crate) fn absorb(notices: Vec<Notice>) -> Vec<Notice> {
    let mut others: FxHashMap<Place, Vec<usize>> = FxHashMap::default();
    for (index, notice) in notices.iter().enumerate() {
        if let Some((place, _)) = field_of(notice).filter(|_| !is_from_server(notice.check)) {
            others.entry(place).or_default().push(index);
        }
    }
    let taken: Vec<Option<usize>> = notices.iter().map(|notice| taker(notice, &notices, &others)).collect();
    let mut kept: Vec<Option<Notice>> = notices.into_iter().map(Some).collect();
    for (index, taker) in taken.into_iter().enumerate() {
        let Some(taker) = taker else { continue };
        let said = kept[index].take().map(|notice| notice.derivation).unwrap_or_default();
        let Some(other) = kept[taker].as_mut() else { continue };
        for step in said {
            if !other.derivation.contains(&step) {
                other.derivation.push(step);
            }
        }
    }
    kept.into_iter().flatten().collect()
}

/// The notice of another check that tells of the same mistake.
fn taker(notice: &Notice, all: &[Notice], others: &FxHashMap<Place, Vec<usize>>) -> Option<usize> {
    let (place, path) = field_of(notice).filter(|_| is_from_server(notice.check))?;
    // A weaker finding must not hide that the object is refused.
    let near = |index: &&usize| {
        let other = &all[**index];
        other.severity >= notice.severity && field_of(other).is_some_and(|(_, other)| are_near(path, other))
    };
    others.get(&place)?.iter().find(near).copied()
}

fn are_near(one: &FieldPath, other: &FieldPath) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long.starts_with(short) && long.len() - short.len() <= 1 && !short.is_empty()
}

fn field_of(notice: &Notice) -> Option<(Place, &FieldPath)> {
    match &notice.at {
        Location::Field { unit, object, path, .. } => Some((Place { unit: *unit, object: *object }, path)),
        Location::Text { .. } => None,
    }
}
