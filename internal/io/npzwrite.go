package dataio

import (
	"archive/zip"
	"fmt"
	"io"
	"time"
)

// NamedArray is one member of an archive: row-major values in a shape.
type NamedArray struct {
	Name   string
	Values []float64
	Shape  []int
}

// EncodeNPZ writes the arrays to w as a NumPy archive, uncompressed as
// numpy.savez does, so that readers can tell its sizes without inflating it.
// The same arrays give the same bytes. It panics on an empty or repeated name.
func EncodeNPZ(w io.Writer, p Precision, arrays []NamedArray) error {
	z := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, a := range arrays {
		if a.Name == "" || seen[a.Name] {
			panic(fmt.Sprintf("dataio: array name %q empty or repeated", a.Name))
		}
		seen[a.Name] = true
		member, err := z.CreateHeader(&zip.FileHeader{
			Name:   a.Name + ".npy",
			Method: zip.Store,
			// The earliest time that zip knows: the bytes must not depend on the clock.
			Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC),
		})
		if err != nil {
			return err
		}
		if err := EncodeNPY(member, p, a.Values, a.Shape...); err != nil {
			return err
		}
	}
	return z.Close()
}
