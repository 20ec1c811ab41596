package v1beta1

func (in *FlowSchema) APILifecycleIntroduced() (major, minor int) {
	return 1, 20
}

func (in *FlowSchema) APILifecycleDeprecated() (major, minor int) {
	return 1, 23
}

func (in *FlowSchema) APILifecycleRemoved() (major, minor int) {
	return 1, 26
}

func (in *FlowSchema) APILifecycleReplacement() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "flowcontrol.apiserver.k8s.io", Version: "v1beta3", Kind: "FlowSchema"}
}
