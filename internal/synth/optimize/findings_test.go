package optimize

import (
	"context"
	"math"
	"testing"

	"simtool/internal/data"
	"simtool/internal/data/datatest"
	dataio "simtool/internal/io"
	"simtool/internal/synth"
	"simtool/internal/synth/probe"
	"simtool/internal/synth/synthtest"
)

// The tests of this file reproduce findings of Cloos et al. (2025), on the bundled
// recording and on a real one.

const angular = "procrustes:as=angular-score"

// A component contributes the square of its variance to CKA. CKA is close to 1 before
// the smaller components are learnt; angular Procrustes requires them much earlier.
func TestCKALearnsLargeComponentsFirst(t *testing.T) {
	recording, err := synthRecording()
	if err != nil {
		t.Fatal(err)
	}
	half := map[string][]float64{}
	for _, goal := range []string{"cka", angular} {
		config := DefaultConfig(goalOf(t, goal))
		config.Stop = 0.999
		half[goal] = thresholdsOf(t, recording.Data, config)[0]
	}
	cka, procrustes := half["cka"], half[angular]
	if !(cka[0] < 0.3) {
		t.Errorf("component 1 is half learnt at a CKA of %.3f, want it early", cka[0])
	}
	// Component 8 has 3 % of the variance of the first three.
	const small = 7
	if !(cka[small] > 0.95) || !(procrustes[small] < 0.7) {
		t.Errorf("component %d is half learnt at a CKA of %.3f and a Procrustes score of %.3f, want above 0.95 and below 0.7", small+1, cka[small], procrustes[small])
	}
	for i := 1; i < 12; i++ {
		if !math.IsNaN(cka[i]) && cka[i] < cka[i-1]-0.02 {
			t.Errorf("component %d is learnt at a CKA of %.3f, before %d at %.3f", i+1, cka[i], i, cka[i-1])
		}
	}
	t.Logf("half learnt at: CKA %.3f, angular Procrustes score %.3f", cka[:12], procrustes[:12])
}

func synthRecording() (*synth.Output, error) {
	config := synth.DefaultRecording()
	return config.Generate(1)
}

// decodedAt returns the accuracies of some labels in data optimised to a score of
// 0.99, those in the reference, and chance.
func decodedAt(t *testing.T, goal string, x *data.Dataset, labels *data.Table, names ...string) (accuracy, reference, chance []float64) {
	t.Helper()
	config := DefaultConfig(goalOf(t, goal))
	config.Stop, config.Schedule = 0.99, Schedule{PerDecade: 2}
	for _, name := range names {
		column, err := labels.Column(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := probe.NewDecoder(column, x.Shape[0], probe.DefaultDecoder())
		if err != nil {
			t.Fatal(err)
		}
		own, err := d.Decode(x.Matrix(), nil)
		if err != nil {
			t.Fatal(err)
		}
		config.Decoders = append(config.Decoders, d)
		reference, chance = append(reference, own.Accuracy), append(chance, d.Chance())
	}
	outcomes, err := Run(context.Background(), x, config)
	if err != nil {
		t.Fatal(err)
	}
	if outcomes[0].Reason != ReachedStop {
		t.Fatalf("%s: %s at %v", goal, outcomes[0].Reason, outcomes[0].Score)
	}
	records := outcomes[0].Records
	for _, d := range records[len(records)-1].Decodings {
		accuracy = append(accuracy, d.Accuracy)
	}
	return accuracy, reference, chance
}

// At a CKA of 0.99 a label of the recording cannot be decoded from the data; at an
// angular Procrustes score of 0.99 all labels can.
func TestHighCKACanGoWithChanceDecoding(t *testing.T) {
	recording, err := synthRecording()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"context", "motion", "colour", "choice"}
	cka, reference, chance := decodedAt(t, "cka", recording.Data, recording.Labels, names...)
	procrustes, _, _ := decodedAt(t, angular, recording.Data, recording.Labels, names...)
	t.Logf("labels %v: chance %.2f, recording %.2f, at CKA 0.99 %.2f, at angular Procrustes 0.99 %.2f", names, chance, reference, cka, procrustes)
	const colour = 2
	if reference[colour] < 2*chance[colour] {
		t.Fatalf("the recording itself decodes colour at %.2f only", reference[colour])
	}
	if cka[colour] > chance[colour]+0.05 {
		t.Errorf("colour is decoded at %.2f from data with a CKA of 0.99, want it near chance, %.2f", cka[colour], chance[colour])
	}
	for i := range names {
		if procrustes[i] < 0.95*reference[i] {
			t.Errorf("%s is decoded at %.2f from data with an angular Procrustes score of 0.99, want about %.2f", names[i], procrustes[i], reference[i])
		}
	}
}

// In cortical amygdala, with more neurons than samples, any data predict every
// component linearly. The fit by a rotation distinguishes CKA from Procrustes.
func TestFindingsInMouseCortex(t *testing.T) {
	x, err := dataio.Read(datatest.Shared(t, "data", "mouse_plcoa", "plCoA_rates.npy"), dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pcs, err := probe.NewPCAnalysis(x)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string][]float64{}
	for _, goal := range []string{"cka", angular} {
		config := DefaultConfig(goalOf(t, goal))
		config.Stop, config.PCs = 0.9, pcs
		o, _ := runOne(t, x, config)
		last := o.Records[len(o.Records)-1]
		at[goal] = last.R2Orthogonal
		for i, r2 := range last.R2 {
			synthtest.Near(t, "linear R² of more neurons than samples", r2, 1, 1e-9)
			if i > 0 && math.IsNaN(last.R2Orthogonal[i]) {
				t.Errorf("component %d has no R²", i+1)
			}
		}
	}
	const first, late = 0, 100
	if !(at["cka"][first] > 0.9) || !(at["cka"][late] < 0.75) || !(at[angular][late] > 0.85) {
		t.Errorf("orthogonal R² at a score of 0.9: component 1 %.2f by CKA, component 101 %.2f by CKA and %.2f by Procrustes", at["cka"][first], at["cka"][late], at[angular][late])
	}
	t.Logf("orthogonal R² at 0.9 of components 1, 11, 51, 101, 201: CKA %.2f %.2f %.2f %.2f %.2f, angular Procrustes %.2f %.2f %.2f %.2f %.2f",
		at["cka"][0], at["cka"][10], at["cka"][50], at["cka"][100], at["cka"][200],
		at[angular][0], at[angular][10], at[angular][50], at[angular][100], at[angular][200])
}
