//! Objects of custom kinds as the API server treats them, by the definitions
//! that are at hand (`apiextensions-apiserver` 0.36, `pkg/apiserver`,
//! `pkg/registry/customresource`). Whether a definition itself is well-formed is
//! for the rules of its own kind to say.

mod clauses;
mod decode;
mod defaults;
mod definition;
mod embedded;
pub(crate) mod formats;
mod lists;
mod mailbox;
mod numbers;
mod patterns;
mod rules;
mod scale;
mod shape;
#[cfg(test)]
mod tests;
mod values;

use std::sync::{Mutex, OnceLock, PoisonError};

use seatrial_yaml::Node;
use smol_str::SmolStr;

use crate::cel::Budget;
use crate::decode::Decoded;
use crate::difference::Layout;
use crate::errors::{Errors, Reason};
use crate::path::Path;
use crate::rules::{metadata, names};
use crate::structural::Structural;
use crate::table::plural;
use crate::value::{By, Value};

use self::patterns::Patterns;
use self::rules::Rules;

pub(crate) use self::rules::check_default;
pub(crate) use self::values::validate as validate_value;

/// What the server says where a rule was not even looked at.
const NOT_CHECKED: &str = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

/// The kinds that definitions bring, as many as there are.
#[derive(Debug, Default)]
pub struct CustomKinds(Vec<CustomKind>);

impl CustomKinds {
    /// Those of one definition, a `CustomResourceDefinition` as it is written or
    /// stored.
    pub fn of(definition: Value) -> Self {
        Self(definition::read(definition))
    }

    /// Adds those of another definition; the same kind may be defined twice.
    pub fn add(&mut self, definition: Value) {
        self.0.extend(definition::read(definition));
    }

    /// All of them: a definition's versions in their order.
    pub fn all(&self) -> &[CustomKind] {
        &self.0
    }

    /// The kind as each definition has it.
    pub fn named<'a>(
        &'a self,
        group: &'a str,
        version: &'a str,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a CustomKind> {
        self.0.iter().filter(move |it| it.group == group && it.version == version && it.kind == kind)
    }
}

/// One version of one kind, as one definition has it.
#[expect(clippy::struct_excessive_bools, reason = "the definition has them")]
#[derive(Debug)]
pub struct CustomKind {
    /// The API group.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// The kind.
    pub kind: SmolStr,
    /// The resource.
    pub plural: SmolStr,
    /// Whether its objects belong to no namespace.
    pub is_cluster_scoped: bool,
    /// Whether requests can name this version.
    pub is_served: bool,
    /// Whether objects are stored in this version.
    pub is_storage: bool,
    /// What the server warns of where the version is deprecated.
    pub deprecation: Option<String>,
    subresources: Value,
    /// Unknown fields stay wherever they are: only `v1beta1` can say so.
    keeps_unknown: bool,
    /// Until it is read.
    written: Mutex<Value>,
    schema: OnceLock<Option<Schema>>,
}

/// A schema with what is worked out once for it.
#[derive(Debug)]
struct Schema {
    structural: Structural,
    patterns: Patterns,
    rules: OnceLock<Option<Rules>>,
}

