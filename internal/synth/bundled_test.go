package synth

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"simtool/internal/data"
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
		"recording.npy":  encodeNPY(out.Data),
		"conditions.csv": encodeCSV(out.Labels),
	}
	for _, quality := range []string{Good, Partial, Poor} {
		model := DefaultModel()
		model.Quality = quality
		files["model_"+quality+".npy"] = encodeNPY(generate(t, &model, bundledSeed).Data)
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

// encodeNPY renders a dataset as NumPy does: version 1, little-endian float32,
// C order.
func encodeNPY(d *data.Dataset) []byte {
	shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(d.Shape), " ", ", "), "[]")
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	const preamble = 10 // magic, version and header length
	for (preamble+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	file := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	file = append(file, header...)
	for _, v := range d.Values {
		file, _ = binary.Append(file, binary.LittleEndian, float32(v))
	}
	return file
}

func encodeCSV(table *data.Table) []byte {
	var b bytes.Buffer
	for j, c := range table.Columns {
		fmt.Fprint(&b, separator(j), c.Name)
	}
	b.WriteByte('\n')
	for i := range table.Rows() {
		for j, c := range table.Columns {
			cell := ""
			if c.Kind == data.Numeric {
				cell = strconv.FormatFloat(c.Values[i], 'g', -1, 64)
			} else {
				cell = c.Levels[c.Codes[i]]
			}
			fmt.Fprint(&b, separator(j), cell)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func separator(column int) string {
	if column == 0 {
		return ""
	}
	return ","
}
