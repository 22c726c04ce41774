package verb

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/io"
)

// MatrixArray is a matrix as an array of an archive.
func MatrixArray(name string, m *mat.Dense) dataio.NamedArray {
	rows, columns := m.Dims()
	return dataio.NamedArray{Name: name, Values: mat.DenseCopyOf(m).RawMatrix().Data, Shape: []int{rows, columns}}
}

// NoArguments refuses arguments of a command that takes none.
func NoArguments(args []string) error {
	if len(args) > 0 {
		return batch.Usagef("unexpected argument %q", args[0])
	}
	return nil
}
