package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"simtool/internal/figure"
)

// knownMeasures stands for the cards.
func knownMeasures(name string) (Known, bool) {
	k := Known{Card: Card{Name: name, Title: "The " + name, Question: "Is " + name + " high?"}, Range: figure.Range{Min: 0, Max: 1}}
	switch name {
	case "cka":
		k.Blind, k.Inflated = []string{"orthogonal", "translation"}, true
		k.References = []Reference{{Text: "Somebody (2019).", URL: "https://doi.org/10.1/x", BibTeX: "@article{somebody,\n}\n"}}
	case "linreg":
		k.Blind = []string{"orthogonal", "translation", "invertible linear"}
		k.HeldOut = 5
	case "distance":
		k.Distance = true
	default:
		return Known{}, false
	}
	return k, true
}

// conclusionsOf returns the conclusions from tables, a line each: the topic, the text and
// the evidence.
func conclusionsOf(t *testing.T, files map[string]string) (string, *Collection) {
	t.Helper()
	c, err := Collect([]string{write(t, files)}, &Layout{}, "v1", knownMeasures)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, topic := range c.Page.Topics {
		for _, one := range topic.Conclusions {
			fmt.Fprintf(&b, "%s | %s %s\n", topic.Title, one.Text, one.Command)
			for _, e := range one.Evidence {
				fmt.Fprintf(&b, "  %s (%s)\n", e.Text, e.Row)
			}
		}
	}
	return b.String(), c
}

// threeSystems orders a, b and c by three measures: cka and the distance find a closest,
// linreg finds b closest; c is within its null by cka.
const threeSystems = `x,y,measure,value,lo,hi,corrected,null,note,warning,error
r.npy,a.npy,cka,0.91,0.85,0.95,0.9,0.2,,,
r.npy,b.npy,cka,0.81,0.75,0.84,0.8,0.2,,,
r.npy,c.npy,cka,0.25,0.1,0.3,0.19,0.2,within its null: samples paired at random are as similar,,
r.npy,a.npy,linreg,0.5,0.4,0.6,0.5,0.1,,few samples,
r.npy,b.npy,linreg,0.8,0.7,0.9,0.8,0.1,,,
r.npy,c.npy,linreg,,,,,,,,no variance
r.npy,a.npy,distance,0.1,0.05,0.15,0.1,1,,,
r.npy,b.npy,distance,0.12,0.08,0.2,0.12,1,,,
`

