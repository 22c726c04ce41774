package result

// Sensitivities is the table of simtool pc-sensitivity: a row for each change, set
// of components and measure.
var Sensitivities = Declare[Sensitivity]("simtool.pc-sensitivity/v1", "simtool pc-sensitivity", "the score after a change of principal components")

// Sensitivity is a row of Sensitivities.
type Sensitivity struct {
	Measure   string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Change    string  `column:"change" doc:"the change: replace, remove, rotate=DEG, scale=A or noise=SD"`
	PC        string  `column:"pc" doc:"the components that are changed, from 1"`
	Variance  float64 `column:"variance" unit:"squared units of X" doc:"their variance"`
	Explained float64 `column:"explained_variance" doc:"their share of the variance of X"`
	Score     float64 `column:"score" doc:"the score of the changed data with X, the mean over draws"`
	Theory    float64 `column:"theory" doc:"the same by a closed form; empty where there is none"`
	SD        float64 `column:"sd" doc:"standard deviation of the score over draws"`
	N         int     `column:"n" doc:"draws"`
	Error     string  `column:"error" doc:"why there is no score" show:"note"`
}

// Slopes is the table of simtool pc-sensitivity --slopes: a row for each change and
// measure.
var Slopes = Declare[Slope]("simtool.pc-sensitivity.slopes/v1", "simtool pc-sensitivity --slopes", "how fast a loss grows with explained variance")

// Slope is a row of Slopes.
type Slope struct {
	Measure  string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	Change   string  `column:"change" doc:"the change of components"`
	Exponent float64 `column:"exponent" doc:"b of loss ∝ explained_variance^b"`
	SE       float64 `column:"se" doc:"its standard error"`
	N        int     `column:"n" doc:"components that it was fitted to"`
	Error    string  `column:"error" doc:"why there is none" show:"note"`
}

// LearningOrders is the table of simtool pc-sensitivity --learning-order: a row for
// each measure and component.
var LearningOrders = Declare[LearningOrder]("simtool.pc-sensitivity.learning-order/v2", "simtool pc-sensitivity --learning-order", "when a component is learnt, and when it should be")

// LearningOrder is a row of LearningOrders.
type LearningOrder struct {
	Measure   string  `column:"measure" doc:"name of the measure with its parameters" show:"fixed"`
	PC        string  `column:"pc" doc:"the component, from 1"`
	Explained float64 `column:"explained_variance" doc:"its share of the variance of X"`
	Push      float64 `column:"push" doc:"speed at which it grows at random Y, from the gradient"`
	Predicted int     `column:"predicted" empty:"0" doc:"its place by push, from 1"`
	Threshold float64 `column:"threshold" doc:"score at which it is half learnt"`
	Iteration float64 `column:"iteration" doc:"iteration at which it is half learnt"`
	Observed  int     `column:"observed" empty:"0" doc:"its place by iteration, from 1"`
	Agreement float64 `column:"agreement" doc:"rank correlation of both places over components"`
	Error     string  `column:"error" doc:"why there is no order" show:"note"`
}
