// Answers of the API server's own code to objects of ours: the codecs with
// their defaults, and the registry strategies, without any admission plugin.
// Reads one JSON object a line, {id, kind, mutation, fieldValidation, input},
// and prints the rows of the golden set.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/storagemigration/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/certificates/certificates"
	"k8s.io/kubernetes/pkg/registry/certificates/clustertrustbundle"
	"k8s.io/kubernetes/pkg/registry/certificates/podcertificaterequest"
	"k8s.io/kubernetes/pkg/registry/coordination/leasecandidate"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/event"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaim"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
	"k8s.io/kubernetes/pkg/registry/storagemigration/storagemigration"
	"os"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
)

type kindOf struct {
	group, version, kind, resource string
	strategy                       rest.RESTCreateUpdateStrategy
}

var kinds = []kindOf{
	{"coordination.k8s.io", "v1beta1", "LeaseCandidate", "leasecandidates", leasecandidate.Strategy},
	{"storagemigration.k8s.io", "v1beta1", "StorageVersionMigration", "storageversionmigrations", storagemigration.Strategy},
	{"certificates.k8s.io", "v1beta1", "PodCertificateRequest", "podcertificaterequests", podcertificaterequest.NewStrategy()},
	{"", "v1", "Pod", "pods", pod.Strategy},
	{"", "v1", "ConfigMap", "configmaps", configmap.Strategy},
	{"", "v1", "Secret", "secrets", secret.Strategy},
	{"", "v1", "Service", "services", service.Strategy},
	{"", "v1", "LimitRange", "limitranges", limitrange.Strategy},
	{"", "v1", "ResourceQuota", "resourcequotas", resourcequota.Strategy},
	{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", persistentvolumeclaim.Strategy},
	{"apps", "v1", "Deployment", "deployments", deployment.Strategy},
	{"apps", "v1", "StatefulSet", "statefulsets", statefulset.Strategy},
	{"apps", "v1", "DaemonSet", "daemonsets", daemonset.Strategy},
	{"batch", "v1", "Job", "jobs", job.Strategy},
	{"batch", "v1", "CronJob", "cronjobs", cronjob.Strategy},
	{"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", horizontalpodautoscaler.Strategy},
	{"coordination.k8s.io", "v1", "Lease", "leases", lease.Strategy},
	{"networking.k8s.io", "v1", "Ingress", "ingresses", ingress.Strategy},
	{"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", networkpolicy.Strategy},
	{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", poddisruptionbudget.Strategy},
	{"rbac.authorization.k8s.io", "v1", "Role", "roles", role.Strategy},
	{"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", priorityclass.Strategy},
	{"storage.k8s.io", "v1", "StorageClass", "storageclasses", storageclass.Strategy},
	{"admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", mutatingwebhookconfiguration.Strategy},
	{"admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", validatingwebhookconfiguration.Strategy},
	{"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", validatingadmissionpolicy.NewStrategy(nil, nil)},
	{"admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", validatingadmissionpolicybinding.NewStrategy(nil, nil, nil)},
	{"admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", mutatingadmissionpolicy.NewStrategy(nil, nil)},
	{"admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", mutatingadmissionpolicybinding.NewStrategy(nil, nil, nil)},
	{"apps", "v1", "ControllerRevision", "controllerrevisions", controllerrevision.Strategy},
	{"apps", "v1", "ReplicaSet", "replicasets", replicaset.Strategy},
	{"certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", certificates.Strategy},
	{"certificates.k8s.io", "v1beta1", "ClusterTrustBundle", "clustertrustbundles", clustertrustbundle.Strategy},
	{"", "v1", "Endpoints", "endpoints", endpoint.Strategy},
	{"", "v1", "Event", "events", event.Strategy},
	{"", "v1", "Namespace", "namespaces", namespace.Strategy},
	{"", "v1", "Node", "nodes", node.Strategy},
	{"", "v1", "PersistentVolume", "persistentvolumes", persistentvolume.Strategy},
	{"", "v1", "PodTemplate", "podtemplates", podtemplate.Strategy},
	{"", "v1", "ReplicationController", "replicationcontrollers", replicationcontroller.Strategy},
	{"", "v1", "ServiceAccount", "serviceaccounts", serviceaccount.Strategy},
	{"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", endpointslice.Strategy},
	{"flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", flowschema.Strategy},
	{"flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", prioritylevelconfiguration.Strategy},
	{"networking.k8s.io", "v1", "IngressClass", "ingressclasses", ingressclass.Strategy},
	{"networking.k8s.io", "v1", "IPAddress", "ipaddresses", ipaddress.Strategy},
	{"networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", servicecidr.Strategy},
	{"node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", runtimeclass.Strategy},
	{"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", clusterrole.Strategy},
	{"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", clusterrolebinding.Strategy},
	{"rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", rolebinding.Strategy},
	{"resource.k8s.io", "v1", "DeviceClass", "deviceclasses", deviceclass.Strategy},
	{"resource.k8s.io", "v1", "ResourceSlice", "resourceslices", resourceslice.Strategy},
	{"resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", resourceclaim.NewStrategy(nil, nil)},
	{"resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", resourceclaimtemplate.NewStrategy(nil)},
	{"storage.k8s.io", "v1", "CSIDriver", "csidrivers", csidriver.Strategy},
	{"storage.k8s.io", "v1", "CSINode", "csinodes", csinode.Strategy},
	{"storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", csistoragecapacity.Strategy},
	{"storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", volumeattachment.Strategy},
	{"storage.k8s.io", "v1", "VolumeAttributesClass", "volumeattributesclasses", volumeattributesclass.Strategy},
}

type warnings struct{ texts []string }

func (w *warnings) AddWarning(_, text string) { w.texts = append(w.texts, text) }

type input struct {
	ID    string          `json:"id"`
	Kind  string          `json:"kind"`
	Note  string          `json:"mutation"`
	Mode  string          `json:"fieldValidation"`
	Input json.RawMessage `json:"input"`
}

type cause struct {
	Reason  string `json:"reason"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

type row struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Note      string          `json:"mutation"`
	Operation string          `json:"operation"`
	Request   string          `json:"request"`
	Mode      string          `json:"fieldValidation"`
	Input     json.RawMessage `json:"input"`
	Code      int32           `json:"code"`
	Accepted  bool            `json:"accepted"`
	Reason    string          `json:"reason,omitempty"`
	Message   string          `json:"message,omitempty"`
	Causes    []cause         `json:"causes,omitempty"`
	Warnings  []string        `json:"warnings"`
	Returned  json.RawMessage `json:"returned,omitempty"`
}

func main() {
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for lines.Scan() {
		var in input
		if err := json.Unmarshal(lines.Bytes(), &in); err != nil {
			panic(err)
		}
		if err := out.Encode(ask(in)); err != nil {
			panic(err)
		}
	}
}

func ask(in input) row {
	var of kindOf
	for _, it := range kinds {
		if it.kind == in.Kind {
			of = it
		}
	}
	if in.Mode == "" {
		in.Mode = "Strict"
	}
	heard := &warnings{texts: []string{}}
	path := "/api/v1"
	if of.group != "" {
		path = "/apis/" + of.group + "/" + of.version
	}
	if of.strategy.NamespaceScoped() {
		path += "/namespaces/shop"
	}
	made := row{ID: in.ID, Kind: in.Kind, Note: in.Note, Operation: "create", Request: "POST " + path + "/" + of.resource,
		Mode: in.Mode, Input: in.Input}
	object, err := create(of, in, heard)
	made.Warnings = heard.texts
	if err != nil {
		status := apierrors.APIStatus(nil)
		if known, ok := err.(apierrors.APIStatus); ok {
			status = known
		} else {
			panic(err)
		}
		made.Code, made.Reason, made.Message = status.Status().Code, string(status.Status().Reason), status.Status().Message
		if status.Status().Details != nil {
			for _, it := range status.Status().Details.Causes {
				made.Causes = append(made.Causes, cause{string(it.Type), it.Field, it.Message})
			}
		}
		return made
	}
	made.Code, made.Accepted = 201, true
	made.Returned = object
	return made
}

func create(of kindOf, in input, heard *warnings) (json.RawMessage, error) {
	gvk := schema.GroupVersionKind{Group: of.group, Version: of.version, Kind: of.kind}
	info, _ := runtime.SerializerInfoForMediaType(legacyscheme.Codecs.SupportedMediaTypes(), "application/json")
	serializer := runtime.Decoder(info.StrictSerializer)
	if in.Mode == "Ignore" {
		serializer = info.Serializer
	}
	original, err := legacyscheme.Scheme.New(schema.GroupVersionKind{Group: of.group, Version: runtime.APIVersionInternal, Kind: of.kind})
	if err != nil {
		panic(err)
	}
	decoder := legacyscheme.Codecs.DecoderToVersion(serializer, schema.GroupVersion{Group: of.group, Version: runtime.APIVersionInternal})
	obj, got, err := decoder.Decode(in.Input, &gvk, original)
	if err != nil {
		strict, is := runtime.AsStrictDecodingError(err)
		if !is || obj == nil || in.Mode != "Warn" {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", got.Kind, got.Version, of.kind, err))
		}
		for _, it := range strict.Errors() {
			heard.AddWarning("", it.Error())
		}
	}
	namespace := ""
	if of.strategy.NamespaceScoped() {
		namespace = "shop"
	}
	ctx := genericapirequest.WithNamespace(context.Background(), namespace)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{APIGroup: of.group, APIVersion: of.version, Resource: of.resource})
	ctx = warning.WithWarningRecorder(ctx, heard)
	accessor, err := meta.Accessor(obj)
	if err != nil {
		panic(err)
	}
	rest.WipeObjectMetaSystemFields(accessor)
	if err := rest.EnsureObjectNamespaceMatchesRequestNamespace(namespace, accessor); err != nil {
		return nil, err
	}
	rest.FillObjectMetaSystemFields(accessor)
	if len(accessor.GetGenerateName()) > 0 && len(accessor.GetName()) == 0 {
		accessor.SetName(of.strategy.GenerateName(accessor.GetGenerateName()))
	}
	if err := rest.BeforeCreate(of.strategy, ctx, obj); err != nil {
		return nil, err
	}
	uid := string(accessor.GetUID())
	accessor.SetUID("")
	accessor.SetCreationTimestamp(metav1.Time{})
	text, err := runtime.Encode(legacyscheme.Codecs.EncoderForVersion(info.Serializer, gvk.GroupVersion()), obj)
	if err != nil {
		panic(err)
	}
	return json.RawMessage(strings.ReplaceAll(strings.TrimSpace(string(text)), uid, "<uid>")), nil
}
