//! What probes ask, compared.

use std::borrow::Cow;

use seatrial_model::Field;
use seatrial_model::views::{Handler, Probe};

/// Whether two probes ask a container the same thing.
pub(crate) fn asks_the_same(one: &Probe<'_>, other: &Probe<'_>) -> bool {
    match (one.handler(), other.handler()) {
        (Some(Handler::HttpGet(one)), Some(Handler::HttpGet(other))) => {
            ["path", "port", "host", "scheme"].iter().all(|it| text(&one, it) == text(&other, it))
        }
        (Some(Handler::TcpSocket(one)), Some(Handler::TcpSocket(other))) => {
            ["port", "host"].iter().all(|it| text(&one, it) == text(&other, it))
        }
        (Some(Handler::Grpc(one)), Some(Handler::Grpc(other))) => {
            ["port", "service"].iter().all(|it| text(&one, it) == text(&other, it))
        }
        (Some(Handler::Exec(one)), Some(Handler::Exec(other))) => words(&one) == words(&other),
        _ => false,
    }
}

fn text(field: &Field<'_>, name: &str) -> Option<String> {
    field.key(name).and_then(|it| it.node().scalar_text().map(Cow::into_owned))
}

fn words<'a>(exec: &Field<'a>) -> Vec<Option<&'a str>> {
    exec.list("command").map(|it| it.as_str()).collect()
}
