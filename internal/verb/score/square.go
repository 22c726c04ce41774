package score

import (
	"path/filepath"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/result"
)

// checkMatrix refuses a matrix of what has none. Where no table is written, what stands
// beside the scores is not computed.
func (o *Options) checkMatrix(e *batch.Env) error {
	if o.Matrix == "" {
		return nil
	}
	switch {
	case !o.AllPairs:
		return batch.Usagef("--matrix is of all pairs, want --all-pairs")
	case o.Per != "":
		return batch.Usagef("--matrix has one score of a pair, want no --per")
	case len(o.named) != 1:
		return batch.Usagef("--matrix has the scores of one measure, want one in place of %s", data.Counted(len(o.named), "measure"))
	case filepath.Ext(o.Matrix) == "":
		return batch.Configf("", "%s: want the suffix %s", o.Matrix, data.WordList(dataio.SquareSuffixes))
	case o.Matrix == o.Output.Path:
		return batch.Usagef("--matrix and --output name one file, want two")
	}
	if o.matrixAlone(e) {
		o.Inference.Mode, o.Inference.Permutations = string(inference.None), 0
	}
	return batch.WantSuffix(o.Matrix, dataio.SquareSuffixes...)
}

// matrixAlone reports whether the matrix is all that is written: nobody has asked for the
// table.
func (o *Options) matrixAlone(e *batch.Env) bool {
	set := e.Setting("output")
	return o.Matrix != "" && !o.Output.ToFile() && e.Collect == nil && (set == nil || !set.Set)
}

// square is the matrix as a file of a job, nil for none.
func (o *Options) square(e *batch.Env) *batch.Companion {
	if o.Matrix == "" {
		return nil
	}
	return &batch.Companion{Setting: "matrix", Path: o.Matrix, Schema: result.Matrices, Square: o.systems, Alone: o.matrixAlone(e)}
}

// pieceOf is what rows say of the matrix.
func (s *scorer) pieceOf(rows []scoreRow) batch.Piece {
	symmetric := s.options.named[0].Card().Symmetric
	var p batch.SquarePiece
	for i := range rows {
		r := &rows[i]
		if r.err != nil {
			continue
		}
		x, y := r.pair.i, r.pair.j
		if r.pair.mirrored {
			x, y = y, x
		}
		p.Add(x, y, r.value)
		if symmetric && x != y {
			p.Add(y, x, r.value)
		}
	}
	return p.Piece()
}
