package dataio

import (
	"errors"
	"io"

	"simtool/internal/data"
)

// textRows counts the lines first: folds need to know how many samples there are
// before they read one. It looks at their digits at the same time.
func textRows(in *input, comma rune, o Options) (*rowBody, error) {
	if in.stored < 0 {
		e := &data.InputError{
			Found:  "text on standard input",
			Wanted: "want a file to read block by block, for it is read twice",
		}
		if in.file != nil {
			e.Found = "text from a pipe"
		}
		return nil, e
	}
	t, err := openText(in, comma, o, asRecording)
	if err != nil {
		return nil, err
	}
	r := &rowBody{dtype: "text", accuracy: data.Precision{Stored: data.Integer}}
	chosen, err := t.choose(o.Columns)
	if err != nil {
		return nil, err
	}
	var held cellTally // names
	for {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if t.ids > 0 {
			r.names = append(r.names, t.rowName(record))
			if err := held.add(1, 1, len(r.names[r.samples])); err != nil {
				return nil, err
			}
		}
		r.samples++
		for _, j := range chosen {
			if v, err := t.number(record, j, o); err == nil && v == v {
				r.accuracy = r.accuracy.WithText(record[j])
			}
		}
	}
	if r.samples == 0 {
		return nil, &data.InputError{Found: "a header and no data", Wanted: "want one line for each sample"}
	}
	if t.ids > 0 {
		if r.names, err = t.checkNames(r.names, o); err != nil {
			return nil, err
		}
		if r.names != nil {
			r.namesFrom = t.name(t.ids - 1)
		}
	}
	if err := in.restart(); err != nil {
		return nil, err
	}
	if t, err = openText(in, comma, o, asRecording); err != nil {
		return nil, err
	}
	if err := checkUnnamed(t, o); err != nil {
		return nil, err
	}
	r.features, r.shape = len(chosen), []int{r.samples, t.width}
	watch := t.watchIndex(chosen, o)
	r.end = func() error {
		if _, err := t.next(); !errors.Is(err, io.EOF) {
			return &data.InputError{Found: "a file that grew while it was read", Wanted: "want a file that stays as it is"}
		}
		return watch.check()
	}
	first := true
	r.read = func(b *RowBlock) error {
		b.values = b.values[:0]
		for range b.rows {
			record, err := t.next()
			if err != nil {
				return err
			}
			if first {
				if err := checkLabels(t, record, chosen, o); err != nil {
					return err
				}
			}
			first = false
			for _, j := range chosen {
				v, err := t.number(record, j, o)
				if err != nil {
					return err
				}
				b.values = append(b.values, v)
			}
			watch.look(b.values[len(b.values)-len(chosen):])
		}
		return nil
	}
	return r, nil
}
