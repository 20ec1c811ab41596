//! `.Capabilities`: the Kubernetes that templates are told of.

use std::rc::Rc;

use crate::template::{Call, Data, Fault, Object, Value};
use crate::versions::{HelmVersion, Switches};

/// A version of Kubernetes as Helm reads one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As templates see it: `v1.33.4-gke.1`.
    pub version: String,
    /// What constraints are held against: `v1.33.4`.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `33`
    pub minor: String,
}

impl KubeVersion {
    /// Reads a version of two numbers or more, whatever stands behind them.
    pub fn parse(text: &str, helm: HelmVersion) -> Result<Self, String> {
        let reason = |why: String| format!("invalid kube version '{text}': {why}");
        let trimmed = text.trim_start();
        let bare = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let (numbers, suffix) = split_numbers(bare);
        if numbers.is_empty() {
            return Err(reason(format!("could not parse {text:?} as version")));
        }
        let mut parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() < 2 {
            return Err(reason(format!("illegal version string {text:?}")));
        }
        let first = parts[0];
        if first.len() > 1 && first.starts_with('0') {
            return Err(reason(format!("illegal zero-prefixed version component {first:?} in {text:?}")));
        }
        if let Some(large) = parts.iter().find(|part| part.parse::<u64>().is_err()) {
            return Err(reason(format!("illegal non-numeric version component {large:?} in {text:?}")));
        }
        let is_oldest = helm < HelmVersion::V3_22;
        if is_oldest {
            parts.resize(parts.len().max(3), "0");
        }
        let numbers = parts.join(".");
        let normalized = if is_oldest { format!("v{numbers}{suffix}") } else { format!("v{numbers}") };
        let version = match helm.switches().keeps_kube_suffix {
            true if text.starts_with('v') => text.to_owned(),
            true => format!("v{text}"),
            false => normalized.clone(),
        };
        Ok(Self { version, normalized, major: parts[0].to_owned(), minor: parts[1].to_owned() })
    }

    /// The version that a Helm assumes when none is given.
    pub fn default_of(helm: HelmVersion) -> Self {
        let minor = helm.switches().kubernetes_minor;
        let version = format!("v1.{minor}.0");
        Self { normalized: version.clone(), version, major: "1".to_owned(), minor: minor.to_string() }
    }
}

/// Numbers with dots between them, and the rest.
fn split_numbers(text: &str) -> (&str, &str) {
    let mut end = 0;
    let mut rest = text;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return text.split_at(end);
        }
        end = text.len() - rest.len() + digits;
        match text[end..].strip_prefix('.') {
            Some(tail) => rest = tail,
            None => return text.split_at(end),
        }
    }
}

/// `.Capabilities`
#[derive(Debug)]
pub(crate) struct Capabilities {
    pub(crate) kube_version: KubeVersion,
    pub(crate) api_versions: Rc<Vec<String>>,
    pub(crate) helm: HelmVersion,
}

impl Capabilities {
    fn object(&self, name: &str) -> Option<Value> {
        Some(Value::new(Data::Object(self.part(name)?)))
    }

    fn part(&self, name: &str) -> Option<Rc<dyn Object>> {
        let part: Rc<dyn Object> = match name {
            "KubeVersion" => Rc::new(KubeObject { version: self.kube_version.clone(), helm: self.helm }),
            "APIVersions" => Rc::new(VersionSet { versions: self.api_versions.clone(), helm: self.helm }),
            "HelmVersion" => Rc::new(BuildInfo { helm: self.helm }),
            _ => return None,
        };
        Some(part)
    }
}

fn package(switches: &Switches) -> &'static str {
    if switches.chart_is_map { "common" } else { "chartutil" }
}

fn type_name(helm: HelmVersion, newer: &'static str, older: &'static str) -> &'static str {
    if package(&helm.switches()) == "common" { newer } else { older }
}

impl Object for Capabilities {
    fn type_name(&self) -> &str {
        type_name(self.helm, "*common.Capabilities", "*chartutil.Capabilities")
    }

