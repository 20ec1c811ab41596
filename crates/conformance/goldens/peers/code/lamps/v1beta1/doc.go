// +groupName=flowcontrol.apiserver.k8s.io
package v1beta1
