//! From findings to the shapes of the log, within the limits of code scanning.

use std::collections::BTreeMap;

use seatrial_source::{Position, SourceMap, Span, TreePath};

use super::{
    ArtifactChange, ArtifactLocation, Configuration, Described, Descriptor, Driver, FixEntry, FixProperties,
    Help, Invocation, Level, Location, Log, LogRun, LogicalLocation, Note, Notification, PhysicalLocation,
    Region, Replacement, ResultEntry, ResultProperties, Rule, RuleProperties, Run, Text, Tool,
};
use crate::address::{ends, uri};
use crate::terminal::plain;
use crate::{CheckInfo, Edit, Finding, Fix, ObjectName, Place, RelatedPlace, Severity};

/// The address of the schema, for editors.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths are relative to; code scanning takes the repository for it.
const TOP: &str = "%SRCROOT%";
/// The name of our fingerprint; a number more when ids are made another way.
const FINGERPRINT: &str = "seatrialFinding/v1";
/// Results that code scanning accepts in a run.
const RESULTS_MAX: usize = 25_000;
/// Related places that code scanning accepts for a result.
const RELATED_MAX: usize = 1_000;
/// Notes before the rest is only counted.
const NOTES_MAX: usize = 1_000;
/// Characters that code scanning accepts in a rule's descriptions.
const DESCRIPTION_MAX: usize = 1_024;
/// Bytes of a region's text that are repeated in the log.
const SNIPPET_MAX: usize = 400;
/// Units named by a result.
const UNITS_MAX: usize = 100;

impl Log {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let (findings, cut) = within_limit(run.findings);
        let rules = rules(&findings);
        let mut notifications: Vec<Notification> =
            run.notes.iter().take(NOTES_MAX).map(Notification::of).collect();
        let related_cut = findings.iter().filter(|it| it.related.len() > RELATED_MAX).count();
        let counted = [
            (run.notes.len().saturating_sub(NOTES_MAX), "notes like these that are left out"),
            (cut, "findings that are left out, the least severe, as code scanning accepts 25000 in a run"),
            (
                related_cut,
                "findings that name 1000 of their related places, as code scanning accepts no more",
            ),
        ];
        notifications
            .extend(counted.iter().filter(|(count, _)| *count > 0).map(|it| Notification::limit(it.0, it.1)));
        let results = findings.iter().map(|it| ResultEntry::of(it, &rules, run.sources)).collect();
        Self {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [LogRun {
                tool: Tool { driver: Driver::new(&rules) },
                invocations: [Invocation {
                    execution_successful: true,
                    tool_execution_notifications: notifications,
                }],
                original_uri_base_ids: BTreeMap::from([(
                    TOP,
                    Described { description: Text::new("the top of the tree that was checked") },
                )]),
                column_kind: "unicodeCodePoints",
                results,
            }],
        }
    }
}

/// The findings in their order, without the least severe beyond the limit,
/// and how many those are.
fn within_limit(findings: &[Finding]) -> (Vec<&Finding>, usize) {
    let cut = findings.len().saturating_sub(RESULTS_MAX);
    let mut by_severity: Vec<usize> = (0..findings.len()).collect();
    by_severity.sort_by_key(|&at| std::cmp::Reverse(findings[at].severity));
    by_severity.truncate(RESULTS_MAX);
    by_severity.sort_unstable();
    (by_severity.into_iter().map(|at| &findings[at]).collect(), cut)
}

/// The checks that found something, in the order of their ids.
fn rules(findings: &[&Finding]) -> Vec<&'static CheckInfo> {
    let mut checks: Vec<&'static CheckInfo> = findings.iter().map(|it| it.check).collect();
    checks.sort_by_key(|check| check.id);
    checks.dedup_by_key(|check| check.id);
    checks
}

impl Driver {
    fn new(rules: &[&'static CheckInfo]) -> Self {
        Self {
            name: "Seatrial",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: Some(env!("CARGO_PKG_REPOSITORY")).filter(|it| !it.is_empty()),
            rules: rules.iter().map(|check| Rule::of(check)).collect(),
        }
    }
}

impl Rule {
    fn of(check: &'static CheckInfo) -> Self {
        let page = check.page_text();
        let first: Vec<&str> = page.trim().lines().take_while(|line| !line.trim().is_empty()).collect();
        let mut tags = vec!["kubernetes"];
        // The broad words only: `ref` of `ref.secret`.
        tags.extend(check.families.iter().map(|family| family.split('.').next().unwrap_or(family)));
        tags.sort_unstable();
        tags.dedup();
        Self {
            id: check.id,
            name: pascal_case(check.id),
            short_description: Text::new(check.title).limited(DESCRIPTION_MAX),
            full_description: Text::new(first.join(" ")).limited(DESCRIPTION_MAX),
            help: Help { text: page.clone(), markdown: page },
            help_uri: check.page_url(),
            default_configuration: Configuration { level: check.severity.into() },
            properties: RuleProperties {
                tags,
                severity: match check.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info => "recommendation",
                },
            },
        }
    }
}

/// `missing-secret-key` as `MissingSecretKey`.
fn pascal_case(id: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    id.split('-').map(word).collect()
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Info => Self::Note,
        }
    }
}

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    fn limited(mut self, characters_max: usize) -> Self {
        if let Some((end, _)) = self.text.char_indices().nth(characters_max) {
            self.text.truncate(end);
        }
        self
    }
}

/// A text that viewers show as it is: `[words](target)` would be a link.
fn message(text: &str) -> String {
    plain(text).replace("](", "] (")
}

