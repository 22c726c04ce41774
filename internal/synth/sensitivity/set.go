package sensitivity

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// Set is a run of consecutive components that are changed together.
type Set struct{ first, end int }

// Single returns the set of component i alone, counted from 0.
func Single(i int) Set { return Set{i, i + 1} }

// All returns the set of the first r components.
func All(r int) Set { return Set{0, r} }

// Len returns the number of components.
func (s Set) Len() int { return s.end - s.first }

// String renders the set with numbers from 1: "3", or "1-5".
func (s Set) String() string {
	if s.Len() == 1 {
		return strconv.Itoa(s.end)
	}
	return fmt.Sprintf("%d-%d", s.first+1, s.end)
}

// ParseSet reads the form that String writes.
func ParseSet(text string) (Set, error) {
	low, high, ranged := strings.Cut(strings.TrimSpace(text), "-")
	if !ranged {
		high = low
	}
	first, err1 := strconv.Atoi(low)
	last, err2 := strconv.Atoi(high)
	if err1 != nil || err2 != nil || first < 1 || last < first {
		return Set{}, fmt.Errorf("%q: want components counted from 1, such as 3 or 1-20", text)
	}
	return Set{first - 1, last}, nil
}

// Runs cuts a set into runs of k components; the last may be shorter.
func (s Set) Runs(k int) []Set {
	var runs []Set
	for at := s.first; at < s.end; at += k {
		runs = append(runs, Set{at, min(at+k, s.end)})
	}
	return runs
}

// Within returns the components of the set among the first n, and whether there are
// any.
func (s Set) Within(n int) (Set, bool) {
	s.end = min(s.end, n)
	return s, s.first < s.end
}

// Halves splits the components into the smallest number of leading ones that have
// at least half of the variance, and the others. The latter are missing if there
// is a single component.
func (c *Components) Halves() []Set {
	half, sum := floats.Sum(c.lambda)/2, 0.0
	for i, v := range c.lambda {
		if sum += v; sum >= half && i+1 < c.Len() {
			return []Set{{0, i + 1}, {i + 1, c.Len()}}
		}
	}
	return []Set{{0, c.Len()}}
}

func sqrt(n int) float64 { return math.Sqrt(float64(n)) }
