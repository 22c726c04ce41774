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
	suffixes: []string{".npz"},
	sniff:    func(head []byte) bool { return strings.HasPrefix(string(head), "PK\x03\x04") },
	read:     readNPZ,
}

func readNPZ(in *input, o Options) (*array, error) {
	var archive io.ReaderAt = in.file
	size := in.size
	if size < 0 {
		// An archive is read from its end. What comes from a pipe or out of gzip
		// is held in memory, and grows only with what arrives.
		content, err := io.ReadAll(in.r)
		if err != nil {
			return nil, err
		}
		archive, size = bytes.NewReader(content), int64(len(content))
	}
	z, err := zip.NewReader(archive, size)
	if err != nil {
		return nil, &data.InputError{
			Found:  fmt.Sprintf("not a readable archive (%d bytes: %s)", size, strings.TrimPrefix(err.Error(), "zip: ")),
			Wanted: "want .npz as numpy.savez writes it",
			Err:    err,
		}
	}
	member, err := findMember(z, in)
	if err != nil {
		return nil, err
	}
	return readMember(member, size, o.Axes)
}

// findMember returns the member that in.key names, or the only one, and records
// its key.
func findMember(z *zip.Reader, in *input) (*zip.File, error) {
	var keys []string
	var found *zip.File
	seen := map[string]bool{}
	for _, f := range z.File {
		key := strings.TrimSuffix(f.Name, ".npy")
		if seen[key] {
			return nil, &data.InputError{Found: fmt.Sprintf("an archive with two members %q", key), Wanted: "want each name once"}
		}
		seen[key] = true
		keys = append(keys, key)
		if in.key == "" || key == strings.TrimSuffix(in.key, ".npy") {
			found = f
		}
	}
	list := strings.Join(keys[:min(len(keys), maxListed)], ", ")
	if len(keys) > maxListed {
		list += ", …"
	}
	switch {
	case len(keys) == 0:
		return nil, &data.InputError{Found: "an archive without arrays", Wanted: "want at least one"}
	case in.key == "" && len(keys) > 1:
		return nil, &data.InputError{
			Found:  fmt.Sprintf("an archive of %d arrays: %s", len(keys), list),
			Wanted: "want one of them",
			Hint:   "name the array after a colon: " + in.name + ":" + keys[0],
		}
	case found == nil:
		return nil, &data.InputError{Path: in.name, Found: fmt.Sprintf("no array %q", in.key), Wanted: "the archive holds " + list}
	}
	in.key = strings.TrimSuffix(found.Name, ".npy")
	return found, nil
}

// maxListed bounds the names that a message lists.
const maxListed = 12

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
