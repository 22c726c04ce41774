package result

// Ranges is the table of simtool joint-range: a row for each pair of measures and
// level of the first.
var Ranges = Declare[Range]("simtool.joint-range/v2", "simtool joint-range", "what scores by one measure data have whose score by another is given")

// Range is a row of Ranges.
type Range struct {
	MeasureA    string  `column:"measure_a" doc:"the measure that is held at a level"`
	MeasureB    string  `column:"measure_b" doc:"the measure whose range is looked for"`
	A           float64 `column:"a" doc:"the level"`
	BMin        float64 `column:"b_min" doc:"smallest score by measure_b at the level; empty if it has no end, which note says"`
	BMax        float64 `column:"b_max" doc:"largest score by measure_b at the level"`
	ResidualMin float64 `column:"residual_min" doc:"how far the data of b_min are from an optimum"`
	ResidualMax float64 `column:"residual_max" doc:"how far the data of b_max are from an optimum"`
	Certified   bool    `column:"certified" doc:"whether both ends satisfy the conditions of an optimum"`
	BoundMin    float64 `column:"bound_min" doc:"proven lower bound of b; empty for none"`
	BoundMax    float64 `column:"bound_max" doc:"proven upper bound of b; empty for none"`
	Note        string  `column:"note" doc:"why there is no range, or no end of it" show:"note"`
	Error       string  `column:"error" doc:"why the level could not be looked at" show:"note"`
	NullA       float64 `column:"null_a" doc:"expected score by measure_a of data with the geometry of X whose samples are paired with those of X at random; empty where X may change"`
	NullB       float64 `column:"null_b" doc:"the same by measure_b"`
}

// GivenRanges is the table of simtool joint-range --given: a row for each ordered
// pair of measures.
var GivenRanges = Declare[GivenRange]("simtool.joint-range.given/v2", "simtool joint-range --given", "the range of one measure among data that score high by another")

// GivenRange is a row of GivenRanges.
type GivenRange struct {
	Given     string  `column:"given" doc:"the measure that is at least the threshold"`
	Threshold float64 `column:"threshold" doc:"the score that it has at least"`
	Measure   string  `column:"measure" doc:"the measure whose range is looked for" show:"fixed"`
	Lo        float64 `column:"lo" doc:"its smallest score"`
	Hi        float64 `column:"hi" doc:"its largest score"`
	Residual  float64 `column:"residual" doc:"how far the data of the ends are from an optimum"`
	Certified bool    `column:"certified" doc:"whether both ends satisfy the conditions of an optimum"`
	Note      string  `column:"note" doc:"why an end is missing" show:"note"`
	Error     string  `column:"error" doc:"why there is no range" show:"note"`
	Null      float64 `column:"null" doc:"expected score by the measure of data with the geometry of X whose samples are paired with those of X at random; empty where X may change"`
}

// Targets is the table of simtool joint-range --grid: a row for each target.
var Targets = Declare[Target]("simtool.joint-range.targets/v2", "simtool joint-range --grid", "how near data come to a wanted pair of scores")

// Target is a row of Targets.
type Target struct {
	MeasureA  string  `column:"measure_a" doc:"first measure"`
	MeasureB  string  `column:"measure_b" doc:"second measure"`
	TargetA   float64 `column:"target_a" doc:"wanted score by the first"`
	TargetB   float64 `column:"target_b" doc:"wanted score by the second"`
	A         float64 `column:"a" doc:"score by the first at the end"`
	B         float64 `column:"b" doc:"score by the second at the end"`
	Residual  float64 `column:"residual" doc:"distance from the target"`
	Converged bool    `column:"converged" doc:"whether the residual is at most 0.01"`
	Steps     int     `column:"steps" doc:"steps that were taken"`
	Error     string  `column:"error" doc:"why the target could not be tried" show:"note"`
}

// Paths is what simtool joint-range --paths writes: a row for each step towards a
// target.
var Paths = Declare[PathStep]("simtool.joint-range.paths/v1", "--paths of simtool joint-range --grid", "a step towards a wanted pair of scores")

// PathStep is a row of Paths.
type PathStep struct {
	MeasureA string  `column:"measure_a" doc:"first measure"`
	MeasureB string  `column:"measure_b" doc:"second measure"`
	TargetA  float64 `column:"target_a" doc:"wanted score by the first"`
	TargetB  float64 `column:"target_b" doc:"wanted score by the second"`
	Step     int     `column:"step" doc:"number of the step, from 0"`
	A        float64 `column:"a" doc:"score by the first"`
	B        float64 `column:"b" doc:"score by the second"`
}
