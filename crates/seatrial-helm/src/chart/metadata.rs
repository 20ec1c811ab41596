//! `Chart.yaml`, `requirements.yaml` and their validation.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_source::Span;
use seatrial_yaml::Node;

use super::fields::{Fields, Misfit, Text};

/// What `Chart.yaml` says. Absent texts are empty, as in Helm.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Metadata {
    pub name: Text,
    pub home: Text,
    pub sources: Option<Vec<Text>>,
    pub version: Text,
    pub description: Text,
    pub keywords: Option<Vec<Text>>,
    pub maintainers: Option<Vec<Option<Maintainer>>>,
    pub icon: Text,
    pub api_version: Text,
    pub condition: Text,
    pub tags: Text,
    pub app_version: Text,
    pub deprecated: bool,
    pub annotations: Option<BTreeMap<String, Text>>,
    pub kube_version: Text,
    pub dependencies: Option<Vec<Option<Dependency>>>,
    pub kind: Text,
}

/// Who keeps a chart.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Maintainer {
    pub name: Text,
    pub email: Text,
    pub url: Text,
}

/// A chart that another one declares it needs.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct Dependency {
    pub name: Text,
    pub version: Text,
    pub repository: Text,
    pub condition: Text,
    pub tags: Option<Vec<Text>>,
    pub enabled: bool,
    pub import_values: Option<Vec<Import>>,
    pub alias: Text,
    /// The whole entry.
    pub span: Option<Span>,
}

/// One item of `import-values`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// A key below the child's `exports`.
    Export(String),
    /// A table of the child, and where it goes in the parent.
    Table {
        /// The path in the child's values.
        child: String,
        /// The path in the parent's.
        parent: String,
    },
    /// Anything else: passed over.
    Other,
}

impl Dependency {
    /// The name under which its values stand: the alias if it has one.
    pub fn key(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    fn read(node: Node<'_>) -> Result<Option<Self>, Misfit> {
        let Some(fields) = Fields::of(node, "Dependency", "dependencies.", "v2.Dependency")? else {
            return Ok(None);
        };
        let alias = fields.text("alias")?;
        let condition = fields.text("condition")?;
        let enabled = fields.flag("enabled")?;
        let import_values =
            fields.items("import-values", "[]interface {}")?.map(|items| items.map(Import::read).collect());
        Ok(Some(Self {
            alias,
            condition,
            enabled,
            import_values,
            name: fields.text("name")?,
            repository: fields.text("repository")?,
            tags: fields.texts("tags")?,
            version: fields.text("version")?,
            span: Some(node.span()),
        }))
    }

    fn sanitize(&mut self) {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().flatten().for_each(sanitize);
    }
}

impl Import {
    fn read(node: Node<'_>) -> Self {
        if let Some(text) = node.as_str() {
            return Self::Export(text.to_owned());
        }
        if !node.is_mapping() {
            return Self::Other;
        }
        // Printed with `%v`, as Helm does.
        let part = |name: &str| match node.get(name) {
            None => "<nil>".to_owned(),
            Some(part) if part.is_null() => "<nil>".to_owned(),
            Some(part) => part.scalar_text().map_or_else(|| part.to_json(), std::borrow::Cow::into_owned),
        };
        Self::Table { child: part("child"), parent: part("parent") }
    }
}

impl Maintainer {
    fn read(node: Node<'_>) -> Result<Option<Self>, Misfit> {
        let Some(fields) = Fields::of(node, "Maintainer", "maintainers.", "v2.Maintainer")? else {
            return Ok(None);
        };
        Ok(Some(Self { email: fields.text("email")?, name: fields.text("name")?, url: fields.text("url")? }))
    }
}

impl Metadata {
    /// Takes what a document says, as decoding into a struct does: what it
    /// does not name stays. The first misfit in the order of the keys is told,
    /// and the rest is read all the same.
    pub(super) fn read(&mut self, node: Node<'_>) -> Result<(), Misfit> {
        let Some(fields) = Fields::of(node, "Metadata", "", "v2.Metadata")? else { return Ok(()) };
        let mut first = None;
        self.read_texts(fields, &mut first);
        take(&mut first, fields.map("annotations"), |it| keep(&mut self.annotations, it));
        let dependencies = list(fields, "dependencies", "[]*v2.Dependency", Dependency::read);
        take(&mut first, dependencies, |it| keep(&mut self.dependencies, it));
        take(&mut first, fields.flag("deprecated"), |it| self.deprecated |= it);
        take(&mut first, fields.texts("keywords"), |it| keep(&mut self.keywords, it));
        let maintainers = list(fields, "maintainers", "[]*v2.Maintainer", Maintainer::read);
        take(&mut first, maintainers, |it| keep(&mut self.maintainers, it));
        take(&mut first, fields.texts("sources"), |it| keep(&mut self.sources, it));
        first.map_or(Ok(()), Err)
    }

