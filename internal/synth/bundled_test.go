package synth

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simtool/internal/data"
	dataio "simtool/internal/io"
	"simtool/testdata"
)

var update = flag.Bool("update", false, "write the bundled files of testdata anew")

// bundledSeed is the seed of the bundled files, the default of the command line.
const bundledSeed = 1

// bundled makes the content of the bundled files.
func bundled(t *testing.T) map[string][]byte {
	recording := DefaultRecording()
	out := generate(t, &recording, bundledSeed)
	files := map[string][]byte{
		"recording.npy":  encodeNPY(t, out),
		"conditions.csv": encodeCSV(t, out.Labels),
	}
	for _, quality := range []string{Good, Partial, Poor} {
		model := DefaultModel()
		model.Quality = quality
		files["model_"+quality+".npy"] = encodeNPY(t, generate(t, &model, bundledSeed))
	}
	return files
}

func TestBundledFilesAreWhatTheGeneratorsMake(t *testing.T) {
	for name, want := range bundled(t) {
		if *update {
			if err := os.WriteFile(filepath.Join("..", "..", "testdata", name), want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(testdata.FS, name)
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("testdata/%s differs from what the generator makes: run go test -update, unless the generator is wrong", name)
		}
	}
}

// The values come from NumPy (norms, svd and qr of the centred files).
func TestBundledModelsHaveTheQualityOfTheREADME(t *testing.T) {
	recording := DefaultRecording()
	x := centered(generate(t, &recording, bundledSeed))
	for _, want := range []struct {
		quality      string
		cka, nbs, r2 float64
	}{
		{Good, 0.9979318514169918, 0.9871004938345076, 0.9815261988261499},
		{Partial, 0.9884747162171243, 0.8738657530244194, 0.7781628161296343},
		{Poor, 0.04255844570782333, 0.24675492538747315, 0.21152580503830276},
	} {
		model := DefaultModel()
		model.Quality = want.quality
		cka, nbs, r2 := similarity(t, x, centered(generate(t, &model, bundledSeed)))
		near(t, want.quality+" CKA", cka, want.cka, 1e-12)
		near(t, want.quality+" NBS", nbs, want.nbs, 1e-12)
		near(t, want.quality+" R²", r2, want.r2, 1e-12)
	}
}

// encodeNPY renders a dataset as the command line writes it.
func encodeNPY(t *testing.T, out *Output) []byte {
	t.Helper()
	if out.DType != "float32" {
		t.Fatalf("the values need %s, want float32", out.DType)
	}
	var b bytes.Buffer
	if err := dataio.EncodeNPY(&b, dataio.Float32, out.Data.Values, out.Data.Shape...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeCSV(t *testing.T, labels *data.Table) []byte {
	t.Helper()
	table := dataio.Table{Columns: labels.Names(), Rows: labels.Cells()}
	var b bytes.Buffer
	if err := table.Write(&b, dataio.CSV, dataio.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A user must read from the files the values that the generator made.
func TestBundledFilesReadBack(t *testing.T) {
	c := DefaultRecording()
	out := generate(t, &c, bundledSeed)
	recording, err := dataio.Read(filepath.Join("..", "..", "testdata", "recording.npy"), dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(recording.Shape, out.Data.Shape) || !slices.Equal(recording.Values, out.Data.Values) {
		t.Error("recording.npy differs from the generator's values")
	}
	labels, err := dataio.ReadFeatures(filepath.Join("..", "..", "testdata", "conditions.csv"), dataio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out.Labels.Columns, labels.Columns); diff != "" {
		t.Errorf("conditions.csv differs from the generator's labels:\n%s", diff)
	}
}
