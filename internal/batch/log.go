package batch

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"simtool/internal/data"
	"simtool/internal/io"
)

// Log is a file of finished items: a key and the bytes that the caller makes of
// the result. Entries are only ever added, each by one write with a checksum, so
// that whatever ends the process leaves all entries before the last one whole. One
// file holds any number of items, which file systems of clusters prefer to many
// files, and only its keys are kept in memory.
//
// The methods may be called by many goroutines.
type Log struct {
	path string

	mu    sync.Mutex
	file  *os.File
	end   int64            // of the last whole entry
	where map[string]place // of the value of each key
	order []string         // keys as they came
}

// place is where a value stands in the file.
type place struct {
	at     int64
	length int
}

// An entry is its head (length of the body, CRC-32C of the body and CRC-32C of these
// two, 4 bytes each, little endian) and its body: the length of the key as a uvarint,
// the key, the value. The magic ends with the version of this form.
const (
	logKind   = "simtool log "
	logMagic  = logKind + "2\n"
	headBytes = 12
	maxBody   = 1 << 30
)

// castagnoli makes the table when a log is first read or written.
var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// OpenLog opens the log at path, or begins one. An entry that is cut off, as a process
// leaves it that was killed, is dropped. It refuses a file that is no log or that is
// damaged, with a *data.InputError, and one that another process has open; that lock
// ends with the process.
func OpenLog(path string) (*Log, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	l := &Log{path: path, file: file, where: map[string]place{}}
	if err := l.open(); err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

// ReadLog opens the log at path to look at what it holds: it neither locks nor
// changes the file, and nothing can be put into it.
func ReadLog(path string) (*Log, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l := &Log{path: path, file: file, where: map[string]place{}}
	if err := l.scan(); err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

func (l *Log) open() error {
	if err := dataio.Lock(l.file); errors.Is(err, dataio.ErrLocked) {
		return fmt.Errorf("%s: a checkpoint %w, want one run at a time for each output", l.path, err)
	} else if err != nil {
		return fmt.Errorf("%s: cannot be locked: %w", l.path, err)
	}
	// The run that had the lock may have removed the file as it ended.
	if mine, err := l.file.Stat(); err != nil {
		return err
	} else if there, err := os.Stat(l.path); err != nil || !os.SameFile(mine, there) {
		return fmt.Errorf("%s: a checkpoint %w, want one run at a time for each output", l.path, dataio.ErrLocked)
	}
	if err := l.scan(); err != nil {
		return err
	}
	if err := l.file.Truncate(l.end); err != nil {
		return err
	}
	if l.end > 0 {
		return nil
	}
	l.end = int64(len(logMagic))
	_, err := l.file.WriteAt([]byte(logMagic), 0)
	return err
}

// scan finds the entries. A magic that is cut off is that of a log that a killed
// process had only begun.
func (l *Log) scan() error {
	r := bufio.NewReaderSize(l.file, 1<<16)
	magic := make([]byte, len(logMagic))
	n, err := io.ReadFull(r, magic)
	if string(magic[:n]) != logMagic[:n] {
		if rest, ok := strings.CutPrefix(string(magic[:n]), logKind); ok {
			return &data.InputError{Path: l.path, Found: fmt.Sprintf("a log of finished items in the form %.1q", rest), Wanted: "want the form 2, of this version"}
		}
		return &data.InputError{Path: l.path, Found: "not a log of finished items", Wanted: "want what an interrupted run left"}
	}
	if n < len(logMagic) {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		return err
	}
	l.end = int64(n)
	var head [headBytes]byte
	var body []byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return unlessEnd(err)
		}
		length, sum := binary.LittleEndian.Uint32(head[:]), binary.LittleEndian.Uint32(head[4:])
		if binary.LittleEndian.Uint32(head[8:]) != crc32.Checksum(head[:8], castagnoli()) || length > maxBody {
			return l.damaged(r, head[:])
		}
		if body, err = readBody(r, body[:0], int(length)); err != nil {
			return unlessEnd(err)
		}
		if crc32.Checksum(body, castagnoli()) != sum {
			return l.damaged(r, body)
		}
		key, skip, ok := keyOf(body)
		if !ok {
			return &data.InputError{Path: l.path, Found: fmt.Sprintf("an entry at byte %d that is none of an item", l.end), Wanted: "want what an interrupted run left"}
		}
		l.note(key, place{l.end + headBytes + int64(skip), len(body) - skip})
		l.end += headBytes + int64(length)
	}
}

