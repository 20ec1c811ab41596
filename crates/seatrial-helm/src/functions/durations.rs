//! Durations: duration, durationRound, mustToDuration, ...

use std::any::Any;
use std::rc::Rc;

use crate::template::{Call, Data, Fault, Function, IntKind, Object, Type, Value};
use crate::time::{Duration, Time};

use super::dates::as_time;
use super::{go_text, text_of};

const ANY: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "duration", parameters: ANY, is_variadic: false, body: duration },
    Function { name: "durationRound", parameters: ANY, is_variadic: false, body: duration_round },
    Function { name: "mustToDuration", parameters: ANY, is_variadic: false, body: must_to_duration },
    Function { name: "durationSeconds", parameters: ANY, is_variadic: false, body: seconds },
    Function { name: "durationMilliseconds", parameters: ANY, is_variadic: false, body: milliseconds },
    Function { name: "durationMicroseconds", parameters: ANY, is_variadic: false, body: microseconds },
    Function { name: "durationNanoseconds", parameters: ANY, is_variadic: false, body: nanoseconds },
    Function { name: "durationMinutes", parameters: ANY, is_variadic: false, body: minutes },
    Function { name: "durationHours", parameters: ANY, is_variadic: false, body: hours },
    Function { name: "durationDays", parameters: ANY, is_variadic: false, body: days },
    Function { name: "durationWeeks", parameters: ANY, is_variadic: false, body: weeks },
    Function { name: "durationRoundTo", parameters: TWO, is_variadic: false, body: round_to },
    Function { name: "durationTruncateTo", parameters: TWO, is_variadic: false, body: truncate_to },
];

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// sprig's: whole seconds, as text.
fn duration(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let seconds = match &args[0].data {
        Data::Int(seconds, IntKind::Int64) => *seconds,
        Data::Str(text) => parse_int(text),
        _ => 0,
    };
    Ok(Value::from(Duration(seconds.wrapping_mul(SECOND)).to_string()))
}

/// Go's `ParseInt` in base 10 with its error passed over: beyond its range
/// stands the end of it.
fn parse_int(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}

/// The largest unit of a duration, the rest cut off.
fn duration_round(call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    let value = &args[0];
    let duration = match &value.data {
        Data::Str(text) => Duration::parse(text).unwrap_or(Duration(0)),
        Data::Int(nanoseconds, IntKind::Int64) => Duration(*nanoseconds),
        _ => as_time(value).map_or(Duration(0), |it| {
            let (seconds, nanoseconds) = call.now();
            Time::utc(seconds, nanoseconds).since(&it)
        }),
    };
    let all = duration.0.unsigned_abs();
    let units = [(365 * DAY, "y"), (30 * DAY, "mo"), (DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
    let unit = units.iter().find(|(unit, _)| all > unit.unsigned_abs());
    let text = unit.map(|(unit, name)| format!("{}{name}", all / unit.unsigned_abs()));
    Ok(Value::from(text.unwrap_or_else(|| "0s".to_owned())))
}

fn must_to_duration(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    as_duration(&args[0]).map(duration_value).map_err(Fault::error)
}

/// Text as a duration or seconds, numbers as seconds.
pub(super) fn as_duration(value: &Value) -> Result<Duration, String> {
    match &value.data {
        Data::Nil => Err("invalid duration".to_owned()),
        Data::Str(_) | Data::Raw(_) => of_text(&text_of(&go_text(value))),
        Data::Int(seconds, IntKind::Uint8 | IntKind::Uint64) => {
            let seconds = seconds.cast_unsigned();
            let all = i64::try_from(seconds).ok().and_then(|it| it.checked_mul(SECOND));
            all.map(Duration).ok_or_else(|| format!("duration seconds overflow: {seconds}"))
        }
        Data::Int(seconds, _) => {
            let all = seconds.checked_mul(SECOND).map(Duration);
            all.ok_or_else(|| format!("duration seconds overflow: {seconds}"))
        }
        Data::Float(seconds) => of_seconds(*seconds),
        Data::Object(object) => match object.as_any().downcast_ref::<GoDuration>() {
            Some(duration) => Ok(duration.0),
            None => Err(format!("unsupported duration type {}", object.type_name())),
        },
        _ => Err(format!("unsupported duration type {}", value.type_name())),
    }
}

fn of_text(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err("empty duration".to_owned());
    }
    if let Ok(duration) = Duration::parse(trimmed) {
        return Ok(duration);
    }
    match super::numbers::parse_float(trimmed.as_bytes()) {
        Some(seconds) => of_seconds(seconds),
        None => Err(format!("could not parse duration {}", crate::go::quote(text))),
    }
}

fn of_seconds(seconds: f64) -> Result<Duration, String> {
    let shown = || match seconds {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        _ if seconds.is_nan() => "NaN".to_owned(),
        _ => seatrial_yaml::yaml_float(seconds),
    };
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let most = i64::MAX as f64 / SECOND as f64;
    if seconds.abs() > most {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    // What rounds up to beyond the range wraps, as it does in Go.
    let all = seconds * SECOND as f64;
    Ok(Duration(if all >= i64::MAX as f64 { i64::MIN } else { all as i64 }))
}

fn measured(args: &[Value], unit: i64) -> Result<Value, Fault> {
    Ok(Value::from(as_duration(&args[0]).map_or(0.0, |it| it.in_units(unit))))
}

fn counted(args: &[Value], unit: i64) -> Result<Value, Fault> {
    Ok(Value::int64(as_duration(&args[0]).map_or(0, |it| it.0 / unit)))
}

fn seconds(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    measured(args, SECOND)
}

fn milliseconds(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    counted(args, 1_000_000)
}

fn microseconds(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    counted(args, 1_000)
}

fn nanoseconds(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    counted(args, 1)
}

fn minutes(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    measured(args, MINUTE)
}

fn hours(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    measured(args, HOUR)
}

fn days(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(as_duration(&args[0]).map_or(0.0, |it| it.in_units(HOUR) / 24.0)))
}

fn weeks(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::from(as_duration(&args[0]).map_or(0.0, |it| it.in_units(HOUR) / 24.0 / 7.0)))
}