impl Notification {
    fn of(note: &Note) -> Self {
        let location = note.path.as_ref().map(|path| Location {
            id: None,
            physical: PhysicalLocation {
                artifact_location: ArtifactLocation::new(path),
                region: note.line.map(Region::line),
            },
            logical: Vec::new(),
            message: None,
        });
        Self {
            descriptor: Descriptor { id: note.code.clone() },
            level: note.severity.into(),
            message: Text::new(message(&note.text)),
            locations: location.into_iter().collect(),
        }
    }

    fn limit(count: usize, what: &str) -> Self {
        Self {
            descriptor: Descriptor { id: "limit".to_owned() },
            level: Level::Warning,
            message: Text::new(format!("{what}: {count}")),
            locations: Vec::new(),
        }
    }
}

impl ResultEntry {
    fn of(finding: &Finding, rules: &[&'static CheckInfo], sources: &SourceMap) -> Self {
        let related = finding.related.iter().take(RELATED_MAX).enumerate();
        let at = rules.binary_search_by_key(&finding.check.id, |check| check.id);
        Self {
            rule_id: finding.check.id,
            rule_index: at.expect("every finding's check is a rule"),
            level: finding.severity.into(),
            message: Text::new(whole_message(finding)),
            locations: [Location {
                id: None,
                physical: PhysicalLocation::of(&finding.primary, sources),
                logical: finding
                    .object
                    .iter()
                    .map(|object| LogicalLocation::of(object, &finding.field))
                    .collect(),
                message: None,
            }],
            related_locations: related.map(|(at, it)| Location::related(at + 1, it, sources)).collect(),
            partial_fingerprints: BTreeMap::from([(FINGERPRINT, finding.id.clone())]),
            fixes: finding.fix.iter().map(|fix| FixEntry::of(fix, &finding.primary, sources)).collect(),
            properties: ResultProperties {
                units: finding.units.iter().take(UNITS_MAX).map(|unit| plain(unit).into_owned()).collect(),
            },
        }
    }
}

/// What is wrong, why, and what to do: viewers show nothing else beside the line.
fn whole_message(finding: &Finding) -> String {
    let mut text = format!("{}.", message(&finding.message));
    for step in &finding.derivation {
        text.push_str("\nbecause: ");
        text.push_str(&message(step));
    }
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(&message(help));
    }
    text
}

impl Location {
    fn related(id: usize, related: &RelatedPlace, sources: &SourceMap) -> Self {
        let label = if related.label.is_empty() { related.role.as_str() } else { &related.label };
        Self {
            id: Some(id),
            physical: PhysicalLocation::of(&related.place, sources),
            logical: Vec::new(),
            message: Some(Text::new(message(label))),
        }
    }
}

impl PhysicalLocation {
    fn of(place: &Place, sources: &SourceMap) -> Self {
        let (start, end) = ends(place, sources);
        let mut region = Region::between(start, end);
        let text = sources.text(place.span);
        if !text.is_empty() && text.len() <= SNIPPET_MAX {
            region.snippet = Some(Text::new(text));
        }
        Self { artifact_location: ArtifactLocation::new(&place.path), region: Some(region) }
    }
}

impl ArtifactLocation {
    fn new(path: &TreePath) -> Self {
        Self { uri: uri(path), uri_base_id: TOP }
    }
}

impl Region {
    fn line(line: u32) -> Self {
        Self { start_line: line, start_column: None, end_line: None, end_column: None, snippet: None }
    }

    fn between(start: Position, end: Position) -> Self {
        Self {
            start_column: Some(start.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
            ..Self::line(start.line)
        }
    }
}

impl LogicalLocation {
    fn of(object: &ObjectName, field: &str) -> Self {
        let mut parts = vec![&*object.api_version, &*object.kind];
        parts.extend(object.namespace.as_deref());
        parts.push(&object.name);
        let field = if field.is_empty() { String::new() } else { format!("#{field}") };
        Self {
            name: plain(&object.name).into_owned(),
            fully_qualified_name: plain(&format!("{}{field}", parts.join("/"))).into_owned(),
            kind: "resource",
        }
    }
}

impl FixEntry {
    fn of(fix: &Fix, primary: &Place, sources: &SourceMap) -> Self {
        let mut by_file: BTreeMap<&TreePath, Vec<Replacement>> = BTreeMap::new();
        for edit in &fix.edits {
            let replacements = by_file.entry(sources.file(edit.span.file).path()).or_default();
            replacements.push(Replacement::of(edit, primary, sources));
        }
        let change = |(path, replacements)| ArtifactChange {
            artifact_location: ArtifactLocation::new(path),
            replacements,
        };
        Self {
            description: Text::new(message(&fix.title)),
            artifact_changes: by_file.into_iter().map(change).collect(),
            properties: FixProperties { applicability: fix.applicability.as_str() },
        }
    }
}

impl Replacement {
    fn of(edit: &Edit, primary: &Place, sources: &SourceMap) -> Self {
        let (start, end) = sources.positions(edit.span);
        let is_there = edit.span.file == primary.span.file;
        let beside =
            |position, offset| if is_there { beside(position, offset, primary, sources) } else { position };
        let (start, end) = (beside(start, edit.span.start), beside(end, edit.span.end));
        Self { deleted_region: Region::between(start, end), inserted_content: Text::new(&*edit.text) }
    }
}

/// A position on the line of the primary place, counted from there: further
/// left a masked secret may have more characters than the file has.
fn beside(position: Position, offset: u32, primary: &Place, sources: &SourceMap) -> Position {
    let span = primary.span;
    if position.line != primary.start.line {
        return position;
    }
    let between = Span::new(span.file, span.start.min(offset), span.start.max(offset));
    let characters = sources.text(between).chars().count() as u32;
    let column = if offset >= span.start {
        primary.start.column + characters
    } else {
        primary.start.column.saturating_sub(characters).max(1)
    };
    Position { column, ..position }
}
