package figure

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks places at most most+1 labelled ticks at multiples of 1, 2 or 5
// times a power of ten, on any finite range.
type linearTicks struct{ most int }

// Ticks implements plot.Ticker.
func (t linearTicks) Ticks(low, high float64) []plot.Tick {
	// There are no multiples in a range of the size of rounding errors.
	if far := max(math.Abs(low), math.Abs(high)); !(high-low > 1e-9*far) || !(far <= math.MaxFloat64/4) || high-low < math.SmallestNonzeroFloat64*1e30 {
		return []plot.Tick{{Value: low, Label: number(low)}}
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/float64(t.most))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (high-low)/(step*factor) <= float64(t.most) || factor == 10 {
			step *= factor
			break
		}
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	const slack = 1e-9
	for i := math.Ceil(low/step - slack); i*step <= high+slack*step; i++ {
		value := i * step
		if i == 0 {
			value = 0 // no minus sign
		}
		label := strconv.FormatFloat(value, 'f', decimals, 64)
		if math.Abs(value) >= 1e5 || step < 1e-6 && high-low >= max(math.Abs(low), math.Abs(high))/10 {
			label = strconv.FormatFloat(value, 'g', 3, 64)
		}
		ticks = append(ticks, plot.Tick{Value: value, Label: label})
	}
	return ticks
}

// logTicks labels powers of ten, and 2 and 5 times them where the axis is
// short; unlabelled ticks stand at the other digits.
type logTicks struct{ most int }

// Ticks implements plot.Ticker.
func (t logTicks) Ticks(low, high float64) []plot.Tick {
	if !(low > 0) || !(high >= low) {
		return []plot.Tick{{Value: low, Label: number(low)}}
	}
	low, high = max(low, math.SmallestNonzeroFloat64*1e30), min(high, math.MaxFloat64/10)
	from, to := int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high)))
	decades := math.Log10(high) - math.Log10(low)
	every := max(1, int(math.Ceil(decades/float64(t.most))))
	// Choose the selection of powers with the most labels.
	first, labels := 0, 0
	for offset := range every {
		count := 0
		for e := from; e <= to; e++ {
			if value := math.Pow(10, float64(e)); (e+offset)%every == 0 && value >= low*(1-1e-9) && value <= high*(1+1e-9) {
				count++
			}
		}
		if count > labels {
			first, labels = offset, count
		}
	}
	var ticks []plot.Tick
	for e := from; e <= to; e++ {
		for digit := 1; digit < 10; digit++ {
			value := float64(digit) * math.Pow(10, float64(e))
			if value < low*(1-1e-9) || value > high*(1+1e-9) {
				continue
			}
			labelled := digit == 1 && (e+first)%every == 0 || (decades < 1.5 || labels < 2 && decades < 3) && (digit == 2 || digit == 5)
			switch {
			case labelled:
				ticks = append(ticks, plot.Tick{Value: value, Label: number(value)})
			case decades <= 8:
				ticks = append(ticks, plot.Tick{Value: value})
			}
		}
	}
	return ticks
}

// nameTicks labels the positions 0, 1, ….
type nameTicks []string

// Ticks implements plot.Ticker.
func (names nameTicks) Ticks(_, _ float64) []plot.Tick {
	ticks := make([]plot.Tick, 0, len(names))
	for i, name := range names {
		if name != "" {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: name})
		}
	}
	return ticks
}

// number formats a number with at most four significant digits.
func number(v float64) string {
	beyond := ""
	if math.Abs(v) >= largestDrawn { // which stands for all that is larger
		beyond = "≥ "
		if v < 0 {
			beyond = "≤ "
		}
	}
	return beyond + strings.Replace(strconv.FormatFloat(v, 'g', 4, 64), "e-0", "e-", 1)
}

// logScale is the scale of a logarithmic axis. Numbers that are not positive have no
// place on it, and are put at its lower end.
type logScale struct{}

// Normalize implements plot.Normalizer.
func (logScale) Normalize(low, high, x float64) float64 {
	if !(low > 0) || !(x > 0) || !(high > low) {
		return 0
	}
	return math.Log(x/low) / math.Log(high/low)
}
