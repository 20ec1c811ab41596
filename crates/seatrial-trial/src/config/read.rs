//! From TOML to a configuration, key by key.

use seatrial_diagnostics::{CheckInfo, Severity};
use seatrial_model::{External, NameGlob, path_glob};
use seatrial_source::LineIndex;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Key, inside};
use super::{
    CheckPattern, Config, ConfigProblem, Declared, ENTRIES_MAX, Exclude, Ignore, PROFILES, Selection,
    UnknownCheck, known_check, known_selection,
};
use crate::{Date, nearest};

type Value<'i> = Spanned<DeValue<'i>>;

pub(super) fn read(text: &str, checks: &[&'static CheckInfo]) -> Result<Config, Vec<ConfigProblem>> {
    let mut reader = Reader { lines: LineIndex::new(text), checks, problems: Vec::new() };
    let config = match DeTable::parse(text) {
        Ok(table) => reader.config(table.get_ref()),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            // The parser's text may quote the line; its first line says what is wrong.
            let message = error.message().lines().next().unwrap_or("not TOML").to_owned();
            reader.report(offset, message);
            Config::default()
        }
    };
    reader.problems.sort_by_key(|problem| problem.line);
    if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
}

struct Reader<'a> {
    lines: LineIndex,
    checks: &'a [&'static CheckInfo],
    problems: Vec<ConfigProblem>,
}

/// A table of the file, and where it starts.
#[derive(Clone, Copy)]
struct Section<'t, 'i> {
    table: &'t DeTable<'i>,
    at: usize,
    /// Its name; none for the top.
    name: Option<&'static str>,
}

impl<'t, 'i> Section<'t, 'i> {
    fn value(self, key: &str) -> Option<&'t Value<'i>> {
        self.table.get(key)
    }
}