// damaged refuses a log for the entry at its end so far, of which some bytes were
// read. Where all that is left are zeros the machine went down before the disk had the
// entry, which is dropped.
func (l *Log) damaged(r *bufio.Reader, read []byte) error {
	for rest := io.MultiReader(bytes.NewReader(read), r); ; {
		buf := make([]byte, 1<<16)
		n, err := rest.Read(buf)
		if bytes.Count(buf[:n], []byte{0}) < n {
			break
		}
		if err != nil {
			return unlessEnd(err)
		}
	}
	return &data.InputError{
		Path: l.path, Found: fmt.Sprintf("an entry at byte %d that does not match its checksum", l.end),
		Wanted: "want what an interrupted run left; without " + filepath.Dir(l.path) + " the work begins anew",
	}
}

// readBody reads n bytes without trusting n, which may be garbage, to be there.
func readBody(r io.Reader, reuse []byte, n int) ([]byte, error) {
	for len(reuse) < n {
		step := min(n-len(reuse), 1<<20)
		at := len(reuse)
		reuse = append(reuse, make([]byte, step)...)
		if _, err := io.ReadFull(r, reuse[at:]); err != nil {
			return reuse, err
		}
	}
	return reuse, nil
}

// unlessEnd is nil for the end of a file, also in the middle of an entry.
func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// keyOf returns the key of a body and where the value begins.
func keyOf(body []byte) (key string, skip int, ok bool) {
	n, size := binary.Uvarint(body)
	if size <= 0 || n > uint64(len(body)-size) {
		return "", 0, false
	}
	skip = size + int(n)
	return string(body[size:skip]), skip, true
}

func (l *Log) note(key string, p place) {
	if _, ok := l.where[key]; !ok {
		l.order = append(l.order, key)
	}
	l.where[key] = p
}

// Keys returns the keys in the order in which they came.
func (l *Log) Keys() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.order...)
}

// Has reports whether there is a value under a key.
func (l *Log) Has(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.where[key]
	return ok
}

// Get returns the value that was last put under a key, and whether there is one.
func (l *Log) Get(key string) (value []byte, ok bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.where[key]
	if !ok {
		return nil, false, nil
	}
	value = make([]byte, p.length)
	if _, err := l.file.ReadAt(value, p.at); err != nil {
		return nil, false, fmt.Errorf("%s: cannot be read: %w", l.path, err)
	}
	return value, true, nil
}

// Put adds an entry. When it returns, no end of the process can lose it.
func (l *Log) Put(key string, value []byte) error {
	body := binary.AppendUvarint(make([]byte, headBytes, headBytes+len(key)+len(value)+10), uint64(len(key)))
	body = append(body, key...)
	skip := len(body)
	body = append(body, value...)
	if len(body)-headBytes > maxBody {
		return fmt.Errorf("%s: a result of %d bytes is too large to keep", l.path, len(value))
	}
	binary.LittleEndian.PutUint32(body, uint32(len(body)-headBytes))
	binary.LittleEndian.PutUint32(body[4:], crc32.Checksum(body[headBytes:], castagnoli()))
	binary.LittleEndian.PutUint32(body[8:], crc32.Checksum(body[:8], castagnoli()))
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.WriteAt(body, l.end); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", l.path, err)
	}
	l.note(key, place{l.end + int64(skip), len(value)})
	l.end += int64(len(body))
	return nil
}

// Clear drops all entries.
func (l *Log) Clear() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = int64(len(logMagic))
	l.where, l.order = map[string]place{}, nil
	if err := l.file.Truncate(l.end); err != nil {
		return fmt.Errorf("%s: cannot be written: %w", l.path, err)
	}
	return nil
}

// Close hands everything to the disk and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.file.Sync(), l.file.Close())
}
