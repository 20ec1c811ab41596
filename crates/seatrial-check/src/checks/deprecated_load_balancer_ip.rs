//! A Service asks for an address with the deprecated `loadBalancerIP`.
//!
//! ## Why
//! The field has been deprecated since Kubernetes 1.24: its meaning differs between
//! implementations, and it cannot hold two addresses. Many ignore it, among them
//! `ServiceLB` of K3s and the load balancers of AWS; the Service then gets some other
//! address while DNS still names this one. Others read an annotation instead.
//!
//! ## Bad
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata: {name: web}
//! spec: {type: LoadBalancer, loadBalancerIP: 203.0.113.10}
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//!   annotations: {metallb.io/loadBalancerIPs: 203.0.113.10}
//! spec: {type: LoadBalancer}
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::Object;
use seatrial_model::views::Service;
use seatrial_yaml::Node;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "deprecated-load-balancer-ip",
        title: "A Service asks for an address with the deprecated `loadBalancerIP`",
        severity: Severity::Warning,
        level: Level::Repository,
        strictness: Strictness::Default,
        families: &["service.load-balancer-ip"],
        page: include_str!("deprecated_load_balancer_ip.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    let is_heard = context.world().repository.objects().any(reads_the_field);
    let services =
        context.of_kind("", "Service").filter_map(Service::of).filter(|it| it.type_name() == "LoadBalancer");
    for service in services {
        let Some(field) = service.spec.key("loadBalancerIP") else { continue };
        if field.as_str().is_none_or(str::is_empty) || has_annotation(service.object()) {
            continue;
        }
        let message = format!("{} asks for its address with `loadBalancerIP`", service.object().title());
        let notice = Notice::new(&CHECK.info, field.location(), message);
        let notice = if is_heard {
            notice
                .severity(Severity::Info)
                .because("the tree sets up a load balancer that still reads the field")
        } else {
            notice.because("whether the cluster's load balancer reads the field is not known")
        };
        report.add(notice.help(
            "use the annotation of the load balancer: `metallb.io/loadBalancerIPs`, `kube-vip.io/loadbalancerIPs`, \
             `lbipam.cilium.io/ips`, `service.beta.kubernetes.io/azure-load-balancer-ipv4`, ...",
        ));
    }
}

/// Whether a load balancer is set up that takes the address from the field.
fn reads_the_field(object: &Object) -> bool {
    object.group() == "metallb.io" || matches!(object.kind(), "CiliumLoadBalancerIPPool")
}

/// Whether an annotation asks for an address, too.
fn has_annotation(service: &Object) -> bool {
    let annotations = service.field(&["metadata", "annotations"]);
    let mut names = annotations.into_iter().flat_map(Node::entries);
    names.any(|entry| {
        let name = entry.name().to_ascii_lowercase();
        name.ends_with("/loadbalancerips")
            || name.ends_with("/lb-ipam-ips")
            || name.ends_with("lbipam.cilium.io/ips")
            || name.ends_with("/load-balancer-ip-addresses")
            || name.contains("/azure-load-balancer-ipv")
    })
}
