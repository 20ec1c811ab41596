//! Time zones, from the data that is compiled in.

use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use seatrial_schema::zones;

/// Where a time is shown.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    /// Greenwich; also what "Local" means here, whatever the machine.
    Utc,
    /// An offset, perhaps with a name, as it was read.
    Fixed(Rc<str>, i32),
    /// A zone of the IANA database.
    Named(TimeZone),
}

impl Zone {
    /// The zone of this name, as `time.LoadLocation` finds it.
    pub(crate) fn load(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::Utc);
        }
        let known = zones::is_time_zone(name);
        let found = TimeZoneDatabase::bundled().get(name).ok().filter(|_| known)?;
        Some(Self::Named(found))
    }

    /// Its offset from Greenwich and its name at some time.
    pub(crate) fn at(&self, seconds: i64) -> (i32, Rc<str>) {
        match self {
            Self::Utc => (0, Rc::from("UTC")),
            Self::Fixed(name, offset) => (*offset, Rc::clone(name)),
            Self::Named(zone) => {
                let limits = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
                let seconds = seconds.clamp(*limits.start(), *limits.end());
                let timestamp = Timestamp::from_second(seconds).unwrap_or_default();
                let info = zone.to_offset_info(timestamp);
                (info.offset().seconds(), Rc::from(info.abbreviation()))
            }
        }
    }
}
