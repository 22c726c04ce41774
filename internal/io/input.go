package dataio

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"

	"simtool/internal/data"
)

const (
	// bufferSize is the unit of reading: large enough to make system calls
	// cheap, small enough to stay in the second-level cache.
	bufferSize = 128 << 10
	// deflateRatio bounds what DEFLATE can inflate to: one byte of input
	// never stands for more than 1032 bytes of output.
	deflateRatio = 1032
)

// input is an opened file with gzip undone.
type input struct {
	name   string        // as the user named it, without the npz key
	key    string        // npz member; "" when none was named
	r      *bufio.Reader // the content
	size   int64         // bytes of content when known for certain, else -1
	stored int64         // bytes as stored, -1 for streams

	file   *os.File // nil for standard input
	meter  *meter
	hashed chan string // the digest of a regular file, computed alongside; else nil
}

// meter counts the stored bytes that pass and, for streams, hashes them.
type meter struct {
	r   io.Reader
	n   int64
	sha hash.Hash // nil when nothing is to be hashed here
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	if m.sha != nil {
		m.sha.Write(p[:n])
	}
	return n, err
}

// openInput opens path, "-" being o.Stdin, and undoes gzip, which it knows by
// its magic number. The caller closes the input.
func openInput(path string, o Options) (*input, error) {
	name, key := splitKey(path)
	in := &input{name: name, key: key, size: -1, stored: -1}
	var raw io.Reader
	if name == "-" {
		if o.Stdin == nil {
			return nil, &data.InputError{Path: name, Found: "standard input is not available here", Wanted: "want a file"}
		}
		raw = o.Stdin
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, openError(name, err)
		}
		in.file = f
		raw = f
		info, err := f.Stat()
		switch {
		case err != nil:
			f.Close()
			return nil, openError(name, err)
		case info.IsDir():
			f.Close()
			return nil, &data.InputError{Path: name, Found: "a directory", Wanted: "want a file"}
		case info.Mode().IsRegular():
			in.stored = info.Size()
		}
	}
	if err := in.start(raw, o.Hash); err != nil {
		in.close()
		return nil, in.fail(err)
	}
	return in, nil
}

// start sets up the chain of readers: bytes as stored, hash, gzip, buffer.
func (in *input) start(raw io.Reader, wantHash bool) error {
	in.meter = &meter{r: raw}
	switch {
	case wantHash && in.stored >= 0:
		in.hashed = make(chan string, 1)
		go in.hashAlongside()
	case wantHash:
		in.meter.sha = sha256.New()
	}
	return in.inflate()
}

// restart goes back to the beginning of a regular file.
func (in *input) restart() error {
	if _, err := in.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return in.inflate()
}

// inflate sets up the buffer of the content, with gzip undone.
func (in *input) inflate() error {
	in.r = bufio.NewReaderSize(in.meter, bufferSize)
	head, err := in.r.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in.r)
		if err != nil {
			return err
		}
		in.r = bufio.NewReaderSize(z, bufferSize)
		return nil
	}
	if strings.HasSuffix(strings.ToLower(in.name), ".gz") {
		return &data.InputError{Found: "content that is not gzip", Wanted: "want gzip, as the name says"}
	}
	in.size = in.stored
	return nil
}

// hashAlongside digests a regular file with reads of its own, in parallel with
// the decoding: the second pass comes from the page cache and the wall time is
// that of the slower of the two instead of their sum.
func (in *input) hashAlongside() {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(in.file, 0, in.stored)); err != nil {
		in.hashed <- ""
		return
	}
	in.hashed <- hex.EncodeToString(sum.Sum(nil))
}

// source describes the input once it has been read to its end.
func (in *input) source(format, dtype string, shape []int) (data.Source, error) {
	s := data.Source{Path: in.path(), Format: format, DType: dtype, Shape: shape, Bytes: in.stored}
	if in.stored < 0 {
		s.Bytes = in.meter.n
	}
	switch {
	case in.hashed != nil:
		digest := <-in.hashed
		in.hashed = nil
		if digest == "" {
			return s, &data.InputError{Path: in.name, Found: "could not be read a second time for its checksum"}
		}
		s.SHA256 = digest
	case in.meter.sha != nil:
		s.SHA256 = hex.EncodeToString(in.meter.sha.Sum(nil))
	}
	return s, nil
}

// path names the input with its key, as the user did.
func (in *input) path() string {
	if in.key == "" {
		return in.name
	}
	return in.name + ":" + in.key
}

// close releases the file; the hash, which reads it too, is waited for.
func (in *input) close() {
	if in.hashed != nil {
		<-in.hashed
		in.hashed = nil
	}
	if in.file != nil {
		in.file.Close()
	}
}

// atEnd returns an error unless the content has been read to its end. For gzip
// it is the read that verifies the checksum.
func (in *input) atEnd(wanted string) error {
	switch _, err := in.r.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return &data.InputError{Found: "bytes after the end of the data", Wanted: "want " + wanted}
}

// fail turns any error of reading into an InputError that names the input.
func (in *input) fail(err error) error {
	if e, ok := data.AsInputError(err); ok {
		if e.Path == "" {
			e.Path = in.path()
		}
		return err
	}
	e := &data.InputError{Path: in.path(), Found: "cannot be read: " + reason(err), Err: err}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Found, e.Wanted = "the file ends early", "want the whole of it"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		e.Found, e.Wanted = "damaged gzip data", "want gzip with a correct checksum"
	}
	return e
}

// openError says why a file could not be opened.
func openError(name string, err error) error {
	e := &data.InputError{Path: name, Found: "cannot be opened: " + reason(err), Err: err}
	if errors.Is(err, fs.ErrNotExist) {
		e.Found, e.Hint = "no such file", nearbyFile(name)
	}
	return e
}

// reason is the text of err without the operation and path that the message
// has already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