impl CustomKind {
    /// A kind of which only the schema is known.
    pub(crate) fn published(group: &str, version: &str, kind: &str, structural: Structural) -> Self {
        let patterns = Patterns::of(&structural);
        let schema = Schema { structural, patterns, rules: OnceLock::new() };
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            plural: plural(kind).into(),
            is_cluster_scoped: false,
            is_served: true,
            is_storage: true,
            deprecation: None,
            subresources: Value::Null,
            keeps_unknown: false,
            written: Mutex::default(),
            schema: OnceLock::from(Some(schema)),
        }
    }

    /// Whether its schema is too large to be looked at: nothing is said of its
    /// objects then.
    pub fn is_too_large(&self) -> bool {
        self.schema().is_none()
    }

    /// What tells the items of its lists apart.
    pub fn layout(&self) -> Option<Layout<'_>> {
        self.schema().map(|it| Layout::Defined(&it.structural))
    }

    /// Reads an object: unknown fields are gone, and nulls that mean nothing.
    pub fn decode(&self, node: Node<'_>) -> Decoded {
        let Some(schema) = self.schema() else { return Decoded::default() };
        decode::decode(node, &schema.structural, self.keeps_unknown)
    }

    /// Fills in what the manifest leaves out.
    pub fn default(&self, object: &mut Value) {
        if let Some(schema) = self.schema() {
            defaults::fill(object, &schema.structural);
        }
    }

    /// What the server drops or sets before it validates a new object.
    pub fn prepare_create(&self, object: &mut Value) {
        if self.subresources.has("status") {
            object.remove("status");
        }
        object.struct_mut("metadata").set("generation", 1, By::Server);
    }

    /// What it takes over from the stored object before it validates an update.
    pub fn prepare_update(&self, new: &mut Value, old: &Value) {
        if self.subresources.has("status") {
            match old.opt("status") {
                Some(status) => new.set("status", status.clone(), By::Server),
                None => drop(new.remove("status")),
            }
        }
        let is_changed = |it: &Value| {
            let mut it = it.clone();
            it.remove("metadata");
            it
        };
        if !is_changed(new).semantically_equals(&is_changed(old)) {
            let generation = old.at("metadata").int("generation") + 1;
            new.struct_mut("metadata").set("generation", generation, By::Server);
        }
    }

    /// The rules for a new object.
    pub fn validate(&self, object: &Value, errors: &mut Errors) {
        let scope =
            if self.is_cluster_scoped { metadata::Scope::Cluster } else { metadata::Scope::Namespaced };
        metadata::generic_create(object, scope, names::subdomain_name, errors);
        self.validate_content(object, None, errors);
    }

    /// The rules for a changed object.
    pub fn validate_update(&self, new: &Value, old: &Value, errors: &mut Errors) {
        metadata::generic_update(new, old, errors);
        self.validate_content(new, Some(old), errors);
    }

    fn validate_content(&self, object: &Value, old: Option<&Value>, errors: &mut Errors) {
        let Some(schema) = self.schema() else { return };
        let structural = &schema.structural;
        let before = errors.len();
        let checker = values::Checker::new(&schema.patterns, &Path::ROOT);
        checker.run(structural, object, old, errors);
        scale::validate(self.subresources.at("scale"), object, errors);
        embedded::validate(structural, object, &Path::ROOT, errors);
        let had_duplicates = old.is_some_and(|old| {
            let mut errors = Errors::new();
            lists::validate(structural, old, &Path::ROOT, &mut errors);
            !errors.is_empty()
        });
        if !had_duplicates {
            lists::validate(structural, object, &Path::ROOT, errors);
        }
        let Some(rules) = schema.rules() else { return };
        if errors.as_slice()[before..].iter().any(|it| blocks_rules(it.reason)) {
            return errors.add(Reason::Invalid, &Path::ROOT, Some(Value::Null), NOT_CHECKED);
        }
        rules.validate(structural, object, old, &mut Budget::default(), &Path::ROOT, errors);
    }

    /// How many rules it has, and how many of them compile.
    #[cfg(test)]
    pub(crate) fn rules(&self) -> (usize, usize) {
        fn written(schema: &Structural) -> usize {
            let below = schema.properties.values().chain(schema.items.as_deref());
            schema.rules.len() + below.chain(schema.additional_schema()).map(written).sum::<usize>()
        }
        let Some(schema) = self.schema() else { return (0, 0) };
        (written(&schema.structural), schema.rules().map_or(0, Rules::count))
    }

    fn schema(&self) -> Option<&Schema> {
        let read = || {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            let structural = definition::structural(&std::mem::take(&mut *written))?;
            let patterns = Patterns::of(&structural);
            Some(Schema { structural, patterns, rules: OnceLock::new() })
        };
        self.schema.get_or_init(read).as_ref()
    }
}

impl Schema {
    fn rules(&self) -> Option<&Rules> {
        self.rules.get_or_init(|| Rules::of(&self.structural, true)).as_ref()
    }
}

/// Whether rules are not evaluated for a value that has such an error.
fn blocks_rules(reason: Reason) -> bool {
    use Reason::{NotSupported, Required, TooLong, TooMany, TypeInvalid};
    matches!(reason, NotSupported | Required | TooLong | TooMany | TypeInvalid)
}
