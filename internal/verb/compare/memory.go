package compare

import (
	"context"
	"runtime"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
)

// Memory implements verb.Forecaster. It bounds the data, what the scores keep of each
// pair until all differences are judged, and what estimates with units left out, or
// models in random order, take beside that where as many are made at once as there are
// jobs.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	if err := o.complete(e, args); err != nil {
		return 0, err
	}
	g, err := o.read(e)
	if err != nil {
		return 0, err
	}
	return o.memory(g.systems, e.Jobs), nil
}

func (o *Options) memory(systems []*data.Dataset, jobs int) int64 {
	const word, copies = 8, 2 // as read, and in order and without missing values
	x := systems[0]
	n, times := int64(x.Samples()), int64(1)
	if x.Is3D() {
		times = int64(x.Shape[0])
	}
	views := int64(1)
	if o.Per != "" {
		n, views, times = n/times, times, 1
	}
	var values, kept, beside int64
	for i, d := range systems {
		values += word * int64(d.Samples()) * int64(d.Width())
		if i == 0 {
			continue
		}
		dims := measures.Dims{N: n, P: int64(x.Width()), Q: int64(d.Width()), Times: times}
		score := measures.ScoreBytes(o.named, dims)
		kept += views * score
		if o.Permutations > 0 && times > 1 {
			kept += score + word*dims.N*(dims.P+dims.Q) // without the common time course
		}
		for _, m := range o.named {
			beside = max(beside, measures.EstimateBytes(m, dims))
			if o.Permutations > 0 || o.Method == schuett2023 {
				together, each := measures.PairingBytes(m, dims)
				kept += together
				beside = max(beside, int64(runtime.GOMAXPROCS(0))*each)
			}
		}
	}
	return batch.WithGarbage(copies*values + kept + int64(max(1, jobs))*beside)
}
