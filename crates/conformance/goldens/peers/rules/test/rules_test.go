package test

var cases = []struct{}{
	{"budgets", []string{"../fixtures/budget.yaml"}, []string{"PodDisruptionBudget"}},
}
