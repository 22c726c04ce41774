package probe

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// DecoderConfig are the settings of a decoder.
type DecoderConfig struct {
	Folds int     // of the cross-validation, default 5; fewer where a class has fewer members
	C     float64 // inverse strength of the l2 penalty, default 1
	Seed  uint64  // of the division into folds, and of permutations
}

// DefaultDecoder returns the default settings.
func DefaultDecoder() DecoderConfig { return DecoderConfig{Folds: 5, C: 1, Seed: 1} }

// Decoder measures how well a label of the conditions can be read from responses,
// by multinomial logistic regression (see stats.Softmax) on stratified held-out
// folds, time bin by time bin. The folds are the same in every bin and for every
// dataset, so that accuracies can be compared. It is safe for concurrent use.
type Decoder struct {
	Name    string
	Levels  []string // the classes
	Folds   int      // number of folds
	classes []int    // of each condition
	bins    int
	config  DecoderConfig
	fold    []int // of each condition
}

// NewDecoder returns the decoder of a column of labels, one for each condition of
// data with the given number of time bins (samples run time by time), or for
// each sample with one bin. Each distinct value of a numeric column is a class. It
// returns a *data.InputError for missing labels, fewer than two classes, or a
// class with a single member.
func NewDecoder(labels *data.Column, bins int, config DecoderConfig) (*Decoder, error) {
	d := &Decoder{Name: labels.Name, bins: bins, config: config}
	if missing := labels.Missing(); missing > 0 {
		return nil, &data.InputError{
			Found: fmt.Sprintf("label %s: missing in %d of %d rows", labels.Name, missing, labels.Len()), Wanted: "want a label for every condition",
		}
	}
	d.classes, d.Levels = classesOf(labels)
	smallest, class, err := stats.SmallestClass(d.classes)
	if err != nil {
		return nil, &data.InputError{Found: fmt.Sprintf("label %s: %s", labels.Name, err), Err: err}
	}
	if smallest < 2 {
		return nil, &data.InputError{
			Found:  fmt.Sprintf("label %s: only one condition is %q", labels.Name, d.Levels[class]),
			Wanted: "want at least two of each class, one to learn from and one to test",
		}
	}
	if config.Folds < 2 || !(config.C > 0) {
		return nil, fmt.Errorf("%d folds and C %g, want at least 2 folds and a positive C", config.Folds, config.C)
	}
	d.Folds = min(config.Folds, smallest)
	d.fold, err = d.assign(d.classes, "")
	return d, err
}

// classesOf numbers the distinct labels: categorical levels in their order,
// numbers in ascending order.
func classesOf(labels *data.Column) (classes []int, levels []string) {
	n := labels.Len()
	classes = make([]int, n)
	if labels.Kind == data.Categorical {
		// A level without rows would be a class without members.
		number := make([]int, len(labels.Levels))
		for _, c := range labels.Codes {
			number[c] = 1
		}
		for c, used := range number {
			if used > 0 {
				number[c] = len(levels)
				levels = append(levels, labels.Levels[c])
			}
		}
		for i, c := range labels.Codes {
			classes[i] = number[c]
		}
		return classes, levels
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(labels.Values)))
	for _, v := range distinct {
		levels = append(levels, strconv.FormatFloat(v, 'g', -1, 64))
	}
	for i, v := range labels.Values {
		classes[i], _ = slices.BinarySearch(distinct, v)
	}
	return classes, levels
}

// assign deals conditions of the given classes into folds. They do not depend on the
// name of the label, so that one that is renamed is decoded as well as before.
func (d *Decoder) assign(classes []int, key string) ([]int, error) {
	return stats.StratifiedFolds(classes, d.Folds, stats.Stream(d.config.Seed, "decode/folds"+key))
}

// Conditions returns the number of labels.
func (d *Decoder) Conditions() int { return len(d.classes) }

// Bins returns the number of time bins.
func (d *Decoder) Bins() int { return d.bins }

// MemoryBytes returns the size in bytes of a Memory for datasets of q features.
func (d *Decoder) MemoryBytes(q int) int64 {
	return 8 * int64(d.bins*d.Folds) * int64(len(d.Levels)-1) * int64(q+1)
}

// FitBytes bounds the bytes that the fits of one time bin take at a time for a dataset
// of q features, beside the dataset and a Memory.
func (d *Decoder) FitBytes(q int) int64 {
	return stats.SoftmaxMemory(int64(len(d.classes)), int64(q), int64(len(d.Levels)))
}

