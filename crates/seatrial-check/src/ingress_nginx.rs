//! What ingress-nginx reads of an Ingress: its class, its annotations, its paths.

use seatrial_model::{Field, Object};

use crate::placeholder::is_filled_in_later;

/// How its annotations begin.
const PREFIX: &str = "nginx.ingress.kubernetes.io/";

/// An annotation of the controller, where the Ingress is for it.
pub(crate) fn annotation<'a>(ingress: &'a Object, name: &str) -> Option<Field<'a>> {
    let root = Field::root(ingress);
    let annotations = root.keys(&["metadata", "annotations"])?;
    let found = annotations.key(&format!("{PREFIX}{name}"))?;
    is_for_nginx(&root, &annotations).then_some(found)
}

/// The annotations of the controller, without their prefix, where the Ingress is for it.
pub(crate) fn annotations(ingress: &Object) -> impl Iterator<Item = (String, Field<'_>)> {
    let root = Field::root(ingress);
    let annotations = root.keys(&["metadata", "annotations"]).filter(|it| is_for_nginx(&root, it));
    let all = annotations.into_iter().flat_map(|it| it.entries());
    all.filter_map(|(key, field)| Some((key.strip_prefix(PREFIX)?.to_owned(), field)))
}

/// Whether the Ingress is for the controller: by its class, or by annotations of it
/// where no class is named.
pub(crate) fn is_for(ingress: &Object) -> bool {
    let root = Field::root(ingress);
    let annotations = root.keys(&["metadata", "annotations"]);
    let mut names = annotations.iter().flat_map(|it| it.node().entries());
    names.any(|it| it.name().starts_with(PREFIX)) && annotations.is_some_and(|it| is_for_nginx(&root, &it))
}

fn is_for_nginx(root: &Field<'_>, annotations: &Field<'_>) -> bool {
    let class =
        root.keys(&["spec", "ingressClassName"]).or_else(|| annotations.key("kubernetes.io/ingress.class"));
    class.is_none_or(|it| it.as_str().is_some_and(|it| it.contains("nginx")))
}

/// The paths of an Ingress that are known, with their types.
pub(crate) fn paths(ingress: &Object) -> Vec<(Field<'_>, &str, &str)> {
    let Some(spec) = Field::root(ingress).key("spec") else { return Vec::new() };
    let paths = spec.list("rules").filter_map(|it| it.key("http")).flat_map(|it| it.list("paths"));
    let known = paths.filter_map(|it| {
        let path = it.text("path").filter(|it| !is_filled_in_later(it))?;
        let kind = it.text("pathType").unwrap_or("ImplementationSpecific");
        Some((it, path, kind))
    });
    known.collect()
}
