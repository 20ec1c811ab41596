//! Typed views of the kinds that checks look at. Nothing is copied: each view
//! is a [`Field`](crate::Field) that knows what it stands for.

mod container;
mod pod_template;
mod probe;
mod service;
mod workload;

pub use container::{Container, ContainerKind, ContainerPort, EnvFrom, EnvVar, Volume, VolumeMount};
pub(crate) use pod_template::{POD_TEMPLATES, pod_template_node};
pub use pod_template::{PodTemplate, pod_template_path};
pub use probe::{Handler, Probe, ProbeKind};
pub use service::{Service, ServicePort};
pub use workload::Workload;
