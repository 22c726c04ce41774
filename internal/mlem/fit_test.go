package mlem

import (
	"testing"
	"time"
)

func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		name   string
		cosine float64
	}{
		{"lin_n200_f10_h64_z1_s0", 0.995},
		{"lin_n1000_f10_h64_z1_s0", 0.999},
	} {
		s := readSimulated(t, c.name)
		start := time.Now()
		r := fitOne(t, s.features, s.neural, nil)
		t.Logf("%v", time.Since(start))
		if got := cosine(r.Model.Metric(), s.truth); got < c.cosine {
			t.Errorf("%s: cosine with the true weights %.5f, want %g", c.name, got, c.cosine)
		} else {
			t.Logf("cosine %.5f", got)
		}
		ref := readReference(t, c.name, "out_mlem_i0_r0.json")
		if got := r.Scores[0].Spearman; got < ref.Spearman-1e-3 || got > ref.Spearman+1e-3 {
			t.Errorf("%s: in-sample score %.5f, want %.5f", c.name, got, ref.Spearman)
		}
		if r.KKT > 1e-8 {
			t.Errorf("%s: kkt %g", c.name, r.KKT)
		}
		t.Logf("%g %+v", r.KKT, r.Scores[:2])
		for i, im := range r.Importance {
			t.Logf("%+v %+v", im, r.Weights[i])
		}
	}
}

func TestMDS(t *testing.T) {
	s := readSimulated(t, "mds_n256_f16_h768_z1_s0")
	start := time.Now()
	r := fitOne(t, s.features, s.neural, func(o *Options) { o.Interactions.All = true; o.Bootstrap = 0; o.Null = 0 })
	t.Logf("%v", time.Since(start))
	start = time.Now()
	r = fitOne(t, s.features, s.neural, func(o *Options) { o.Interactions.All = true })
	t.Logf("%v", time.Since(start))
	t.Logf("%g %g %+v", cosine(r.Model.Metric(), s.truth), r.KKT, r.Scores[:2])
}