// Chance returns the accuracy of always guessing the most frequent class.
func (d *Decoder) Chance() float64 {
	count := make([]int, len(d.Levels))
	for _, c := range d.classes {
		count[c]++
	}
	return float64(slices.Max(count)) / float64(len(d.classes))
}

// Decoding is the result of a decoder on one dataset.
type Decoding struct {
	Accuracy float64   // mean over time bins
	Bins     []float64 // accuracy in each time bin, mean over folds
	// Balanced is the mean over classes of the share of their members that is found when
	// held out, 1/classes for guesses, whatever the classes' sizes; mean over time bins.
	Balanced     float64
	BalancedBins []float64
	// Right is 1 for each condition whose held-out prediction is right, else 0, by time
	// bin.
	Right [][]float64
}

// Memory holds the fits of a decoder to one dataset, from which it starts on the
// next: for each time bin and fold the contrasts of the fit (stats.Softmax). The
// zero value is empty.
type Memory [][]float64

// Decode returns the accuracy for a dataset of (bins × conditions) × q. memory, which
// may be nil, holds the fits to a similar dataset, and Decode updates it. It saves
// time and changes accuracies only within the tolerance of the fits. Decode returns a
// *data.InputError when the samples do not match the labels.
func (d *Decoder) Decode(y *mat.Dense, memory *Memory) (Decoding, error) {
	if memory == nil {
		memory = new(Memory)
	}
	if len(*memory) != d.bins*d.Folds {
		*memory = make(Memory, d.bins*d.Folds)
	}
	return d.decode(y, d.classes, d.fold, *memory, runtime.GOMAXPROCS(0))
}

func (d *Decoder) decode(y *mat.Dense, classes, fold []int, memory Memory, workers int) (Decoding, error) {
	n, q := y.Dims()
	c := len(classes)
	if n != d.bins*c {
		return Decoding{}, &data.InputError{
			Found:  fmt.Sprintf("%d labels of %s", c, d.Name),
			Wanted: fmt.Sprintf("want %d, one for each condition", n/d.bins),
		}
	}
	out := Decoding{Bins: make([]float64, d.bins), BalancedBins: make([]float64, d.bins), Right: make([][]float64, d.bins)}
	errs := make([]error, d.bins)
	each(d.bins, workers, func() func(int) {
		s := &stats.Softmax{C: d.config.C}
		return func(t int) {
			bin := y.Slice(t*c, (t+1)*c, 0, q).(*mat.Dense)
			out.Right[t] = make([]float64, c)
			out.Bins[t], out.BalancedBins[t], errs[t] = d.crossValidate(s, bin, classes, fold, memory[t*d.Folds:(t+1)*d.Folds], out.Right[t])
		}
	})
	for t, err := range errs {
		if err != nil {
			return Decoding{}, fmt.Errorf("decoding %s in time bin %d: %w", d.Name, t, err)
		}
		out.Accuracy += out.Bins[t]
		out.Balanced += out.BalancedBins[t]
	}
	out.Accuracy /= float64(d.bins)
	out.Balanced /= float64(d.bins)
	return out, nil
}

// crossValidate returns the accuracy on a fold of the fit to the other folds, averaged
// over folds, and the balanced accuracy of all folds together. It sets rightly to 1 for the
// conditions that are predicted right.
func (d *Decoder) crossValidate(s *stats.Softmax, x *mat.Dense, classes, fold []int, memory Memory, rightly []float64) (accuracy, balanced float64, err error) {
	found, members := make([]float64, len(d.Levels)), make([]float64, len(d.Levels))
	train := make([]int, 0, len(fold))
	sum := 0.0
	for f := range d.Folds {
		train = train[:0]
		for i := range fold {
			if fold[i] != f {
				train = append(train, i)
			}
		}
		if err := s.Fit(x, train, classes, len(d.Levels), memory[f]); err != nil {
			return 0, 0, err
		}
		memory[f] = append(memory[f][:0], s.Theta()...)
		right := 0
		for i := range fold {
			if fold[i] != f {
				continue
			}
			members[classes[i]]++
			if s.Predict(x.RawRowView(i)) == classes[i] {
				found[classes[i]]++
				rightly[i] = 1
				right++
			}
		}
		sum += float64(right) / float64(len(fold)-len(train))
	}
	for c := range members {
		balanced += found[c] / members[c]
	}
	return sum / float64(d.Folds), balanced / float64(len(members)), nil
}
