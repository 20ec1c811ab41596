//! From TOML to a configuration, key by key.

use globset::{Glob, GlobMatcher};
use seatrial_diagnostics::{CheckInfo, Severity};
use seatrial_model::{External, KubernetesVersion};
use seatrial_source::LineIndex;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Config, ConfigProblem, Ignore, Selection, UnknownCheck, known_check, known_selection, path_glob,
};
use crate::nearest;

type Value<'i> = Spanned<DeValue<'i>>;

/// Kubernetes minors for which an answer is better than a guess.
const MINORS: std::ops::RangeInclusive<u32> = 20..=40;

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

impl Reader<'_> {
    fn report(&mut self, offset: usize, message: impl Into<String>) {
        let line = self.lines.line(offset as u32);
        self.problems.push(ConfigProblem { line, message: message.into() });
    }

    /// Reports every key that is not among the known ones.
    fn only(&mut self, table: &DeTable<'_>, inside: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let place = if inside.is_empty() { String::new() } else { format!(" in `{inside}`") };
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => format!("; known are {}", quoted(known)),
            };
            self.report(key.span().start, format!("unknown key `{name}`{place}{hint}"));
        }
    }

    fn config(&mut self, table: &DeTable<'_>) -> Config {
        let known = ["target", "select", "ignore", "severity", "external", "repository", "exclude"];
        self.only(table, "", &known);
        let mut config = Config::default();
        if let Some(target) = self.table(table, "target") {
            self.target(target, &mut config);
        }
        if let Some(value) = table.get("select") {
            config.select = self.selection(value);
        }
        config.ignore = self.tables(table, "ignore").into_iter().filter_map(|it| self.ignore(it)).collect();
        config.external =
            self.tables(table, "external").into_iter().filter_map(|(at, it)| self.external(at, it)).collect();
        if let Some(levels) = self.table(table, "severity") {
            config.severity = self.severities(levels);
        }
        if let Some(repository) = self.table(table, "repository") {
            self.repository(repository, &mut config);
        }
        if let Some(value) = table.get("exclude") {
            config.exclude = self.paths(value);
        }
        config
    }

    fn target(&mut self, table: &DeTable<'_>, config: &mut Config) {
        self.only(table, "target", &["kubernetes", "profile"]);
        if let Some((text, at)) = self.text(table, "kubernetes") {
            config.kubernetes = version(&text);
            if config.kubernetes.is_none() {
                self.report(at, format!("`{text}` is no Kubernetes version; write it as \"1.36\""));
            }
        }
        if let Some((name, at)) = self.text(table, "profile") {
            if name != "default" {
                self.report(at, format!("no cluster profile is called `{name}`; the only one is `default`"));
            }
            config.profile = Some(name);
        }
    }

    fn selection(&mut self, value: &Value<'_>) -> Selection {
        let patterns = self.strings(value, "select");
        for (pattern, at) in &patterns {
            self.known(known_selection(pattern, self.checks), *at);
        }
        Selection::of(patterns.into_iter().map(|(pattern, _)| pattern).collect())
    }

    fn severities(&mut self, table: &DeTable<'_>) -> Vec<(String, Severity)> {
        let mut levels = Vec::new();
        for (key, value) in table {
            self.known(known_check(key.get_ref(), self.checks), key.span().start);
            let level = value.get_ref().as_str().and_then(Config::severity);
            match level {
                Some(level) => levels.push((key.get_ref().to_string(), level)),
                None => self.report(value.span().start, "a severity is \"error\", \"warning\" or \"info\""),
            }
        }
        // A table has no order, so an id says more than a glob, and a long glob more than a short one.
        levels.sort_by_key(|(pattern, _): &(String, Severity)| (!pattern.contains('*'), pattern.len()));
        levels
    }

    fn ignore(&mut self, (at, table): (usize, &DeTable<'_>)) -> Option<Ignore> {
        self.only(table, "ignore", &["check", "path", "unit", "object", "reason", "expires"]);
        let check = self.text(table, "check");
        let Some((check, check_at)) = check else {
            self.report(at, "an `ignore` entry needs `check`");
            return None;
        };
        self.known(known_check(&check, self.checks), check_at);
        let reason = self.text(table, "reason").map(|(reason, _)| reason).unwrap_or_default();
        if reason.trim().is_empty() {
            self.report(at, "an `ignore` entry needs a `reason`");
        }
        Some(Ignore {
            check,
            path: self.glob(table, "path", true),
            unit: self.glob(table, "unit", false),
            object: self.glob(table, "object", false),
            reason,
            expires: self.expiry(table),
            line: self.lines.line(at as u32),
        })
    }

    fn expiry(&mut self, table: &DeTable<'_>) -> Option<crate::Date> {
        let value = table.get("expires")?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        let date = text.parse();
        if date.is_err() {
            self.report(value.span().start, "`expires` is a day such as 2026-11-21");
        }
        date.ok()
    }

    fn external(&mut self, at: usize, table: &DeTable<'_>) -> Option<External> {
        self.only(table, "external", &["kind", "namespace", "name"]);
        let kind = self.text(table, "kind");
        let name = self.text(table, "name");
        let namespace = self.text(table, "namespace").map(|(text, _)| text);
        let (Some((kind, _)), Some((name, _))) = (kind, name) else {
            self.report(at, "an `external` entry needs `kind` and `name`; `*` stands for any");
            return None;
        };
        Some(External { kind, namespace, name })
    }

    fn repository(&mut self, table: &DeTable<'_>, config: &mut Config) {
        self.only(table, "repository", &["url", "refs"]);
        config.repository_url = self.text(table, "url").map(|(url, _)| url);
        if let Some(value) = table.get("refs") {
            let refs = self.strings(value, "refs");
            config.repository_refs = Some(refs.into_iter().map(|(name, _)| name).collect());
        }
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<String> {
        let patterns = self.strings(value, "exclude");
        for (pattern, at) in &patterns {
            if let Err(error) = path_glob(pattern) {
                self.report(*at, format!("`{pattern}` is no glob: {}", error.kind()));
            }
        }
        patterns.into_iter().map(|(pattern, _)| pattern).collect()
    }

    fn known(&mut self, found: Result<(), UnknownCheck>, at: usize) {
        if let Err(unknown) = found {
            self.report(at, format!("{unknown}; {}", unknown.hint()));
        }
    }

    fn glob(&mut self, table: &DeTable<'_>, key: &str, is_path: bool) -> Option<GlobMatcher> {
        let (pattern, at) = self.text(table, key)?;
        let glob = if is_path { path_glob(&pattern) } else { Glob::new(&pattern) };
        match glob {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.report(at, format!("`{pattern}` is no glob: {}", error.kind()));
                None
            }
        }
    }

    fn table<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = table.get(key)?;
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.report(value.span().start, format!("`{key}` is a table"));
        }
        found
    }

    fn tables<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Vec<(usize, &'t DeTable<'i>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let items: Option<Vec<_>> = value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| Some((item.span().start, item.get_ref().as_table()?))).collect()
        });
        if items.is_none() {
            self.report(value.span().start, format!("`{key}` is a list of tables: `[[{key}]]`"));
        }
        items.unwrap_or_default()
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<(String, usize)> {
        let value = table.get(key)?;
        let at = value.span().start;
        let text = value.get_ref().as_str().map(|text| (text.to_owned(), at));
        if text.is_none() {
            self.report(at, format!("`{key}` is a string"));
        }
        text
    }

    fn strings(&mut self, value: &Value<'_>, key: &str) -> Vec<(String, usize)> {
        let items: Option<Vec<_>> = value.get_ref().as_array().and_then(|items| {
            items.iter().map(|item| Some((item.get_ref().as_str()?.to_owned(), item.span().start))).collect()
        });
        if items.is_none() {
            self.report(value.span().start, format!("`{key}` is a list of strings"));
        }
        items.unwrap_or_default()
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// `1.36`, `v1.36`, `1.36.2`: the patch does not matter.
pub(super) fn version(text: &str) -> Option<KubernetesVersion> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    let (major, minor) = (number()?, number()?);
    let patch_is_number = parts.all(|part| part.parse::<u32>().is_ok());
    (major == 1 && MINORS.contains(&minor) && patch_is_number).then_some(KubernetesVersion { major, minor })
}
