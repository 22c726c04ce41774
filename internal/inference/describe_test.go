package inference

import (
	"math"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// said returns what the card of a measure says on each topic.
func said(t *testing.T, name string) map[string]string {
	t.Helper()
	list, err := measures.ParseList(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, s := range Describe(t.Context(), list[0]) {
		if s.Text == "" || out[s.Topic] != "" {
			t.Errorf("%s: %s says %q and %q", name, s.Topic, out[s.Topic], s.Text)
		}
		out[s.Topic] = s.Text
	}
	return out
}

// TestDescribe: cards say what is known independently: closed forms of nulls, which
// estimates are doubled, where there is no interval.
func TestDescribe(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"cka":                    {BiasTopic: "score 0.33 on average, identical ones 1", NullTopic: "exact, over pairings of samples and of whole", NeuronsTopic: "infinitely many"},
		"cka:estimator=debiased": {BiasTopic: "score 0 on average", IntervalTopic: "jackknife over samples"},
		"linreg":                 {BiasTopic: "score 0.51 on average", IntervalTopic: "log(1 − value)"},        // q/(n−1) = 50/99
		"mutual-knn":             {BiasTopic: "score 0.1 on average", IntervalTopic: "symmetric in the value"}, // k/(n−1) = 10/99
		"nbs":                    {IntervalTopic: "jackknife, twice", NullTopic: "20 random pairings", NeuronsTopic: "as many neurons"},
		"cca":                    {IntervalTopic: "none: ", NeuronsTopic: "overstates"},
		"rsa:rdm=precomputed":    {NeuronsTopic: "have no neurons"},
		"cka:kernel=rbf":         {NeuronsTopic: "as many neurons"},
		"rsa":                    {CeilingTopic: "--halves", TestTopic: "tests independence"},
		"match":                  {CeilingTopic: "none is known", IntervalTopic: "none: "},
	} {
		got := said(t, name)
		for topic, text := range want {
			if !strings.Contains(got[topic], text) {
				t.Errorf("%s: %s: %q, want %q in it", name, topic, got[topic], text)
			}
		}
	}
}

// TestEveryMeasureIsDescribed: all topics are said of all families, without a number that
// is none.
func TestEveryMeasureIsDescribed(t *testing.T) {
	for _, name := range measures.FamilyNames() {
		got := said(t, name)
		for _, topic := range []string{BiasTopic, NullTopic, IntervalTopic, NeuronsTopic, CeilingTopic, TestTopic} {
			if got[topic] == "" || strings.Contains(got[topic], "NaN") || strings.Contains(got[topic], "Inf") {
				t.Errorf("%s: %s: %q", name, topic, got[topic])
			}
		}
	}
	if rounded(1e-14) != "0" || rounded(math.Pi) != "3.1" {
		t.Error("rounding")
	}
}
