//! `PriorityLevelConfiguration` (`kubernetes` 1.36,
//! `pkg/apis/flowcontrol/validation/validation.go`, `pkg/apis/flowcontrol/v1/defaults.go`).

use super::{default_zero, structure};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{By, Value};

const TYPES: [&str; 2] = ["Exempt", "Limited"];
const RESPONSES: [&str; 2] = ["Queue", "Reject"];
const QUEUES_MOST: i64 = 10_000_000;
const HASH_BITS: i64 = 60;
const ROUND_TRIP: &str = "flowcontrol.k8s.io/preserve-zero-concurrency-shares";

/// `v1beta3` has no way but this to ask for no share at all.
const KEPT_ZERO: &str = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";

pub(super) const STRATEGY: Strategy = Strategy {
    default: |level| default(level.struct_mut("spec")),
    prepare_create: super::prepare_create,
    prepare_update: super::prepare_update,
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        validate(new, errors);
    },
    ..Strategy::plain(super::GROUP, "v1", "PriorityLevelConfiguration")
};

/// A share of zero is none that is written.
pub(super) const BETA: Strategy = Strategy {
    version: "v1beta3",
    default: |level| {
        let keeps_zero = level.at("metadata").at("annotations").has(KEPT_ZERO);
        let spec = level.struct_mut("spec");
        if let Some(limited) = spec.at_mut("limited")
            && limited.int("nominalConcurrencyShares") == 0
        {
            let shares = if keeps_zero { 0 } else { 30 };
            limited.set("nominalConcurrencyShares", shares, By::Server);
        }
        default(spec);
    },
    ..STRATEGY
};

/// Before, the share had another name.
pub(super) const BETA_2: Strategy = Strategy {
    version: "v1beta2",
    default: |level| {
        if let Some(limited) = level.struct_mut("spec").at_mut("limited")
            && let Some(shares) = limited.remove(OLD_SHARES)
        {
            limited.set(SHARES, shares, By::Manifest);
        }
        (BETA.default)(level);
    },
    validate: |level, errors| {
        validate(level, errors);
        let of = |name| ["spec", "limited", name];
        errors.lead(&of(SHARES), &of(OLD_SHARES));
    },
    ..STRATEGY
};
const SHARES: &str = "nominalConcurrencyShares";
const OLD_SHARES: &str = "assuredConcurrencyShares";

fn default(spec: &mut Value) {
    if let Some(limited) = spec.at_mut("limited") {
        limited.set_default("nominalConcurrencyShares", 30);
        limited.set_default("lendablePercent", 0);
        if let Some(queuing) = limited.at_mut("limitResponse").and_then(|it| it.at_mut("queuing")) {
            default_zero(queuing, &[("handSize", 8), ("queues", 64), ("queueLengthLimit", 50)]);
        }
    }
    if let Some(exempt) = spec.at_mut("exempt") {
        exempt.set_default("nominalConcurrencyShares", 0);
        exempt.set_default("lendablePercent", 0);
    }
}

fn validate(level: &Value, errors: &mut Errors) {
    metadata::create(level, Scope::Cluster, names::subdomain_name, errors);
    let meta = level.at("metadata");
    if meta.at("annotations").has(ROUND_TRIP) {
        let at = Path::new("metadata");
        errors.forbidden(&at.child("annotations"), format!("annotation '{ROUND_TRIP}' is forbidden"));
    }
    let at = Path::new("spec");
    let spec = level.at("spec");
    let name = meta.str("name");
    let is_exempt = spec.str("type") == "Exempt";
    if (name == "exempt") != is_exempt {
        let detail = "must be 'Exempt' if and only if `name` is 'exempt'";
        errors.invalid(&at.child("type"), spec.str("type"), detail);
    }
    match (spec.str("type"), spec.opt("limited")) {
        ("Exempt", limited) => {
            if limited.is_some() {
                errors.forbidden(&at.child("limited"), "must be nil if the type is not Limited");
            }
            shares(spec.at("exempt"), &at.child("exempt"), errors);
        }
        ("Limited", limited) => {
            if spec.has("exempt") {
                errors.forbidden(&at.child("exempt"), "must be nil if the type is Limited");
            }
            match limited {
                None => errors.required(&at.child("limited"), "must not be empty when type is Limited"),
                Some(limited) => self::limited(limited, &at.child("limited"), errors),
            }
        }
        (other, _) => errors.not_supported(&at.child("type"), other, &TYPES),
    }
    fixed(spec, name, &at, errors);
}

/// Two levels are the server's own.
fn fixed(spec: &Value, name: &str, at: &Path<'_>, errors: &mut Errors) {
    let reject = structure(&[("type", "Reject".into())]);
    let (wanted, detail) = match name {
        "exempt" => (
            structure(&[("type", "Exempt".into())]),
            "except the 'spec.exempt' field must equal the fixed value",
        ),
        "catch-all" => {
            let limited = structure(&[
                ("nominalConcurrencyShares", 5.into()),
                ("lendablePercent", 0.into()),
                ("limitResponse", reject),
            ]);
            let spec = structure(&[("type", "Limited".into()), ("limited", limited)]);
            (spec, "must equal the fixed value")
        }
        _ => return,
    };
    let mut own = spec.clone();
    if name == "exempt" {
        own.remove("exempt");
    }
    if !own.semantically_equals(&wanted) {
        errors.invalid(at, spec.clone(), format!("spec of '{name}' {detail}"));
    }
}

