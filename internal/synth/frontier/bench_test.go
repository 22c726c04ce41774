package frontier

import (
	"testing"

	"simtool/internal/measures"
)

// BenchmarkTrace finds the ranges of 50 levels on 20×10 data. It uses blocks of ten
// levels, as the command line does.
func BenchmarkTrace(b *testing.B) {
	for _, pair := range [][2]string{
		{"cka", "procrustes-angular-score"},
		{"cka", "nbs"},
		{"linreg", "procrustes-angular-score"},
		{"ridge:lambda=100:cv=5", "procrustes-angular-score"},
	} {
		b.Run(pair[0]+","+pair[1], func(b *testing.B) {
			var m [2]measures.Named
			for i, name := range pair {
				parsed, err := measures.Parse(name)
				if err != nil {
					b.Fatal(err)
				}
				m[i] = measures.Named{Name: name, Measure: parsed}
			}
			p := DefaultProblem(Random(20, 10, 1))
			for b.Loop() {
				certified := 0
				for first := 0; first < 50; first += 10 {
					levels := make([]float64, 10)
					for i := range levels {
						levels[i] = (float64(first+i) + 0.5) / 50
					}
					rows, err := p.Trace(b.Context(), m[0], m[1], levels)
					if err != nil {
						b.Fatal(err)
					}
					for _, r := range rows {
						if r.Certified(p.Tolerance) {
							certified++
						}
					}
				}
				b.ReportMetric(float64(certified), "certified")
			}
		})
	}
}
