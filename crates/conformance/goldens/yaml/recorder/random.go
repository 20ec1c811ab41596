package main

// random is splitmix64: the same sequence on every machine and every Go
// release, which the standard generators do not promise.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// below returns a number in [0, n).
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// between returns a number in [low, high].
func (r *random) between(low, high int) int { return low + r.below(high-low+1) }

// chance is true in percent of 100 calls.
func (r *random) chance(percent int) bool { return r.below(100) < percent }

func pick[T any](r *random, choices []T) T { return choices[r.below(len(choices))] }
