package dataio

import (
	"archive/zip"
	"os"
	"strings"

	"simtool/internal/data"
)

// ReadNPZ reads all arrays of an .npz file in their order, in the axes that they are
// stored in. Names may hold any character. Errors are *data.InputError.
func ReadNPZ(path string) (arrays []NamedArray, err error) {
	defer func() {
		if e, ok := data.AsInputError(err); ok {
			e.Path = path
		}
	}()
	file, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, openError(path, err)
	}
	z, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, &data.InputError{Found: "not a readable archive (" + strings.TrimPrefix(err.Error(), "zip: ") + ")", Wanted: "want .npz as numpy.savez writes it", Err: err}
	}
	numbers := 0
	for _, f := range z.File {
		if err := allowNumbers(numbers, placedBytes); err != nil {
			return nil, err
		}
		a, err := readMember(f, info.Size(), "")
		if _, ok := data.AsInputError(err); err != nil && !ok {
			err = &data.InputError{Found: "an array that cannot be read: " + reason(err), Err: err}
		}
		if err != nil {
			return nil, err
		}
		numbers += len(a.values)
		arrays = append(arrays, NamedArray{Name: strings.TrimSuffix(f.Name, ".npy"), Values: a.values, Shape: a.shape})
	}
	return arrays, nil
}
