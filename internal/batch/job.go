package batch

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// A Job is work of many items whose rows, in the order of the items, make one table.
// It is a value: what it does is fixed before anything is done, and the same job
// with the same settings and inputs gives the same bytes, however it is divided.
type Job struct {
	Schema     *result.Schema
	Noun       string   // for rows, in the plural
	Keys       []string // of the items, all different: which it is in every run
	Inputs     []string // files that are never written over
	AtOnce     int      // items at once
	Companions []*Companion
	// Outputs are what the items themselves write. Where one of them is gone, --resume
	// does not take the job for complete.
	Outputs []string

	// Memory bounds the bytes that so many items take at once; nil where no bound is
	// known.
	Memory func(atOnce int) (int64, error)

	// Begin is called once, before the first of the items that have to be done, with
	// their numbers; nil for nothing to prepare.
	Begin func(items []int) error
	// Work does an item; it is called by several goroutines.
	Work func(ctx context.Context, item int) (*Item, error)
	// Explain makes rows of an error of one of several items. Where it is nil, or there
	// is but one item, the error ends the run.
	Explain func(item int, err error) [][]any

	// Each and Finish are for what follows from all items; nil for nothing. They are
	// called by one goroutine, also when all items are kept: Each for each item in
	// order, whose rows it may change, Finish when all rows are written.
	Each   func(item int, r *Item) error
	Finish func() error
	// Close is called when the job has ended, also where nothing was done.
	Close func()
}

// Item is what becomes of an item.
type Item struct {
	Rows    [][]any
	Failed  int           // rows with an error; such items are done again on --resume
	Sources []data.Source // inputs that were read for it
	Pieces  []Piece       // of each companion of the job, in their order
	Extra   []byte        // for Job.Each, which has it back from a checkpoint
}

// Piece is the part of an item in a file beside the table.
type Piece struct {
	Rows   [][]any             // of a table
	Arrays []dataio.NamedArray // of an archive
}

// orExplain does an item. The error of one of several becomes rows.
func (j *Job) orExplain(ctx context.Context, item int) (*Item, error) {
	r, err := j.Work(ctx, item)
	if err == nil || j.Explain == nil || len(j.Keys) < 2 || ctx.Err() != nil || !OfItem(err) {
		return r, err
	}
	rows := j.Explain(item, err)
	return &Item{Rows: rows, Failed: len(rows), Pieces: make([]Piece, len(j.Companions))}, nil
}

// itemHead is what a checkpoint has of an item before its rows.
type itemHead struct {
	Sources []data.Source `json:"sources,omitempty"`
	Rows    int           `json:"rows"` // bytes
	Pieces  []int         `json:"pieces,omitempty"`
}

// encode makes bytes of an item for a checkpoint: a line of JSON, the rows, the
// pieces, and what is extra.
func (r *Item) encode() []byte {
	rows := EncodeRows(r.Rows)
	head := itemHead{Sources: r.Sources, Rows: len(rows)}
	for _, p := range r.Pieces {
		piece := p.encode()
		head.Pieces = append(head.Pieces, len(piece))
		rows = append(rows, piece...)
	}
	line, err := dataio.EncodeJSON(head, "", true)
	must(err)
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.Join([][]byte{line, append(rows, r.Extra...)}, []byte{'\n'})
}

func decodeItem(key string, value []byte) (*Item, error) {
	fail := func(err error) (*Item, error) {
		return nil, &data.InputError{Found: fmt.Sprintf("the item %q, which is none of this table (%v)", key, err), Wanted: "want what an interrupted run left", Err: err}
	}
	line, rest, _ := bytes.Cut(value, []byte{'\n'})
	var head itemHead
	if err := dataio.DecodeJSON(line, &head, false); err != nil {
		return fail(err)
	}
	take := func(n int) ([]byte, error) {
		if n < 0 || n > len(rest) {
			return nil, fmt.Errorf("it is shorter than it says")
		}
		taken := rest[:n]
		rest = rest[n:]
		return taken, nil
	}
	text, err := take(head.Rows)
	if err != nil {
		return fail(err)
	}
	r := &Item{Sources: head.Sources}
	if r.Rows, err = DecodeRows(text); err != nil {
		return fail(err)
	}
	for _, n := range head.Pieces {
		var p Piece
		if text, err = take(n); err == nil {
			p, err = decodePiece(text)
		}
		if err != nil {
			return fail(err)
		}
		r.Pieces = append(r.Pieces, p)
	}
	r.Extra = rest
	return r, nil
}

func (p Piece) encode() []byte {
	var b bytes.Buffer
	must(gob.NewEncoder(&b).Encode(struct {
		Rows   []byte
		Arrays []dataio.NamedArray
	}{EncodeRows(p.Rows), p.Arrays}))
	return b.Bytes()
}

func decodePiece(text []byte) (p Piece, err error) {
	var stored struct {
		Rows   []byte
		Arrays []dataio.NamedArray
	}
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&stored); err != nil {
		return p, err
	}
	p.Arrays = stored.Arrays
	p.Rows, err = DecodeRows(stored.Rows)
	return p, err
}
