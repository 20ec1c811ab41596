package gone

rule_set = "Removed in 1.25" # "removed in 1.25"

tables = {
	"RuntimeClass": {
		"old": ["node.k8s.io/v1beta1"],
		"new": "node.k8s.io/v1",
		"since": "1.20",
	},
	"PodSecurityPolicy": {
		"old": ["policy/v1beta1"],
		"new": "<removed>",
		"since": "1.21",
	},
}