    fn read_texts(&mut self, fields: Fields<'_>, first: &mut Option<Misfit>) {
        let texts = [
            ("apiVersion", &mut self.api_version),
            ("appVersion", &mut self.app_version),
            ("condition", &mut self.condition),
            ("description", &mut self.description),
            ("home", &mut self.home),
            ("icon", &mut self.icon),
            ("kubeVersion", &mut self.kube_version),
            ("name", &mut self.name),
            ("tags", &mut self.tags),
            ("type", &mut self.kind),
            ("version", &mut self.version),
        ];
        for (field, target) in texts {
            take(first, fields.text(field), |text| {
                if text.span.is_some() {
                    *target = text;
                }
            });
        }
    }

    /// Whether only its partials are rendered.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// The dependencies that are no null.
    pub fn declared(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().flatten().flatten()
    }

    /// Drops what cannot be printed, then says all that Helm refuses, in its
    /// words and order, with the place to edit.
    pub(super) fn validate(
        &mut self,
        refuses_dots: bool,
        is_version: impl Fn(&str) -> bool,
    ) -> Vec<(String, Option<Span>)> {
        self.sanitize();
        let mut found = Vec::new();
        let mut say = |message: String, span| found.push((format!("validation: {message}"), span));
        if self.api_version.is_empty() {
            say("chart.metadata.apiVersion is required".to_owned(), None);
        }
        let name = &*self.name;
        if name.is_empty() {
            say("chart.metadata.name is required".to_owned(), None);
        } else if refuses_dots && matches!(name, "." | "..") {
            say(format!("chart.metadata.name {} is not allowed", quoted(name)), self.name.span);
        } else if name.contains('/') {
            say(format!("chart.metadata.name {} is invalid", quoted(name)), self.name.span);
        }
        if self.version.is_empty() {
            say("chart.metadata.version is required".to_owned(), None);
        } else if !is_version(&self.version) {
            say(format!("chart.metadata.version {} is invalid", quoted(&self.version)), self.version.span);
        }
        if !matches!(&*self.kind, "" | "application" | "library") {
            say("chart.metadata.type must be application or library".to_owned(), self.kind.span);
        }
        if self.maintainers.iter().flatten().any(Option::is_none) {
            say("maintainers must not contain empty or null nodes".to_owned(), None);
        }
        self.validate_dependencies(&mut say);
        found
    }

    fn validate_dependencies(&self, say: &mut impl FnMut(String, Option<Span>)) {
        let mut keys = BTreeSet::new();
        for dependency in self.dependencies.iter().flatten() {
            let Some(dependency) = dependency else {
                say("dependencies must not contain empty or null nodes".to_owned(), None);
                continue;
            };
            let legal = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-');
            if !dependency.alias.bytes().all(legal) {
                let name = quoted(&dependency.name);
                say(
                    format!("dependency {name} has disallowed characters in the alias"),
                    dependency.alias.span,
                );
            }
            if !keys.insert(dependency.key()) {
                let key = quoted(dependency.key());
                say(format!("more than one dependency with name or alias {key}"), dependency.span);
            }
        }
    }

    fn sanitize(&mut self) {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        texts.into_iter().for_each(sanitize);
        self.sources.iter_mut().flatten().for_each(sanitize);
        self.keywords.iter_mut().flatten().for_each(sanitize);
        for maintainer in self.maintainers.iter_mut().flatten().flatten() {
            [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url].into_iter().for_each(sanitize);
        }
        self.dependencies.iter_mut().flatten().flatten().for_each(Dependency::sanitize);
    }
}

fn list<T>(
    fields: Fields<'_>,
    field: &str,
    wanted: &str,
    read: impl Fn(Node<'_>) -> Result<T, Misfit>,
) -> Result<Option<Vec<T>>, Misfit> {
    let Some(items) = fields.items(field, wanted)? else { return Ok(None) };
    items.map(read).collect::<Result<Vec<T>, Misfit>>().map(Some)
}

fn take<T>(first: &mut Option<Misfit>, read: Result<T, Misfit>, set: impl FnOnce(T)) {
    match read {
        Ok(value) => set(value),
        Err(misfit) => drop(first.get_or_insert(misfit)),
    }
}

fn keep<T>(target: &mut Option<T>, read: Option<T>) {
    if read.is_some() {
        *target = read;
    }
}

/// Go's `%q`, near enough for names.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Turns every white space into a space and drops what cannot be printed.
fn sanitize(text: &mut Text) {
    let is_clean = |letter: char| letter == ' ' || letter.is_ascii_graphic();
    if text.text.chars().all(is_clean) {
        return;
    }
    let kept = text.text.chars().filter_map(|letter| {
        if letter.is_whitespace() {
            return Some(' ');
        }
        (!letter.is_control() && !is_format(letter)).then_some(letter)
    });
    text.text = kept.collect();
}

/// Letters without a shape of their own, which Go does not print either.
fn is_format(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{f0000}'..='\u{10ffff}' | '\u{e0001}'..='\u{e007f}')
}
