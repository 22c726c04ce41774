package result

// Scores is the table of simtool score: a row for each pair and measure.
var Scores = Declare[Score]("simtool.score/v2", "simtool score", "the score of a model by a measure")

// Score is a row of Scores.
type Score struct {
	X       string  `column:"x" doc:"file of the reference" show:"key"`
	Y       string  `column:"y" doc:"file of the model" show:"key"`
	Measure string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed,key"`
	Value   float64 `column:"value" doc:"the score, in the units of the measure; empty where it is undefined" mark:"~ within its null"`
	Lo      float64 `column:"lo" doc:"lower end of the interval of the value for all stimuli, around corrected" show:"range=hi,after=corrected,digits=3,spare=10"`
	Hi      float64 `column:"hi" doc:"upper end of that interval" show:"digits=3"`
	N       int     `column:"n" empty:"0" unit:"samples" doc:"samples that were compared" show:"spare=3,last"`
	P       int     `column:"p" empty:"0" unit:"features" doc:"features of X" show:"spare=2,last"`
	Q       int     `column:"q" empty:"0" unit:"features" doc:"features of Y" show:"spare=1,last"`

	Corrected  float64 `column:"corrected" doc:"estimate of the value for all stimuli, without the bias of few samples" show:"digits=3,spare=7"`
	SE         float64 `column:"se" doc:"standard error of corrected" show:"hidden"`
	Null       float64 `column:"null" doc:"expected value if the samples were paired at random" show:"digits=3,spare=8"`
	Calibrated float64 `column:"calibrated" doc:"(value − null)/(best − null), best that of identical systems" show:"digits=3,spare=9"`
	PValue     float64 `column:"pvalue" doc:"share of random pairings that score as well, with --permutations" show:"digits=4,spare=11"`
	Ceiling    float64 `column:"ceiling" doc:"value that a perfect model without noise would have, with --halves or --repeat; that of other subjects, with --subject" show:"digits=3,spare=5"`
	Normalised float64 `column:"normalised" doc:"the estimate as a share of the ceiling" show:"digits=3,spare=6"`
	Units      int     `column:"units" empty:"0" doc:"independent units that the interval rests on" show:"spare=4,last"`
	Note       string  `column:"note" doc:"what was left out and why, and how large the bias is" show:"note"`

	Warning   string  `column:"warning" doc:"why the value may not mean much" show:"note"`
	Error     string  `column:"error" doc:"why there is no value" show:"note"`
	Time      int     `column:"time" empty:"-1" unit:"bins from 0" doc:"time bin, with --per time" show:"optional,key,after=measure"`
	Condition int     `column:"condition" empty:"-1" unit:"conditions from 0" doc:"condition, with --per condition" show:"optional,key,after=measure"`
	PAdj      float64 `column:"p_adj" doc:"pvalue corrected for all times or conditions: share of random pairings whose best one scores as well, with --per and --permutations" show:"optional,digits=4,spare=11"`
	PCluster  float64 `column:"p_cluster" doc:"pvalue of the run of times around this one that score high, corrected for all times; empty where there is none" show:"optional,digits=4,spare=11"`
	Target    string  `column:"target" doc:"feature that is predicted, by its name or number from 0, with pool=none; empty for their mean" show:"optional,key,after=measure"`
}

// DryRun is the table of simtool score --dry-run: a row for each input.
var DryRun = Declare[DryRunInput]("simtool.dry-run/v1", "simtool score --dry-run", "an input that would be read")

// DryRunInput is a row of DryRun.
type DryRunInput struct {
	Input    string `column:"input" doc:"file"`
	Shape    string `column:"shape" doc:"shape of its array"`
	Samples  int    `column:"samples" empty:"0" doc:"rows after time bins and conditions are pooled"`
	Features int    `column:"features" empty:"0" doc:"columns"`
	Bytes    any    `column:"bytes" unit:"bytes" doc:"size of the file"`
	Error    string `column:"error" doc:"why it cannot be read" show:"note"`
}

// Gradients is the table that simtool gradient prints beside its array.
var Gradients = Declare[Gradient]("simtool.gradient/v1", "simtool gradient", "the score, and how steep it is")

// Gradient is a row of Gradients.
type Gradient struct {
	X        string  `column:"x" doc:"file of the reference"`
	Y        string  `column:"y" doc:"file of the model"`
	Measure  string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Wrt      string  `column:"wrt" doc:"the system that varies, x or y"`
	Value    float64 `column:"value" doc:"the score"`
	GradNorm float64 `column:"grad_norm" doc:"Frobenius norm of the gradient"`
	N        int     `column:"n" unit:"samples" doc:"samples that were compared"`
	P        int     `column:"p" unit:"features" doc:"features of X"`
	Q        int     `column:"q" unit:"features" doc:"features of Y"`
}

