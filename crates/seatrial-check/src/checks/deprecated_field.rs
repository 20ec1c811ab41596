//! A field has a successor, and the API server warns of it.
//!
//! ## Why
//! What is deprecated still works, until a version in which it does not. Each of these
//! makes the API server of Kubernetes 1.36 answer with a warning, or is kept for old
//! manifests only.
//!
//! ## Bad
//! ```yaml pod-spec
//! serviceAccount: web
//! containers: [{name: web, image: web:1}]
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! serviceAccountName: web
//! containers: [{name: web, image: web:1}]
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::{PodTemplate, Service};
use seatrial_model::{Field, Object};

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "deprecated-field",
        title: "A field has a successor, and the API server warns of it",
        severity: Severity::Info,
        level: Level::Object,
        strictness: Strictness::Strict,
        families: &["deprecated.field"],
        page: include_str!("deprecated_field.rs"),
    },
    run,
};

const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects() {
        let root = Field::root(object);
        if let Some(template) = PodTemplate::of(object) {
            of_pod(&template, report);
        }
        if let Some(service) = Service::of(object) {
            of_service(&service, report);
        }
        if object.is("networking.k8s.io", "Ingress") {
            let class = root.keys(&["metadata", "annotations", "kubernetes.io/ingress.class"]);
            let is_only = root.keys(&["spec", "ingressClassName"]).is_none();
            report.add_some(class.filter(|_| is_only).map(|it| {
                notice(object, &it, "annotation `kubernetes.io/ingress.class`", "use `spec.ingressClassName`")
            }));
        }
        if object.is("", "PersistentVolumeClaim") {
            let class = root.keys(&["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"]);
            report.add_some(class.map(|it| {
                notice(
                    object,
                    &it,
                    "annotation `volume.beta.kubernetes.io/storage-class`",
                    "use `spec.storageClassName`",
                )
            }));
        }
        if object.is("", "PersistentVolume") {
            let policy = root.keys(&["spec", "persistentVolumeReclaimPolicy"]);
            report.add_some(policy.filter(|it| it.as_str() == Some("Recycle")).map(|it| {
                notice(
                    object,
                    &it,
                    "the reclaim policy `Recycle`",
                    "use `Delete` or `Retain`, and provision dynamically",
                )
            }));
        }
        if object.is("", "Endpoints") {
            let kind = root.key("kind");
            report.add_some(kind.map(|it| {
                notice(object, &it, "the kind `Endpoints`", "use an `EndpointSlice` of `discovery.k8s.io/v1`")
            }));
        }
    }
}

fn notice(object: &Object, field: &Field<'_>, what: &str, help: &str) -> Notice {
    Notice::new(&CHECK.info, field.location(), format!("{} has {what}, which is deprecated", object.title()))
        .help(help)
}

fn of_pod(template: &PodTemplate<'_>, report: &mut Report) {
    let object = template.object();
    if let Some(field) = template.spec.key("serviceAccount").filter(|it| it.as_str().is_some()) {
        let notice = notice(object, &field, "`serviceAccount`", "use `serviceAccountName`");
        let at = field.location();
        // With both, the other one counts.
        report.add(match template.spec.key("serviceAccountName") {
            Some(_) => notice.change(Change::Remove { at }),
            None => notice.change(Change::Rename { at, name: "serviceAccountName".to_owned() }),
        });
    }
    let annotations = template.field.keys(&["metadata", "annotations"]);
    for (key, field) in annotations.into_iter().flat_map(|it| it.entries()) {
        if key.starts_with(APPARMOR) {
            let help = "set `securityContext.appArmorProfile` of the container (since Kubernetes 1.30)";
            report.add(notice(object, &field, &format!("annotation `{key}`"), help));
        }
    }
}

fn of_service(service: &Service<'_>, report: &mut Report) {
    let object = service.object();
    if let Some(field) = service.spec.key("externalIPs").filter(|it| it.items().next().is_some()) {
        let help = "use a load balancer, or a Gateway: clusters may no longer implement it";
        report.add(notice(object, &field, "`externalIPs`", help));
    }
    if let Some(field) =
        service.spec.key("trafficDistribution").filter(|it| it.as_str() == Some("PreferClose"))
    {
        let notice = notice(
            object,
            &field,
            "the traffic distribution `PreferClose`",
            "write `PreferSameZone`, which means the same",
        );
        let content = Content::Text("PreferSameZone".to_owned());
        report.add(notice.change(Change::Set { at: field.location(), content }));
    }
}
