package result

// Extrapolations is the table of simtool extrapolate: a row for each measure and number of
// neurons or samples.
var Extrapolations = Declare[Extrapolation]("simtool.extrapolate/v1", "simtool extrapolate", "the score for some number of neurons or of samples")

// Extrapolation is a row of Extrapolations.
type Extrapolation struct {
	X         string  `column:"x" doc:"file of the reference" show:"spare=7"`
	Y         string  `column:"y" doc:"file of the model" show:"spare=6"`
	Measure   string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Along     string  `column:"along" doc:"what the number of varies: neurons or stimuli"`
	Point     string  `column:"point" doc:"subsets: scores of random subsets; all: the score of all data; curve: the closed form for so many neurons; limit: the estimate for infinitely many"`
	N         int     `column:"n" empty:"-1" unit:"samples" doc:"samples; empty for infinitely many"`
	P         int     `column:"p" empty:"-1" unit:"features" doc:"neurons of X; empty for infinitely many"`
	Q         int     `column:"q" empty:"-1" unit:"features" doc:"neurons of Y; empty for infinitely many"`
	Value     float64 `column:"value" doc:"the score, its mean over subsets, or the closed form"`
	SD        float64 `column:"sd" doc:"standard deviation over the subsets" show:"spare=3"`
	Corrected float64 `column:"corrected" doc:"estimate for so many, without the bias of the numbers that were recorded"`
	Lo        float64 `column:"lo" doc:"lower end of the interval around corrected"`
	Hi        float64 `column:"hi" doc:"upper end of that interval"`
	SE        float64 `column:"se" doc:"standard error of corrected" show:"spare=4"`
	Draws     int     `column:"draws" empty:"0" doc:"random subsets" show:"spare=5"`
	Note      string  `column:"note" doc:"what was left out and why" show:"note"`
	Warning   string  `column:"warning" doc:"why the numbers may not mean much" show:"note"`
	Error     string  `column:"error" doc:"why there is no score" show:"note"`
}
