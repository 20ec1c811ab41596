//! What becomes of the objects of one tree under another: the JSON document,
//! `version: 1`, and the text for a terminal.

mod text;

use schemars::JsonSchema;
use seatrial_trial::upgrade::{Action, FieldChange, Line, ObjectChange, RefusedChange, Upgrade, When};
use serde::Serialize;

pub use text::text;

/// The two trees as a person calls them.
#[derive(Clone, Debug)]
pub struct Trees {
    /// What is there already.
    pub before: String,
    /// What is applied.
    pub after: String,
}

/// The document with a line break at its end.
pub fn json(upgrade: &Upgrade, trees: &Trees) -> String {
    let document = Diff::of(upgrade, trees);
    let mut text = serde_json::to_string_pretty(&document).expect("a diff holds nothing JSON cannot");
    text.push('\n');
    text
}

/// The JSON Schema of the document.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<Diff>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}

/// What becomes of the objects of one tree when another is applied over it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Seatrial diff", deny_unknown_fields)]
struct Diff {
    /// The version of this format.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// What is there already: a revision or a path.
    before: String,
    /// What is applied.
    after: String,
    /// The API server's minor version, `1.36`.
    kubernetes: String,
    /// The objects that do not stay as they are, the worst last.
    objects: Vec<Object>,
    /// What was not compared.
    skipped: Vec<Skip>,
    /// How many objects there are.
    summary: Summary,
}

/// An object that does not stay as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Object {
    api_version: String,
    kind: String,
    /// The namespace, where one is written.
    namespace: Option<String>,
    name: String,
    /// The unit that holds it.
    unit: String,
    /// What happens to it.
    action: ActionWord,
    /// Where it stands in the earlier tree.
    before: Option<Place>,
    /// Where it stands in the later tree.
    after: Option<Place>,
    /// The fields that differ once defaults are filled in.
    fields: Vec<Field>,
    /// How many more differ.
    more_fields: usize,
    /// What the server refuses to change in place.
    refused: Vec<Refused>,
    /// The fields for whose sake its pods are replaced.
    restarts: Vec<String>,
    /// What is lost with it.
    lost: Vec<String>,
    /// What else there is to say.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ActionWord {
    Added,
    Changed,
    Deleted,
}

/// A line of a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Place {
    /// From the top of its tree.
    path: String,
    /// From 1.
    line: u32,
}

/// A field that differs.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct Field {
    path: String,
    /// What it held, null where it was absent; secrets are masked.
    before: serde_json::Value,
    /// What it holds, null where it is absent; secrets are masked.
    after: serde_json::Value,
    /// Neither tree writes it: the server's default is another one.
    by_default: bool,
    /// It is a list of which the same items stand in another order; the two values
    /// name them.
    order: bool,
    /// A part of it is secret and masked.
    hidden: bool,
    /// Where it stands, or what is around it.
    place: Option<Place>,
}

/// A change that the server refuses.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Refused {
    /// The field that the server names.
    field: String,
    /// What the server says about it.
    message: String,
    /// The fields that differ and are meant.
    fields: Vec<String>,
    /// What to do instead.
    remedy: String,
    /// Whether to delete the object and make it anew is the usual way.
    replace: bool,
    /// Where the first of the fields stands in the earlier tree.
    before: Option<Place>,
    /// Where it stands in the later tree.
    after: Option<Place>,
}

/// Something that was found and not compared.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Skip {
    /// `before` or `after`.
    tree: &'static str,
    path: String,
    /// Why, for programs.
    code: &'static str,
    /// Why, for people.
    reason: String,
}

/// How many objects there are.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Summary {
    added: usize,
    changed: usize,
    deleted: usize,
    unchanged: usize,
    /// The server refuses the change of so many.
    refused: usize,
    /// The pods of so many are replaced.
    restarted: usize,
    /// With so many data is lost.
    lost: usize,
}

impl Diff {
    fn of(upgrade: &Upgrade, trees: &Trees) -> Self {
        let summary = &upgrade.summary;
        Self {
            version: 1,
            before: trees.before.clone(),
            after: trees.after.clone(),
            kubernetes: upgrade.kubernetes.to_string(),
            objects: upgrade.objects.iter().map(object).collect(),
            skipped: upgrade.skipped.iter().map(skip).collect(),
            summary: Summary {
                added: summary.added,
                changed: summary.changed,
                deleted: summary.deleted,
                unchanged: summary.unchanged,
                refused: summary.refused,
                restarted: summary.restarted,
                lost: summary.lost,
            },
        }
    }
}

fn object(change: &ObjectChange) -> Object {
    Object {
        api_version: change.object.api_version.clone(),
        kind: change.object.kind.clone(),
        namespace: change.object.namespace.clone(),
        name: change.object.name.clone(),
        unit: change.unit.clone(),
        action: match change.action {
            Action::Added => ActionWord::Added,
            Action::Changed => ActionWord::Changed,
            Action::Deleted => ActionWord::Deleted,
        },
        before: change.before.as_ref().map(place),
        after: change.after.as_ref().map(place),
        fields: change.fields.iter().map(field).collect(),
        more_fields: change.more_fields,
        refused: change.refused.iter().map(refused).collect(),
        restarts: change.restarts.clone(),
        lost: change.lost.clone(),
        notes: change.notes.clone(),
    }
}

fn place(line: &Line) -> Place {
    Place { path: line.path.as_str().to_owned(), line: line.line }
}

fn field(change: &FieldChange) -> Field {
    Field {
        path: change.path.clone(),
        before: change.before.clone(),
        after: change.after.clone(),
        by_default: change.by_default,
        order: change.is_order,
        hidden: change.hidden,
        place: change.line.as_ref().map(place),
    }
}

fn refused(change: &RefusedChange) -> Refused {
    Refused {
        field: change.field.clone(),
        message: change.message.clone(),
        fields: change.fields.clone(),
        remedy: change.remedy.clone(),
        replace: change.replace,
        before: change.before.as_ref().map(place),
        after: change.after.as_ref().map(place),
    }
}

fn skip((when, skipped): &(When, seatrial_trial::Skipped)) -> Skip {
    Skip {
        tree: match when {
            When::Before => "before",
            When::After => "after",
        },
        path: skipped.path.to_string(),
        code: skipped.code.as_str(),
        reason: skipped.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_that_of_the_code() {
        let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/diff.schema.json");
        let published = std::fs::read_to_string(published).unwrap_or_default();
        assert!(published == super::schema(), "run `cargo xtask generate`");
    }
}
