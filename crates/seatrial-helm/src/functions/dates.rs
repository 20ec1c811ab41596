//! now, date, dateModify and the like. The present is the date that the render
//! was given, and "Local" is UTC.

use std::any::Any;
use std::rc::Rc;

use crate::template::{Call, Data, Fault, Function, IntKind, Object, Type, Value};
use crate::time::{self, Duration, MONTHS, Time, WEEKDAYS, Zone};

use super::durations::{as_duration, duration_value};
use super::{go_text, text_of};

const LAYOUT_AND_DATE: &[Type] = &[Type::Str, Type::Any];
const LAYOUT_DATE_ZONE: &[Type] = &[Type::Str, Type::Any, Type::Str];
const TEXT_AND_TIME: &[Type] = &[Type::Str, Type::Time];
const TWO_TEXTS: &[Type] = &[Type::Str, Type::Str];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "now", parameters: &[], is_variadic: false, body: now },
    Function { name: "ago", parameters: &[Type::Any], is_variadic: false, body: ago },
    Function { name: "date", parameters: LAYOUT_AND_DATE, is_variadic: false, body: date },
    Function { name: "dateInZone", parameters: LAYOUT_DATE_ZONE, is_variadic: false, body: date_in_zone },
    Function { name: "date_in_zone", parameters: LAYOUT_DATE_ZONE, is_variadic: false, body: date_in_zone },
    Function { name: "htmlDate", parameters: &[Type::Any], is_variadic: false, body: html_date },
    Function {
        name: "htmlDateInZone",
        parameters: &[Type::Any, Type::Str],
        is_variadic: false,
        body: html_date_in_zone,
    },
    Function { name: "dateModify", parameters: TEXT_AND_TIME, is_variadic: false, body: date_modify },
    Function { name: "date_modify", parameters: TEXT_AND_TIME, is_variadic: false, body: date_modify },
    Function {
        name: "mustDateModify",
        parameters: TEXT_AND_TIME,
        is_variadic: false,
        body: must_date_modify,
    },
    Function {
        name: "must_date_modify",
        parameters: TEXT_AND_TIME,
        is_variadic: false,
        body: must_date_modify,
    },
    Function { name: "toDate", parameters: TWO_TEXTS, is_variadic: false, body: to_date },
    Function { name: "mustToDate", parameters: TWO_TEXTS, is_variadic: false, body: must_to_date },
    Function { name: "unixEpoch", parameters: &[Type::Time], is_variadic: false, body: unix_epoch },
];

fn now(call: &mut dyn Call, _args: &[Value]) -> Result<Value, Fault> {
    Ok(time_value(present(call)))
}

fn present(call: &mut dyn Call) -> Time {
    let (seconds, nanoseconds) = call.now();
    Time::utc(seconds, nanoseconds)
}

/// A time as templates have it.
pub(crate) fn time_value(time: Time) -> Value {
    Value::new(Data::Object(Rc::new(GoTime(time))))
}

/// The time that a value holds.
pub(super) fn as_time(value: &Value) -> Option<Time> {
    match &value.data {
        Data::Object(object) => object.as_any().downcast_ref::<GoTime>().map(|it| it.0.clone()),
        _ => None,
    }
}

/// A date argument: a time, or seconds since 1970. Anything else is the present.
fn moment(call: &mut dyn Call, value: &Value) -> Time {
    match &value.data {
        Data::Int(seconds, IntKind::Int | IntKind::Int32 | IntKind::Int64) => Time::utc(*seconds, 0),
        _ => as_time(value).unwrap_or_else(|| present(call)),
    }
}

fn shown(call: &mut dyn Call, layout: &[u8], date: &Value, zone: &str) -> Value {
    let zone = Zone::load(zone).unwrap_or(Zone::Utc);
    Value::bytes_as_str(moment(call, date).in_zone(zone).format(layout))
}

fn date(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(shown(call, &go_text(&args[0]), &args[1], "Local"))
}

fn date_in_zone(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let zone = go_text(&args[2]);
    Ok(shown(call, &go_text(&args[0]), &args[1], &text_of(&zone)))
}

fn html_date(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(shown(call, b"2006-01-02", &args[0], "Local"))
}

fn html_date_in_zone(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let zone = go_text(&args[1]);
    Ok(shown(call, b"2006-01-02", &args[0], &text_of(&zone)))
}

fn ago(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let present = present(call);
    let since = present.since(&moment(call, &args[0]));
    Ok(Value::from(since.round(Duration(1_000_000_000)).to_string()))
}

fn date_modify(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    match must_date_modify(call, args) {
        Err(Fault::Error(_)) => Ok(args[1].clone()),
        other => other,
    }
}

fn must_date_modify(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let text = go_text(&args[0]);
    let by = Duration::parse(&text_of(&text)).map_err(Fault::error)?;
    Ok(time_value(moment(call, &args[1]).plus(by)))
}

fn to_date(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    // What cannot be read is the first second of the first year.
    const BEGINNING: i64 = -62_135_596_800;
    match must_to_date(call, args) {
        Err(Fault::Error(_)) => Ok(time_value(Time::utc(BEGINNING, 0))),
        other => other,
    }
}

