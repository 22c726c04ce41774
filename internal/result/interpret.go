package result

// Interpretations is the table of simtool interpret: rows for each score.
var Interpretations = Declare[Interpretation]("simtool.interpret/v1", "simtool interpret", "one thing that goes with a score")

// Interpretation is a row of Interpretations.
type Interpretation struct {
	Measure   string  `column:"measure" doc:"the measure of the score" show:"fixed"`
	Score     float64 `column:"score" doc:"the score that is interpreted"`
	Aspect    string  `column:"aspect" doc:"place, component, label, range, stimuli, neurons or error"`
	Item      string  `column:"item" doc:"number of the component from 1, name of the label, or the other measure"`
	Value     float64 `column:"value" doc:"place: the calibrated score; component: R² of a linear read-out, the mean over starts; label: accuracy; stimuli and neurons: the number that would tell the score from its neighbour"`
	Lo        float64 `column:"lo" doc:"smallest value over starts, or lower end of the range of the other measure"`
	Hi        float64 `column:"hi" doc:"largest value over starts, or upper end of the range; place: the noise ceiling, where the table of scores has one"`
	Reference float64 `column:"reference" doc:"place: score of random pairings; component: its explained variance; label: chance; range: the other measure's score of random pairings; stimuli and neurons: the neighbour's score"`
	Note      string  `column:"note" doc:"what a reader should know of the value" show:"note"`
	Error     string  `column:"error" doc:"why there is none" show:"note"`
}
