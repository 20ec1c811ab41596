//! Upstream's own table: what the generated Go code of `k8s.io/api` says of the
//! versions that are still in it.

use std::collections::BTreeMap;
use std::path::Path;

use super::row::Row;
use super::table::Table;
use super::{files_below, text_of};

const FILE: &str = "zz_generated.prerelease-lifecycle.go";

/// A row for each type that has a release without it, or is deprecated.
pub(super) fn tables(dir: &Path) -> anyhow::Result<Vec<Table>> {
    if !dir.join("core/v1/types.go").is_file() {
        return Ok(Vec::new());
    }
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let mut table = Table::new(format!("upstream's lifecycles, {name}"));
    for path in files_below(dir, &[FILE])? {
        let Some(folder) = path.parent() else { continue };
        let group = group(folder)?;
        let version = folder.file_name().unwrap_or_default().to_string_lossy();
        let api_version = if group.is_empty() { version.into_owned() } else { format!("{group}/{version}") };
        table.rows.extend(rows(&api_version, &text_of(&path)?.unwrap_or_default()));
    }
    Ok(vec![table.upstream().revised()])
}

/// The API group of a package.
fn group(folder: &Path) -> anyhow::Result<String> {
    let about = text_of(&folder.join("doc.go"))?.unwrap_or_default();
    if let Some(group) = about.lines().find_map(|line| line.strip_prefix("// +groupName=")) {
        return Ok(group.to_owned());
    }
    let register = text_of(&folder.join("register.go"))?.unwrap_or_default();
    let group = register.lines().find_map(|line| line.strip_prefix("const GroupName = "));
    Ok(group.unwrap_or_default().trim_matches('"').to_owned())
}

fn rows(api_version: &str, text: &str) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((kind, method)) = method(line) else { continue };
        let body = lines.next().unwrap_or_default().trim();
        let row = rows.entry(kind).or_insert_with(|| Row {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            deprecated: Some(String::new()),
            removed: Some(String::new()),
            ..Row::default()
        });
        match method {
            "APILifecycleDeprecated" => row.deprecated = release(body),
            "APILifecycleRemoved" => row.removed = release(body),
            "APILifecycleReplacement" => row.replacement = replacement(body),
            _ => {}
        }
    }
    let is_said = |row: &Row| [&row.deprecated, &row.removed].iter().any(|it| it.as_deref() != Some(""));
    rows.into_values().filter(is_said).collect()
}

/// `func (in *FlowSchema) APILifecycleRemoved() (major, minor int) {`
fn method(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.strip_prefix("func (in *")?.split_once(") ")?;
    Some((kind, rest.split_once('(')?.0))
}

/// `return 1, 32`
fn release(body: &str) -> Option<String> {
    let (major, minor) = body.strip_prefix("return ")?.split_once(", ")?;
    Some(format!("{major}.{minor}"))
}

/// `return schema.GroupVersionKind{Group: "a", Version: "v1", Kind: "Lamp"}`
fn replacement(body: &str) -> Option<String> {
    let mut strings = body.split('"').skip(1).step_by(2);
    let (group, version) = (strings.next()?, strings.next()?);
    Some(if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_code_is_read() {
        let text = "func (in *Lamp) APILifecycleRemoved() (major, minor int) {\n\treturn 1, 32\n}\nfunc (in *Lamp) APILifecycleReplacement() schema.GroupVersionKind {\n\treturn schema.GroupVersionKind{Group: \"\", Version: \"v1\", Kind: \"Lamp\"}\n}\n";
        let rows = rows("v1beta1", text);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].removed.as_deref(), rows[0].replacement.as_deref()), (Some("1.32"), Some("v1")));
    }
}
