package report

import (
	"fmt"
	"strings"
	"testing"
)

// TestAlikeConclusionsAreOne: the same is said once of several layers, pairs, measures and
// times, and each row that it rests on names its own.
func TestAlikeConclusionsAreOne(t *testing.T) {
	var layers, times, pairs strings.Builder
	layers.WriteString("feature,group,importance,sd,lo,hi,pvalue,n,method,representation\n")
	for layer := range 12 {
		lo := 0.1
		if layer == 0 {
			lo = -0.1
		}
		fmt.Fprintf(&layers, "shape,,0.5,0.1,%g,0.9,0.01,25,permutation,layer%d.npy\ncolour,,0.1,0.1,-0.2,0.3,0.4,25,permutation,layer%d.npy\n", lo, layer, layer)
	}
	times.WriteString("x,y,measure,value,null,time,note,warning\n")
	pairs.WriteString("x,y,measure,value\n")
	for _, m := range []string{"cka", "linreg"} {
		for _, y := range []string{"a.npy", "b.npy"} {
			for at := range 3 {
				note := "within its null: samples paired at random are as similar"
				if at == 1 {
					note = ""
				}
				fmt.Fprintf(&times, "r.npy,%s,%s,%g,0.2,%d,%s,%d coefficients for %d samples; few samples\n", y, m, 0.3-0.1*float64((at-1)*(at-1)), at, note, at+10, at+20)
			}
		}
		fmt.Fprintf(&pairs, "u,v,%s,0.9\nu,w,%s,0.5\nv,w,%s,0.2\n", m, m, m)
	}
	got, _ := conclusionsOf(t, map[string]string{"layers.csv": layers.String(), "times.csv": times.String(), "pairs.csv": pairs.String()})
	for _, want := range []string{
		"layer0 cannot be said to encode any of 2 features: no importance has an interval above 0. The largest: \n  shape 0.5 [-0.1, 0.9], p = 0.01",
		"layer1, layer2, layer3, layer4 and 7 more each encode the same 1 of 2 features, whose importance has an interval above 0. Of colour the data leave it open. The first 8 of 11 rows: \n  layer1: shape 0.5 [0.1, 0.9]",
		"a is most similar to r by cka and linreg at time 1 of 3. 1 of 3 lie above their null. \n  cka 0.3 (times.csv, row 2)\n  linreg 0.3 (times.csv, row 8)\n",
		"times.csv, of a against r and b against r. \n  a against r: cka 0.2, null 0.2 (times.csv, row 1)\n",
		"8 of 12 scores of ",
		"With a warning: 12 of 12 scores of ",
		"times.csv: 10 coefficients for 20 samples. The first 8 of 12 rows:",
		"times.csv: few samples. The first 8 of 12 rows:",
		"Of 3 systems, u and v are the most similar two by cka and linreg, v and w the least. \n  cka 0.9 (pairs.csv, row 1)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\n", want)
		}
	}
	if n := strings.Count(got, " | "); n != 8 {
		t.Errorf("%d conclusions, want 8", n)
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestTiesHaveASuggestion: winners that tie, and systems that all do, have a command too.
func TestTiesHaveASuggestion(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{"scores.csv": "x,y,measure,value\nr.npy,a.npy,cka,1\nr.npy,b.npy,cka,1\nr.npy,c.npy,cka,0.5\n"})
	if want := "simtool compare r.npy a.npy b.npy c.npy -m cka,default\n"; !strings.Contains(got, want) {
		t.Errorf("no suggestion %s in\n%s", want, got)
	}
}
