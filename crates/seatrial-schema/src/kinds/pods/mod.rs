//! Pods, pod templates, and everything about pod specs that other kinds share
//! (`pkg/apis/core/v1/defaults.go`, `pkg/apis/core/validation/validation.go`,
//! `pkg/api/pod`, `pkg/registry/core/{pod,podtemplate}/strategy.go`, 1.36).

mod annotations;
mod containers;
mod defaults;
mod env;
mod image;
mod mounts;
mod options;
mod overlaps;
mod prepare;
mod probes;
mod resources;
mod scheduling;
mod security;
mod spec;
mod update;
mod volumes;
mod walk;
mod warnings;
mod windows;

use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::{generations, names};
use crate::value::{By, Value};

pub(crate) use defaults::{default_pod_spec, drop_init_container_annotations};
pub(crate) use options::PodOptions;
pub(crate) use prepare::drop_disabled_fields;
pub(crate) use resources::round_up;
pub(crate) use scheduling::validate_tolerations;
pub(crate) use spec::{validate_overhead, validate_preemption_policy};
pub(crate) use warnings::pod_template_warnings;

/// What the server does with pods and pod templates.
pub(crate) const KINDS: &[Strategy] = &[
    Strategy {
        default: defaults::default_pod,
        prepare_create: prepare::prepare_create,
        prepare_update: prepare::prepare_update,
        validate: validate_pod,
        validate_update: validate_pod_update,
        warnings: warnings::pod_warnings,
        ..Strategy::plain("", "v1", "Pod")
    },
    Strategy {
        default: |object| {
            let template = object.struct_mut("template");
            default_pod_spec(template.struct_mut("spec"));
            drop_init_container_annotations(template);
        },
        prepare_create: |object| {
            object.struct_mut("metadata").set("generation", 1, By::Server);
            drop_disabled_fields(object.struct_mut("template"), None);
        },
        prepare_update: |object, old| {
            drop_disabled_fields(object.struct_mut("template"), Some(old.at("template")));
            let is_changed = !object.at("template").semantically_equals(old.at("template"));
            generations::count_if(object, old, is_changed);
        },
        validate: |object, errors| {
            metadata::create(object, Scope::Namespaced, names::subdomain_name, errors);
            let options = PodOptions::of_template(None);
            validate_pod_template(object.at("template"), &Path::new("template"), errors, &options);
        },
        validate_update: |object, old, errors| {
            metadata::update(object, old, errors);
            let options = PodOptions::of_template(Some(old.at("template")));
            validate_pod_template(object.at("template"), &Path::new("template"), errors, &options);
        },
        warnings: |object| pod_template_warnings(&Path::new("template"), object.at("template"), None),
        ..Strategy::plain("", "v1", "PodTemplate")
    },
];

/// The rules for a pod template (`metadata` and `spec`) at `path`, as
/// `ValidatePodTemplateSpec` has them.
pub(crate) fn validate_pod_template(
    template: &Value,
    path: &Path<'_>,
    errors: &mut Errors,
    options: &PodOptions,
) {
    let (meta, spec) = (template.at("metadata"), template.at("spec"));
    let (annotations, spec_path) = (path.child("annotations"), path.child("spec"));
    // The server leaves out on the way where they are written.
    let (labels, written) = (path.child("labels"), path.child("metadata"));
    errors.blaming(&labels, &written.child("labels"), |errors| {
        metadata::labels(meta.at("labels"), &labels, errors);
    });
    errors.blaming(&annotations, &written.child("annotations"), |errors| {
        metadata::annotations(meta.at("annotations"), &annotations, errors);
        annotations::validate_annotations(template, &annotations, options, errors);
    });
    spec::validate_spec(spec, None, &spec_path, options, errors);
    annotations::validate_profiles_match(template, &spec_path, errors);
    if !spec.items("ephemeralContainers").is_empty() {
        let path = spec_path.child("ephemeralContainers");
        errors.forbidden(&path, "ephemeral containers not allowed in pod template");
    }
}

fn validate_pod(pod: &Value, errors: &mut Errors) {
    let (spec, path) = (pod.at("spec"), Path::new("spec"));
    validate_metadata_and_spec(pod, &PodOptions::of_pod(None), errors);
    if !spec.items("ephemeralContainers").is_empty() {
        errors.forbidden(&path.child("ephemeralContainers"), "cannot be set on create");
    }
    if !spec.str("nodeName").is_empty() && !spec.items("schedulingGates").is_empty() {
        let detail = "cannot be set until all schedulingGates have been cleared";
        errors.forbidden(&path.child("nodeName"), detail);
    }
    annotations::validate_profiles_match(pod, &path, errors);
}

fn validate_pod_update(pod: &Value, old: &Value, errors: &mut Errors) {
    let options = PodOptions::of_pod(Some(old));
    metadata::update(pod, old, errors);
    validate_metadata_and_spec(pod, &options, errors);
    let meta = Path::new("metadata");
    annotations::validate_change(pod, old, &meta.child("annotations"), errors);
    update::validate_change(pod.at("spec"), old.at("spec"), &Path::new("spec"), &options, errors);
}

fn validate_metadata_and_spec(pod: &Value, options: &PodOptions, errors: &mut Errors) {
    let (meta_path, path) = (Path::new("metadata"), Path::new("spec"));
    let (meta, spec) = (pod.at("metadata"), pod.at("spec"));
    metadata::create(pod, Scope::Namespaced, names::subdomain_name, errors);
    annotations::validate_annotations(pod, &meta_path.child("annotations"), options, errors);
    spec::validate_spec(spec, Some(meta), &path, options, errors);
    if spec.str("serviceAccountName").is_empty() {
        forbid_tokens(spec, &path, errors);
    }
    for field in ["containers", "initContainers"] {
        let path = path.child(field);
        for (at, container) in spec.items(field).iter().enumerate() {
            containers::validate_image_spaces(container, &path.index(at), errors);
        }
    }
}

/// A pod without a service account has no token of one.
fn forbid_tokens(spec: &Value, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("volumes");
    for (at, volume) in spec.items("volumes").iter().enumerate() {
        let path = path.index(at);
        let path = path.child("projected");
        let path = path.child("sources");
        for (at, source) in volume.at("projected").items("sources").iter().enumerate() {
            if source.has("serviceAccountToken") {
                let path = path.index(at);
                let detail = "must not be specified when serviceAccountName is not set";
                errors.forbidden(&path.child("serviceAccountToken"), detail);
            }
        }
    }
}