fn shares(level: &Value, at: &Path<'_>, errors: &mut Errors) {
    let shares = level.int("nominalConcurrencyShares");
    if shares < 0 {
        errors.invalid(&at.child("nominalConcurrencyShares"), shares, "must be a non-negative integer");
    }
    lendable(level, at, errors);
}

fn lendable(level: &Value, at: &Path<'_>, errors: &mut Errors) {
    let percent = level.int("lendablePercent");
    for wrong in names::in_range(percent, 0, 100) {
        errors.invalid(&at.child("lendablePercent"), percent, wrong);
    }
}

fn limited(limited: &Value, at: &Path<'_>, errors: &mut Errors) {
    let shares = limited.int("nominalConcurrencyShares");
    if shares < 0 {
        errors.invalid(&at.child("nominalConcurrencyShares"), shares, "must be a non-negative integer");
    }
    response(limited.at("limitResponse"), &at.child("limitResponse"), errors);
    lendable(limited, at, errors);
    let borrowed = limited.int("borrowingLimitPercent");
    if borrowed < 0 {
        let detail = "if specified, must be a non-negative integer";
        errors.invalid(&at.child("borrowingLimitPercent"), borrowed, detail);
    }
}

fn response(response: &Value, at: &Path<'_>, errors: &mut Errors) {
    let at_queuing = at.child("queuing");
    match (response.str("type"), response.opt("queuing")) {
        ("Reject", None) => {}
        ("Reject", Some(_)) => {
            errors.forbidden(&at_queuing, "must be nil if limited.limitResponse.type is not Limited");
        }
        ("Queue", None) => {
            errors.required(&at_queuing, "must not be empty if limited.limitResponse.type is Limited");
        }
        ("Queue", Some(queuing)) => self::queuing(queuing, &at_queuing, errors),
        (other, _) => errors.not_supported(&at.child("type"), other, &RESPONSES),
    }
}

fn queuing(queuing: &Value, at: &Path<'_>, errors: &mut Errors) {
    let (length, queues, hand) =
        (queuing.int("queueLengthLimit"), queuing.int("queues"), queuing.int("handSize"));
    for (field, number) in [("queueLengthLimit", length), ("queues", queues), ("handSize", hand)] {
        if number <= 0 {
            errors.invalid(&at.child(field), number, "must be positive");
        }
    }
    if queues > QUEUES_MOST {
        errors.invalid(&at.child("queues"), queues, format!("must not be greater than {QUEUES_MOST}"));
    }
    if hand > 0 && hand > queues {
        let detail = format!("should not be greater than queues ({queues})");
        errors.invalid(&at.child("handSize"), hand, detail);
    } else if hand > 0 && entropy(queues, hand) > HASH_BITS as f64 {
        let detail = format!(
            "required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {HASH_BITS}"
        );
        errors.invalid(&at.child("handSize"), hand, detail);
    }
}

/// How many bits it takes to deal so many of so many cards.
fn entropy(deck: i64, hand: i64) -> f64 {
    ((deck as f64).log2() * hand as f64).ceil()
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn a_share_of_zero_was_none_in_the_beta() {
        let shares = |annotations: &str| {
            let text = format!(
                "{{metadata: {{name: a, annotations: {annotations}}}, spec: {{type: Limited, limited: {{limitResponse: {{type: Reject}}}}}}}}"
            );
            let mut level = crate::testing::value(&text);
            (super::BETA.default)(&mut level);
            level
                .at("spec")
                .at("limited")
                .opt("nominalConcurrencyShares")
                .and_then(crate::value::Value::as_int)
        };
        assert_eq!(shares("{}"), Some(30));
        assert_eq!(shares("{flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares: x}"), Some(0));
    }

    #[test]
    fn levels_are_held_to_their_rules() {
        let rows = [
            ("{type: Limited, limited: {limitResponse: {type: Queue, queuing: {}}}}", &[][..]),
            ("{type: Exempt}", &["spec.type FieldValueInvalid"]),
            (
                "{type: Limited, exempt: {}, limited: {lendablePercent: 101, limitResponse: {type: Queue}}}",
                &[
                    "spec.exempt FieldValueForbidden",
                    "spec.limited.limitResponse.queuing FieldValueRequired",
                    "spec.limited.lendablePercent FieldValueInvalid",
                ],
            ),
            (
                "{type: Limited, limited: {limitResponse: {type: Queue, queuing: {queues: 512, handSize: 8}}}}",
                &["spec.limited.limitResponse.queuing.handSize FieldValueInvalid"],
            ),
        ];
        let kind = "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration";
        for (spec, wanted) in rows {
            assert_eq!(refused(kind, &format!("spec: {spec}")), wanted, "{spec}");
        }
        let own =
            "{metadata: {name: catch-all}, spec: {type: Limited, limited: {limitResponse: {type: Reject}}}}";
        assert_eq!(refused(kind, own), ["spec FieldValueInvalid"]);
    }
}
