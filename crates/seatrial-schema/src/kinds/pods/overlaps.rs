//! Files of one volume that get into each other's way
//! (`pkg/api/pod/warnings.go`, 1.36).

use crate::value::Value;

/// More than a person reads, and as many files as each one is compared with.
const MOST: usize = 1000;

/// Where a file lies, and which source puts it there.
#[derive(Clone, Debug, PartialEq)]
struct Placed<'a> {
    path: &'a str,
    source: String,
}

impl Placed<'_> {
    fn words(&self) -> String {
        if self.source.is_empty() {
            format!("{:?}", self.path)
        } else {
            format!("{:?} ({})", self.path, self.source)
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !self.path.is_empty()
            && !other.path.is_empty()
            && (within(self.path, other.path) || within(other.path, self.path))
    }
}

/// What the server warns of in the files of a volume.
pub(super) fn overlap_warnings(volume: &Value) -> Vec<String> {
    let name = volume.str("name");
    let mut warnings = Vec::new();
    let described = [
        ("configMap", format!("ConfigMap {:?}", volume.at("configMap").str("name"))),
        ("secret", format!("Secret {:?}", volume.at("secret").str("secretName"))),
        ("downwardAPI", "DownwardAPI".to_owned()),
    ];
    for (field, described) in described {
        warn(name, &described, items(volume.at(field), ""), &mut warnings);
    }
    let mut files = Vec::new();
    for source in volume.at("projected").items("sources") {
        if source.as_map().is_none_or(|it| it.entries().iter().all(|it| it.value.is_null())) {
            warnings.push(format!("volume {name:?} (Projected) has no sources provided"));
            continue;
        }
        files.extend(projected(source));
    }
    warn(name, "Projected", files, &mut warnings);
    warnings
}

fn warn<'a>(volume: &str, described: &str, files: Vec<Placed<'a>>, warnings: &mut Vec<String>) {
    let mut placed: Vec<Placed<'a>> = Vec::new();
    for mut file in files {
        file.path = file.path.trim_end_matches('/');
        for other in placed.iter().take(MOST).filter(|it| it.overlaps(&file)) {
            if warnings.len() >= MOST {
                return;
            }
            let (file, other) = (file.words(), other.words());
            warnings.push(format!("volume {volume:?} ({described}): overlapping paths: {file} with {other}"));
        }
        placed.push(file);
    }
}

fn items<'a>(source: &'a Value, described: &str) -> Vec<Placed<'a>> {
    let place = |it: &'a Value| Placed { path: it.str("path"), source: described.to_owned() };
    source.items("items").iter().map(place).collect()
}

/// Upstream looks at the first kind of source that has items.
fn projected(source: &Value) -> Vec<Placed<'_>> {
    for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        let part = source.at(field);
        if !part.items("items").is_empty() {
            return items(part, &format!("{kind} {:?}", part.str("name")));
        }
    }
    if !source.at("downwardAPI").items("items").is_empty() {
        return items(source.at("downwardAPI"), "DownwardAPI");
    }
    let token = source.opt("serviceAccountToken");
    token
        .map(|it| Placed { path: it.str("path"), source: "ServiceAccountToken".into() })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn a_file_is_no_folder() {
        let volume = value("{name: v, configMap: {name: c, items: [{path: a/b}, {path: a}, {path: ab}]}}");
        assert_eq!(
            overlap_warnings(&volume),
            ["volume \"v\" (ConfigMap \"c\"): overlapping paths: \"a\" with \"a/b\""]
        );
    }
}
