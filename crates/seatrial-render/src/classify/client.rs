//! Documents with `apiVersion` and `kind` that no API server ever receives.

/// What such a document is for, when it is configuration of a program rather
/// than an object: named so that a person understands why it is not judged.
pub(crate) fn purpose(api_version: &str, kind: &str) -> Option<&'static str> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    by_group(group, kind).or_else(|| by_whole(api_version, group, kind))
}

fn by_group(group: &str, kind: &str) -> Option<&'static str> {
    Some(match group {
        "kind.x-k8s.io" => "configures a kind cluster",
        "k3d.io" => "configures a k3d cluster",
        "kubeadm.k8s.io" => "configures kubeadm",
        "kubelet.config.k8s.io" => "configures a kubelet",
        "kubeproxy.config.k8s.io" => "configures kube-proxy",
        "kubescheduler.config.k8s.io" => "configures a scheduler",
        "kubecontrollermanager.config.k8s.io" | "controller-runtime.sigs.k8s.io" => "configures a controller",
        "apiserver.config.k8s.io"
        | "apiserver.k8s.io"
        | "audit.k8s.io"
        | "eventratelimit.admission.k8s.io"
        | "pod-security.admission.config.k8s.io" => "configures an API server",
        "client.authentication.k8s.io" => "is a message of a credential plugin",
        "admission.k8s.io" => "is a message to a webhook",
        "kubectl.config.k8s.io" | "kuberc.config.k8s.io" => "configures kubectl",
        "ctlptl.dev" | "tilt.dev" => "configures Tilt",
        "eksctl.io" => "configures eksctl",
        "kuttl.dev" => "is a test of KUTTL",
        "chainsaw.kyverno.io" => "is a test of Chainsaw",
        "cli.kyverno.io" => "is a test of the Kyverno command line",
        "test.gatekeeper.sh" => "is a test of Gatekeeper",
        "etcd.io" => "configures etcd",
        "backstage.io" => "describes a software catalogue",
        "krew.googlecontainertools.github.com" => "is an index of kubectl plugins",
        "clusterctl.cluster.x-k8s.io" => "configures clusterctl",
        "kustomize.config.k8s.io" => "is a kustomization",
        "config.kubernetes.io" => "is a list of resources for a function",
        "skaffold" => "configures Skaffold",
        "install.istio.io" if kind == "IstioOperator" => "configures istioctl",
        "kops.k8s.io" => "configures kOps",
        "score.dev" => "describes an application for another program",
        "seatrial.dev" => "describes a trial",
        _ => return None,
    })
}

fn by_whole(api_version: &str, group: &str, kind: &str) -> Option<&'static str> {
    if group.ends_with("x-k8s.io") && kind.ends_with("Configuration") && group.starts_with("config") {
        return Some("configures a controller");
    }
    Some(match (api_version, kind) {
        ("v1", "Config") => "is a kubeconfig",
        ("v1" | "v2" | "v3", "Pipeline" | "pipeline") => "is a pipeline of another program",
        ("v1", "Devspace") | ("v2beta1", _) => "configures DevSpace",
        _ if api_version.starts_with("skaffold/") => "configures Skaffold",
        _ if ["openslo/", "n9/"].iter().any(|it| api_version.starts_with(it)) => {
            "describes an objective for another program"
        }
        _ if group.is_empty() && kind.starts_with("kubernetes/") => "belongs to another program",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::purpose;

    #[test]
    fn client_side_configuration_is_no_object() {
        assert_eq!(purpose("kind.x-k8s.io/v1alpha4", "Cluster"), Some("configures a kind cluster"));
        assert_eq!(purpose("v1", "Config"), Some("is a kubeconfig"));
        assert_eq!(purpose("skaffold/v4beta6", "Config"), Some("configures Skaffold"));
        assert_eq!(purpose("audit.k8s.io/v1", "Policy"), Some("configures an API server"));
    }

    #[test]
    fn objects_and_custom_resources_are_not() {
        for (api_version, kind) in [
            ("v1", "ConfigMap"),
            ("apps/v1", "Deployment"),
            ("cluster.x-k8s.io/v1beta1", "Cluster"),
            ("config.openshift.io/v1", "OAuth"),
            ("argoproj.io/v1alpha1", "Application"),
        ] {
            assert_eq!(purpose(api_version, kind), None, "{api_version} {kind}");
        }
    }
}