fn must_to_date(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    time::parse(&go_text(&args[0]), &go_text(&args[1])).map(time_value).map_err(Fault::error)
}

fn unix_epoch(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(moment(call, &args[0]).seconds.to_string()))
}

/// A `time.Time` in a template.
#[derive(Debug)]
struct GoTime(Time);

impl Object for GoTime {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(&self, _call: &mut dyn Call, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        self.of_calendar(name)
            .or_else(|| self.of_clock(name))
            .map(Ok)
            .or_else(|| self.with_argument(name, args))
    }

    fn show(&self) -> String {
        self.0.show()
    }

    fn to_json(&self) -> Value {
        Value::from(self.0.to_rfc3339())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl GoTime {
    fn of_calendar(&self, name: &str) -> Option<Value> {
        let shown = self.0.shown();
        Some(match name {
            "Year" => Value::int(shown.year),
            "Month" => named("time.Month", MONTHS[shown.month as usize - 1], i64::from(shown.month)),
            "Weekday" => named("time.Weekday", WEEKDAYS[shown.weekday as usize], i64::from(shown.weekday)),
            "Day" => Value::int(i64::from(shown.day)),
            "YearDay" => Value::int(i64::from(shown.day_of_year)),
            "Hour" => Value::int(i64::from(shown.hour)),
            "Minute" => Value::int(i64::from(shown.minute)),
            "Second" => Value::int(i64::from(shown.second)),
            _ => return None,
        })
    }

    fn of_clock(&self, name: &str) -> Option<Value> {
        let time = &self.0;
        let nanoseconds = i64::from(time.nanoseconds);
        let scaled =
            |scale: i64| time.seconds.wrapping_mul(scale).wrapping_add(nanoseconds / (1_000_000_000 / scale));
        Some(match name {
            "Nanosecond" => Value::int(nanoseconds),
            "Unix" => Value::int64(time.seconds),
            "UnixMilli" => Value::int64(scaled(1_000)),
            "UnixMicro" => Value::int64(scaled(1_000_000)),
            "UnixNano" => Value::int64(scaled(1_000_000_000)),
            "UTC" | "Local" => time_value(time.in_zone(Zone::Utc)),
            "String" => Value::from(time.show()),
            "IsZero" => Value::from(time.seconds == -62_135_596_800 && nanoseconds == 0),
            _ => return None,
        })
    }

    fn with_argument(&self, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        let known =
            ["Format", "Add", "Sub", "Before", "After", "Equal", "Compare", "AddDate", "Truncate", "Round"];
        if !known.contains(&name) {
            return None;
        }
        let wrong = || Fault::error(format!("wrong type or number of args for {name}"));
        Some(self.answer(name, args).ok_or_else(wrong))
    }

    fn answer(&self, name: &str, args: &[Value]) -> Option<Value> {
        let time = &self.0;
        let first = args.first()?;
        let other = as_time(first);
        let order =
            other.as_ref().map(|it| (time.seconds, time.nanoseconds).cmp(&(it.seconds, it.nanoseconds)));
        Some(match name {
            "Format" => Value::bytes_as_str(time.format(first.as_str()?.as_bytes())),
            "Add" => time_value(time.plus(as_duration(first).ok()?)),
            "Sub" => duration_value(time.since(&other?)),
            "Before" => Value::from(order?.is_lt()),
            "After" => Value::from(order?.is_gt()),
            "Equal" => Value::from(order?.is_eq()),
            "Compare" => Value::int(order? as i64),
            "AddDate" => time_value(self.later(args)?),
            _ => return None,
        })
    }

    /// So many years, months and days later.
    fn later(&self, args: &[Value]) -> Option<Time> {
        let [years, months, days] = args else { return None };
        let number = |it: &Value| match it.data {
            Data::Int(number, _) => Some(number.clamp(-1_000_000, 1_000_000)),
            _ => None,
        };
        let shown = self.0.shown();
        let month = i64::from(shown.month) + number(months)?;
        let from = time::days_of(shown.year, i64::from(shown.month), i64::from(shown.day));
        let to = time::days_of(shown.year + number(years)?, month, i64::from(shown.day) + number(days)?);
        Some(Time { seconds: self.0.seconds + (to - from) * time::DAY_SECONDS, ..self.0.clone() })
    }
}

/// An integer that prints as its name.
fn named(type_name: &'static str, name: &'static str, number: i64) -> Value {
    Value::new(Data::Object(Rc::new(Named { type_name, name, number })))
}

#[derive(Debug)]
struct Named {
    type_name: &'static str,
    name: &'static str,
    number: i64,
}

impl Object for Named {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn kind(&self) -> &'static str {
        "int"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(&self, _call: &mut dyn Call, name: &str, _args: &[Value]) -> Option<Result<Value, Fault>> {
        (name == "String").then(|| Ok(Value::from(self.name)))
    }

    fn show(&self) -> String {
        self.name.to_owned()
    }

    fn to_json(&self) -> Value {
        Value::int(self.number)
    }

    fn is_true(&self) -> bool {
        self.number != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
