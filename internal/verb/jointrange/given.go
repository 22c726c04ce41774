package jointrange

import (
	"context"
	"math"

	"simtool/internal/batch"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/frontier"
)

// givenLevels are the levels at which conditional ranges are looked for, as shares
// of the way from the threshold to the best score. That score itself is left out:
// it is an optimum, where a level has no direction.
var givenLevels = []float64{0, 0.25, 0.5, 0.75, 0.95}

// given is the range of each measure given each other one.
func (r *run) given() (*batch.Job, func(item int) int, error) {
	var blocks []block
	threshold := r.o.Given.Value
	for _, pair := range r.o.pairs(true) {
		b := block{pair: pair}
		for _, share := range givenLevels {
			b.levels = append(b.levels, threshold+share*(pair[0].Card().Max-threshold))
		}
		blocks = append(blocks, b)
	}
	j := r.blocksJob(blocks, func(ctx context.Context, p frontier.Problem, found []frontier.Row) (*batch.Item, error) {
		row := givenRow(p, threshold, found)
		var err error
		if _, row.Null, err = r.nullsOf(ctx, [2]measures.Named{found[0].A, found[0].B}); err != nil {
			return nil, err
		}
		return &batch.Item{Rows: [][]any{result.GivenRanges.Cells(row)}}, nil
	})
	j.Schema = result.GivenRanges.Schema
	j.Explain = func(i int, err error) [][]any {
		pair := blocks[i].pair
		nan := math.NaN()
		return [][]any{result.GivenRanges.Cells(result.GivenRange{
			Given: pair[0].Name, Threshold: threshold, Measure: pair[1].Name, Lo: nan, Hi: nan, Residual: nan, Null: nan, Error: batch.RowText(err),
		})}
	}
	return j, func(i int) int { return len(blocks[i].levels) }, nil
}

// givenRow joins the ranges of one measure at the levels of another.
func givenRow(p frontier.Problem, threshold float64, found []frontier.Row) result.GivenRange {
	a, b := found[0].A, found[0].B
	var low, high *frontier.Extreme
	for _, row := range found {
		if e := row.Min; e != nil && (low == nil || e.B < low.B) {
			low = e
		}
		if e := row.Max; e != nil && (high == nil || e.B > high.B) {
			high = e
		}
	}
	if low == nil || high == nil {
		nan := math.NaN()
		return result.GivenRange{Given: a.Name, Threshold: threshold, Measure: b.Name, Lo: nan, Hi: nan, Residual: nan}
	}
	if _, width := p.X.Dims(); p.Width >= width && a.Card().Identity == a.Card().Max && b.Card().Identity >= high.B {
		high = &frontier.Extreme{B: b.Card().Identity} // of Y = X
	}
	if endless(b, low, p.Tolerance) {
		return result.GivenRange{
			Given: a.Name, Threshold: threshold, Measure: b.Name, Lo: math.NaN(), Hi: high.B, Residual: high.Residual,
			Certified: high.Residual <= p.Tolerance, Note: unbounded + " below",
		}
	}
	residual := max(low.Residual, high.Residual)
	return result.GivenRange{
		Given: a.Name, Threshold: threshold, Measure: b.Name, Lo: low.B, Hi: high.B, Residual: residual, Certified: residual <= p.Tolerance,
	}
}