/// A text and where it stands.
struct Text<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn report(&mut self, offset: usize, message: impl Into<String>) {
        let line = self.lines.line(offset as u32);
        self.problems.push(ConfigProblem { line, message: message.into() });
    }

    fn config(&mut self, table: &DeTable<'_>) -> Config {
        let top = Section { table, at: 0, name: None };
        self.only_known_keys(top);
        let mut config = Config::default();
        if let Some(patterns) = self.texts(top, "select") {
            if let (Some(value), true) = (top.value("select"), patterns.is_empty()) {
                let hint = "leave the key out for `default`, or name checks and groups";
                self.report(value.span().start, format!("`select` names no check; {hint}"));
            }
            config.select = self.selection(&patterns);
        }
        if let Some(patterns) = self.texts(top, "exclude") {
            config.exclude = self.paths(&patterns);
        }
        if let Some(target) = self.section(top, "target") {
            self.target(target, &mut config);
        }
        if let Some(repository) = self.section(top, "repository") {
            config.repository_url = self.owned(repository, "url");
            config.repository_refs = self.texts(repository, "refs").map(|refs| owned(&refs));
        }
        if let Some(levels) = top.value("severity") {
            config.severity = self.severities(levels);
        }
        let external = self.sections(top, "external");
        config.external = external.into_iter().filter_map(|it| self.external(it)).collect();
        let ignore = self.sections(top, "ignore");
        config.ignore = ignore.into_iter().filter_map(|it| self.ignore(it)).collect();
        config
    }

    fn target(&mut self, target: Section<'_, '_>, config: &mut Config) {
        if let Some(Text { text, at }) = self.text(target, "kubernetes")
            && let Err(error) = config.set_kubernetes(text)
        {
            self.report(at, format!("{error}; {}", error.hint()));
        }
        if let Some(Text { text, at }) = self.text(target, "profile") {
            if !PROFILES.contains(&text) {
                self.report(
                    at,
                    format!("no cluster profile is called `{text}`; known are {}", quoted(PROFILES)),
                );
            }
            config.profile = Some(text.to_owned());
        }
    }

    fn selection(&mut self, patterns: &[Text<'_>]) -> Selection {
        for pattern in patterns {
            self.known(known_selection(pattern.text, self.checks), pattern.at);
        }
        Selection::of(&owned(patterns))
    }

    fn paths(&mut self, patterns: &[Text<'_>]) -> Vec<Exclude> {
        for Text { text, at } in patterns {
            if let Err(error) = path_glob(text) {
                self.report(*at, format!("`{}` is no glob: {error}", shortened(text)));
            }
        }
        let entry = |it: &Text<'_>| Exclude { pattern: it.text.to_owned(), at: Some(it.at as u32) };
        patterns.iter().map(entry).collect()
    }

    fn severities(&mut self, value: &Value<'_>) -> Vec<(CheckPattern, Severity)> {
        let mut levels = Vec::new();
        let Some(table) = value.get_ref().as_table() else {
            self.report(value.span().start, "`severity` is a table");
            return levels;
        };
        for (key, value) in table {
            let pattern = key.get_ref();
            self.known(known_check(pattern, self.checks), key.span().start);
            match value.get_ref().as_str().and_then(Config::severity) {
                Some(level) => levels.push((CheckPattern::new(pattern), level)),
                None => self.report(value.span().start, no_severity(value.get_ref().as_str())),
            }
        }
        // A table has no order, so the pattern that says more counts.
        levels.sort_by_key(|(pattern, _)| pattern.weight());
        levels
    }

    fn external(&mut self, entry: Section<'_, '_>) -> Option<Declared> {
        let is_written = |key| {
            entry.value(key).is_some_and(|it| it.get_ref().as_str().is_none_or(|it| !it.trim().is_empty()))
        };
        if !is_written("kind") || !is_written("name") {
            self.report(entry.at, "an `external` entry needs `kind` and `name`; `*` stands for any");
        }
        let [group, kind, namespace, name] =
            ["group", "kind", "namespace", "name"].map(|key| self.glob(entry, key, NameGlob::new));
        let line = self.lines.line(entry.at as u32);
        Some(Declared { object: External { group, kind: kind?, namespace, name: name? }, line })
    }

    fn ignore(&mut self, entry: Section<'_, '_>) -> Option<Ignore> {
        let check = self.text(entry, "check").map(|check| {
            self.known(known_check(check.text, self.checks), check.at);
            CheckPattern::new(check.text)
        });
        let reason = self.owned(entry, "reason").unwrap_or_default();
        if reason.trim().is_empty() {
            self.report(entry.at, "an `ignore` entry needs a `reason`");
        }
        let path = self.glob(entry, "path", |it| path_glob(it).map(|glob| glob.compile_matcher()));
        let unit = self.glob(entry, "unit", NameGlob::new);
        let object = self.glob(entry, "object", NameGlob::new);
        let expires = self.day(entry, "expires");
        let line = self.lines.line(entry.at as u32);
        let Some(check) = check else {
            self.report(entry.at, "an `ignore` entry needs `check`");
            return None;
        };
        Some(Ignore { check, path, unit, object, reason, expires, line })
    }

    fn known(&mut self, found: Result<(), UnknownCheck>, at: usize) {
        if let Err(unknown) = found {
            self.report(at, format!("{unknown}; {}", unknown.hint()));
        }
    }

    /// Reports every key that the table of keys does not have.
    fn only_known_keys(&mut self, section: Section<'_, '_>) {
        let known: Vec<&str> = inside(section.name).iter().map(|key: &Key| key.name).collect();
        let place = section.name.map(|name| format!(" in `{name}`")).unwrap_or_default();
        for key in section.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => format!("; known are {}", quoted(&known)),
            };
            self.report(key.span().start, format!("unknown key `{}`{place}{hint}", shortened(name)));
        }
    }

    fn glob<G>(
        &mut self,
        section: Section<'_, '_>,
        key: &str,
        compile: impl Fn(&str) -> Result<G, String>,
    ) -> Option<G> {
        let Text { text, at } = self.text(section, key)?;
        match compile(text) {
            Ok(glob) => Some(glob),
            Err(error) => {
                self.report(at, format!("`{}` is no glob: {error}", shortened(text)));
                None
            }
        }
    }

    fn day(&mut self, section: Section<'_, '_>, key: &str) -> Option<Date> {
        let value = section.value(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let date = text.parse();
        if date.is_err() {
            self.report(value.span().start, format!("`{key}` is a day such as 2026-11-21"));
        }
        date.ok()
    }

    fn section<'t, 'i>(&mut self, around: Section<'t, 'i>, key: &'static str) -> Option<Section<'t, 'i>> {
        let value = around.value(key)?;
        let at = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            self.report(at, format!("`{key}` is a table"));
            return None;
        };
        let section = Section { table, at, name: Some(key) };
        self.only_known_keys(section);
        Some(section)
    }

    fn sections<'t, 'i>(&mut self, around: Section<'t, 'i>, key: &'static str) -> Vec<Section<'t, 'i>> {
        let Some(value) = around.value(key) else { return Vec::new() };
        let of_item = |item: &'t Value<'i>| {
            Some(Section { table: item.get_ref().as_table()?, at: item.span().start, name: Some(key) })
        };
        let items = value.get_ref().as_array();
        let sections: Option<Vec<Section<'t, 'i>>> =
            items.and_then(|items| items.iter().map(of_item).collect());
        let Some(sections) = sections else {
            self.report(value.span().start, format!("`{key}` is a list of tables: `[[{key}]]`"));
            return Vec::new();
        };
        if self.is_too_long(value, key, sections.len()) {
            return Vec::new();
        }
        for section in &sections {
            self.only_known_keys(*section);
        }
        sections
    }

    fn text<'t>(&mut self, section: Section<'t, '_>, key: &str) -> Option<Text<'t>> {
        let value = section.value(key)?;
        let at = value.span().start;
        let text = value.get_ref().as_str().map(|text| Text { text, at });
        if text.is_none() {
            self.report(at, format!("`{key}` is a string"));
        }
        text
    }

    fn owned(&mut self, section: Section<'_, '_>, key: &str) -> Option<String> {
        self.text(section, key).map(|it| it.text.to_owned())
    }

    fn texts<'t>(&mut self, section: Section<'t, '_>, key: &str) -> Option<Vec<Text<'t>>> {
        let value = section.value(key)?;
        let of_item =
            |item: &'t Value<'_>| Some(Text { text: item.get_ref().as_str()?, at: item.span().start });
        let items = value.get_ref().as_array();
        let texts: Option<Vec<Text<'t>>> = items.and_then(|items| items.iter().map(of_item).collect());
        match texts {
            Some(texts) if self.is_too_long(value, key, texts.len()) => None,
            Some(texts) => Some(texts),
            None => {
                self.report(value.span().start, format!("`{key}` is a list of strings"));
                None
            }
        }
    }

    fn is_too_long(&mut self, value: &Value<'_>, key: &str, length: usize) -> bool {
        let is_too_long = length > ENTRIES_MAX;
        if is_too_long {
            let message = format!(
                "`{key}` has more than {ENTRIES_MAX} entries; `--baseline` holds as many as there are"
            );
            self.report(value.span().start, message);
        }
        is_too_long
    }
}

fn no_severity(word: Option<&str>) -> String {
    let levels = "a severity is \"error\", \"warning\" or \"info\"";
    match word {
        Some("off" | "none" | "ignore") => {
            format!("{levels}; a check that nobody wants is left out by `select` or an `ignore` entry")
        }
        _ => levels.to_owned(),
    }
}

fn owned(texts: &[Text<'_>]) -> Vec<String> {
    texts.iter().map(|it| it.text.to_owned()).collect()
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A word that is no longer than a message may be.
fn shortened(word: &str) -> String {
    match word.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &word[..end]),
        None => word.to_owned(),
    }
}
