package verb

import (
	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// RowSource makes a file a source of samples for measures.
type RowSource struct{ *dataio.Rows }

// Next implements measures.RowSource.
func (s RowSource) Next(rows int, reuse measures.RowBlock) (measures.RowBlock, error) {
	block, _ := reuse.(*dataio.RowBlock)
	return s.Rows.Next(rows, block)
}

// OpenRows opens an input for reading block by block.
func (o *Input) OpenRows(path string, hash bool) (RowSource, error) {
	rows, err := dataio.OpenRows(path, o.Options(path, hash))
	return RowSource{rows}, o.remedied(path, err)
}

// OpenPair opens two inputs for reading block by block. Their rows have to belong
// together as they stand: what is read once cannot be put in another order.
func (o *Input) OpenPair(e *batch.Env, xPath, yPath string, hash bool) (x, y *dataio.Rows, err error) {
	if x, err = dataio.OpenRows(xPath, o.Options(xPath, hash)); err != nil {
		return nil, nil, o.remedied(xPath, err)
	}
	if y, err = dataio.OpenRows(yPath, o.Options(yPath, hash)); err == nil {
		e.Pairs(o.Pairing())
		if err = o.inOrder(x, y); err != nil {
			y.Close()
		}
	}
	if err != nil {
		x.Close()
		return nil, nil, o.remedied(yPath, err)
	}
	return x, y, nil
}

// inOrder refuses two inputs whose rows have to be put in another order.
func (o *Input) inOrder(x, y *dataio.Rows) error {
	xs, _, err := o.Order(x, y)
	if err != nil || xs == nil {
		return err
	}
	return &data.InputError{
		Path:   y.Name(),
		Found:  "the samples of " + x.Name() + " in another order",
		Wanted: "want the same order in files that are read block by block",
		Hint:   "--pair-by position pairs rows by their order",
	}
}

// Order returns which rows of two inputs belong together, nil where all do as they
// stand: see data.Pairing.
func (o *Input) Order(x, y *dataio.Rows) (xs, ys []int, err error) {
	if (len(x.Shape()) == 3) != (len(y.Shape()) == 3) {
		return nil, nil, nil
	}
	return o.Pairing().Order(x.Name(), x.Names(), y.Name(), y.Names())
}
