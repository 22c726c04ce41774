package optimize

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
)

// stateMagic begins the file of a restart and ends with the version of its form. Behind
// it come the SHA-256 of the rest, a line of JSON (stateNote), and the state.
const (
	stateKind  = "simtool state "
	stateMagic = stateKind + "2\n"
)

// stateNote says of the files beside a state which of their bytes go with it.
type stateNote struct {
	Rows      int64             `json:"rows"`        // bytes of the trajectory
	RowsSum   string            `json:"rows_sha256"` // their SHA-256
	Snapshots map[string]string `json:"snapshots"`   // SHA-256 of each, by the name of its file
}

// writeState writes the file of a restart.
func writeState(w io.Writer, note stateNote, s *optimize.State) error {
	line, err := json.Marshal(note)
	if err != nil {
		return err
	}
	body := bytes.NewBuffer(append(line, '\n'))
	if _, err := s.WriteTo(body); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	for _, part := range [][]byte{[]byte(stateMagic), sum[:], body.Bytes()} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readState reads the file of a restart. Errors are *data.InputError.
func readState(path string) (note stateNote, s *optimize.State, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return note, nil, batch.Unreadable(path, err)
	}
	refuse := func(found string) (stateNote, *optimize.State, error) {
		return note, nil, &data.InputError{Path: path, Found: found, Wanted: "want what an interrupted run of this version left"}
	}
	rest, ok := bytes.CutPrefix(content, []byte(stateMagic))
	switch {
	case !ok && bytes.HasPrefix(content, []byte(stateKind)):
		return refuse("a state in another form")
	case !ok:
		return refuse("not a state with a checksum")
	case len(rest) < sha256.Size:
		return refuse("a state that ends early")
	}
	body := rest[sha256.Size:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], rest[:sha256.Size]) {
		return refuse("a state that does not match its checksum")
	}
	line, rest, _ := bytes.Cut(body, []byte{'\n'})
	if err := json.Unmarshal(line, &note); err != nil || note.Rows < 0 {
		return refuse("a state with a note that cannot be understood")
	}
	if s, err = optimize.ReadState(bytes.NewReader(rest), path); err != nil {
		return refuse(err.Error())
	}
	return note, s, nil
}

// sameSum refuses a file beside a state whose SHA-256 is another than the one noted.
func sameSum(path, now, noted string) error {
	if now == noted {
		return nil
	}
	return &data.InputError{Path: path, Found: fmt.Sprintf("the checksum %.12q", now), Wanted: fmt.Sprintf("want %.12q, as an interrupted run left it", noted)}
}

// openRows opens the rows of a restart, cuts them after those that a state goes with,
// which must be as they were, and leaves the sum of these in a hash.
func openRows(path string, note stateNote, sum io.Writer) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, &data.InputError{Path: path, Found: "missing", Wanted: "want what an interrupted run left", Err: err}
	}
	fresh := sha256.New()
	n, err := io.CopyN(io.MultiWriter(sum, fresh), f, note.Rows)
	if err != nil {
		err = &data.InputError{Path: path, Found: fmt.Sprintf("%d bytes", n), Wanted: fmt.Sprintf("want the %d that an interrupted run left", note.Rows), Err: err}
	} else if err = sameSum(path, hex.EncodeToString(fresh.Sum(nil)), note.RowsSum); err == nil {
		if err = f.Truncate(note.Rows); err == nil {
			_, err = f.Seek(note.Rows, io.SeekStart)
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// readSnapshot reads a snapshot, which must be as it was saved.
func readSnapshot(path, noted string) (*data.Dataset, error) {
	y, err := dataio.Read(path, dataio.Options{Hash: true})
	if err != nil {
		return nil, err
	}
	return y, sameSum(path, y.Source.SHA256, noted)
}
