//! What the path of a request's URL names.

use crate::table::{Kind, Table};

/// A resource, and an object of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    pub(super) group: &'a str,
    pub(super) version: &'a str,
    /// `""` for none.
    pub(super) namespace: &'a str,
    pub(super) resource: &'a str,
    /// `""` where the path names no object.
    pub(super) name: &'a str,
}

impl<'a> Address<'a> {
    /// `/api/v1/namespaces/shop/pods`, `/apis/apps/v1/deployments`; none for
    /// anything else, subresources too.
    pub(super) fn read(path: &'a str) -> Option<Self> {
        let path = path.split('?').next()?;
        let mut parts = path.strip_prefix('/')?.trim_end_matches('/').split('/');
        let group = match parts.next()? {
            "api" => "",
            "apis" => parts.next()?,
            _ => return None,
        };
        let version = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let (namespace, rest) = match rest.as_slice() {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
            rest => ("", rest),
        };
        let (resource, name) = match rest {
            [resource] => (*resource, ""),
            [resource, name] => (*resource, *name),
            _ => return None,
        };
        Some(Self { group, version, namespace, resource, name })
    }

    /// The kind, if the server has it.
    pub(super) fn kind(&self, table: &Table) -> Option<&'static Kind> {
        let kind = table.kind_of_resource(self.group, self.version, self.resource)?;
        (kind.is_served(table.minor()) && kind.is_cluster_scoped == self.namespace.is_empty()).then_some(kind)
    }

    /// `deployments.apps`, `pods`
    pub(super) fn qualified_resource(&self) -> String {
        if self.group.is_empty() {
            self.resource.to_owned()
        } else {
            format!("{}.{}", self.resource, self.group)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_objects() {
        let parts =
            |path| Address::read(path).map(|it| [it.group, it.version, it.namespace, it.resource, it.name]);
        assert_eq!(parts("/api/v1/namespaces/shop/pods"), Some(["", "v1", "shop", "pods", ""]));
        assert_eq!(parts("/api/v1/namespaces/shop"), Some(["", "v1", "", "namespaces", "shop"]));
        assert_eq!(
            parts("/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All"),
            Some(["apps", "v1", "shop", "deployments", "web"])
        );
        assert_eq!(parts("/api/v1/namespaces/shop/pods/web/status"), None);
        assert_eq!(parts("pods"), None);
    }
}
