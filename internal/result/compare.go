package result

// Contrasts is the table of simtool compare: a row for each two models and measure.
var Contrasts = Declare[Contrast]("simtool.compare/v1", "simtool compare", "the difference of two models of a recording by a measure")

// Contrast is a row of Contrasts.
type Contrast struct {
	X       string  `column:"x" doc:"file of the recording" show:"spare=1"`
	Y1      string  `column:"y1" doc:"file of the first model"`
	Y2      string  `column:"y2" doc:"file of the second model"`
	Measure string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Diff    float64 `column:"diff" doc:"what the first model scores above the second, both without the bias of few samples"`
	Lo      float64 `column:"lo" doc:"lower end of the interval of the difference for all stimuli"`
	Hi      float64 `column:"hi" doc:"upper end of that interval"`
	T       float64 `column:"t" doc:"the difference in units of its standard error, on the axis on which errors are symmetric" show:"spare=3"`
	DF      int     `column:"df" empty:"0" doc:"degrees of freedom: independent units − 1" show:"spare=2"`
	PValue  float64 `column:"pvalue" doc:"chance of so large a difference, either way, if the models are equally similar"`
	PAdj    float64 `column:"p_adj" doc:"the same for the largest of all differences of the table"`
	QBH     float64 `column:"q_bh" doc:"share of false ones among the differences that are as clear, by Benjamini and Hochberg"`
	Note    string  `column:"note" doc:"what was left out and why" show:"note"`
	Warning string  `column:"warning" doc:"why the difference may not mean much" show:"note"`
	Error   string  `column:"error" doc:"why there is no difference" show:"note"`
	Time    int     `column:"time" empty:"-1" unit:"bins from 0" doc:"time bin, with --per time" show:"optional"`
}
