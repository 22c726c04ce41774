package mlem

import ("testing")

func TestScratchCompare(t *testing.T) {
	for _, n := range []string{"lin_n200_f10_h64_z1_s0", "lin_n1000_f10_h64_z1_s0", "mds_n256_f16_h768_z1_s0"} {
		s := readSimulated(t, n)
		names, _ := Methods()
		o := DefaultOptions()
		c, err := Compare(t.Context(), s.features, s.y, s.neural, names, s.truth, o)
		if err != nil { t.Fatal(err) }
		for _, x := range c {
			h := -9.0
			if x.HeldOut != nil { h = *x.HeldOut }
			t.Logf("%s %-9s %+.4f held %.4f %.2fs %s", n, x.Method, *x.Recovery, h, x.Seconds, x.Detail)
		}
	}
}
