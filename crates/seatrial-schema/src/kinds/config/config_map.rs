//! `ConfigMap`.

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::kinds::config::{self, DATA_SIZE};
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::{Entry, Value};

pub(super) const CONFIG_MAP: Strategy = Strategy {
    validate,
    validate_update: |new, old, errors| {
        metadata::update(new, old, errors);
        config::immutable(new, old, &["data", "binaryData"], errors);
        validate(new, errors);
    },
    ..Strategy::plain("", "v1", "ConfigMap")
};

fn validate(config: &Value, errors: &mut Errors) {
    metadata::create(config, Scope::Namespaced, names::subdomain_name, errors);
    let at = Path::new("data");
    for Entry { key, .. } in config.entries("data") {
        let at = at.key(key);
        errors.each_invalid(&at, key, names::config_map_key(key));
        if config.at("binaryData").as_map().is_some_and(|map| map.value(key).is_some()) {
            errors.invalid(&at, key.as_str(), "duplicate of key present in binaryData");
        }
    }
    let at = Path::new("binaryData");
    for Entry { key, .. } in config.entries("binaryData") {
        errors.each_invalid(&at.key(key), key, names::config_map_key(key));
    }
    let texts = config.entries("data").iter().map(|entry| entry.value.as_str().len());
    let bytes = config.entries("binaryData").iter().map(|entry| config::decoded_size(entry.value.as_str()));
    if texts.chain(bytes).sum::<usize>() > DATA_SIZE {
        // The server prints the whole object as `[]`.
        errors.too_long(&Path::ROOT.key(""), DATA_SIZE);
        errors.lead(&[""], &["data"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fields, value};

    #[test]
    fn keys_are_unique_over_both_maps_and_no_paths() {
        let config =
            value("{metadata: {name: a, namespace: b}, data: {k: v, a/b: v}, binaryData: {k: YQ==}}");
        let mut errors = Errors::new();
        validate(&config, &mut errors);
        assert_eq!(fields(&errors), ["data[a/b] FieldValueInvalid", "data[k] FieldValueInvalid"]);
    }

    #[test]
    fn what_is_immutable_stays() {
        let object = |rest: &str| {
            value(&format!("{{metadata: {{name: a, namespace: b, resourceVersion: '1'}}, {rest}}}"))
        };
        let mut errors = Errors::new();
        (CONFIG_MAP.validate_update)(
            &object("data: {k: w}"),
            &object("immutable: true, data: {k: v}"),
            &mut errors,
        );
        assert_eq!(fields(&errors), ["immutable FieldValueForbidden", "data FieldValueForbidden"]);
    }
}
