//! What the server does with the metadata of every object before it stores it
//! (`apiserver` `pkg/registry/rest/{create,update}.go`,
//! `pkg/registry/generic/registry/store.go`).

use smol_str::SmolStr;

use super::answer::Refused;
use super::{Address, Answer};
use crate::errors::Errors;
use crate::kinds::Strategy;
use crate::path::Path;
use crate::rules::metadata::{self, Scope};
use crate::rules::names;
use crate::table::Kind;
use crate::value::{By, Value};

/// What the server makes up is left to whoever stores the object.
const SYSTEM_FIELDS: [&str; 5] =
    ["creationTimestamp", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

/// Longer prefixes of generated names are cut.
const PREFIX_MAX: usize = 58;

/// Stands for the letters the server draws for a generated name.
const SUFFIX: &str = "00000";

const STALE: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

/// An object of a kind on its way into the store.
pub(super) struct Storing<'a> {
    pub(super) address: &'a Address<'a>,
    pub(super) kind: &'static Kind,
    pub(super) strategy: &'a Strategy,
}

impl Storing<'_> {
    /// What a new object's metadata goes through before admission.
    pub(super) fn receive_new(&self, object: &mut Value) -> Result<(), Refused> {
        if let Some(meta) = object.at_mut("metadata") {
            for field in SYSTEM_FIELDS {
                meta.remove(field);
            }
        }
        self.settle_namespace(object)
    }

    /// What a changed object's metadata goes through before admission.
    pub(super) fn receive_changed(&self, object: &mut Value, stored: &Value) -> Result<(), Refused> {
        self.settle_namespace(object)?;
        let name = object.at("metadata").str("name");
        if name != self.address.name {
            if name.is_empty() {
                return Err(Answer::bad_request(format!(
                    "the name of the object ({} based on URL) was undeterminable: name must be provided",
                    self.address.name
                )));
            }
            return Err(Answer::bad_request(format!(
                "the name of the object ({name}) does not match the name on the URL ({})",
                self.address.name
            )));
        }
        let uid = object.at("metadata").str("uid");
        let stored_uid = stored.at("metadata").str("uid");
        if !uid.is_empty() && !stored_uid.is_empty() && uid != stored_uid {
            return Err(self.conflict(&format!(
                "StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: \
                 Precondition failed: UID in precondition: {uid}, UID in object meta: {stored_uid}",
                self.storage_key()
            )));
        }
        Ok(())
    }

    /// The request's namespace, unless the object names another.
    fn settle_namespace(&self, object: &mut Value) -> Result<(), Refused> {
        let wanted = self.address.namespace;
        let written = object.at("metadata").str("namespace");
        if written == wanted {
            return Ok(());
        }
        if wanted.is_empty() {
            object.struct_mut("metadata").remove("namespace");
        } else if written.is_empty() {
            object.struct_mut("metadata").set("namespace", Value::text(wanted), By::Server);
        } else {
            return Err(Answer::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        Ok(())
    }

    /// Prepares and checks a new object.
    pub(super) fn create(&self, object: &mut Value) -> Result<(), Refused> {
        generate_name(object);
        (self.strategy.prepare_create)(object);
        let mut errors = Errors::new();
        (self.strategy.validate)(object, &mut errors);
        if errors.is_empty() {
            metadata::generic_create(object, self.scope(), names::path_segment, &mut errors);
        }
        self.refuse_invalid(object, &errors)
    }

    /// Prepares and checks a changed object.
    pub(super) fn update(&self, object: &mut Value, stored: &Value) -> Result<(), Refused> {
        self.settle_version(object, stored)?;
        keep_system_fields(object, stored);
        (self.strategy.prepare_update)(object, stored);
        let mut errors = Errors::new();
        metadata::generic_create(object, self.scope(), names::path_segment, &mut errors);
        metadata::generic_update(object, stored, &mut errors);
        (self.strategy.validate_update)(object, stored, &mut errors);
        self.refuse_invalid(object, &errors)
    }

    /// A change of a version that is no longer the stored one is refused.
    fn settle_version(&self, object: &mut Value, stored: &Value) -> Result<(), Refused> {
        let (sent, kept) =
            (object.at("metadata").str("resourceVersion"), stored.at("metadata").str("resourceVersion"));
        let sent = if sent == "0" { "" } else { sent };
        if !sent.is_empty() {
            if sent.parse::<u64>().is_err() {
                let mut errors = Errors::new();
                let at = Path::new("metadata");
                let detail = format!("strconv.ParseUint: parsing {sent:?}: invalid syntax");
                errors.invalid(&at.child("resourceVersion"), Value::text(sent), detail);
                return Err(Answer::invalid("", self.address.name, &errors));
            }
            return if sent == kept || kept.is_empty() { Ok(()) } else { Err(self.conflict(STALE)) };
        }
        let kept = Value::text(SmolStr::new(kept));
        object.struct_mut("metadata").set("resourceVersion", kept, By::Server);
        Ok(())
    }

    fn scope(&self) -> Scope {
        if self.kind.is_cluster_scoped { Scope::Cluster } else { Scope::Namespaced }
    }

    fn refuse_invalid(&self, object: &Value, errors: &Errors) -> Result<(), Refused> {
        if errors.is_empty() {
            return Ok(());
        }
        let kind = match self.kind.group {
            // Both groups of events are one inside the server.
            "" | "events.k8s.io" => self.kind.kind.to_owned(),
            group => format!("{}.{group}", self.kind.kind),
        };
        Err(Answer::invalid(&kind, object.at("metadata").str("name"), errors))
    }

    fn conflict(&self, why: &str) -> Refused {
        Answer::conflict(&self.address.qualified_resource(), self.address.name, why)
    }

    fn storage_key(&self) -> String {
        let parts = [self.address.resource, self.address.namespace, self.address.name];
        parts.iter().filter(|part| !part.is_empty()).fold(String::new(), |key, part| format!("{key}/{part}"))
    }
}

/// What a change cannot touch.
fn keep_system_fields(object: &mut Value, stored: &Value) {
    let stored = stored.at("metadata");
    let meta = object.struct_mut("metadata");
    for field in ["generation", "creationTimestamp"] {
        match stored.opt(field) {
            Some(value) => meta.set(field, value.clone(), By::Server),
            None => drop(meta.remove(field)),
        }
    }
    meta.remove("selfLink");
    for field in ["uid", "deletionGracePeriodSeconds"] {
        if let (false, Some(value)) = (meta.has(field), stored.opt(field)) {
            meta.set(field, value.clone(), By::Server);
        }
    }
    if let Some(time) = stored.opt("deletionTimestamp") {
        meta.set("deletionTimestamp", time.clone(), By::Server);
    }
}

/// Names an object that only says how its name begins, as the server does before it
/// looks at anything.
pub fn generate_name(object: &mut Value) {
    let meta = object.at("metadata");
    if meta.str("name").is_empty() && !meta.str("generateName").is_empty() {
        let name = generated_name(meta.str("generateName"));
        object.struct_mut("metadata").set("name", Value::text(name), By::Server);
    }
}

fn generated_name(prefix: &str) -> String {
    let end = (0..=prefix.len().min(PREFIX_MAX)).rev().find(|end| prefix.is_char_boundary(*end));
    format!("{}{SUFFIX}", &prefix[..end.unwrap_or(0)])
}
