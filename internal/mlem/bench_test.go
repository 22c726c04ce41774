package mlem

import "testing"

func BenchmarkLin1000(b *testing.B) {
	s := readSimulated(b, "lin_n1000_f10_h64_z1_s0")
	for _, c := range []struct {
		name   string
		change func(*Options)
	}{
		{"fit", func(o *Options) { o.Bootstrap, o.Null, o.Folds, o.Permutations = 0, 0, 0, 0 }},
		{"folds", func(o *Options) { o.Bootstrap, o.Null, o.Permutations = 0, 0, 0 }},
		{"importance", func(o *Options) { o.Bootstrap, o.Null = 0, 0 }},
		{"bootstrap", func(o *Options) { o.Null = 0 }},
		{"all", nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				fitOne(b, s.features, s.neural, c.change)
			}
		})
	}
}

func BenchmarkMDS256(b *testing.B) {
	s := readSimulated(b, "mds_n256_f16_h768_z1_s0")
	for _, c := range []struct {
		name   string
		change func(*Options)
	}{
		{"importance", func(o *Options) { o.Bootstrap, o.Null = 0, 0 }},
		{"all", func(*Options) {}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				fitOne(b, s.features, s.neural, func(o *Options) { c.change(o); o.Interactions.All = true })
			}
		})
	}
}