// Decodings is the table of simtool decode: a row for each label, and for each of
// its time bins.
var Decodings = Declare[Decoding]("simtool.decode/v2", "simtool decode", "how well a label can be read from a recording")

// Decoding is a row of Decodings.
type Decoding struct {
	Label    string  `column:"label" doc:"column of the labels"`
	Time     int     `column:"time" empty:"-1" unit:"bins from 0" doc:"time bin; empty for the mean over bins"`
	Accuracy float64 `column:"accuracy" doc:"share of the held-out conditions whose label is found; empty for numbers"`
	Chance   float64 `column:"chance" doc:"accuracy of guessing the most frequent class; for numbers r2 of guessing the mean"`
	PValue   float64 `column:"pvalue" doc:"share of shuffled labels that are decoded as well; empty without --permutations"`
	N        int     `column:"n" unit:"conditions" doc:"conditions that have the label"`
	Classes  int     `column:"classes" empty:"0" doc:"classes of the label; empty for numbers" show:"spare=1"`
	Folds    int     `column:"folds" doc:"folds of the cross-validation" show:"spare=2"`
	Balanced float64 `column:"balanced" doc:"mean over classes of the share of their conditions that is found, 1/classes for guesses; empty for numbers" show:"spare=3"`
	R2       float64 `column:"r2" doc:"share of the variance of a label of numbers that held-out predictions explain; empty for classes"`
	Lo       float64 `column:"lo" doc:"lower end of the interval of accuracy, or of r2, for other conditions"`
	Hi       float64 `column:"hi" doc:"upper end of that interval"`
	SE       float64 `column:"se" doc:"standard error of accuracy, or of r2" show:"spare=4"`
	Null     float64 `column:"null" doc:"mean accuracy, or r2, of shuffled labels; empty without --permutations"`
	PAdj     float64 `column:"p_adj" doc:"share of shuffled labels whose best time bin is decoded as well: pvalue corrected for all time bins; empty without --permutations"`
	PCluster float64 `column:"p_cluster" doc:"pvalue of the run of time bins around this one that are decoded well, corrected for all time bins; with --permutations, empty where there is none" show:"optional"`
}

// Measures is the table of simtool measures: a row for each family.
var Measures = Declare[Measure]("simtool.measures/v1", "simtool measures", "a family of measures")

// Measure is a row of Measures. Its invariances are those of measures.Invariances,
// in their order.
type Measure struct {
	Measure   string `column:"measure" doc:"name of the family" show:"fixed"`
	Perm      string `column:"perm" doc:"systems whose features may be permuted: x, y, both or -" show:"spare=7"`
	Orth      string `column:"orth" doc:"systems that may be rotated" show:"spare=6"`
	Linear    string `column:"linear" doc:"systems that may be transformed by any invertible map" show:"spare=5"`
	Scale     string `column:"scale" doc:"systems that may be multiplied by a number" show:"spare=4"`
	Shift     string `column:"shift" doc:"systems to which a constant may be added" show:"spare=3"`
	Symmetric string `column:"symmetric" doc:"whether X and Y may be exchanged" show:"spare=2"`
	Gradient  string `column:"gradient" doc:"whether it has a gradient"`
	Moments   string `column:"moments" doc:"whether it works from second moments" show:"spare=1"`
	Min       any    `column:"min" doc:"smallest value"`
	Max       any    `column:"max" doc:"largest value"`
	Title     string `column:"title" doc:"the family in words" show:"note"`
	Group     string `column:"group" doc:"kind of the family: kernel, RDM, alignment, CCA, regression, neighbours or spread" show:"after=measure"`
}

// MeasureNames is the table of simtool measures names: a row for each name.
var MeasureNames = Declare[MeasureName]("simtool.measure-names/v1", "simtool measures names", "a name of a measure in other software")

// MeasureName is a row of MeasureNames.
type MeasureName struct {
	Name      string `column:"name" doc:"name in other software" show:"fixed"`
	Measure   string `column:"measure" doc:"measure that it stands for, or the nearest one where it is not offered" show:"fixed"`
	Agreement string `column:"agreement" doc:"how far the numbers agree: same number, same up to a convention, different on purpose, or not offered"`
	Note      string `column:"note" doc:"the convention, or what the name computes there" show:"note"`
}
