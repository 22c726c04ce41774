package dataio

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"simtool/internal/data"
)

// npzFormat reads one member of a NumPy archive, stored or deflated. Without a
// key the archive must hold a single array.
var npzFormat = inputFormat{
	name:     "npz",
	title:    "a zip or .npz archive",
	suffixes: []string{".npz"},
	magic:    "PK\x03\x04",
	read:     readNPZ,
	keys: func(in *input) ([]string, error) {
		z, _, err := openNPZ(in)
		if err != nil {
			return nil, err
		}
		return npzKeys(z), nil
	},
	write: EncodeNPZ,
}

func readNPZ(in *input, o Options) (*array, error) {
	z, size, err := openNPZ(in)
	if err != nil {
		return nil, err
	}
	keys := npzKeys(z)
	names := namesMember(keys)
	wanted := strings.TrimSuffix(in.key, ".npy")
	if names >= 0 && wanted == "" && len(keys) == 2 {
		wanted = keys[1-names] // the other one is no choice
		in.key = wanted
	}
	i, err := in.member(keys, wanted)
	if err != nil {
		return nil, err
	}
	a, err := readMember(z.File[i], size, o.Axes)
	if err != nil || names < 0 || names == i {
		return a, err
	}
	// What cannot name the samples of this array is an array of its own.
	if list, err := readNamesMember(z.File[names], size); err == nil && namesFit(list, a.shape) {
		a.names, a.namesFrom = list, keys[names]
	}
	return a, nil
}

// openNPZ reads the directory of an archive, and returns the size of the latter.
func openNPZ(in *input) (z *zip.Reader, size int64, err error) {
	var archive io.ReaderAt = in.file
	if size = in.size; size < 0 {
		// An archive is read from its end. What comes from a pipe or out of gzip
		// is held in memory, and grows only with what arrives.
		content, err := readAllowed(in.r)
		if err != nil {
			return nil, 0, err
		}
		archive, size = bytes.NewReader(content), int64(len(content))
	}
	if z, err = zip.NewReader(archive, size); err != nil {
		return nil, 0, &data.InputError{
			Found:  fmt.Sprintf("not a readable archive (%d bytes: %s)", size, strings.TrimPrefix(err.Error(), "zip: ")),
			Wanted: "want .npz as numpy.savez writes it",
			Err:    err,
		}
	}
	return z, size, nil
}

// npzKeys returns the keys of the members, in their order.
func npzKeys(z *zip.Reader) []string {
	keys := make([]string, len(z.File))
	for i, f := range z.File {
		keys[i] = strings.TrimSuffix(f.Name, ".npy")
	}
	return keys
}

// readMember decodes one member of an archive of size bytes. The sizes in its
// directory are claims: they are held against the archive and against what
// DEFLATE can do before anything is allocated for them.
func readMember(f *zip.File, size int64, axes string) (*array, error) {
	packed, inflated := f.CompressedSize64, f.UncompressedSize64
	stored := f.Method == zip.Store
	switch {
	case packed > uint64(size),
		stored && packed != inflated,
		!stored && inflated/deflateRatio > packed:
		return nil, &data.InputError{
			Found:  fmt.Sprintf("member %q that claims %d bytes from %d packed ones in an archive of %d", f.Name, inflated, packed, size),
			Wanted: "want sizes that can be true",
		}
	}
	r, err := f.Open()
	if err != nil {
		return nil, memberError(f, err)
	}
	defer r.Close()
	b := bufio.NewReaderSize(r, bufferSize)
	a, err := readNPY(npySource{r: b, size: int64(inflated), certain: stored}, axes)
	if err != nil {
		return nil, memberError(f, err)
	}
	// The read at the end verifies the checksum.
	if _, err := b.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, memberError(f, err)
	}
	return a, nil
}

// memberError explains what is wrong inside an archive.
func memberError(f *zip.File, err error) error {
	switch {
	case err == nil:
		return &data.InputError{Found: fmt.Sprintf("member %q is longer than the archive says", f.Name), Wanted: "want sizes that are true", Err: zip.ErrFormat}
	case errors.Is(err, zip.ErrChecksum):
		return &data.InputError{Found: fmt.Sprintf("member %q is damaged", f.Name), Wanted: "want data with a correct checksum", Err: err}
	case errors.Is(err, zip.ErrAlgorithm):
		return &data.InputError{Found: fmt.Sprintf("member %q in compression method %d", f.Name, f.Method), Wanted: "want it stored or deflated", Err: err}
	}
	return err
}
