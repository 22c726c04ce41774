package exacttest

// softMatching is a one-to-one matching of so many copies of each feature that both
// systems have as many: the best plan of transport between uniform masses (Birkhoff).
func softMatching(s settings, p Pair) Number {
	r := unitColumns(p.X).transposed().times(unitColumns(p.Y))
	width, height := r.width(), len(r)
	all := width * height // copies of features of each system, with repeats
	for d := min(width, height); d > 1; d-- {
		if width%d == 0 && height%d == 0 {
			all /= d
			break
		}
	}
	copies := make(Matrix, all)
	for i := range copies {
		copies[i] = make([]Number, all)
		for j := range copies[i] {
			copies[i][j] = r[i*height/all][j*width/all]
		}
	}
	mean := quo(bestAssignment(copies), Whole(all))
	if s.text("as", "score") == "euclidean" {
		return root(mul(Of(2), sub(Of(1), mean)))
	}
	return mean
}
