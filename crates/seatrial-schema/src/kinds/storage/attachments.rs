//! `VolumeAttachment` (`kubernetes` 1.36, `pkg/apis/storage/validation/validation.go`).

use super::sources::csi_driver_name;
use super::volumes::{self, Place};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::value::Value;

pub(super) const STRATEGY: Strategy = Strategy {
    default: |attachment| {
        let source = attachment.at_mut("spec").and_then(|spec| spec.at_mut("source"));
        if let Some(volume) = source.and_then(|source| source.at_mut("inlineVolumeSpec")) {
            volumes::default_spec(volume);
        }
    },
    prepare_create: |attachment| drop(attachment.remove("status")),
    prepare_update: volumes::keep_status,
    validate,
    validate_update: |new, old, errors| {
        validate(new, errors);
        metadata::immutable(new.at("spec"), old.at("spec"), &Path::new("spec"), errors);
    },
    ..Strategy::plain("storage.k8s.io", "v1", "VolumeAttachment")
};

fn validate(attachment: &Value, errors: &mut Errors) {
    metadata::create(attachment, Scope::Cluster, names::subdomain_name, errors);
    let at = Path::new("spec");
    let spec = attachment.at("spec");
    csi_driver_name(spec.str("attacher"), &at.child("attacher"), errors);
    source(spec.at("source"), &at.child("source"), errors);
    let node = spec.str("nodeName");
    errors.each_invalid(&at.child("nodeName"), node, names::dns1123_subdomain(node));
    if let Some(volume) = spec.at("source").opt("persistentVolumeName").map(Value::as_str) {
        let at = Path::new("spec.source.persistentVolumeName");
        errors.each_invalid(&at, volume, names::dns1123_subdomain(volume));
    }
}

fn source(source: &Value, at: &Path<'_>, errors: &mut Errors) {
    let one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (source.opt("inlineVolumeSpec"), source.opt("persistentVolumeName")) {
        (None, None) => errors.required(at, one),
        (Some(_), Some(_)) => errors.forbidden(at, one),
        (None, Some(name)) if name.as_str().is_empty() => {
            errors.required(&at.child("persistentVolumeName"), "must specify non empty persistentVolumeName");
        }
        (None, Some(_)) => {}
        (Some(spec), None) => {
            let place = Place { is_inline: true, lenient: false };
            volumes::validate_spec(spec, "", place, &at.child("inlineVolumeSpec"), errors);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::refused;

    #[test]
    fn an_attachment_names_one_volume() {
        let rows = [
            ("{attacher: a, nodeName: node-1, source: {persistentVolumeName: v}}", &[][..]),
            (
                "{nodeName: N, source: {}}",
                &[
                    "spec.attacher FieldValueRequired",
                    "spec.source FieldValueRequired",
                    "spec.nodeName FieldValueInvalid",
                ],
            ),
            (
                "{attacher: a, nodeName: node-1, source: {inlineVolumeSpec: {accessModes: [ReadWriteOnce], hostPath: {path: /a}}}}",
                &["spec.source.inlineVolumeSpec.csi FieldValueRequired"],
            ),
        ];
        for (spec, wanted) in rows {
            assert_eq!(refused("storage.k8s.io/v1/VolumeAttachment", &format!("spec: {spec}")), wanted);
        }
    }
}
