//! The security context a container ends up with: its own, and the pod's
//! where it says nothing.

use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::missing::is_of_tool;

/// What is written about a container's rights.
#[derive(Clone, Debug)]
pub(crate) struct Security<'a> {
    container: Field<'a>,
    own: Option<Field<'a>>,
    pod: Option<Field<'a>>,
}

impl<'a> Security<'a> {
    /// That of a container of a template.
    pub(crate) fn of(template: &PodTemplate<'a>, container: &Container<'a>) -> Self {
        let own = container.field.key("securityContext").filter(|it| it.node().is_mapping());
        let pod = template.spec.key("securityContext").filter(|it| it.node().is_mapping());
        Self { container: container.field.clone(), own, pod }
    }

    /// What the container itself says.
    pub(crate) fn own(&self, name: &str) -> Option<Field<'a>> {
        self.own.as_ref()?.key(name).filter(|it| !it.node().is_null())
    }

    /// What holds for the container.
    pub(crate) fn effective(&self, name: &str) -> Option<Field<'a>> {
        let pod = || self.pod.as_ref()?.key(name).filter(|it| !it.node().is_null());
        self.own(name).or_else(pod)
    }

    /// Whether `true` is what the container itself says.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.own(name).is_some_and(|it| it.as_bool() == Some(true))
    }

    /// The capabilities under `add` or `drop`.
    pub(crate) fn capabilities(&self, list: &str) -> Vec<Field<'a>> {
        self.own("capabilities").map(|it| it.list(list).collect()).unwrap_or_default()
    }

    /// Where a field of the container's own would stand.
    pub(crate) fn place(&self, name: &str) -> seatrial_diagnostics::Location {
        let path = self.container.path_of("securityContext").key(name);
        self.container.object().location(path)
    }
}

/// Whether the pods run on Windows, which has other rights.
pub(crate) fn is_windows(template: &PodTemplate<'_>) -> bool {
    let os = template.spec.keys(&["os", "name"]);
    let node = template.spec.keys(&["nodeSelector", "kubernetes.io/os"]);
    [os, node].into_iter().flatten().any(|it| it.as_str() == Some("windows"))
}

/// Whether the pods look after their node: they run on every one, share its
/// namespaces or mount its directories, or live where such pods do.
pub(crate) fn is_node_agent(template: &PodTemplate<'_>) -> bool {
    let shares = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|it| template.spec.flag(it));
    let mounts = template.volumes().any(|it| it.field.key("hostPath").is_some());
    let is_of_tool = template.object().namespace().is_some_and(is_of_tool);
    template.object().kind() == "DaemonSet" || shares || mounts || is_of_tool
}
