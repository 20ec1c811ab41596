//! Parts of points and lengths of time.

use super::super::time::Civil;
use super::super::value::{Fault, Outcome, Value};
use super::wrong;
use crate::zones::is_time_zone;

const SECOND: i64 = 1_000_000_000;

/// A part of the date or time of day, in UTC or the zone that is given.
fn part(args: &[Value], part: fn(Civil) -> i64) -> Outcome {
    match args {
        [Value::Timestamp(time)] => Ok(Value::Int(part(time.civil(0)))),
        [Value::Timestamp(time), Value::Text(zone)] => Ok(Value::Int(part(time.civil(offset(zone)?)))),
        _ => wrong(),
    }
}

/// The offset from UTC in seconds. Names of places need tables that are not here.
fn offset(zone: &str) -> Result<i32, Fault> {
    if matches!(zone, "" | "UTC") {
        return Ok(0);
    }
    let Some((hours, minutes)) = zone.split_once(':') else {
        let known = is_time_zone(zone);
        return Err(if known { Fault::Unknown } else { Fault::Error(format!("unknown time zone {zone}")) });
    };
    let number =
        |text: &str| text.parse::<i32>().map_err(|_| Fault::Error(format!("invalid time zone {zone}")));
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let west = zone.starts_with('-');
    let total = i64::from(hours) * 60 + if west { -i64::from(minutes) } else { i64::from(minutes) };
    i32::try_from(total * 60).map_err(|_| Fault::Error(format!("invalid time zone {zone}")))
}

pub(in super::super) fn full_year(args: &[Value]) -> Outcome {
    part(args, |it| it.year)
}

pub(in super::super) fn month(args: &[Value]) -> Outcome {
    part(args, |it| it.month - 1)
}

pub(in super::super) fn day_of_year(args: &[Value]) -> Outcome {
    part(args, |it| it.day_of_year)
}

pub(in super::super) fn day_of_month(args: &[Value]) -> Outcome {
    part(args, |it| it.day - 1)
}

pub(in super::super) fn date(args: &[Value]) -> Outcome {
    part(args, |it| it.day)
}

pub(in super::super) fn day_of_week(args: &[Value]) -> Outcome {
    part(args, |it| it.day_of_week)
}

pub(in super::super) fn hours(args: &[Value]) -> Outcome {
    match args {
        [Value::Duration(nanos)] => Ok(Value::Int(nanos / (3600 * SECOND))),
        _ => part(args, |it| it.hour),
    }
}

pub(in super::super) fn minutes(args: &[Value]) -> Outcome {
    match args {
        [Value::Duration(nanos)] => Ok(Value::Int(nanos / (60 * SECOND))),
        _ => part(args, |it| it.minute),
    }
}

pub(in super::super) fn seconds(args: &[Value]) -> Outcome {
    match args {
        [Value::Duration(nanos)] => Ok(Value::Int(nanos / SECOND)),
        _ => part(args, |it| it.second),
    }
}

pub(in super::super) fn milliseconds(args: &[Value]) -> Outcome {
    match args {
        [Value::Duration(nanos)] => Ok(Value::Int(nanos / 1_000_000)),
        _ => part(args, |it| i64::from(it.nanos / 1_000_000)),
    }
}