    fn kind(&self) -> &'static str {
        "ptr"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.object(name)
    }

    fn call(&self, _: &mut dyn Call, _: &str, _: &[Value]) -> Option<Result<Value, Fault>> {
        None
    }

    fn show(&self) -> String {
        let part = |name| self.part(name).map(|it| it.show()).unwrap_or_default();
        format!("&{{{} {} {}}}", part("KubeVersion"), part("APIVersions"), part("HelmVersion"))
    }

    fn show_named(&self) -> String {
        let part = |name| format!("{name}:{}", self.part(name).map(|it| it.show_named()).unwrap_or_default());
        format!("&{{{} {} {}}}", part("KubeVersion"), part("APIVersions"), part("HelmVersion"))
    }

    fn show_syntax(&self) -> Option<String> {
        let part = |name| Some(format!("{name}:{}", self.part(name)?.show_syntax()?));
        let parts = [part("KubeVersion")?, part("APIVersions")?, part("HelmVersion")?];
        Some(format!("&{}{{{}}}", &self.type_name()[1..], parts.join(", ")))
    }

    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let names = ["KubeVersion", "APIVersions", "HelmVersion"];
        Some(names.into_iter().filter_map(|name| Some((Rc::from(name), self.object(name)?))).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[derive(Debug)]
struct KubeObject {
    version: KubeVersion,
    helm: HelmVersion,
}

impl Object for KubeObject {
    fn type_name(&self) -> &str {
        type_name(self.helm, "common.KubeVersion", "chartutil.KubeVersion")
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "Version" => &*self.version.version,
            "Major" => &*self.version.major,
            "Minor" => &*self.version.minor,
            _ => return None,
        }))
    }

    fn call(&self, _: &mut dyn Call, name: &str, _: &[Value]) -> Option<Result<Value, Fault>> {
        match name {
            "String" => Some(Ok(Value::from(&*self.version.normalized))),
            "GitVersion" => Some(Ok(Value::from(&*self.version.version))),
            _ => None,
        }
    }

    fn show(&self) -> String {
        let KubeVersion { version, normalized, major, minor } = &self.version;
        if self.helm.switches().keeps_kube_suffix {
            format!("{{{version} {normalized} {major} {minor}}}")
        } else {
            format!("{{{version} {major} {minor}}}")
        }
    }

    fn show_named(&self) -> String {
        let KubeVersion { version, normalized, major, minor } = &self.version;
        let normalized = if self.helm.switches().keeps_kube_suffix {
            format!("normalizedVersion:{normalized} ")
        } else {
            String::new()
        };
        format!("{{Version:{version} {normalized}Major:{major} Minor:{minor}}}")
    }

    fn show_syntax(&self) -> Option<String> {
        let KubeVersion { version, normalized, major, minor } = &self.version;
        let normalized = if self.helm.switches().keeps_kube_suffix {
            format!("normalizedVersion:{normalized:?}, ")
        } else {
            String::new()
        };
        let name = self.type_name();
        Some(format!("{name}{{Version:{version:?}, {normalized}Major:{major:?}, Minor:{minor:?}}}"))
    }

    fn show_in_place(&self) -> String {
        self.version.normalized.clone()
    }

    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let KubeVersion { version, major, minor, .. } = &self.version;
        let entries = [("Version", version), ("Major", major), ("Minor", minor)];
        Some(entries.into_iter().map(|(key, text)| (Rc::from(key), Value::from(&**text))).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[derive(Debug)]
struct VersionSet {
    versions: Rc<Vec<String>>,
    helm: HelmVersion,
}

impl Object for VersionSet {
    fn type_name(&self) -> &str {
        type_name(self.helm, "common.VersionSet", "chartutil.VersionSet")
    }

    fn kind(&self) -> &'static str {
        "slice"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn call(&self, _: &mut dyn Call, name: &str, args: &[Value]) -> Option<Result<Value, Fault>> {
        if name != "Has" {
            return None;
        }
        let Some(wanted) = args.first().and_then(Value::as_str) else {
            return Some(Err(Fault::error("wrong type for value; expected string")));
        };
        Some(Ok(self.versions.iter().any(|it| it == wanted).into()))
    }

    fn show(&self) -> String {
        format!("[{}]", self.versions.join(" "))
    }

    fn show_syntax(&self) -> Option<String> {
        let versions: Vec<String> = self.versions.iter().map(|it| crate::go::quote(it)).collect();
        Some(format!("{}{{{}}}", self.type_name(), versions.join(", ")))
    }

    fn items(&self) -> Option<Vec<Value>> {
        Some(self.versions.iter().map(|it| Value::from(&**it)).collect())
    }

    fn to_json(&self) -> Value {
        Value::strings(self.versions.iter().map(String::as_str))
    }

    fn is_true(&self) -> bool {
        !self.versions.is_empty()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[derive(Debug)]
struct BuildInfo {
    helm: HelmVersion,
}

impl BuildInfo {
    fn parts(&self) -> [(&'static str, &'static str, String); 5] {
        let switches = self.helm.switches();
        let client = format!("v1.{}", switches.kubernetes_minor);
        [
            ("Version", "version", switches.version.to_owned()),
            ("GitCommit", "git_commit", String::new()),
            ("GitTreeState", "git_tree_state", String::new()),
            ("GoVersion", "go_version", "go1.26.8".to_owned()),
            (
                "KubeClientVersion",
                "kube_client_version",
                if switches.traced_errors { client } else { String::new() },
            ),
        ]
    }
}

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn kind(&self) -> &'static str {
        "struct"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.parts().into_iter().find(|(field, ..)| *field == name).map(|(.., text)| text.into())
    }

    fn call(&self, _: &mut dyn Call, _: &str, _: &[Value]) -> Option<Result<Value, Fault>> {
        None
    }

    fn show(&self) -> String {
        let parts = self.parts();
        let count = if self.helm.switches().traced_errors { 5 } else { 4 };
        let texts: Vec<&str> = parts.iter().take(count).map(|(.., text)| text.as_str()).collect();
        format!("{{{}}}", texts.join(" "))
    }

    fn show_named(&self) -> String {
        let count = if self.helm.switches().traced_errors { 5 } else { 4 };
        let parts = self.parts();
        let texts: Vec<String> =
            parts.iter().take(count).map(|(name, _, text)| format!("{name}:{text}")).collect();
        format!("{{{}}}", texts.join(" "))
    }

    fn show_syntax(&self) -> Option<String> {
        let count = if self.helm.switches().traced_errors { 5 } else { 4 };
        let parts = self.parts();
        let texts: Vec<String> =
            parts.iter().take(count).map(|(name, _, text)| format!("{name}:{text:?}")).collect();
        Some(format!("version.BuildInfo{{{}}}", texts.join(", ")))
    }

    fn json_fields(&self) -> Option<Vec<(Rc<str>, Value)>> {
        let written = self.parts().into_iter().filter(|(.., text)| !text.is_empty());
        Some(written.map(|(_, key, text)| (Rc::from(key), Value::from(text))).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_helm_reads_them() {
        let read = |text| KubeVersion::parse(text, HelmVersion::V4_3);
        let full = read("v1.33.4-gke.1245000").expect("it is one");
        assert_eq!((&*full.version, &*full.normalized), ("v1.33.4-gke.1245000", "v1.33.4"));
        let short = read("1.29").expect("it is one");
        assert_eq!((&*short.version, &*short.normalized, &*short.minor), ("v1.29", "v1.29", "29"));
        assert!(read("abc").is_err());
        assert!(read("1").is_err());
        let old = KubeVersion::parse("1.29", HelmVersion::V3_22).expect("it is one");
        assert_eq!(old.version, "v1.29");
        let first = KubeVersion::parse("v1.33.4-gke.1245000", HelmVersion::V4_0).expect("it is one");
        assert_eq!(first.version, "v1.33.4");
        let oldest = KubeVersion::parse("1.29", HelmVersion::V3_10).expect("it is one");
        assert_eq!(oldest.version, "v1.29.0");
    }
}
