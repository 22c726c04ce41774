package verb

import (
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

// OpenPair opens two inputs for reading block by block.
func (o *Input) OpenPair(xPath, yPath string, hash bool) (x, y *dataio.Rows, err error) {
	options := o.Options(hash)
	if x, err = dataio.OpenRows(xPath, options); err != nil {
		return nil, nil, err
	}
	if y, err = dataio.OpenRows(yPath, options); err != nil {
		x.Close()
		return nil, nil, err
	}
	return x, y, nil
}
