package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"simtool/internal/io"
)

const scoreArrays = "simtool score x.npy y.npy -m cka --format csv"

// npyText is an array of any dtype, shape and body.
func npyText(descr, shape string, fortran bool, body []byte) string {
	order := "False"
	if fortran {
		order = "True"
	}
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + string(body)
}

// bytesOf are float64s in their order.
func bytesOf(values []float64) []byte {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// archive writes an .npz of arrays.
func archive(t *testing.T, path string, arrays ...dataio.NamedArray) {
	t.Helper()
	var b bytes.Buffer
	if err := dataio.EncodeArchive(&b, path, dataio.Float64, arrays); err != nil {
		t.Fatal(err)
	}
	writeFile(t, ".", path, b.String())
}

// holed is a matrix with missing values in some places, row by row.
func holed(m [][]float64, at ...[2]int) []float64 {
	values := flat(m)
	for _, p := range at {
		values[p[0]*len(m[0])+p[1]] = math.NaN()
	}
	return values
}

// withoutRows is a matrix without some rows.
func withoutRows(m [][]float64, rows ...int) (out [][]float64) {
	for i, row := range m {
		if !slices.Contains(rows, i) {
			out = append(out, row)
		}
	}
	return out
}

// arrayStories are those of arrays, missing values and names of samples.
func arrayStories() []hintStory {
	x, y := storyPair()
	n := len(x)
	saved := func(t *testing.T) { writeArray(t, "x.npy", flat(x), n, 4) }
	refusedArray := func(name, content, hint, words string) hintStory {
		return hintStory{
			name: name, files: map[string]string{"x.npy": content}, command: scoreArrays, hint: hint,
			follow: []followed{{words: words, make: saved, command: scoreArrays, value: pairCKA}},
		}
	}
	const convert = "convert it in Python: numpy.save(path, x.astype('float64'))"
	names := func(prefix string, order []int) string {
		text := ""
		for _, i := range order {
			text += fmt.Sprintf("%s%d\n", prefix, i)
		}
		return text
	}
	inOrder := make([]int, n)
	for i := range inOrder {
		inOrder[i] = i
	}
	named := func(header string, m [][]float64, rows []int, prefix string) string {
		var some [][]float64
		for _, i := range rows {
			some = append(some, m[i])
		}
		return csvOf(header, some, func(k int) string { return fmt.Sprintf("%s%d,", prefix, rows[k]) })
	}
	backwards := slices.Clone(inOrder)
	slices.Reverse(backwards)
	backY := withoutRows(y)
	slices.Reverse(backY)
	return []hintStory{
		refusedArray("objects", npyText("'|O'", "(12, 4)", false, []byte("pickle")), convert, "numpy.save(path, x.astype('float64'))"),
		refusedArray("dates", npyText("'<M8[s]'", "(12, 4)", false, bytesOf(flat(x))), convert, "numpy.save(path, x.astype('float64'))"),
		refusedArray("long doubles", npyText("'<f16'", "(12, 4)", false, make([]byte, 16*48)), convert, "numpy.save(path, x.astype('float64'))"),
		refusedArray("complex numbers", npyText("'<c16'", "(12, 4)", false, make([]byte, 16*48)), "save the real part or the magnitude", "save the real part"),
		refusedArray("records", npyText("[('rate', '<f8')]", "(12, 4)", false, bytesOf(flat(x))), "save one field, e.g. numpy.save(path, x['rate'])", "numpy.save(path, x['rate'])"),
		refusedArray("four dimensions", npyText("'<f8'", "(12, 2, 2, 1)", false, bytesOf(flat(x))), "reshape it in Python: numpy.save(path, x.reshape(len(x), -1))", "numpy.save(path, x.reshape(len(x), -1))"),
		{
			name: "an unknown format", files: map[string]string{"x.dat": "MATLAB 5.0 MAT-file\x00\x01\x02" + strings.Repeat("\x00", 200)},
			command: "simtool score x.dat y.npy -m cka --format csv", hint: "convert it in Python: numpy.save('x.npy', x)",
			follow: []followed{{words: "numpy.save('x.npy', x)", make: saved, command: scoreArrays, value: pairCKA}},
		},
		{
			name: "an archive of two arrays",
			prepare: func(t *testing.T) {
				archive(t, "a.npz", dataio.NamedArray{Name: "layer1", Values: flat(x), Shape: []int{n, 4}}, dataio.NamedArray{Name: "layer2", Values: flat(y), Shape: []int{n, 3}})
			},
			command: "simtool score a.npz y.npy -m cka --format csv", hint: "name the array after a colon: a.npz:layer1",
			follow: []followed{{words: "a.npz:layer1", command: "simtool score a.npz:layer1 y.npy -m cka --format csv", value: pairCKA}},
		},
		{
			name: "an archive to be read block by block", command: "simtool moments a.npz y.npy -o m.npz",
			prepare: func(t *testing.T) {
				archive(t, "a.npz", dataio.NamedArray{Name: "x", Values: flat(x), Shape: []int{n, 4}})
			},
			hint: "unpack the array to a .npy file, and names of its samples to a file_names.txt beside it",
			follow: []followed{{
				words: "to a .npy file", first: []string{"simtool moments x.npy y.npy -o m.npz"}, command: "simtool score --moments m.npz -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "columns first, to be read block by block", files: map[string]string{"x.npy": npyText("'<f8'", "(12, 4)", true, bytesOf(flat(transposed(x))))},
			command: "simtool moments x.npy y.npy -o m.npz", hint: "save it with numpy.ascontiguousarray first",
			follow: []followed{{
				words: "numpy.ascontiguousarray", make: saved, first: []string{"simtool moments x.npy y.npy -o m.npz"}, command: "simtool score --moments m.npz -m cka --format csv", value: pairCKA,
			}},
		},
		{
			name: "dissimilarities without a diagonal", prepare: func(t *testing.T) { writeArray(t, "x.npy", flat(withDiagonal(distances(x), math.NaN())), n, n) },
			first:   []string{"simtool rdm y.npy --rdm euclidean -o r.npy"},
			command: "simtool score x.npy r.npy -m rsa:rdm=precomputed:compare=pearson --format csv",
			hint:    "set the diagonal to 0: numpy.fill_diagonal(x, 0)",
			follow: []followed{{
				words: "numpy.fill_diagonal(x, 0)", make: func(t *testing.T) { writeArray(t, "x.npy", flat(distances(x)), n, n) },
				command: "simtool score x.npy r.npy -m rsa:rdm=precomputed:compare=pearson --format csv", value: rdmCorrelation(x, y),
			}},
		},
		{
			name: "a missing value in every sample", prepare: func(t *testing.T) { writeArray(t, "x.npy", flat(eachHoled(x)), n, 4) }, command: scoreArrays,
			hint: "fill them in first: no sample is complete",
			follow: []followed{{
				words: "fill them in first", make: func(t *testing.T) { writeArray(t, "x.npy", flat(x), n, 4) }, command: scoreArrays, value: pairCKA,
			}},
		},
		{
			name: "a missing value", prepare: func(t *testing.T) { writeArray(t, "x.npy", holed(x, [2]int{3, 1}), n, 4) }, command: scoreArrays,
			hint: "drop or fill those samples first, or use --missing drop to leave out samples with missing values",
			follow: []followed{
				{words: "use --missing drop", command: scoreArrays + " --missing drop", value: linearCKA(withoutRows(x, 3), withoutRows(y, 3))},
				{
					words: "drop", make: func(t *testing.T) {
						writeArray(t, "x.npy", flat(withoutRows(x, 3)), n-1, 4)
						writeArray(t, "y.npy", flat(withoutRows(y, 3)), n-1, 3)
					}, command: scoreArrays, value: linearCKA(withoutRows(x, 3), withoutRows(y, 3)),
				},
				{words: "fill those samples first", make: saved, command: scoreArrays, value: pairCKA},
			},
		},
		{
			name: "a matrix with a sample that is left out",
			prepare: func(t *testing.T) {
				writeArray(t, "z.npy", holed(x, [2]int{3, 1}), n, 4)
				runAll(t, []string{"simtool rdm z.npy --rdm euclidean --missing drop -o dx.npy", "simtool rdm y.npy --rdm euclidean -o dy.npy"})
			},
			command: "simtool score dx.npy dy.npy -m rsa:rdm=precomputed:compare=pearson --format csv",
			hint:    "drop or fill those samples first, or use --missing drop to leave out samples with missing values",
			follow: []followed{{
				words: "use --missing drop", command: "simtool score dx.npy dy.npy -m rsa:rdm=precomputed:compare=pearson --format csv --missing drop",
				value: rdmCorrelation(withoutRows(x, 3), withoutRows(y, 3)),
			}},
		},
		{
			name: "a neuron that is never recorded", command: scoreArrays,
			prepare: func(t *testing.T) { writeArray(t, "x.npy", holedColumn(x, 2), n, 4) },
			hint:    "feature 2 has no value at all: --missing drop-features leaves such features out",
			follow: []followed{{
				words: "--missing drop-features", command: scoreArrays + " --missing drop-features", value: linearCKA(without(x, 2), y),
			}},
		},
		{
			name: "a neuron that is never recorded, where samples are dropped", command: scoreArrays + " --missing drop",
			prepare: func(t *testing.T) { writeArray(t, "x.npy", holedColumn(x, 2), n, 4) },
			hint:    "no value in x.npy: feature 2: --missing drop-features leaves such features out",
			follow: []followed{{
				words: "--missing drop-features", command: scoreArrays + " --missing drop-features", value: linearCKA(without(x, 2), y),
			}},
		},
		{
			name: "an infinite value", command: scoreArrays,
			prepare: func(t *testing.T) {
				v := flat(x)
				v[5] = math.Inf(1)
				writeArray(t, "x.npy", v, n, 4)
			},
			hint:   "find out what made it: an overflow or a division by zero",
			follow: []followed{{words: "find out what made it", make: saved, command: scoreArrays, value: pairCKA}},
		},
		{
			name: "other numbers of samples", prepare: func(t *testing.T) { writeArray(t, "y.npy", flat(y[:10]), 10, 3) }, command: scoreArrays,
			hint: "rows are samples: both files must hold the same stimuli in the same order",
			follow: []followed{{
				words: "both files must hold the same stimuli in the same order", make: func(t *testing.T) { writeArray(t, "y.npy", flat(y), n, 3) }, command: scoreArrays, value: pairCKA,
			}},
		},
		{
			name: "a transposed recording", prepare: func(t *testing.T) { writeArray(t, "y.npy", flat(transposed(y)), 3, n) }, command: scoreArrays,
			hint: "y.npy has 12 features, as x.npy has samples: if its columns are the samples, save it transposed, numpy.save(path, x.T)",
			follow: []followed{{
				words: "save it transposed", make: func(t *testing.T) { writeArray(t, "y.npy", flat(y), n, 3) }, command: scoreArrays, value: pairCKA,
			}},
		},
		{
			name: "two transposed recordings", command: "simtool score xt.npy yt.npy -m cka --format csv",
			prepare: func(t *testing.T) {
				writeArray(t, "xt.npy", flat(transposed(doubled(x))), 4, 24)
				writeArray(t, "yt.npy", flat(transposed(doubled(y))), 3, 24)
			},
			hint: "both have 24 features: if the columns are the samples, save both transposed, numpy.save(path, x.T)",
			follow: []followed{{
				words: "save both transposed", make: func(t *testing.T) {
					writeArray(t, "xt.npy", flat(doubled(x)), 24, 4)
					writeArray(t, "yt.npy", flat(doubled(y)), 24, 3)
				}, command: "simtool score xt.npy yt.npy -m cka --format csv", value: linearCKA(doubled(x), doubled(y)),
			}},
		},
		{
			name: "labels of the columns", files: map[string]string{"l.csv": "side\n" + lefts(n)}, command: "simtool decode xt.npy --labels l.csv",
			prepare: func(t *testing.T) { writeArray(t, "xt.npy", flat(transposed(x)), 4, n) },
			hint:    "xt.npy has 12 features: if its columns are the conditions, save it transposed, numpy.save(path, x.T)",
			follow: []followed{{
				words: "save it transposed", make: func(t *testing.T) { writeArray(t, "xt.npy", flat(x), n, 4) }, command: "simtool decode xt.npy --labels l.csv",
				check: printsAs("simtool decode x.npy --labels l.csv"),
			}},
		},
		{
			name: "labels of another axis", files: map[string]string{"l.csv": "side\n" + lefts(n)}, command: "simtool decode x3.npy --labels l.csv",
			prepare: func(t *testing.T) { writeArray(t, "x3.npy", flat(x), n, 1, 4) }, // condition × time × neuron
			hint:    "--axes ctn takes the axis of 12 for the conditions",
			follow:  []followed{{words: "--axes ctn", command: "simtool decode x3.npy --labels l.csv --axes ctn", check: printsAs("simtool decode x.npy --labels l.csv")}},
		},
		{
			name: "a label that counts", files: map[string]string{"l.csv": "item\n" + names("", inOrder)}, command: "simtool decode x.npy --labels l.csv --label item",
			hint:   "--continuous item predicts it as a number",
			follow: []followed{{words: "--continuous item", command: "simtool decode x.npy --labels l.csv --continuous item"}},
		},
		{
			name:    "names of some other samples",
			files:   map[string]string{"x.csv": named(",a,b,c,d\n", x, inOrder, "s"), "y.csv": named(",u,v,w\n", y[:], append([]int{}, backwards[1:]...), "s") + "s99,1.5,2.5,3.5\n"},
			command: scoreText,
			hint:    "--pair-by common keeps the 11 that both have, --pair-by position pairs rows by their order",
			follow: []followed{
				{words: "--pair-by common", command: scoreText + " --pair-by common", value: linearCKA(x[:11], y[:11])},
				{words: "--pair-by position", command: scoreText + " --pair-by position", value: linearCKA(x, append(slices.Clone(backY[1:]), []float64{1.5, 2.5, 3.5}))},
			},
		},
		{
			name:    "no name in common",
			files:   map[string]string{"x.csv": named(",a,b,c,d\n", x, inOrder, "s"), "y.csv": named(",u,v,w\n", y, inOrder, "t")},
			command: scoreText, hint: "--pair-by position pairs rows by their order, whatever they are called",
			follow: []followed{{words: "--pair-by position", command: scoreText + " --pair-by position", value: pairCKA}},
		},
		{
			name:    "names in another order, block by block",
			files:   map[string]string{"x.csv": named(",a,b,c,d\n", x, inOrder, "s"), "y.csv": named(",u,v,w\n", y, backwards, "s")},
			command: "simtool moments x.csv y.csv -o m.npz", hint: "--pair-by position pairs rows by their order",
			follow: []followed{{
				words: "--pair-by position", first: []string{"simtool moments x.csv y.csv -o m.npz --pair-by position"},
				command: "simtool score --moments m.npz -m cka --format csv --pair-by position", value: linearCKA(x, backY),
			}},
		},
		{
			name: "names of other conditions", files: map[string]string{"names.txt": names("s", inOrder)}, command: "simtool rdm x3.npy --ids names.txt -o d.npy",
			prepare: func(t *testing.T) { writeArray(t, "x3.npy", flat(x), 3, 4, 4) },
			hint:    "3-d data have names of conditions",
			follow: []followed{{
				words: "names of conditions", first: []string{"head -n 4 names.txt > conditions.txt"}, command: "simtool rdm x3.npy --ids conditions.txt -o d.npy",
			}},
		},
		{
			name:    "units of other samples",
			files:   map[string]string{"x.csv": named(",a,b,c,d\n", x, inOrder, "s"), "l.csv": ",side\n" + sides("t", n)},
			command: scoreText + " --units l.csv:side", hint: "rows are matched by their names, for both files have them",
			follow: []followed{{
				words: "matched by their names", first: []string{"sed 's/^t/s/' l.csv > m.csv"}, command: scoreText + " --units m.csv:side", value: pairCKA,
			}},
		},
		{
			name: "halves of another recording", command: scoreArrays + " --halves x.npy,z.npy",
			prepare: func(t *testing.T) { writeArray(t, "z.npy", scaled(x, 3), n, 4) },
			hint:    "--repeat names further repeats of X, and takes the mean itself",
			follow:  []followed{{words: "--repeat", command: scoreArrays + " --repeat z.npy", value: pairCKA}}, // the mean of x and 3x
		},
		{
			name: "conditions of samples", command: "simtool influence x.npy y.npy -m cka --wrt conditions", hint: "--wrt samples asks each row",
			follow: []followed{{words: "--wrt samples", command: "simtool influence x.npy y.npy -m cka --wrt samples --format csv", value: pairCKA}},
		},
		{
			name:    "labels of other samples",
			files:   map[string]string{"x.csv": named(",a,b,c,d\n", x, inOrder, "s"), "l.csv": ",side\n" + sides("t", n)},
			command: "simtool decode x.csv --labels l.csv", hint: "give both the same samples, or labels without names of rows",
			follow: []followed{
				{words: "labels without names of rows", first: []string{"cut -d, -f2 l.csv > m.csv"}, command: "simtool decode x.csv --labels m.csv"},
				{words: "give both the same samples", first: []string{"sed 's/^t/s/' l.csv > m.csv"}, command: "simtool decode x.csv --labels m.csv"},
			},
		},
	}
}

// printsAs expects what another command prints.
func printsAs(command string) func(t *testing.T, stdout string) {
	return func(t *testing.T, stdout string) {
		t.Helper()
		if status, want, stderr := inShell(t, command); status != 0 || stdout != want {
			t.Errorf("%q, want %q as of %s: %s", stdout, want, command, stderr)
		}
	}
}

// doubled is a matrix twice below itself, the second time squared.
func doubled(m [][]float64) [][]float64 {
	out := slices.Clone(m)
	for _, row := range m {
		var squares []float64
		for _, v := range row {
			squares = append(squares, v*v)
		}
		out = append(out, squares)
	}
	return out
}

// lefts are labels that alternate.
func lefts(n int) string {
	text := ""
	for i := range n {
		text += []string{"left", "right"}[i%2] + "\n"
	}
	return text
}

// sides are labels of samples with names.
func sides(prefix string, n int) string {
	text := ""
	for i := range n {
		text += fmt.Sprintf("%s%d,%s\n", prefix, i, []string{"left", "right"}[i%2])
	}
	return text
}

// transposed is a matrix with its columns as rows.
func transposed(m [][]float64) [][]float64 {
	out := make([][]float64, len(m[0]))
	for j := range out {
		for i := range m {
			out[j] = append(out[j], m[i][j])
		}
	}
	return out
}

// holedColumn is a matrix without any value in a column, row by row.
func holedColumn(m [][]float64, column int) []float64 {
	var at [][2]int
	for i := range m {
		at = append(at, [2]int{i, column})
	}
	return holed(m, at...)
}

// rdmCorrelation is the Pearson correlation of Euclidean distances, from the definition.
func rdmCorrelation(x, y [][]float64) float64 {
	distances := func(m [][]float64) (d []float64) {
		for i := range m {
			for k := range i {
				sum := 0.0
				for j := range m[i] {
					sum += (m[i][j] - m[k][j]) * (m[i][j] - m[k][j])
				}
				d = append(d, math.Sqrt(sum))
			}
		}
		return d
	}
	a, b := distances(x), distances(y)
	var ma, mb float64
	for i := range a {
		ma, mb = ma+a[i]/float64(len(a)), mb+b[i]/float64(len(a))
	}
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+(a[i]-ma)*(b[i]-mb), aa+(a[i]-ma)*(a[i]-ma), bb+(b[i]-mb)*(b[i]-mb)
	}
	return ab / math.Sqrt(aa*bb)
}

// withDiagonal sets the diagonal of a square matrix.
func withDiagonal(m [][]float64, v float64) [][]float64 {
	for i := range m {
		m[i][i] = v
	}
	return m
}

// eachHoled is a matrix without one number of each row, in one column after the other.
func eachHoled(m [][]float64) (out [][]float64) {
	for i, row := range m {
		row = append([]float64{}, row...)
		row[i%len(row)] = math.NaN()
		out = append(out, row)
	}
	return out
}

// distances is the matrix of Euclidean distances.
func distances(m [][]float64) (out [][]float64) {
	for i := range m {
		row := make([]float64, len(m))
		for k := range m {
			sum := 0.0
			for j := range m[i] {
				sum += (m[i][j] - m[k][j]) * (m[i][j] - m[k][j])
			}
			row[k] = math.Sqrt(sum)
		}
		out = append(out, row)
	}
	return out
}
