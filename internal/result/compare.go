package result

// Contrasts is the table of simtool compare: a row for each two models and measure.
var Contrasts = Declare[Contrast]("simtool.compare/v1", "simtool compare", "the difference of two models of a recording by a measure")

// Contrast is a row of Contrasts.
type Contrast struct {
	X       string  `column:"x" doc:"file of the recording" show:"spare=1"`
	Y1      string  `column:"y1" doc:"file of the first model"`
	Y2      string  `column:"y2" doc:"file of the second model"`
	Measure string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Diff    float64 `column:"diff" doc:"what the first model scores above the second, both without the bias of few samples" show:"digits=3"`
	Lo      float64 `column:"lo" doc:"lower end of the interval of the difference for all stimuli" show:"range=hi,digits=3"`
	Hi      float64 `column:"hi" doc:"upper end of that interval" show:"digits=3"`
	T       float64 `column:"t" doc:"the difference in units of its standard error, on the axis on which errors are symmetric" show:"digits=3,spare=3"`
	DF      int     `column:"df" empty:"0" doc:"degrees of freedom: independent units − 1" show:"spare=2"`
	PValue  float64 `column:"pvalue" doc:"chance of so large a difference, either way, if the models are equally similar" show:"digits=3,spare=5"`
	PAdj    float64 `column:"p_adj" doc:"the same for the largest of all differences of the table" show:"digits=3"`
	QBH     float64 `column:"q_bh" doc:"share of false ones among the differences that are as clear, by Benjamini and Hochberg" show:"digits=3,spare=4"`
	Note    string  `column:"note" doc:"what was left out and why" show:"note"`
	Warning string  `column:"warning" doc:"why the difference may not mean much" show:"note"`
	Error   string  `column:"error" doc:"why there is no difference" show:"note"`
	Time    int     `column:"time" empty:"-1" unit:"bins from 0" doc:"time bin, with --per time" show:"optional"`
}

// ModelRanks is the table of simtool compare --ranks: a row for each model and measure.
var ModelRanks = Declare[ModelRank]("simtool.compare.ranks/v1", "simtool compare --ranks", "the place of a model among those of a recording by a measure")

// ModelRank is a row of ModelRanks.
type ModelRank struct {
	X          string  `column:"x" doc:"file of the recording" show:"spare=1"`
	Y          string  `column:"y" doc:"file of the model"`
	Measure    string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Value      float64 `column:"value" doc:"the score" show:"digits=4"`
	Corrected  float64 `column:"corrected" doc:"estimate of the value for all stimuli, without the bias of few samples" show:"digits=3"`
	Lo         float64 `column:"lo" doc:"lower end of its interval" show:"range=hi,digits=3"`
	Hi         float64 `column:"hi" doc:"upper end of its interval" show:"digits=3"`
	Null       float64 `column:"null" doc:"expected value if the samples were paired at random" show:"digits=3,spare=3"`
	Calibrated float64 `column:"calibrated" doc:"(value − null)/(best − null), best that of identical systems" show:"digits=3,spare=2"`
	Rank       int     `column:"rank" empty:"0" doc:"place by the estimate, from 1 for the closest"`
	First      int     `column:"first" empty:"0" doc:"best place that the model may have: behind all that are closer by p_adj"`
	Last       int     `column:"last" empty:"0" doc:"worst place that it may have"`
	Group      string  `column:"group" doc:"letters: models differ by p_adj exactly if they share none"`
	Z          float64 `column:"z" doc:"value above the mean of random pairings, in their standard deviations, with --permutations" show:"digits=3,spare=4"`
	PValue     float64 `column:"pvalue" doc:"share of random pairings that score as well" show:"digits=3"`
	PBest      float64 `column:"p_best" doc:"share of random pairings in which the best of all models has as large a z" show:"digits=3"`
	Units      int     `column:"units" empty:"0" doc:"independent units that the interval rests on" show:"spare=5"`
	Note       string  `column:"note" doc:"what was left out and why" show:"note"`
	Warning    string  `column:"warning" doc:"why the value may not mean much" show:"note"`
	Error      string  `column:"error" doc:"why there is no value" show:"note"`
	Time       int     `column:"time" empty:"-1" unit:"bins from 0" doc:"time bin, with --per time" show:"optional"`
}
