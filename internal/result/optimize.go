package result

// Outcomes is outcomes.csv of simtool optimize: a row for each restart.
var Outcomes = Declare[Outcome]("simtool.optimize.outcomes/v2", "outcomes.csv of simtool optimize", "the end of a restart")

// Outcome is a row of Outcomes.
type Outcome struct {
	Restart     int     `column:"restart" doc:"number of the restart, from 0"`
	Score       float64 `column:"score" doc:"the score at its end"`
	Iterations  int     `column:"iterations" doc:"iterations that it took"`
	Evaluations int     `column:"evaluations" doc:"evaluations of the score and its gradient"`
	Reason      string  `column:"reason" doc:"why it ended"`
	InY         string  `column:"in_y" doc:"whether y.npy holds its data: yes or no"`
	Error       string  `column:"error" doc:"why it could not be run" show:"note"`
	Null        float64 `column:"null" doc:"expected score if the samples of its data and of X were paired at random; empty where that is not known"`
	Calibrated  float64 `column:"calibrated" doc:"(score − null)/(best − null), best that of identical data"`
}

// Trajectories is trajectory.csv of simtool optimize: a row for each iteration, and
// for each term of a weighted sum.
var Trajectories = Declare[Iterate]("simtool.optimize.trajectory/v1", "trajectory.csv of simtool optimize", "the score, or a term of it, at an iteration")

// Iterate is a row of Trajectories.
type Iterate struct {
	Restart   int     `column:"restart" doc:"number of the restart, from 0"`
	Iteration int     `column:"iteration" doc:"number of the iteration, from 0"`
	Measure   string  `column:"measure" doc:"what is optimised, or a term of it" show:"fixed"`
	Score     float64 `column:"score" doc:"its value"`
	GradNorm  float64 `column:"grad_norm" doc:"Frobenius norm of the gradient; empty for a term"`
	Seconds   float64 `column:"seconds" unit:"s" doc:"time since the start, with --timing" show:"optional"`
}

// PCR2 is pc_r2.csv of simtool optimize: a row for each recorded iteration and
// principal component of X.
var PCR2 = Declare[ComponentR2]("simtool.optimize.pc_r2/v1", "pc_r2.csv of simtool optimize", "how much of a principal component of X is in Y at an iteration")

// ComponentR2 is a row of PCR2.
type ComponentR2 struct {
	Iteration    int     `column:"iteration" doc:"number of the iteration, from 0"`
	Score        float64 `column:"score" doc:"the score at it"`
	PC           int     `column:"pc" doc:"principal component of X, from 1"`
	Explained    float64 `column:"explained_variance" doc:"its share of the variance of X"`
	R2           float64 `column:"r2" doc:"share of its variance that a linear map finds in Y"`
	R2Orthogonal float64 `column:"r2_orthogonal" doc:"share of its variance that a rotation finds in Y"`
	Restart      int     `column:"restart" doc:"number of the restart, from 0"`
}

// PCThresholds is pc_thresholds.csv of simtool optimize: a row for each principal
// component of X.
var PCThresholds = Declare[ComponentThreshold]("simtool.optimize.pc_thresholds/v1", "pc_thresholds.csv of simtool optimize", "the score at which a principal component of X is half learnt")

// ComponentThreshold is a row of PCThresholds.
type ComponentThreshold struct {
	Measure             string  `column:"measure" doc:"what is optimised" show:"fixed"`
	PC                  int     `column:"pc" doc:"principal component of X, from 1"`
	Explained           float64 `column:"explained_variance" doc:"its share of the variance of X"`
	Threshold           float64 `column:"score_at_threshold" doc:"score at which r2 is half-way from its start to 1; empty if it never is"`
	ThresholdOrthogonal float64 `column:"score_at_threshold_orthogonal" doc:"the same for r2_orthogonal"`
	Restart             int     `column:"restart" doc:"number of the restart, from 0"`
}

// OptimizeDecodings is decoding.csv of simtool optimize: a row for each label and
// recorded iteration.
var OptimizeDecodings = Declare[OptimizeDecoding]("simtool.optimize.decoding/v1", "decoding.csv of simtool optimize", "how well a label can be read from Y at an iteration")

// OptimizeDecoding is a row of OptimizeDecodings.
type OptimizeDecoding struct {
	Iteration int     `column:"iteration" doc:"number of the iteration, from 0"`
	Score     float64 `column:"score" doc:"the score at it"`
	Label     string  `column:"label" doc:"column of the labels"`
	Accuracy  float64 `column:"accuracy" doc:"share of the held-out conditions whose label is found in Y"`
	Reference float64 `column:"reference_accuracy" doc:"the same for X"`
	Chance    float64 `column:"chance" doc:"accuracy of guessing the most frequent class"`
	Restart   int     `column:"restart" doc:"number of the restart, from 0"`
}

// OptimizeAlso is also.csv of simtool optimize: a row for each other measure and
// recorded iteration.
var OptimizeAlso = Declare[OtherScore]("simtool.optimize.also/v1", "also.csv of simtool optimize", "the score by another measure at an iteration")

// OtherScore is a row of OptimizeAlso.
type OtherScore struct {
	Iteration int     `column:"iteration" doc:"number of the iteration, from 0"`
	Score     float64 `column:"score" doc:"the optimised score at it"`
	Measure   string  `column:"measure" doc:"name of the other measure" show:"fixed"`
	Value     float64 `column:"value" doc:"its score; empty where it is undefined"`
	Restart   int     `column:"restart" doc:"number of the restart, from 0"`
}
