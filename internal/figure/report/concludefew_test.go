package report

import (
	"fmt"
	"strings"
	"testing"
)

// contains tests which of some texts conclusions have and which they lack.
func contains(t *testing.T, got string, has, lacks []string) {
	t.Helper()
	for _, want := range has {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\nbut they are\n%s", want, got)
		}
	}
	for _, unwanted := range lacks {
		if strings.Contains(got, unwanted) {
			t.Errorf("a conclusion has\n%s\nof\n%s", unwanted, got)
		}
	}
}

// manifestOf returns a table of scores and the manifest of its run.
func manifestOf(table string, permutations int) map[string]string {
	return map[string]string{"s.csv": table, "s.csv.manifest.json": fmt.Sprintf(`{"schema":"simtool.manifest/v1","version":"v1","argv":["simtool","score"],"config":{"permutations":%d},"outputs":[{"path":"s.csv"}]}`, permutations)}
}

// A p value of 1/20 is the smallest of 19 permutations: it does not put a score within its
// null, which the note alone says.
func TestFewPermutations(t *testing.T) {
	const table = "x,y,measure,value,null,pvalue,note\nr,a,cka,0.9,0.1,0.05,\nr,b,cka,0.8,0.1,0.05,\nr,n,cka,0.1,0.1,0.85,within its null: samples paired at random are as similar\n"
	for name, files := range map[string]map[string]string{"without a manifest": {"s.csv": table}, "with one": manifestOf(table, 19)} {
		got, _ := conclusionsOf(t, files)
		words := "So few permutations cannot give p < 0.05: no random pairing is as similar as 2 of 3 scores"
		if name == "with one" {
			words = "19" + strings.TrimPrefix(words, "So few")
		}
		contains(t, got, []string{words, "as similar: 1 of 1 score of n against r."}, []string{"score of a", "score of b"})
	}
	// Nine permutations have put scores within their null by p = 0.1.
	got, _ := conclusionsOf(t, manifestOf("x,y,measure,value,null,pvalue,note\nr,a,cka,0.9,0.1,0.1,within its null: as similar\n", 9))
	contains(t, got, []string{"9 permutations cannot give p < 0.05"}, []string{"Within their null"})
	// Of 999, p = 0.06 is what it is; without notes it counts.
	got, _ = conclusionsOf(t, manifestOf("x,y,measure,value,null,pvalue\nr,a,cka,0.9,0.1,0.06\n", 999))
	contains(t, got, []string{"Within their null, since samples that are paired at random are as similar: 1 of 1"}, []string{"cannot give"})
	// Over time nothing is called insignificant.
	got, _ = conclusionsOf(t, manifestOf("x,y,measure,value,null,pvalue,p_adj,note,time\nr,a,cka,0.9,0.1,0.05,0.05,,0\nr,a,cka,0.8,0.1,0.05,0.05,,1\n", 19))
	contains(t, got, []string{"at time 0 of 2. 19 permutations cannot give p_adj < 0.05."}, []string{"0 of 2 are"})
}

// The command that would test a difference names the measures, quoted for a shell.
func TestSuggestedCommand(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{"s.csv": "x,y,measure,value\nr.npy,a.npy,cka,0.9\nr.npy,b.npy,cka,0.8\nr.npy,a.npy,rsa:p=a b,0.9\nr.npy,b.npy,rsa:p=a b,0.8\n"})
	contains(t, got, []string{"simtool compare r.npy a.npy b.npy -m 'cka,rsa:p=a b'\n"}, nil)
}

// What is not shown is said to be untested too.
func TestUntestedBeyondTheShown(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y,measure,value\n")
	for i := range 10 {
		fmt.Fprintf(&b, "r%d.npy,a.npy,cka,0.9\nr%d.npy,b.npy,cka,0.8\n", i, i)
	}
	got, _ := conclusionsOf(t, map[string]string{"s.csv": b.String()})
	contains(t, got, []string{"Of 4 closest systems among these, the difference from the next was not tested either."}, nil)
	if n := strings.Count(got, "This would test it"); n != mostConclusions/2 {
		t.Errorf("%d tests are suggested, want %d", n, mostConclusions/2)
	}
}

// Equal values have no winner, by similarities and distances, against one system, between
// all and of ranks.
func TestTies(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{
		"s.csv":     "x,y,measure,value\nr,a,cka,0.9\nr,b,cka,0.5\nr,c,cka,0.9\nr,a,distance,0.1\nr,b,distance,0.5\nr,c,distance,0.10000000000000001\n",
		"all.csv":   "x,y,measure,value\nr,a,cka,1\nr,c,cka,1\n",
		"pairs.csv": "x,y,measure,value\nu,u,cka,1\nu,v,cka,0.7\nu,w,cka,0.7\nv,w,cka,0.2\n",
	})
	contains(t, got, []string{
		"Of 3 systems, a and c are tied as the most similar to r by 2 of 2 measures.",
		"All 2 systems, a and c, are tied in their similarity to r by cka.",
		"Of 3 systems, these are tied as the most similar two by cka: u with v and u with w; v and w are the least.",
	}, []string{"is the most similar", "that is the most"})
}

// A table of ranks without its manifest is one of ranks.
func TestRanksWithoutManifest(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{"ranks.csv": "x,y,measure,value,corrected,lo,hi,null,calibrated,rank,first,last,group,z,pvalue,p_best,units,note,warning,error\n" +
		"r,a,cka,0.9,0.9,0.8,1,0.1,0.8,1,1,2,a,,,,40,,,\nr,c,cka,0.9,0.9,0.8,1,0.1,0.8,2,1,2,a,,,,40,,,\nr,b,cka,0.5,0.5,0.4,0.6,0.1,0.4,3,3,3,b,,,,40,,,\n"})
	contains(t, got, []string{"By cka, a and c are tied as the first of 3, of which a does not differ significantly from c"}, []string{mostSimilar, "was not tested"})
}
