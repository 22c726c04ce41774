package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// many is a directory of 200 results: scores of 60 layers by two measures, with intervals,
// and every tenth a run of an optimisation.
func many(t *testing.T) string {
	files := map[string]string{}
	for i := range 200 {
		var b strings.Builder
		name := fmt.Sprintf("run%03d/scores.csv", i)
		if i%10 == 0 {
			name = fmt.Sprintf("run%03d/trajectory.csv", i)
			b.WriteString("restart,iteration,measure,score,grad_norm,seconds\n")
			for k := range 300 {
				fmt.Fprintf(&b, "0,%d,cka,%v,%v,%v\n", k, 1-math.Exp(-float64(k+i)/90), math.Exp(-float64(k)/70), 0.01*float64(k))
			}
		} else {
			b.WriteString("x,y,measure,value,lo,hi,n,p,q,corrected,se,null,note,warning\n")
			for _, m := range []string{"cka", "linreg"} {
				for k := range 60 {
					v := 0.5 + 0.4*math.Sin(float64(k+7*i)/9) - 0.1*float64(len(m)-3)/3
					warning := ""
					if k%20 == 0 {
						warning = fmt.Sprintf("the needle%d of few samples and many features that a long sentence explains so that nobody can overlook it", i)
					}
					fmt.Fprintf(&b, "data/rec%d.npy,net%d/layer%d.npy,%s,%v,%v,%v,400,60,512,%v,0.01,0.1,bias removed,%s\n", i, i, k, m, v, v-0.03, v+0.02, v-0.005, warning)
				}
			}
		}
		files[name] = b.String()
	}
	return write(t, files)
}

// TestManyResults holds a page of 200 results below 5 MB, with all figures and tables.
func TestManyResults(t *testing.T) {
	c, page := render(t, many(t))
	if len(c.Sources) != 200 || len(c.Page.Sections) != 201 { // one of runs side by side
		t.Errorf("%d results in %d sections, notes %q", len(c.Sources), len(c.Page.Sections), c.Page.Notes)
	}
	const most = 5_000_000
	if len(page) > most {
		t.Errorf("the page has %d bytes, want at most %d", len(page), most)
	}
	plain, packed := strings.Count(page, "<svg "), strings.Count(page, "data-packed=")
	if plain == 0 || packed == 0 || plain+packed < 200 || strings.Contains(page, "would be too large") {
		t.Errorf("%d figures are there, %d are packed", plain, packed)
	}
	t.Logf("%d bytes, %d figures as they are, %d sections packed", len(page), plain, packed)
}

// TestTooManyResults leaves figures out where even packed ones are too much, and says so.
func TestTooManyResults(t *testing.T) {
	noise := make([]byte, 300_000)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = "abcdefghijklmnopqrstuvwxyz012345"[state>>27]
	}
	p := &Page{}
	for i := range 40 {
		s := &Section{ID: fmt.Sprint("s", i), Title: "A result", Figures: []Figure{{Caption: "What it shows"}}}
		s.Remarks = markdown(string(noise[i:]), 2)
		p.Sections = append(p.Sections, s)
	}
	sections, err := p.rendered()
	if err != nil {
		t.Fatal(err)
	}
	total, without := 0, 0
	for _, s := range sections {
		total += len(s.Plain) + len(s.GZip)
		if s.Plain == "" && s.GZip == "" {
			without++
		}
	}
	if total > mostBytes || without == 0 {
		t.Errorf("%d bytes, %d sections without a figure", total, without)
	}
}