func TestConclusionsFromScores(t *testing.T) {
	got, c := conclusionsOf(t, map[string]string{"scores.csv": threeSystems})
	for _, want := range []string{
		"Which systems are most similar? | Of 3 systems, a is the most similar to r by 2 of 3 measures. \n  cka 0.90 [0.85, 0.95] (corrected; the value is 0.91) (scores.csv, row 1)\n  distance 0.10 [0.05, 0.15] (scores.csv, row 7)\n",
		"By 1 of 3 measures it is b that is the most similar to r. \n  linreg 0.80 [0.70, 0.90] (scores.csv, row 5)\n",
		"Whether a differs from the next by cka and distance was not tested (the intervals of 1 of them lie apart). This would test it: simtool compare r.npy a.npy b.npy -m cka,distance\n",
		"Within their null, since samples that are paired at random are as similar: 1 of 1 score of c against r.",
		"cka 0.19 [0.10, 0.30] (corrected; the value is 0.25), null 0.20 (scores.csv, row 3)",
		"With a warning: 1 of 7 scores of",
		"scores.csv: few samples. \n  a, linreg 0.50 [0.40, 0.60] (scores.csv, row 4)",
		"Without a score: 1 of 8 rows of",
		"scores.csv: no variance. \n  linreg, c (scores.csv, row 6)",
		"a is closer to r than b by cka, and farther from it by linreg. By their cards, cka comes near its best value where features outnumber samples, which linreg does not; " +
			"linreg does not see invertible linear transformations, cka does: systems that differ by such a one are alike to the former alone; linreg is of samples that were held out, cka of those that were fitted to; " +
			"cka asks: “Is cka high?” linreg asks: “Is linreg high?”. The two are not told apart, or have no interval, by 1 other measure.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\n", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
	if rows := c.Page.Sections[0].Tables[0].Rows; rows[0].ID != "t1-1" || rows[1].ID != "t1-2" {
		t.Errorf("rows %q and %q are no targets of links", rows[0].ID, rows[1].ID)
	}
}

func TestConclusionsNameTheTest(t *testing.T) {
	const compare = `x,y1,y2,measure,diff,lo,hi,t,df,pvalue,p_adj,q_bh,note,warning,error
old/r.npy,old/b.npy,old/a.npy,cka,-0.1,-0.15,-0.05,-5,20,0.0001,0.002,0.002,,,
old/r.npy,old/a.npy,old/b.npy,linreg,-0.3,-0.7,0.1,-1,20,0.3,0.4,0.3,,,
`
	got, _ := conclusionsOf(t, map[string]string{"scores.csv": strings.ReplaceAll(threeSystems, "r.npy", "old/r.npy"), "compare.csv": strings.ReplaceAll(compare, "old/a", "a")})
	for _, want := range []string{
		"a differs significantly from the next by cka (p_adj < 0.05, adjusted for the largest of all differences of its table). \n  cka: b − a = -0.10 [-0.15, -0.05], p_adj = 0.002 (compare.csv, row 1)\n",
		"b does not differ significantly from the next by linreg (p_adj < 0.05",
		"Whether a differs from the next by distance was not tested.",
		"Are the differences significant? | 1 of the 2 differences of",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\n", want)
		}
	}
	// The difference by linreg is not significant: nothing is left to disagree about.
	if strings.Contains(got, disagree) {
		t.Error("measures disagree, of which one does not tell systems apart")
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestConclusionsOfPairsAndTimes(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{
		"pairs.csv": "x,y,measure,value,lo,hi,null\na,a,cka,1,,,\na,b,cka,0.8,0.7,0.9,0.1\na,c,cka,0.3,0.2,0.4,0.1\nb,b,cka,1,,,\nb,c,cka,0.5,0.4,0.6,0.1\nc,c,cka,1,,,\n",
		"time.csv":  "x,y,measure,value,lo,hi,null,pvalue,p_adj,time\nr,m,cka,0.2,0.1,0.3,0.1,0.04,0.2,0\nr,m,cka,0.6,0.5,0.7,0.1,0.001,0.002,1\n",
	})
	for _, want := range []string{
		"Of 3 systems, a and b are the most similar two by cka, a and c the least. \n  cka 0.80 [0.70, 0.90] (pairs.csv, row 2)\n  cka 0.30 [0.20, 0.40] (pairs.csv, row 3)\n",
		"m is most similar to r by cka at time 1 of 2. 1 of 2 are significant (p_adj < 0.05, adjusted for all of them). \n  cka 0.60 [0.50, 0.70] (time.csv, row 2)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\n", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestConclusionsOnFeatures(t *testing.T) {
	got, _ := conclusionsOf(t, map[string]string{
		"importance.csv": "feature,group,importance,sd,lo,hi,pvalue,n,method,note,representation\nsize,,0.2,0.01,0.1,0.3,0.005,25,permutation,,layer1.npy\ncolour,,0.01,0.01,-0.05,0.07,0.4,25,permutation,,layer1.npy\nsize,,0.01,0.01,-0.02,0.04,0.4,25,permutation,,layer2.npy\ncolour,,0,0.01,-0.05,0.05,0.9,25,permutation,,layer2.npy\n",
		"fit.csv":        "fold,split,spearman,pearson,r2,n_stimuli,n_pairs,se,lo,hi,pvalue,error,note,representation\n,in-sample,0.5,0.5,0.2,60,100,,,,,,,layer1.npy\n,held-out,0.4,0.4,0.1,60,100,0.05,0.3,0.5,0.005,,,layer1.npy\n,held-out,0.02,0.4,0.1,60,100,0.05,-0.08,0.12,0.5,,,layer2.npy\n,noise ceiling,0.8,,,60,100,,0.75,0.85,,,,layer1.npy\n",
		"decode.csv":     "label,time,accuracy,chance,pvalue,n,classes,folds,balanced,r2,lo,hi,se,null,p_adj\nside,,0.8,0.5,,40,2,5,0.8,,0.7,0.9,0.05,,\nside,0,0.5,0.5,,40,2,5,0.8,,0.4,0.6,0.05,,\nside,1,0.9,0.5,,40,2,5,0.8,,0.8,1,0.05,,\nhue,,0.5,0.5,,40,2,5,0.8,,0.4,0.6,0.05,,\n",
		"reached.csv":    "iteration,score,label,accuracy,reference_accuracy,chance\n0,0.1,side,0.5,0.9,0.5\n9,0.95,side,0.6,0.9,0.5\n",
	})
	for _, want := range []string{
		"layer1 encodes 1 of 2 features, whose importance has an interval above 0. Of colour the data leave it open. \n  size 0.20 [0.10, 0.30], p = 0.005 (importance.csv, row 1)\n",
		"layer2 cannot be said to encode any of 2 features: no importance has an interval above 0. The largest: \n  size 0.01 [-0.02, 0.04], p = 0.4 (importance.csv, row 3)\n",
		"The features of layer1 predict distances of stimuli that were held out. \n  Spearman 0.40 [0.30, 0.50], p = 0.005 (fit.csv, row 2)\n  noise ceiling 0.80 [0.75, 0.85] (fit.csv, row 4)\n",
		"The features of layer2 cannot be said to predict distances",
		"side can be decoded above chance. It is above chance in 1 of 2 time bins (by their own intervals, which are not adjusted for their number), best in bin 1.",
		"hue cannot be said to be decoded above chance.",
		"Data that score 0.95 by the measure lack most of what the recording says about side: the score does not guarantee it. \n  accuracy 0.6, of the recording 0.9, chance 0.5 (reached.csv, row 2)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no conclusion has\n%s\n", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// TestConclusionsSayNothingOfNothing gives tables without numbers, of one row and of
// numbers that are no scores.
func TestConclusionsSayNothingOfNothing(t *testing.T) {
	for _, table := range []string{
		"x,y,measure,value\nr,a,cka,\nr,b,cka,\n", "x,y,measure,value\nr,a,cka,0.5\n", "x,y,measure,value\nr,a,cka,inf\nr,b,cka,nan\n",
		"x,y,measure,value,lo,hi\nr,a,cka,0.5,0.5,0.5\nr,b,cka,0.5,0.6,0.4\n", "x,y,measure,value,time\nr,a,cka,0.5,0\nr,a,cka,,1\n",
		"feature,importance,lo,hi\n,,,\n", "label,time,accuracy,chance,folds\na,,,,\n", "y1,y2,measure,diff,lo,hi,p_adj,x,t\na,b,cka,,,,,,\n",
		"x,y,measure,value\n'é,\xff,cka,0.5\n'é,b,cka,0.6\n",
	} {
		_, c := conclusionsOf(t, map[string]string{"t.csv": table, "more.csv": "x,y,measure,value\nq,w,unknown,1\n"})
		for _, topic := range c.Page.Topics {
			for _, one := range topic.Conclusions {
				if strings.Contains(one.Text, "NaN") || strings.Contains(fmt.Sprint(one.Evidence), "NaN") || strings.Contains(one.Text, "%!") {
					t.Errorf("of %q: %s %v", table, one.Text, one.Evidence)
				}
			}
		}
	}
}

func TestMethods(t *testing.T) {
	manifest := `{"schema":"simtool.manifest/v1","version":"v3","commit":"abc123","go":"go1.26","argv":["simtool","score","r.npy","a.npy"],
		"config":{"inference":"auto","level":0.9,"permutations":999,"units":"auto","over":"stimuli"},"seed":7,
		"inputs":[{"path":"r.npy","shape":[20,30,6],"sha256":"1"},{"path":"a.npy","shape":[20,30,8],"sha256":"2"}],"outputs":[{"path":"scores.csv"}]}`
	_, c := conclusionsOf(t, map[string]string{"scores.csv": threeSystems, "scores.csv.manifest.json": manifest})
	m := c.Page.Methods
	if m == nil {
		t.Fatal("no methods")
	}
	for _, want := range []string{
		"Similarity was measured by cka (The cka [1]), linreg (The linreg, held out in 5 folds) and distance (The distance).",
		"The data were r, 20 × 30 × 6 (time × condition × neuron); a, 20 × 30 × 8 (time × condition × neuron).",
		"have 90 % intervals for other stimuli, from leaving out independent units", "p values are from 999 random pairings of samples.",
		"The seed of everything random was 7.", "All was computed with simtool v3 (abc123), go1.26.",
	} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the methods lack %q:\n%s", want, m.Text)
		}
	}
	if len(m.Cited) != 1 || !strings.HasPrefix(m.BibTeX, "@article{somebody,") || !strings.Contains(m.BibTeX, "@software{simtool,") || !strings.Contains(m.BibTeX, "version = {v3 (abc123), go1.26}") {
		t.Errorf("cited %v\n%s", m.Cited, m.BibTeX)
	}
}

func TestRounding(t *testing.T) {
	cases := []struct {
		v, lo, hi float64
		want      string
	}{
		{0.123456, 0.05, 0.95, "0.1"},
		{0.123456, 0.11, 0.14, "0.123"}, // half of .015 has two digits
		{0.9978887, 0.9977567, 0.998013, "0.99789"},
		{-0.004, -0.2, 0.2, "0.00"},
		{152.34, 100, 200, "152"},
		{15234, 10000, 20000, "15234"},
		{0.5, 0.5, 0.5, "0.5"},
		{0.5, math.NaN(), 1, "0.5"},
		{1e-9, -2e-9, 4e-9, "0.000000001"},
		{1e12, 0, 2e12, "1e+12"},
	}
	for _, c := range cases {
		if got := rounded(c.v, c.lo, c.hi); got != c.want {
			t.Errorf("%g in [%g, %g] is %q, want %q", c.v, c.lo, c.hi, got, c.want)
		}
	}
}
