//! The formats of texts, which drafts up to 7 insist on.

use std::net::Ipv6Addr;

use seatrial_schema::cel::re2;

use crate::time;
use crate::url::Url;

/// What is wrong with a text of this format; unknown formats are fine.
pub(super) fn fault(format: &str, text: &str) -> Option<String> {
    let result = match format {
        "ipv4" => ipv4(text),
        "ipv6" => ipv6(text),
        "hostname" => hostname(text),
        "email" => email(text),
        "date" => date(text),
        "time" => clock(text),
        "date-time" => date_time(text),
        "uri" | "iri" => uri(text, true),
        "uri-reference" | "iri-reference" | "uri-template" => uri(text, false),
        "uuid" => uuid(text),
        "regex" => re2::compile(text).map(|_| ()),
        "json-pointer" if !text.is_empty() && !text.starts_with('/') => Err("not starting with /".to_owned()),
        "duration" => duration(text),
        "semver" => crate::semver::Version::parse_strict(text).map(|_| ()).map_err(|it| it.to_string()),
        _ => Ok(()),
    };
    result.err()
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".to_owned());
        }
        let number: i64 = group.parse().map_err(|_| {
            let quoted = crate::go::quote(group);
            format!("strconv.Atoi: parsing {quoted}: invalid syntax")
        })?;
        if !(0..=255).contains(&number) {
            return Err("decimal must be between 0 and 255".to_owned());
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return Err("missing colon".to_owned());
    }
    let (address, zone) = text.split_once('%').unwrap_or((text, ""));
    if address.parse::<Ipv6Addr>().is_err() {
        return Err(format!("ParseAddr({}): unable to parse IP", crate::go::quote(text)));
    }
    if zone.is_empty() { Ok(()) } else { Err("zone id is not a part of ipv6 address".to_owned()) }
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return Err("more than 253 characters long".to_owned());
    }
    text.split('.').try_for_each(label)
}

fn label(label: &str) -> Result<(), String> {
    if !(1..=63).contains(&label.len()) {
        return Err("label must be 1 to 63 characters long".to_owned());
    }
    if label.starts_with('-') {
        return Err("label starts with hyphen".to_owned());
    }
    if label.ends_with('-') {
        return Err("label ends with hyphen".to_owned());
    }
    refused(label, "-")
}

/// An error for the first letter that is neither plain nor among these signs.
fn refused(text: &str, signs: &str) -> Result<(), String> {
    match text.chars().find(|it| !it.is_ascii_alphanumeric() && !signs.contains(*it)) {
        Some(letter) => {
            let quoted = crate::go::quote(&letter.to_string());
            Err(format!("invalid character '{}'", &quoted[1..quoted.len() - 1].replace("\\\"", "\"")))
        }
        None => Ok(()),
    }
}

fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return Err("more than 255 characters long".to_owned());
    }
    let (local, domain) = text.rsplit_once('@').ok_or("missing @")?;
    if local.len() > 64 {
        return Err("local part more than 64 characters long".to_owned());
    }
    let quoted = local.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match quoted {
        Some(inner) if inner.contains(['\\', '"']) => {
            return Err("backslash and quote are not allowed within quoted local part".to_owned());
        }
        Some(_) => {}
        None if local.starts_with('.') => return Err("starts with dot".to_owned()),
        None if local.ends_with('.') => return Err("ends with dot".to_owned()),
        None if local.contains("..") => return Err("consecutive dots".to_owned()),
        None => refused(local, ".!#$%&'*+-/=?^_`{|}~")?,
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|it| format!("invalid ipv6 address: {it}")),
            None => ipv4(address).map_err(|it| format!("invalid ipv4 address: {it}")),
        };
    }
    hostname(domain).map_err(|it| format!("invalid domain: {it}"))
}

fn date(text: &str) -> Result<(), String> {
    time::parse(b"2006-01-02", text.as_bytes()).map(|_| ())
}

fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return Err("less than 20 characters long".to_owned());
    }
    let (Some(day), Some(clock_text)) = (text.get(..10), text.get(11..)) else {
        return Err("11th character must be t or T".to_owned());
    };
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return Err("11th character must be t or T".to_owned());
    }
    date(day).map_err(|it| format!("invalid date element: {it}"))?;
    clock(clock_text).map_err(|it| format!("invalid time element: {it}"))
}

fn clock(text: &str) -> Result<(), String> {
    if text.len() < 9 {
        return Err("less than 9 characters long".to_owned());
    }
    let bytes = text.as_bytes();
    if bytes[2] != b':' || bytes[5] != b':' {
        return Err("missing colon in correct place".to_owned());
    }
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|it| it.parse::<u32>().ok());
    let (Some(hour), Some(minute), Some(second)) = (number(0..2), number(3..5), number(6..8)) else {
        return Err("invalid hour/min/sec".to_owned());
    };
    if hour > 23 || minute > 59 || second > 60 {
        return Err("hour/min/sec out of range".to_owned());
    }
    let mut rest = text.get(8..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err("no digits in second fraction".to_owned());
        }
        rest = &fraction[digits..];
    }
    if matches!(rest, "z" | "Z") {
        return Ok(());
    }
    if rest.len() != 6 {
        return Err("offset must be 6 characters long".to_owned());
    }
    if !rest.starts_with(['+', '-']) {
        return Err("offset must begin with plus/minus".to_owned());
    }
    if rest.as_bytes()[3] != b':' {
        return Err("missing colon in offset in correct place".to_owned());
    }
    let part = |range: std::ops::Range<usize>| rest.get(range).and_then(|it| it.parse::<u32>().ok());
    match (part(1..3), part(4..6)) {
        (Some(hours), Some(minutes)) if hours <= 23 && minutes <= 59 => Ok(()),
        (Some(_), Some(_)) => Err("hour/min in offset out of range".to_owned()),
        _ => Err("invalid hour/min in offset".to_owned()),
    }
}

fn uri(text: &str, must_be_absolute: bool) -> Result<(), String> {
    if !must_be_absolute && text.contains('\\') {
        return Err("contains \\".to_owned());
    }
    let url = Url::parse(text)?;
    if must_be_absolute && url.scheme.is_empty() { Err("relative url".to_owned()) } else { Ok(()) }
}

fn uuid(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    if groups.len() != lengths.len() {
        return Err("must have 5 elements".to_owned());
    }
    for (at, (group, length)) in groups.iter().zip(lengths).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(letter) = group.chars().find(|it| !it.is_ascii_hexdigit()) {
            return Err(format!("non-hex character '{letter}'"));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix('P').ok_or("must start with P")?;
    if rest.is_empty() {
        return Err("nothing after P".to_owned());
    }
    if let Some(weeks) = rest.strip_suffix('W') {
        let is_number = !weeks.is_empty() && weeks.bytes().all(|it| it.is_ascii_digit());
        return if is_number { Ok(()) } else { Err("invalid week".to_owned()) };
    }
    for (at, part) in rest.split('T').enumerate() {
        if at > 1 {
            return Err("more than one T".to_owned());
        }
        if at == 1 && part.is_empty() {
            return Err("no time elements".to_owned());
        }
        elements(part, ["YMD", "HMS"][at])?;
    }
    Ok(())
}

fn elements(mut part: &str, mut units: &str) -> Result<(), String> {
    while !part.is_empty() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err("missing number".to_owned());
        }
        let unit = part[digits..].chars().next().ok_or("missing unit")?;
        let place = units.find(unit).ok_or_else(|| format!("invalid unit '{unit}'"))?;
        units = &units[place + 1..];
        part = &part[digits + unit.len_utf8()..];
    }
    Ok(())
}