fn round_to(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    to_multiple(args, Duration::round)
}

fn truncate_to(_call: &mut dyn Call, args: &[Value]) -> Result<Value, Fault> {
    to_multiple(args, Duration::truncate)
}

fn to_multiple(args: &[Value], change: fn(Duration, Duration) -> Duration) -> Result<Value, Fault> {
    let Ok(duration) = as_duration(&args[0]) else { return Ok(duration_value(Duration(0))) };
    Ok(duration_value(as_duration(&args[1]).map_or(duration, |multiple| change(duration, multiple))))
}

pub(super) fn duration_value(duration: Duration) -> Value {
    Value::new(Data::Object(Rc::new(GoDuration(duration))))
}

/// A `time.Duration` in a template.
#[derive(Debug)]
struct GoDuration(Duration);

impl Object for GoDuration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> &'static str {
        "int64"
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(&self, _call: &mut dyn Call, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        let duration = self.0;
        Some(Ok(match (name, args) {
            ("Hours", []) => Value::from(duration.in_units(HOUR)),
            ("Minutes", []) => Value::from(duration.in_units(MINUTE)),
            ("Seconds", []) => Value::from(duration.in_units(SECOND)),
            ("Milliseconds", []) => Value::int64(duration.0 / 1_000_000),
            ("Microseconds", []) => Value::int64(duration.0 / 1_000),
            ("Nanoseconds", []) => Value::int64(duration.0),
            ("String", []) => Value::from(duration.to_string()),
            ("Abs", []) => duration_value(Duration(duration.0.saturating_abs())),
            _ => return None,
        }))
    }

    fn show(&self) -> String {
        self.0.to_string()
    }

    fn integer(&self) -> Option<i64> {
        Some(self.0.0)
    }

    fn to_json(&self) -> Value {
        Value::int64(self.0.0)
    }

    fn is_true(&self) -> bool {
        self.0.0 != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::template::{Engine, Home, Options, Set, Trace, Value};

    fn made(text: &str) -> String {
        let mut set = Set::new(crate::functions::all());
        set.parse("t", text, Home::None).expect("it parses");
        let mut engine = Engine::new(Arc::new(set), Trace::off(), Options::default());
        let output = engine.execute("t", Value::NIL).expect("it executes");
        output.text.to_string()
    }

    #[test]
    fn durations_compare_as_the_numbers_they_are() {
        let cases = [
            ("eq (mustToDuration `1m`) (mustToDuration 60)", "true"),
            ("ne (mustToDuration `1m`) (mustToDuration `1h`)", "true"),
            ("le (mustToDuration `1m`) (mustToDuration `1h`)", "true"),
            ("lt (mustToDuration `1m`) 61", "false"),
            ("eq (mustToDuration `1s`) 1000000000", "true"),
        ];
        for (text, expected) in cases {
            assert_eq!(made(&format!("{{{{ {text} }}}}")), expected, "{text}");
        }
    }
}
