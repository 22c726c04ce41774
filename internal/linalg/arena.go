package linalg

// arena is memory from which small decompositions take their arrays, one after the other.
type arena []float64

// take takes the next n numbers, whatever is in them.
func (a *arena) take(n int) []float64 {
	out := (*a)[:n:n]
	*a = (*a)[n:]
	return out
}
