//! Kustomize's words in plain ones.

use seatrial_diagnostics::CheckInfo;
use seatrial_kustomize::{Problem, ProblemKind};
use seatrial_source::TreePath;

use crate::checks::{
    DEPRECATED_KUSTOMIZATION_FIELD, DOUBLED_PREFIX, FAILING_GENERATOR, FAILING_PATCH, FAILING_REPLACEMENT,
    IDENTITY_CONFLICT, INVALID_KUSTOMIZATION, KUSTOMIZATION_CYCLE, LOSSY_PATCH, MISSING_RESOURCE,
    PATH_OUTSIDE_ROOT, UNKNOWN_KUSTOMIZATION_FIELD, UNMATCHED_OVERRIDE,
};

/// How a problem is told.
pub(super) struct Said {
    pub(super) check: &'static CheckInfo,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Said {
    fn new(check: &'static CheckInfo, message: impl Into<String>) -> Self {
        Self { check, message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The field that Kustomize says it does not know.
pub(super) fn unknown_field(message: &str) -> &str {
    message.rsplit("unknown field ").next().unwrap_or_default().trim_matches('"')
}

/// How a problem at an entry is told; none where others tell of it.
pub(super) fn said(problem: &Problem, entry: &str) -> Option<Said> {
    let message = problem.message.as_str();
    Some(match problem.kind {
        ProblemKind::Missing => missing(message, entry),
        // Out of the tree altogether: told of when the file is read.
        ProblemKind::Outside if message.contains("leads out") || entry.starts_with('/') => return None,
        ProblemKind::Outside => outside(message, entry),
        ProblemKind::Cycle => Said::new(
            &KUSTOMIZATION_CYCLE,
            format!("`{entry}` leads back to a kustomization that builds on it"),
        ),
        // Told of by the file's own text.
        ProblemKind::Resource if message == "missing kind in object" => return None,
        ProblemKind::Resource => {
            Said::new(&INVALID_KUSTOMIZATION, format!("Kustomize does not take this resource: {message}"))
        }
        ProblemKind::Duplicate => twice(message),
        ProblemKind::Patch => patch(message),
        ProblemKind::Generator => generator(message),
        ProblemKind::Chart => {
            Said::new(&FAILING_GENERATOR, format!("the chart cannot be rendered: {message}"))
        }
        ProblemKind::Transformer => transformer(message),
        ProblemKind::Replacement => {
            Said::new(&FAILING_REPLACEMENT, format!("the replacement fails: {message}"))
        }
        ProblemKind::UnknownField => {
            let name = unknown_field(message);
            Said::new(
                &UNKNOWN_KUSTOMIZATION_FIELD,
                format!("the kustomization has a field `{name}`, which Kustomize does not know"),
            )
        }
        ProblemKind::Kustomization if is_of_another_api(problem, entry) => Said::new(
            &INVALID_KUSTOMIZATION,
            format!("the file that Kustomize reads in this directory is an object of {entry}"),
        )
        .help("list the file itself and not its directory, or give it another name"),
        ProblemKind::Kustomization => kustomization(message, entry),
        ProblemKind::Deprecated => deprecated(message),
        ProblemKind::Unused => unused(message),
        ProblemKind::Empty => empty(message),
        ProblemKind::Doubled => {
            let words = format!("`{entry}` is put to names that all have it already");
            Said::new(&DOUBLED_PREFIX, words).help("take it out of the names or of the kustomization")
        }
        ProblemKind::Broken => {
            Said::new(&FAILING_PATCH, format!("the patch would fail on any object: {message}"))
        }
        ProblemKind::Lossy => {
            let lost = message.trim_start_matches("what is added replaces ");
            let words = format!("the patch adds `{entry}`, which is there, and loses {lost}");
            Said::new(&LOSSY_PATCH, words).help(
                "add what is new below that path (`/-` at the end of a list), or say `replace` where this is meant",
            )
        }
        ProblemKind::Remote | ProblemKind::Unsupported => return None,
    })
}

/// Whether what has the name of a kustomization is an object of another API, by the
/// version that it writes.
pub(super) fn is_of_another_api(problem: &Problem, version: &str) -> bool {
    problem.kind == ProblemKind::Kustomization
        && problem.message.starts_with("apiVersion for ")
        && version.contains('/')
        && !version.contains("kustomize.config.k8s.io/")
}

/// How it is told that a file is a template of Helm.
pub(super) fn said_of_template(kind: ProblemKind, path: &TreePath) -> Said {
    let (check, what) = match kind {
        ProblemKind::Patch => (&FAILING_PATCH, "the patch"),
        _ => (&INVALID_KUSTOMIZATION, "the resource"),
    };
    Said::new(check, format!("{what} `{}` is a template of Helm, and Kustomize fills in none", path.name()))
        .help("write the values in, or render the file in a chart")
}

fn missing(message: &str, entry: &str) -> Said {
    if message.starts_with("Found multiple") {
        return Said::new(&INVALID_KUSTOMIZATION, "the directory has several kustomization files")
            .help("keep one of them");
    }
    if message.starts_with("unable to find one of") {
        return Said::new(&MISSING_RESOURCE, format!("`{entry}` has no kustomization file"))
            .help("name the files in it, or put a kustomization.yaml there that lists them");
    }
    if message.contains("is not UTF-8") {
        return Said::new(&MISSING_RESOURCE, format!("`{entry}` is not text"));
    }
    let path = entry.split_once('=').map_or(entry, |(_, path)| path);
    Said::new(&MISSING_RESOURCE, format!("the kustomization names `{path}`, which does not exist"))
}

fn outside(message: &str, entry: &str) -> Said {
    let link = message.split_once(": it is a link ").map(|(_, target)| target.replace('\'', "`"));
    let (what, help) = match &link {
        Some(target) => (format!("`{entry}`, a link {target}"), "put the file itself there"),
        None => (format!("`{entry}`"), "move the file below the kustomization"),
    };
    Said::new(&PATH_OUTSIDE_ROOT, format!("the kustomization reads {what}, which lies outside its directory"))
        .help(format!("{help}, or build on a directory with a kustomization of its own"))
}

fn twice(message: &str) -> Said {
    let id = message.rsplit("registered id: ").next().unwrap_or_default();
    Said::new(&IDENTITY_CONFLICT, format!("{} comes a second time", object(id)))
        .help("list it once, or give one of the two another name")
}

fn patch(message: &str) -> Said {
    let absent = message.strip_prefix("no matches for Id ").and_then(|it| it.split_once("; failed to find"));
    if let Some((id, _)) = absent {
        if id.contains(".[noVer].[noGrp]/") {
            let message = format!("the patch for {} has no `apiVersion`, so no object is meant", object(id));
            return Said::new(&FAILING_PATCH, message).help("add the object's `apiVersion` to the patch");
        }
        return Said::new(&FAILING_PATCH, format!("the patch is for {}, which is not there", object(id)))
            .help("name an object that the kustomization has at this point, with its namespace");
    }
    if let Some((id, _)) =
        message.strip_prefix("multiple matches for Id ").and_then(|it| it.split_once("; failed to find"))
    {
        return Said::new(&FAILING_PATCH, format!("the patch is for {}, which is there twice", object(id)));
    }
    Said::new(&FAILING_PATCH, format!("the patch fails: {message}"))
}

fn generator(message: &str) -> Said {
    let id = message.strip_prefix("id ").unwrap_or(message);
    if let Some((id, _)) = id.split_once(" exists; can not use behavior") {
        return Said::new(
            &FAILING_GENERATOR,
            format!("the generator makes {}, which is there already", object(id)),
        )
        .help("set `behavior: merge` to add to it, or `behavior: replace`");
    }
    if let Some((id, _)) = id.split_once(" does not exist; cannot merge or replace") {
        return Said::new(
            &FAILING_GENERATOR,
            format!("the generator changes {}, which is not there", object(id)),
        )
        .help("leave out `behavior` to make it here, or build on what makes it");
    }
    Said::new(&FAILING_GENERATOR, format!("the generator fails: {message}"))
}

fn transformer(message: &str) -> Said {
    if let Some((_, id)) = message.split_once("namespace transformation produces ID conflict: ") {
        return Said::new(&IDENTITY_CONFLICT, format!("`namespace` makes two objects one: {}", object(id)))
            .help("leave out one of the two, or do not set `namespace` for both");
    }
    let name =
        message.strip_prefix("resource with name ").and_then(|it| it.split_once(" does not match a config"));
    if let Some((name, _)) = name {
        return Said::new(
            &UNMATCHED_OVERRIDE,
            format!("`replicas` names `{name}`, and no workload is called so"),
        )
        .help("name a Deployment, StatefulSet, ReplicaSet or ReplicationController as its base calls it");
    }
    Said::new(&INVALID_KUSTOMIZATION, format!("a transformer fails: {message}"))
}

fn kustomization(message: &str, entry: &str) -> Said {
    let message = message.strip_prefix("invalid Kustomization: ").unwrap_or(message);
    let message = message.strip_prefix("json: ").unwrap_or(message);
    if message == "kustomization.yaml is empty" {
        return Said::new(&INVALID_KUSTOMIZATION, "the kustomization is empty")
            .help("list what it holds, or remove it and every entry that names it");
    }
    if let Some((is, wanted)) =
        message.strip_prefix("cannot unmarshal ").and_then(|it| it.split_once(" into Go value of type "))
    {
        let wanted = match wanted {
            "a struct" => "an object",
            "a slice" => "a list",
            "bool" => "true or false",
            "int64" => "a number",
            _ => "a string",
        };
        let article = if is.starts_with(['a', 'o']) { "an" } else { "a" };
        let said =
            Said::new(&INVALID_KUSTOMIZATION, format!("{article} {is} stands where {wanted} is needed"));
        let is_to_be_quoted = wanted == "a string" && matches!(is, "number" | "bool");
        return if is_to_be_quoted { said.help(format!("quote it: `\"{entry}\"`")) } else { said };
    }
    Said::new(&INVALID_KUSTOMIZATION, format!("Kustomize refuses the file: {message}"))
}

fn deprecated(message: &str) -> Said {
    let mut names = message.split('\'').skip(1).step_by(2);
    let (old, new) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    Said::new(&DEPRECATED_KUSTOMIZATION_FIELD, format!("`{old}` is deprecated")).help(format!("use `{new}`"))
}

fn unused(message: &str) -> Said {
    if let Some(name) = message.strip_prefix("no image is called ") {
        let name = name.trim_matches('\'');
        return Said::new(
            &UNMATCHED_OVERRIDE,
            format!("`images` names `{name}`, and no container runs that image"),
        )
        .help("write the image's name as the manifests have it, without its tag");
    }
    if let Some(target) = message.strip_prefix("no object is the patch's target: ") {
        return Said::new(&UNMATCHED_OVERRIDE, format!("the patch's target is no object: {target}"))
            .help("correct the target, or remove the patch");
    }
    Said::new(&UNMATCHED_OVERRIDE, "the replacement's targets are no objects")
        .help("correct the targets, or remove the replacement")
}

fn empty(message: &str) -> Said {
    let name = message.split('\'').nth(1).unwrap_or_default();
    Said::new(&UNMATCHED_OVERRIDE, format!("`{name}` has no value"))
        .help("give it entries, or comment it out with them; `[]` is an empty list")
}

/// An object in words: `Deployment.v1.apps/web.prod` is Deployment web in
/// namespace prod.
fn object(id: &str) -> String {
    let Some((gvk, rest)) = id.trim().split_once('/') else { return id.to_owned() };
    let kind = gvk.split('.').next().unwrap_or(gvk);
    match rest.rsplit_once('.') {
        Some((name, "[noNs]")) => format!("{kind} {name}"),
        Some((name, namespace)) => format!("{kind} {name} in namespace {namespace}"),
        None => format!("{kind} {rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_become_words() {
        assert_eq!(object("Deployment.v1.apps/web.[noNs]"), "Deployment web");
        assert_eq!(object("ConfigMap.v1.[noGrp]/a.b.prod"), "ConfigMap a.b in namespace prod");
        assert_eq!(object("odd"), "odd");
    }
}
